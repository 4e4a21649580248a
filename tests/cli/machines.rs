//! Machines that share nothing but a remote: each has a clone, a home and a state directory of its own. The bridge's file is on the
//! orchestrator's, and the workers' reach it through a pipe that is for workers.

use super::{bridge::TABLES, run, warden};
use rusqlite::Connection;
use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

pub(crate) struct Machines {
    dir: TempDir,
    bridge: PathBuf,
}

impl Machines {
    /// An orchestrator, and a worker on each of `workers` machines.
    pub(crate) fn new(workers: &[u32]) -> Self {
        Self::around(TABLES, workers)
    }

    /// The same, around a bridge with other tables.
    pub(crate) fn around(tables: &str, workers: &[u32]) -> Self {
        let dir = TempDir::new().unwrap();
        let bridge = dir.path().join("bridge.db");
        let db = Connection::open(&bridge).unwrap();
        db.execute_batch(tables).unwrap();
        let machines = Self { dir, bridge };
        let dir = machines.dir.path();
        git(dir, &["init", "-q", "--bare", "remote.git"]);
        git(dir, &["clone", "-q", "remote.git", "machine-0"]);
        let own = machines.clone_of(0);
        git(&own, &["commit", "-q", "--allow-empty", "-m", "first"]);
        git(&own, &["push", "-q", "origin", "main"]);
        for n in workers {
            git(dir, &["clone", "-q", "remote.git", &format!("machine-{n}")]);
        }
        machines
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn clone_of(&self, machine: u32) -> PathBuf {
        self.path(&format!("machine-{machine}"))
    }

    pub(crate) fn state_of(&self, machine: u32) -> PathBuf {
        self.path(&format!("state-{machine}"))
    }

    /// Runs the binary on a machine; 0 is the orchestrator's.
    pub(crate) fn on(&self, machine: u32, args: &[&str]) -> (i32, String, String) {
        let mut command = warden();
        command
            .current_dir(self.clone_of(machine))
            .env("PATH", env::var_os("PATH").unwrap())
            .env("HOME", self.dir.path())
            .env("SWARMWARDEN_STATE", self.state_of(machine))
            .env("SWARMWARDEN_ACTOR", "ana")
            .args(args)
            .args(self.reached(machine));
        let (code, out, err) = run(&mut command);
        for token in self.tokens() {
            assert!(
                !out.contains(&token) && !err.contains(&token),
                "a token is shown by {args:?}"
            );
        }
        (code, out, err)
    }

    /// Where a machine has the bridge.
    fn reached(&self, machine: u32) -> [String; 2] {
        let db = self.bridge.display();
        if machine == 0 {
            return ["--db".to_owned(), db.to_string()];
        }
        let program = env!("CARGO_BIN_EXE_swarmwarden");
        let line = format!("{program} pipe --for workers --db '{db}'");
        ["--via".to_owned(), line]
    }

    /// Starts the binary on a machine, to be listened to.
    pub(crate) fn starts(&self, machine: u32, args: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_swarmwarden"))
            .env_clear()
            .current_dir(self.clone_of(machine))
            .env("PATH", env::var_os("PATH").unwrap())
            .env("HOME", self.dir.path())
            .env("SWARMWARDEN_STATE", self.state_of(machine))
            .args(args)
            .args(self.reached(machine))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Runs it as [`Self::on`] does, and it must succeed.
    pub(crate) fn does(&self, machine: u32, args: &[&str]) -> String {
        let (code, out, err) = self.on(machine, args);
        assert_eq!(code, 0, "{args:?}: {out}{err}");
        out
    }

    /// A worker joins and is accepted.
    pub(crate) fn enrols(&self, worker: u32) {
        let number = worker.to_string();
        self.does(worker, &["credentials", "join", "--worker", &number]);
        self.does(0, &["credentials", "accept", &format!("worker-{worker}")]);
    }

    pub(crate) fn tokens(&self) -> Vec<String> {
        let mut all = self.column("session_a_token");
        all.extend(self.column("session_b_token"));
        all
    }

    /// A column of the conversations, oldest first; nothing where there is no such column.
    pub(crate) fn column(&self, name: &str) -> Vec<String> {
        self.rows(&format!("SELECT {name} FROM conversations ORDER BY rowid"))
    }

    /// The first column of a query.
    pub(crate) fn rows(&self, sql: &str) -> Vec<String> {
        let db = Connection::open(&self.bridge).unwrap();
        let Ok(mut all) = db.prepare(sql) else {
            return Vec::new();
        };
        all.query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }

    /// The orchestrator reads everything that it was sent.
    pub(crate) fn orchestrator_reads(&self) {
        let db = Connection::open(&self.bridge).unwrap();
        db.execute("UPDATE messages SET read = 1 WHERE to_session = 'a'", [])
            .unwrap();
    }

    /// Every object of every repository.
    pub(crate) fn objects(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for repo in fs::read_dir(self.dir.path())
            .unwrap()
            .flatten()
            .map(|e| e.path())
        {
            if repo.join(".git").exists() || repo.join("objects").exists() {
                let args = ["cat-file", "--batch-all-objects", "--unordered", "--batch"];
                all.extend(
                    Command::new("git")
                        .current_dir(&repo)
                        .args(args)
                        .output()
                        .unwrap()
                        .stdout,
                );
            }
        }
        all
    }

    /// The remote's references.
    pub(crate) fn remote(&self) -> String {
        git(&self.path("remote.git"), &["for-each-ref"])
    }
}

pub(crate) fn git(dir: &Path, args: &[&str]) -> String {
    let done = Command::new("git")
        .current_dir(dir)
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.org",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(args)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8_lossy(&done.stdout).into_owned()
}

pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
