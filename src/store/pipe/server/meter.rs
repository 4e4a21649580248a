//! How often the holder of a token may call.

use crate::domain::Timestamp;
use std::{collections::HashMap, time::Duration};

/// Calls of one conversation that are let through at once.
pub const BURST: u32 = 200;
/// Calls of one conversation that are let through in a second, from there on.
pub const PER_SECOND: u32 = 50;
/// Conversations that are counted apart; beyond them those that are at rest are forgotten.
const KEPT: usize = 4_096;

/// Microseconds that one call costs.
const COST: i64 = 1_000_000 / PER_SECOND as i64;
/// Microseconds of credit that can be saved up.
const CREDIT: i64 = COST * BURST as i64;

/// Counts the calls of each conversation: a bucket of [`BURST`], filled by [`PER_SECOND`].
#[derive(Default)]
pub(super) struct Meter {
    /// Credit, and when that was counted.
    all: HashMap<Box<str>, (i64, Timestamp)>,
}

impl Meter {
    /// Counts a call of `conversation` at `now`. O(1); rarely O(conversations).
    ///
    /// # Errors
    /// When to come back.
    pub(super) fn count(&mut self, conversation: &str, now: Timestamp) -> Result<(), Duration> {
        if self.all.len() >= KEPT && !self.all.contains_key(conversation) {
            self.all.retain(|_, (credit, at)| {
                let gained = now.since(*at).0.max(0);
                credit.saturating_add(gained) < CREDIT
            });
            if self.all.len() >= KEPT {
                return Err(Duration::from_secs(1));
            }
        }
        let entry = self.all.entry(conversation.into()).or_insert((CREDIT, now));
        // A clock that was set back gives nothing and takes nothing.
        let gained = now.since(entry.1).0.max(0);
        let credit = entry.0.saturating_add(gained).min(CREDIT);
        if credit < COST {
            *entry = (credit, now);
            let missing = u64::try_from(COST - credit).unwrap_or_default();
            return Err(Duration::from_micros(missing));
        }
        *entry = (credit - COST, now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{BURST, KEPT, Meter, PER_SECOND};
    use crate::domain::{Span, Timestamp};

    #[test]
    fn a_burst_passes_and_then_so_many_a_second() {
        let (mut meter, mut now) = (Meter::default(), Timestamp(0));
        for _ in 0..BURST {
            meter.count("c", now).unwrap();
        }
        let wait = meter.count("c", now).unwrap_err();
        assert_eq!(wait.as_millis(), u128::from(1_000 / PER_SECOND));
        meter.count("d", now).unwrap();
        now = now.plus(Span(20_000));
        meter.count("c", now).unwrap();
        meter.count("c", now).unwrap_err();
        // A beat each half minute is never refused.
        for _ in 0..1_000 {
            now = now.plus(Span::seconds(30));
            meter.count("c", now).unwrap();
        }
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let mut meter = Meter::default();
        meter.count("c", Timestamp(3_600_000_000)).unwrap();
        for n in 0..100 {
            meter.count("c", Timestamp(n * 20_000)).unwrap();
        }
    }

    #[test]
    fn names_that_nobody_has_fill_no_memory() {
        let (mut meter, now) = (Meter::default(), Timestamp(0));
        let refused = (0..3 * KEPT).filter(|n| meter.count(&n.to_string(), now).is_err());
        assert_eq!(refused.count(), 2 * KEPT);
        assert!(meter.all.len() <= KEPT);
        meter.count("c", now.plus(Span::seconds(10))).unwrap();
        assert_eq!(meter.all.len(), 1);
    }
}
