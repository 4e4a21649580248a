//! From a new conversation to its worker. The credential is encrypted and kept before the bridge hears of the conversation: whatever dies in
//! between, no token is ever read back from the bridge, and none is lost.

use super::{
    Credential, CredentialError, Home, Issued, Place, Published, Shelf, Stage, encrypt,
    home::{read_private, remove, write_private},
    shelf::Files,
};
use crate::{
    domain::{
        ConversationId, Span, Timestamp,
        credential::{Format, NewConversation},
    },
    git::Who,
};
use serde::Deserialize;
use serde_json::json;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// So many seconds after its expiry a conversation is forgotten.
const KEPT: i64 = 7 * 86_400;
/// Both forms of a file: encrypted, and in clear.
const FORMS: [bool; 2] = [true, false];

fn kept(home: &Home, issued: &Issued, encrypted: bool) -> PathBuf {
    let end = if encrypted { ".age" } else { "" };
    let name = format!("worker-{}-{}.json{end}", issued.worker, issued.conversation);
    home.dir().join("outbox").join(name)
}

/// As it was called before a worker could have two that wait.
fn kept_once(home: &Home, place: &Place, worker: u32, encrypted: bool) -> PathBuf {
    let end = if encrypted { ".age" } else { "" };
    let name = format!("{}{end}", place.name(worker));
    home.dir().join("outbox").join(name)
}

/// All that is read of a file with a token.
#[derive(Deserialize)]
struct Named {
    conversation_id: String,
}

/// The orchestrator's own token of a conversation.
fn own(home: &Home, worker: u32, conversation: &str) -> PathBuf {
    let name = format!("worker-{worker}-{conversation}.json");
    home.dir().join("orchestrator").join(name)
}

/// Everything that is kept of a conversation, which is over or never came to be.
fn forget(home: &Home, issued: &Issued) -> Result<(), CredentialError> {
    for encrypted in FORMS {
        remove(&kept(home, issued, encrypted))?;
    }
    remove(&own(home, issued.worker, &issued.conversation))
}

/// The orchestrator's token was once kept under the worker's number alone: it is named by its conversation.
fn rename_own(home: &Home, worker: u32) -> Result<(), CredentialError> {
    let name = format!("worker-{worker}-coordinator.json");
    let old = home.dir().join("orchestrator").join(name);
    let Some(bytes) = read_private(&old)? else {
        return Ok(());
    };
    let named: Option<Named> = serde_json::from_slice(&bytes).ok();
    let id = named.as_ref().map(|n| n.conversation_id.as_str());
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let Some(id) = id.filter(|id| !id.is_empty() && id.len() <= 128 && id.chars().all(plain))
    else {
        return Ok(());
    };
    write_private(&own(home, worker, id), &bytes)?;
    remove(&old)
}

/// Notes that a conversation is over, and forgets its tokens.
///
/// # Errors
/// As [`Home::edit`] says.
pub fn retire(home: &Home, id: &ConversationId) -> Result<(), CredentialError> {
    home.edit(|roster| {
        let found = roster.issued.iter().find(|i| i.conversation == id.raw());
        if let Some(issued) = found {
            rename_own(home, issued.worker)?;
            forget(home, issued)?;
        }
        roster.advance(id.raw(), Stage::Retired);
        Ok(())
    })
}

/// Keeps the credential of a conversation that is about to be made, in the form in which it will travel. The orchestrator's own token goes to a
/// file of its own, which stays here.
///
/// # Errors
/// [`CredentialError::NotAccepted`] for a worker that is not accepted, whatever the format.
pub fn prepare(
    home: &Home,
    format: Format,
    worker: u32,
    (new, now): (&NewConversation, Timestamp),
) -> Result<(), CredentialError> {
    let credential = Credential {
        conversation: new.id.clone(),
        worker,
        role: new.role_b.clone(),
        token: new.token_b.clone(),
        created: now,
        expires: now.plus(new.lifetime),
    };
    let clear = credential.bytes();
    let issued = Issued {
        worker,
        role: new.role_b.to_string(),
        orchestrator: new.role_a.to_string(),
        conversation: new.id.raw().to_owned(),
        made: now.0,
        expires: credential.expires.0,
        stage: Stage::Prepared,
    };
    // Noted first, so that no file lies there that nobody knows of.
    let sealed = home.edit(|roster| {
        let key = roster.key(worker);
        let key = key.ok_or(CredentialError::NotAccepted(worker))?;
        let sealed = format.encrypts().then(|| encrypt(&[&key], &clear));
        let sealed = sealed.transpose()?;
        rename_own(home, worker)?;
        let kept = now.plus(Span::seconds(-KEPT)).0;
        let stays =
            |i: &Issued| i.expires > kept && (i.stage != Stage::Prepared || i.worker != worker);
        for gone in roster.issued.iter().filter(|i| !stays(i)) {
            forget(home, gone)?;
        }
        roster.issued.retain(stays);
        roster.issued.push(issued.clone());
        Ok(sealed)
    })?;
    if let Some(sealed) = &sealed {
        write_private(&kept(home, &issued, true), sealed)?;
    }
    if format.in_clear() {
        write_private(&kept(home, &issued, false), &clear)?;
    }
    let copy = json!({
        "conversation_id": new.id.raw(),
        "worker_id": worker,
        "worker_role": &*new.role_b,
        "coordinator_token": new.token_a.reveal(),
        "created_at": credential.created.naive(),
        "expires_at": credential.expires.naive(),
    });
    let copy = Zeroizing::new(copy.to_string());
    write_private(&own(home, worker, new.id.raw()), copy.as_bytes())
}

/// Conversations whose credentials wait to be sent. Those that were prepared and that the bridge does not `know` never came to be: they are
/// forgotten.
///
/// # Errors
/// As [`Home::edit`] says.
pub fn pending(
    home: &Home,
    knows: impl Fn(&Issued) -> bool,
) -> Result<Vec<Issued>, CredentialError> {
    home.edit(|roster| {
        for issued in &mut roster.issued {
            if issued.stage == Stage::Prepared && knows(issued) {
                issued.stage = Stage::Open;
            }
        }
        for gone in roster.issued.iter().filter(|i| i.stage == Stage::Prepared) {
            forget(home, gone)?;
        }
        roster.issued.retain(|i| i.stage != Stage::Prepared);
        Ok(roster
            .issued
            .iter()
            .filter(|i| i.stage == Stage::Open)
            .cloned()
            .collect())
    })
}

/// Sends everything that waits, in one commit.
///
/// # Errors
/// As [`Shelf::publish`] says; what was not sent still waits.
pub fn send(home: &Home, shelf: &Shelf, who: &Who) -> Result<Option<Published>, CredentialError> {
    let place = &shelf.place;
    let waiting: Vec<Issued> = {
        let roster = home.roster()?;
        let open = roster.issued.into_iter().filter(|i| i.stage == Stage::Open);
        open.collect()
    };
    let mut files = Files::new();
    let mut names = Vec::new();
    for issued in &waiting {
        let worker = issued.worker;
        let read = |path: &dyn Fn(bool) -> PathBuf| -> Result<Files, CredentialError> {
            let form = |encrypted| {
                let bytes = read_private(&path(encrypted))?.map(|b| b.to_vec());
                Ok((place.credential(worker, encrypted), bytes))
            };
            FORMS.into_iter().map(form).collect()
        };
        let mut found = read(&|encrypted| kept(home, issued, encrypted))?;
        if found.iter().all(|(_, bytes)| bytes.is_none()) {
            found = read(&|encrypted| kept_once(home, place, worker, encrypted))?;
        }
        // Without either there is nothing to send, and nothing to take away.
        if found.iter().any(|(_, bytes)| bytes.is_some()) {
            files.retain(|(path, _)| found.iter().all(|(other, _)| other != path));
            files.extend(found);
            names.push(format!("worker-{worker}"));
        }
    }
    if files.is_empty() {
        return Ok(None);
    }
    names.dedup();
    let message = format!("chore(credentials): {}", names.join(", "));
    let done = shelf.publish(&message, who, |_| Ok(files.clone()))?;
    home.edit(|roster| {
        for issued in &waiting {
            roster.advance(&issued.conversation, Stage::Sent);
        }
        Ok(())
    })?;
    for issued in &waiting {
        for encrypted in FORMS {
            remove(&kept(home, issued, encrypted))?;
            remove(&kept_once(home, place, issued.worker, encrypted))?;
        }
    }
    Ok(Some(done))
}

/// Encrypts the credentials that stand on the branch in clear, for accepted workers, and takes the clear ones away unless both are wanted.
/// Says for each worker what became of it, and whether anything changed. What was pushed in clear stays in the history.
///
/// # Errors
/// As [`Shelf::publish`] says.
pub fn encrypt_clear(
    home: &Home,
    shelf: &Shelf,
    format: Format,
    (who, now): (&Who, Timestamp),
) -> Result<(Vec<String>, Published), CredentialError> {
    let roster = home.roster()?;
    let place = &shelf.place;
    let mut said = Vec::new();
    let done = shelf.publish("chore(credentials): encrypted", who, |tip| {
        said.clear();
        let Some(tip) = tip else {
            return Ok(Files::new());
        };
        let mut files = Files::new();
        for entry in shelf.list(tip, &place.folder)? {
            let Some(worker) = place.worker_of(&entry.name) else {
                continue;
            };
            let Some(key) = roster.key(worker) else {
                said.push(CredentialError::NotAccepted(worker).to_string());
                continue;
            };
            let path = place.credential(worker, false);
            let read = shelf.read(tip, &path).map(Option::unwrap_or_default);
            let found = read.and_then(|bytes| Credential::read(&path, &bytes, worker, now));
            match found {
                Ok(found) => {
                    let sealed = encrypt(&[&key], &found.credential.bytes())?;
                    files.push((place.credential(worker, true), Some(sealed)));
                    said.push(format!("worker-{worker}: encrypted"));
                }
                Err(CredentialError::Expired { .. }) => {
                    said.push(format!("worker-{worker}: expired, taken away"));
                }
                Err(e) => {
                    said.push(e.to_string());
                    continue;
                }
            }
            if !format.in_clear() {
                files.push((path, None));
            }
        }
        Ok(files)
    })?;
    Ok((said, done))
}
