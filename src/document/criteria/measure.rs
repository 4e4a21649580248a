//! Patterns with bounded cost, and the number of different things that a file describes.

use super::sections::{self, Line};
use regex::{Regex, RegexBuilder};
use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};
use thiserror::Error;

/// Bytes that a compiled pattern may take, and its cache.
const SIZE: usize = 1 << 20;
/// Bytes of a pattern as written.
const WRITTEN: usize = 1024;
/// Bytes of a line that are looked at for an entry.
const LINE: usize = 4096;
/// Entries that are told by name.
const FIRST: usize = 100;

/// A pattern of the configuration: no case is told apart, `^` and `$` are those of a line.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

/// Why a pattern is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PatternError {
    /// Longer than any that a person writes.
    #[error("the pattern has {0} bytes; {WRITTEN} are the most")]
    Long(usize),
    /// It would take too much memory.
    #[error("the pattern `{0}` is too large once compiled; use fewer or smaller repetitions")]
    Large(String),
    /// It is not a regular expression.
    #[error("the pattern `{pattern}` is not a regular expression: {reason}")]
    Syntax {
        /// As written.
        pattern: String,
        /// What the compiler says, in one line.
        reason: String,
    },
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// It is too long, too large, or no regular expression ([`PatternError`]).
    pub fn new(written: &str) -> Result<Self, PatternError> {
        if written.len() > WRITTEN {
            return Err(PatternError::Long(written.len()));
        }
        RegexBuilder::new(written)
            .case_insensitive(true)
            .multi_line(true)
            .size_limit(SIZE)
            .dfa_size_limit(SIZE)
            .build()
            .map(Self)
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => PatternError::Large(written.to_owned()),
                other => PatternError::Syntax {
                    pattern: written.to_owned(),
                    reason: other
                        .to_string()
                        .lines()
                        .last()
                        .unwrap_or_default()
                        .trim()
                        .to_owned(),
                },
            })
    }

    /// Matches that do not overlap, empty ones left out. O(length).
    #[must_use]
    pub fn count(&self, text: &str) -> u64 {
        self.0.find_iter(text).filter(|m| !m.is_empty()).count() as u64
    }

    /// Whether there is one. O(length).
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// The first group, else all of the first match.
    fn name<'a>(&self, text: &'a str) -> Option<&'a str> {
        let found = self.0.captures(text)?;
        Some(found.get(1).or_else(|| found.get(0))?.as_str())
    }
}

/// How many different things a file describes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entries {
    /// All of them, however they are written: case, markup, numbering and punctuation tell no two apart.
    pub distinct: u64,
    /// The first 100, as written, with their lines.
    pub first: Vec<(String, u32)>,
}

impl Entries {
    /// Counts headings, first cells of table rows, and list items that match; with no pattern, headings of level 3 and
    /// deeper that are numbered or name an API. Lines of code count for nothing. O(length).
    #[must_use]
    pub fn of(content: &str, pattern: Option<&Pattern>) -> Self {
        let mut found = Self::default();
        let mut seen: HashSet<u64> = HashSet::new();
        for line in sections::lines(content) {
            let Some(text) = candidate(line, pattern.is_none()) else {
                continue;
            };
            let name = match pattern {
                Some(pattern) => pattern.name(text),
                None => names_api(text).then_some(text),
            };
            let Some((name, key)) = name.and_then(|n| Some((n, key(n)?))) else {
                continue;
            };
            if seen.insert(key) {
                found.distinct += 1;
                if found.first.len() < FIRST {
                    found.first.push((name.to_owned(), line.line));
                }
            }
        }
        found
    }
}

/// The text of a line that may be an entry.
fn candidate(line: Line<'_>, headings_only: bool) -> Option<&str> {
    if let Some(heading) = sections::as_heading(line) {
        return (!headings_only || heading.level >= 3).then_some(heading.title);
    }
    if headings_only {
        return None;
    }
    let text = crate::domain::text::head(line.text, LINE).trim();
    if let Some(row) = text.strip_prefix('|') {
        let cell = row
            .split('|')
            .map(str::trim)
            .find(|c| c.chars().any(char::is_alphabetic))?;
        return Some(cell);
    }
    if let Some(item) = text.strip_prefix(['-', '*', '+']) {
        return item.starts_with(' ').then(|| item.trim());
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let item = text.get(digits..)?.strip_prefix(['.', ')'])?;
    (digits > 0 && item.starts_with(' ')).then(|| item.trim())
}

/// `### 4. Compute API`, `### Storage APIs`, `### 12) Queue`.
fn names_api(title: &str) -> bool {
    let plain = title.trim_start_matches(|c: char| !c.is_alphanumeric());
    let numbered = plain.starts_with(|c: char| c.is_ascii_digit());
    let word = |w: &str| {
        let w = w.trim_matches(|c: char| !c.is_alphanumeric());
        w.eq_ignore_ascii_case("api")
            || w.eq_ignore_ascii_case("apis")
            || w.eq_ignore_ascii_case("sdk")
    };
    numbered && plain.chars().any(char::is_alphabetic) || title.split_whitespace().any(word)
}

/// What tells two entries apart: their letters and digits, lower case, without a number before them.
fn key(name: &str) -> Option<u64> {
    let plain = name.trim_start_matches(|c: char| !c.is_alphabetic());
    let mut hash = DefaultHasher::new();
    let mut any = false;
    for c in plain
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
    {
        c.hash(&mut hash);
        any = true;
    }
    any.then(|| hash.finish())
}
