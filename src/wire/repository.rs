//! The repository that a command looks at.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use swarmwarden::{
    domain::{Repo, Span, Timestamp, text},
    engine::{Clock, Surveyor},
    git::{LocalRepo, Steady},
    settings::Settings,
};

/// The path of the repository that was named, or of the one that the current directory lies in.
pub(super) fn path(settings: &Settings) -> Option<PathBuf> {
    let here = || LocalRepo::is_there(Path::new(".")).then(|| ".".into());
    settings.git.clone().or_else(here)
}

/// The repository to show, and how often to read it.
pub(super) fn repos(settings: &Settings) -> Option<(Surveyor, Duration)> {
    let every = Duration::from_micros(settings.git_every.0.max(Span::seconds(1).0).unsigned_abs());
    let clock = Clock::system();
    let steady: Steady = Arc::new(move || clock.steady());
    Some((surveyor(settings, Some(steady))?, every))
}

/// Reads the repository that was named, or the one that the current directory lies in; in pieces where there is a clock.
fn surveyor(settings: &Settings, steady: Option<Steady>) -> Option<Surveyor> {
    let path = path(settings)?;
    let repo = LocalRepo::at(path).against(settings.git_base.clone());
    let repo = match steady {
        Some(steady) => repo.timed(steady),
        None => repo,
    };
    Some(Surveyor::new(Arc::new(repo), settings.swarm.clone()))
}

/// One look at the repository, whole; `None` without one.
pub(super) fn survey(settings: &Settings, now: Timestamp) -> Option<Repo> {
    let mut surveyor = surveyor(settings, None)?;
    let name = surveyor.name();
    Some(surveyor.look(now).unwrap_or_else(|error| Repo {
        error: Some(text::line(&error.to_string()).into()),
        ..Repo::unread(name, now)
    }))
}
