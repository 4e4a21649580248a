//! Generated repositories: for every pair of branches, the files of the matrix are those of `git merge-tree`.
//!
//! Differences by design, each with a test in `differences.rs` or a rule here:
//! - where a file stands in the way of a directory, git moves it aside and names `file~branch`; we name the file (`plain`);
//! - branches that met more than once and moved files: libgit2 names where a moved file was, too (`several_bases`);
//! - git suspects that a file added to a directory that the other side moved belongs to where it was moved to, and calls that a
//!   conflict; we do not (`merge.directoryRenames` is off here).

use super::scene::Scene;
use crate::domain::repo::Cell;
use fastrand::Rng;
use git2::{Index, IndexEntry, IndexTime, Oid, Repository, Signature, Time};
use std::collections::{BTreeMap, BTreeSet};

type Files = BTreeMap<String, Vec<String>>;

const NAMES: [&str; 10] = ["a", "b", "c", "d/e", "d/f", "d/g/h", "i", "j/k", "l", "m"];
const BRANCHES: [&str; 4] = ["b0", "b1", "b2", "b3"];

fn lines(rng: &mut Rng, count: usize) -> Vec<String> {
    (0..count)
        .map(|_| format!("{:016x}\n", rng.u64(..)))
        .collect()
}

/// No path may be a directory of another.
fn fits(files: &Files, path: &str) -> bool {
    let inside = |outer: &str, inner: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|r| r.starts_with('/'))
    };
    !files
        .keys()
        .any(|other| other == path || inside(other, path) || inside(path, other))
}

fn change(rng: &mut Rng, files: &mut Files) {
    let Some(name) = rng.choice(files.keys().cloned().collect::<Vec<_>>()) else {
        return;
    };
    let other = *rng.choice(&NAMES).unwrap();
    match rng.u8(..10) {
        0..=4 => {
            let text = files.get_mut(&name).unwrap();
            let at = rng.usize(..=text.len());
            let gone = rng.usize(..3).min(text.len() - at);
            let count = rng.usize(..3);
            text.splice(at..at + gone, lines(rng, count));
        }
        5 => drop(files.remove(&name)),
        6 | 7 if fits(files, other) => {
            let count = rng.usize(1..20);
            files.insert(other.to_owned(), lines(rng, count));
        }
        8 if fits(files, other) => {
            let text = files.remove(&name).unwrap();
            files.insert(other.to_owned(), text);
        }
        9 => {
            let (file, below) = (files.remove(&name).unwrap(), format!("{name}/deep"));
            if rng.bool() && fits(files, &below) {
                files.insert(below, file);
            }
        }
        _ => {}
    }
}

fn commit(git: &Repository, files: &Files, parents: &[Oid], time: i64) -> Oid {
    let mut index = Index::new().unwrap();
    for (path, text) in files {
        let id = git.blob(text.concat().as_bytes()).unwrap();
        let entry = IndexEntry {
            ctime: IndexTime::new(0, 0),
            mtime: IndexTime::new(0, 0),
            dev: 0,
            ino: 0,
            // Names decide, so that a move can change it, too.
            mode: if path.len() == 3 {
                0o100_755
            } else {
                0o100_644
            },
            uid: 0,
            gid: 0,
            file_size: 0,
            id,
            flags: 0,
            flags_extended: 0,
            path: path.as_bytes().to_vec(),
        };
        index.add(&entry).unwrap();
    }
    let tree = git.find_tree(index.write_tree_to(git).unwrap()).unwrap();
    let who = Signature::new("t", "t@example.org", &Time::new(time, 0)).unwrap();
    let parents: Vec<_> = parents
        .iter()
        .map(|id| git.find_commit(*id).unwrap())
        .collect();
    let parents: Vec<_> = parents.iter().collect();
    git.commit(None, &who, &who, "generated", &tree, &parents)
        .unwrap()
}

/// Four branches off one commit, each with a few commits, some of which are merges with an older commit of another.
fn generate(rng: &mut Rng, scene: &Scene, merges: bool) {
    let git = Repository::open(&scene.path).unwrap();
    let mut first = Files::new();
    for name in NAMES.iter().take(7) {
        let count = rng.usize(6..40);
        first.insert((*name).to_owned(), lines(rng, count));
    }
    let root = commit(&git, &first, &[], 1_000);
    let mut tips: Vec<(Oid, Files)> = vec![(root, first); BRANCHES.len()];
    let mut older = Vec::new();
    for step in 0..10 {
        let n = rng.usize(..tips.len());
        let (tip, mut files) = tips[n].clone();
        for _ in 0..rng.usize(1..3) {
            change(rng, &mut files);
        }
        let mut parents = vec![tip];
        if merges && rng.u8(..3) == 0 {
            parents.extend(rng.choice(&older).copied().filter(|id| *id != tip));
        }
        let made = commit(&git, &files, &parents, 1_001 + step);
        older.push(made);
        tips[n] = (made, files);
    }
    for (name, (tip, _)) in BRANCHES.iter().zip(&tips) {
        git.reference(&format!("refs/heads/{name}"), *tip, true, "")
            .unwrap();
    }
    git.reference("refs/heads/main", root, true, "").unwrap();
}

/// Where a file stands in the way of a directory, git moves it aside as `name~branch`.
fn plain(files: BTreeSet<String>) -> BTreeSet<String> {
    let cut = |f: String| f.split('~').next().unwrap_or_default().to_owned();
    files.into_iter().map(cut).collect()
}

fn several_bases(scene: &Scene, a: &str, b: &str) -> bool {
    scene.git(&["merge-base", "--all", a, b]).lines().count() > 1
}

fn compare(seed: u64, merges: bool) -> Vec<String> {
    let mut rng = Rng::with_seed(seed);
    let scene = Scene::new();
    scene.git(&["config", "merge.directoryRenames", "false"]);
    generate(&mut rng, &scene, merges);
    let local = scene.local();
    let mut wrong = Vec::new();
    for (n, a) in BRANCHES.iter().enumerate() {
        for b in BRANCHES.iter().skip(n + 1) {
            let ours: BTreeSet<String> = match local.clash(a, b).unwrap() {
                Cell::Clean => BTreeSet::new(),
                Cell::Conflict(files) => files.iter().map(|f| f.path.to_string()).collect(),
                other => panic!("seed {seed}: {a} {b}: {other:?}"),
            };
            let git = plain(scene.merge_tree(a, b).unwrap());
            let superset = merges && several_bases(&scene, a, b) && ours.is_superset(&git);
            if ours != git && !superset {
                let log = scene.git(&["log", "--oneline", "--graph", "--name-status", "-M", a, b]);
                wrong.push(format!(
                    "seed {seed}, {a} and {b}: {ours:?}, git says {git:?}\n{log}"
                ));
            }
        }
    }
    wrong
}

#[test]
fn generated_branches_conflict_in_the_files_that_git_names() {
    let seeds: u64 = std::env::var("SEEDS").map_or(10, |n| n.parse().unwrap());
    let wrong: Vec<_> = (0..seeds).flat_map(|seed| compare(seed, false)).collect();
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn generated_branches_that_were_merged_before_do_so_too() {
    let seeds: u64 = std::env::var("SEEDS").map_or(10, |n| n.parse().unwrap());
    let wrong: Vec<_> = (1_032..1_032 + seeds)
        .flat_map(|seed| compare(seed, true))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
