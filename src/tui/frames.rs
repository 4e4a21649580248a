//! When a frame may be drawn: the first changes after a quiet moment at once, a storm at ten frames a second. A key never waits for
//! that longer than half a frame of a usual screen.

use std::time::Duration;
use tokio::time::Instant;

const BURST: u32 = 5;
const REFILL: Duration = Duration::from_millis(100);
const APART: Duration = Duration::from_millis(4);
/// A key waits no longer: with the frame itself it is seen within 16 ms.
const KEY: Duration = Duration::from_millis(8);
const SLOW: Duration = Duration::from_secs(1);

/// Why a frame is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Due {
    /// Facts changed.
    Facts,
    /// The operator did something.
    Key,
}

/// A bucket of frames.
#[derive(Debug)]
pub(crate) struct Frames {
    tokens: u32,
    counted: Instant,
    drawn: Option<Instant>,
    /// Facts wait for a second since the last frame.
    slow: bool,
}

impl Frames {
    /// Full. On a `slow` line facts are drawn once a second; keys as ever.
    pub(crate) fn new(now: Instant, slow: bool) -> Self {
        Self {
            tokens: BURST,
            counted: now,
            drawn: None,
            slow,
        }
    }

    /// When the next frame may be drawn, not before `now`.
    pub(crate) fn next(&mut self, due: Due, now: Instant) -> Instant {
        self.refill(now);
        let Some(drawn) = self.drawn else { return now };
        let wait = match (self.tokens, due) {
            (_, Due::Facts) if self.slow => drawn + SLOW,
            (0, Due::Key) => drawn + KEY,
            (0, Due::Facts) => (self.counted + REFILL).max(drawn + APART),
            _ => drawn + APART,
        };
        wait.max(now)
    }

    /// A frame was drawn.
    pub(crate) fn drew(&mut self, now: Instant) {
        self.refill(now);
        self.tokens = self.tokens.saturating_sub(1);
        self.drawn = Some(now);
    }

    fn refill(&mut self, now: Instant) {
        while self.tokens < BURST && now.duration_since(self.counted) >= REFILL {
            self.tokens += 1;
            self.counted += REFILL;
        }
        if self.tokens == BURST {
            self.counted = now;
        }
    }
}

#[cfg(test)]
mod tests;
