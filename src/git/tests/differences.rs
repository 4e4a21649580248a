//! Where the matrix differs from `git merge-tree` on purpose.

use super::scene::{Scene, paths};
use std::collections::BTreeSet;

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

#[test]
fn a_file_in_the_way_of_a_directory_is_named_as_it_is_called() {
    let s = Scene::with(&[("c", "c\n")]);
    s.branch("file", "main", &[("d", "a file\n")]);
    s.branch("dir", "main", &[("d/x", "inside\n")]);
    assert_eq!(s.merge_tree("file", "dir"), Some(set(&["d~file"])));
    assert_eq!(paths(&s.read(), "file", "dir"), set(&["d"]));
}

#[test]
fn a_file_that_is_added_to_a_directory_that_moved_is_no_conflict() {
    let text = |n: u32| format!("{n}\n").repeat(9);
    let s = Scene::with(&[("d/a", &text(1)), ("d/b", &text(2)), ("d/c", &text(3))]);
    s.git(&["checkout", "-q", "-b", "moved", "main"]);
    s.git(&["mv", "d", "e"]);
    s.commit("moved", &[]);
    s.branch("adds", "main", &[("d/new", "new\n")]);
    assert_eq!(s.merge_tree("moved", "adds"), Some(set(&["e/new"])));
    assert_eq!(paths(&s.read(), "moved", "adds"), set(&[]));
}
