//! Background jobs. (A *worker* is an agent; a *job* is ours.) A job is one step, testable by itself; the supervisor owns the loop.

mod errand;
mod git_status;
mod keep_alive;
mod keeper;
mod notifier;
mod reader;
mod recorder;
mod recording;
mod refresh;
mod reporter;
mod rotation;
mod sync;
mod watchdog;

pub use errand::{Errand, Errands};
pub use git_status::GitStatus;
pub use keep_alive::{KeepAlive, Keeping, Served, Shown, Standing};
pub(super) use keeper::Keeper;
pub(super) use notifier::{Notifier, QUEUE};
pub use recorder::{Memory, recall};
pub(super) use recorder::{Recorder, Slate};
pub use recording::Keepsake;
pub(super) use recording::{Recording, Shared as SharedRecorder, write as write_recording};
pub(super) use refresh::{Ask, Refresh, Wires};
pub use refresh::{Open, Opened};
pub(super) use reporter::Reporter;
pub use reporter::Reporting;
pub use rotation::Rotating;
pub(super) use rotation::Rotation;
pub use sync::{Handed, Handover, Sync, Syncing};
pub(super) use watchdog::Ward;
pub use watchdog::Warding;

use crate::{
    credentials::CredentialError,
    engine::IssueError,
    git::GitError,
    store::{HostGone, SidecarError, StoreError},
};
use std::{future::Future, sync::Arc, time::Duration};

/// When the next step comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    /// At once: the step itself waits for something to do.
    AtOnce,
    /// After this span.
    Every(Duration),
}

/// A background job.
pub trait Job: Send + 'static {
    /// Name, as in commands and on screen.
    fn name(&self) -> &'static str;
    /// What it serves; neutralised.
    fn serves(&self) -> Arc<str>;
    /// When the next step comes after a success.
    fn cadence(&self) -> Cadence;
    /// How long a step may take before it counts as failed.
    fn patience(&self) -> Duration;
    /// One step. Dropping it in the middle must leave the job able to take the next one.
    fn step(&mut self) -> impl Future<Output = Result<(), JobError>> + Send;
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store's thread is gone.
    #[error(transparent)]
    Host(#[from] HostGone),
    /// Our memory cannot be written.
    #[error(transparent)]
    Memory(#[from] SidecarError),
    /// What was seen could not be kept.
    #[error(transparent)]
    Record(#[from] crate::record::RecordError),
    /// git did not answer.
    #[error(transparent)]
    Git(#[from] GitError),
    /// Credentials were not read, written or taken.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// A conversation was not made or ended.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// A document was not written.
    #[error(transparent)]
    Publish(#[from] crate::engine::PublishError),
    /// Somebody could not be told.
    #[error("{0}")]
    Notify(String),
    /// The operating system gives no thread.
    #[error("no thread: {0}")]
    Thread(#[from] std::io::Error),
    /// An action of its own could not be carried out.
    #[error("{0}")]
    Refused(crate::domain::Refusal),
    /// It took too long.
    #[error("no answer within {0:?}")]
    TooSlow(Duration),
    /// It panicked.
    #[error("panicked: {0}")]
    Panicked(String),
}
