//! Time that passes faster than life, for rehearsals: every process of one goes by the same pace.

use super::{Span, Timestamp};
use std::{fmt, str::FromStr, time::Duration};

/// Times faster than life that a rehearsal may be.
const FASTEST: u32 = 1_000;

/// How fast time passes, and which instant of it belongs to which of the real one. All who share one agree on what time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// So many seconds pass in one.
    pub speed: u32,
    /// A real instant …
    pub real: Timestamp,
    /// … and what time it is then.
    pub at: Timestamp,
}

impl Pace {
    /// What time it is at a real instant.
    #[must_use]
    pub const fn of(&self, real: Timestamp) -> Timestamp {
        let since = real.since(self.real).0;
        self.at.plus(Span(since.saturating_mul(self.speed as i64)))
    }

    /// How long one really waits for so much time to pass; zero for what lies behind.
    #[must_use]
    pub fn real(&self, span: Span) -> Duration {
        Duration::from_micros(span.0.max(0).unsigned_abs()) / self.speed.max(1)
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.speed, self.real.0, self.at.0)
    }
}

impl FromStr for Pace {
    type Err = String;

    /// Reads `SPEED:REAL:AT`, the instants in microseconds since 1970.
    fn from_str(raw: &str) -> Result<Self, String> {
        let mut parts = raw.split(':');
        let pace = (|| {
            let speed = parts.next()?.parse().ok()?;
            let real = Timestamp(parts.next()?.parse().ok()?);
            let at = Timestamp(parts.next()?.parse().ok()?);
            let whole = parts.next().is_none() && (1..=FASTEST).contains(&speed);
            whole.then_some(Self { speed, real, at })
        })();
        pace.ok_or_else(|| "a pace is SPEED:REAL:AT".to_owned())
    }
}

#[cfg(test)]
mod tests;
