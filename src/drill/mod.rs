//! The thirteen tests of the protocol, as code: real processes of this program on a real bridge, measured, and held against the protocol's
//! targets. Nothing in a result is a constant.
//!
//! # What is scaled
//!
//! Protocol time passes `speed` times faster than life, for every process of a drill alike ([`crate::domain::Pace`], applied in
//! [`crate::engine::Clock::scaled`]): beats, limits of the detector, waits of the watchdog, intervals of `sync`, the work that agents pretend
//! to do. What the machine does takes as long as it takes: latencies of the file system, of git and of processes, the guard against our own
//! pauses, waits for a locked database. Where such a latency is the result (tests 3, 5, 11 and 13) it is given in real time.
//!
//! # What each test does when its mechanism is broken
//!
//! [`Fault`] lists the breakages. Each breaks what the test rests on, in the set-up, and never the measurement.

pub mod agent;
mod client;
mod crew;
mod fault;
mod log;
mod machine;
mod process;
mod python;
pub mod report;
mod stage;
mod trial;
mod watching;

pub use fault::Fault;
pub use log::{Aim, Figure, Outcome, Step};

use crate::{
    domain::{Schema, Timestamp},
    engine::Clock,
    store::StoreError,
};
use log::Log;
use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// How many tests there are.
pub const TESTS: u8 = 13;

/// What is to be drilled, and with what.
#[derive(Debug, Clone)]
pub struct Spec {
    /// This program.
    pub program: PathBuf,
    /// How much faster than life protocol time passes.
    pub speed: u32,
    /// Tables of the private bridge.
    pub schema: Schema,
    /// A bridge that is there; without one, each test has a private one.
    pub db: Option<PathBuf>,
    /// The bridge's own program, for tests 1, 2 and 6.
    pub bridge: Option<PathBuf>,
    /// What is broken on purpose.
    pub faults: Vec<Fault>,
    /// Set from outside to end early.
    pub stop: Arc<AtomicBool>,
    /// Life's clock.
    pub clock: Clock,
}

impl Spec {
    fn breaks(&self, fault: Fault) -> bool {
        self.faults.contains(&fault)
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Why a test could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Somebody asked for an end.
    #[error("stopped from outside")]
    Stopped,
    /// Something was waited for.
    #[error("{0}")]
    Late(String),
    /// It was refused.
    #[error("{0}")]
    Refused(String),
    /// It is not to be done on this bridge.
    #[error("{0}")]
    NotHere(String),
    /// A file or a process.
    #[error("{what}: {source}")]
    Io {
        /// Which.
        what: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The bridge, spoken to as an agent does.
    #[error("the bridge: {0}")]
    Bridge(#[from] rusqlite::Error),
    /// The bridge, spoken to as this program does.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Trouble {
    fn io(what: &str) -> impl FnOnce(io::Error) -> Self {
        let what = what.to_owned();
        move |source| Self::Io { what, source }
    }
}

/// What a whole drill found.
#[derive(Debug, Clone)]
pub struct Findings {
    /// When it began, in life.
    pub began: Timestamp,
    /// When it ended, in life.
    pub ended: Timestamp,
    /// How much faster than life protocol time passed.
    pub speed: u32,
    /// Tables of the bridge.
    pub schema: Schema,
    /// Each test's, in the order in which they ran.
    pub outcomes: Vec<Outcome>,
}

impl Findings {
    /// All of them passed, and none was cut short.
    #[must_use]
    pub fn passed(&self) -> bool {
        !self.outcomes.is_empty()
            && self
                .outcomes
                .iter()
                .all(|o| o.passed() || o.skipped.is_some())
    }
}

/// Runs tests one after the other: they would be in each other's way, and the machine's latencies are results. Ends early when
/// [`Spec::stop`] is set.
pub fn run(spec: &Spec, tests: &[u8], mut heard: impl FnMut(&Outcome)) -> Findings {
    let began = spec.clock.now();
    let mut outcomes = Vec::new();
    for number in tests {
        if spec.stopped() {
            break;
        }
        let Some(trial) = trial::of(*number) else {
            continue;
        };
        let outcome = trial::rehearse(spec, trial);
        heard(&outcome);
        outcomes.push(outcome);
    }
    Findings {
        began,
        ended: spec.clock.now(),
        speed: spec.speed,
        schema: spec.schema,
        outcomes,
    }
}
