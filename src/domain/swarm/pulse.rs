//! What only watching tells of a worker: its rhythm, its clock, whether it is coming back.

use crate::domain::{
    Span, Timestamp,
    health::{Habit, Limits},
};
use std::collections::VecDeque;

/// Beats that the difference of two clocks is taken of.
const SKEWS: usize = 20;
/// A difference of less says nothing.
const NOTEWORTHY: Span = Span::seconds(5);
/// Two rows of one act are no further than this apart.
const ONE_ACT: Span = Span::seconds(1);

/// What only watching tells of a worker.
#[derive(Debug, Clone, Default)]
pub(super) struct Pulse {
    pub(super) habit: Habit,
    /// The habit has learned since it was last written down.
    pub(super) fresh: bool,
    /// A sign of life was seen to come.
    pub(super) witnessed: bool,
    /// No verdict before this instant, or a sign of life.
    pub(super) hold: Option<Timestamp>,
    /// No age counts from before this instant.
    pub(super) restart: Option<Timestamp>,
    /// It was silent, and gave a sign of life at this instant.
    pub(super) recovering: Option<Timestamp>,
    /// It said that it would be busy until then.
    pub(super) busy: Option<Timestamp>,
    pub(super) last_beat: Option<Timestamp>,
    pub(super) last_act: Option<Timestamp>,
    pub(super) skews: VecDeque<i64>,
}

impl Pulse {
    /// A beat was seen to come at `now`; `stamp` is the sender's time of it.
    pub(super) fn beat(&mut self, now: Timestamp, stamp: Option<Timestamp>, silent: bool) {
        let interval = self.last_beat.map(|last| now.since(last));
        if let Some(interval) = interval {
            self.habit.rhythm.learn(interval.as_f64());
            self.fresh = true;
        }
        if let Some(stamp) = stamp {
            if self.skews.len() == SKEWS {
                self.skews.pop_front();
            }
            self.skews.push_back(now.since(stamp).0);
        }
        let steady = interval.is_some_and(|i| i.as_f64() <= 2.5 * self.habit.rhythm.period());
        let since = self.recovering;
        if silent {
            self.recovering.get_or_insert(now);
        } else if steady && since.is_some() && self.last_beat >= since {
            self.recovering = None;
        }
        self.last_beat = Some(now);
        self.alive();
    }

    /// An activity was seen to come at `now`. `owed`: the worker owed something since the last one, so that the time between tells its pace.
    pub(super) fn act(&mut self, now: Timestamp, owed: bool, silent: bool) {
        let gap = self.last_act.map(|last| now.since(last));
        if gap.is_some_and(|gap| gap < ONE_ACT) {
            return;
        }
        if let Some(gap) = gap.filter(|_| owed) {
            self.habit.pace.learn(gap.as_f64());
            self.fresh = true;
        }
        self.last_act = Some(now);
        if silent {
            self.recovering.get_or_insert(now);
        } else if self
            .recovering
            .is_some_and(|since| now.since(since) >= ONE_ACT)
        {
            self.recovering = None;
        }
        self.alive();
    }

    fn alive(&mut self) {
        self.witnessed = true;
        self.hold = None;
    }

    /// It said at `at` that it would be busy for `span`.
    pub(super) fn declare(&mut self, at: Timestamp, span: Span) {
        let most = Span::seconds(3_600);
        let until = at.plus(Span(span.0.saturating_add(Span::seconds(120).0)).min(most));
        self.busy = self.busy.max(Some(until));
    }

    /// What came while nobody looked is not known: the next interval is none. No verdict before two periods have passed.
    pub(super) fn pause(&mut self, now: Timestamp) {
        self.last_beat = None;
        self.last_act = None;
        self.hold = Some(now.plus(Span(2 * period(&self.habit).0)));
    }

    /// The bridge is back after having been away: ages restart.
    pub(super) const fn restart(&mut self, now: Timestamp) {
        self.last_beat = None;
        self.last_act = None;
        self.restart = Some(now);
    }

    /// A beat was seen to come since we last looked away.
    pub(super) const fn beaten(&self) -> bool {
        self.last_beat.is_some()
    }

    /// The smallest of the newest differences between our clock and its own.
    pub(super) fn least(&self) -> Option<Span> {
        self.skews.iter().copied().min().map(Span)
    }

    /// How far its clock is behind ours, by the smallest of the newest differences; negative when it is ahead. `None` when that is no
    /// more than the time that a row takes.
    pub(super) fn skew(&self) -> Option<Span> {
        let least = self.least()?;
        (least.0.unsigned_abs() > NOTEWORTHY.0.unsigned_abs()).then_some(least)
    }

    /// The limits for it: longer while it said that it would be busy.
    pub(super) fn limits(&self, mut limits: Limits, strong: Option<Timestamp>) -> Limits {
        if let (Some(until), Some(strong)) = (self.busy, strong) {
            limits.stall = limits.stall.max(until.since(strong));
        }
        limits.restart = self.restart.unwrap_or(limits.restart);
        limits
    }
}

/// Its period.
pub(super) fn period(habit: &Habit) -> Span {
    #[expect(clippy::cast_possible_truncation, reason = "bounded before the cast")]
    Span((habit.rhythm.period() * 1e6).clamp(0.0, 1e15) as i64)
}

/// The zone that a clock is off by when it writes its local time instead of UTC: a multiple of a quarter of an hour, at least half an hour.
pub(in crate::domain) fn zone(skew: Span) -> Option<Span> {
    let quarter = Span::seconds(900).0;
    let half = skew.0.signum() * quarter / 2;
    let nearest = skew.0.saturating_add(half) / quarter * quarter;
    let near = skew.0.saturating_sub(nearest).saturating_abs() <= Span::seconds(90).0;
    (near && nearest.abs() >= 2 * quarter).then_some(Span(nearest))
}
