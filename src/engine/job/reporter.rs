//! Renews the status document of the swarm, so that whoever reads the repository sees what this program sees.

use super::{Cadence, Job, JobError};
use crate::{
    domain::{Snapshot, Timestamp, claim::StatusDoc, session::written, text},
    engine::{Clock, Paper, Publisher},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::watch;

/// How it is done.
#[derive(Debug, Clone)]
pub struct Reporting {
    /// Where it is written.
    pub publisher: Publisher,
    /// How often.
    pub every: Duration,
}

/// The job.
pub(crate) struct Reporter {
    how: Reporting,
    clock: Clock,
    snapshot: watch::Receiver<Arc<Snapshot>>,
    /// What was written last, without its times.
    last: Option<StatusDoc>,
    words: Arc<Mutex<Arc<str>>>,
}

impl Reporter {
    pub(crate) fn new(
        how: Reporting,
        clock: Clock,
        snapshot: watch::Receiver<Arc<Snapshot>>,
    ) -> Self {
        let words = format!("{} on {}", Paper::Status.path(), how.publisher.branch);
        Self {
            how,
            clock,
            snapshot,
            last: None,
            words: Arc::new(Mutex::new(text::line(&words).into())),
        }
    }
}

/// What it says, whenever it says it.
fn timeless(doc: &StatusDoc) -> StatusDoc {
    let mut doc = StatusDoc {
        generated_at: Timestamp::default(),
        bridge_read_at: None,
        ..doc.clone()
    };
    for session in &mut doc.sessions {
        session.updated = None;
    }
    doc
}

impl Job for Reporter {
    fn name(&self) -> &'static str {
        "report"
    }

    fn serves(&self) -> Arc<str> {
        Arc::clone(&self.words.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn cadence(&self) -> Cadence {
        Cadence::Every(self.how.every)
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(120)
    }

    async fn step(&mut self) -> Result<(), JobError> {
        let picture = Arc::clone(&self.snapshot.borrow());
        let read = picture.repo.as_ref().is_some_and(|r| r.survey.is_some());
        if !read || picture.source.progress.is_some() {
            return Ok(());
        }
        let doc = written(&picture, Some(&self.how.publisher.branch));
        let says = timeless(&doc);
        // That nothing happened while nobody works is no news: it would be a commit every half hour for ever.
        let active = picture.sessions.iter().any(|s| s.active);
        if doc.sessions.is_empty() || (!active && self.last.as_ref() == Some(&says)) {
            return Ok(());
        }
        let (publisher, now) = (self.how.publisher.clone(), self.clock.now());
        let done =
            tokio::task::spawn_blocking(move || publisher.publish(Paper::Status, &doc, "", now));
        let done = done
            .await
            .map_err(|e| JobError::Panicked(text::line(&e.to_string()).into_owned()))??;
        let short = text::head(&done.commit, 8);
        let words = format!("{} on {} @{short}", done.path, self.how.publisher.branch);
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = text::line(&words).into();
        self.last = Some(says);
        Ok(())
    }
}
