//! What changed between two trees. Directories that are the same are not looked into, so that the cost is that of the change.

use crate::domain::Diffstat;
use git2::{Blob, DiffOptions, ObjectType, Oid, Patch, Repository, Tree, TreeEntry};
use std::{cmp::Ordering, collections::HashMap};

/// Files that are followed in one comparison.
const FILES: usize = 200_000;
/// Files whose lines are counted.
const COUNTED: usize = 5_000;
/// Longer files count as binary.
const LARGE: usize = 1 << 20;
/// Mode of a submodule.
pub(super) const SUBMODULE: i32 = 0o160_000;
/// Mode of a symbolic link.
pub(super) const LINK: i32 = 0o120_000;

/// Comparisons that are remembered.
const KNOWN: usize = 100_000;

/// Lines added and removed between two contents, by their ids. What two contents say of each other never changes.
pub(super) type Lines = HashMap<(Oid, Oid), (usize, usize)>;

/// What stands at a path: mode and id.
pub(super) type At = Option<(i32, Oid)>;

/// A path at which two trees differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) path: Vec<u8>,
    pub(super) old: At,
    pub(super) new: At,
}

/// What changed from one tree, or from nothing, to another, sorted by path. O(entries of the directories that differ).
pub(super) fn between(
    git: &Repository,
    old: Option<Oid>,
    new: Oid,
) -> Result<Vec<Change>, git2::Error> {
    let mut found = Vec::new();
    let mut todo = vec![(Vec::new(), old, Some(new))];
    while let Some((at, old, new)) = todo.pop() {
        let old = old.map(|id| git.find_tree(id)).transpose()?;
        let new = new.map(|id| git.find_tree(id)).transpose()?;
        let mut pairs = Pairs {
            old: old.as_ref(),
            new: new.as_ref(),
            taken: (0, 0),
        };
        while let Some((old, new)) = pairs.next() {
            let what = |e: &TreeEntry<'_>| (e.filemode(), e.id());
            let (before, after) = (old.as_ref().map(what), new.as_ref().map(what));
            let Some(entry) = old.or(new).filter(|_| before != after) else {
                continue;
            };
            let mut path = [&at, entry.name_bytes()].concat();
            if entry.kind() == Some(ObjectType::Tree) {
                path.push(b'/');
                todo.push((path, before.map(|(_, id)| id), after.map(|(_, id)| id)));
                continue;
            }
            if found.len() >= FILES {
                return Err(git2::Error::from_str("more than 200000 files changed"));
            }
            found.push(Change {
                path,
                old: before,
                new: after,
            });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// What changed between two commits.
pub(super) fn since(git: &Repository, base: Oid, tip: Oid) -> Result<Vec<Change>, git2::Error> {
    let tree = |id| Ok::<_, git2::Error>(git.find_commit(id)?.tree_id());
    between(git, Some(tree(base)?), tree(tip)?)
}

/// Entries of two trees in the order of git, those of one name and kind together.
struct Pairs<'t> {
    old: Option<&'t Tree<'t>>,
    new: Option<&'t Tree<'t>>,
    taken: (usize, usize),
}

impl<'t> Pairs<'t> {
    fn next(&mut self) -> Option<(Option<TreeEntry<'t>>, Option<TreeEntry<'t>>)> {
        let old = self.old.and_then(|tree| tree.get(self.taken.0));
        let new = self.new.and_then(|tree| tree.get(self.taken.1));
        let order = match (&old, &new) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => order(old, new),
        };
        let old = old.filter(|_| order != Ordering::Greater);
        let new = new.filter(|_| order != Ordering::Less);
        self.taken.0 += usize::from(old.is_some());
        self.taken.1 += usize::from(new.is_some());
        Some((old, new))
    }
}

/// As git sorts: a directory as if its name ended in a slash.
fn order(a: &TreeEntry<'_>, b: &TreeEntry<'_>) -> Ordering {
    let slash = |e: &TreeEntry<'_>| (e.kind() == Some(ObjectType::Tree)).then_some(b'/');
    let (x, y) = (a.name_bytes().iter(), b.name_bytes().iter());
    let (x, y) = (x.copied().chain(slash(a)), y.copied().chain(slash(b)));
    x.cmp(y)
}

/// How much changed. A moved file counts as removed and added; submodules do not count. `None` over 5,000 files.
/// O(bytes of the changed files that are not known).
pub(super) fn size(
    git: &Repository,
    changes: &[Change],
    known: &mut Lines,
) -> Result<Option<Diffstat>, git2::Error> {
    let file = |at: At| at.filter(|&(mode, _)| mode != SUBMODULE);
    let counted = changes.iter().map(|c| (file(c.old), file(c.new)));
    let counted: Vec<_> = counted.filter(|(a, b)| a.or(*b).is_some()).collect();
    if counted.len() > COUNTED {
        return Ok(None);
    }
    let (mut added, mut removed) = (0usize, 0usize);
    for &(old, new) in &counted {
        let id = |at: At| at.map_or(Oid::ZERO_SHA1, |(_, id)| id);
        let key = (id(old), id(new));
        let (plus, minus) = match known.get(&key) {
            Some(&lines) => lines,
            None => lines(git, old, new)?,
        };
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(key, (plus, minus));
        (added, removed) = (added.saturating_add(plus), removed.saturating_add(minus));
    }
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(Some(Diffstat {
        files: small(counted.len()),
        added: small(added),
        removed: small(removed),
    }))
}

fn lines(git: &Repository, old: At, new: At) -> Result<(usize, usize), git2::Error> {
    if old.map(|(_, id)| id) == new.map(|(_, id)| id) {
        return Ok((0, 0));
    }
    let odb = git.odb()?;
    for (_, id) in [old, new].into_iter().flatten() {
        if odb.read_header(id)?.0 > LARGE {
            return Ok((0, 0));
        }
    }
    let blob = |at: At| at.map(|(_, id)| git.find_blob(id)).transpose();
    let (old, new) = (blob(old)?, blob(new)?);
    let bytes = |blob: &Option<Blob<'_>>| {
        blob.as_ref()
            .map_or_else(Vec::new, |b| b.content().to_vec())
    };
    let (old, new) = (bytes(&old), bytes(&new));
    let mut options = DiffOptions::new();
    options.context_lines(0);
    let patch = Patch::from_buffers(&old, None, &new, None, Some(&mut options))?;
    let (_, added, removed) = patch.line_stats()?;
    Ok((added, removed))
}
