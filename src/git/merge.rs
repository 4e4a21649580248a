//! Two tips merged in memory. Objects that a merge makes go into a store of memory that ends with the merger: neither a work tree nor an
//! index, a reference or the object database changes.

use super::{
    change::{self, Change, LINK, Lines, SUBMODULE},
    hunks,
    known::path,
    moves::{self, Moves},
    pair::Pair,
};
use crate::domain::{
    repo::{Cell, ClashKind, FileClash, Hunk},
    text,
};
use git2::{ErrorCode, Index, IndexEntry, MergeOptions, Oid, Repository};
use std::{collections::HashMap, sync::Arc};

/// Before the priorities of the stores on disk, so that what is written goes there.
const FIRST: i32 = 1_000;
/// Files of one cell that are listed.
const FILES: usize = 1_000;

/// What a side changed since the merge base.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub(super) changes: Arc<[Change]>,
    /// `None` when nobody asked yet.
    pub(super) moves: Option<Arc<Moves>>,
}

/// What changed, and how much.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// By merge base and tip.
    pub(super) sides: HashMap<(Oid, Oid), Side>,
    /// Lines added and removed between two contents.
    pub(super) lines: Lines,
}

/// A merge: what libgit2 made of it where it was asked, and the paths that clash because of a move or a mode.
struct Merged {
    index: Option<Index>,
    clashes: Vec<(Vec<u8>, ClashKind)>,
}

/// Merges in a repository that is its own.
pub(super) struct Merger {
    git: Repository,
}

impl Merger {
    /// O(1).
    pub(super) fn of(git: &Repository) -> Result<Self, git2::Error> {
        let git = Repository::open(git.path())?;
        git.odb()?.add_new_mempack_backend(FIRST)?;
        Ok(Self { git })
    }

    /// What happens when two tips are merged. O(commits and files between them and where they left each other).
    pub(super) fn cell(&self, ours: Oid, theirs: Oid, changes: &mut Changes) -> Cell {
        self.try_cell(ours, theirs, changes)
            .unwrap_or_else(|e| Cell::Unknown(text::line(text::head(e.message(), 256)).into()))
    }

    fn try_cell(&self, ours: Oid, theirs: Oid, changes: &mut Changes) -> Result<Cell, git2::Error> {
        if ours == theirs {
            return Ok(Cell::Clean);
        }
        let bases = match self.git.merge_bases(ours, theirs) {
            Ok(bases) => bases.to_vec(),
            Err(e) if e.code() != ErrorCode::NotFound => return Err(e),
            Err(_) if self.git.is_shallow() => {
                let why = "the history is cut off before they meet; `git fetch --unshallow`";
                return Ok(Cell::Unknown(why.into()));
            }
            Err(_) => return Ok(Cell::Unrelated),
        };
        let merged = match *bases {
            [base] if base == ours || base == theirs => return Ok(Cell::Clean),
            [base] => match self.over_one(base, ours, theirs, changes)? {
                None => return Ok(Cell::Clean),
                Some(merged) => merged,
            },
            // They met more than once: libgit2 merges the bases to one of its own first.
            _ => self.whole(ours, theirs)?,
        };
        self.clashes(merged)
    }

    /// Merges only what changed: files that both sides left alone take no part in a merge, neither as they are, nor as the source of a
    /// move, nor as a directory. `None` when the two sides have nothing to do with each other. O(what changed).
    fn over_one(
        &self,
        base: Oid,
        ours: Oid,
        theirs: Oid,
        changes: &mut Changes,
    ) -> Result<Option<Merged>, git2::Error> {
        let mine = self.since(base, ours, changes)?;
        let other = self.since(base, theirs, changes)?;
        if apart(&mine.0, &other.0) {
            return Ok(None);
        }
        let mut pair = Pair::of(&mine.0, &other.0);
        pair.follow(&mine.1, &other.1);
        pair.modes();
        let index = match self.narrow(&pair) {
            Ok(index) => index,
            // A path that no index takes, such as one with `..`: the whole trees, as they are.
            Err(_) => self.whole(ours, theirs)?.index,
        };
        Ok(Some(Merged {
            index,
            clashes: pair.clashes,
        }))
    }

    fn since(
        &self,
        base: Oid,
        tip: Oid,
        known: &mut Changes,
    ) -> Result<(Arc<[Change]>, Arc<Moves>), git2::Error> {
        let changes = match known.sides.get(&(base, tip)) {
            Some(Side {
                changes,
                moves: Some(moves),
            }) => return Ok((Arc::clone(changes), Arc::clone(moves))),
            Some(side) => Arc::clone(&side.changes),
            None => change::since(&self.git, base, tip)?.into(),
        };
        let moves = Arc::new(moves::of(&self.git, &changes).unwrap_or_default());
        let side = Side {
            changes: Arc::clone(&changes),
            moves: Some(Arc::clone(&moves)),
        };
        known.sides.insert((base, tip), side);
        Ok((changes, moves))
    }

    fn narrow(&self, pair: &Pair) -> Result<Option<Index>, git2::Error> {
        let Some([base, ours, theirs]) = pair.trees(&self.git)? else {
            return Ok(None);
        };
        let tree = |id| self.git.find_tree(id);
        let (base, ours, theirs) = (tree(base)?, tree(ours)?, tree(theirs)?);
        let options = options(false);
        let index = self.git.merge_trees(&base, &ours, &theirs, Some(&options));
        index.map(Some)
    }

    fn whole(&self, ours: Oid, theirs: Oid) -> Result<Merged, git2::Error> {
        let (ours, theirs) = (self.git.find_commit(ours)?, self.git.find_commit(theirs)?);
        let options = options(true);
        Ok(Merged {
            index: Some(self.git.merge_commits(&ours, &theirs, Some(&options))?),
            clashes: Vec::new(),
        })
    }

    fn clashes(&self, merged: Merged) -> Result<Cell, git2::Error> {
        let index = merged.index.filter(Index::has_conflicts);
        if index.is_none() && merged.clashes.is_empty() {
            return Ok(Cell::Clean);
        }
        let (mut conflicts, mut names) = (Vec::new(), Vec::new());
        if let Some(index) = index {
            conflicts = index.conflicts()?.collect::<Result<_, _>>()?;
            names = index.iter().map(|e| e.path).collect();
        }
        let moved = merged.clashes.into_iter().map(|(name, kind)| FileClash {
            path: path(&name),
            kind,
            hunks: [].into(),
        });
        let mut found: Vec<_> = moved.collect();
        for conflict in conflicts.into_iter().take(FILES) {
            let sides = [conflict.ancestor, conflict.our, conflict.their];
            let Some(name) = sides.iter().flatten().map(|e| e.path.clone()).next() else {
                continue;
            };
            let (kind, hunks) = self.describe(&sides, &name, &names);
            found.push(FileClash {
                path: path(&name),
                kind,
                hunks: hunks.into(),
            });
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found.dedup_by(|a, b| a.path == b.path);
        found.truncate(FILES);
        Ok(Cell::Conflict(found.into()))
    }

    fn describe(
        &self,
        sides: &[Option<IndexEntry>; 3],
        name: &[u8],
        names: &[Vec<u8>],
    ) -> (ClashKind, Vec<Hunk>) {
        let plain = |kind| (kind, Vec::new());
        let mode = |e: &IndexEntry| i32::try_from(e.mode).unwrap_or(0);
        let any = |wanted| sides.iter().flatten().any(|e| mode(e) == wanted);
        let [ancestor, our, their] = sides;
        let (our, their) = match (ancestor, our, their) {
            (_, Some(our), Some(their)) => (our, their),
            (Some(_), Some(_), None) => return plain(ClashKind::DeletedByTheirs),
            (Some(_), None, Some(_)) => return plain(ClashKind::DeletedByOurs),
            (None, _, _) if below(name, names) => return plain(ClashKind::FileAndDirectory),
            _ => return plain(ClashKind::Renamed),
        };
        if any(SUBMODULE) {
            return plain(ClashKind::Submodule);
        }
        if any(LINK) {
            return plain(ClashKind::Link);
        }
        let read = |e: &IndexEntry| self.git.find_blob(e.id).map(|b| b.content().to_vec());
        let base = ancestor.as_ref().map_or(Ok(Vec::new()), read);
        let (Ok(base), Ok(ours), Ok(theirs)) = (base, read(our), read(their)) else {
            return plain(ClashKind::Content);
        };
        if hunks::binary(&ours) || hunks::binary(&theirs) || hunks::binary(&base) {
            return plain(ClashKind::Binary);
        }
        let kind = match ancestor {
            Some(_) => ClashKind::Content,
            None => ClashKind::BothAdded,
        };
        (kind, hunks::clashes(&base, &ours, &theirs))
    }
}

fn options(renames: bool) -> MergeOptions {
    let mut options = MergeOptions::new();
    options.find_renames(renames).skip_reuc(true);
    options
}

/// Nothing that one side changed was changed by the other, or lies where the other has a directory or a file. O(changes).
fn apart(mine: &[Change], other: &[Change]) -> bool {
    let clash = |few: &[Change], many: &[Change]| {
        few.iter().any(|change| {
            let mut directory = change.path.clone();
            directory.push(b'/');
            let from = many.partition_point(|c| c.path < directory);
            let inside = many
                .get(from)
                .is_some_and(|c| c.path.starts_with(&directory));
            inside || many.binary_search_by(|c| c.path.cmp(&change.path)).is_ok()
        })
    };
    !clash(mine, other) && !clash(other, mine)
}

/// Another of the names lies below this one, or this one below another.
fn below(name: &[u8], names: &[Vec<u8>]) -> bool {
    let inside = |outer: &[u8], inner: &[u8]| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.starts_with(b"/"))
    };
    names
        .iter()
        .any(|other| inside(name, other) || inside(other, name))
}

/// The cell seen from the other side.
pub(super) fn turned(cell: &Cell) -> Cell {
    let Cell::Conflict(files) = cell else {
        return cell.clone();
    };
    let turned = files.iter().map(|file| FileClash {
        path: Arc::clone(&file.path),
        kind: match file.kind {
            ClashKind::DeletedByOurs => ClashKind::DeletedByTheirs,
            ClashKind::DeletedByTheirs => ClashKind::DeletedByOurs,
            kind => kind,
        },
        hunks: file
            .hunks
            .iter()
            .map(|hunk| Hunk {
                ours: hunk.theirs,
                theirs: hunk.ours,
            })
            .collect(),
    });
    Cell::Conflict(turned.collect())
}
