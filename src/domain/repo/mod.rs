//! What git says.

mod branch;
mod matrix;
mod order;
mod resolution;
mod scratch;
mod worktree;

pub use branch::{Branch, CommitLine, Diffstat, RefName, Upstream};
pub use matrix::{Cell, ClashKind, FileClash, Hunk, Matrix, MergeStep, Overlap};
pub use resolution::{LostLine, MergeSide, Outcome, Resolution, ResolvedFile};
pub use scratch::Begun;
pub use worktree::{Operation, Worktree};

use super::{Timestamp, session::Survey};
use std::sync::Arc;

/// What git says about the repository at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repo {
    /// Path of the work tree, neutralised.
    pub path: Arc<str>,
    /// Current branch, or `detached` with the commit; neutralised.
    pub head: Arc<str>,
    /// Short commit, empty on an unborn branch.
    pub commit: Arc<str>,
    /// First line of its message, neutralised.
    pub subject: Arc<str>,
    /// When it was made.
    pub committed: Option<Timestamp>,
    /// Local branches, and those of remotes that have no local one.
    pub branch_count: u32,
    /// The newest of them, by name; at most 256.
    pub branches: Arc<[Branch]>,
    /// What branches are held against, such as `origin/main`; neutralised. `None` where there is nothing of the kind.
    pub base: Option<Arc<str>>,
    /// Short commit of the base; empty without one.
    pub base_commit: Arc<str>,
    /// When a remote was last fetched from, as far as this machine knows.
    pub fetched: Option<Timestamp>,
    /// Work trees on this machine, the main one first.
    pub worktrees: Arc<[Worktree]>,
    /// Changes that were put aside with `git stash`.
    pub stashes: u32,
    /// What documents and branches say of the sessions; `None` until they were read.
    pub survey: Option<Arc<Survey>>,
    /// Which live branches conflict; `None` without a base.
    pub matrix: Option<Arc<Matrix>>,
    /// Commits that the upstream lacks and has more; `None` without an upstream.
    pub ahead_behind: Option<(u32, u32)>,
    /// Changed tracked files.
    pub modified: u32,
    /// Files git does not know.
    pub untracked: u32,
    /// Files in conflict.
    pub conflicted: u32,
    /// When this was read.
    pub read_at: Timestamp,
    /// Why it could not be read, neutralised; the rest is then empty.
    pub error: Option<Arc<str>>,
}

impl Repo {
    /// A repository that was not read yet.
    #[must_use]
    pub fn unread(path: Arc<str>, now: Timestamp) -> Self {
        Self {
            path,
            head: "".into(),
            commit: "".into(),
            subject: "".into(),
            committed: None,
            branch_count: 0,
            branches: [].into(),
            base: None,
            base_commit: "".into(),
            fetched: None,
            worktrees: [].into(),
            stashes: 0,
            survey: None,
            matrix: None,
            ahead_behind: None,
            modified: 0,
            untracked: 0,
            conflicted: 0,
            read_at: now,
            error: None,
        }
    }
}
