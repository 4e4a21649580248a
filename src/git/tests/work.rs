//! Work trees.

use super::scene::{Scene, read};
use crate::domain::{Repo, Worktree, repo::Operation};
use std::fs;

fn at<'a>(repo: &'a Repo, name: &str) -> &'a Worktree {
    let mut all = repo.worktrees.iter();
    all.find(|w| w.path.trim_end_matches('/').ends_with(name))
        .unwrap_or_else(|| panic!("{:?}", repo.worktrees))
}

#[test]
fn every_work_tree_is_read_from_any_of_them() {
    let s = Scene::with(&[("a", "a\n"), ("b", "b\n")]);
    s.git(&["worktree", "add", "-q", "../second", "-b", "second"]);
    s.git(&["worktree", "add", "-q", "../lost", "-b", "lost"]);
    s.git(&["worktree", "add", "-q", "--detach", "../loose"]);
    s.git(&["worktree", "lock", "../second"]);
    let second = s.path.with_file_name("second");
    fs::write(second.join("a"), "changed\n").unwrap();
    fs::write(second.join("new"), "new\n").unwrap();
    fs::remove_dir_all(s.path.with_file_name("lost")).unwrap();
    s.write("b", "staged\n");
    s.git(&["add", "b"]);
    s.write("b", "staged and changed\n");
    for found in [s.read(), read(&second)] {
        let paths: Vec<_> = found
            .worktrees
            .iter()
            .map(|w| w.path.trim_end_matches('/').rsplit('/').next().unwrap())
            .collect();
        assert_eq!(paths, ["repo", "loose", "lost", "second"]);
        let w = at(&found, "second");
        assert_eq!(
            (w.staged, w.unstaged, w.untracked, w.locked, w.missing),
            (0, 1, 1, true, false)
        );
        assert_eq!(w.branch.as_deref(), Some("second"));
        let w = at(&found, "repo");
        assert_eq!(
            (w.staged, w.unstaged, w.untracked, w.clean()),
            (1, 1, 0, false)
        );
        let w = at(&found, "lost");
        assert!(w.missing && w.error.is_none());
        assert_eq!(
            (
                at(&found, "loose").branch.as_deref(),
                at(&found, "loose").clean()
            ),
            (None, true)
        );
    }
}

#[test]
fn an_operation_under_way_is_named_with_its_branch() {
    let s = Scene::with(&[("a", "a\n")]);
    s.branch("one", "main", &[("a", "1\n")]);
    s.branch("two", "main", &[("a", "2\n")]);
    let state = |args: &[&str]| {
        assert!(!s.try_git(args).status.success());
        let found = s.read();
        let w = found.worktrees[0].clone();
        (w.operation, w.conflicted, w.branch)
    };
    let two = Some("two".into());
    assert_eq!(
        state(&["merge", "one"]),
        (Some(Operation::Merge), 1, two.clone())
    );
    s.git(&["merge", "--abort"]);
    assert_eq!(
        state(&["rebase", "one"]),
        (Some(Operation::Rebase), 1, two.clone())
    );
    s.git(&["rebase", "--abort"]);
    assert_eq!(
        state(&["cherry-pick", "one"]),
        (Some(Operation::CherryPick), 1, two.clone())
    );
    s.git(&["cherry-pick", "--abort"]);
    s.commit("third", &[("a", "3\n")]);
    assert_eq!(state(&["revert", "HEAD~1"]).0, Some(Operation::Revert));
    s.git(&["revert", "--abort"]);
    s.git(&["bisect", "start", "HEAD", "main"]);
    let found = s.read();
    let w = &found.worktrees[0];
    assert_eq!(
        (w.operation, w.branch.clone()),
        (Some(Operation::Bisect), two)
    );
}

#[test]
fn stashes_are_counted_and_no_log_is_made_for_it() {
    let s = Scene::with(&[("a", "a\n")]);
    assert_eq!(s.read().stashes, 0);
    assert!(!s.path.join(".git/logs/refs/stash").exists());
    for n in 0..2 {
        s.write("a", &format!("{n}\n"));
        s.git(&["stash", "-q"]);
    }
    assert_eq!(s.read().stashes, 2);
}

#[test]
fn a_bare_repository_has_branches_and_no_work_tree_of_its_own() {
    let s = Scene::with(&[("a", "a\n")]);
    s.branch("one", "main", &[("a", "1\n")]);
    let bare = s.path.with_file_name("bare.git");
    s.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let found = read(&bare);
    assert_eq!((found.branches.len(), found.worktrees.len()), (2, 0));
    assert!(found.matrix.unwrap().with_base("one").is_some());
}

#[test]
fn a_submodule_with_changes_is_not_a_change() {
    let sub = Scene::with(&[("s", "1\n")]);
    let s = Scene::with(&[("a", "a\n")]);
    s.git(&["submodule", "-q", "add", sub.path.to_str().unwrap(), "sub"]);
    s.commit("with sub", &[]);
    s.write("sub/s", "changed\n");
    assert!(s.read().worktrees[0].clean());
    let local = s.local();
    let trees = crate::git::Repos::trees(&local).unwrap();
    let names = trees.names("main", &|_| true).unwrap();
    let names: Vec<_> = names.iter().map(|e| &*e.path).collect();
    assert_eq!(names, [".gitmodules", "a"], "a submodule is no file");
}
