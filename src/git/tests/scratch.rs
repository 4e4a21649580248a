//! Merges in a work tree of their own.

use super::scene::{NOW, Scene};
use crate::{
    domain::repo::{Begun, MergeSide, Outcome},
    git::{
        Repos as _,
        scratch::{Scratch, begin},
    },
};
use std::{fs, path::PathBuf};

const TEXT: &str = "alpha\nbeta\ngamma\ndelta\nepsilon\n";

/// `one` and `two` clash in `a`; `two` adds `b`.
fn scene() -> (Scene, PathBuf) {
    let s = Scene::with(&[("a", TEXT)]);
    s.branch(
        "one",
        "main",
        &[("a", &TEXT.replace("gamma", "gamma of one\nmore of one"))],
    );
    s.branch(
        "two",
        "main",
        &[("a", &TEXT.replace("gamma", "gamma of two")), ("b", "b\n")],
    );
    let dir = s.path.with_file_name("scratch");
    (s, dir)
}

fn lost(scratch: &Scratch) -> Vec<(MergeSide, u32, String)> {
    let lost = scratch.progress().unwrap().lost;
    lost.iter()
        .map(|l| (l.side, l.line, l.text.to_string()))
        .collect()
}

#[test]
fn a_merge_is_begun_beside_the_users_work_trees() {
    let (s, dir) = scene();
    s.write("mine", "not committed\n");
    let before = (
        s.git(&["status", "--porcelain"]),
        s.git(&["for-each-ref"]),
        fs::read(s.path.join(".git/index")).unwrap(),
    );
    let scratch = begin(&s.local(), "one", "two", &dir).unwrap();
    let text = fs::read_to_string(dir.join("a")).unwrap();
    assert!(text.contains("<<<<<<< ") && dir.join("b").exists());
    let after = (
        s.git(&["status", "--porcelain"]),
        s.git(&["for-each-ref"]),
        fs::read(s.path.join(".git/index")).unwrap(),
    );
    assert!(before == after);
    assert_eq!(Scratch::open(&dir).unwrap(), scratch);
    let progress = scratch.progress().unwrap();
    assert_eq!(
        (progress.files.len(), progress.files[0].outcome),
        (1, Outcome::Unresolved)
    );
    assert_eq!((progress.resolved(), lost(&scratch)), (false, vec![]));
    scratch.remove().unwrap();
    assert!(!dir.exists());
    assert_eq!(s.read().worktrees.len(), 1);
}

#[test]
fn merge_loses_a_hunk() {
    let (s, dir) = scene();
    let scratch = begin(&s.local(), "one", "two", &dir).unwrap();
    fs::write(dir.join("a"), TEXT.replace("gamma", "gamma of one")).unwrap();
    let expected = [
        (MergeSide::Ours, 4, "more of one".to_owned()),
        (MergeSide::Theirs, 3, "gamma of two".to_owned()),
    ];
    assert_eq!(lost(&scratch), expected);
    // A line that stands elsewhere now is not lost, nor is one that either side took out.
    fs::write(
        dir.join("a"),
        TEXT.replace("gamma", "gamma of one\ngamma of two"),
    )
    .unwrap();
    fs::write(dir.join("c"), "more of one\n").unwrap();
    assert_eq!(lost(&scratch), []);
    // A file that is dropped takes its lines with it.
    fs::remove_file(dir.join("b")).unwrap();
    assert_eq!(lost(&scratch), [(MergeSide::Theirs, 1, "b".to_owned())]);
}

#[test]
fn a_resolution_says_who_when_and_how() {
    let (s, dir) = scene();
    let scratch = begin(&s.local(), "one", "two", &dir).unwrap();
    fs::write(dir.join("a"), TEXT.replace("gamma", "gamma of two")).unwrap();
    let run = |args: &[&str]| {
        let out = super::scene::run(&dir, args, 1_763_000_500);
        assert!(out.status.success(), "{out:?}");
    };
    run(&["add", "-A"]);
    let open = scratch.finish("ann\x1b[0m", NOW).unwrap();
    assert_eq!(
        (open.result, open.files[0].outcome),
        (None, Outcome::Theirs)
    );
    run(&["commit", "-q", "-m", "merged"]);
    let done = scratch.finish("ann\x1b[0m", NOW).unwrap();
    assert!(done.result.is_some() && !done.who.contains('\x1b') && done.at == NOW);
    assert_eq!((done.files[0].lost_ours, done.files[0].lost_theirs), (2, 0));
    assert_eq!((&*done.ours, &*done.theirs), ("one", "two"));
    assert_eq!(
        s.git(&["rev-parse", "one"]).trim(),
        &*done.tips.0,
        "no branch moved"
    );
}

#[test]
fn what_is_in_the_way_is_refused_and_left_alone() {
    let (s, dir) = scene();
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("precious"), "x").unwrap();
    let error = begin(&s.local(), "one", "two", &dir).unwrap_err();
    assert!(error.to_string().contains("already exists"), "{error}");
    assert!(dir.join("precious").exists());
    assert!(
        begin(&s.local(), "one", "none", &dir)
            .unwrap_err()
            .to_string()
            .contains("no branch none")
    );
    assert!(
        Scratch::open(&s.path)
            .unwrap_err()
            .to_string()
            .contains("no merge was begun")
    );
}

#[test]
fn hooks_of_the_repository_do_not_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let (s, dir) = scene();
    let hook = s.path.join(".git/hooks/post-checkout");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(
        &hook,
        format!("#!/bin/sh\ntouch {}/ran\n", s.path.display()),
    )
    .unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    begin(&s.local(), "one", "two", &dir).unwrap();
    assert!(!s.path.join("ran").exists());
}

#[test]
fn a_merge_for_a_frontend_stands_beside_the_repository_where_it_was_said() {
    let (s, _) = scene();
    let begun = s.local().begin("one", "two").unwrap();
    let root = s.path.canonicalize().unwrap();
    let shown = Begun::shown(&format!("{}/", root.display()), "one", "two");
    assert_eq!(&*begun.dir, shown);
    assert!(PathBuf::from(&*begun.dir).join("a").exists());
    assert_eq!((&*begun.ours, &*begun.theirs), ("one", "two"));
    assert_eq!((begun.files.len(), begun.lost_count), (1, 0));
    // A second one is refused, and the first stays.
    let again = s.local().begin("one", "two").unwrap_err().to_string();
    assert!(again.contains("already exists"), "{again}");
    assert!(PathBuf::from(&*begun.dir).join("b").exists());
    Scratch::open(&PathBuf::from(&*begun.dir))
        .unwrap()
        .remove()
        .unwrap();
    assert!(!PathBuf::from(&*begun.dir).exists());
}
