//! Words that are looked for in a text that is read: a page, the body of a message.

use super::{
    screen::{self, Hits},
    theme::Role,
    widget::{Canvas, Strip},
};
use ratatui::layout::Rect;

/// See the module.
#[derive(Debug, Clone, Default)]
pub(crate) struct Search {
    /// What is looked for; nothing for nothing.
    pub(crate) typed: String,
    /// It is being typed.
    pub(crate) typing: bool,
    /// Line of the match that was gone to last.
    at: Option<usize>,
    /// Lines of the match before and after it, and how many there are.
    around: (Option<usize>, Option<usize>, usize),
}

impl Search {
    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        self.around = hits.matches;
    }

    /// Begins again from the top.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Goes to the next match, or the one before; the first line to show then. `None` when there is none.
    pub(crate) fn go(&mut self, forward: bool) -> Option<usize> {
        let (before, after, _) = self.around;
        let at = if forward { after } else { before }?;
        self.at = Some(at);
        Some(at.saturating_sub(1))
    }

    /// `/words  3 lines`, while something is looked for.
    pub(crate) fn words(&self) -> Option<String> {
        if self.typed.is_empty() && !self.typing {
            return None;
        }
        let caret = if self.typing { "▏" } else { "" };
        let found = match self.around.2 {
            0 => "no match".to_owned(),
            1 => "1 line".to_owned(),
            n => format!("{n} lines"),
        };
        Some(format!("/{}{caret}  {found}", self.typed))
    }

    /// Lines from `top` on, those that match marked. O(lines).
    pub(crate) fn scroll(
        &self,
        canvas: &mut Canvas<'_>,
        place: Rect,
        lines: &[Strip],
        top: usize,
        hits: &mut Hits,
    ) {
        screen::scroll(canvas, place, lines, top, hits);
        if self.typed.is_empty() {
            return;
        }
        let small = self.typed.to_lowercase();
        let exact = small != self.typed;
        let matches = |line: &Strip| {
            let text = line.plain();
            if exact {
                text.contains(&self.typed)
            } else {
                text.to_lowercase().contains(&small)
            }
        };
        let all = lines.iter().enumerate().filter(|(_, line)| matches(line));
        let all: Vec<usize> = all.map(|(n, _)| n).collect();
        let top = top.min(hits.detail.0);
        for n in all.iter().filter(|n| **n >= top) {
            let down = u16::try_from(n - top).unwrap_or(u16::MAX);
            if down < place.height {
                let line = Rect {
                    y: place.y + down,
                    height: 1,
                    ..place
                };
                canvas.tint(line, Role::Match);
            }
        }
        let after = all.iter().find(|n| self.at.is_none_or(|at| **n > at));
        let before = all
            .iter()
            .rev()
            .find(|n| self.at.is_some_and(|at| **n < at));
        // Round and round.
        let after = after.or(all.first()).copied();
        let before = before.or(all.last()).copied();
        hits.matches = (before, after, all.len());
    }
}
