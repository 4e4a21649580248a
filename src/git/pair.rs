//! What two branches changed, path by path, with the moves of files followed as git follows them: what one side does to a file that the
//! other moved happens where it was moved to.

use super::change::{At, Change};
use crate::domain::repo::ClashKind;
use git2::{Delta, DiffFindOptions, Index, IndexEntry, IndexTime, Oid, Repository};
use std::collections::BTreeMap;

/// Moves are looked for among so many files at most; git's own limit.
const LIMIT: usize = 1_000;

/// What stands at a path: before, with ours, with theirs.
#[derive(Debug, Clone, Copy, Default)]
struct Three {
    base: At,
    ours: At,
    theirs: At,
}

/// Every path that either side changed.
pub(super) struct Pair {
    paths: BTreeMap<Vec<u8>, Three>,
    /// Paths of which it is known that they clash, because of a move.
    pub(super) clashes: Vec<(Vec<u8>, ClashKind)>,
}

impl Pair {
    /// O(changes).
    pub(super) fn of(mine: &[Change], other: &[Change]) -> Self {
        let mut paths: BTreeMap<Vec<u8>, Three> = BTreeMap::new();
        for change in mine {
            let here = Three {
                base: change.old,
                ours: change.new,
                // Unless it changed it, too, the other has it as it was.
                theirs: change.old,
            };
            paths.insert(change.path.clone(), here);
        }
        for change in other {
            let here = paths.entry(change.path.clone()).or_insert(Three {
                base: change.old,
                ours: change.old,
                theirs: None,
            });
            here.theirs = change.new;
        }
        Self {
            paths,
            clashes: Vec::new(),
        }
    }

    /// Trees that hold these paths and nothing else: before, ours, theirs. Written into `git`.
    pub(super) fn trees(&self, git: &Repository) -> Result<[Oid; 3], git2::Error> {
        let mut made = [Oid::ZERO_SHA1; 3];
        let sides = [|t: &Three| t.base, |t: &Three| t.ours, |t: &Three| t.theirs];
        for (side, id) in sides.iter().zip(&mut made) {
            let mut index = Index::new()?;
            for (path, three) in &self.paths {
                if let Some((mode, file)) = side(three) {
                    index.add(&entry(path, mode, file))?;
                }
            }
            *id = index.write_tree_to(git)?;
        }
        Ok(made)
    }

    /// Follows the moves of both sides; whether there were any. O(deleted × added files), where they are not the same.
    pub(super) fn follow(
        &mut self,
        git: &Repository,
        trees: [Oid; 3],
    ) -> Result<bool, git2::Error> {
        let [base, ours, theirs] = trees;
        let mine = self.moves(git, base, ours, |t| t.ours)?;
        let other = self.moves(git, base, theirs, |t| t.theirs)?;
        for (from, to) in &mine {
            match other.get(from) {
                Some(there) => self.both(from, to, there),
                None => self.one(from, to, Side::Ours),
            }
        }
        for (from, to) in other.iter().filter(|(from, _)| !mine.contains_key(*from)) {
            self.one(from, to, Side::Theirs);
        }
        Ok(!mine.is_empty() || !other.is_empty())
    }

    /// Finds files that both added alike, but with different modes, which libgit2 lets pass. O(changes).
    pub(super) fn modes(&mut self) {
        let apart = |t: &Three| match (t.base, t.ours, t.theirs) {
            (None, Some((a, x)), Some((b, y))) => x == y && a != b,
            _ => false,
        };
        let found = self.paths.iter().filter(|(_, three)| apart(three));
        let found = found.map(|(path, _)| (path.clone(), ClashKind::Mode));
        self.clashes.extend(found);
    }

    /// Where a side moved files to.
    fn moves(
        &self,
        git: &Repository,
        base: Oid,
        side: Oid,
        at: fn(&Three) -> At,
    ) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, git2::Error> {
        let gone = self
            .paths
            .values()
            .any(|t| t.base.is_some() && at(t).is_none());
        let new = self
            .paths
            .values()
            .any(|t| t.base.is_none() && at(t).is_some());
        if !gone || !new {
            return Ok(BTreeMap::new());
        }
        let (base, side) = (git.find_tree(base)?, git.find_tree(side)?);
        let mut diff = git.diff_tree_to_tree(Some(&base), Some(&side), None)?;
        let mut options = DiffFindOptions::new();
        options
            .renames(true)
            .rename_threshold(50)
            .rename_limit(LIMIT);
        diff.find_similar(Some(&mut options))?;
        let moved = diff.deltas().filter(|d| d.status() == Delta::Renamed);
        let paths = moved.filter_map(|d| {
            let (from, to) = (d.old_file().path_bytes()?, d.new_file().path_bytes()?);
            Some((from.to_vec(), to.to_vec()))
        });
        Ok(paths.collect())
    }

    /// Both moved a file.
    fn both(&mut self, from: &[u8], to: &[u8], there: &[u8]) {
        let Some(was) = self.paths.remove(from) else {
            return;
        };
        if to == there {
            self.paths.entry(to.to_vec()).or_default().base = was.base;
            return;
        }
        for path in [to, there] {
            self.paths.remove(path);
            self.clashes.push((path.to_vec(), ClashKind::Renamed));
        }
        // Where it was there is a directory now.
        let below = |path: &[u8]| {
            path.strip_prefix(from)
                .is_some_and(|rest| rest.starts_with(b"/"))
        };
        if !below(to) && !below(there) {
            self.clashes.push((from.to_vec(), ClashKind::Renamed));
        }
    }

    /// One side moved a file; what the other did to it goes along.
    fn one(&mut self, from: &[u8], to: &[u8], side: Side) {
        let (Some(was), Some(now)) = (self.paths.remove(from), self.paths.get_mut(to)) else {
            return;
        };
        let (there, kept, kind) = match side {
            Side::Ours => (&mut now.theirs, was.theirs, ClashKind::DeletedByTheirs),
            Side::Theirs => (&mut now.ours, was.ours, ClashKind::DeletedByOurs),
        };
        match (there.is_some(), kept) {
            // The other has a file of its own there: both added one.
            (true, _) => {}
            (false, Some(kept)) => {
                *there = Some(kept);
                now.base = was.base;
            }
            (false, None) => {
                self.paths.remove(to);
                self.clashes.push((to.to_vec(), kind));
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Side {
    Ours,
    Theirs,
}

fn entry(path: &[u8], mode: i32, id: Oid) -> IndexEntry {
    IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode: u32::try_from(mode).unwrap_or(0),
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.to_vec(),
    }
}
