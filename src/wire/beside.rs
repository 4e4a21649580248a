//! What a process does beside watching: workers that are kept alive, credentials that are taken over.

use super::{failure::Failure, live::Subject};
use swarmwarden::{
    domain::{Mode, watchdog::Policy},
    engine::{
        alive::Pulse,
        job::{Keeping, Syncing},
    },
    settings::{Job, Settings},
};

/// What is done beside watching, and who is told that it moves.
#[derive(Default)]
pub(super) struct Extras {
    /// Keeps workers alive.
    pub(super) keeping: Option<Keeping>,
    /// Takes over credentials.
    pub(super) syncing: Option<Syncing>,
    /// Is told.
    pub(super) pulse: Option<Pulse>,
}

/// What `--with` asks of a dashboard, and what its watchdog may do.
pub(super) fn embedded(settings: &Settings, subject: &mut Subject) -> Result<Policy, Failure> {
    let has = |job| settings.with.contains(&job) && subject.mode == Mode::Live;
    let (keep, sync, watch) = (has(Job::KeepAlive), has(Job::Sync), has(Job::Watchdog));
    let mut extras = Extras::default();
    if sync {
        let worker = super::credentials::number(None, settings)?;
        extras.syncing = Some(super::sync::syncing(settings, worker)?);
    } else if keep {
        extras.syncing = super::sync::beside(settings);
    }
    if keep {
        let handover = extras.syncing.as_ref().map(|how| how.handover.clone());
        let mute = swarmwarden::engine::alive::mute();
        extras.keeping = Some(super::keepalive::keeping(settings, None, handover, mute)?);
    }
    subject.extras = extras;
    let usual = if watch { Policy::Auto } else { Policy::Suggest };
    Ok(settings.policy.unwrap_or(usual))
}
