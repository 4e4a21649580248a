use super::commit;
use crate::{
    domain::{Branch, Diffstat, Repo, Span, Timestamp},
    git::{LocalRepo, Repos},
};
use git2::Repository;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

/// `main` with two commits; `task/T-4` left it after the first and added two of its own.
fn forked(dir: &Path) -> Repository {
    let repo = Repository::init(dir).unwrap();
    repo.set_head("refs/heads/main").unwrap();
    commit(&repo, "a", "1\n", "first");
    let first = repo.head().unwrap().peel_to_commit().unwrap();
    repo.branch("task/T-4", &first, false).unwrap();
    drop(first);
    commit(&repo, "a", "1\n2\n", "second");
    repo.set_head("refs/heads/task/T-4").unwrap();
    commit(&repo, "b", "x\ny\n", "half");
    commit(&repo, "c", "z\n", "whole \x1b[31mof it");
    drop(repo);
    Repository::open(dir).unwrap()
}

fn read(repo: &LocalRepo) -> Repo {
    repo.status(Timestamp(5)).unwrap()
}

fn named<'a>(repo: &'a Repo, name: &str) -> &'a Branch {
    repo.branches.iter().find(|b| &*b.name == name).unwrap()
}

#[test]
fn branches_are_held_against_the_base() {
    let dir = tempfile::tempdir().unwrap();
    let git = forked(dir.path());
    let found = read(&LocalRepo::at(dir.path()));
    let names: Vec<_> = found.branches.iter().map(|b| &*b.name).collect();
    assert_eq!(names, ["main", "task/T-4"]);
    let branch = named(&found, "task/T-4");
    // The index of the helper keeps the second line of `a`: the branch changed it, too.
    let size = Diffstat {
        files: 3,
        added: 4,
        removed: 0,
    };
    assert_eq!(
        (branch.ahead, branch.behind, branch.diffstat),
        (2, 1, Some(size))
    );
    assert_eq!(branch.committed, Some(Timestamp(1_000_000_000)));
    assert!(branch.subject.starts_with("whole") && !branch.subject.contains('\x1b'));
    let head = git.head().unwrap().target().unwrap().to_string();
    assert!(head.starts_with(&*branch.commit) && branch.commit.len() == 8);
    let main = named(&found, "main");
    assert_eq!((main.ahead, main.behind), (0, 0));
}

#[test]
fn the_base_is_the_one_that_was_named_where_there_is_one() {
    let dir = tempfile::tempdir().unwrap();
    forked(dir.path());
    let against = |base: &str| read(&LocalRepo::at(dir.path()).against(Some(base.to_owned())));
    let main = |repo: &Repo| {
        let main = named(repo, "main");
        (main.ahead, main.behind)
    };
    assert_eq!(main(&against("task/T-4")), (1, 2));
    assert_eq!(main(&against("no-such-branch")), (0, 0));
}

#[test]
fn without_a_base_branches_have_a_name_and_no_size() {
    let dir = tempfile::tempdir().unwrap();
    let repo = Repository::init(dir.path()).unwrap();
    repo.set_head("refs/heads/trunk").unwrap();
    commit(&repo, "a", "1", "first");
    let found = read(&LocalRepo::at(dir.path()));
    let trunk = named(&found, "trunk");
    assert_eq!((trunk.ahead, trunk.diffstat), (0, None));
}

#[test]
fn a_branch_that_did_not_move_is_not_worked_out_again() {
    let dir = tempfile::tempdir().unwrap();
    let git = forked(dir.path());
    // Every look at this clock takes half a second: one new branch is all that a read has time for.
    let ticks = AtomicI64::new(0);
    let steady = move || Span(500_000 * ticks.fetch_add(1, Ordering::Relaxed));
    let repo = LocalRepo::at(dir.path()).timed(Arc::new(steady));
    for n in 0..8 {
        let tip = git.head().unwrap().peel_to_commit().unwrap();
        git.branch(&format!("more-{n}"), &tip, true).unwrap();
        git.commit(
            Some(&format!("refs/heads/more-{n}")),
            &tip.author(),
            &tip.author(),
            &format!("more {n}"),
            &tip.tree().unwrap(),
            &[&tip],
        )
        .unwrap();
    }
    let counts: Vec<_> = (0..8).map(|_| read(&repo).branches.len()).collect();
    assert!(counts[0] < 10, "{counts:?}");
    assert!(counts.is_sorted(), "{counts:?}");
    assert_eq!(counts[7], 10, "what was left out comes later: {counts:?}");
    assert_eq!(
        read(&repo).branches,
        read(&LocalRepo::at(dir.path())).branches
    );
}
