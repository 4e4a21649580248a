//! Two machines and an orchestrator, each with a clone and a home of its own, around a bare remote.

mod forged;
mod hostile;
mod kept;
mod outgoing;
mod travel;

use super::*;
use crate::{
    domain::{
        ConversationId, Timestamp,
        credential::{Format, NewConversation},
    },
    git::Who,
};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

pub(crate) const NOW: Timestamp = Timestamp(1_763_049_600_000_000);

/// Runs the real git, as a user does.
pub(crate) fn git(dir: &Path, args: &[&str]) -> Vec<u8> {
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
    done.stdout
}

pub(crate) struct World {
    pub(crate) dir: TempDir,
}

pub(crate) fn place() -> Place {
    Place {
        remote: "origin".into(),
        branch: "claude/s2-test-credentials".into(),
        folder: "credentials".into(),
        swarm: "s2".into(),
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        git(dir.path(), &["init", "-q", "--bare", "remote.git"]);
        git(dir.path(), &["clone", "-q", "remote.git", "orchestrator"]);
        let own = dir.path().join("orchestrator");
        git(&own, &["commit", "-q", "--allow-empty", "-m", "first"]);
        git(&own, &["push", "-q", "origin", "main"]);
        for n in [3, 4] {
            git(
                dir.path(),
                &["clone", "-q", "remote.git", &format!("machine-{n}")],
            );
        }
        Self { dir }
    }

    pub(crate) fn clone_of(&self, worker: u32) -> PathBuf {
        self.dir.path().join(match worker {
            0 => "orchestrator".to_owned(),
            n => format!("machine-{n}"),
        })
    }

    pub(crate) fn shelf(&self, worker: u32) -> Shelf {
        Shelf::new(&self.clone_of(worker), place(), None)
    }

    /// Worker 0 is the orchestrator.
    pub(crate) fn home(&self, worker: u32) -> Home {
        Home::new(&self.dir.path().join(format!("state-{worker}")), "s2")
    }

    pub(crate) fn who() -> Who {
        Who {
            name: "t".into(),
            email: "t@example.org".into(),
            at: NOW,
        }
    }

    pub(crate) fn joins(&self, worker: u32) -> Joined {
        join(
            &self.home(worker),
            &self.shelf(worker),
            worker,
            false,
            &Self::who(),
        )
        .unwrap()
    }

    pub(crate) fn accepts(&self, worker: u32) {
        let branch = self.shelf(0);
        let at = branch.fetch().unwrap();
        accept(&self.home(0), &branch, at, (worker, None), NOW).unwrap();
    }

    pub(crate) fn new_one(worker: u32, n: u8) -> NewConversation {
        let role = format!("worker-{worker}-tests");
        NewConversation::from_random("s2-orchestrator", &role, &[n; 72].into())
    }

    /// Makes a conversation that the bridge knows at once, and sends it.
    pub(crate) fn issues(
        &self,
        worker: u32,
        n: u8,
        format: Format,
        at: Timestamp,
    ) -> NewConversation {
        let (home, new) = (self.home(0), Self::new_one(worker, n));
        prepare(&home, format, worker, (&new, at)).unwrap();
        pending(&home, |_| true).unwrap();
        send(&home, &self.shelf(0), &Self::who()).unwrap();
        new
    }

    pub(crate) fn syncer(&self, worker: u32) -> Syncer {
        let state = self.dir.path().join(format!("state-{worker}"));
        Syncer::new(
            self.shelf(worker),
            self.home(worker),
            Delivery::new(None, &state, "s2"),
            worker,
        )
    }

    /// Puts a file on the branch as anybody with access can.
    pub(crate) fn plants(&self, path: &str, bytes: &[u8]) {
        let path = path.to_owned();
        let files = vec![(path, Some(bytes.to_vec()))];
        self.shelf(0)
            .publish("plant", &Self::who(), |_| Ok(files.clone()))
            .unwrap();
    }

    /// Everything that git ever stored in a repository, packed or loose, reachable or not.
    pub(crate) fn objects(repo: &Path) -> Vec<u8> {
        git(
            repo,
            &["cat-file", "--batch-all-objects", "--unordered", "--batch"],
        )
    }
}

pub(crate) fn has(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

pub(crate) fn id_of(pass: &Pass) -> Option<(ConversationId, bool)> {
    match &pass.outcome {
        Outcome::New(c) => Some((c.conversation.clone(), true)),
        Outcome::Same(c) => Some((c.conversation.clone(), false)),
        Outcome::NoBranch | Outcome::Nothing => None,
    }
}

pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

pub(crate) fn words<T>(result: Result<T, CredentialError>) -> String {
    result.err().expect("an error").to_string()
}
