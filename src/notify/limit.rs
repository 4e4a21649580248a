//! How often somebody may be told: a bucket of tokens that fills by the clock.

use crate::domain::{Span, Timestamp};

/// Told at once, at most.
const BURST: i64 = 5;
/// One more after each of these.
const REFILL: Span = Span::seconds(10);

/// A bucket of tokens.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    tokens: i64,
    counted: Timestamp,
}

impl Limit {
    /// Full.
    #[must_use]
    pub const fn new(now: Timestamp) -> Self {
        Self {
            tokens: BURST,
            counted: now,
        }
    }

    /// Takes a token; `false` when there is none.
    pub fn take(&mut self, now: Timestamp) -> bool {
        let gained = now.since(self.counted).0.max(0) / REFILL.0;
        self.tokens = (self.tokens + gained).min(BURST);
        self.counted = if self.tokens == BURST {
            self.counted.max(now)
        } else {
            self.counted.plus(Span(gained * REFILL.0))
        };
        let has = self.tokens > 0;
        self.tokens -= i64::from(has);
        has
    }
}
