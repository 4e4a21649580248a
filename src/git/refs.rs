//! Every branch by its name: the local ones, and those of remotes that have no local one.

use super::safe;
use crate::domain::repo::RefName;
use git2::{BranchType, Oid, Reference, Repository};
use std::{collections::HashSet, sync::Arc};

/// A branch and the commit it stands at.
#[derive(Debug, Clone)]
pub(super) struct Tip {
    /// Name as shown.
    pub(super) shown: Arc<str>,
    /// Reference as git holds it.
    pub(super) reference: RefName,
    /// Its commit.
    pub(super) id: Oid,
    /// Where one that is only at a remote comes from.
    pub(super) from: Option<Arc<str>>,
    /// When its commit was made, in seconds.
    pub(super) time: i64,
}

/// Every branch that points at a commit, in no order. `origin` goes before other remotes. O(branches).
pub(super) fn all(git: &Repository) -> Result<Vec<Tip>, git2::Error> {
    let (mut tips, mut taken) = (Vec::new(), HashSet::new());
    for branch in git.branches(Some(BranchType::Local))? {
        let (branch, _) = branch?;
        let shown = unique(branch.name_bytes()?, &mut taken);
        // One that points nowhere has nothing to show, and still stands before one of a remote.
        tips.extend(tip(branch.get(), shown, None));
    }
    let remotes = remotes(git);
    let mut remote = Vec::new();
    for branch in git.branches(Some(BranchType::Remote))? {
        let (branch, _) = branch?;
        let whole = branch.name_bytes()?.to_vec();
        let (at, name) = split(&whole, &remotes);
        // `origin/HEAD` is another name of one that is listed.
        if name != b"HEAD" && !name.is_empty() {
            let from = safe(&String::from_utf8_lossy(&whole));
            let shown = safe(&String::from_utf8_lossy(name));
            if let Some(tip) = tip(branch.get(), shown, Some(from)) {
                remote.push((at != b"origin/", tip));
            }
        }
    }
    remote.sort_by(|a, b| (a.0, &a.1.from).cmp(&(b.0, &b.1.from)));
    for (_, tip) in remote {
        if taken.insert(Arc::clone(&tip.shown)) {
            tips.push(tip);
        }
    }
    Ok(tips)
}

/// A name to show that no other has: names that differ in what is not shown get a number, with a character that no name can hold.
fn unique(name: &[u8], taken: &mut HashSet<Arc<str>>) -> Arc<str> {
    let shown = safe(&String::from_utf8_lossy(name));
    let mut candidate = Arc::clone(&shown);
    let mut n = 1;
    while !taken.insert(Arc::clone(&candidate)) {
        n += 1;
        candidate = format!("{shown}~{n}").into();
    }
    candidate
}

/// Names of remotes with their slash, the longest first: they can hold slashes themselves.
fn remotes(git: &Repository) -> Vec<Vec<u8>> {
    let names = git.remotes();
    let names = names.iter().flat_map(|names| names.iter_bytes());
    let mut all: Vec<_> = names.map(|name| [name, b"/"].concat()).collect();
    all.sort_by_key(|name| std::cmp::Reverse(name.len()));
    all
}

fn split<'a>(whole: &'a [u8], remotes: &[Vec<u8>]) -> (&'a [u8], &'a [u8]) {
    let configured = remotes.iter().find(|r| whole.starts_with(r)).map(Vec::len);
    let first = || whole.iter().position(|&b| b == b'/').map(|n| n + 1);
    whole.split_at(configured.or_else(first).unwrap_or(0))
}

fn tip(reference: &Reference<'_>, shown: Arc<str>, from: Option<Arc<str>>) -> Option<Tip> {
    let commit = reference.peel_to_commit().ok()?;
    Some(Tip {
        shown,
        reference: RefName(reference.name_bytes().into()),
        id: commit.id(),
        from,
        time: commit.time().seconds(),
    })
}
