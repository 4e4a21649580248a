//! What two branches changed, path by path, with the moves of files followed as git follows them: what one side does to a file that the
//! other moved happens where it was moved to.

use super::{
    change::{At, Change},
    moves::{self, Moves},
};
use crate::domain::repo::ClashKind;
use git2::{Oid, Repository};
use std::collections::{BTreeMap, BTreeSet};

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

    /// Trees of the paths of which a merge decides anything: before, ours, theirs. `None` when there are none: a path that only one side
    /// changed is as that side has it. Written into `git`.
    pub(super) fn trees(&self, git: &Repository) -> Result<Option<[Oid; 3]>, git2::Error> {
        let mut wanted: BTreeSet<&[u8]> = BTreeSet::new();
        for (path, t) in &self.paths {
            if t.ours != t.theirs && t.ours != t.base && t.theirs != t.base {
                wanted.insert(path);
            }
            // A file for one may be a directory for the other.
            for (n, _) in path.iter().enumerate().filter(|(_, b)| **b == b'/') {
                let outer = path
                    .get(..n)
                    .and_then(|outer| self.paths.get_key_value(outer));
                if let Some((outer, _)) = outer {
                    wanted.extend([outer.as_slice(), path.as_slice()]);
                }
            }
        }
        if wanted.is_empty() {
            return Ok(None);
        }
        let side = |at: fn(&Three) -> At| {
            let paths = wanted
                .iter()
                .filter_map(|&path| Some((path, at(self.paths.get(path)?))));
            moves::tree(git, paths)
        };
        Ok(Some([
            side(|t| t.base)?,
            side(|t| t.ours)?,
            side(|t| t.theirs)?,
        ]))
    }

    /// Follows the moves of both sides. O(moves).
    pub(super) fn follow(&mut self, mine: &Moves, other: &Moves) {
        for (from, to) in mine {
            match other.get(from) {
                Some(there) => self.both(from, to, there),
                None => self.one(from, to, Side::Ours),
            }
        }
        for (from, to) in other.iter().filter(|(from, _)| !mine.contains_key(*from)) {
            self.one(from, to, Side::Theirs);
        }
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
