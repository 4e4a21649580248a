//! Branches and where they were pushed to.

use super::scene::{NOW, Scene, read, run};
use crate::{
    domain::{Branch, Repo, Timestamp},
    git::{LocalRepo, Repos},
};
use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
};

fn named<'a>(repo: &'a Repo, name: &str) -> &'a Branch {
    repo.branches.iter().find(|b| &*b.name == name).unwrap()
}

/// A remote with `main` and `work`, and a clone of it.
fn cloned() -> (Scene, Scene, PathBuf) {
    let remote = Scene::with(&[("a", "a\n")]);
    remote.branch("work", "main", &[("b", "b\n")]);
    remote.git(&["checkout", "-q", "main"]);
    let place = Scene::new();
    let path = place.path.join("clone");
    let from = remote.path.to_str().unwrap();
    place.git(&["clone", "-q", from, path.to_str().unwrap()]);
    (remote, place, path)
}

fn git(path: &Path, args: &[&str]) {
    let out = run(path, args, 1_763_000_100);
    assert!(out.status.success(), "git {args:?}: {out:?}");
}

#[test]
fn of_a_fresh_clone_the_branches_of_the_remote_are_listed() {
    let (_remote, _place, clone) = cloned();
    let found = read(&clone);
    let names: Vec<_> = found
        .branches
        .iter()
        .map(|b| (&*b.name, b.remote))
        .collect();
    assert_eq!(names, [("main", false), ("work", true)]);
    let work = named(&found, "work");
    assert_eq!(work.from.as_deref(), Some("origin/work"));
    assert!(!work.unpushed() && work.upstream.is_some());
    assert_eq!((work.ahead, &*work.author, work.files.len()), (1, "Ann", 1));
    assert_eq!(found.base.as_deref(), Some("origin/main"));
    assert!(found.matrix.unwrap().with_base("work").is_some());
    assert_eq!(found.branch_count, 2);
}

#[test]
fn push_failed_gate_green() {
    let (_remote, _place, clone) = cloned();
    git(&clone, &["checkout", "-q", "work"]);
    assert!(!named(&read(&clone), "work").unpushed());
    git(&clone, &["commit", "-q", "--allow-empty", "-m", "done"]);
    git(&clone, &["branch", "-q", "never-pushed"]);
    let found = read(&clone);
    let work = named(&found, "work");
    assert_eq!(
        work.upstream.as_ref().map(|u| (u.ahead, u.behind)),
        Some((1, 0))
    );
    assert!(work.unpushed());
    let never = named(&found, "never-pushed");
    assert!(never.upstream.is_none() && never.unpushed());
}

#[test]
fn a_force_pushed_upstream_went_apart() {
    let (remote, _place, clone) = cloned();
    git(&clone, &["checkout", "-q", "work"]);
    remote.git(&["checkout", "-q", "work"]);
    remote.git(&["commit", "-q", "--amend", "-m", "rewritten"]);
    git(&clone, &["fetch", "-q"]);
    let found = read(&clone);
    let work = named(&found, "work");
    assert_eq!(
        work.upstream.as_ref().map(|u| (u.ahead, u.behind)),
        Some((1, 1))
    );
    assert!(work.diverged() && work.unpushed());
    assert!(found.fetched.is_some());
}

#[test]
fn an_upstream_that_is_gone_is_not_never_pushed() {
    let (remote, _place, clone) = cloned();
    git(&clone, &["checkout", "-q", "work"]);
    remote.git(&["branch", "-q", "-D", "work"]);
    git(&clone, &["fetch", "-q", "--prune"]);
    let found = read(&clone);
    let upstream = named(&found, "work").upstream.clone().unwrap();
    assert_eq!((&*upstream.name, upstream.gone), ("origin/work", true));
    assert!(named(&found, "work").unpushed());
}

#[test]
fn a_missing_remote_takes_nothing_from_what_is_here() {
    let (remote, _place, clone) = cloned();
    drop(remote);
    git(&clone, &["remote", "remove", "origin"]);
    let found = read(&clone);
    assert!(found.error.is_none() && named(&found, "main").upstream.is_none());
    assert_eq!(found.base.as_deref(), Some("main"));
}

#[test]
fn a_push_without_following_counts_as_pushed() {
    let (_remote, _place, clone) = cloned();
    git(&clone, &["checkout", "-q", "-b", "mine"]);
    git(&clone, &["commit", "-q", "--allow-empty", "-m", "mine"]);
    git(&clone, &["push", "-q", "origin", "mine"]);
    let found = read(&clone);
    let upstream = named(&found, "mine").upstream.clone().unwrap();
    assert_eq!((&*upstream.name, upstream.ahead), ("origin/mine", 0));
}

#[test]
fn fast_forward_merged_and_new_are_told_apart() {
    let s = Scene::with(&[("a", "a\n")]);
    s.git(&["branch", "behind"]);
    s.branch("forward", "main", &[("b", "b\n")]);
    s.git(&["checkout", "-q", "main"]);
    s.commit("second", &[("a", "2\n")]);
    s.git(&["branch", "same"]);
    let found = s.read();
    let state = |name: &str| {
        let b = named(&found, name);
        (b.ahead, b.behind, b.merged)
    };
    assert_eq!(
        (state("behind"), state("forward")),
        ((0, 1, true), (1, 1, false))
    );
    assert_eq!(
        (state("same"), state("main")),
        ((0, 0, false), (0, 0, false))
    );
}

#[test]
fn commits_are_counted_by_hour_up_to_now() {
    let s = Scene::with(&[("a", "a\n")]);
    s.git(&["checkout", "-q", "-b", "work"]);
    let now = NOW.0 / 1_000_000;
    for age in [60, 1_800, 3 * 3_600 + 5, 40 * 3_600, -600] {
        let out = run(
            &s.path,
            &["commit", "-q", "--allow-empty", "-m", "w"],
            now - age,
        );
        assert!(out.status.success());
    }
    let found = s.read();
    let work = named(&found, "work");
    let mut expected = [0; 24];
    (expected[23], expected[20]) = (3, 1);
    assert_eq!((&*work.activity, work.last_hour), (&expected[..], 3));
    assert_eq!(work.first, Some(Timestamp((now - 40 * 3_600) * 1_000_000)));
}

#[test]
fn a_shallow_clone_says_that_its_history_is_cut() {
    let (remote, place, _) = cloned();
    for n in 0..3 {
        remote.commit("more", &[("a", &format!("{n}\n"))]);
    }
    let path = place.path.join("shallow");
    let from = format!("file://{}", remote.path.display());
    place.git(&[
        "clone",
        "-q",
        "--depth=1",
        "--no-single-branch",
        &from,
        path.to_str().unwrap(),
    ]);
    let found = read(&path);
    let matrix = found.matrix.as_ref().unwrap();
    match matrix.with_base("work") {
        Some(crate::domain::repo::Cell::Unknown(why)) => assert!(why.contains("--unshallow")),
        other => panic!("{other:?}"),
    }
    let trees = LocalRepo::at(&path);
    let trees = trees.trees().unwrap();
    assert!(trees.touched("work", "b").unwrap().is_some());
}

#[test]
fn names_that_mean_harm_are_shown_safe_and_still_found() {
    let s = Scene::with(&[("a", "a\n")]);
    let heads = s.path.join(".git/refs/heads");
    let id = s.git(&["rev-parse", "HEAD"]);
    let names = [
        "bidi\u{202e}x",
        "bidi⟨U+202E⟩x",
        "zero\u{200b}",
        "$(rm -rf)",
        "-o",
        "@{-1",
        "ünï",
    ];
    for name in names {
        fs::write(heads.join(name), &id).unwrap();
    }
    fs::write(heads.join(OsStr::from_bytes(b"not\xffutf8")), &id).unwrap();
    let found = s.read();
    for branch in found.branches.iter() {
        assert!(
            !branch.name.contains(['\u{202e}', '\u{200b}', '\x1b']),
            "{branch:?}"
        );
    }
    let count = found.branches.len();
    let mut shown: Vec<_> = found.branches.iter().map(|b| &b.name).collect();
    shown.dedup();
    assert_eq!((shown.len(), count >= 7), (count, true), "{shown:?}");
    let local = s.local();
    let trees = local.trees().unwrap();
    for branch in found.branches.iter() {
        assert_eq!(
            trees.log(&branch.name, 1).unwrap()[0].id,
            branch.id,
            "{branch:?}"
        );
    }
    let raw = found.branches.iter().any(|b| b.reference.0.contains(&0xff));
    assert!(raw, "the name is kept as git holds it");
}

#[test]
fn a_thousand_branches_are_counted_and_the_newest_listed() {
    let s = Scene::with(&[("a", "a\n")]);
    let id = s.git(&["rev-parse", "HEAD"]);
    for n in 0..1_000 {
        fs::write(s.path.join(format!(".git/refs/heads/b{n}")), &id).unwrap();
    }
    let found = s.read();
    assert_eq!((found.branch_count, found.branches.len()), (1_001, 256));
}

#[test]
fn a_branch_that_vanishes_between_reads_is_gone_and_nothing_else() {
    let s = Scene::with(&[("a", "a\n")]);
    s.branch("one", "main", &[("a", "1\n")]);
    s.branch("two", "main", &[("a", "2\n")]);
    let local = s.local();
    let trees = local.trees().unwrap();
    assert_eq!(local.status(NOW).unwrap().branches.len(), 3);
    s.git(&["checkout", "-q", "main"]);
    s.git(&["branch", "-q", "-D", "two"]);
    // What was open before still answers.
    assert_eq!(trees.log("two", 5).unwrap().len(), 1);
    let found = local.status(NOW).unwrap();
    assert_eq!(found.branches.len(), 2);
    assert_eq!(found.matrix.unwrap().row("two"), None);
    let gone = local.clash("one", "two").unwrap_err();
    assert!(gone.to_string().contains("no branch two"), "{gone}");
}

#[test]
fn broken_objects_take_their_own_cells_and_nothing_else() {
    let s = Scene::with(&[("a", &"line\n".repeat(20)), ("b", "b\n")]);
    s.branch("broken", "main", &[("a", "broken\n")]);
    s.branch("sound", "main", &[("a", "sound\n")]);
    s.branch("other", "main", &[("b", "other\n")]);
    let id = s.git(&["rev-parse", "broken:a"]);
    let (dir, file) = id.trim().split_at(2);
    let object = s.path.join(".git/objects").join(dir).join(file);
    fs::remove_file(&object).unwrap();
    let found = s.read();
    let matrix = found.matrix.as_ref().unwrap();
    let unknown = |a: &str, b: &str| {
        matches!(
            matrix.between(a, b),
            Some(crate::domain::repo::Cell::Unknown(_))
        )
    };
    assert!(unknown("broken", "sound"), "{:?}", matrix.cells);
    assert!(!unknown("sound", "other") && !unknown("main", "sound"));
    assert_eq!(found.branches.len(), 4);
    assert_eq!(named(&found, "broken").diffstat, None);
    assert_eq!(named(&found, "broken").ahead, 1);
}
