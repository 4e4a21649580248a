//! The plan of the swarm, from its file.

use super::Planned;
use crate::domain::{
    Repo,
    session::{Known, Pattern},
    swarmfile::{FILE_CAP, SwarmFile},
    text,
};
use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

/// Where a plan stands when nobody names its file.
const NAME: &str = ".swarmwarden.toml";

/// What was read last.
struct Last {
    path: PathBuf,
    changed: Option<SystemTime>,
    plan: Result<Arc<SwarmFile>, Vec<String>>,
}

/// A plan on disk, read again when it changed.
pub(super) struct PlanFile {
    named: Option<PathBuf>,
    last: Option<Last>,
}

impl PlanFile {
    pub(super) const fn new(named: Option<PathBuf>) -> Self {
        Self { named, last: None }
    }

    /// The plan, when there is one. What is wrong with it goes to the faults, and there is none then.
    pub(super) fn read(
        &mut self,
        repo: &Repo,
        faults: &mut Vec<Arc<str>>,
    ) -> Option<Arc<SwarmFile>> {
        let path = (self.named.clone()).unwrap_or_else(|| Path::new(&*repo.path).join(NAME));
        let changed = match fs::metadata(&path) {
            Ok(meta) if meta.is_file() => meta.modified().ok(),
            Ok(_) => {
                faults.push(at(&path, "is no file"));
                return None;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.named.is_none() => {
                return None;
            }
            Err(error) => {
                faults.push(at(&path, &error.to_string()));
                return None;
            }
        };
        let same = |last: &&Last| last.path == path && last.changed == changed && changed.is_some();
        if !self.last.as_ref().is_some_and(|last| same(&last)) {
            self.last = Some(Last {
                plan: open(&path).map(Arc::new),
                path: path.clone(),
                changed,
            });
        }
        match &self.last.as_ref()?.plan {
            Ok(plan) => Some(Arc::clone(plan)),
            Err(wrong) => {
                faults.extend(wrong.iter().map(|w| at(&path, w)));
                None
            }
        }
    }
}

fn open(path: &Path) -> Result<SwarmFile, Vec<String>> {
    let cap = u64::try_from(FILE_CAP).unwrap_or(u64::MAX);
    let mut raw = String::new();
    let read = fs::File::open(path).and_then(|file| file.take(cap + 1).read_to_string(&mut raw));
    read.map_err(|error| vec![error.to_string()])?;
    SwarmFile::read(&raw)
}

fn at(path: &Path, what: &str) -> Arc<str> {
    text::line(&format!("{}: {what}", path.display())).into()
}

/// Its sessions, and how their branches are called.
pub(super) fn known(plan: &SwarmFile) -> Vec<Planned> {
    let one = |s: &crate::domain::swarmfile::SessionPlan| {
        let numbers = || s.agents.iter().map(|a| a.number);
        let known = Known {
            outputs: s.outputs.clone(),
            range: numbers().min().zip(numbers().max()),
            teams: s.teams.iter().map(|t| t.number).collect(),
            ..Known::planned(s.number, &s.title)
        };
        (known, s.branch.as_deref().map(Pattern::new))
    };
    plan.sessions.iter().map(one).collect()
}
