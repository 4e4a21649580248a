//! How one worker beats, and how it works: estimators that learn from what was seen, and survive a restart.

use super::accrual::{Model, Taus};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Intervals that the median is taken of.
const WINDOW: usize = 101;
/// Period before five intervals are known, in seconds.
pub const PERIOD: f64 = 30.0;
/// Forgetting per beat: a window of about a day.
const DECAY: f64 = 1.0 - 1.0 / 3000.0;
/// Prior of a first miss: 1 of 100.
const FIRST: (f64, f64) = (1.0, 100.0);
/// Prior of a further miss: 0.4 of 10.
const NEXT: (f64, f64) = (0.4, 10.0);

/// Misses of trials, with a prior that never quite goes away.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Rate {
    hits: f64,
    trials: f64,
}

impl Rate {
    const fn new((hits, trials): (f64, f64)) -> Self {
        Self { hits, trials }
    }

    fn fade(&mut self, (hits, trials): (f64, f64)) {
        self.hits = hits + (self.hits - hits) * DECAY;
        self.trials = trials + (self.trials - trials) * DECAY;
    }

    /// Mean, plus so many standard deviations of its own uncertainty.
    fn estimate(self, deviations: f64, most: f64) -> f64 {
        let p = self.hits / self.trials;
        let sd = (p * (1.0 - p) / (self.trials + 1.0)).max(0.0).sqrt();
        (p + deviations * sd).clamp(0.002, most)
    }
}

/// How a worker beats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rhythm {
    /// Newest intervals, in seconds.
    intervals: VecDeque<f32>,
    mu: f64,
    sg: f64,
    first: Rate,
    next: Rate,
    learned: u64,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            intervals: VecDeque::new(),
            mu: PERIOD,
            sg: (0.05 * PERIOD).max(1.0),
            first: Rate::new(FIRST),
            next: Rate::new(NEXT),
            learned: 0,
        }
    }
}

/// After how much silence a worker counts as what, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    /// Late.
    pub suspect: f64,
    /// Missed.
    pub silent: f64,
    /// Long enough to move its work by itself.
    pub act: f64,
}

impl Rhythm {
    /// Period, in seconds.
    #[must_use]
    pub const fn period(&self) -> f64 {
        self.mu
    }

    /// How many intervals it has learned from.
    #[must_use]
    pub const fn learned(&self) -> u64 {
        self.learned
    }

    /// The model as it stands.
    #[must_use]
    pub fn model(&self) -> Model {
        self.model_at(0.0)
    }

    fn model_at(&self, deviations: f64) -> Model {
        Model {
            mu: self.mu,
            sg: self.sg,
            p1: self.first.estimate(deviations, 0.9),
            q: self.next.estimate(deviations, 0.95),
        }
    }

    /// Longest silence that is waited for, at least `least`, in seconds.
    fn cap(&self, least: f64) -> f64 {
        (5.0 * self.mu).max(least)
    }

    /// Learns from the time between two beats, in seconds. One longer than the cap is an outage, and is not learned from.
    pub fn learn(&mut self, interval: f64) {
        if !(interval > 0.0 && interval <= self.cap(330.0)) {
            return;
        }
        let beats = (interval / self.mu).round().max(1.0);
        self.first.trials += 1.0;
        if beats > 1.0 {
            self.first.hits += 1.0;
            self.next.hits += beats - 2.0;
            self.next.trials += beats - 1.0;
        }
        self.first.fade(FIRST);
        self.next.fade(NEXT);
        if self.intervals.len() == WINDOW {
            self.intervals.pop_front();
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "seconds below the cap, to the microsecond"
        )]
        self.intervals.push_back(interval as f32);
        self.learned += 1;
        let young = self.intervals.len() < 20 && self.learned.is_multiple_of(5);
        if young || self.learned.is_multiple_of(50) {
            self.measure();
        }
    }

    /// Takes period and spread anew from the newest intervals. A period that was wrong starts the counts of misses again.
    fn measure(&mut self) {
        let mut sorted: Vec<f64> = self.intervals.iter().map(|i| f64::from(*i)).collect();
        let Some(mu) = median(&mut sorted) else {
            return;
        };
        if (mu - self.mu).abs() > 0.3 * self.mu {
            self.first = Rate::new(FIRST);
            self.next = Rate::new(NEXT);
        }
        self.mu = mu;
        let mut off: Vec<f64> = sorted
            .iter()
            .filter(|i| **i < 1.5 * mu)
            .map(|i| (i - mu).abs())
            .collect();
        let spread = 1.4826 * median(&mut off).unwrap_or_default();
        self.sg = spread.max(0.05 * mu).max(1.0);
    }

    /// When it is late and missed by the suspicion thresholds 3 and `silent`, and when its work may move by `act`.
    pub fn levels(&self, taus: &mut Taus, silent: f64, act: f64) -> Levels {
        let (cap, act_cap) = (self.cap(330.0), self.cap(360.0));
        let model = self.model();
        Levels {
            suspect: taus.tau(&model, 3.0, cap),
            silent: taus.tau(&model, silent, cap),
            act: (taus.tau(&self.model_at(1.0), act, act_cap) + 30.0).min(act_cap),
        }
    }
}

/// The middle of what it sorts.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Gaps between two activities that are kept.
const GAPS: usize = 500;
/// … and how many must be known before they count.
const ENOUGH: usize = 60;

/// How a worker works: the times between two activities of the agent while it owes something.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// Newest gaps, in seconds.
    gaps: VecDeque<f32>,
    learned: u64,
    limit: Option<f64>,
}

impl Pace {
    /// How many gaps it has learned from.
    #[must_use]
    pub const fn learned(&self) -> u64 {
        self.learned
    }

    /// Learns from the time between two activities, in seconds. What comes within a second is one activity.
    pub fn learn(&mut self, gap: f64) {
        if gap.is_nan() || gap < 1.0 {
            return;
        }
        if self.gaps.len() == GAPS {
            self.gaps.pop_front();
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "seconds between two activities"
        )]
        self.gaps.push_back(gap as f32);
        self.learned += 1;
        if self.gaps.len() >= ENOUGH && self.learned.is_multiple_of(20) {
            let mut sorted: Vec<f32> = self.gaps.iter().copied().collect();
            sorted.sort_unstable_by(f32::total_cmp);
            let at = (sorted.len() * 99 / 100).min(sorted.len() - 1);
            let rare = sorted.get(at).copied().map_or(600.0, f64::from);
            self.limit = Some((1.5 * rare).clamp(300.0, 1800.0));
        }
    }

    /// After how many seconds without activity it stalls; `None` before sixty gaps are known.
    #[must_use]
    pub const fn limit(&self) -> Option<f64> {
        self.limit
    }
}

/// What is learned of one worker.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Habit {
    /// How its daemon beats.
    pub rhythm: Rhythm,
    /// How its agent works.
    pub pace: Pace,
}

#[cfg(test)]
mod tests;
