//! Which files a side moved. Worked out once for each side: it depends on nothing else.

use super::change::{At, Change, SUBMODULE};
use git2::{Delta, DiffFindOptions, Index, IndexEntry, IndexTime, Oid, Repository};
use std::collections::BTreeMap;

/// Moves are looked for among so many files at most; git's own limit.
const LIMIT: usize = 1_000;
/// How alike two files are, in percent, for one to be the other, moved; git's own limit.
const ALIKE: u16 = 50;

/// From where to where.
pub(super) type Moves = BTreeMap<Vec<u8>, Vec<u8>>;

/// The moves among changes: files that are gone whose content is in a new one. Writes two trees into `git`.
/// O(gone × new files), where none is the same.
pub(super) fn of(git: &Repository, changes: &[Change]) -> Result<Moves, git2::Error> {
    let odb = git.odb()?;
    // What is not here cannot be compared.
    let file = |at: At| at.filter(|&(mode, id)| mode != SUBMODULE && odb.exists(id));
    let gone = changes.iter().filter(|c| c.new.is_none());
    let gone: Vec<_> = gone.map(|c| (&*c.path, file(c.old))).collect();
    let new = changes.iter().filter(|c| c.old.is_none());
    let new: Vec<_> = new.map(|c| (&*c.path, file(c.new))).collect();
    if gone.is_empty() || new.is_empty() {
        return Ok(Moves::new());
    }
    let (old, new) = (tree(git, gone.into_iter())?, tree(git, new.into_iter())?);
    let (old, new) = (git.find_tree(old)?, git.find_tree(new)?);
    let mut diff = git.diff_tree_to_tree(Some(&old), Some(&new), None)?;
    let mut options = DiffFindOptions::new();
    options
        .renames(true)
        .rename_threshold(ALIKE)
        .rename_limit(LIMIT);
    diff.find_similar(Some(&mut options))?;
    let moved = diff.deltas().filter(|d| d.status() == Delta::Renamed);
    let paths = moved.filter_map(|d| {
        let (from, to) = (d.old_file().path_bytes()?, d.new_file().path_bytes()?);
        Some((from.to_vec(), to.to_vec()))
    });
    Ok(paths.collect())
}

/// A tree that holds these paths and nothing else, written into `git`.
pub(super) fn tree<'p>(
    git: &Repository,
    paths: impl Iterator<Item = (&'p [u8], At)>,
) -> Result<Oid, git2::Error> {
    let mut index = Index::new()?;
    for (path, at) in paths {
        if let Some((mode, id)) = at {
            index.add(&entry(path, mode, id))?;
        }
    }
    index.write_tree_to(git)
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
