//! The port to git repositories, and its libgit2 adapter. [`Repos`] reads only what is local; [`Plumbing`] commits without a worktree, and
//! [`Network`] runs the user's own `git` where a remote is reached. No hook runs except those of that program.

mod branches;
mod network;
mod plumbing;

use crate::domain::{Repo, Span, Timestamp, text};
use branches::Known;
use git2::{ErrorClass, ErrorCode, Repository, StatusOptions};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

pub use network::{Network, NetworkError, mask};
pub use plumbing::{Change, CommitId, Committed, Entry, EntryKind, Plumbing, PlumbingError, Who};

/// Files whose status is counted before the count says "at least".
const STATUS_CAP: usize = 100_000;

/// Reads repositories.
pub trait Repos: Send + Sync {
    /// What git says about the repository, at `now`.
    ///
    /// # Errors
    /// As the variants of [`GitError`] say.
    fn status(&self, now: Timestamp) -> Result<Repo, GitError>;

    /// Which repository, for people; neutralised.
    fn name(&self) -> Arc<str>;
}

/// Why a repository was not read.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The directory lies in no repository.
    #[error("not a repository ({0}); set git.path or give --git DIR")]
    NotARepository(String),
    /// git refuses a repository of somebody else.
    #[error(
        "{0} belongs to another user; allow it with `git config --global --add safe.directory {0}`"
    )]
    Owner(String),
    /// Anything else.
    #[error("reading {path} failed: {source}")]
    Backend {
        /// Path of the repository, neutralised.
        path: String,
        /// libgit2's error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A clock that nobody sets.
pub type Steady = Arc<dyn Fn() -> Span + Send + Sync>;

/// A repository on this machine. Remembers between reads what cannot change: a branch that did not move costs nothing.
#[derive(Clone)]
pub struct LocalRepo {
    path: PathBuf,
    base: Option<String>,
    steady: Steady,
    known: Arc<Mutex<Known>>,
}

impl fmt::Debug for LocalRepo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LocalRepo").field(&self.path).finish()
    }
}

impl LocalRepo {
    /// The repository that `path` lies in; it is looked up at every read.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            base: None,
            steady: Arc::new(|| Span(0)),
            known: Arc::default(),
        }
    }

    /// Holds branches against this reference; where there is none of that name, against the usual one.
    #[must_use]
    pub fn against(self, base: Option<String>) -> Self {
        Self { base, ..self }
    }

    /// Works on branches that it does not know for about a second of `steady` in one read, then goes on in the next one. Without a
    /// clock it works on all of them at once.
    #[must_use]
    pub fn timed(self, steady: Steady) -> Self {
        Self { steady, ..self }
    }

    /// Whether `path` lies in a repository.
    #[must_use]
    pub fn is_there(path: &Path) -> bool {
        Repository::discover(path).is_ok()
    }

    fn failed(&self, source: git2::Error) -> GitError {
        let path = text::line(&self.path.to_string_lossy()).into_owned();
        match (source.class(), source.code()) {
            (ErrorClass::Repository | ErrorClass::Os, ErrorCode::NotFound) => {
                GitError::NotARepository(path)
            }
            (_, ErrorCode::Owner) => GitError::Owner(path),
            _ => GitError::Backend {
                path,
                source: Box::new(source),
            },
        }
    }

    fn read(&self, now: Timestamp) -> Result<Repo, git2::Error> {
        let repo = Repository::discover(&self.path)?;
        let path = safe(
            &repo
                .workdir()
                .unwrap_or_else(|| repo.path())
                .to_string_lossy(),
        );
        let mut found = Repo {
            head: "unborn".into(),
            ..Repo::unread(path, now)
        };
        for branch in repo.branches(Some(git2::BranchType::Local))? {
            branch?;
            found.branch_count += 1;
        }
        match repo.head() {
            Ok(head) => describe(&repo, &head, &mut found)?,
            Err(e) if e.code() == ErrorCode::UnbornBranch => {}
            Err(e) => return Err(e),
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let base = self.base.as_deref();
        found.branches = branches::read(&repo, base, &mut known, &*self.steady)?.into();
        drop(known);
        if !repo.is_bare() {
            count(&repo, &mut found)?;
        }
        Ok(found)
    }
}

impl Repos for LocalRepo {
    fn status(&self, now: Timestamp) -> Result<Repo, GitError> {
        self.read(now).map_err(|e| self.failed(e))
    }

    fn name(&self) -> Arc<str> {
        safe(&self.path.to_string_lossy())
    }
}

fn safe(raw: &str) -> Arc<str> {
    text::line(text::head(raw, 512)).into()
}

fn describe(
    repo: &Repository,
    head: &git2::Reference<'_>,
    found: &mut Repo,
) -> Result<(), git2::Error> {
    let commit = head.peel_to_commit()?;
    let id = commit.id().to_string();
    found.commit = safe(text::head(&id, 8));
    found.subject = safe(&String::from_utf8_lossy(
        commit.summary_bytes().unwrap_or_default(),
    ));
    found.committed = Some(Timestamp(commit.time().seconds().saturating_mul(1_000_000)));
    if !head.is_branch() {
        found.head = "detached".into();
        return Ok(());
    }
    found.head = safe(&String::from_utf8_lossy(head.shorthand_bytes()));
    let upstream =
        git2::Branch::wrap(repo.find_reference(head.name().unwrap_or("HEAD"))?).upstream();
    if let Some(theirs) = upstream.ok().and_then(|b| b.get().target()) {
        let (ahead, behind) = repo.graph_ahead_behind(commit.id(), theirs)?;
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        found.ahead_behind = Some((small(ahead), small(behind)));
    }
    Ok(())
}

fn count(repo: &Repository, found: &mut Repo) -> Result<(), git2::Error> {
    let mut options = StatusOptions::new();
    options
        .include_untracked(true)
        .recurse_untracked_dirs(false)
        .exclude_submodules(true)
        .no_refresh(true);
    for entry in repo.statuses(Some(&mut options))?.iter().take(STATUS_CAP) {
        let status = entry.status();
        if status.is_conflicted() {
            found.conflicted += 1;
        } else if status.is_wt_new() {
            found.untracked += 1;
        } else if !status.is_ignored() {
            found.modified += 1;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
