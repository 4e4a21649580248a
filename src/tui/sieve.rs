//! The filter of a view: what was typed, and the last of it that was understood.

use crate::domain::{
    Timestamp,
    filter::{Fact, Facts, Field, Filter, Flaw},
};
use std::borrow::Cow;

/// What lets rows through.
#[derive(Debug, Default)]
pub(crate) struct Sieve {
    raw: String,
    valid: Option<Filter>,
    flaw: Option<Flaw>,
    /// What was in force when typing began.
    before: Option<Filter>,
}

impl Sieve {
    /// Typing begins: what is in force counts until something else can be read.
    pub(crate) fn begin(&mut self) {
        self.before.clone_from(&self.valid);
    }

    /// Takes what is typed now. Of what cannot be read the part before counts that can; without one what was in force when typing began.
    pub(crate) fn take(&mut self, raw: &str) {
        if self.raw == raw {
            return;
        }
        raw.clone_into(&mut self.raw);
        self.flaw = None;
        if raw.trim().is_empty() {
            self.valid = None;
            return;
        }
        match Filter::parse(raw) {
            Ok(filter) => self.valid = Some(filter),
            Err(flaw) => {
                // What stands before the term that is being typed goes on to count.
                let mut ends = raw.rmatch_indices(char::is_whitespace).map(|(at, _)| at);
                let before = ends.find_map(|at| Filter::parse(raw.get(..at)?).ok());
                self.valid = before.or_else(|| self.before.clone());
                self.flaw = Some(flaw);
            }
        }
    }

    /// Everything passes.
    pub(crate) const fn is_open(&self) -> bool {
        self.valid.is_none()
    }

    /// What cannot be read of what is typed.
    pub(crate) const fn flaw(&self) -> Option<&Flaw> {
        self.flaw.as_ref()
    }

    /// Whether a row passes. O(terms × length of texts).
    pub(crate) fn lets(&self, row: &dyn Facts, now: Timestamp) -> bool {
        (self.valid.as_ref()).is_none_or(|filter| filter.matches(row, now))
    }
}

/// A row with the words that the screen shows of it: where a word by itself is looked for.
pub(crate) struct Shown<'a> {
    /// The row, where it is one of the picture.
    pub(crate) row: Option<&'a dyn Facts>,
    /// The words.
    pub(crate) words: Vec<Cow<'a, str>>,
}

impl Facts for Shown<'_> {
    fn fact(&self, field: Field, now: Timestamp) -> Fact<'_> {
        self.row.map_or(Fact::Nothing, |row| row.fact(field, now))
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        self.words
            .iter()
            .map(|word| Cow::Borrowed(&**word))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Shown, Sieve};
    use crate::domain::Timestamp;

    fn lets(sieve: &Sieve, word: &str) -> bool {
        let row = Shown {
            row: None,
            words: vec![word.into()],
        };
        sieve.lets(&row, Timestamp(0))
    }

    #[test]
    fn what_cannot_be_read_leaves_the_last_that_could() {
        let mut sieve = Sieve::default();
        assert!(sieve.is_open() && lets(&sieve, "x"));
        sieve.take("abc");
        assert!(lets(&sieve, "an abc") && !lets(&sieve, "x"));
        sieve.take("abc (");
        assert!(sieve.flaw().is_some());
        assert!(lets(&sieve, "an abc") && !lets(&sieve, "x"));
        sieve.take("abc (x or y)");
        assert!(sieve.flaw().is_none() && !lets(&sieve, "an abc") && lets(&sieve, "abc y"));
        sieve.take(" ");
        assert!(sieve.is_open() && lets(&sieve, "x"));
    }

    #[test]
    fn what_was_in_force_counts_until_something_else_can_be_read() {
        let mut sieve = Sieve::default();
        sieve.take("abc");
        sieve.begin();
        sieve.take("state:");
        assert!(sieve.flaw().is_some());
        assert!(lets(&sieve, "an abc") && !lets(&sieve, "x"));
        sieve.take("");
        assert!(sieve.is_open());
    }
}
