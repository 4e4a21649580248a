//! Does what the rules of the watchdog say, one deed at a time: the next is decided on a picture that shows the last. Only one process
//! acts on a bridge; the others look on and take over when it ends.

use super::{Cadence, Job, JobError};
use crate::{
    domain::{
        Deal, Refusal, Snapshot, Span, State, Timestamp, Worker,
        act::{Order, Proposal, op_id, propose},
        text,
        watchdog::{Perished, Policy, Watchdog},
    },
    engine::{Actor, Clock, alive::perished},
    store::{ActingLock, Locked},
};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, time::timeout};

/// Longest wait, so that the job says that it lives.
const BEAT: Span = Span::seconds(1);
/// Between two attempts at the lock.
const AGAIN: Duration = Duration::from_secs(5);
/// How long a picture may take to show what was written.
const SHOWN_WITHIN: Duration = Duration::from_secs(5);

/// How it acts.
#[derive(Clone)]
pub struct Warding {
    /// What it may do by itself.
    pub policy: Policy,
    /// Who acts, neutralised.
    pub actor: Arc<str>,
    /// The bridge's path, for the lock; `None` where nobody else can look.
    pub bridge: Option<PathBuf>,
    /// Where the lock lies when the bridge's directory cannot be written.
    pub fallback: Option<PathBuf>,
    /// Where keep-alives of this machine note what they serve; `None` looks for none.
    pub claims: Option<PathBuf>,
    /// Random bits, for the names of actions and for choices among many.
    pub random: Arc<dyn Fn() -> [u64; 2] + Send + Sync>,
}

/// The job.
pub(crate) struct Ward {
    how: Warding,
    watchdog: Watchdog,
    actor: Actor,
    clock: Clock,
    snapshot: watch::Receiver<Arc<Snapshot>>,
    lock: Option<ActingLock>,
    serves: Arc<Mutex<Arc<str>>>,
}

impl Ward {
    pub(crate) fn new(
        how: Warding,
        actor: Actor,
        clock: Clock,
        snapshot: watch::Receiver<Arc<Snapshot>>,
    ) -> Self {
        let words = format!("policy {}", how.policy.name());
        Self {
            watchdog: Watchdog::new(how.policy),
            how,
            actor,
            clock,
            snapshot,
            lock: None,
            serves: Arc::new(Mutex::new(words.into())),
        }
    }

    /// The lock is ours, or becomes so now.
    async fn holds(&mut self) -> Result<bool, JobError> {
        let Some(bridge) = self.how.bridge.clone().filter(|_| self.lock.is_none()) else {
            return Ok(true);
        };
        let (fallback, who, now) = (
            self.how.fallback.clone(),
            Arc::clone(&self.how.actor),
            self.clock.now(),
        );
        let take = move || ActingLock::take(&bridge, fallback.as_deref(), &who, now);
        let taken = tokio::task::spawn_blocking(take).await;
        let taken =
            taken.map_err(|e| JobError::Panicked(text::line(&e.to_string()).into_owned()))??;
        let policy = self.how.policy.name();
        let words = match taken {
            Locked::Ours(lock) => {
                self.lock = Some(lock);
                format!("policy {policy}")
            }
            Locked::Theirs(holder) => {
                let holder = text::line(&holder.trim().replace('\n', ", ")).into_owned();
                format!("policy {policy}, looks on: {holder} acts")
            }
        };
        *self.serves.lock().unwrap_or_else(PoisonError::into_inner) = words.into();
        Ok(self.lock.is_some())
    }

    /// Looks for the keep-alives of workers that are silent and hold tasks: a few files, and only while there is such a worker.
    async fn probe(&mut self, picture: &Snapshot) {
        let lost = |w: &&Arc<Worker>| w.verdict.state == State::Silent && !w.tasks.is_empty();
        let dir = self.how.claims.clone();
        let Some(dir) = dir.filter(|_| picture.workers.iter().any(|w| lost(&w))) else {
            self.watchdog.probed(Perished::new());
            return;
        };
        let found = tokio::task::spawn_blocking(move || perished(&dir)).await;
        self.watchdog.probed(found.unwrap_or_default());
    }

    /// One deed, when there is one.
    async fn act(&mut self, picture: &Arc<Snapshot>, now: Timestamp) -> Result<bool, JobError> {
        let Some(next) = self.watchdog.next(picture, now, (self.how.random)()) else {
            return Ok(false);
        };
        let order = Order {
            op: op_id((self.how.random)()),
            actor: Arc::clone(&self.how.actor),
            cause: next.cause,
            reason: next.reason,
            deed: next.deed,
        };
        let written = match propose(picture, &order, now) {
            Ok(Proposal {
                headline, write, ..
            }) => self.actor.write(Deal { headline, write }).await,
            Err(refusal) => Err(refusal),
        };
        match written {
            Ok(written) => {
                self.shown(written.rows.iter().map(|id| id.0).max().unwrap_or_default())
                    .await;
                Ok(true)
            }
            Err(Refusal::Conflict(_) | Refusal::Denied(_) | Refusal::NoSuch(_)) => {
                self.watchdog.was_refused(&order.deed, now);
                Ok(true)
            }
            Err(why) => {
                self.watchdog.was_refused(&order.deed, now);
                Err(JobError::Refused(why))
            }
        }
    }

    /// Waits until the picture rests on the row `last`.
    async fn shown(&mut self, last: i64) {
        let wanted = |s: &Arc<Snapshot>| s.cursor.message >= last;
        // When it does not come, the next deed is decided on an older picture, and refused if that matters.
        let _late = timeout(SHOWN_WITHIN, self.snapshot.wait_for(wanted)).await;
    }
}

impl Job for Ward {
    fn name(&self) -> &'static str {
        "watchdog"
    }

    fn serves(&self) -> Arc<str> {
        Arc::clone(&self.serves.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn cadence(&self) -> Cadence {
        Cadence::AtOnce
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(30)
    }

    async fn step(&mut self) -> Result<(), JobError> {
        if self.how.policy == Policy::Off || self.actor.forbidden().is_some() {
            tokio::time::sleep(AGAIN).await;
            return Ok(());
        }
        if !self.holds().await? {
            tokio::time::sleep(self.clock.pause(AGAIN)).await;
            return Ok(());
        }
        let picture = Arc::clone(&self.snapshot.borrow_and_update());
        let now = self.clock.now();
        self.probe(&picture).await;
        if self.act(&picture, now).await? {
            return Ok(());
        }
        let due = self.watchdog.due(&picture, now);
        let wait = due.map_or(BEAT, |at| at.since(now)).min(BEAT);
        let wait = self.clock.wait(wait).max(Duration::from_millis(1));
        match timeout(wait, self.snapshot.changed()).await {
            Ok(Err(_)) => std::future::pending().await,
            Ok(Ok(())) | Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
