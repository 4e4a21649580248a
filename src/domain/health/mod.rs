//! The health of a worker: two signals that are never merged (the heartbeat of its daemon, the activity of its agent),
//! held against thresholds, with the evidence for every verdict.

mod accrual;
mod evidence;
mod judge;
mod observer;
mod policy;
mod rhythm;

pub use accrual::{Model, Rounded, Taus};
pub use judge::{Facts, judge};
pub use observer::{Observer, StillObserver, Tick, Turn};
pub use policy::{Basis, Detector, Fixed, Limits, Method, Profile, Rung, Sight};
pub use rhythm::{Habit, Levels, PERIOD, Pace, Rhythm};

use super::{Span, Timestamp};
use serde::{Serialize, Serializer};
use std::fmt;

/// State of a worker. Declared in the order of attention: what needs the operator first comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// No sign of life within the limit.
    Silent,
    /// Beats, but does not move.
    Stalled,
    /// Moves, but does not beat: its daemon died.
    NoHeartbeat,
    /// Late, not yet silent.
    Suspect,
    /// Waits for a human or a peer.
    Blocked,
    /// Nothing to judge by.
    Unknown,
    /// Made a moment ago, not yet heard of.
    New,
    /// Held by the operator.
    Held,
    /// Owes work and moves.
    Healthy,
    /// Alive, owes nothing.
    Idle,
    /// The bridge refuses it since its conversation expired.
    Expired,
    /// Says that it is done, and owes nothing.
    Finished,
}

impl State {
    /// Every state, in the order of attention.
    pub const ALL: [Self; 12] = [
        Self::Silent,
        Self::Stalled,
        Self::NoHeartbeat,
        Self::Suspect,
        Self::Blocked,
        Self::Unknown,
        Self::New,
        Self::Held,
        Self::Healthy,
        Self::Idle,
        Self::Expired,
        Self::Finished,
    ];

    /// Name in JSON, filters and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Stalled => "stalled",
            Self::NoHeartbeat => "no-heartbeat",
            Self::Suspect => "suspect",
            Self::Blocked => "blocked",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
            Self::New => "new",
            Self::Held => "held",
            Self::Healthy => "healthy",
            Self::Idle => "idle",
            Self::Finished => "finished",
        }
    }

    /// Counts as up: neither silent nor beyond the end of its conversation, nor finished.
    #[must_use]
    pub const fn is_up(self) -> bool {
        !matches!(self, Self::Silent | Self::Expired | Self::Finished)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

/// One thing that speaks for or against a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Who says so: `heartbeat`, `poll`, `message`, `fetch`, `command`, `inbox`, `status`, `task`, `expiry`.
    pub witness: &'static str,
    /// When it was seen last; `None` for never.
    pub at: Option<Timestamp>,
    /// Beyond which age it votes for the worse state.
    pub limit: Option<Span>,
    /// What it votes for: the name of a state, or `ok`.
    pub vote: &'static str,
    /// Words for people, neutralised.
    pub note: String,
}

/// What was found, why, and what comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The state.
    pub state: State,
    /// Last sign of life that the state is judged by; for `expired` the instant of expiry.
    pub since: Timestamp,
    /// When the verdict fell.
    pub at: Timestamp,
    /// One sentence, neutralised: why.
    pub reason: String,
    /// What it was judged by.
    pub evidence: Vec<Evidence>,
    /// When time alone will change the state, and to what.
    pub next: Option<(Timestamp, State)>,
}

impl Verdict {
    /// Lays an operator's hold over it: shows instead of idle, healthy, suspect, blocked and stalled; never hides anything worse.
    pub(crate) fn hold(&mut self, by: &str, at: Timestamp) {
        let hides = |state| {
            matches!(
                state,
                State::Idle | State::Healthy | State::Suspect | State::Blocked | State::Stalled
            )
        };
        self.evidence.push(Evidence {
            witness: "hold",
            at: Some(at),
            limit: None,
            vote: State::Held.name(),
            note: format!("held by {by}"),
        });
        if hides(self.state) {
            self.reason = format!(
                "held by {by} since {}; otherwise {}",
                at.clock(),
                self.state
            );
            self.state = State::Held;
        }
        self.next = self
            .next
            .map(|(at, then)| (at, if hides(then) { State::Held } else { then }));
    }

    /// Newest beat that it was judged by, as it counted.
    #[must_use]
    pub fn beat(&self) -> Option<Timestamp> {
        self.evidence
            .iter()
            .filter(|e| matches!(e.witness, "heartbeat" | "poll"))
            .filter_map(|e| e.at)
            .max()
    }
}

/// How bad it is. `Unknown` ranks above all: what cannot be seen cannot be called good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing to do.
    #[default]
    Ok,
    /// Worth knowing.
    Notice,
    /// Look at it.
    Warning,
    /// Act.
    Critical,
    /// Cannot tell.
    Unknown,
}

impl Severity {
    /// Name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::Unknown => "unknown",
        }
    }
}
