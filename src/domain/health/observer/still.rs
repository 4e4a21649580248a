//! How well we saw, as it is kept: plain numbers, times in microseconds.

use super::{CLEAN, Observer, Tick, Turn};
use crate::domain::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// An [`Observer`], written down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StillObserver {
    started: Option<i64>,
    poor: u8,
    down: Option<i64>,
    paused: Option<i64>,
    familiar: bool,
    /// Time, steady time, step.
    last: Option<[i64; 3]>,
    clean: Option<i64>,
    failing: Option<i64>,
    last_row: Option<i64>,
}

fn out(at: Option<Timestamp>) -> Option<i64> {
    at.map(|at| at.0)
}

impl Observer {
    /// As it is kept.
    #[must_use]
    pub fn still(&self) -> StillObserver {
        StillObserver {
            started: out(self.started),
            poor: self.poor,
            down: out(self.down),
            paused: out(self.paused),
            familiar: self.familiar,
            last: self.last.map(|t| [t.at.0, t.steady.0, t.step.0]),
            clean: self.clean.map(|at| at.0),
            failing: out(self.failing),
            last_row: out(self.last_row),
        }
    }

    /// As it was kept.
    #[must_use]
    pub fn of(still: &StillObserver) -> Self {
        Self {
            started: still.started.map(Timestamp),
            poor: still.poor.min(super::WORST),
            down: still.down.map(Timestamp),
            paused: still.paused.map(Timestamp),
            familiar: still.familiar,
            last: still.last.map(|[at, steady, step]| Tick {
                at: Timestamp(at),
                steady: Span(steady),
                step: Span(step),
                trouble: false,
            }),
            clean: still.clean.map(Span),
            failing: still.failing.map(Timestamp),
            last_row: still.last_row.map(Timestamp),
        }
    }

    /// Looks went on without trouble until `at`: what they would have done, at once. O(1).
    pub fn watched(&mut self, at: Timestamp) -> Turn {
        let Some(last) = self.last.as_mut().filter(|_| self.failing.is_none()) else {
            return Turn::None;
        };
        let passed = at.since(last.at).0.max(0);
        last.at = last.at.max(at);
        last.steady.0 = last.steady.0.saturating_add(passed);
        let (steady, before) = (last.steady.0, self.poor);
        while self.poor > 0
            && let Some(clean) = self.clean.filter(|c| steady.saturating_sub(c.0) >= CLEAN.0)
        {
            self.poor -= 1;
            self.clean = Some(Span(clean.0.saturating_add(CLEAN.0)));
        }
        if self.poor == before {
            Turn::None
        } else {
            Turn::Limits
        }
    }

    /// The next look, `gap` after the last one, with the wall clock set by `step` meanwhile.
    #[must_use]
    pub fn next(&self, at: Timestamp, gap: Span, step: Span, trouble: bool) -> Tick {
        let last = self.last.unwrap_or_default();
        Tick {
            at,
            steady: Span(last.steady.0.saturating_add(gap.0)),
            step: Span(last.step.0.saturating_add(step.0)),
            trouble,
        }
    }
}
