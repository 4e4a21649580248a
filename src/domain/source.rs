//! Where a snapshot comes from, and how fresh it is.

use super::{Schema, SourceFault, Timestamp};
use std::sync::Arc;

/// Where a snapshot comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Name for people, neutralised: file name or `memory`.
    pub name: Arc<str>,
    /// Whole path, neutralised.
    pub path: Arc<str>,
    /// Which schema; `None` before the first read.
    pub schema: Option<Schema>,
    /// What it lacks.
    pub faults: Arc<[SourceFault]>,
    /// When it was read last with success.
    pub read_at: Option<Timestamp>,
    /// Why the last read failed, neutralised; `None` when it did not.
    pub error: Option<Arc<str>>,
    /// How far the fold of the history has come; `None` when it is done.
    pub progress: Option<Progress>,
    /// Kind of view.
    pub mode: Mode,
    /// How changes are noticed, such as `notify + poll 100ms`.
    pub watch: Arc<str>,
    /// How often the file was replaced or restored under this program.
    pub reopened: u32,
}

impl Default for Source {
    fn default() -> Self {
        Self {
            name: "".into(),
            path: "".into(),
            schema: None,
            faults: [].into(),
            read_at: None,
            error: None,
            progress: None,
            mode: Mode::Live,
            watch: "".into(),
            reopened: 0,
        }
    }
}

/// Rows folded of rows there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows folded.
    pub done: u64,
    /// Rows to fold, at least 1.
    pub of: u64,
}

/// Kind of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Follows a bridge.
    Live,
    /// Follows the demo's own bridge.
    Demo,
    /// Shows a recorded instant (`--at`).
    Recorded(Timestamp),
}

/// How fresh a snapshot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataState {
    /// Nothing was read yet.
    Connecting,
    /// The history is being folded.
    Folding(Progress),
    /// Read a moment ago.
    Live,
    /// The last read failed, or is more than ten seconds old.
    Stale,
    /// No read for a minute.
    Offline,
    /// A recorded instant.
    Recorded(Timestamp),
}

impl DataState {
    /// Name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Folding(_) => "counting",
            Self::Live => "live",
            Self::Stale => "stale",
            Self::Offline => "offline",
            Self::Recorded(_) => "recorded",
        }
    }
}

impl Source {
    /// How fresh it is at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> DataState {
        let Some(read_at) = self.read_at else {
            return DataState::Connecting;
        };
        if let Mode::Recorded(at) = self.mode {
            return DataState::Recorded(at);
        }
        match now.since(read_at).as_seconds() {
            60.. => DataState::Offline,
            11.. => DataState::Stale,
            _ if self.error.is_some() => DataState::Stale,
            _ => self.progress.map_or(DataState::Live, DataState::Folding),
        }
    }
}
