//! What reading git costs: the conflict matrix when nothing is known, when everything is, and after one branch moved.
//!
//! `cargo bench --bench git`
#![expect(
    clippy::unwrap_used,
    reason = "a repository that cannot be made ends the benchmark"
)]

use git2::{Index, IndexEntry, IndexTime, Oid, Repository, Signature, Time};
use std::sync::Arc;
use swarmwarden::{
    domain::{Repo, Timestamp},
    engine::Surveyor,
    git::{LocalRepo, Repos as _},
};
use tempfile::TempDir;

const FILES: usize = 5_000;
const NOW: Timestamp = Timestamp(1_763_050_080_000_000);

fn main() {
    divan::main();
}

fn path(file: usize) -> String {
    format!("d{:02}/e{}/file{file}.txt", file % 50, file % 7)
}

fn text(file: usize, line: usize, word: &str) -> String {
    let line_of = |n: usize| match n {
        n if n == line => format!("{word}\n"),
        n => format!("file {file} line {n}\n"),
    };
    (0..60).map(line_of).collect()
}

fn entry(path: String, id: Oid) -> IndexEntry {
    IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode: 0o100_644,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.into_bytes(),
    }
}

/// A commit on a branch that changes so many files of its parent, some of which every branch changes.
fn step(git: &Repository, name: &str, parent: Option<Oid>, files: &[usize], n: usize) -> Oid {
    let mut index = Index::new().unwrap();
    let parent = parent.map(|id| git.find_commit(id).unwrap());
    if let Some(parent) = &parent {
        index.read_tree(&parent.tree().unwrap()).unwrap();
    }
    for &file in files {
        let line = if file % 100 == 0 { 30 } else { n % 60 };
        let id = git
            .blob(text(file, line, &format!("{name} {n}")).as_bytes())
            .unwrap();
        index.add(&entry(path(file), id)).unwrap();
    }
    let tree = git.find_tree(index.write_tree_to(git).unwrap()).unwrap();
    let time = 1_763_000_000 + i64::try_from(n).unwrap() * 60;
    let who = Signature::new("t", "t@example.org", &Time::new(time, 0)).unwrap();
    let parents: Vec<_> = parent.iter().collect();
    let id = git
        .commit(None, &who, &who, "step", &tree, &parents)
        .unwrap();
    git.reference(&format!("refs/heads/{name}"), id, true, "bench")
        .unwrap();
    id
}

/// `main` with 5,000 files, and branches with five commits of eight files each.
fn swarm(branches: usize) -> (TempDir, Repository) {
    let dir = tempfile::tempdir().unwrap();
    let git = Repository::init_bare(dir.path()).unwrap();
    let all: Vec<usize> = (0..FILES).collect();
    let root = step(&git, "main", None, &all, 0);
    for branch in 0..branches {
        let mut tip = root;
        for n in 1..=5 {
            let mut files: Vec<usize> = (0..7)
                .map(|k| (branch * 211 + n * 37 + k * 13) % FILES)
                .collect();
            files.push((n % 2) * 100);
            tip = step(
                &git,
                &format!("b{branch:03}"),
                Some(tip),
                &files,
                branch * 5 + n,
            );
        }
    }
    (dir, git)
}

fn read(repo: &LocalRepo) -> Repo {
    let found = repo.status(NOW).unwrap();
    assert!(found.matrix.as_ref().unwrap().complete());
    found
}

#[divan::bench(sample_count = 10)]
fn matrix_of_20_branches_cold(bencher: divan::Bencher<'_, '_>) {
    let (dir, _git) = swarm(20);
    bencher
        .with_inputs(|| LocalRepo::at(dir.path()))
        .bench_values(|repo| read(&repo));
}

#[divan::bench(sample_count = 50)]
fn matrix_of_20_branches_warm(bencher: divan::Bencher<'_, '_>) {
    let (dir, _git) = swarm(20);
    let repo = LocalRepo::at(dir.path());
    read(&repo);
    bencher.bench(|| read(&repo));
}

#[divan::bench(sample_count = 20)]
fn one_of_100_branches_moved(bencher: divan::Bencher<'_, '_>) {
    let (dir, git) = swarm(100);
    let repo = LocalRepo::at(dir.path());
    read(&repo);
    let mut n = 1_000;
    bencher
        .with_inputs(|| {
            n += 1;
            let tip = git.refname_to_id("refs/heads/b050").unwrap();
            step(&git, "b050", Some(tip), &[n % FILES, 100], n);
        })
        .bench_local_values(|()| read(&repo));
}

#[divan::bench(sample_count = 20)]
fn refresh_of_100_branches_when_nothing_moved(bencher: divan::Bencher<'_, '_>) {
    let (dir, _git) = swarm(100);
    let repo = LocalRepo::at(dir.path());
    read(&repo);
    bencher.bench(|| read(&repo));
}

/// Sessions on 100 branches, each with a status document of its own: what a look costs when nothing moved.
#[divan::bench(sample_count = 20)]
fn survey_of_100_branches_when_nothing_moved(bencher: divan::Bencher<'_, '_>) {
    let (dir, git) = swarm(100);
    documented(&git);
    let repo = LocalRepo::at(dir.path());
    let mut surveyor = Surveyor::new(Arc::new(repo), None);
    surveyor.look(NOW).unwrap();
    bencher.bench_local(|| surveyor.look(NOW).unwrap());
}

/// A report on every branch.
fn documented(git: &Repository) {
    for branch in git.branches(None).unwrap() {
        let (branch, _) = branch.unwrap();
        let parent = branch.get().peel_to_commit().unwrap();
        let name = branch.get().name().unwrap().to_owned();
        let body = format!(
            "# Status\n\n**Session**: {name}\n**Branch**: {name}\n**Status**: in progress\n**Output**: d00/e0/file0.txt\n"
        );
        let blob = git.blob(body.as_bytes()).unwrap();
        let mut tree = git.treebuilder(Some(&parent.tree().unwrap())).unwrap();
        tree.insert("STATUS.md", blob, 0o100_644).unwrap();
        let tree = git.find_tree(tree.write().unwrap()).unwrap();
        let who = parent.author().to_owned();
        git.commit(Some(&name), &who, &who, "status", &tree, &[&parent])
            .unwrap();
    }
}
