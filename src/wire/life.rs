//! Whether what hands over messages moves: for the service manager, and for the health file.

use super::health::HealthFile;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use swarmwarden::{
    domain::{Span, Timestamp},
    engine::{Clock, alive::Pulse},
    link::{JobHealth, Phase},
};

/// One that did not move for so long is stuck.
const STUCK: Span = Span::seconds(5);
/// A process that says nothing for so long hangs.
const HANGS: Duration = Duration::from_secs(15);

/// When something went wrong, and what.
type Wrong = (Timestamp, Arc<str>);

/// How what hands over messages is, for those who look from outside.
#[derive(Default)]
pub(super) struct Life {
    /// When it moved last, and what went wrong since.
    state: Mutex<(Option<Timestamp>, Option<Wrong>)>,
    rounds: AtomicU64,
}

impl Life {
    pub(super) fn moved(&self, now: Timestamp, wrong: Option<&str>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = Some(now);
        state.1 = wrong.map(|words| (now, words.into()));
        self.rounds.fetch_add(1, Ordering::Relaxed);
    }

    /// Tells the service manager and the health file.
    pub(super) fn tell(&self, file: &mut Option<HealthFile>, pulse: &Pulse, clock: &Clock) {
        let (moved, wrong) = self
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let Some(moved) = moved else { return };
        // One that waits for its reader, or for a bridge, has not moved.
        if clock.now().since(moved) < STUCK {
            pulse.moved("push", clock.now(), HANGS);
        }
        let job = JobHealth {
            name: "push",
            serves: "messages as they are committed".into(),
            phase: Phase::Running,
            last_ok: wrong.is_none().then_some(moved),
            last_error: wrong,
            next_run: None,
            runs: self.rounds.load(Ordering::Relaxed),
            panics: 0,
        };
        if let Some(file) = file {
            file.write(&[job], clock);
        }
    }
}
