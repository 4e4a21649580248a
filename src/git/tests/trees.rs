//! Files and commits of branches.

use super::scene::{Scene, run};
use crate::{
    domain::Timestamp,
    git::{GitError, Repos},
};

#[test]
fn files_are_found_by_name_and_read_up_to_a_cap() {
    let s = Scene::with(&[
        ("docs/STATUS.md", "12345"),
        ("docs/deep/STATUS.md", "6"),
        ("src/x", "x"),
    ]);
    std::os::unix::fs::symlink("/etc/passwd", s.path.join("docs/LINK.md")).unwrap();
    s.commit("link", &[]);
    s.write("docs/STATUS.md", "not committed");
    let local = s.local();
    let trees = local.trees().unwrap();
    let found = trees.names("main", &|path| path.contains(".md")).unwrap();
    let names: Vec<_> = found.iter().map(|e| (&*e.path, e.size)).collect();
    assert_eq!(names, [("docs/STATUS.md", 5), ("docs/deep/STATUS.md", 1)]);
    assert_eq!(trees.read(&found[0], 5).unwrap(), b"12345");
    let error = trees.read(&found[0], 4).unwrap_err();
    assert!(
        matches!(
            error,
            GitError::TooLarge {
                size: 5,
                cap: 4,
                ..
            }
        ),
        "{error}"
    );
    let error = trees.names("nowhere", &|_| true).unwrap_err();
    assert!(matches!(error, GitError::NoSuchBranch(_)));
}

#[test]
fn the_last_commit_that_changed_a_file_is_found_across_merges() {
    let s = Scene::new();
    let commit = |n: i64, file: &str, text: &str| {
        s.write(file, text);
        for args in [
            &["add", "-A"][..],
            &["commit", "-q", "-m", &format!("commit {n}")],
        ] {
            assert!(run(&s.path, args, n).status.success());
        }
    };
    commit(1, "a", "1");
    s.git(&["checkout", "-q", "-b", "side"]);
    commit(2, "d/b", "1");
    commit(3, "c", "1");
    s.git(&["checkout", "-q", "main"]);
    commit(4, "a", "2");
    s.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    commit(5, "c", "2");
    let local = s.local();
    let trees = local.trees().unwrap();
    let touched = |path: &str| {
        trees
            .touched("main", path)
            .unwrap()
            .map(|t| (t.subject.to_string(), t.at))
    };
    let at = |n: i64| Some((format!("commit {n}"), Some(Timestamp(n * 1_000_000))));
    assert_eq!(
        (touched("a"), touched("d/b"), touched("c")),
        (at(4), at(2), at(5))
    );
    assert_eq!(
        (touched("d"), touched("none"), touched("a/b")),
        (None, None, None)
    );
    assert_eq!(touched("a"), at(4), "remembered");
    let log: Vec<_> = trees
        .log("main", 2)
        .unwrap()
        .iter()
        .map(|c| c.subject.to_string())
        .collect();
    assert_eq!(
        log,
        ["commit 5", "merge"],
        "nothing is beyond the base: the last ones"
    );
}

#[test]
fn a_log_is_of_the_commits_beyond_the_base() {
    let s = Scene::with(&[("a", "a\n")]);
    s.branch("one", "main", &[("a", "1\n")]);
    s.commit("second \x1b[31mred", &[("a", "2\n")]);
    let local = s.local();
    let log = local.trees().unwrap().log("one", 50).unwrap();
    assert_eq!(
        (log.len(), &*log[1].subject, &*log[0].author),
        (2, "one", "Ann")
    );
    assert!(log[0].subject.starts_with("second") && !log[0].subject.contains('\x1b'));
}

#[test]
fn a_path_that_means_harm_is_shown_safe_and_still_read() {
    let s = Scene::with(&[("x\u{202e}\n.md", "text")]);
    let local = s.local();
    let trees = local.trees().unwrap();
    let found = trees.names("main", &|path| path.contains(".md")).unwrap();
    assert!(
        !found[0].path.contains(['\u{202e}', '\n']),
        "{:?}",
        found[0].path
    );
    assert_eq!(trees.read(&found[0], 10).unwrap(), b"text");
    assert!(trees.touched("main", &found[0].path).unwrap().is_some());
}
