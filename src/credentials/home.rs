//! What this machine keeps of a swarm's credentials: its keys, and on the orchestrator's side whom it accepted and what it issued. Everything in
//! a directory of mode 0700, files of 0600, written whole or not at all.

use super::{CredentialError, PublicKey, WorkerKey};
use crate::domain::{ConversationId, Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, DirBuilder, File},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// Bytes that a file of our own may have.
const CAP: u64 = 8 << 20;
const ROSTER: &str = "roster.json";

/// The directory of one swarm.
#[derive(Debug, Clone)]
pub struct Home {
    dir: PathBuf,
}

/// Whom the orchestrator accepted, and what it issued.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Roster {
    /// Accepted workers, by number.
    pub accepted: Vec<Accepted>,
    /// Conversations that were made for workers, oldest first.
    pub issued: Vec<Issued>,
    /// Names of shared files, and the keys that each is encrypted to.
    pub shared: Vec<(String, Vec<String>)>,
}

/// A worker that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Its number.
    pub worker: u32,
    /// Its public key.
    pub key: String,
    /// When, in microseconds.
    pub at: i64,
}

/// How far a conversation of a worker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Its credential lies in the outbox; the bridge may not know it yet.
    Prepared,
    /// The bridge knows it.
    Open,
    /// Its credential is at the remote.
    Sent,
    /// Its worker gave a sign of life in it.
    Alive,
    /// Its worker is revoked: the bridge is to end it.
    Revoked,
    /// It is over.
    Retired,
}

/// A conversation that was made for a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// Number of the worker.
    pub worker: u32,
    /// Its role in the bridge.
    pub role: String,
    /// Role of the orchestrator in it; empty where it was not kept.
    #[serde(default)]
    pub orchestrator: String,
    /// The conversation.
    pub conversation: String,
    /// When it was made, in microseconds.
    pub made: i64,
    /// When it expires.
    pub expires: i64,
    /// How far it is.
    pub stage: Stage,
}

impl Issued {
    /// The conversation.
    #[must_use]
    pub fn id(&self) -> ConversationId {
        ConversationId::new(self.conversation.as_str())
    }

    /// When it expires.
    #[must_use]
    pub const fn expiry(&self) -> Timestamp {
        Timestamp(self.expires)
    }
}

impl Roster {
    /// The key of an accepted worker.
    #[must_use]
    pub fn key(&self, worker: u32) -> Option<PublicKey> {
        let found = self.accepted.iter().find(|a| a.worker == worker)?;
        PublicKey::parse(&found.key)
    }

    /// Every accepted key.
    #[must_use]
    pub fn keys(&self) -> Vec<PublicKey> {
        let keys = self.accepted.iter().map(|a| PublicKey::parse(&a.key));
        keys.flatten().collect()
    }

    /// The newest conversation of a worker that is neither over nor to be ended.
    #[must_use]
    pub fn current(&self, worker: u32, now: Timestamp) -> Option<&Issued> {
        let mut all = self.issued.iter().rev();
        all.find(|i| i.worker == worker && i.stage < Stage::Revoked && i.expiry() > now)
    }

    /// Notes how far a conversation is; it never goes back.
    pub fn advance(&mut self, conversation: &str, stage: Stage) {
        let found = self
            .issued
            .iter_mut()
            .find(|i| i.conversation == conversation);
        if let Some(issued) = found {
            issued.stage = issued.stage.max(stage);
        }
    }
}

impl Home {
    /// The place of `swarm` in the state directory `state`. Makes nothing.
    #[must_use]
    pub fn new(state: &Path, swarm: &str) -> Self {
        Self {
            dir: state.join("credentials").join(swarm),
        }
    }

    /// The directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn key_path(&self, worker: u32) -> PathBuf {
        self.dir.join(format!("worker-{worker}.key"))
    }

    /// The key of a worker of this machine.
    ///
    /// # Errors
    /// [`CredentialError::NoKey`]; [`CredentialError::Local`] for a file that others may read, or that holds no key.
    pub fn worker_key(&self, worker: u32) -> Result<WorkerKey, CredentialError> {
        read_key(&self.key_path(worker))?.ok_or(CredentialError::NoKey(worker))
    }

    /// The key of a worker of this machine, made if there is none. Says whether it was made.
    ///
    /// # Errors
    /// [`CredentialError::Local`].
    pub fn make_worker_key(&self, worker: u32) -> Result<(WorkerKey, bool), CredentialError> {
        make_key(&self.key_path(worker))
    }

    /// The orchestrator's own key: it reads the shared files with it.
    ///
    /// # Errors
    /// [`CredentialError::Local`].
    pub fn orchestrator_key(&self) -> Result<WorkerKey, CredentialError> {
        Ok(make_key(&self.dir.join("orchestrator.key"))?.0)
    }

    /// Whom the orchestrator accepted, and what it issued.
    ///
    /// # Errors
    /// [`CredentialError::Local`].
    pub fn roster(&self) -> Result<Roster, CredentialError> {
        let path = self.dir.join(ROSTER);
        match read_private(&path)? {
            None => Ok(Roster::default()),
            Some(bytes) => {
                serde_json::from_slice(&bytes).map_err(|e| CredentialError::local(&path, &e))
            }
        }
    }

    /// Waits until nobody else issues conversations of this swarm, and keeps it so until the file is dropped.
    ///
    /// # Errors
    /// [`CredentialError::Local`].
    pub fn alone(&self) -> Result<File, CredentialError> {
        make_dir(&self.dir)?;
        let path = self.dir.join("issue.lock");
        let lock = File::create(&path).and_then(|file| file.lock().map(|()| file));
        lock.map_err(|e| CredentialError::local(&path, &e))
    }

    /// Changes the roster, while nobody else does. What `change` refuses is not written.
    ///
    /// # Errors
    /// [`CredentialError::Local`], and what `change` says.
    pub fn edit<T>(
        &self,
        change: impl FnOnce(&mut Roster) -> Result<T, CredentialError>,
    ) -> Result<T, CredentialError> {
        let path = self.dir.join(ROSTER);
        let failed = |e: io::Error| CredentialError::local(&path, &e);
        make_dir(&self.dir)?;
        let lock = File::create(self.dir.join("roster.lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let mut roster = self.roster()?;
        let before = roster.clone();
        let done = change(&mut roster)?;
        if roster != before {
            let bytes = serde_json::to_vec_pretty(&roster)
                .map_err(|e| CredentialError::local(&path, &e))?;
            write_private(&path, &bytes)?;
        }
        Ok(done)
    }
}

fn make_dir(dir: &Path) -> Result<(), CredentialError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|e| CredentialError::local(dir, &e))
}

fn read_key(path: &Path) -> Result<Option<WorkerKey>, CredentialError> {
    let Some(bytes) = read_private(path)? else {
        return Ok(None);
    };
    let key = std::str::from_utf8(&bytes).ok().and_then(WorkerKey::parse);
    key.map(Some)
        .ok_or_else(|| CredentialError::local(path, &"it holds no age key"))
}

fn make_key(path: &Path) -> Result<(WorkerKey, bool), CredentialError> {
    if let Some(key) = read_key(path)? {
        return Ok((key, false));
    }
    let key = WorkerKey::generate();
    match put(path, key.text().as_bytes(), true) {
        Ok(()) => Ok((key, true)),
        // Another process was faster.
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => match read_key(path)? {
            Some(key) => Ok((key, false)),
            None => Err(CredentialError::local(path, &e)),
        },
        Err(e) => Err(CredentialError::local(path, &e)),
    }
}

/// Reads a file that only its owner may read; `None` when there is none.
pub(super) fn read_private(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, CredentialError> {
    let failed = |e: io::Error| CredentialError::local(path, &e);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(e)),
    };
    let facts = file.metadata().map_err(failed)?;
    if !facts.is_file() || facts.len() > CAP {
        return Err(CredentialError::local(path, &"it is no file of ours"));
    }
    if facts.permissions().mode() & 0o077 != 0 {
        let why = "others may read it; allow only its owner with `chmod 600`, and make a new key if somebody did";
        return Err(CredentialError::local(path, &why));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(
        usize::try_from(facts.len()).unwrap_or_default() + 1,
    ));
    file.take(CAP).read_to_end(&mut bytes).map_err(failed)?;
    Ok(Some(bytes))
}

/// Writes a file that only its owner may read, whole or not at all.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), CredentialError> {
    put(path, bytes, false).map_err(|e| CredentialError::local(path, &e))
}

/// Removes a file; one that is not there is removed.
pub(super) fn remove(path: &Path) -> Result<(), CredentialError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(CredentialError::local(path, &e)),
        _ => Ok(()),
    }
}

fn put(path: &Path, bytes: &[u8], new: bool) -> io::Result<()> {
    let dir = path.parent().unwrap_or_else(|| Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    // Made with mode 0600.
    let mut file = NamedTempFile::new_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    let kept = if new {
        file.persist_noclobber(path)
    } else {
        file.persist(path)
    };
    kept.map(drop).map_err(|lost| lost.error)
}
