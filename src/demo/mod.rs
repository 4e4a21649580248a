//! A swarm that is not there: a seed and a scenario decide what its workers do, and it does it to a real bridge's file, as
//! the bridge would. What is seen in a demo is what is seen in production.

mod hostile;
mod incident;
mod live;
mod message;
mod names;
mod past;
mod plan;
mod repo;
mod rows;
mod work;
mod worker;
mod writer;

pub use live::{DemoClock, Live};
pub use past::Past;
pub use plan::{Act, Operation, Plan};

use crate::domain::{Timestamp, text};
use rows::Rows;
use std::{
    io,
    path::{Path, PathBuf},
    str::FromStr,
};
use tempfile::TempDir;
use writer::Writer;

pub use writer::TABLES;

/// What a demo shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scenario {
    /// Everybody is well.
    Calm,
    /// Somebody is silent, somebody stalls, somebody waits; and so it goes on.
    #[default]
    Incident,
    /// Everybody is well, and writes whatever could break a screen.
    Hostile,
    /// Everybody is well, but the keep-alive of one worker comes and goes.
    Flap,
    /// Everybody is well, but one agent is frozen while its keep-alive beats on.
    Stall,
}

impl Scenario {
    /// All of them, for a command line.
    pub const ALL: [Self; 5] = [
        Self::Calm,
        Self::Incident,
        Self::Hostile,
        Self::Flap,
        Self::Stall,
    ];

    /// Name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Incident => "incident",
            Self::Hostile => "hostile",
            Self::Flap => "flap",
            Self::Stall => "stall",
        }
    }
}

/// There is no scenario of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown scenario, expected one of calm, incident, hostile, flap, stall")]
pub struct UnknownScenario;

impl FromStr for Scenario {
    type Err = UnknownScenario;

    fn from_str(name: &str) -> Result<Self, UnknownScenario> {
        let found = Self::ALL
            .into_iter()
            .find(|scenario| scenario.name() == name);
        found.ok_or(UnknownScenario)
    }
}

/// What makes a demo. The same values make the same demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// Number of workers.
    pub workers: usize,
    /// Seed of everything that looks like chance.
    pub seed: u64,
    /// What happens.
    pub scenario: Scenario,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            workers: 12,
            seed: 7,
            scenario: Scenario::default(),
        }
    }
}

/// Why a demo could not be written.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Something is at the path already, and a demo overwrites nothing.
    #[error("{path} exists already: a demo writes to a file of its own")]
    Exists {
        /// Path as given.
        path: PathBuf,
    },
    /// The database could not be written.
    #[error("write the demo's database {path} failed")]
    Write {
        /// Path as given.
        path: PathBuf,
        /// What the database engine says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The repository could not be written.
    #[error("write the demo's repository {path} failed: {why}")]
    Repository {
        /// Path.
        path: PathBuf,
        /// What git says.
        why: String,
    },
    /// The operating system gave no thread.
    #[error("start the demo's thread failed")]
    Thread(#[source] io::Error),
}

/// A demo whose past is written and whose future is not.
pub struct Demo {
    path: PathBuf,
    present: Timestamp,
    future: std::iter::Peekable<Plan>,
}

impl Demo {
    /// Makes a bridge's file at `path` that holds what happened in the 45 minutes before `until`.
    ///
    /// # Errors
    /// [`DemoError::Exists`] and [`DemoError::Write`].
    pub fn backfill(path: &Path, spec: Spec, until: Timestamp) -> Result<Self, DemoError> {
        let path = path.to_owned();
        if path.exists() {
            return Err(DemoError::Exists { path });
        }
        let mut future = Plan::new(spec, until).peekable();
        let mut rows = Rows::default();
        while let Some(operation) = future.next_if(|operation| operation.at <= until) {
            rows.apply(operation);
        }
        match Writer::new(path.clone()).fill(&rows) {
            Ok(()) => Ok(Self {
                path,
                present: until,
                future,
            }),
            Err(source) => Err(DemoError::Write {
                path,
                source: source.into(),
            }),
        }
    }

    /// Goes on from there on a thread of its own, at `speed` times the pace of `clock`, which begins at the time that the past
    /// was written until. Every operation has its own demo time; [`DemoClock`] says what time it is in the demo.
    ///
    /// # Errors
    /// [`DemoError::Thread`].
    pub fn live(
        self,
        speed: f64,
        clock: impl Fn() -> Timestamp + Send + 'static,
    ) -> Result<Live, DemoError> {
        let pace = DemoClock::new(self.present, speed);
        Live::start(
            Writer::new(self.path.clone()),
            self.path,
            self.future,
            pace,
            clock,
        )
    }
}

/// A directory of its own for a demo; it vanishes with this value.
#[derive(Debug)]
pub struct DemoDir {
    dir: TempDir,
}

impl DemoDir {
    /// Makes the directory, readable by its owner only.
    ///
    /// # Errors
    /// When there is no room for temporary files.
    pub fn new() -> io::Result<Self> {
        let dir = tempfile::Builder::new()
            .prefix("swarmwarden-demo-")
            .tempdir()?;
        Ok(Self { dir })
    }

    /// Where the demo's `bridge.db` goes.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.dir.path().join("bridge.db")
    }

    /// Makes the demo's repository, as it would be at `now`, and says where it is. Takes about as long as 12 commits.
    ///
    /// # Errors
    /// [`DemoError::Repository`].
    pub fn repository(&self, spec: Spec, now: Timestamp) -> Result<PathBuf, DemoError> {
        let path = self.dir.path().join("repo");
        match repo::write(&path, spec, now) {
            Ok(()) => Ok(path),
            Err(error) => Err(DemoError::Repository {
                path,
                why: text::line(error.message()).into_owned(),
            }),
        }
    }

    /// Where the program's own memory of the demo goes.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }
}

#[cfg(test)]
mod tests;
