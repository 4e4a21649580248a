//! Work trees on this machine: what is changed in them, and what they are in the middle of. Nothing is written, not even an index.

use super::{known::Known, safe};
use crate::domain::{
    Timestamp,
    repo::{Operation, Worktree},
    text,
};
use git2::{Repository, RepositoryState, StatusOptions, WorktreeLockStatus};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

/// Files whose status is counted before the count says "at least".
const STATUS_CAP: usize = 100_000;
/// Work trees that are listed.
const SHOWN: usize = 512;
/// Bytes of a file of git's own that are read.
const SMALL: u64 = 1 << 20;

/// Files by what git says of them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    /// Tracked, with a change in the index or the work tree.
    pub(super) modified: u32,
    pub(super) staged: u32,
    pub(super) unstaged: u32,
    pub(super) untracked: u32,
    pub(super) conflicted: u32,
    pub(super) cut: bool,
}

/// Counts the files of a work tree; none in a bare repository. O(files).
pub(super) fn count(git: &Repository) -> Result<Counts, git2::Error> {
    let mut counts = Counts::default();
    if git.is_bare() {
        return Ok(counts);
    }
    let mut options = StatusOptions::new();
    options
        .include_untracked(true)
        .recurse_untracked_dirs(false)
        .exclude_submodules(true)
        .no_refresh(true);
    let statuses = git.statuses(Some(&mut options))?;
    counts.cut = statuses.len() > STATUS_CAP;
    for entry in statuses.iter().take(STATUS_CAP) {
        let status = entry.status();
        if status.is_conflicted() {
            counts.conflicted += 1;
            continue;
        }
        if status.is_wt_new() {
            counts.untracked += 1;
        }
        let staged = status.is_index_new()
            || status.is_index_modified()
            || status.is_index_deleted()
            || status.is_index_renamed()
            || status.is_index_typechange();
        let unstaged = status.is_wt_modified()
            || status.is_wt_deleted()
            || status.is_wt_renamed()
            || status.is_wt_typechange();
        counts.staged += u32::from(staged);
        counts.unstaged += u32::from(unstaged);
        counts.modified += u32::from(staged || unstaged);
    }
    Ok(counts)
}

/// Every work tree, the main one first, the others by path. The one that `git` is has the counts `here`; another is counted unless it is
/// late, and has until then what was found the last time. O(work trees + their files).
pub(super) fn all(
    git: &Repository,
    here: Counts,
    known: &mut Known,
    late: &dyn Fn() -> bool,
    now: Timestamp,
) -> Vec<Worktree> {
    let mut places = places(git);
    places.truncate(SHOWN);
    // The one that was not looked at for the longest time is first.
    let age =
        |known: &Known, place: &Place| known.worktrees.get(&place.path).and_then(|w| w.read_at);
    let mut turn: Vec<usize> = (0..places.len()).collect();
    turn.sort_by_key(|&n| places.get(n).and_then(|place| age(known, place)));
    let current = git.workdir().map(Path::to_path_buf);
    let mut found = vec![Worktree::default(); places.len()];
    for n in turn {
        let (Some(place), Some(slot)) = (places.get(n), found.get_mut(n)) else {
            continue;
        };
        let counts = (current.as_deref() == Some(&*place.path)).then_some(here);
        let before = known.worktrees.remove(&place.path);
        *slot = match before {
            Some(before) if counts.is_none() && late() => before,
            None if counts.is_none() && late() => place.unread(),
            _ => place.read(counts, now),
        };
    }
    known.worktrees = places
        .into_iter()
        .map(|p| p.path)
        .zip(found.iter().cloned())
        .collect();
    found
}

/// Where a work tree should be.
struct Place {
    path: PathBuf,
    locked: bool,
}

fn places(git: &Repository) -> Vec<Place> {
    let main = Repository::open(git.commondir()).ok();
    let main = main.as_ref().and_then(Repository::workdir);
    let mut all: Vec<Place> = Vec::new();
    let names = git.worktrees();
    for name in names
        .iter()
        .flat_map(|names| names.iter())
        .flatten()
        .flatten()
    {
        if let Ok(tree) = git.find_worktree(name) {
            all.push(Place {
                path: directory(tree.path()),
                locked: matches!(tree.is_locked(), Ok(WorktreeLockStatus::Locked(_))),
            });
        }
    }
    all.sort_by(|a, b| a.path.cmp(&b.path));
    let main = main.map(|path| Place {
        path: path.to_path_buf(),
        locked: false,
    });
    main.into_iter().chain(all).collect()
}

/// With the slash at its end that libgit2 gives the directory of an open repository.
fn directory(path: &Path) -> PathBuf {
    path.join("")
}

impl Place {
    fn unread(&self) -> Worktree {
        Worktree {
            path: safe(&self.path.to_string_lossy()),
            locked: self.locked,
            missing: !self.path.is_dir(),
            ..Worktree::default()
        }
    }

    fn read(&self, counts: Option<Counts>, now: Timestamp) -> Worktree {
        let unread = self.unread();
        if unread.missing {
            return Worktree {
                read_at: Some(now),
                ..unread
            };
        }
        let read = |()| -> Result<Worktree, git2::Error> {
            let git = Repository::open(&self.path)?;
            let counts = counts.map_or_else(|| count(&git), Ok)?;
            let head = git.head().ok();
            let commit = head.as_ref().and_then(|head| head.peel_to_commit().ok());
            let commit = commit.map_or_else(String::new, |commit| commit.id().to_string());
            Ok(Worktree {
                branch: branch(&git),
                head: safe(text::head(&commit, 8)),
                staged: counts.staged,
                unstaged: counts.unstaged,
                untracked: counts.untracked,
                conflicted: counts.conflicted,
                cut: counts.cut,
                operation: operation(git.state()),
                ..unread.clone()
            })
        };
        let found = read(()).unwrap_or_else(|e| Worktree {
            error: Some(text::line(e.message()).into()),
            ..unread.clone()
        });
        Worktree {
            read_at: Some(now),
            ..found
        }
    }
}

/// The branch that is checked out, or that is being rebased or bisected.
fn branch(git: &Repository) -> Option<Arc<str>> {
    let named = |raw: &[u8]| {
        let name = raw.strip_prefix(b"refs/heads/")?;
        Some(safe(&String::from_utf8_lossy(name)))
    };
    // Also of an unborn branch.
    let head = git.find_reference("HEAD").ok()?;
    if let Some(target) = head.symbolic_target_bytes() {
        return named(target);
    }
    let file = |name: &str| read_small(&git.path().join(name));
    let rebased = ["rebase-merge/head-name", "rebase-apply/head-name"];
    if let Some(name) = rebased.into_iter().find_map(file) {
        return named(name.trim().as_bytes());
    }
    let bisected = file("BISECT_START")?;
    let name = bisected.trim();
    git.find_branch(name, git2::BranchType::Local).ok()?;
    Some(safe(name))
}

fn operation(state: RepositoryState) -> Option<Operation> {
    match state {
        RepositoryState::Clean => None,
        RepositoryState::Merge => Some(Operation::Merge),
        RepositoryState::Revert | RepositoryState::RevertSequence => Some(Operation::Revert),
        RepositoryState::CherryPick | RepositoryState::CherryPickSequence => {
            Some(Operation::CherryPick)
        }
        RepositoryState::Bisect => Some(Operation::Bisect),
        RepositoryState::Rebase
        | RepositoryState::RebaseInteractive
        | RepositoryState::RebaseMerge => Some(Operation::Rebase),
        RepositoryState::ApplyMailbox | RepositoryState::ApplyMailboxOrRebase => {
            Some(Operation::Mailbox)
        }
    }
}

fn read_small(path: &Path) -> Option<String> {
    let size = fs::metadata(path).ok()?.len();
    let bytes = (size <= SMALL).then(|| fs::read(path).ok()).flatten()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Changes that were put aside. Counted in the log of the reference: asking libgit2 for that log would create it.
pub(super) fn stashes(git: &Repository) -> u32 {
    if git.find_reference("refs/stash").is_err() {
        return 0;
    }
    let log = read_small(&git.commondir().join("logs/refs/stash"));
    // Without a log there is the one that the reference points at.
    log.map_or(1, |log| {
        u32::try_from(log.lines().count()).unwrap_or(u32::MAX)
    })
}

/// When anything was fetched last.
pub(super) fn fetched(git: &Repository) -> Option<Timestamp> {
    let time = |dir: &Path| {
        let written = fs::metadata(dir.join("FETCH_HEAD")).ok()?.modified().ok()?;
        let since = written.duration_since(UNIX_EPOCH).ok()?;
        Some(Timestamp(i64::try_from(since.as_micros()).ok()?))
    };
    time(git.path()).max(time(git.commondir()))
}
