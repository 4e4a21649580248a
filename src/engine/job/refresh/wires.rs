//! What a refresh job is given: how to open the bridge, and its channels.

use crate::{
    domain::{MessageId, Repo, Snapshot},
    engine::{alarm::Alarm, job::Slate, travel::Taps},
    link::{Reply, RequestId},
    store::{Store, StoreError},
    watch::{Poker, Watch},
};
use std::sync::{Arc, Mutex};
use tokio::sync::{mpsc, watch};

/// A store, and what wakes its reader; `None` polls.
pub struct Opened {
    /// The store.
    pub store: Box<dyn Store>,
    /// Waits for its changes.
    pub watch: Option<Watch>,
}

/// Opens the store: at the start, and again when the file was replaced.
pub type Open = Arc<dyn Fn() -> Result<Opened, StoreError> + Send + Sync>;

/// A question that only the reader can answer.
#[derive(Debug)]
pub(crate) struct Ask {
    /// Comes back with the answer.
    pub(crate) id: RequestId,
    /// Upper bound of the page, not included.
    pub(crate) before: MessageId,
    /// At most so many.
    pub(crate) limit: usize,
}

/// The channels of a [`Refresh`](super::Refresh).
pub(crate) struct Wires {
    /// Where what is learned of the workers goes.
    pub(crate) slate: Slate,
    /// What the operator should know from the start, neutralised.
    pub(crate) notes: Vec<String>,
    /// Where the swarm is published.
    pub(crate) out: watch::Sender<Arc<Snapshot>>,
    /// The repository as last read.
    pub(crate) repo: watch::Receiver<Option<Arc<Repo>>>,
    /// Questions.
    pub(crate) asks: mpsc::Receiver<Ask>,
    /// Their answers.
    pub(crate) replies: mpsc::Sender<(RequestId, Reply)>,
    /// Is given what ends a wait.
    pub(crate) poker: Arc<Mutex<Option<Poker>>>,
    /// The book of alerts.
    pub(crate) alarm: Alarm,
    /// Takes down what is seen.
    pub(crate) taps: Taps,
}
