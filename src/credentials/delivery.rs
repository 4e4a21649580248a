//! Where a worker's machine puts what it received: files that only its user may read.

use super::{
    Credential, CredentialError,
    home::{read_private, write_private},
};
use crate::domain::Timestamp;
use std::path::{Path, PathBuf};

/// The directory.
#[derive(Debug, Clone)]
pub struct Delivery {
    dir: PathBuf,
    swarm: String,
}

impl Delivery {
    /// In the directory of the user's session where there is one, else in the state directory. Makes nothing.
    #[must_use]
    pub fn new(runtime: Option<&Path>, state: &Path, swarm: &str) -> Self {
        let dir = match runtime {
            Some(runtime) => runtime.join("swarmwarden").join(swarm),
            None => state.join("credentials").join(swarm).join("held"),
        };
        Self {
            dir,
            swarm: swarm.to_owned(),
        }
    }

    /// The credential of a worker, in clear, for whatever keeps it alive.
    #[must_use]
    pub fn path(&self, worker: u32) -> PathBuf {
        self.dir
            .join(format!("{}-worker-{worker}-credentials.json", self.swarm))
    }

    /// A shared file.
    pub(super) fn shared(&self, name: &str) -> PathBuf {
        self.dir.join("shared").join(name)
    }

    /// Whether exactly this credential lies there.
    pub(super) fn holds(&self, credential: &Credential) -> bool {
        let there = read_private(&self.path(credential.worker)).ok().flatten();
        there.is_some_and(|there| *there == *credential.bytes())
    }

    /// Puts a credential there, unless it stands there already. Says whether it was put.
    pub(super) fn put(&self, credential: &Credential) -> Result<bool, CredentialError> {
        Self::put_file(&self.path(credential.worker), &credential.bytes())
    }

    /// Writes a file that only its user may read, unless it stands there already. Says whether it was written.
    pub(super) fn put_file(path: &Path, bytes: &[u8]) -> Result<bool, CredentialError> {
        // One that others may read is written anew.
        let there = read_private(path).ok().flatten();
        if there.is_some_and(|there| *there == bytes) {
            return Ok(false);
        }
        write_private(path, bytes)?;
        Ok(true)
    }

    /// The credential that lies there; `None` when there is none.
    ///
    /// # Errors
    /// As [`Credential::read`], and [`CredentialError::Local`] for a file that others may read.
    pub fn held(&self, worker: u32, now: Timestamp) -> Result<Option<Credential>, CredentialError> {
        let path = self.path(worker);
        let Some(bytes) = read_private(&path)? else {
            return Ok(None);
        };
        let name = path.to_string_lossy();
        Ok(Some(
            Credential::read(&name, &bytes, worker, now)?.credential,
        ))
    }
}
