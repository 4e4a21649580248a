//! On the orchestrator's machine: renews conversations before they expire, carries over what is in flight, ends the old ones, and sends credentials
//! that could not be sent.

use super::{Cadence, Job, JobError};
use crate::{
    domain::{Snapshot, Source, credential::Rotate, text},
    engine::{Clock, Issuer, Opener, View, look, rotation},
};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(15);

/// How it is done.
#[derive(Clone)]
pub struct Rotating {
    /// Makes and ends conversations.
    pub issuer: Issuer,
    /// When conversations are renewed.
    pub rotate: Rotate,
    /// Opens the bridge for writing.
    pub open: Opener,
    /// How the bridge is looked at before something is written.
    pub view: View,
    /// Set when this program ends, so that a push ends with it.
    pub stop: Arc<AtomicBool>,
}

/// The job.
pub(crate) struct Rotation {
    how: Rotating,
    clock: Clock,
    snapshot: watch::Receiver<Arc<Snapshot>>,
    words: Arc<Mutex<Arc<str>>>,
}

impl Rotation {
    pub(crate) fn new(
        how: Rotating,
        clock: Clock,
        snapshot: watch::Receiver<Arc<Snapshot>>,
    ) -> Self {
        let words = format!("conversations of {}", how.issuer.shelf.place.swarm);
        Self {
            how,
            clock,
            snapshot,
            words: Arc::new(Mutex::new(text::line(&words).into())),
        }
    }
}

impl Rotating {
    /// One look, on a picture of the bridge. Blocks. Says what was done, and what failed.
    ///
    /// # Errors
    /// As the variants of [`crate::engine::IssueError`] say.
    pub fn step(
        &self,
        picture: &Snapshot,
        now: crate::domain::Timestamp,
    ) -> Result<Vec<String>, crate::engine::IssueError> {
        let issuer = &self.issuer;
        let roster = issuer.home.roster()?;
        let steps = rotation::plan(&roster, picture, self.rotate, now);
        let waits = |i: &crate::credentials::Issued| i.stage < crate::credentials::Stage::Sent;
        if steps.is_empty() && !roster.issued.iter().any(waits) {
            return Ok(Vec::new());
        }
        let mut store = (self.open)()?;
        let view = self.view.clone();
        let done = issuer.carry_out(
            &mut *store,
            &steps,
            |store| look(store, &view, now, None),
            now,
        )?;
        Ok(done.lines())
    }
}

impl Drop for Rotation {
    fn drop(&mut self) {
        self.how.stop.store(true, Ordering::Relaxed);
    }
}

impl Job for Rotation {
    fn name(&self) -> &'static str {
        "rotation"
    }

    fn serves(&self) -> Arc<str> {
        Arc::clone(&self.words.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn cadence(&self) -> Cadence {
        Cadence::Every(EVERY)
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(180)
    }

    async fn step(&mut self) -> Result<(), JobError> {
        let picture = Arc::clone(&self.snapshot.borrow());
        let Source {
            progress, read_at, ..
        } = &picture.source;
        if progress.is_some() || read_at.is_none() {
            return Ok(());
        }
        let (how, now) = (self.how.clone(), self.clock.now());
        let done = tokio::task::spawn_blocking(move || how.step(&picture, now)).await;
        let done = done.map_err(|e| JobError::Panicked(text::line(&e.to_string()).into_owned()))?;
        if let Some(line) = done?.last() {
            let words: Arc<str> = text::line(line).into();
            *self.words.lock().unwrap_or_else(PoisonError::into_inner) = words;
        }
        Ok(())
    }
}
