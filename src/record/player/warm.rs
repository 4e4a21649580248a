//! States that are kept in memory, made between questions.

use super::Player;
use crate::record::{Fold, RecordError, event::ms};

/// Between two states that are kept in memory, in milliseconds: the first of these at which they take no more than [`KEPT`].
pub(super) const EVERY: [i64; 8] = [
    600_000, 900_000, 1_200_000, 1_500_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000,
];
/// Workers of all states that are kept in memory: each takes some kilobytes. A week of a hundred workers has a state every 25 minutes.
const KEPT: usize = 41_000;
/// What is walked through at once, in milliseconds: what follows shares most of its memory.
const DAY: i64 = 86_400_000;

/// A stretch of the recording on whose way states are kept.
pub(super) struct Walk {
    fold: Fold,
    until: i64,
}

impl Player {
    /// Right before this instant the next state after `from` is kept.
    pub(super) const fn mark_after(&self, from: i64) -> i64 {
        (from.div_euclid(self.every) + 1) * self.every
    }

    /// Makes the states that are kept in memory, from the newest day back, as long as `enough` does not say so: then a question about any
    /// time is cheap. O(what was seen), once.
    ///
    /// # Errors
    /// As [`RecordError`] says.
    pub fn warm(&mut self, enough: impl Fn() -> bool) -> Result<(), RecordError> {
        self.refresh()?;
        loop {
            let walk = match self.walk.take() {
                Some(walk) => Some(walk),
                None => self.next_walk()?,
            };
            let Some(mut walk) = walk else { return Ok(()) };
            loop {
                let from = ms(walk.fold.at()) + 1;
                if from > walk.until || !self.has_room() {
                    break;
                }
                if enough() {
                    self.walk = Some(walk);
                    return Ok(());
                }
                let to = (self.mark_after(from) - 1).min(walk.until);
                self.advance(&mut walk.fold, to)?;
            }
        }
    }

    /// A day back from what was walked through.
    fn next_walk(&mut self) -> Result<Option<Walk>, RecordError> {
        if !self.has_room() {
            return Ok(None);
        }
        let end = self.walked.unwrap_or_else(|| self.ends().1);
        let section = self.sections.iter().rev().find(|s| s.from < end);
        let Some(section) = section.copied() else {
            return Ok(None);
        };
        let until = end.min(section.until);
        let within = |day: i64| {
            let from = section.from.max(until.saturating_sub(day));
            let first = self.starts.partition_point(|start| *start < from);
            self.starts.get(first).filter(|start| **start < until)
        };
        let Some(start) = within(DAY).or_else(|| within(i64::MAX)).copied() else {
            self.walked = Some(section.from);
            return self.next_walk();
        };
        self.walked = Some(start);
        let fold = self.begun(start, section)?;
        Ok(Some(Walk { fold, until }))
    }

    fn has_room(&self) -> bool {
        let held = self.states.values().map(|fold| fold.workers().max(1));
        held.sum::<usize>() < KEPT
    }

    pub(super) fn keep(&mut self, fold: &Fold) {
        if self.states.is_empty() {
            let span: i64 = self.sections.iter().map(|s| s.until - s.from).sum();
            let room = i64::try_from(KEPT / fold.workers().max(1)).unwrap_or(i64::MAX);
            let fits = |every: &i64| span / every <= room;
            let [.., most] = EVERY;
            self.every = EVERY.into_iter().find(fits).unwrap_or(most);
        }
        if self.has_room() {
            self.states.insert(ms(fold.at()), fold.clone());
        }
    }
}
