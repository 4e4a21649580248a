//! Counts that only grow: what the history of a bridge adds up to, by session. A program that starts again counts the same rows again and
//! comes to the same numbers.

use super::{Kind, Span};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::Arc};

/// Upper bounds of the classes that durations of tasks are counted in, in seconds.
pub const DURATIONS: [u32; 12] = [
    30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400,
];

/// Why tasks moved, in words that cannot grow in number: of the mark of the row, `protocol` where there is none.
pub const REASONS: [&str; 10] = [
    "operator",
    "silent",
    "expired",
    "stalled",
    "unaccepted",
    "fenced",
    "undo",
    "rotation",
    "protocol",
    "other",
];

/// Totals by session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    sessions: HashMap<Arc<str>, Counts>,
    /// How long tasks took from their last assignment to their completion.
    pub durations: Durations,
}

/// Totals of one session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    messages: [u64; Kind::ALL.len()],
    moved: [u64; REASONS.len()],
    /// Tasks that were completed.
    pub completed: u64,
}

/// A histogram.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Durations {
    /// How many fell into each class of [`DURATIONS`] and into no smaller one.
    pub classes: [u64; DURATIONS.len()],
    /// All of them together, in seconds.
    pub sum: f64,
    /// How many.
    pub count: u64,
}

impl Counts {
    /// Messages of a kind.
    #[must_use]
    pub fn messages(&self, kind: Kind) -> u64 {
        self.messages.get(kind as usize).copied().unwrap_or(0)
    }

    /// Tasks that moved, with why, in the order of [`REASONS`].
    pub fn moved(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        REASONS.into_iter().zip(self.moved)
    }
}

impl Tally {
    /// Every session with its totals, by name. O(sessions log sessions).
    #[must_use]
    pub fn sessions(&self) -> Vec<(&Arc<str>, &Counts)> {
        let mut all: Vec<_> = self.sessions.iter().collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        all
    }

    fn of(&mut self, session: &Arc<str>) -> &mut Counts {
        // Names are looked up far more often than they are new.
        if !self.sessions.contains_key(session) {
            self.sessions.insert(Arc::clone(session), Counts::default());
        }
        self.sessions.entry(Arc::clone(session)).or_default()
    }

    /// A message. O(1).
    pub fn message(&mut self, session: &Arc<str>, kind: Kind) {
        if let Some(n) = self.of(session).messages.get_mut(kind as usize) {
            *n += 1;
        }
    }

    /// A task that went from one worker to another. O(1).
    pub fn moved(&mut self, session: &Arc<str>, cause: Option<&str>) {
        let reason = cause.unwrap_or("protocol");
        let at = REASONS.iter().position(|r| *r == reason);
        if let Some(n) = (self.of(session).moved).get_mut(at.unwrap_or(REASONS.len() - 1)) {
            *n += 1;
        }
    }

    /// A task that was completed, and how long that took where it is known. O(classes).
    pub fn completed(&mut self, session: &Arc<str>, took: Option<Span>) {
        self.of(session).completed += 1;
        let Some(took) = took.filter(|t| t.0 >= 0).map(Span::as_f64) else {
            return;
        };
        self.durations.sum += took;
        self.durations.count += 1;
        let fits = |class: &&u32| took <= f64::from(**class);
        let at = DURATIONS.iter().position(|class| fits(&class));
        if let Some(n) = at.and_then(|at| self.durations.classes.get_mut(at)) {
            *n += 1;
        }
    }
}

#[cfg(test)]
mod tests;
