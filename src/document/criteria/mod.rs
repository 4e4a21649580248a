//! Success criteria: what a file's content gives as evidence. Pure, and bounded in time whatever the file is: expressions are
//! compiled with a size limit and run in linear time, lines are read once.
//!
//! Unlike documents that are shown, outputs are measured whole: an output of 20 MB is counted, not cut.

mod measure;
mod sections;

pub use measure::{Entries, Pattern, PatternError};

use crate::domain::text;
use sections::Section;
use std::{borrow::Cow, sync::Arc};

/// A section that is to be told apart is named by at most so many bytes.
const TITLE: usize = 200;
/// Sections that are listed; all of them are counted.
const LISTED: usize = 100;

/// What is asked of a file's content.
#[derive(Debug, Clone)]
pub enum Probe {
    /// At least so many matches.
    Matches {
        /// Of this.
        pattern: Pattern,
        /// At least.
        at_least: u64,
    },
    /// At least so many different entries: headings, table rows and list items that match.
    Entries {
        /// Which text is an entry; its first group, else all of the match, is the entry's name. `None` takes every
        /// heading below a section of its own.
        pattern: Option<Pattern>,
        /// At least.
        at_least: u64,
    },
    /// Every section has at least so many links.
    LinksPerSection {
        /// At least.
        at_least: u32,
        /// Level of the headings that are sections, 1 to 6.
        level: u8,
        /// Sections that need none: those whose heading matches.
        except: Option<Pattern>,
    },
    /// A heading that matches.
    Heading {
        /// This.
        pattern: Pattern,
    },
    /// At least so many lines.
    Lines {
        /// At least.
        at_least: u64,
    },
    /// At least so many bytes.
    Bytes {
        /// At least.
        at_least: u64,
    },
}

/// What a probe found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The criterion holds.
    pub met: bool,
    /// So many were found: matches, entries, sections with enough links, headings, lines or bytes.
    pub found: u64,
    /// So many are wanted.
    pub wanted: u64,
    /// What is missing or was found, neutral, at most 100 lines: sections without links, the heading, the first entries.
    pub evidence: Vec<Evidence>,
}

/// A place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What stands there, neutral.
    pub text: Arc<str>,
    /// Line, from 1.
    pub line: u32,
}

/// Asks one thing of a content. Bytes that are no UTF-8 count as unknown characters. O(length).
#[must_use]
pub fn probe(content: &[u8], probe: &Probe) -> Finding {
    match probe {
        Probe::Bytes { at_least } => count(content.len() as u64, *at_least),
        Probe::Lines { at_least } => count(lines(content), *at_least),
        Probe::Matches { pattern, at_least } => count(pattern.count(&decode(content)), *at_least),
        Probe::Entries { pattern, at_least } => {
            entries(&decode(content), pattern.as_ref(), *at_least)
        }
        Probe::LinksPerSection {
            at_least,
            level,
            except,
        } => links(&decode(content), *at_least, *level, except.as_ref()),
        Probe::Heading { pattern } => heading(&decode(content), pattern),
    }
}

fn decode(content: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(content)
}

fn lines(content: &[u8]) -> u64 {
    let breaks = content.split(|b| *b == b'\n').count() as u64;
    // What follows the last line break is a line only if something is there.
    breaks - u64::from(content.last().is_none_or(|b| *b == b'\n'))
}

fn count(found: u64, wanted: u64) -> Finding {
    Finding {
        met: found >= wanted,
        found,
        wanted,
        evidence: Vec::new(),
    }
}

fn place(raw: &str, line: u32) -> Evidence {
    Evidence {
        text: text::line(&text::redact(text::head(raw.trim(), TITLE))).into(),
        line,
    }
}

fn entries(content: &str, pattern: Option<&Pattern>, wanted: u64) -> Finding {
    let found = Entries::of(content, pattern);
    Finding {
        evidence: found
            .first
            .iter()
            .map(|(name, line)| place(name, *line))
            .collect(),
        ..count(found.distinct, wanted)
    }
}

fn links(content: &str, at_least: u32, level: u8, except: Option<&Pattern>) -> Finding {
    let sections = sections::sections(content, level);
    let counted = |s: &&Section<'_>| except.is_none_or(|e| !e.is_match(s.title));
    let (enough, poor): (Vec<&Section<'_>>, Vec<&Section<'_>>) = sections
        .iter()
        .filter(counted)
        .partition(|s| s.links >= at_least);
    let all = enough.len() + poor.len();
    Finding {
        // A file without sections proves nothing.
        met: poor.is_empty() && all > 0,
        found: enough.len() as u64,
        wanted: all.max(1) as u64,
        evidence: poor
            .iter()
            .take(LISTED)
            .map(|s| place(s.title, s.line))
            .collect(),
    }
}

fn heading(content: &str, pattern: &Pattern) -> Finding {
    let found: Vec<Evidence> = sections::headings(content)
        .filter(|h| pattern.is_match(h.title))
        .take(LISTED)
        .map(|h| place(h.title, h.line))
        .collect();
    Finding {
        evidence: found.clone(),
        ..count(found.len() as u64, 1)
    }
}

#[cfg(test)]
mod tests;
