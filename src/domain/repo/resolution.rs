//! How a conflict was resolved, for whoever writes it down.

use crate::domain::Timestamp;
use std::sync::Arc;

/// Of which of two branches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MergeSide {
    /// The one that is merged into.
    Ours,
    /// The one that is merged.
    Theirs,
}

/// A line that a branch added or changed and that the result has nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostLine {
    /// File, neutralised.
    pub path: Arc<str>,
    /// Whose line it is.
    pub side: MergeSide,
    /// Its number in that branch's file, from 1.
    pub line: u32,
    /// Its words, neutralised and redacted.
    pub text: Arc<str>,
}

/// What became of a file in conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// As ours had it.
    Ours,
    /// As theirs had it.
    Theirs,
    /// Put together from both, or written anew.
    Combined,
    /// Deleted.
    Deleted,
    /// Still with conflict markers, or still in conflict in the index.
    Unresolved,
}

impl Outcome {
    /// In one word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
            Self::Combined => "combined",
            Self::Deleted => "deleted",
            Self::Unresolved => "unresolved",
        }
    }
}

/// One file of a resolution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedFile {
    /// Path, neutralised.
    pub path: Arc<str>,
    /// What became of it.
    pub outcome: Outcome,
    /// Lines of ours that are lost.
    pub lost_ours: u32,
    /// Lines of theirs that are lost.
    pub lost_theirs: u32,
}

/// A conflict, resolved: who, when, how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// Branch that was merged into, neutralised.
    pub ours: Arc<str>,
    /// Branch that was merged, neutralised.
    pub theirs: Arc<str>,
    /// Their full commit ids.
    pub tips: (Arc<str>, Arc<str>),
    /// The merge commit; `None` when it was not committed yet.
    pub result: Option<Arc<str>>,
    /// Who resolved it, neutralised.
    pub who: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// Files that were in conflict.
    pub files: Vec<ResolvedFile>,
}
