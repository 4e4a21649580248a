//! Where branches are checked out.

use crate::domain::Timestamp;
use std::sync::Arc;

/// What a work tree is in the middle of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// `git merge`.
    Merge,
    /// `git rebase`.
    Rebase,
    /// `git cherry-pick`.
    CherryPick,
    /// `git revert`.
    Revert,
    /// `git bisect`.
    Bisect,
    /// `git am`.
    Mailbox,
}

impl Operation {
    /// The word that git uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Rebase => "rebase",
            Self::CherryPick => "cherry-pick",
            Self::Revert => "revert",
            Self::Bisect => "bisect",
            Self::Mailbox => "am",
        }
    }
}

/// A work tree of the repository on this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Worktree {
    /// Where it is, neutralised.
    pub path: Arc<str>,
    /// Branch that is checked out, neutralised; `None` when detached. During a rebase, the branch that is rebased.
    pub branch: Option<Arc<str>>,
    /// Short commit; empty on an unborn branch.
    pub head: Arc<str>,
    /// Files whose change stands in the index.
    pub staged: u32,
    /// Tracked files with a change that does not.
    pub unstaged: u32,
    /// Files git does not know.
    pub untracked: u32,
    /// Files in conflict.
    pub conflicted: u32,
    /// The counts are lower bounds: there are more files than are looked at.
    pub cut: bool,
    /// What it is in the middle of.
    pub operation: Option<Operation>,
    /// It is locked against removal.
    pub locked: bool,
    /// Its directory is not there.
    pub missing: bool,
    /// When this was found; `None` while there was no time for it, the counts say nothing then.
    pub read_at: Option<Timestamp>,
    /// Why it could not be read, neutralised; the counts are then 0.
    pub error: Option<Arc<str>>,
}

impl Worktree {
    /// Nothing is changed, unknown or in conflict.
    #[must_use]
    pub const fn clean(&self) -> bool {
        self.staged == 0 && self.unstaged == 0 && self.untracked == 0 && self.conflicted == 0
    }
}
