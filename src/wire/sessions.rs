//! `sessions`: with a bridge when there is one, and without.

use super::{Failure, bridge::Bridge, glance, repository};
use crate::cli::Sessions;
use std::{
    io::{self, Write},
    sync::Arc,
};
use swarmwarden::{
    domain::{Mode, Snapshot},
    engine::Clock,
    headless::{
        Exit,
        view::{self, View},
    },
    settings::Settings,
};

pub(super) fn run(settings: &Settings, asked: &Sessions) -> Result<Exit, Failure> {
    let snapshot = picture(settings)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let how = (View::Sessions(asked.all), asked.show.output.into());
    view::write(&mut out, &snapshot, how, snapshot.at)?;
    out.flush()?;
    Ok(Exit::Ok)
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
