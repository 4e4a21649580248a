//! How well we ourselves see. A pause of ours, a slow disk or a bridge that is away must not look like the death of a swarm.

mod still;

use crate::domain::{Span, Timestamp};
pub use still::StillObserver;

/// A longer time between two looks, or a larger step of the wall clock, is a pause of ours.
const PAUSE: Span = Span::seconds(5);
/// A failure of the reads as long as this takes the bridge down.
const PROBE: Span = Span::seconds(10);
/// Worst health.
const WORST: u8 = 4;
/// So long without trouble makes the health one better.
const CLEAN: Span = Span::seconds(30);

/// One look at the bridge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tick {
    /// When, by the clock that verdicts go by.
    pub at: Timestamp,
    /// A clock that nobody sets and that goes on while the machine sleeps.
    pub steady: Span,
    /// How far the wall clock was set since the program started.
    pub step: Span,
    /// It took more than a second longer than it should, or found the bridge locked.
    pub trouble: bool,
}

/// What a look changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Nothing.
    None,
    /// The limits: our health changed.
    Limits,
    /// We paused, or the wall clock was set, by so much.
    Paused(Span),
}

/// How well we see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observer {
    /// Since when we watch; `None` for a single look.
    pub started: Option<Timestamp>,
    /// How badly we do, 0 to 4.
    pub poor: u8,
    /// Since when the bridge is away.
    pub down: Option<Timestamp>,
    /// When we last paused.
    pub paused: Option<Timestamp>,
    familiar: bool,
    last: Option<Tick>,
    clean: Option<Span>,
    failing: Option<Timestamp>,
    last_row: Option<Timestamp>,
}

impl Observer {
    /// What is watched began with this program: there is nothing to learn before judging it.
    pub const fn familiar(&mut self) {
        self.familiar = true;
    }

    /// Takes in a look.
    pub fn tick(&mut self, tick: Tick) -> Turn {
        let last = self.last.replace(tick);
        let Some(last) = last else {
            self.started.get_or_insert(tick.at);
            self.last_row.get_or_insert(tick.at);
            self.clean = Some(tick.steady);
            return Turn::None;
        };
        let gap = Span(tick.steady.0.saturating_sub(last.steady.0));
        let step = Span(tick.step.0.saturating_sub(last.step.0).saturating_abs());
        let before = self.poor;
        if tick.trouble {
            self.poor = (self.poor + 1).min(WORST);
            self.clean = Some(tick.steady);
        } else if self
            .clean
            .is_none_or(|since| tick.steady.0.saturating_sub(since.0) >= CLEAN.0)
        {
            self.poor = self.poor.saturating_sub(1);
            self.clean = Some(tick.steady);
        }
        if gap.max(step) > PAUSE {
            self.paused = Some(tick.at);
            self.last_row = Some(tick.at);
            return Turn::Paused(gap.max(step));
        }
        if self.poor == before {
            Turn::None
        } else {
            Turn::Limits
        }
    }

    /// The bridge could not be read at `at`. `true` when that takes it down.
    pub fn failed(&mut self, at: Timestamp) -> bool {
        self.last = None; // retries back off by more than a pause
        self.poor = (self.poor + 1).min(WORST);
        let since = *self.failing.get_or_insert(at);
        let down = self.down.is_none() && at.since(since) >= PROBE;
        if down {
            self.down = Some(since);
        }
        down
    }

    /// The bridge was read. Gives since when it was down.
    pub fn recovered(&mut self) -> Option<Timestamp> {
        self.failing.take()?;
        self.down.take()
    }

    /// A row came. Gives since when the bridge was down, when it was so by silence.
    pub fn row(&mut self, at: Timestamp) -> Option<Timestamp> {
        self.last_row = Some(at);
        if self.failing.is_some() {
            return None;
        }
        self.down.take()
    }

    /// Whether no row of any kind came for so long that the bridge, and not each of `live` workers with this `period`, must be away.
    /// With fewer than four workers silence alone accuses nobody. `true` when that takes it down.
    pub fn quiet(&mut self, at: Timestamp, live: usize, period: Span) -> bool {
        let Some(last) = self.last_row.filter(|_| live >= 4 && self.down.is_none()) else {
            return false;
        };
        if at.since(last) <= Self::patience(live, period) {
            return false;
        }
        self.down = Some(last);
        true
    }

    /// No row came for so long that it is worth asking why. Only of one that watches.
    #[must_use]
    pub fn is_hushed(&self, at: Timestamp) -> bool {
        self.last_row
            .is_some_and(|last| at.since(last) > Span::seconds(20))
    }

    /// How long `live` workers may be quiet together. Daemons that one script started beat together: never shorter than a period and a half.
    fn patience(live: usize, period: Span) -> Span {
        let live = i64::try_from(live.max(1)).unwrap_or(i64::MAX);
        Span::seconds(20)
            .max(Span(period.0 / 2 * 3))
            .max(Span(period.0.saturating_mul(14) / live))
    }

    /// No verdict falls now: the bridge is away, or the last look at it failed.
    #[must_use]
    pub const fn blind(&self) -> bool {
        self.down.is_some() || self.failing.is_some()
    }

    /// Says nothing that `other` does not say, but for when it last looked.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let said = |o: &Self| (o.started, o.poor, o.down, o.paused, o.failing);
        said(self) == said(other)
    }

    /// We have only just begun to watch.
    #[must_use]
    pub fn in_grace(&self, at: Timestamp) -> bool {
        self.mild_until(Span::seconds(30))
            .is_some_and(|until| at < until)
    }

    /// Until when nothing is called worse than suspect for a worker with this period.
    #[must_use]
    pub fn mild_until(&self, period: Span) -> Option<Timestamp> {
        if self.familiar {
            return None;
        }
        let grace = Span::seconds(60).max(Span(2 * period.0));
        Some(self.started?.plus(grace))
    }
}

#[cfg(test)]
mod tests;
