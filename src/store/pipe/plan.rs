//! How a bridge is reached, and with how much patience.

use super::{call::Purpose, dial::Dial, ear::Hint, proofs::Proofs};
use std::{sync::Arc, time::Duration};

/// How long a call may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Without a sign of an answer.
    pub silence: Duration,
    /// With opening the pipe again, pauses only. Zero opens it once.
    pub reopening: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(10),
            reopening: Duration::from_secs(3),
        }
    }
}

/// How a bridge is reached.
pub struct Plan {
    pub(super) dial: Box<dyn Dial>,
    pub(super) purpose: Purpose,
    pub(super) patience: Patience,
    pub(super) hint: Option<Hint>,
    pub(super) proofs: Option<Proofs>,
    pub(super) seed: u64,
}

impl Plan {
    /// Through `dial`, for `purpose`.
    #[must_use]
    pub fn new(dial: impl Dial + 'static, purpose: Purpose) -> Self {
        Self {
            dial: Box::new(dial),
            purpose,
            patience: Patience::default(),
            hint: None,
            proofs: None,
            seed: 0,
        }
    }

    /// `self`, as patient as that.
    #[must_use]
    pub fn within(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// `self`, for a follower: `hint` is called when the other side says that there was a commit, and [`crate::store::Store::version`] says
    /// what was told last, without asking: it is late by as much as the news takes to come.
    #[must_use]
    pub fn told(self, hint: impl Fn() + Send + Sync + 'static) -> Self {
        let hint: Hint = Arc::new(hint);
        Self {
            hint: Some(hint),
            ..self
        }
    }

    /// `self`, with what can be proved on a pipe for workers.
    #[must_use]
    pub fn proving(self, proofs: Proofs) -> Self {
        Self {
            proofs: Some(proofs),
            ..self
        }
    }

    /// `self`, with pauses that differ from those of others.
    #[must_use]
    pub fn seeded(self, seed: u64) -> Self {
        Self { seed, ..self }
    }
}
