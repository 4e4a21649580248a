//! Keeps the book of alerts in our own memory: reads it back at the start, and writes it after every change, at most twice a second.

use super::{Cadence, Job, JobError, Memory};
use crate::{
    domain::{alert::Alerts, text},
    engine::{Clock, alarm::Alarm},
    store::{Sidecar, SidecarError},
};
use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, time::timeout};

/// Between two writes.
const PAUSE: Duration = Duration::from_millis(500);
/// Longest wait for a change, so that the job says that it lives.
const BEAT: Duration = Duration::from_secs(1);

/// The job.
pub(crate) struct Keeper {
    memory: Memory,
    alarm: Alarm,
    clock: Clock,
    changes: watch::Receiver<u64>,
    loaded: bool,
}

impl Keeper {
    /// Keeps `alarm` in `memory`.
    pub(crate) fn new(memory: Memory, alarm: Alarm, clock: Clock) -> Self {
        Self {
            memory,
            changes: alarm.changes(),
            alarm,
            clock,
            loaded: false,
        }
    }

    /// Does something with the memory off the asynchronous threads.
    async fn with<T: Send + 'static>(
        &mut self,
        run: impl FnOnce(&mut Sidecar) -> Result<T, SidecarError> + Send + 'static,
    ) -> Result<T, JobError> {
        let memory = Arc::clone(&self.memory);
        let done = tokio::task::spawn_blocking(move || {
            run(&mut memory.lock().unwrap_or_else(PoisonError::into_inner))
        });
        let done = done
            .await
            .map_err(|e| JobError::Panicked(text::line(&e.to_string()).into_owned()))?;
        Ok(done?)
    }
}

impl Job for Keeper {
    fn name(&self) -> &'static str {
        "alerts"
    }

    fn serves(&self) -> Arc<str> {
        "our own memory of the bridge".into()
    }

    fn cadence(&self) -> Cadence {
        Cadence::Every(PAUSE)
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(30)
    }

    async fn step(&mut self) -> Result<(), JobError> {
        if !self.loaded {
            let read = self.with(|memory| memory.alerts()).await;
            // Without a memory the book begins empty: alerts matter more than their past.
            let book = read.as_ref().ok().cloned().flatten();
            self.alarm.load(book.unwrap_or_default().restarted());
            self.changes.mark_unchanged();
            self.loaded = true;
            return read.map(drop);
        }
        match timeout(BEAT, self.changes.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return Ok(()),
        }
        let (book, now) = (self.alarm.copy(), self.clock.now());
        let kept = self
            .with(move |memory| memory.keep_alerts(&book.unwrap_or_default(), now))
            .await;
        if kept.is_err() {
            self.changes.mark_changed();
        }
        kept
    }
}

/// What changed within the last moment is not lost.
impl Drop for Keeper {
    fn drop(&mut self) {
        let changed = self.changes.has_changed().unwrap_or(false);
        let book: Option<Alerts> = self.alarm.copy().filter(|_| changed && self.loaded);
        if let Some(book) = book {
            let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
            // Nobody is left to hear of a failure.
            let _lost = memory.keep_alerts(&book, self.clock.now());
        }
    }
}
