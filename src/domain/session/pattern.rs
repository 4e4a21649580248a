//! Names with a hole: `claude/sip-communication-<session-id>`, `claude/sip-*`.

use regex::Regex;
use std::sync::Arc;

/// A name in which `*` and `<…>` stand for anything.
#[derive(Debug, Clone)]
pub struct Pattern {
    raw: Arc<str>,
    regex: Option<Regex>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for Pattern {}

impl Pattern {
    /// Reads one. Without a hole it means exactly that name. O(length).
    #[must_use]
    pub fn new(raw: &str) -> Self {
        let (mut out, mut rest, mut holes) = (String::from("^"), raw, false);
        while let Some(at) = rest.find(['*', '<']) {
            let (before, after) = rest.split_at(at);
            out.push_str(&regex::escape(before));
            let hole = match after.strip_prefix('*') {
                Some(after) => Some(after),
                None => after.find('>').and_then(|end| after.get(end + 1..)),
            };
            let Some(after) = hole else {
                rest = after;
                break;
            };
            (holes, rest) = (true, after);
            out.push_str(".+");
        }
        out.push_str(&regex::escape(rest));
        out.push('$');
        Self {
            raw: raw.into(),
            regex: if holes { Regex::new(&out).ok() } else { None },
        }
    }

    /// Whether it means this name.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        match &self.regex {
            Some(regex) => regex.is_match(name),
            None => *self.raw == *name,
        }
    }

    /// It has a hole.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.regex.is_some()
    }

    /// As it was written.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }
}
