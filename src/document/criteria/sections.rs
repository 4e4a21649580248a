//! Headings and sections of a large text, line by line: a parser would be asked for more than is needed here, and these are
//! files of tens of megabytes.

/// A heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heading<'a> {
    /// 1 to 6.
    pub(super) level: u8,
    /// Its words, markup included.
    pub(super) title: &'a str,
    /// Line, from 1.
    pub(super) line: u32,
}

/// A heading with what stands below it, up to the next of its level or above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Section<'a> {
    /// Of the heading.
    pub(super) title: &'a str,
    /// Of the heading, from 1.
    pub(super) line: u32,
    /// Links below it, and within it.
    pub(super) links: u32,
}

/// A line outside fenced code.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Without its line break.
    pub(super) text: &'a str,
    /// From 1.
    pub(super) line: u32,
}

/// The lines outside fenced code. O(length).
pub(super) fn lines(content: &str) -> impl Iterator<Item = Line<'_>> {
    let mut fence: Option<(char, usize)> = None;
    content.lines().zip(1..).filter_map(move |(text, line)| {
        let trimmed = text.trim_start();
        let mark = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'));
        let run = mark.map_or(0, |m| trimmed.chars().take_while(|c| *c == m).count());
        match (fence, mark) {
            (None, Some(mark)) if run >= 3 => {
                fence = Some((mark, run));
                None
            }
            (Some((open, length)), Some(mark)) if mark == open && run >= length => {
                fence = None;
                None
            }
            (Some(_), _) => None,
            (None, _) => Some(Line { text, line }),
        }
    })
}

/// A heading written with `#`.
pub(super) fn as_heading(line: Line<'_>) -> Option<Heading<'_>> {
    let text = line.text.trim_start_matches(' ');
    let level = text.bytes().take_while(|b| *b == b'#').count();
    let title = text.get(level..)?;
    (1..=6).contains(&level).then_some(())?;
    (title.is_empty() || title.starts_with([' ', '\t'])).then(|| Heading {
        level: u8::try_from(level).unwrap_or(6),
        title: title.trim().trim_end_matches('#').trim_end(),
        line: line.line,
    })
}

/// All headings outside fenced code. O(length).
pub(super) fn headings(content: &str) -> impl Iterator<Item = Heading<'_>> {
    lines(content).filter_map(as_heading)
}

/// The sections of one level. O(length).
pub(super) fn sections(content: &str, level: u8) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut open = false;
    for line in lines(content) {
        if let Some(heading) = as_heading(line) {
            if heading.level <= level {
                open = heading.level == level;
            }
            if heading.level == level {
                sections.push(Section {
                    title: heading.title,
                    line: heading.line,
                    links: 0,
                });
            }
        }
        if open && let Some(section) = sections.last_mut() {
            section.links = section.links.saturating_add(links(line.text));
        }
    }
    sections
}

/// Addresses in a line, each once per occurrence: `https://…` in whatever brackets, and links to files.
fn links(line: &str) -> u32 {
    let addresses = line.matches("https://").count() + line.matches("http://").count();
    let relative = line
        .match_indices("](")
        .filter(|(at, _)| {
            let target = line.get(at + 2..).unwrap_or_default();
            !target.starts_with("http") && !target.starts_with(['#', ')'])
        })
        .count();
    u32::try_from(addresses + relative).unwrap_or(u32::MAX)
}
