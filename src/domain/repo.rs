//! What git says.

use super::Timestamp;
use std::sync::Arc;

/// A local branch, against the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Name, neutralised.
    pub name: Arc<str>,
    /// Short commit.
    pub commit: Arc<str>,
    /// First line of its message, neutralised.
    pub subject: Arc<str>,
    /// When it was made.
    pub committed: Option<Timestamp>,
    /// Commits that the base lacks.
    pub ahead: u32,
    /// Commits that it lacks of the base.
    pub behind: u32,
    /// What it changes against where it left the base; `None` when it was not worked out.
    pub diffstat: Option<Diffstat>,
}

/// Size of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Diffstat {
    /// Files.
    pub files: u32,
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
}

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
    /// Local branches.
    pub branch_count: u32,
    /// The newest of them, by name; at most 256.
    pub branches: Arc<[Branch]>,
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
            ahead_behind: None,
            modified: 0,
            untracked: 0,
            conflicted: 0,
            read_at: now,
            error: None,
        }
    }
}
