//! For how long something was wrong, also across times in which nothing was recorded.

use super::{Section, event::instant, fold::Change};
use crate::domain::{Timestamp, Trouble};
use std::{collections::HashMap, sync::Arc};

/// What was not over when a time without a gap ended, by kind and subject.
#[derive(Debug)]
pub(super) struct Carried<T> {
    open: HashMap<Arc<str>, T>,
    /// When that time ended.
    until: Timestamp,
    /// When the next one began.
    from: Timestamp,
}

impl<T> Default for Carried<T> {
    fn default() -> Self {
        Self::new(HashMap::new(), Timestamp(i64::MIN), Timestamp(i64::MIN))
    }
}

impl<T> Carried<T> {
    /// `open` was not over at `until`; it goes on at `from`.
    pub(super) const fn new(open: HashMap<Arc<str>, T>, until: Timestamp, from: Timestamp) -> Self {
        Self { open, until, from }
    }

    /// What of before goes on with something that begins to be wrong: the same that has been so since before the gap. What is found at the
    /// first look, and counts from that look because nobody knows better, goes on too; what began in the gap, or after the first look, does not.
    pub(super) fn joined(&mut self, change: &Change) -> Option<T> {
        let problem = change.problem.as_ref()?;
        let before = self.open.remove(&change.key)?;
        let unknown = change.at <= self.from && problem.since >= self.from;
        (problem.since <= self.until || unknown).then_some(before)
    }
}

/// Troubles, put together from what began and ceased to be wrong.
#[derive(Debug, Default)]
pub(super) struct Spells {
    found: Vec<Trouble>,
    /// What is not over: where it stands.
    open: HashMap<Arc<str>, usize>,
    until: Option<Timestamp>,
}

impl Spells {
    /// What changed in a time without a gap, ascending. The sections ascend.
    pub(super) fn section(&mut self, section: Section, changes: Vec<Change>) {
        let open = std::mem::take(&mut self.open);
        // Nobody knows how it went on.
        for at in open.values() {
            if let Some(trouble) = self.found.get_mut(*at) {
                trouble.until = self.until;
            }
        }
        let until = self.until.unwrap_or(Timestamp(i64::MIN));
        let mut carried = Carried::new(open, until, instant(section.from));
        for change in changes {
            self.note(&mut carried, change);
        }
        self.until = Some(instant(section.until));
    }

    fn note(&mut self, carried: &mut Carried<usize>, change: Change) {
        let known = self.open.get(&change.key).copied();
        match (known, change.severity) {
            (Some(at), Some(worse)) => {
                if let Some(trouble) = self.found.get_mut(at) {
                    trouble.severity = trouble.severity.max(worse);
                }
            }
            (Some(at), None) => {
                if let Some(trouble) = self.found.get_mut(at) {
                    trouble.until = Some(change.at);
                }
                self.open.remove(&change.key);
            }
            (None, Some(severity)) => {
                let joined = carried.joined(&change);
                if let Some(at) = joined
                    && let Some(trouble) = self.found.get_mut(at)
                {
                    trouble.until = None;
                    trouble.severity = trouble.severity.max(severity);
                    self.open.insert(change.key, at);
                    return;
                }
                self.open.insert(change.key, self.found.len());
                self.found.push(Trouble {
                    from: change.at,
                    until: None,
                    severity,
                    what: change.what,
                });
            }
            (None, None) => {}
        }
    }

    /// All of them. What was not over at the end has none.
    pub(super) fn found(self) -> Vec<Trouble> {
        self.found
    }
}
