//! Keeps workers alive: writes signs of life for every conversation whose credential this machine holds, as long as the token is right, the
//! conversation lives, nobody else does it, and the agent itself showed life where that is asked for.

mod beats;
mod roster;

use super::{Cadence, Handover, Job, JobError};
use crate::{
    domain::{ConversationId, Span, Timestamp, text},
    engine::{
        Clock, Opener,
        alive::{Evidence, Say, Sources},
    },
};
use beats::Core;
pub use roster::{Served, Standing};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How it is done.
#[derive(Clone)]
pub struct Keeping {
    /// Opens the bridge for signs of life.
    pub open: Opener,
    /// Where credentials are found.
    pub sources: Sources,
    /// Who hands over new ones.
    pub handover: Option<Handover>,
    /// What must be seen of an agent; `None` vouches without.
    pub evidence: Option<Evidence>,
    /// Where processes note what they serve; `None` looks after no other.
    pub claims: Option<PathBuf>,
    /// Between two beats of a conversation; a tenth more or less.
    pub every: Span,
    /// Makes the beats of machines differ.
    pub seed: u64,
    /// Where lines go.
    pub say: Say,
    /// What is served; read by whoever shows it.
    pub shown: Shown,
}

/// What a keep-alive serves. Clones share it.
#[derive(Clone, Default)]
pub struct Shown(Arc<Mutex<Showing>>);

/// All that are served, and their ids.
type Showing = (Vec<Served>, Arc<[ConversationId]>);

impl Shown {
    /// All conversations, by id.
    #[must_use]
    pub fn all(&self) -> Vec<Served> {
        self.lock().0.clone()
    }

    /// Their ids; the same list as long as none comes or goes.
    #[must_use]
    pub fn ids(&self) -> Arc<[ConversationId]> {
        Arc::clone(&self.lock().1)
    }

    fn set(&self, all: Vec<Served>) {
        let mut shown = self.lock();
        let same = shown.1.iter().eq(all.iter().map(|s| &s.conversation));
        if !same {
            shown.1 = all.iter().map(|s| s.conversation.clone()).collect();
        }
        shown.0 = all;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Showing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The job.
pub struct KeepAlive {
    core: Arc<Mutex<Core>>,
    clock: Clock,
    handover: Option<tokio::sync::watch::Receiver<Option<Arc<super::Handed>>>>,
    words: Arc<str>,
}

impl KeepAlive {
    /// Keeps alive as `how` says.
    #[must_use]
    pub fn new(how: Keeping, clock: Clock) -> Self {
        let handover = how.handover.as_ref().map(Handover::listen);
        let words = format!("credentials of {}", how.sources.words());
        Self {
            core: Arc::new(Mutex::new(Core::new(how, clock.now()))),
            clock,
            handover,
            words: words.into(),
        }
    }

    /// One pass: every conversation whose time has come, at `now`, which never jumps; what is written is dated by `wall`. Blocks. Says how long
    /// nothing is due.
    ///
    /// # Errors
    /// As the store says; what was due stays due.
    pub fn pass(&self, now: Timestamp, wall: Timestamp) -> Result<Duration, JobError> {
        let mut core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        core.tick(now, wall)
    }
}

impl Job for KeepAlive {
    fn name(&self) -> &'static str {
        "keepalive"
    }

    fn serves(&self) -> Arc<str> {
        Arc::clone(&self.words)
    }

    fn cadence(&self) -> Cadence {
        Cadence::AtOnce
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(30)
    }

    async fn step(&mut self) -> Result<(), JobError> {
        let (core, clock) = (Arc::clone(&self.core), self.clock.clone());
        if let Some(handed) = &mut self.handover
            && let Some(handed) = handed.borrow_and_update().clone()
        {
            let mut core = core.lock().unwrap_or_else(PoisonError::into_inner);
            core.hand(&handed.path);
        }
        let passed = tokio::task::spawn_blocking(move || {
            let mut core = core.lock().unwrap_or_else(PoisonError::into_inner);
            let now = clock.now();
            let done = core.tick(now, now.plus(clock.step()));
            (done, core.words())
        });
        let (done, words) = passed
            .await
            .map_err(|e| JobError::Panicked(text::line(&e.to_string()).into_owned()))?;
        self.words = words;
        let wait = done?;
        let handed = async {
            let gone = match &mut self.handover {
                Some(handed) => handed.changed().await.is_err(),
                None => true,
            };
            if gone {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = tokio::time::sleep(self.clock.pause(wait)) => {}
            () = handed => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
