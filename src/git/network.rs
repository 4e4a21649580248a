//! Fetch and push, by the user's own `git`: credential helpers, agents and proxies work as they do for the user. It never asks anybody
//! anything, ends in time with everything that it started, and what it said is kept with its secrets masked.

mod child;
mod words;

use super::{Plumbing, PlumbingError};
use crate::domain::{swarmfile::is_branch, text};
use git2::Repository;
use std::{
    ffi::OsString,
    path::PathBuf,
    process::Command,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

pub use words::mask;

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(45);

/// A repository's remotes. Calls block: for threads that may.
#[derive(Debug, Clone)]
pub struct Network {
    path: PathBuf,
    program: OsString,
    patience: Duration,
    stop: Arc<AtomicBool>,
}

/// Why a remote was not reached. Each says the remote, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// There is no program `git`.
    #[error("the program git cannot be started: {0}; install it, or put it into PATH")]
    NoGit(String),
    /// The name is no remote of the repository.
    #[error("there is no remote {0}; add it with `git remote add`, or set credentials.remote")]
    NoRemote(String),
    /// The remote is there by name only.
    #[error("{remote} cannot be reached: {words}")]
    Unreachable {
        /// The remote.
        remote: String,
        /// What git said.
        words: String,
    },
    /// It does not let us in.
    #[error("{remote} refused access: {words}; `git fetch {remote}` in a terminal says more")]
    Refused {
        /// The remote.
        remote: String,
        /// What git said.
        words: String,
    },
    /// It has no such branch.
    #[error("{remote} has no branch {branch}")]
    NoBranch {
        /// The remote.
        remote: String,
        /// The branch.
        branch: String,
    },
    /// The branch went on there.
    #[error("{branch} went on at {remote}; fetch and try again")]
    NonFastForward {
        /// The remote.
        remote: String,
        /// The branch.
        branch: String,
    },
    /// The remote took too long.
    #[error("{remote} did not answer within {seconds} s")]
    Timeout {
        /// The remote.
        remote: String,
        /// How long we waited.
        seconds: u64,
    },
    /// The program is ending.
    #[error("stopped")]
    Stopped,
    /// Anything else that git said.
    #[error("git failed for {remote}: {words}")]
    Failed {
        /// The remote.
        remote: String,
        /// What git said.
        words: String,
    },
    /// The repository cannot be read.
    #[error(transparent)]
    Local(#[from] PlumbingError),
}

impl Network {
    /// The repository that `path` lies in.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            program: "git".into(),
            patience: PATIENCE,
            stop: Arc::default(),
        }
    }

    /// Runs `program` in place of `git`.
    #[must_use]
    pub fn with(self, program: impl Into<OsString>) -> Self {
        let program = program.into();
        Self { program, ..self }
    }

    /// Waits so long for an answer.
    #[must_use]
    pub fn within(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Ends a call, with everything that it started, soon after `stop` is set.
    #[must_use]
    pub fn until(self, stop: Arc<AtomicBool>) -> Self {
        Self { stop, ..self }
    }

    /// Where [`Self::fetch_branch`] leaves what it fetched: a reference of our own, so that nobody's tracking branches move.
    #[must_use]
    pub fn fetched(remote: &str, branch: &str) -> String {
        format!("refs/swarmwarden/{remote}/{branch}")
    }

    /// Fetches refspecs. Says what git said, masked.
    ///
    /// # Errors
    /// As the variants of [`NetworkError`] say.
    pub fn fetch(&self, remote: &str, refspecs: &[&str]) -> Result<String, NetworkError> {
        let flags = [
            "fetch",
            "--no-tags",
            "--no-recurse-submodules",
            "--no-auto-gc",
        ];
        self.run(remote, &flags, refspecs)
    }

    /// Fetches one branch to [`Self::fetched`], rewritten or not.
    ///
    /// # Errors
    /// As the variants of [`NetworkError`] say; [`NetworkError::NoBranch`] when the remote has none of that name.
    pub fn fetch_branch(&self, remote: &str, branch: &str) -> Result<String, NetworkError> {
        named(branch)?;
        let to = Self::fetched(remote, branch);
        self.fetch(remote, &[&format!("+refs/heads/{branch}:{to}")])
    }

    /// Pushes a branch, forward only.
    ///
    /// # Errors
    /// As the variants of [`NetworkError`] say; [`NetworkError::NonFastForward`] when it went on at the remote.
    pub fn push(&self, remote: &str, branch: &str) -> Result<String, NetworkError> {
        named(branch)?;
        let refspec = format!("refs/heads/{branch}:refs/heads/{branch}");
        self.run(
            remote,
            &["push", "--porcelain", "--no-follow-tags"],
            &[&refspec],
        )
    }

    /// Asks for the tip of a branch at the remote; `None` when it has no such branch. Fetches nothing.
    ///
    /// # Errors
    /// As the variants of [`NetworkError`] say.
    pub fn tip(&self, remote: &str, branch: &str) -> Result<Option<String>, NetworkError> {
        named(branch)?;
        let name = format!("refs/heads/{branch}");
        let said = self.run(remote, &["ls-remote", "--heads"], &[&name])?;
        let tip = |line: &str| {
            let (hex, found) = line.split_once('\t')?;
            (found == name).then(|| hex.to_owned())
        };
        Ok(said.lines().find_map(tip))
    }

    /// Whether the repository has a remote of this name.
    ///
    /// # Errors
    /// As the variants of [`PlumbingError`] say.
    pub fn has(&self, remote: &str) -> Result<bool, PlumbingError> {
        let repo = Plumbing::at(&self.path).open()?;
        Ok(plain(remote) && repo.find_remote(remote).is_ok())
    }

    fn run(&self, remote: &str, flags: &[&str], refspecs: &[&str]) -> Result<String, NetworkError> {
        let shown = || text::line(text::head(remote, 128)).into_owned();
        let repo = Plumbing::at(&self.path).open()?;
        if !plain(remote) || repo.find_remote(remote).is_err() {
            return Err(NetworkError::NoRemote(mask(&shown())));
        }
        let mut command = child::command(&self.program, &self.path, ssh(&repo).as_deref());
        command.args(flags).arg("--").arg(remote).args(refspecs);
        drop(repo);
        let seconds = self.patience.as_secs();
        match child::run(command, self.patience, &self.stop) {
            Err(child::Failed::Start(why)) => Err(NetworkError::NoGit(why)),
            Err(child::Failed::Late) => Err(NetworkError::Timeout {
                remote: shown(),
                seconds,
            }),
            Err(child::Failed::Stopped) => Err(NetworkError::Stopped),
            Ok((true, said)) => Ok(mask(&said)),
            Ok((false, said)) => {
                let branch = refspecs.first().and_then(|spec| spec.split(':').next());
                let branch = branch.unwrap_or_default().trim_start_matches('+');
                let branch = branch.trim_start_matches("refs/heads/");
                Err(words::meaning(&said, &shown(), branch))
            }
        }
    }
}

/// Runs a program that asks nobody anything and ends in time, with everything that it started. Says whether it succeeded, and the beginning of
/// what it said, with secrets masked.
///
/// # Errors
/// A sentence: it cannot be started, or did not end within `patience`.
pub fn tool(command: Command, patience: Duration) -> Result<(bool, String), String> {
    let program = text::line(&command.get_program().to_string_lossy()).into_owned();
    match child::run(command, patience, &AtomicBool::new(false)) {
        Ok((good, said)) => Ok((good, mask(&said))),
        Err(child::Failed::Start(why)) => Err(format!("{program} cannot be started: {why}")),
        Err(child::Failed::Late | child::Failed::Stopped) => {
            let seconds = patience.as_secs();
            Err(format!("{program} did not end within {seconds} s"))
        }
    }
}

/// Whether a remote's name is one: an address would be taken as one.
fn plain(remote: &str) -> bool {
    is_branch(remote) && !remote.contains(['/', ':'])
}

fn named(branch: &str) -> Result<(), NetworkError> {
    if is_branch(branch) {
        return Ok(());
    }
    Err(PlumbingError::Branch(text::line(branch).into_owned()).into())
}

/// What the repository is configured to reach its remotes with.
fn ssh(repo: &Repository) -> Option<String> {
    repo.config().ok()?.get_string("core.sshCommand").ok()
}

#[cfg(test)]
mod tests;
