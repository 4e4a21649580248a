//! Who has a branch checked out: the main worktree, a linked one, or one in which the branch is being rebased. Read from git's own files, so
//! that a worktree whose directory is away counts, too: its owner comes back.

use crate::domain::text;
use git2::Repository;
use std::{fs, path::Path};

/// Worktrees that are looked at.
const CAP: usize = 4_096;
/// Where an interrupted rebase keeps the name of its branch.
const REBASES: [&str; 2] = ["rebase-merge/head-name", "rebase-apply/head-name"];

/// The worktree in which `reference` is checked out, neutralised; `None` when there is none. O(worktrees).
pub(super) fn place(repo: &Repository, reference: &str) -> Option<String> {
    let common = repo.commondir();
    let main = Repository::open(common).ok();
    let bare = main.as_ref().is_some_and(Repository::is_bare);
    if !bare && has(common, reference) {
        let dir = main.as_ref().and_then(|main| main.workdir());
        return Some(name(dir.unwrap_or(common)));
    }
    let linked = fs::read_dir(common.join("worktrees")).ok()?;
    let mut linked = linked.flatten().take(CAP).map(|entry| entry.path());
    let found = linked.find(|dir| has(dir, reference))?;
    let back = fs::read_to_string(found.join("gitdir")).unwrap_or_default();
    let back = Path::new(back.trim_end()).parent().map(name);
    Some(
        back.filter(|b| !b.is_empty())
            .unwrap_or_else(|| name(&found)),
    )
}

/// Whether a git directory's HEAD, or its rebase, is on `reference`.
fn has(dir: &Path, reference: &str) -> bool {
    let head = fs::read_to_string(dir.join("HEAD")).unwrap_or_default();
    let on = head.strip_prefix("ref:").map(str::trim) == Some(reference);
    on || REBASES.iter().any(|file| {
        fs::read_to_string(dir.join(file)).is_ok_and(|name| name.trim_end() == reference)
    })
}

fn name(path: &Path) -> String {
    text::line(&path.to_string_lossy()).into_owned()
}
