//! Which thresholds hold for a worker: a policy, applied to what was learned of the worker and to how well we ourselves are.

use super::{
    accrual::{Model, Rounded, Taus},
    rhythm::{Habit, PERIOD},
};
use crate::domain::{Span, Timestamp, when};
use std::collections::BTreeMap;

/// How late is found out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Method {
    /// From each worker's own rhythm.
    #[default]
    Adaptive,
    /// By the same limits for all.
    Fixed,
}

/// How sure one must be before work moves by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// As sure as for calling a worker silent.
    #[default]
    Balanced,
    /// Suspicion of at least 8: for machines that sleep and pause.
    Cautious,
}

/// Limits of the fixed method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixed {
    /// A heartbeat older than this is late: twice the beat's interval.
    pub suspect: Span,
    /// A heartbeat older than this is missed.
    pub silent: Span,
    /// After so long the work may move by itself.
    pub act: Span,
}

/// The policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detector {
    /// How late is found out.
    pub method: Method,
    /// How sure one must be.
    pub profile: Profile,
    /// Limits of the fixed method.
    pub fixed: Fixed,
    /// Whoever owes work and did nothing for so long does not move; until its own pace is known.
    pub stall: Span,
    /// Suspicion from which a worker counts as silent; `None` by how many there are.
    pub phi: Option<u8>,
    /// Teams with a method of their own, by name.
    pub teams: BTreeMap<String, Method>,
}

impl Detector {
    /// Each worker by its own rhythm.
    pub const ADAPTIVE: Self = Self::of(Method::Adaptive);
    /// Fixed thresholds: 60 s, 300 s, 330 s, and 900 s without activity.
    pub const FIXED: Self = Self::of(Method::Fixed);

    const fn of(method: Method) -> Self {
        Self {
            method,
            profile: Profile::Balanced,
            fixed: Fixed {
                suspect: Span::seconds(60),
                silent: Span::seconds(300),
                act: Span::seconds(330),
            },
            stall: Span::seconds(900),
            phi: None,
            teams: BTreeMap::new(),
        }
    }

    /// Its name for people: `adaptive`, `adaptive:phi=7`, `fixed:120s`.
    #[must_use]
    pub fn name(&self) -> String {
        match (self.method, self.phi) {
            (Method::Fixed, _) => format!("fixed:{}s", self.fixed.silent.as_seconds()),
            (Method::Adaptive, Some(phi)) => format!("adaptive:phi={phi}"),
            (Method::Adaptive, None) => "adaptive".to_owned(),
        }
    }

    /// Reads `fixed:120s`, `fixed:60s/120s` (late, missed) or `adaptive[:phi=7]`; the rest is as in `self`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn with(&self, raw: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{}: not a detector; write fixed:120s, fixed:60s/120s, adaptive or adaptive:phi=7",
                crate::domain::text::line(raw)
            )
        };
        let (name, how) = raw
            .split_once(':')
            .map_or((raw, None), |(n, h)| (n, Some(h)));
        let mut new = self.clone();
        match (name, how) {
            ("adaptive", how) => {
                new.method = Method::Adaptive;
                new.phi = match how.map(|how| how.strip_prefix("phi=")) {
                    None => None,
                    Some(n) => {
                        let n = n
                            .and_then(|n| n.parse().ok())
                            .filter(|n| (3..=30).contains(n));
                        Some(n.ok_or_else(wrong)?)
                    }
                };
            }
            ("fixed", None) => new.method = Method::Fixed,
            ("fixed", Some(how)) => {
                new.method = Method::Fixed;
                let (late, missed) = how
                    .split_once('/')
                    .map_or((None, how), |(l, m)| (Some(l), m));
                let span = |raw: &str| when::span(raw).ok_or_else(wrong);
                new.fixed.silent = span(missed)?;
                new.fixed.suspect = match late {
                    Some(late) => span(late)?,
                    None => new.fixed.suspect.min(new.fixed.silent),
                };
                new.fixed.act = Span(new.fixed.silent.0.saturating_add(Span::seconds(30).0));
                if new.fixed.suspect > new.fixed.silent {
                    return Err(wrong());
                }
            }
            _ => return Err(wrong()),
        }
        Ok(new)
    }

    /// The limits of one worker. `team` is its team's name, `workers` how many there are: the more, the more suspicion it takes until
    /// one of them is called silent, so that false alarms stay a month apart.
    #[must_use]
    pub fn limits(&self, team: Option<&str>, habit: &Habit, sight: &mut Sight<'_>) -> Limits {
        let own = team.and_then(|team| self.teams.get(team).copied());
        let plain = Limits {
            suspect: self.fixed.suspect,
            silent: self.fixed.silent,
            act: self.fixed.act,
            stall: self.stall,
            period: Span(self.fixed.suspect.0 / 2),
            basis: Basis::Fixed,
            watched: sight.watched,
            restart: Timestamp(i64::MIN),
            mild_until: None,
        };
        if own.unwrap_or(self.method) == Method::Fixed {
            return Limits {
                suspect: sight.scaled(plain.suspect),
                silent: sight.scaled(plain.silent),
                act: sight.scaled(plain.act),
                ..plain
            };
        }
        // A single look has one chance to be wrong about each worker, not one with every beat of a month.
        let usual = || suspicion(if sight.watched { sight.workers } else { 1 });
        let silent = self.phi.unwrap_or_else(usual);
        let act = match self.profile {
            Profile::Balanced => silent,
            Profile::Cautious => silent.max(8),
        };
        let rhythm = &habit.rhythm;
        let levels = rhythm.levels(sight.taus, f64::from(silent), f64::from(act));
        Limits {
            suspect: sight.scaled(span(levels.suspect)),
            silent: sight.scaled(span(levels.silent)),
            act: sight.scaled(span(levels.act)),
            stall: habit.pace.limit().map_or(self.stall, span),
            period: span(rhythm.period()),
            basis: Basis::Accrual {
                model: rhythm.model().rounded(),
                silent,
                learned: rhythm.learned(),
                poor: sight.poor,
            },
            ..plain
        }
    }
}

impl Default for Detector {
    fn default() -> Self {
        Self::ADAPTIVE
    }
}

/// What limits depend on besides the worker.
#[derive(Debug)]
pub struct Sight<'a> {
    /// Thresholds that were computed already.
    pub taus: &'a mut Taus,
    /// How many workers there are.
    pub workers: usize,
    /// How badly we ourselves do, 0 to 4: each step makes every limit a quarter longer.
    pub poor: u8,
    /// We watch: arrivals are timed by our own clock. Otherwise only the recorded times are known.
    pub watched: bool,
}

impl Sight<'_> {
    const fn scaled(&self, span: Span) -> Span {
        Span(span.0 / 4 * (4 + self.poor as i64))
    }
}

/// Suspicion from which a worker of so many counts as silent: a false alarm a month, in the whole swarm; at least 6.
fn suspicion(workers: usize) -> u8 {
    const DAYS: f64 = 30.0;
    let n = f64::from(u32::try_from(workers.max(1)).unwrap_or(u32::MAX));
    let phi = (n * 86_400.0 / PERIOD * DAYS).log10().round();
    (6..=30).find(|p| f64::from(*p) >= phi).unwrap_or(30)
}

fn span(seconds: f64) -> Span {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "thresholds are at most some hours"
    )]
    Span((seconds * 1e6) as i64)
}

/// What a worker is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A heartbeat older than this is late.
    pub suspect: Span,
    /// A heartbeat older than this is missed.
    pub silent: Span,
    /// After so long without a beat its work may move by itself.
    pub act: Span,
    /// Whoever owes work and did nothing for so long does not move.
    pub stall: Span,
    /// Expected time between two beats.
    pub period: Span,
    /// Where the limits come from.
    pub basis: Basis,
    /// Arrivals were timed by our own clock; otherwise by the recorded times alone.
    pub watched: bool,
    /// No age counts from before this instant: the bridge was away.
    pub restart: Timestamp,
    /// Until then nothing is called worse than suspect: we have only just begun to watch.
    pub mild_until: Option<Timestamp>,
}

/// Where limits come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The settings.
    Fixed,
    /// The worker's own rhythm.
    Accrual {
        /// How it beats.
        model: Rounded,
        /// Suspicion from which it counts as silent.
        silent: u8,
        /// Intervals that it was learned from; 0 is a cold start.
        learned: u64,
        /// How badly we ourselves do, 0 to 4.
        poor: u8,
    },
}

impl Limits {
    /// An unread message older than this is owed an answer.
    pub const INBOX: Span = Span::seconds(300);

    /// Limits of the fixed method.
    #[must_use]
    pub fn fixed() -> Self {
        let sight = &mut Sight {
            taus: &mut Taus::default(),
            workers: 0,
            poor: 0,
            watched: false,
        };
        Detector::FIXED.limits(None, &Habit::default(), sight)
    }

    /// How much sooner work may move when something besides the silence says that the worker is gone: 63 % of what is waited for after it
    /// was called silent. Fixed limits are what they are.
    #[must_use]
    pub const fn spared(&self) -> Span {
        match self.basis {
            Basis::Fixed => Span(0),
            Basis::Accrual { .. } => Span((self.act.0 - self.silent.0) / 100 * 63),
        }
    }

    /// Suspicion after a silence of `age`; `None` under fixed limits.
    #[must_use]
    pub fn phi(&self, age: Span) -> Option<f64> {
        match self.basis {
            Basis::Fixed => None,
            Basis::Accrual { model, poor, .. } => {
                let model: Model = model.model();
                Some(model.phi(age.as_f64().max(0.0) / (1.0 + f64::from(poor) / 4.0)))
            }
        }
    }

    /// How long a conversation may stay unheard of before it counts as never seen.
    #[must_use]
    pub const fn join(&self) -> Span {
        Span(2 * self.period.0 + Span::seconds(60).0)
    }

    /// How old the newest activity must be to speak for silence.
    pub(super) fn quiet(&self) -> Span {
        self.silent.min(Span::seconds(300))
    }

    /// Age at `now`, for a verdict: an instant ahead has age zero, and nothing is older than the restart.
    pub(super) fn age(&self, now: Timestamp, at: Timestamp) -> Span {
        Span(now.since(at.max(self.restart)).0.max(0))
    }

    /// When that age is `span`.
    pub(super) fn after(&self, at: Timestamp, span: Span) -> Timestamp {
        at.max(self.restart).plus(span)
    }
}

/// What follows a stall, counted from when its limit is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// It is shown, and a nudge may go out.
    Nudge,
    /// A second nudge, and a warning.
    Warning,
    /// Somebody must look.
    Critical,
}

impl Rung {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Nudge, Self::Warning, Self::Critical];

    /// How long after the limit.
    #[must_use]
    pub const fn after(self) -> Span {
        match self {
            Self::Nudge => Span::seconds(0),
            Self::Warning => Span::seconds(120),
            Self::Critical => Span::seconds(600),
        }
    }

    /// Where a worker stands that was quiet for `over` longer than its limit; `None` before it.
    #[must_use]
    pub fn at(over: Span) -> Option<Self> {
        Self::ALL
            .into_iter()
            .rev()
            .find(|rung| over >= rung.after())
    }
}

#[cfg(test)]
mod tests;
