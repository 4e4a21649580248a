//! Repositories made by git itself.

use crate::{
    domain::{Repo, Timestamp, repo::Cell},
    git::{LocalRepo, Repos},
};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// When everything is read: the next day after the commits.
pub(super) const NOW: Timestamp = Timestamp(1_763_086_400_000_000);

/// A repository in a directory of its own, on `main`, with the commits at a fixed time.
pub(super) struct Scene {
    _dir: tempfile::TempDir,
    pub(super) path: PathBuf,
}

impl Scene {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("repo");
        fs::create_dir(&path).unwrap();
        let scene = Self { _dir: dir, path };
        scene.git(&["init", "-q", "-b", "main"]);
        scene
    }

    /// With one commit that has these files.
    pub(super) fn with(files: &[(&str, &str)]) -> Self {
        let scene = Self::new();
        scene.commit("first", files);
        scene
    }

    pub(super) fn try_git(&self, args: &[&str]) -> Output {
        run(&self.path, args, 1_763_000_000)
    }

    pub(super) fn git(&self, args: &[&str]) -> String {
        let out = self.try_git(args);
        assert!(out.status.success(), "git {args:?}: {out:?}");
        String::from_utf8_lossy(&out.stdout).into_owned()
    }

    pub(super) fn write(&self, file: &str, text: &str) {
        let path = self.path.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn commit(&self, message: &str, files: &[(&str, &str)]) {
        for (file, text) in files {
            self.write(file, text);
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    /// A new branch at `from` with one commit.
    pub(super) fn branch(&self, name: &str, from: &str, files: &[(&str, &str)]) {
        self.git(&["checkout", "-q", "-b", name, from]);
        self.commit(name, files);
    }

    pub(super) fn local(&self) -> LocalRepo {
        LocalRepo::at(&self.path)
    }

    pub(super) fn read(&self) -> Repo {
        read(&self.path)
    }

    /// Files of which git itself says that they conflict; `None` when it does not merge them at all.
    pub(super) fn merge_tree(&self, ours: &str, theirs: &str) -> Option<BTreeSet<String>> {
        let args = [
            "merge-tree",
            "--write-tree",
            "--name-only",
            "--no-messages",
            "-z",
            ours,
            theirs,
        ];
        let out = self.try_git(&args);
        let code = out.status.code()?;
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let files = text.split('\0').skip(1).filter(|f| !f.is_empty());
        (code < 2).then(|| files.map(str::to_owned).collect())
    }
}

/// Runs git away from what the user has configured.
pub(super) fn run(path: &Path, args: &[&str], time: i64) -> Output {
    let date = format!("@{time} +0000");
    Command::new("git")
        .args([
            "-c",
            "protocol.file.allow=always",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(args)
        .current_dir(path)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", path)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .envs([("GIT_AUTHOR_NAME", "Ann"), ("GIT_COMMITTER_NAME", "Ann")])
        .envs([
            ("GIT_AUTHOR_EMAIL", "a@example.org"),
            ("GIT_COMMITTER_EMAIL", "a@example.org"),
        ])
        .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)])
        .output()
        .unwrap()
}

pub(super) fn read(path: &Path) -> Repo {
    LocalRepo::at(path).status(NOW).unwrap()
}

/// Paths of the cell of two branches; empty when they merge.
pub(super) fn paths(repo: &Repo, a: &str, b: &str) -> BTreeSet<String> {
    let matrix = repo.matrix.as_ref().unwrap();
    match matrix
        .between(a, b)
        .unwrap_or_else(|| panic!("{a} and {b}: {:?}", matrix.names))
    {
        Cell::Clean => BTreeSet::new(),
        Cell::Conflict(files) => files.iter().map(|f| f.path.to_string()).collect(),
        other => panic!("{a} and {b}: {other:?}"),
    }
}
