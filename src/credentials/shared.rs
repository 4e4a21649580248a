//! Files that every accepted worker may read, such as keys of outside services. The orchestrator is always among the readers, so that it can
//! encrypt them anew when the circle changes.

use super::{
    CAP, CredentialError, Home, PublicKey, Published, Shelf, WorkerKey, decrypt, encrypt,
    shelf::Files,
};
use crate::git::{CommitId, EntryKind, Who};

/// Shared files that are looked at.
const SHARED: usize = 256;

/// Whether a name is one of a plain file, without its `.age`.
pub(super) fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=64).contains(&name.len()) && name.chars().all(plain) && !name.starts_with(['.', '-'])
}

/// Whom shared files are encrypted to, the orchestrator last.
fn readers(home: &Home, own: &WorkerKey) -> Result<Vec<PublicKey>, CredentialError> {
    let mut keys = home.roster()?.keys();
    keys.push(own.public());
    Ok(keys)
}

fn names(keys: &[PublicKey]) -> Vec<String> {
    keys.iter().map(ToString::to_string).collect()
}

/// Shares a file with every accepted worker. The same content for the same readers changes nothing.
///
/// # Errors
/// [`CredentialError::Refused`] for an odd name or more than 64 KiB; as [`Shelf::publish`] says.
pub fn share(
    home: &Home,
    shelf: &Shelf,
    (name, bytes): (&str, &[u8]),
    who: &Who,
) -> Result<Published, CredentialError> {
    if !is_name(name) {
        return Err(CredentialError::refused(
            name,
            "a shared file is named by letters, digits, `-`, `_` and `.`",
        ));
    }
    if bytes.len() > CAP {
        return Err(CredentialError::refused(name, "it has more than 64 KiB"));
    }
    let own = home.orchestrator_key()?;
    let readers = readers(home, &own)?;
    let path = format!("{}/{name}.age", shelf.place.shared());
    let noted = |home: &Home| -> Result<bool, CredentialError> {
        let known = home.roster()?.shared;
        Ok(known
            .iter()
            .any(|(n, keys)| n == name && *keys == names(&readers)))
    };
    let message = format!("chore(credentials): shared {name}");
    let sealed = encrypt(&readers.iter().collect::<Vec<_>>(), bytes)?;
    let done = shelf.publish(&message, who, |tip| {
        let there = tip.map(|tip| shelf.read(tip, &path)).transpose()?.flatten();
        let same = there.and_then(|there| decrypt(&own, &path, &there).ok());
        if noted(home)? && same.is_some_and(|same| *same == bytes) {
            return Ok(Files::new());
        }
        Ok(vec![(path.clone(), Some(sealed.clone()))])
    })?;
    note(home, &[name.to_owned()], &readers)?;
    Ok(done)
}

/// Encrypts every shared file anew whose readers are not the accepted workers. Says which could not be.
///
/// # Errors
/// As [`Shelf::publish`] says.
pub fn reseal(home: &Home, shelf: &Shelf, who: &Who) -> Result<Vec<String>, CredentialError> {
    let own = home.orchestrator_key()?;
    let readers = readers(home, &own)?;
    let known = home.roster()?.shared;
    let (mut said, mut done) = (Vec::new(), Vec::new());
    shelf.publish(
        "chore(credentials): shared files for new readers",
        who,
        |tip| {
            (said, done) = (Vec::new(), Vec::new());
            let Some(tip) = tip else {
                return Ok(Files::new());
            };
            let mut files = Files::new();
            for (name, path) in listed(shelf, tip)? {
                if known
                    .iter()
                    .any(|(n, keys)| *n == name && *keys == names(&readers))
                {
                    continue;
                }
                let there = shelf.read(tip, &path)?.unwrap_or_default();
                match decrypt(&own, &path, &there) {
                    Ok(clear) => {
                        let sealed = encrypt(&readers.iter().collect::<Vec<_>>(), &clear)?;
                        files.push((path, Some(sealed)));
                        done.push(name);
                    }
                    Err(e) => said.push(e.to_string()),
                }
            }
            Ok(files)
        },
    )?;
    note(home, &done, &readers)?;
    Ok(said)
}

/// Shared files on the branch, at most 256: name without `.age`, and path.
pub(super) fn listed(
    shelf: &Shelf,
    at: CommitId,
) -> Result<Vec<(String, String)>, CredentialError> {
    let folder = shelf.place.shared();
    let entries = shelf.list(at, &folder)?.into_iter();
    let named = entries
        .filter(|entry| entry.kind == EntryKind::File)
        .filter_map(|entry| {
            let name = entry.name.strip_suffix(".age")?;
            is_name(name).then(|| (name.to_owned(), format!("{folder}/{name}.age")))
        });
    Ok(named.take(SHARED).collect())
}

fn note(home: &Home, done: &[String], readers: &[PublicKey]) -> Result<(), CredentialError> {
    home.edit(|roster| {
        roster.shared.retain(|(name, _)| !done.contains(name));
        roster
            .shared
            .extend(done.iter().map(|name| (name.clone(), names(readers))));
        roster.shared.sort();
        Ok(())
    })
}
