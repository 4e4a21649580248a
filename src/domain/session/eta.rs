//! When it will be done, at the rate that was measured.

use super::super::{Span, Timestamp};
use std::fmt;

/// Rates are measured over at most so long.
const WINDOW: Span = Span::seconds(2 * 3_600);
/// … and over no less: one completion a minute ago is no rate.
const LEAST: Span = Span::seconds(10 * 60);
/// So many completions are needed before an upper end is named.
const ENOUGH: u64 = 4;

/// From when to when, as seen from the instant that it was worked out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Eta {
    /// Not before.
    pub least: Span,
    /// At the measured rate; `None` when it cannot be told.
    pub likely: Option<Span>,
    /// Not after; `None` when it cannot be told.
    pub most: Option<Span>,
}

impl fmt::Display for Eta {
    /// `1h10m`, `40m–2h`, or `≥3h` when it cannot be told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.likely, self.most) {
            (Some(_), Some(most)) => write!(f, "{}–{most}", self.least),
            _ => write!(f, "≥{}", self.least),
        }
    }
}

/// How long `left` pieces take when `done` of them, at these times, were completed since `since`. A Poisson rate: its 95 % interval by
/// the square-root transform (Brown, Cai and `DasGupta` 2003), `(√(n + 3/8) ± 0.98)²` over the time watched. `None` when nothing is left.
/// O(done).
#[must_use]
pub fn eta(left: u64, done: &[Timestamp], since: Option<Timestamp>, now: Timestamp) -> Option<Eta> {
    if left == 0 {
        return None;
    }
    let from = now.plus(Span(-WINDOW.0));
    let from = since.map_or(from, |since| since.max(from));
    let watched = now.since(from).0.max(LEAST.0);
    let n = done.iter().filter(|at| **at > from && **at <= now).count() as u64;
    let (fast, slow) = ends(n);
    let (left, watched) = (small(left), seconds(watched));
    let span = |rate: f64| span(left * watched / rate);
    Some(Eta {
        least: span(fast),
        likely: (n > 0).then(|| span(small(n))),
        most: (n >= ENOUGH).then(|| span(slow)),
    })
}

/// The upper and the lower end of what `n` events stand for.
fn ends(n: u64) -> (f64, f64) {
    let root = (small(n) + 0.375).sqrt();
    let (high, low) = (root + 0.98, (root - 0.98).max(0.1));
    (high * high, low * low)
}

fn small(n: u64) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

fn seconds(micros: i64) -> f64 {
    Span(micros).as_f64()
}

/// At most a year: what takes longer takes for ever.
fn span(seconds: f64) -> Span {
    const YEAR: f64 = 365.0 * 86_400.0;
    #[expect(clippy::cast_possible_truncation, reason = "bounded by a year")]
    Span::seconds(seconds.clamp(0.0, YEAR) as i64)
}
