//! Carries out what was agreed to: the only place that hands an action to a store. Its connection is its own, so that a slow read
//! never delays it, and the refresh path cannot write.

use super::Clock;
use crate::{
    domain::{
        ConversationId, Deal, MessageId, Refusal, Snapshot, Timestamp, WorkerId,
        act::Write,
        audit::{Key, Link},
        text,
    },
    link::Reply,
    store::{Attempt, Commit, End, Scribe, Store, StoreError, StoreHost},
};
use std::sync::{Arc, PoisonError};
use std::{sync::Mutex, time::Duration};
use tokio::{sync::watch, time::timeout};

/// How long an action may take before its outcome counts as unknown.
const PATIENCE: Duration = Duration::from_secs(5);

/// How to write to the bridge, or why nothing may be written.
#[derive(Clone)]
pub enum Pen {
    /// It may be written.
    Ready {
        /// Opens the store for writing: at the first action, and again when the file was replaced.
        open: Opener,
        /// The key of the audit chain.
        key: Key,
    },
    /// Nothing may be written, for this reason.
    Forbidden(Arc<str>),
}

/// Opens a store for writing.
pub type Opener = Arc<dyn Fn() -> Result<Box<dyn Store>, StoreError> + Send + Sync>;

/// What an action wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its messages; empty when an earlier try had written it.
    pub rows: Vec<MessageId>,
    /// An earlier try had written it.
    pub already: bool,
    /// The end of the actor's chain after it; `None` when an earlier try had written it.
    pub link: Option<Link>,
}

/// What became of an attempt, for the books.
#[must_use]
pub fn end(done: &Result<Written, Refusal>) -> End {
    match done {
        Ok(Written { rows, link, .. }) => match link {
            Some(link) => End::Written(rows.clone(), link.clone()),
            None => End::Already,
        },
        Err(refusal) => End::Refused(refusal.to_string()),
    }
}

/// Carries out actions, one after the other.
#[derive(Clone)]
pub struct Actor {
    pen: Pen,
    clock: Clock,
    snapshot: watch::Receiver<Arc<Snapshot>>,
    host: Arc<Mutex<Option<Arc<StoreHost>>>>,
    scribe: Option<Arc<Scribe>>,
}

impl Actor {
    /// Writes with `pen`; names workers as `snapshot` does.
    #[must_use]
    pub fn new(pen: Pen, clock: Clock, snapshot: watch::Receiver<Arc<Snapshot>>) -> Self {
        Self {
            pen,
            clock,
            snapshot,
            host: Arc::default(),
            scribe: None,
        }
    }

    /// Has every attempt written down by `scribe`.
    #[must_use]
    pub fn noted(self, scribe: Option<Arc<Scribe>>) -> Self {
        Self { scribe, ..self }
    }

    /// Why nothing may be written; `None` when it may.
    #[must_use]
    pub fn forbidden(&self) -> Option<Arc<str>> {
        match &self.pen {
            Pen::Ready { .. } => None,
            Pen::Forbidden(why) => Some(Arc::clone(why)),
        }
    }

    /// Carries out an action, and says what became of it.
    pub async fn act(&self, deal: Deal) -> Reply {
        let headline = deal.headline.clone();
        match self.write(deal).await {
            Ok(Written { already: true, .. }) => Reply::Done(format!("{headline}: done already")),
            Ok(_) => Reply::Done(format!("{headline}: done")),
            Err(refusal) => Reply::Refused(refusal),
        }
    }

    /// Carries out what is to be written; what became of it is written down, and nobody waits for that.
    ///
    /// # Errors
    /// [`Refusal::Conflict`], [`Refusal::NotWritten`] or [`Refusal::ReadOnly`]: nothing was written.
    pub async fn write(&self, deal: Deal) -> Result<Written, Refusal> {
        let Deal { headline, write } = deal;
        let Some(scribe) = &self.scribe else {
            return self.carry_out(write).await;
        };
        let mut attempt = Attempt::of(&write, &headline, self.clock.now(), End::Already);
        let done = self.carry_out(write).await;
        (attempt.at, attempt.end) = (self.clock.now(), end(&done));
        scribe.note(attempt);
        done
    }

    async fn carry_out(&self, write: Write) -> Result<Written, Refusal> {
        let Pen::Ready { open, key } = &self.pen else {
            let Pen::Forbidden(why) = &self.pen else {
                return Err(Refusal::Gone);
            };
            return Err(Refusal::ReadOnly(why.to_string()));
        };
        let host = self.host(open).await?;
        let (key, clock, mut write) = (key.clone(), self.clock.clone(), write);
        let call = host.call(move |store| store.commit(&mut write, &key, clock.now()));
        let Ok(Ok(done)) = timeout(PATIENCE, call).await else {
            self.forget();
            let why =
                "the bridge did not answer in time: look whether it happened, trying again is safe";
            return Err(Refusal::Unavailable(why.to_owned()));
        };
        match done {
            Ok(commit) => self.outcome(commit),
            Err(error) => {
                // What was decided on one file is never written to another: the next decision sees the new one.
                if !matches!(error, StoreError::Busy { .. }) {
                    self.forget();
                }
                let words = error.to_string();
                Err(Refusal::NotWritten(text::line(&words).into_owned()))
            }
        }
    }

    fn outcome(&self, commit: Commit) -> Result<Written, Refusal> {
        outcome(commit, self.clock.now(), |id| {
            let snapshot = self.snapshot.borrow();
            snapshot
                .workers
                .iter()
                .find(|w| w.conversation == *id)
                .map(|w| w.id.clone())
        })
    }

    /// The store's thread. Opening may wait for a lock, so it happens off the asynchronous threads.
    async fn host(&self, open: &Opener) -> Result<Arc<StoreHost>, Refusal> {
        let kept = self
            .host
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(host) = kept {
            return Ok(host);
        }
        let not_written = |e: String| Refusal::NotWritten(text::line(&e).into_owned());
        let open = Arc::clone(open);
        let opened = tokio::task::spawn_blocking(move || open()).await;
        let store = opened
            .map_err(|e| not_written(e.to_string()))?
            .map_err(|e| not_written(e.to_string()))?;
        let host = StoreHost::start("writer", store, 8).map_err(|e| not_written(e.to_string()))?;
        let host = Arc::new(host);
        *self.host.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&host));
        Ok(host)
    }

    fn forget(&self) {
        *self.host.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// What an outcome means to whoever acted.
///
/// # Errors
/// [`Refusal::Conflict`] when somebody was faster.
pub fn outcome(
    commit: Commit,
    now: Timestamp,
    label: impl Fn(&ConversationId) -> Option<WorkerId>,
) -> Result<Written, Refusal> {
    match commit {
        Commit::Written { rows, link } => Ok(Written {
            rows,
            already: false,
            link: Some(link),
        }),
        Commit::Already(_) => Ok(Written {
            rows: Vec::new(),
            already: true,
            link: None,
        }),
        Commit::Clash(clash) => Err(Refusal::Conflict(clash.sentence(now, label))),
    }
}
