//! Reads the repository at hand, off the asynchronous threads, and publishes what it found or why it could not.

use super::{Cadence, Job, JobError};
use crate::{
    domain::{Repo, text},
    engine::{Clock, Surveyor},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::watch;

/// The job.
pub struct GitStatus {
    surveyor: Arc<Mutex<Surveyor>>,
    name: Arc<str>,
    every: Duration,
    clock: Clock,
    found: watch::Sender<Option<Arc<Repo>>>,
    /// Some of it is not worked out yet.
    unfinished: bool,
}

/// Between two reads while not everything is worked out: half of a core at most.
const SOON: Duration = Duration::from_secs(1);

impl GitStatus {
    /// Looks every so often and publishes into `found`.
    #[must_use]
    pub fn new(
        surveyor: Surveyor,
        every: Duration,
        clock: Clock,
        found: watch::Sender<Option<Arc<Repo>>>,
    ) -> Self {
        Self {
            name: surveyor.name(),
            surveyor: Arc::new(Mutex::new(surveyor)),
            every,
            clock,
            found,
            unfinished: false,
        }
    }
}

impl Job for GitStatus {
    fn name(&self) -> &'static str {
        "git"
    }

    fn serves(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    fn cadence(&self) -> Cadence {
        Cadence::Every(if self.unfinished {
            SOON.min(self.every)
        } else {
            self.every
        })
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn step(&mut self) -> Result<(), JobError> {
        let (surveyor, now) = (Arc::clone(&self.surveyor), self.clock.now());
        let read = tokio::task::spawn_blocking(move || {
            let mut surveyor = surveyor.lock().unwrap_or_else(PoisonError::into_inner);
            surveyor.look(now)
        });
        let read = read.await;
        let read = read.map_err(|e| JobError::Panicked(text::line(&e.to_string()).into_owned()))?;
        match read {
            Ok(repo) => {
                let matrix = repo.matrix.as_ref();
                self.unfinished = matrix.is_some_and(|matrix| !matrix.complete());
                self.found.send_replace(Some(Arc::new(repo)));
                Ok(())
            }
            Err(error) => {
                self.unfinished = false;
                let why: Arc<str> = text::line(&error.to_string()).into();
                self.found.send_modify(|found| {
                    let last = found
                        .as_deref()
                        .cloned()
                        .unwrap_or_else(|| Repo::unread(Arc::clone(&self.name), now));
                    *found = Some(Arc::new(Repo {
                        error: Some(why),
                        ..last
                    }));
                });
                Err(error.into())
            }
        }
    }
}
