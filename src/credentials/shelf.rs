//! The branch that carries credentials: what stands on it, and how something is put there while others do the same.

use super::{CredentialError, Place};
use crate::git::{
    Change, CommitId, Network, NetworkError, Plumbing, PlumbingError, TreeEntry, Who,
};
use std::path::Path;

/// How often others may be faster.
const ATTEMPTS: u32 = 8;
/// Bytes of an encrypted file.
const CAP: usize = 320 * 1024;

/// Paths and what they hold from now on; `None` removes a file.
pub(super) type Files = Vec<(String, Option<Vec<u8>>)>;

/// The branch.
#[derive(Debug, Clone)]
pub struct Shelf {
    /// Where things lie on it.
    pub place: Place,
    plumbing: Plumbing,
    network: Network,
    base: Option<String>,
}

/// What was put there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// The tip of the branch.
    pub tip: CommitId,
    /// Whether anything was new.
    pub new: bool,
}

impl Shelf {
    /// The branch of `place` in the repository at `repo`. A branch that does not exist begins at `base`, or where work usually starts.
    #[must_use]
    pub fn new(repo: &Path, place: Place, base: Option<String>) -> Self {
        Self {
            place,
            plumbing: Plumbing::at(repo),
            network: Network::at(repo),
            base,
        }
    }

    /// Reaches the remote through `network`.
    #[must_use]
    pub fn through(self, network: Network) -> Self {
        Self { network, ..self }
    }

    /// Whom commits name.
    #[must_use]
    pub fn who(&self, actor: &str, now: crate::domain::Timestamp) -> Who {
        self.plumbing.who(actor, now)
    }

    /// Fetches the branch and says its tip; `None` when the remote has no such branch. Moves no branch of anybody's.
    ///
    /// # Errors
    /// As the variants of [`CredentialError`] say.
    pub fn fetch(&self) -> Result<Option<CommitId>, CredentialError> {
        match self
            .network
            .fetch_branch(&self.place.remote, &self.place.branch)
        {
            Ok(_) => self.seen(),
            Err(NetworkError::NoBranch { .. }) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// The tip that was fetched last; without one, that of the local branch.
    ///
    /// # Errors
    /// As the variants of [`CredentialError`] say.
    pub fn seen(&self) -> Result<Option<CommitId>, CredentialError> {
        let reference = Network::fetched(&self.place.remote, &self.place.branch);
        let local = format!("refs/heads/{}", self.place.branch);
        match self.plumbing.tip(&reference)? {
            Some(tip) => Ok(Some(tip)),
            None => Ok(self.plumbing.tip(&local)?),
        }
    }

    /// Whether `newer` was made from `older`.
    #[must_use]
    pub fn follows(&self, older: CommitId, newer: CommitId) -> bool {
        // A commit that is gone has no descendants here.
        self.plumbing.is_ancestor(older, newer).unwrap_or(false)
    }

    /// A file at a commit, at most 320 KiB.
    ///
    /// # Errors
    /// As the variants of [`CredentialError`] say.
    pub fn read(&self, at: CommitId, path: &str) -> Result<Option<Vec<u8>>, CredentialError> {
        Ok(self.plumbing.blob(at, path, CAP)?)
    }

    /// What a folder holds at a commit.
    ///
    /// # Errors
    /// As the variants of [`CredentialError`] say.
    pub fn list(&self, at: CommitId, folder: &str) -> Result<Vec<TreeEntry>, CredentialError> {
        Ok(self.plumbing.list(at, folder)?)
    }

    /// Puts files on the branch, here and at the remote. `files` is asked for them at every attempt, with the tip that they will stand on;
    /// what changes nothing makes no commit.
    ///
    /// # Errors
    /// As the variants of [`CredentialError`] say. A commit that could not be pushed stays on the local branch and goes with the next one.
    pub fn publish(
        &self,
        message: &str,
        who: &Who,
        mut files: impl FnMut(Option<CommitId>) -> Result<Files, CredentialError>,
    ) -> Result<Published, CredentialError> {
        let Place { remote, branch, .. } = &self.place;
        let local = format!("refs/heads/{branch}");
        for _ in 0..ATTEMPTS {
            let theirs = self.fetch()?;
            if let Some(theirs) = theirs {
                self.plumbing.catch_up(branch, theirs, who)?;
            }
            let tip = self.plumbing.tip(&local)?;
            let files = files(tip)?;
            let start = match tip {
                Some(_) => None,
                None => self.plumbing.base(self.base.as_deref())?,
            };
            if files.is_empty() && tip == theirs {
                let nothing = tip.or(start).map(|tip| Published { tip, new: false });
                return nothing.ok_or_else(|| CredentialError::Busy(branch.clone()));
            }
            let done = match self.plumbing.commit_files(&Change {
                branch,
                expect: tip,
                start,
                files: &files,
                message,
                who,
            }) {
                Err(PlumbingError::Moved(_)) => continue,
                done => done?,
            };
            if Some(done.tip) == theirs {
                return Ok(Published {
                    tip: done.tip,
                    new: false,
                });
            }
            match self.network.push(remote, branch) {
                Ok(_) => {
                    return Ok(Published {
                        tip: done.tip,
                        new: true,
                    });
                }
                Err(NetworkError::NonFastForward { .. }) => {}
                Err(e) => return Err(e.into()),
            }
        }
        Err(CredentialError::Busy(branch.clone()))
    }
}
