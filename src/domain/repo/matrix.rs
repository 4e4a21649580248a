//! What would clash if branches were merged, pair by pair, and in which order to merge them.

use std::sync::Arc;

/// Every live branch against the base and against every other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matrix {
    /// The base first, then the branches, newest first; neutralised.
    pub names: Arc<[Arc<str>]>,
    /// Their full commit ids.
    pub ids: Arc<[Arc<str>]>,
    /// Cells above the diagonal, row by row; see [`Matrix::cell`].
    pub cells: Vec<Cell>,
    /// Cells that are worked out.
    pub done: u32,
    /// Cells.
    pub of: u32,
    /// Live branches that are not among them, because there are more than [`Matrix::LIVE`].
    pub left_out: u32,
    /// In which order to merge; over what is worked out so far.
    pub order: Vec<MergeStep>,
    /// Files that several of the branches edit, most branches first.
    pub overlaps: Vec<Overlap>,
    /// Such files that are not listed, because there are more than 1,000.
    pub overlaps_left_out: u32,
}

/// Two tips, merged in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Cell {
    /// Not worked out yet.
    #[default]
    Pending,
    /// They merge.
    Clean,
    /// They clash in these files, by path.
    Conflict(Arc<[FileClash]>),
    /// They have no commit in common.
    Unrelated,
    /// It cannot be told, and why; neutralised.
    Unknown(Arc<str>),
}

/// One file that two branches cannot both have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileClash {
    /// Path, neutralised.
    pub path: Arc<str>,
    /// How they clash.
    pub kind: ClashKind,
    /// Where, for [`ClashKind::Content`] and [`ClashKind::BothAdded`] of text; at most [`FileClash::HUNKS`].
    pub hunks: Arc<[Hunk]>,
}

impl FileClash {
    /// Hunks that are kept of one file.
    pub const HUNKS: usize = 64;
}

/// How two branches clash in a file. *Ours* is the one that stands first in [`Matrix::names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClashKind {
    /// Both changed the same lines.
    Content,
    /// Both added it, differently.
    BothAdded,
    /// Ours deleted what theirs changed.
    DeletedByOurs,
    /// Theirs deleted what ours changed.
    DeletedByTheirs,
    /// Moved to different places, or different files to the same place.
    Renamed,
    /// A file for one is a directory for the other.
    FileAndDirectory,
    /// Both changed a file that is not text.
    Binary,
    /// Both moved a submodule.
    Submodule,
    /// Both changed a symbolic link.
    Link,
    /// Both added it alike, but only one of them as a program.
    Mode,
}

impl ClashKind {
    /// For programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::BothAdded => "both-added",
            Self::DeletedByOurs => "deleted-by-ours",
            Self::DeletedByTheirs => "deleted-by-theirs",
            Self::Renamed => "renamed",
            Self::FileAndDirectory => "file-and-directory",
            Self::Binary => "binary",
            Self::Submodule => "submodule",
            Self::Link => "link",
            Self::Mode => "mode",
        }
    }

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Content => "both changed",
            Self::BothAdded => "both added",
            Self::DeletedByOurs => "deleted and changed",
            Self::DeletedByTheirs => "changed and deleted",
            Self::Renamed => "renamed apart",
            Self::FileAndDirectory => "file and directory",
            Self::Binary => "binary, both changed",
            Self::Submodule => "submodule, both moved",
            Self::Link => "link, both changed",
            Self::Mode => "both added, with different modes",
        }
    }
}

/// Lines that clash: where they begin, from 1, and how many there are. With 0 lines, they are missing before that one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hunk {
    /// In our file.
    pub ours: (u32, u32),
    /// In their file.
    pub theirs: (u32, u32),
}

/// A branch in the order of merging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeStep {
    /// The branch.
    pub branch: Arc<str>,
    /// Files that clash with the base or with what was merged before.
    pub new_conflicts: u32,
    /// Some of it is not worked out, or cannot be told.
    pub unsure: bool,
    /// Why it stands here, neutralised.
    pub reason: Arc<str>,
}

/// A file that several live branches edit, before or after they conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// Path, neutralised.
    pub path: Arc<str>,
    /// The branches, as in [`Matrix::names`].
    pub branches: Arc<[Arc<str>]>,
}

impl Matrix {
    /// Branches besides the base; with more, the newest.
    pub const LIVE: usize = 24;

    /// The cell of two rows, in either order; `None` on the diagonal and outside. *Ours* is the smaller one. O(1).
    #[must_use]
    pub fn cell(&self, a: usize, b: usize) -> Option<&Cell> {
        let (low, high, n) = (a.min(b), a.max(b), self.names.len());
        if low == high || high >= n {
            return None;
        }
        // Rows above it hold n-1, n-2, … cells.
        self.cells
            .get(low * (2 * n - low - 1) / 2 + (high - low - 1))
    }

    /// Row of a branch. O(branches).
    #[must_use]
    pub fn row(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| &**n == name)
    }

    /// The cell of two branches by name, in either order. O(branches).
    #[must_use]
    pub fn between(&self, a: &str, b: &str) -> Option<&Cell> {
        self.cell(self.row(a)?, self.row(b)?)
    }

    /// The cell of a branch and the base. O(branches).
    #[must_use]
    pub fn with_base(&self, name: &str) -> Option<&Cell> {
        self.cell(0, self.row(name)?)
    }

    /// Other branches, the base not among them, with which a branch clashes. O(branches).
    #[must_use]
    pub fn clashing(&self, name: &str) -> Vec<Arc<str>> {
        let Some(row) = self.row(name) else {
            return Vec::new();
        };
        let others = self.names.iter().enumerate().skip(1);
        let clash = |n: usize| matches!(self.cell(row, n), Some(Cell::Conflict(_)));
        others
            .filter(|&(n, _)| clash(n))
            .map(|(_, name)| Arc::clone(name))
            .collect()
    }

    /// Everything is worked out.
    #[must_use]
    pub const fn complete(&self) -> bool {
        self.done == self.of
    }
}
