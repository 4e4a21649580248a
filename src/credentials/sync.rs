//! On a worker's machine: what is new on the branch is taken over, and nothing that is older than what is held.
//!
//! The branch only moves forward. One that was rewritten is reported; what stands on it is taken only when it was made later than what is held:
//! a rotation that somebody pushed by force reaches its worker, an old credential that is played back does not.

use super::{
    Credential, CredentialError, Delivery, Home, Place, Shelf, WorkerKey, decrypt,
    home::{read_private, write_private},
    shared::listed,
};
use crate::{
    domain::{Timestamp, text},
    git::CommitId,
};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Looks for the credential of one worker.
#[derive(Debug, Clone)]
pub struct Syncer {
    shelf: Shelf,
    home: Home,
    delivery: Delivery,
    worker: u32,
}

/// What a look found.
pub enum Outcome {
    /// The remote has no branch of credentials yet.
    NoBranch,
    /// There is nothing for this worker yet.
    Nothing,
    /// What is held is the newest.
    Same(Credential),
    /// Something new is held now.
    New(Credential),
}

/// A look.
pub struct Pass {
    /// What it found.
    pub outcome: Outcome,
    /// What somebody should know; neutralised.
    pub notes: Vec<String>,
}

/// The tip that was seen last, and what was taken last of all that the bridge agreed to.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Taken {
    tip: String,
    conversation: String,
    created: i64,
}

impl From<&Credential> for Taken {
    fn from(credential: &Credential) -> Self {
        Self {
            tip: String::new(),
            conversation: credential.conversation.raw().to_owned(),
            created: credential.created.0,
        }
    }
}

impl Syncer {
    /// Looks on `shelf` for `worker`, decrypts with the key in `home`, and puts what it finds into `delivery`.
    #[must_use]
    pub const fn new(shelf: Shelf, home: Home, delivery: Delivery, worker: u32) -> Self {
        Self {
            shelf,
            home,
            delivery,
            worker,
        }
    }

    /// Number of the worker.
    #[must_use]
    pub const fn worker(&self) -> u32 {
        self.worker
    }

    /// Where things lie.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.shelf.place
    }

    /// Where the credential is put.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.delivery.path(self.worker)
    }

    /// Notes that this worker has said in `conversation` that it is there.
    ///
    /// # Errors
    /// [`CredentialError::Local`].
    pub fn greeted(&self, conversation: &str) -> Result<(), CredentialError> {
        write_private(&self.greeting(), conversation.as_bytes())
    }

    /// Whether this worker has said in `conversation` that it is there.
    #[must_use]
    pub fn has_greeted(&self, conversation: &str) -> bool {
        let kept = read_private(&self.greeting()).ok().flatten();
        kept.is_some_and(|kept| *kept == conversation.as_bytes())
    }

    fn greeting(&self) -> PathBuf {
        self.home
            .dir()
            .join(format!("worker-{}-greeted", self.worker))
    }

    fn record(&self) -> PathBuf {
        self.home
            .dir()
            .join(format!("worker-{}-taken.json", self.worker))
    }

    /// Fetches, and takes over what is new, unless `verify` refuses it. It says whether the bridge agreed, or nobody could be asked: what
    /// nobody agreed to is taken, and makes nothing else count as older. It is asked about everything that is not held as it stands there, and
    /// again about what it did not agree to yet.
    ///
    /// # Errors
    /// As the variants of [`CredentialError`] say; whatever the error, what is held stays.
    pub fn pass(
        &self,
        now: Timestamp,
        verify: impl FnOnce(&Credential) -> Result<bool, CredentialError>,
    ) -> Result<Pass, CredentialError> {
        let mut notes = Vec::new();
        let Some(tip) = self.shelf.fetch()? else {
            let outcome = Outcome::NoBranch;
            return Ok(Pass { outcome, notes });
        };
        let taken = self.taken()?;
        let rewritten =
            CommitId::parse(&taken.tip).is_some_and(|before| !self.shelf.follows(before, tip));
        let branch = text::line(&self.shelf.place.branch).into_owned();
        let found = self.find(tip, now, &mut notes)?;
        let Some(credential) = found else {
            if rewritten {
                notes.push(format!(
                    "{branch} was rewritten, and holds nothing for this worker"
                ));
            }
            let outcome = Outcome::Nothing;
            return Ok(Pass { outcome, notes });
        };
        let same = credential.conversation.raw() == taken.conversation;
        let older =
            credential.created.0 < taken.created || !same && credential.created.0 == taken.created;
        if older {
            let how = if rewritten { "was rewritten, and " } else { "" };
            return Err(CredentialError::refused(
                &self.shelf.place.credential(self.worker, true),
                format!(
                    "{branch} {how}holds a credential that is older than the one in use; it is not taken"
                ),
            ));
        }
        if rewritten {
            notes.push(format!(
                "{branch} was rewritten; its credential is newer than the one in use and was taken"
            ));
        }
        let known = same && credential.created.0 == taken.created;
        let agreed = known && self.delivery.holds(&credential) || verify(&credential)?;
        let written = self.delivery.put(&credential)?;
        self.take_shared(tip, &mut notes);
        self.remember(tip, if agreed { (&credential).into() } else { taken })?;
        let outcome = if written {
            Outcome::New(credential)
        } else {
            Outcome::Same(credential)
        };
        Ok(Pass { outcome, notes })
    }

    fn remember(&self, tip: CommitId, last: Taken) -> Result<(), CredentialError> {
        let tip = tip.to_string();
        let path = self.record();
        let bytes = serde_json::to_vec(&Taken { tip, ..last });
        let bytes = bytes.map_err(|e| CredentialError::local(&path, &e))?;
        Delivery::put_file(&path, &bytes).map(drop)
    }

    fn taken(&self) -> Result<Taken, CredentialError> {
        let path = self.record();
        let Some(bytes) = read_private(&path)? else {
            return Ok(Taken::default());
        };
        serde_json::from_slice(&bytes).map_err(|e| CredentialError::local(&path, &e))
    }

    /// The encrypted credential, else the clear one; an encrypted one that is refused is not replaced by a clear one.
    fn find(
        &self,
        tip: CommitId,
        now: Timestamp,
        notes: &mut Vec<String>,
    ) -> Result<Option<Credential>, CredentialError> {
        let place = &self.shelf.place;
        let path = place.credential(self.worker, true);
        let found = if let Some(sealed) = self.shelf.read(tip, &path)? {
            let key = self.home.worker_key(self.worker)?;
            let clear = decrypt(&key, &path, &sealed)?;
            Some(Credential::read(&path, &clear, self.worker, now)?)
        } else {
            let path = place.credential(self.worker, false);
            match self.shelf.read(tip, &path)? {
                None => None,
                Some(clear) => {
                    let found = Credential::read(&path, &clear, self.worker, now)?;
                    notes.push(format!("{path} stands in clear: whoever reads the repository has its token; the orchestrator encrypts it with `swarmwarden credentials encrypt`"));
                    Some(found)
                }
            }
        };
        let Some(found) = found else {
            return Ok(None);
        };
        if found.coordinator {
            notes.push("the orchestrator's token stood beside the worker's: it was not taken over, and should be rotated".to_owned());
        }
        Ok(Some(found.credential))
    }

    /// One shared file that cannot be read keeps back no other.
    fn take_shared(&self, tip: CommitId, notes: &mut Vec<String>) {
        let all = match listed(&self.shelf, tip) {
            Ok(all) if all.is_empty() => return,
            Ok(all) => all,
            Err(e) => return notes.push(e.to_string()),
        };
        let key = match self.home.worker_key(self.worker) {
            Ok(key) => key,
            Err(e) => return notes.push(e.to_string()),
        };
        for (name, path) in all {
            if let Err(e) = self.take_one(tip, (&name, &path), &key) {
                notes.push(e.to_string());
            }
        }
    }

    fn take_one(
        &self,
        tip: CommitId,
        (name, path): (&str, &str),
        key: &WorkerKey,
    ) -> Result<bool, CredentialError> {
        let sealed = self.shelf.read(tip, path)?.unwrap_or_default();
        let clear = decrypt(key, path, &sealed)?;
        Delivery::put_file(&self.delivery.shared(name), &clear)
    }
}
