//! The port to git repositories, and its libgit2 adapter. [`Repos`] reads only what is local, and begins merges beside it; [`Plumbing`] commits without a worktree, and
//! [`Network`] runs the user's own `git` where a remote is reached. No hook runs except those of that program.

mod branches;
mod change;
mod hunks;
mod known;
mod matrix;
mod merge;
mod moves;
mod network;
mod pair;
mod plumbing;
mod refs;
pub mod scratch;
mod trees;
mod work;

pub use trees::{Entry, Touch, Trees};

use crate::domain::{
    Repo, Span, Timestamp,
    repo::{Begun, Cell},
    text,
};
use git2::{ErrorClass, ErrorCode, Repository};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use {
    known::Known,
    merge::{Changes, Merger},
    trees::LocalTrees,
};

/// How long one read may work on what it does not know.
const LIMIT: Span = Span::seconds(1);
pub use network::{Network, NetworkError, mask, tool};
pub use plumbing::{
    Change, CommitId, Committed, Entry as TreeEntry, EntryKind, Plumbing, PlumbingError, Who,
};

/// Reads repositories.
pub trait Repos: Send + Sync {
    /// What git says about the repository, at `now`.
    ///
    /// # Errors
    /// As the variants of [`GitError`] say.
    fn status(&self, now: Timestamp) -> Result<Repo, GitError>;

    /// Which repository, for people; neutralised.
    fn name(&self) -> Arc<str>;

    /// A reader of files and commits, as the branches are now.
    ///
    /// # Errors
    /// As the variants of [`GitError`] say.
    fn trees(&self) -> Result<Box<dyn Trees + '_>, GitError>;

    /// Begins the merge of `theirs` into `ours` in a work tree of its own, beside the repository: the only thing here that is made. Branches
    /// are named as in [`Repo::branches`]. Takes as long as a checkout.
    ///
    /// # Errors
    /// As [`scratch::begin`]; nothing is left behind then.
    fn begin(&self, ours: &str, theirs: &str) -> Result<Begun, GitError>;
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
    /// No branch of that name.
    #[error("no branch {0} in this repository; see `swarmwarden git`, or fetch it")]
    NoSuchBranch(String),
    /// A file that is not read, because of its size.
    #[error("{path} has {size} bytes; files are read up to {cap}")]
    TooLarge {
        /// The file, neutralised.
        path: String,
        /// Its bytes.
        size: u64,
        /// Bytes that are read.
        cap: u64,
    },
    /// The user's git refused, or could not be run.
    #[error("git {what} failed in {dir}: {why}")]
    Child {
        /// What was asked of it.
        what: String,
        /// Where, neutralised.
        dir: String,
        /// What it said, neutralised.
        why: String,
    },
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
    touches: Arc<trees::Touches>,
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
            touches: Arc::default(),
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

    /// What happens when two branches are merged, named as in [`Repo::branches`]; the first is *ours*. Not remembered.
    ///
    /// # Errors
    /// As the variants of [`GitError`] say.
    pub fn clash(&self, ours: &str, theirs: &str) -> Result<Cell, GitError> {
        let trees = LocalTrees::open(self).map_err(|e| self.failed(e))?;
        let (ours, theirs) = (trees.id(ours)?, trees.id(theirs)?);
        let merger = Merger::of(trees.git()).map_err(|e| self.failed(e))?;
        Ok(merger.cell(ours, theirs, &mut Changes::default()))
    }

    /// Directory of the main work tree, or of a bare repository.
    ///
    /// # Errors
    /// As the variants of [`GitError`] say.
    pub fn root(&self) -> Result<PathBuf, GitError> {
        let of = |git: &Repository| git.workdir().unwrap_or_else(|| git.path()).to_path_buf();
        let main = self
            .open()
            .and_then(|git| Repository::open(git.commondir()));
        main.map(|git| of(&git)).map_err(|e| self.failed(e))
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

    fn open(&self) -> Result<Repository, git2::Error> {
        Repository::discover(&self.path)
    }

    fn read(&self, now: Timestamp) -> Result<Repo, git2::Error> {
        let repo = self.open()?;
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
        match repo.head() {
            Ok(head) => describe(&repo, &head, &mut found)?,
            Err(e) if e.code() == ErrorCode::UnbornBranch => {}
            Err(e) => return Err(e),
        }
        let begun = (self.steady)();
        let late = || (self.steady)().0.saturating_sub(begun.0) > LIMIT.0;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let base = self.base.as_deref();
        let read = branches::read(&repo, base, &mut known, &late, now)?;
        if let Some(base) = &read.base {
            let cells = &mut known.cells;
            found.matrix = Some(matrix::read(&repo, base, &read.branches, cells, &late));
        }
        let counts = work::count(&repo)?;
        found.worktrees = work::all(&repo, counts, &mut known, &late, now).into();
        drop(known);
        found.branches = read.branches.into();
        found.branch_count = read.count;
        if let Some(base) = read.base {
            found.base_commit = safe(text::head(&base.id.to_string(), 8));
            found.base = Some(base.name);
        }
        found.modified = counts.modified;
        found.untracked = counts.untracked;
        found.conflicted = counts.conflicted;
        found.stashes = work::stashes(&repo);
        found.fetched = work::fetched(&repo);
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

    fn trees(&self) -> Result<Box<dyn Trees + '_>, GitError> {
        let trees = LocalTrees::open(self).map_err(|e| self.failed(e))?;
        Ok(Box::new(trees))
    }

    fn begin(&self, ours: &str, theirs: &str) -> Result<Begun, GitError> {
        let dir = scratch::beside(self, ours, theirs)?;
        let scratch = scratch::begin(self, ours, theirs, &dir)?;
        let mut progress = scratch.progress()?;
        let lost_count = progress.lost.len();
        progress.lost.truncate(Begun::LOST);
        Ok(Begun {
            dir: safe(&scratch.dir.to_string_lossy()),
            ours: scratch.ours,
            theirs: scratch.theirs,
            files: progress.files,
            lost: progress.lost,
            lost_count,
        })
    }
}

fn when(commit: &git2::Commit<'_>) -> Timestamp {
    Timestamp(commit.time().seconds().saturating_mul(1_000_000))
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

#[cfg(test)]
mod tests;
