use super::{GitError, LocalRepo, Repos};
use crate::domain::Timestamp;
use git2::{Repository, Signature};
use std::{fs, path::Path};

fn commit(repo: &Repository, file: &str, text: &str, message: &str) {
    fs::write(repo.workdir().unwrap().join(file), text).unwrap();
    let mut index = repo.index().unwrap();
    index.add_path(Path::new(file)).unwrap();
    index.write().unwrap();
    let tree = repo.find_tree(index.write_tree().unwrap()).unwrap();
    let who = Signature::new("t", "t@example.org", &git2::Time::new(1_000, 0)).unwrap();
    let parent = repo.head().ok().and_then(|h| h.peel_to_commit().ok());
    let parents: Vec<_> = parent.iter().collect();
    repo.commit(Some("HEAD"), &who, &who, message, &tree, &parents)
        .unwrap();
}

fn status(path: &Path) -> crate::domain::Repo {
    LocalRepo::at(path).status(Timestamp(5)).unwrap()
}

#[test]
fn an_unborn_branch_is_a_state() {
    let dir = tempfile::tempdir().unwrap();
    Repository::init(dir.path()).unwrap();
    let found = status(dir.path());
    assert_eq!(
        (&*found.head, &*found.commit, found.branch_count),
        ("unborn", "", 0)
    );
}

#[test]
fn head_and_counts_are_read_without_touching_the_index() {
    let dir = tempfile::tempdir().unwrap();
    let repo = Repository::init(dir.path()).unwrap();
    commit(&repo, "a", "1", "first \x1b[31mline\n\nbody");
    fs::write(dir.path().join("a"), "2 changed").unwrap();
    fs::write(dir.path().join("new"), "x").unwrap();
    let before = fs::read(dir.path().join(".git/index")).unwrap();
    let found = status(dir.path());
    assert_eq!(
        (
            found.modified,
            found.untracked,
            found.conflicted,
            found.branch_count
        ),
        (1, 1, 0, 1)
    );
    assert_eq!(
        (found.committed, found.ahead_behind, found.read_at),
        (Some(Timestamp(1_000_000_000)), None, Timestamp(5))
    );
    assert!(!found.subject.contains('\x1b') && found.subject.starts_with("first"));
    assert_eq!(fs::read(dir.path().join(".git/index")).unwrap(), before);
}

#[test]
fn a_detached_head_and_a_bare_repository_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let repo = Repository::init(dir.path()).unwrap();
    commit(&repo, "a", "1", "first");
    repo.set_head_detached(repo.head().unwrap().target().unwrap())
        .unwrap();
    assert_eq!(&*status(dir.path()).head, "detached");
    let bare = tempfile::tempdir().unwrap();
    Repository::init_bare(bare.path()).unwrap();
    assert_eq!(status(bare.path()).modified, 0);
}

#[test]
fn no_repository_is_named_with_the_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let error = LocalRepo::at(dir.path()).status(Timestamp(0)).unwrap_err();
    assert!(matches!(error, GitError::NotARepository(_)), "{error:?}");
    assert!(error.to_string().contains("--git"));
}

mod branches;
mod differences;
mod generated;
mod matrix;
mod remotes;
mod scene;
mod scratch;
mod trees;
mod work;
