//! Storm control: how many workers are gone, and how fast work may move.

use crate::domain::{Span, State, Timestamp, Worker};
use std::sync::Arc;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storm {
    /// Less than 55 % of those that could be heard are silent.
    Normal,
    /// At least three, and at least 55 %.
    Partial,
    /// All of them: it is not they who are gone.
    Full,
}

/// Small swarms stop altogether while most are gone.
const SMALL: usize = 50;

/// Counts those that could be heard: neither finished nor expired nor never seen.
#[must_use]
pub fn storm(workers: &[Arc<Worker>]) -> Storm {
    let heard = |w: &&Arc<Worker>| {
        !matches!(
            w.verdict.state,
            State::Expired | State::Finished | State::New | State::Unknown
        )
    };
    let all = workers.iter().filter(heard).count();
    let silent = workers
        .iter()
        .filter(|w| w.verdict.state == State::Silent)
        .count();
    match silent {
        n if n >= 2 && n == all => Storm::Full,
        n if n >= 3 && n * 100 >= all * 55 => Storm::Partial,
        _ => Storm::Normal,
    }
}

impl Storm {
    /// Moves a second, in thousandths.
    #[must_use]
    pub const fn rate(self, workers: usize) -> u32 {
        match self {
            Self::Normal => 100,
            Self::Partial if workers > SMALL => 10,
            Self::Partial | Self::Full => 0,
        }
    }
}

/// A token bucket that holds one token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    taken: Option<Timestamp>,
}

impl Bucket {
    /// Full.
    pub const NORMAL: Self = Self { taken: None };

    /// A token is there, at `rate` thousandths a second.
    #[must_use]
    pub fn has(&self, rate: u32, now: Timestamp) -> bool {
        rate > 0
            && self
                .taken
                .is_none_or(|at| now.since(at) >= Span(1_000_000_000 / i64::from(rate)))
    }

    /// Takes the token, when there is one.
    pub fn take(&mut self, rate: u32, now: Timestamp) {
        if self.has(rate, now) {
            self.taken = Some(now);
        }
    }
}
