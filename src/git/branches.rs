//! Branches against the base and their upstreams: how far each is, and what it did.

use super::{
    known::{self, Distance, Known},
    matrix,
    refs::{self, Tip},
    safe,
    trees::line_of,
};
use crate::domain::{
    Branch, Timestamp,
    repo::{Matrix, Upstream},
    text,
};
use git2::{Oid, Repository};
use std::{mem, sync::Arc};

/// Branches that are shown.
const SHOWN: usize = 256;
/// Of so many, the newest, the change is measured, too; and of those in the matrix.
const MEASURED: usize = 64;
/// Where work is usually merged to; the first that exists is the base.
const BASES: [&str; 5] = [
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
    "refs/remotes/origin/HEAD",
];

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

/// The newest branches, by name. What is not in `known` is worked out for about a second by `late`, the newest first, and is in `known`
/// afterwards; a branch for which no time was left is not among them, and is when the next read has come to it.
/// O(branches), and for each new one O(commits and files between it and the base).
pub(super) fn read(
    git: &Repository,
    named: Option<&str>,
    known: &mut Known,
    late: &dyn Fn() -> bool,
    now: Timestamp,
) -> Result<Read, git2::Error> {
    let against = base(git, named);
    let base = against.as_ref().map(|base| base.id);
    let mut tips = refs::all(git)?;
    let count = small(tips.len());
    tips.sort_by(|a, b| (b.time, &a.shown).cmp(&(a.time, &b.shown)));
    let mut before = Known {
        distances: mem::take(&mut known.distances),
        apart: mem::take(&mut known.apart),
        ..Known::default()
    };
    let (mut found, mut live) = (Vec::new(), 0);
    let base_id = base.map(|id| id.to_string()).unwrap_or_default();
    for (rank, tip) in tips.into_iter().take(SHOWN).enumerate() {
        // A branch that goes wrong is shown with its name; the others are none the worse for it.
        let upstream = upstream(git, &tip);
        let facts = Wanted {
            tip: tip.id,
            base,
            upstream: upstream.as_ref().and_then(|(_, id)| *id),
            measure: rank < MEASURED || live < Matrix::LIVE,
        };
        let Some((distance, apart)) = facts.find(git, &mut before, known, late) else {
            continue;
        };
        let upstream = upstream.map(|(name, id)| Upstream {
            name,
            ahead: apart.0,
            behind: apart.1,
            gone: id.is_none(),
        });
        let branch = shown(git, tip, distance, upstream, now);
        live += usize::from(matrix::live(&branch, &base_id));
        found.push(branch);
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Read {
        base: against,
        count,
        branches: found,
    })
}

/// What is to be known of one branch.
struct Wanted {
    tip: Oid,
    base: Option<Oid>,
    upstream: Option<Oid>,
    measure: bool,
}

impl Wanted {
    /// From what was known `before`, else worked out unless it is late; `None` when there is not even a part of it. Everything found is
    /// in `kept` afterwards.
    fn find(
        &self,
        git: &Repository,
        before: &mut Known,
        kept: &mut Known,
        late: &dyn Fn() -> bool,
    ) -> Option<(Distance, (u32, u32))> {
        let apart = match self.upstream {
            Some(upstream) if upstream != self.tip => {
                let key = (self.tip, upstream);
                let known = before.apart.get(&key).or_else(|| kept.apart.get(&key));
                let known = match known.copied() {
                    Some(apart) => apart,
                    None if late() => return None,
                    None => known::apart(git, self.tip, upstream).unwrap_or_default(),
                };
                kept.apart.insert(key, known);
                known
            }
            _ => (0, 0),
        };
        let Some(base) = self.base else {
            return Some((Distance::default(), apart));
        };
        let key = (self.tip, base);
        let known = kept.distances.get(&key).cloned();
        let known = known.or_else(|| before.distances.remove(&key));
        let distance = match known {
            Some(d) if !self.measure || d.work.is_some() || late() => d,
            None if late() => return None,
            known => {
                let changes = self.measure.then_some(&mut kept.cells.changes);
                known::work_out(git, self.tip, base, known, changes).unwrap_or_default()
            }
        };
        kept.distances.insert(key, distance.clone());
        Some((distance, apart))
    }
}

/// Where a branch was pushed to, and the commit that is there; no commit when it is gone. One that was pushed without being told to follow
/// has the branch of its name at `origin`.
fn upstream(git: &Repository, tip: &Tip) -> Option<(Arc<str>, Option<Oid>)> {
    if let Some(from) = &tip.from {
        return Some((Arc::clone(from), Some(tip.id)));
    }
    let full = str::from_utf8(&tip.reference.0).ok()?;
    let at = |name: &str| git.find_reference(name).ok()?.peel_to_commit().ok();
    let short = |name: &str| safe(name.strip_prefix("refs/remotes/").unwrap_or(name));
    if let Ok(name) = git.branch_upstream_name(full) {
        let name = String::from_utf8_lossy(&name).into_owned();
        return Some((short(&name), at(&name).map(|c| c.id())));
    }
    let plain = full.strip_prefix("refs/heads/")?;
    let same = format!("refs/remotes/origin/{plain}");
    let there = at(&same)?;
    Some((short(&same), Some(there.id())))
}

fn shown(
    git: &Repository,
    tip: Tip,
    distance: Distance,
    upstream: Option<Upstream>,
    now: Timestamp,
) -> Branch {
    let line = git.find_commit(tip.id).ok().map(|commit| line_of(&commit));
    let id = tip.id.to_string();
    let branch = Branch {
        name: tip.shown,
        reference: tip.reference,
        remote: tip.from.is_some(),
        from: tip.from,
        commit: safe(text::head(&id, 8)),
        id: id.into(),
        upstream,
        ahead: distance.ahead,
        behind: distance.behind,
        merged: distance.ahead == 0 && distance.behind > 0,
        passed: distance.passed,
        ..Branch::default()
    };
    let branch = match line {
        None => branch,
        Some(line) => Branch {
            subject: line.subject,
            author: line.author,
            committed: line.at,
            ..branch
        },
    };
    let Some(work) = distance.work else {
        return branch;
    };
    let activity = work.activity(now);
    Branch {
        diffstat: work.size,
        last_hour: activity[23],
        activity: activity.into(),
        first: work.first.map(|s| Timestamp(s.saturating_mul(1_000_000))),
        files: Arc::clone(&work.files),
        files_cut: work.cut,
        ..branch
    }
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
