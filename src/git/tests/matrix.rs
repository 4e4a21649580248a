use super::scene::{NOW, Scene, paths};
use crate::{
    domain::{
        Span,
        repo::{Cell, ClashKind, FileClash, Hunk},
    },
    git::Repos,
};
use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

fn lines(range: std::ops::Range<u32>) -> String {
    let lines: Vec<_> = range.map(|n| format!("line {n}")).collect();
    lines.join("\n") + "\n"
}

/// The cell of two branches, as files.
fn files(scene: &Scene, a: &str, b: &str) -> Vec<FileClash> {
    match scene.local().clash(a, b).unwrap() {
        Cell::Conflict(files) => files.to_vec(),
        other => panic!("{other:?}"),
    }
}

fn kinds(scene: &Scene, a: &str, b: &str) -> Vec<(String, ClashKind)> {
    let files = files(scene, a, b);
    files.iter().map(|f| (f.path.to_string(), f.kind)).collect()
}

/// Every file below a directory with its content.
fn everything(dir: &Path) -> BTreeSet<(String, Vec<u8>)> {
    let (mut found, mut todo) = (BTreeSet::new(), vec![dir.to_path_buf()]);
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                found.insert((path.display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    found
}

#[test]
fn branches_are_merged_with_the_base_and_with_each_other() {
    let text = lines(0..40);
    let s = Scene::with(&[("a", &text), ("b", "b\n")]);
    s.branch("one", "main", &[("a", &text.replace("line 10\n", "one\n"))]);
    s.branch(
        "two",
        "main",
        &[("a", &text.replace("line 10\n", "two\n2\n"))],
    );
    s.branch("far", "main", &[("a", &text.replace("line 30\n", "far\n"))]);
    s.branch("other", "main", &[("b", "changed\n")]);
    let found = s.read();
    let matrix = found.matrix.clone().unwrap();
    assert_eq!((matrix.done, matrix.of, matrix.left_out), (10, 10, 0));
    assert_eq!(&*matrix.names[0], "main");
    assert!(paths(&found, "main", "one").is_empty() && paths(&found, "far", "one").is_empty());
    assert_eq!(paths(&found, "two", "one"), ["a".to_owned()].into());
    let hunks = |a: &str, b: &str| files(&s, a, b)[0].hunks.to_vec();
    let hunk = Hunk {
        ours: (11, 1),
        theirs: (11, 2),
    };
    assert_eq!(hunks("one", "two"), [hunk]);
    let names: Vec<_> = matrix
        .overlaps
        .iter()
        .map(|o| (&*o.path, o.branches.len()))
        .collect();
    assert_eq!(names, [("a", 3)]);
    let last = matrix.order.last().unwrap();
    assert_eq!((last.new_conflicts, matrix.order.len()), (1, 4));
}

#[test]
fn monitor_writes_nothing_that_it_reads() {
    let text = lines(0..40);
    let s = Scene::with(&[("a", &text)]);
    s.branch("one", "main", &[("a", &text.replace("line 3\n", "one\n"))]);
    s.branch("two", "main", &[("a", &text.replace("line 30\n", "two\n"))]);
    s.branch(
        "three",
        "main",
        &[("a", &text.replace("line 3\n", "three\n"))],
    );
    let before = everything(&s.path);
    let found = s.read();
    assert!(found.matrix.unwrap().complete());
    assert!(everything(&s.path) == before, "something was written");
}

#[test]
fn deletions_additions_and_moves_are_told_apart() {
    let text = lines(0..40);
    let s = Scene::with(&[("a", &text), ("b", &lines(100..140)), ("c", "c\n")]);
    s.branch(
        "edit",
        "main",
        &[("a", &text.replace("line 7\n", "seven\n")), ("new", "1\n")],
    );
    s.git(&["checkout", "-q", "-b", "drop", "main"]);
    s.git(&["rm", "-q", "a"]);
    s.commit("drop", &[("new", "2\n")]);
    let expected = [
        ("a".into(), ClashKind::DeletedByTheirs),
        ("new".into(), ClashKind::BothAdded),
    ];
    assert_eq!(kinds(&s, "edit", "drop"), expected);
    assert_eq!(kinds(&s, "drop", "edit")[0].1, ClashKind::DeletedByOurs);
    for name in ["left", "right"] {
        s.git(&["checkout", "-q", "-b", name, "main"]);
        s.git(&["mv", "b", name]);
        s.commit(name, &[]);
    }
    let expected = ["b", "left", "right"].map(|f| (f.to_owned(), ClashKind::Renamed));
    assert_eq!(kinds(&s, "left", "right"), expected);
    // A file that was moved takes the changes of the other with it.
    s.branch(
        "b2",
        "main",
        &[("b", &lines(100..140).replace("line 120\n", "x\n"))],
    );
    assert_eq!(s.local().clash("left", "b2").unwrap(), Cell::Clean);
}

#[test]
fn a_file_that_is_a_directory_elsewhere_clashes() {
    let s = Scene::with(&[("c", "c\n")]);
    s.branch("file", "main", &[("d", "a file\n")]);
    s.branch("dir", "main", &[("d/x", "inside\n")]);
    let found = kinds(&s, "file", "dir");
    assert!(
        found
            .iter()
            .any(|(_, kind)| *kind == ClashKind::FileAndDirectory),
        "{found:?}"
    );
}

#[test]
fn a_program_for_one_that_is_none_for_the_other_clashes() {
    let s = Scene::with(&[("c", "c\n")]);
    s.branch("plain", "main", &[("run", "#!/bin/sh\n")]);
    s.git(&["checkout", "-q", "-b", "program", "main"]);
    s.write("run", "#!/bin/sh\n");
    s.git(&["add", "--chmod=+x", "run"]);
    s.git(&["commit", "-q", "-m", "program"]);
    assert_eq!(
        kinds(&s, "plain", "program"),
        [("run".into(), ClashKind::Mode)]
    );
    assert_eq!(
        s.merge_tree("plain", "program"),
        Some(["run".to_owned()].into())
    );
}

#[test]
fn binary_files_links_and_submodules_clash_by_path() {
    let s = Scene::with(&[("bin", "\0 1"), ("c", "c\n")]);
    std::os::unix::fs::symlink("c", s.path.join("link")).unwrap();
    let sub = Scene::with(&[("s", "1\n")]);
    sub.commit("two", &[("s", "2\n")]);
    s.git(&["submodule", "-q", "add", sub.path.to_str().unwrap(), "sub"]);
    s.commit("with all of it", &[]);
    for (name, commit) in [("one", "HEAD~1"), ("two", "main")] {
        s.git(&["checkout", "-q", "-b", name, "main"]);
        fs::remove_file(s.path.join("link")).unwrap();
        std::os::unix::fs::symlink(name, s.path.join("link")).unwrap();
        let within = ["-C", "sub", "checkout", "-q", commit];
        s.git(&within);
        if name == "two" {
            s.git(&["-C", "sub", "commit", "-q", "--allow-empty", "-m", "three"]);
        }
        s.commit(name, &[("bin", &format!("\0 {name}"))]);
    }
    let expected = [
        ("bin".into(), ClashKind::Binary),
        ("link".into(), ClashKind::Link),
        ("sub".into(), ClashKind::Submodule),
    ];
    assert_eq!(kinds(&s, "one", "two"), expected);
}

#[test]
fn branches_that_met_more_than_once_are_merged_over_a_base_of_their_own() {
    let text = lines(0..30);
    let s = Scene::with(&[("a", &text)]);
    s.branch("one", "main", &[("a", &text.replace("line 3\n", "one\n"))]);
    s.branch("two", "main", &[("b", "two\n")]);
    s.git(&["branch", "two-before", "two"]);
    s.git(&["merge", "-q", "-m", "criss", "one"]);
    s.git(&["checkout", "-q", "one"]);
    s.git(&["merge", "-q", "-m", "cross", "two-before"]);
    s.commit("on", &[("a", &text.replace("line 3\n", "one more\n"))]);
    s.git(&["checkout", "-q", "two"]);
    s.commit("on", &[("b", "two more\n")]);
    let bases = s.git(&["merge-base", "--all", "one", "two"]);
    assert_eq!(bases.lines().count(), 2);
    assert_eq!(s.local().clash("one", "two").unwrap(), Cell::Clean);
    s.commit("clash", &[("a", &text.replace("line 3\n", "another\n"))]);
    assert_eq!(kinds(&s, "one", "two"), [("a".into(), ClashKind::Content)]);
    assert_eq!(s.merge_tree("one", "two"), Some(["a".to_owned()].into()));
}

#[test]
fn branches_without_a_common_commit_are_unrelated() {
    let s = Scene::with(&[("a", "a\n")]);
    s.git(&["checkout", "-q", "--orphan", "alone"]);
    s.commit("alone", &[("a", "b\n")]);
    let found = s.read();
    let matrix = found.matrix.as_ref().unwrap();
    assert_eq!(matrix.with_base("alone"), Some(&Cell::Unrelated));
    assert!(matrix.order[0].unsure);
}

#[test]
fn what_is_merged_takes_no_part_and_of_the_rest_only_the_newest() {
    let s = Scene::with(&[("a", "a\n")]);
    s.git(&["branch", "old"]);
    s.commit("second", &[("a", "b\n")]);
    for n in 0..30 {
        s.branch(&format!("b{n:02}"), "main", &[(&format!("f{n}"), "x\n")]);
    }
    let found = s.read();
    let matrix = found.matrix.as_ref().unwrap();
    assert_eq!((matrix.names.len(), matrix.left_out), (25, 6));
    assert_eq!(matrix.row("old"), None);
    assert!(found.branches.iter().any(|b| &*b.name == "old" && b.merged));
}

#[test]
fn the_matrix_goes_on_in_the_next_read_and_ends_as_if_there_had_been_time() {
    let s = Scene::with(&[("a", "a\n")]);
    for n in 0..6 {
        s.branch(&format!("b{n}"), "main", &[("a", &format!("{n}\n"))]);
    }
    let ticks = AtomicI64::new(0);
    let steady = move || Span(150_000 * ticks.fetch_add(1, Ordering::Relaxed));
    let timed = s.local().timed(Arc::new(steady));
    let done = |_| timed.status(NOW).unwrap().matrix.map_or(0, |m| m.done);
    let progress: Vec<_> = (0..20).map(done).collect();
    assert!(progress[0] < 21, "{progress:?}");
    assert_eq!(progress.last(), Some(&21), "{progress:?}");
    assert_eq!(timed.status(NOW).unwrap().matrix, s.read().matrix);
}
