//! Local branches against the base: how far each is, and how much it changes.

use super::safe;
use crate::domain::{Branch, Diffstat, Span, Timestamp, text};
use git2::{BranchType, Commit, DiffOptions, Oid, Repository};
use std::collections::HashMap;

/// Branches that are shown.
const SHOWN: usize = 256;
/// Of so many, the newest, the change is measured, too.
const MEASURED: usize = 64;
/// How long one read may work on branches that it does not know.
const LIMIT: Span = Span::seconds(1);
/// Longer files count as binary.
const LARGE: i64 = 1 << 20;
/// Where work is usually merged to; the first that exists is the base.
const BASES: [&str; 4] = [
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
];

/// What two commits say of each other never changes.
pub(super) type Known = HashMap<(Oid, Oid), Distance>;

/// A branch and the base.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Distance {
    ahead: u32,
    behind: u32,
    size: Size,
}

/// How much a branch changes.
#[derive(Debug, Clone, Copy, Default)]
enum Size {
    /// Nobody asked yet.
    #[default]
    Unmeasured,
    /// It cannot be told: no common commit, or files that are not here.
    Unknown,
    Known(Diffstat),
}

/// Every local branch with its commit, the newest first; ties by name. O(branches).
fn newest(repo: &Repository) -> Result<Vec<(Vec<u8>, Commit<'_>)>, git2::Error> {
    let mut all = Vec::new();
    for branch in repo.branches(Some(BranchType::Local))? {
        let (branch, _) = branch?;
        // One that points nowhere is counted, and has nothing to show.
        if let Ok(commit) = branch.get().peel_to_commit() {
            all.push((branch.name_bytes()?.to_vec(), commit));
        }
    }
    all.sort_by(|(a, x), (b, y)| (y.time().seconds(), a).cmp(&(x.time().seconds(), b)));
    Ok(all)
}

/// The commit that branches are held against: the one that was named if there is one, else the usual.
fn base(repo: &Repository, named: Option<&str>) -> Option<Oid> {
    let named = named.and_then(|name| {
        let found = repo.resolve_reference_from_short_name(name).ok()?;
        found.peel_to_commit().ok()
    });
    let usual = || {
        let mut all = BASES.iter();
        all.find_map(|name| repo.find_reference(name).ok()?.peel_to_commit().ok())
    };
    named.or_else(usual).map(|commit| commit.id())
}

/// The newest branches, by name. What is not in `known` is worked out for about a second by `elapsed`, the newest first, and is in `known`
/// afterwards; a branch for which no time was left is not among them, and is when the next read has come to it.
/// O(branches), and for each new one O(commits and files between it and the base).
pub(super) fn read(
    repo: &Repository,
    named: Option<&str>,
    known: &mut Known,
    elapsed: impl Fn() -> Span,
) -> Result<Vec<Branch>, git2::Error> {
    let base = base(repo, named);
    let (mut found, begun) = (Vec::new(), elapsed());
    let late = || elapsed().0.saturating_sub(begun.0) > LIMIT.0;
    let mut kept = Known::with_capacity(known.len());
    for (rank, (name, commit)) in newest(repo)?.into_iter().take(SHOWN).enumerate() {
        let distance = match base {
            None => Distance::default(),
            Some(base) => {
                let key = (commit.id(), base);
                let before = known.get(&key).or_else(|| kept.get(&key)).copied();
                let measure = rank < MEASURED;
                let enough = |d: &Distance| !measure || !matches!(d.size, Size::Unmeasured);
                let distance = match before {
                    Some(distance) if enough(&distance) || late() => distance,
                    None if late() => continue,
                    before => work_out(repo, &commit, base, before, measure)?,
                };
                kept.insert(key, distance);
                distance
            }
        };
        found.push(shown(&name, &commit, distance));
    }
    *known = kept;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn work_out(
    repo: &Repository,
    commit: &Commit<'_>,
    base: Oid,
    before: Option<Distance>,
    measure: bool,
) -> Result<Distance, git2::Error> {
    let mut distance = if let Some(before) = before {
        before
    } else {
        let (ahead, behind) = repo.graph_ahead_behind(commit.id(), base)?;
        Distance {
            ahead: small(ahead),
            behind: small(behind),
            size: Size::Unmeasured,
        }
    };
    if measure {
        distance.size = size(repo, commit, base).map_or(Size::Unknown, Size::Known);
    }
    Ok(distance)
}

/// What the branch changes against where it left the base. A moved file counts as removed and added.
fn size(repo: &Repository, commit: &Commit<'_>, base: Oid) -> Result<Diffstat, git2::Error> {
    let left = repo.find_commit(repo.merge_base(commit.id(), base)?)?;
    let mut options = DiffOptions::new();
    options
        .context_lines(0)
        .ignore_submodules(true)
        .max_size(LARGE);
    let diff = repo.diff_tree_to_tree(
        Some(&left.tree()?),
        Some(&commit.tree()?),
        Some(&mut options),
    )?;
    let stats = diff.stats()?;
    Ok(Diffstat {
        files: small(stats.files_changed()),
        added: small(stats.insertions()),
        removed: small(stats.deletions()),
    })
}

fn shown(name: &[u8], commit: &Commit<'_>, distance: Distance) -> Branch {
    let subject = commit.summary_bytes().unwrap_or_default();
    Branch {
        name: safe(&String::from_utf8_lossy(name)),
        commit: safe(text::head(&commit.id().to_string(), 8)),
        subject: safe(&String::from_utf8_lossy(subject)),
        committed: Some(Timestamp(commit.time().seconds().saturating_mul(1_000_000))),
        ahead: distance.ahead,
        behind: distance.behind,
        diffstat: match distance.size {
            Size::Known(size) => Some(size),
            Size::Unmeasured | Size::Unknown => None,
        },
    }
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
