//! Writes down what is seen of the bridge. Its own file and its own thread of the pool; nothing waits for it.

use super::{Cadence, Job, JobError};
use crate::{
    domain::text,
    record::{RecordError, Recorder, Room},
};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How often it writes: what a crash can take.
const EVERY: Duration = Duration::from_secs(2);

/// Where what is seen is kept.
#[derive(Debug, Clone)]
pub struct Keepsake {
    /// The file.
    pub path: PathBuf,
    /// How much is kept; `None` only reads what is there.
    pub room: Option<Room>,
}

/// The recorder, for the job and for the end of the engine.
pub(crate) type Shared = Arc<Mutex<Recorder>>;

/// The job.
pub(crate) struct Recording {
    recorder: Shared,
    name: Arc<str>,
}

impl Recording {
    /// Records the bridge `name`, neutralised.
    pub(crate) const fn new(recorder: Shared, name: Arc<str>) -> Self {
        Self { recorder, name }
    }
}

/// One write.
pub(crate) fn write(recorder: &Shared) -> Result<(), RecordError> {
    recorder
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .step()
}

impl Job for Recording {
    fn name(&self) -> &'static str {
        "recording"
    }

    fn serves(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    fn cadence(&self) -> Cadence {
        Cadence::Every(EVERY)
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn step(&mut self) -> Result<(), JobError> {
        let recorder = Arc::clone(&self.recorder);
        let written = tokio::task::spawn_blocking(move || write(&recorder)).await;
        let written =
            written.map_err(|e| JobError::Panicked(text::line(&e.to_string()).into_owned()))?;
        Ok(written?)
    }
}
