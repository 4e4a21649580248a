//! What was worked out before. What two commits say of each other never changes, so that a branch that did not move costs nothing.

use super::{
    change,
    matrix::Cells,
    merge::{Changes, Side},
};
use crate::domain::{Branch, Diffstat, Timestamp, Worktree, text};
use git2::{Oid, Repository};
use std::{collections::HashMap, path::PathBuf, sync::Arc};

/// Commits of a branch whose times are kept.
const COMMITS: usize = 10_000;
/// Bytes of a path that are kept.
const PATH: usize = 1024;

/// What is remembered between two reads.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// A tip and the base.
    pub(super) distances: HashMap<(Oid, Oid), Distance>,
    /// A tip and its upstream: commits ahead, behind.
    pub(super) apart: HashMap<(Oid, Oid), (u32, u32)>,
    /// The conflict matrix.
    pub(super) cells: Cells,
    /// Work trees as they were found last.
    pub(super) worktrees: HashMap<PathBuf, Worktree>,
}

/// A branch and the base.
#[derive(Debug, Clone, Default)]
pub(super) struct Distance {
    pub(super) ahead: u32,
    pub(super) behind: u32,
    /// What it did; `None` when nobody asked yet.
    pub(super) work: Option<Arc<Measured>>,
    /// It lies on the base's own line: the base was there once, and nothing was merged.
    pub(super) passed: bool,
}

/// What a branch did beyond the base.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// `None`: no common commit, or files that are not here.
    pub(super) size: Option<Diffstat>,
    /// When its newest commits were made, in seconds, oldest first.
    pub(super) times: Vec<i64>,
    /// When its first commit was made, in seconds.
    pub(super) first: Option<i64>,
    /// Paths that it changes.
    pub(super) files: Arc<[Arc<str>]>,
    /// There are more.
    pub(super) cut: bool,
}

impl Measured {
    /// Commits per hour of the 24 before `now`, oldest first. A commit of the future counts for the last hour.
    pub(super) fn activity(&self, now: Timestamp) -> [u16; 24] {
        let mut hours = [0u16; 24];
        for &time in self.times.iter().rev() {
            let age = (now.0 / 1_000_000).saturating_sub(time).max(0) / 3600;
            let Some(hour) = usize::try_from(age)
                .ok()
                .and_then(|h| 23usize.checked_sub(h))
            else {
                break;
            };
            if let Some(count) = hours.get_mut(hour) {
                *count = count.saturating_add(1);
            }
        }
        hours
    }
}

/// How far a tip is from the base; with `changes`, what it did, too, and what it changed is there afterwards. O(commits and files between them).
pub(super) fn work_out(
    git: &Repository,
    tip: Oid,
    base: Oid,
    before: Option<Distance>,
    changes: Option<&mut Changes>,
) -> Result<Distance, git2::Error> {
    let mut distance = if let Some(before) = before {
        before
    } else {
        let (ahead, behind) = apart(git, tip, base)?;
        Distance {
            ahead,
            behind,
            passed: ahead == 0 && behind > 0 && passed(git, tip, base)?,
            work: None,
        }
    };
    if let Some(changes) = changes {
        distance.work = Some(Arc::new(measured(git, tip, base, changes)));
    }
    Ok(distance)
}

/// Commits of the base's own line that are gone back.
const LINE: usize = 5_000;

/// Whether the base stood at a commit once: it is found by first parents. O(commits back to it).
fn passed(git: &Repository, tip: Oid, base: Oid) -> Result<bool, git2::Error> {
    let mut walk = git.revwalk()?;
    walk.push(base)?;
    walk.simplify_first_parent()?;
    for id in walk.take(LINE) {
        if id? == tip {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Commits that one has and the other lacks, and the other way round. O(commits between them).
pub(super) fn apart(git: &Repository, one: Oid, other: Oid) -> Result<(u32, u32), git2::Error> {
    let (ahead, behind) = git.graph_ahead_behind(one, other)?;
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok((small(ahead), small(behind)))
}

fn measured(git: &Repository, tip: Oid, base: Oid, known: &mut Changes) -> Measured {
    let times = times(git, tip, base).unwrap_or_default();
    let first = times.first().copied();
    let older = times.len().saturating_sub(COMMITS);
    let changes = git.merge_base(tip, base).ok().and_then(|left| {
        if let Some(side) = known.sides.get(&(left, tip)) {
            return Some(Arc::clone(&side.changes));
        }
        let changes: Arc<[_]> = change::since(git, left, tip).ok()?.into();
        let side = Side {
            changes: Arc::clone(&changes),
            moves: None,
        };
        known.sides.insert((left, tip), side);
        Some(changes)
    });
    let shown = changes
        .iter()
        .flat_map(|all| all.iter())
        .take(Branch::FILES);
    Measured {
        size: changes
            .as_ref()
            .and_then(|changes| change::size(git, changes, &mut known.lines).ok()?),
        first,
        times: times.into_iter().skip(older).collect(),
        files: shown.map(|c| path(&c.path)).collect(),
        cut: changes
            .as_ref()
            .is_some_and(|all| all.len() > Branch::FILES),
    }
}

/// When the commits beyond the base were made, in seconds, sorted.
fn times(git: &Repository, tip: Oid, base: Oid) -> Result<Vec<i64>, git2::Error> {
    let mut walk = git.revwalk()?;
    walk.push(tip)?;
    walk.hide(base)?;
    let time = |id: Result<Oid, git2::Error>| Ok(git.find_commit(id?)?.time().seconds());
    let mut all = walk.map(time).collect::<Result<Vec<_>, git2::Error>>()?;
    all.sort_unstable();
    Ok(all)
}

/// A path as it is shown.
pub(super) fn path(raw: &[u8]) -> Arc<str> {
    text::line(text::head(&String::from_utf8_lossy(raw), PATH)).into()
}
