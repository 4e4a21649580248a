//! Parts of a line, and texts broken into lines.

use super::cells;
use crate::{domain::text, tui::theme::Role};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// One part of a line.
#[derive(Debug, Clone)]
struct Part {
    text: String,
    role: Role,
    /// Where it leads.
    target: Option<String>,
}

/// Parts of one line, each with its role.
#[derive(Debug, Clone, Default)]
pub(crate) struct Strip(Vec<Part>);

impl Strip {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// One part.
    pub(crate) fn of(text: impl Into<String>, role: Role) -> Self {
        Self::new().add(text, role)
    }

    /// With one more part at the end.
    #[must_use]
    pub(crate) fn add(self, text: impl Into<String>, role: Role) -> Self {
        self.lead(text, role, None)
    }

    /// With one more part at the end that leads to a target, which has passed the text rules.
    #[must_use]
    pub(crate) fn lead(
        mut self,
        text: impl Into<String>,
        role: Role,
        target: Option<String>,
    ) -> Self {
        let text = text.into();
        self.0.push(Part { text, role, target });
        self
    }

    /// With the parts of another at the end.
    #[must_use]
    pub(crate) fn join(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Its parts: words, what they mean, where they lead.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&str, Role, Option<&str>)> {
        let each = self.0.iter();
        each.map(|part| (part.text.as_str(), part.role, part.target.as_deref()))
    }

    /// Cells that it takes.
    pub(crate) fn width(&self) -> u16 {
        self.0
            .iter()
            .fold(0, |n: u16, part| n.saturating_add(cells(&part.text)))
    }

    /// Its words without their roles.
    pub(crate) fn plain(&self) -> String {
        self.0.iter().map(|part| part.text.as_str()).collect()
    }

    /// Nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.width() == 0
    }
}

/// Breaks a text as [`lines`] does; addresses in it lead to what they name, also where they are broken. O(length).
pub(crate) fn paragraph(body: &str, width: u16, wrap: bool, role: Role) -> Vec<Strip> {
    let links = if body.contains("://") {
        text::links(body)
    } else {
        Vec::new()
    };
    linked(body, width, wrap, role, &links)
}

/// The same with these links, by their bytes and in order.
pub(crate) fn linked(
    body: &str,
    width: u16,
    wrap: bool,
    role: Role,
    links: &[(Range<usize>, String)],
) -> Vec<Strip> {
    let broken = lines(body, width, wrap);
    if links.is_empty() {
        let plain = broken.into_iter().map(|line| Strip::of(line, role));
        return plain.collect();
    }
    let mut from = 0;
    let each = broken.into_iter().map(|line| {
        // A line is a part of the text as it stands: only blanks and breaks lie between two.
        let rest = body.get(from..).unwrap_or_default();
        let start = from + rest.find(&line).unwrap_or_default();
        from = start + line.len();
        leading(&line, start, links, role)
    });
    each.collect()
}

/// A line that begins at `start` of a text with these links.
fn leading(line: &str, start: usize, links: &[(Range<usize>, String)], role: Role) -> Strip {
    let mut strip = Strip::new();
    let mut done = 0;
    for (range, target) in links {
        let at = |n: usize| n.saturating_sub(start).clamp(done, line.len());
        let (a, b) = (at(range.start), at(range.end));
        if a == b {
            continue;
        }
        strip = strip.add(line.get(done..a).unwrap_or_default(), role).lead(
            line.get(a..b).unwrap_or_default(),
            role,
            Some(target.clone()),
        );
        done = b;
    }
    strip.add(line.get(done..).unwrap_or_default(), role)
}

/// Breaks a text into lines of at most `width` cells: at blanks where it can, within a word where it must. Without `wrap` every
/// line break of the text makes one line and nothing else does.
pub(crate) fn lines(body: &str, width: u16, wrap: bool) -> Vec<String> {
    let width = usize::from(width.max(1));
    let mut out = Vec::new();
    for line in body.lines() {
        if !wrap || line.width() <= width {
            out.push(line.to_owned());
            continue;
        }
        let (mut now, mut used) = (String::new(), 0);
        for word in line.split_inclusive(' ') {
            if used + word.trim_end().width() > width && used > 0 {
                out.push(std::mem::take(&mut now));
                used = 0;
            }
            for grapheme in word.graphemes(true) {
                let wide = grapheme.width();
                if used + wide > width && grapheme == " " {
                    break;
                }
                if used + wide > width && used > 0 {
                    out.push(std::mem::take(&mut now));
                    used = 0;
                }
                now.push_str(grapheme);
                used += wide;
            }
        }
        out.push(now);
    }
    for line in &mut out {
        line.truncate(line.trim_end().len());
    }
    out
}
