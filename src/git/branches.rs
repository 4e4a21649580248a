//! Local branches against the base: how far each is, and how much it changes.

use super::{
    refs::{self, Tip},
    safe,
    trees::line_of,
};
use crate::domain::{Branch, Diffstat, Span, repo::Upstream, text};
use git2::{Commit, DiffOptions, Oid, Repository};
use std::{collections::HashMap, sync::Arc};

/// Branches that are shown.
const SHOWN: usize = 256;
/// Of so many, the newest, the change is measured, too.
const MEASURED: usize = 64;
/// How long one read may work on branches that it does not know.
const LIMIT: Span = Span::seconds(1);
/// Longer files count as binary.
const LARGE: i64 = 1 << 20;
/// Where work is usually merged to; the first that exists is the base.
const BASES: [&str; 5] = [
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
    "refs/remotes/origin/HEAD",
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

/// Where branches are held against.
pub(super) struct Base {
    pub(super) name: Arc<str>,
    pub(super) id: Oid,
}

/// The reference that branches are held against: the one that was named if there is one, else the usual.
pub(super) fn base(repo: &Repository, named: Option<&str>) -> Option<Base> {
    let named = named.and_then(|name| repo.resolve_reference_from_short_name(name).ok());
    let found = |reference: git2::Reference<'_>| {
        let id = reference.peel_to_commit().ok()?.id();
        // `origin/HEAD` is called by what it points at.
        let reference = reference.resolve().unwrap_or(reference);
        let name = safe(&String::from_utf8_lossy(reference.shorthand_bytes()));
        Some(Base { name, id })
    };
    let usual = || {
        BASES
            .iter()
            .find_map(|name| found(repo.find_reference(name).ok()?))
    };
    named.and_then(found).or_else(usual)
}

/// What was read of the branches.
pub(super) struct Read {
    pub(super) base: Option<Base>,
    /// All of them, listed or not.
    pub(super) count: u32,
    pub(super) branches: Vec<Branch>,
}

/// The newest branches, by name. What is not in `known` is worked out for about a second by `elapsed`, the newest first, and is in `known`
/// afterwards; a branch for which no time was left is not among them, and is when the next read has come to it.
/// O(branches), and for each new one O(commits and files between it and the base).
pub(super) fn read(
    repo: &Repository,
    named: Option<&str>,
    known: &mut Known,
    elapsed: impl Fn() -> Span,
) -> Result<Read, git2::Error> {
    let against = base(repo, named);
    let base = against.as_ref().map(|base| base.id);
    let mut tips = refs::all(repo)?;
    let count = small(tips.len());
    tips.sort_by(|a, b| (b.time, &a.shown).cmp(&(a.time, &b.shown)));
    let (mut found, begun) = (Vec::new(), elapsed());
    let late = || elapsed().0.saturating_sub(begun.0) > LIMIT.0;
    let mut kept = Known::with_capacity(known.len());
    for (rank, tip) in tips.into_iter().take(SHOWN).enumerate() {
        let commit = repo.find_commit(tip.id)?;
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
        found.push(shown(tip, &commit, distance));
    }
    *known = kept;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Read {
        base: against,
        count,
        branches: found,
    })
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

fn shown(tip: Tip, commit: &Commit<'_>, distance: Distance) -> Branch {
    let line = line_of(commit);
    let at_remote = |name: &Arc<str>| Upstream {
        name: Arc::clone(name),
        ..Upstream::default()
    };
    Branch {
        name: tip.shown,
        reference: tip.reference,
        remote: tip.from.is_some(),
        upstream: tip.from.as_ref().map(at_remote),
        from: tip.from,
        commit: safe(text::head(&line.id, 8)),
        id: line.id,
        subject: line.subject,
        author: line.author,
        committed: line.at,
        ahead: distance.ahead,
        behind: distance.behind,
        merged: distance.ahead == 0 && distance.behind > 0,
        diffstat: match distance.size {
            Size::Known(size) => Some(size),
            Size::Unmeasured | Size::Unknown => None,
        },
        ..Branch::default()
    }
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
