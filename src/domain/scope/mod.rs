//! A part of the swarm: a session, a team, a worker. A picture can be cut down to it, so that every list and every count is of it.

mod within;

use super::session::Session;
use super::{ConversationId, Refusal, Snapshot, Worker, WorkerId, spelling, text};
use std::sync::Arc;

/// What is looked at: all that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Workers of a session, by its key or the orchestrator's name.
    pub session: Option<Arc<str>>,
    /// Workers of a team.
    pub team: Option<Arc<str>>,
    /// One worker.
    pub worker: Option<(ConversationId, WorkerId)>,
}

impl Scope {
    /// One session.
    #[must_use]
    pub fn session(name: Arc<str>) -> Self {
        Self {
            session: Some(name),
            ..Self::default()
        }
    }

    /// One team.
    #[must_use]
    pub fn team(name: Arc<str>) -> Self {
        Self {
            team: Some(name),
            ..Self::default()
        }
    }

    /// One worker.
    #[must_use]
    pub fn worker(worker: &Worker) -> Self {
        Self {
            worker: Some((worker.conversation.clone(), worker.id.clone())),
            ..Self::default()
        }
    }

    /// The whole swarm.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.session.is_none() && self.team.is_none() && self.worker.is_none()
    }

    /// Reads `all`, `s3-infra`, `team:infra`, `session:s3-infra/team:infra`, `worker:w007` or `w007`: parts with `/` between, the widest first.
    /// A part without a word in front is a session, else a team, else a worker. O(sessions + workers) for each part.
    ///
    /// # Errors
    /// [`Refusal::NoSuch`] with the nearest name.
    pub fn parse(words: &str, snapshot: &Snapshot) -> Result<Self, Refusal> {
        let mut scope = Self::default();
        for part in words.split('/').map(str::trim) {
            match part.split_once(':') {
                _ if matches!(part, "" | "all" | "swarm") => {}
                Some(("session", name)) => scope.session = Some(sessions(snapshot, name)?),
                Some(("team", name)) => scope.team = Some(teams(snapshot, name)?),
                Some(("worker", name)) => scope.worker = Some(workers(snapshot, name)?),
                _ => {
                    if let Ok(name) = sessions(snapshot, part) {
                        scope.session = Some(name);
                    } else if let Ok(name) = teams(snapshot, part) {
                        scope.team = Some(name);
                    } else if let Ok(worker) = workers(snapshot, part) {
                        scope.worker = Some(worker);
                    } else {
                        let mut names = session_names(snapshot);
                        names.extend(team_names(snapshot));
                        return Err(none("session, team or worker", part, &names));
                    }
                }
            }
        }
        Ok(scope)
    }

    /// A worker is in it. O(1) but for sessions that are known by documents: O(workers of the session).
    #[must_use]
    pub fn has(&self, worker: &Worker, snapshot: &Snapshot) -> bool {
        let session = self.session.as_ref().is_none_or(|name| {
            let own = |s: &Arc<Session>| s.key == *name && s.workers.contains(&worker.conversation);
            worker.session == *name || snapshot.sessions.iter().any(own)
        });
        let team = self.team.as_ref();
        session
            && team.is_none_or(|name| worker.team.as_ref() == Some(name))
            && (self.worker.as_ref()).is_none_or(|(id, _)| *id == worker.conversation)
    }
}

/// As it is shown and read: `all`, or the parts with `/` between.
impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let worker = self.worker.as_ref().map(|(_, id)| id.to_string());
        let parts = [
            self.session.as_deref(),
            self.team.as_deref(),
            worker.as_deref(),
        ];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            f.pad("all")
        } else {
            f.pad(&parts.join("/"))
        }
    }
}

/// Names of the sessions that have workers, and of those that are spoken of; each once.
#[must_use]
pub fn session_names(snapshot: &Snapshot) -> Vec<Arc<str>> {
    let of_workers = snapshot.workers.iter().map(|w| Arc::clone(&w.session));
    let spoken = snapshot.sessions.iter().filter(|s| !s.workers.is_empty());
    unique(of_workers.chain(spoken.map(|s| Arc::clone(&s.key))))
}

/// Names of the teams, each once.
#[must_use]
pub fn team_names(snapshot: &Snapshot) -> Vec<Arc<str>> {
    unique(snapshot.workers.iter().filter_map(|w| w.team.clone()))
}

fn unique(names: impl Iterator<Item = Arc<str>>) -> Vec<Arc<str>> {
    let all: std::collections::BTreeSet<Arc<str>> = names.filter(|n| !n.is_empty()).collect();
    all.into_iter().collect()
}

fn sessions(snapshot: &Snapshot, name: &str) -> Result<Arc<str>, Refusal> {
    one("session", &session_names(snapshot), name)
}

fn teams(snapshot: &Snapshot, name: &str) -> Result<Arc<str>, Refusal> {
    one("team", &team_names(snapshot), name)
}

fn one(what: &str, names: &[Arc<str>], name: &str) -> Result<Arc<str>, Refusal> {
    let found = names.iter().find(|n| n.eq_ignore_ascii_case(name)).cloned();
    found.ok_or_else(|| none(what, name, names))
}

fn none(what: &str, name: &str, names: &[Arc<str>]) -> Refusal {
    let nearest = spelling::nearest(name, names.iter().map(AsRef::as_ref));
    let nearest = nearest.map_or_else(String::new, |n| format!("; the nearest is `{n}`"));
    let name = text::line(text::head(name, text::ID_CAP)).into_owned();
    Refusal::NoSuch(format!("{what} called `{name}`{nearest}"))
}

/// A worker by any of its names, `w7` and `w007` among them.
fn workers(snapshot: &Snapshot, name: &str) -> Result<(ConversationId, WorkerId), Refusal> {
    let number = name.strip_prefix(['w', 'W']).unwrap_or(name);
    let number = number.parse::<u32>().map(|n| n.to_string());
    let found = match snapshot.worker_named(name) {
        Ok(found) => found,
        Err(why) => match number {
            Ok(number) => snapshot.worker_named(&number).map_err(|_| why)?,
            Err(_) => return Err(why),
        },
    };
    Ok((found.conversation.clone(), found.id.clone()))
}
