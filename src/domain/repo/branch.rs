//! A branch as git shows it.

use crate::domain::{Timestamp, text};
use std::{fmt, sync::Arc};

/// The name of a reference as git holds it: raw bytes, such as `refs/heads/x`. For asking git again, never for showing.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefName(pub Arc<[u8]>);

impl fmt::Debug for RefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::line(&String::from_utf8_lossy(&self.0)))
    }
}

/// Where a branch was pushed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upstream {
    /// Name, such as `origin/x`; neutralised.
    pub name: Arc<str>,
    /// Commits that the upstream lacks: work that is on this machine only.
    pub ahead: u32,
    /// Commits of the upstream that the branch lacks. With `ahead`, too, they went apart: one of them was rewritten.
    pub behind: u32,
    /// It is configured and no longer there; the counts are then 0.
    pub gone: bool,
}

/// A branch, against the base.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and any of them goes with any other"
)]
pub struct Branch {
    /// Name, neutralised. Unique: a branch of a remote is listed only where there is no local one of its name.
    pub name: Arc<str>,
    /// Its reference, for asking git again.
    pub reference: RefName,
    /// It is only at a remote, as far as this repository knows.
    pub remote: bool,
    /// Where a branch that is only at a remote comes from, such as `origin/x`; neutralised.
    pub from: Option<Arc<str>>,
    /// Full commit id.
    pub id: Arc<str>,
    /// Short commit.
    pub commit: Arc<str>,
    /// First line of its message, neutralised.
    pub subject: Arc<str>,
    /// Who wrote it, neutralised.
    pub author: Arc<str>,
    /// When it was made.
    pub committed: Option<Timestamp>,
    /// Commits that the base lacks.
    pub ahead: u32,
    /// Commits that it lacks of the base.
    pub behind: u32,
    /// What it changes against where it left the base; `None` when it was not worked out.
    pub diffstat: Option<Diffstat>,
    /// Where it was pushed to; `None` when it never was. One that is only at a remote counts as pushed.
    pub upstream: Option<Upstream>,
    /// Everything of it is in the base, and the base has more.
    pub merged: bool,
    /// It is merged, and the base stood at its tip once: it was fast-forwarded, or never had a commit of its own.
    pub passed: bool,
    /// Commits beyond the base per hour of the last 24, oldest first; empty when it was not worked out.
    pub activity: Arc<[u16]>,
    /// Commits beyond the base in the last hour.
    pub last_hour: u16,
    /// The first commit beyond the base.
    pub first: Option<Timestamp>,
    /// Paths that it changes against where it left the base, sorted, neutralised; at most [`Branch::FILES`].
    pub files: Arc<[Arc<str>]>,
    /// There are more of them.
    pub files_cut: bool,
}

impl Branch {
    /// Paths that are kept of one branch.
    pub const FILES: usize = 5_000;

    /// Work of it is on this machine only.
    #[must_use]
    pub fn unpushed(&self) -> bool {
        match &self.upstream {
            None => self.ahead > 0,
            Some(upstream) => upstream.ahead > 0 || (upstream.gone && self.ahead > 0),
        }
    }

    /// It and its upstream went apart: either was rewritten, or both were added to.
    #[must_use]
    pub fn diverged(&self) -> bool {
        let upstream = self.upstream.as_ref();
        upstream.is_some_and(|u| u.ahead > 0 && u.behind > 0)
    }
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

/// A commit in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitLine {
    /// Full id.
    pub id: Arc<str>,
    /// When it was made.
    pub at: Option<Timestamp>,
    /// Who wrote it, neutralised.
    pub author: Arc<str>,
    /// First line of its message, neutralised.
    pub subject: Arc<str>,
}
