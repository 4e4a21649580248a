//! Enrolment: a worker's machine offers a key, the orchestrator accepts it once, by its fingerprint.

use super::{
    Accepted, CredentialError, Home, Issued, Place, PublicKey, Published, Shelf, Stage,
    shelf::Files,
};
use crate::{
    domain::Timestamp,
    git::{CommitId, EntryKind, Who},
};
use std::collections::BTreeMap;

/// What became of joining.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// Of this machine's key, to be read to the orchestrator.
    pub fingerprint: String,
    /// The key was made just now.
    pub new_key: bool,
    /// It was not on the branch.
    pub new: bool,
}

/// How a worker stands with the orchestrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Its key waits to be accepted.
    Waiting,
    /// It is accepted.
    Accepted,
    /// It is accepted, and another key stands on the branch now: of a new machine, or of somebody else.
    Changed {
        /// Fingerprint of the key that was accepted.
        accepted: String,
    },
    /// It is accepted, and its key is gone from the branch.
    Gone,
    /// What stands on the branch is no key.
    Bad(String),
}

/// A worker that joined or was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its number.
    pub worker: u32,
    /// Of its key on the branch, else of the one that was accepted.
    pub fingerprint: Option<String>,
    /// How it stands.
    pub standing: Standing,
}

fn key_at(shelf: &Shelf, at: CommitId, worker: u32) -> Result<Option<PublicKey>, CredentialError> {
    let path = shelf.place.key(worker);
    let Some(bytes) = shelf.read(at, &path)? else {
        return Ok(None);
    };
    let key = std::str::from_utf8(&bytes).ok().and_then(PublicKey::parse);
    let refused = || CredentialError::refused(&path, "it is no age public key (age1…)");
    key.map(Some).ok_or_else(refused)
}

impl Shelf {
    /// Fingerprint of a worker's key, as the branch was fetched last; `None` when there is none. O(1).
    ///
    /// # Errors
    /// As the variants of [`CredentialError`] say.
    pub fn enrolled(&self, worker: u32) -> Result<Option<String>, CredentialError> {
        let Some(at) = self.seen()? else {
            return Ok(None);
        };
        Ok(key_at(self, at, worker)?.map(|key| key.fingerprint()))
    }
}

/// Makes this machine's key if it has none, and puts its public half on the branch.
///
/// # Errors
/// [`CredentialError::Taken`] when another key stands there and `replace` is not set; as [`Shelf::publish`] says.
pub fn join(
    home: &Home,
    shelf: &Shelf,
    worker: u32,
    replace: bool,
    who: &Who,
) -> Result<Joined, CredentialError> {
    let (key, new_key) = home.make_worker_key(worker)?;
    let public = key.public();
    let path = shelf.place.key(worker);
    let message = format!("chore(credentials): worker-{worker} joins");
    let published = shelf.publish(&message, who, |tip| {
        let there = match tip {
            Some(tip) => {
                key_at(shelf, tip, worker).or_else(|e| if replace { Ok(None) } else { Err(e) })?
            }
            None => None,
        };
        match there {
            Some(there) if there == public => Ok(Files::new()),
            Some(there) if !replace => Err(CredentialError::Taken {
                worker,
                fingerprint: there.fingerprint(),
            }),
            _ => Ok(vec![(
                path.clone(),
                Some(format!("{public}\n").into_bytes()),
            )]),
        }
    })?;
    Ok(Joined {
        fingerprint: public.fingerprint(),
        new_key,
        new: published.new,
    })
}

/// Everybody who joined or was accepted, by number. O(keys).
///
/// # Errors
/// As the variants of [`CredentialError`] say.
pub fn members(
    home: &Home,
    shelf: &Shelf,
    at: Option<CommitId>,
) -> Result<Vec<Member>, CredentialError> {
    let roster = home.roster()?;
    let mut found = BTreeMap::new();
    for accepted in &roster.accepted {
        let fingerprint = PublicKey::parse(&accepted.key).map(|key| key.fingerprint());
        found.insert(accepted.worker, (fingerprint, Standing::Gone));
    }
    let entries = match at {
        Some(at) => shelf.list(at, &shelf.place.keys())?,
        None => Vec::new(),
    };
    for entry in entries {
        let (Some(worker), Some(at)) = (Place::key_of(&entry.name), at) else {
            continue;
        };
        let key = match entry.kind {
            EntryKind::File => key_at(shelf, at, worker),
            kind => Err(CredentialError::refused(
                &shelf.place.key(worker),
                kind.words(),
            )),
        };
        let accepted = found
            .get(&worker)
            .and_then(|(fingerprint, _)| fingerprint.clone());
        let seen = match key {
            Ok(Some(key)) => {
                let offered = key.fingerprint();
                let standing = match accepted {
                    None => Standing::Waiting,
                    Some(accepted) if accepted == offered => Standing::Accepted,
                    Some(accepted) => Standing::Changed { accepted },
                };
                (Some(offered), standing)
            }
            Ok(None) => continue,
            Err(e) => (accepted, Standing::Bad(e.to_string())),
        };
        found.insert(worker, seen);
    }
    let member = |(worker, (fingerprint, standing))| Member {
        worker,
        fingerprint,
        standing,
    };
    Ok(found.into_iter().map(member).collect())
}

/// Accepts the key that stands on the branch for a worker. With a fingerprint, only that one. Says the key, and whether it is new.
///
/// # Errors
/// [`CredentialError::NotJoined`], [`CredentialError::Fingerprint`]; as the variants of [`CredentialError`] say.
pub fn accept(
    home: &Home,
    shelf: &Shelf,
    at: Option<CommitId>,
    (worker, fingerprint): (u32, Option<&str>),
    now: Timestamp,
) -> Result<(PublicKey, bool), CredentialError> {
    let offered = match at {
        Some(at) => key_at(shelf, at, worker)?,
        None => None,
    };
    let key = offered.ok_or(CredentialError::NotJoined(worker))?;
    if let Some(wanted) = fingerprint.filter(|wanted| !key.has_fingerprint(wanted)) {
        return Err(CredentialError::Fingerprint {
            worker,
            found: key.fingerprint(),
            wanted: crate::domain::text::line(crate::domain::text::head(wanted, 80)).into_owned(),
        });
    }
    home.edit(|roster| {
        if roster.key(worker).is_some_and(|known| known == key) {
            return Ok(false);
        }
        roster.accepted.retain(|a| a.worker != worker);
        roster.accepted.push(Accepted {
            worker,
            key: key.to_string(),
            at: now.0,
        });
        roster.accepted.sort_by_key(|a| a.worker);
        Ok(true)
    })
    .map(|new| (key, new))
}

/// Forgets a worker: nothing is encrypted to it any more, its credential and its key leave the branch, and its conversations are to be ended,
/// those included that somebody opened meanwhile. Says which those are; the bridge is told of them by whoever calls.
///
/// # Errors
/// As [`Shelf::publish`] says; then the worker is forgotten here already, and doing it again takes the files away.
pub fn revoke(
    home: &Home,
    shelf: &Shelf,
    worker: u32,
    who: &Who,
) -> Result<(Vec<Issued>, Published), CredentialError> {
    let _alone = home.alone()?;
    let ended = home.edit(|roster| {
        roster.accepted.retain(|a| a.worker != worker);
        let own = roster.issued.iter_mut().filter(|i| i.worker == worker);
        let live = own.filter(|i| i.stage < Stage::Retired);
        let revoked = live.map(|issued| {
            issued.stage = Stage::Revoked;
            issued.clone()
        });
        Ok(revoked.collect())
    })?;
    let place = &shelf.place;
    let files: Files = [
        place.key(worker),
        place.credential(worker, true),
        place.credential(worker, false),
    ]
    .map(|path| (path, None))
    .into();
    let message = format!("chore(credentials): worker-{worker} is revoked");
    let published = shelf.publish(&message, who, |tip| {
        Ok(if tip.is_some() {
            files.clone()
        } else {
            Files::new()
        })
    })?;
    Ok((ended, published))
}
