//! `sessions`: with a bridge when there is one, and without.

use super::{Failure, bridge::Bridge, glance, repository};
use crate::cli::Sessions;
use std::sync::Arc;
use swarmwarden::{
    domain::{Mode, Snapshot},
    engine::Clock,
    headless::{Exit, view::View},
    settings::Settings,
};

pub(super) fn run(settings: &Settings, asked: &Sessions) -> Result<Exit, Failure> {
    let snapshot = picture(settings)?;
    let at = snapshot.at;
    super::print(snapshot, View::Sessions(asked.all), &asked.show, at)
}

/// The repository, and the bridge when there is one.
pub(super) fn picture(settings: &Settings) -> Result<Snapshot, Failure> {
    match Bridge::known(settings) {
        Some(bridge) => Ok(glance(settings, &bridge, settings.mode)?.0),
        None => Ok(alone(settings)),
    }
}

/// What the repository alone tells.
fn alone(settings: &Settings) -> Snapshot {
    let now = Clock::of(Mode::Live).now();
    let repo = repository::survey(settings, now).map(Arc::new);
    let mut snapshot = Snapshot {
        at: now,
        repo,
        ..Snapshot::default()
    };
    snapshot.judge_sessions(now);
    snapshot
}
