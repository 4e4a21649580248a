//! Making a link.

use super::{Entry, Link, PREFIX};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::{fmt::Write as _, sync::Arc};

/// An actor's key: 32 bytes. Never shown.
#[derive(Clone)]
pub struct Key(pub [u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// A row for the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// `conversation_id`.
    pub conversation: Option<Arc<str>>,
    /// `session_id`.
    pub session: Option<&'static str>,
    /// `action`.
    pub action: String,
    /// `details`.
    pub details: String,
    /// `timestamp`.
    pub timestamp: String,
    /// The end of the chain after it.
    pub link: Link,
}

impl Sealed {
    /// A row as the bridge writes it: of no chain.
    #[must_use]
    pub fn plain(
        (conversation, session, action): (&str, Option<&'static str>, &str),
        details: String,
        now: crate::domain::Timestamp,
    ) -> Self {
        Self {
            conversation: Some(conversation.into()),
            session,
            action: action.to_owned(),
            details,
            timestamp: now.naive(),
            link: Link {
                seq: 0,
                hash: "".into(),
            },
        }
    }
}

/// Makes the row that follows `prev` in the actor's chain. `rows` are the messages that the action wrote; `session` is what the
/// log can hold as its session.
#[must_use]
pub fn seal(
    entry: &Entry,
    prev: Option<&Link>,
    key: &Key,
    (timestamp, session): (&str, Option<&'static str>),
    rows: &[i64],
) -> Sealed {
    let action = format!("{PREFIX}{}", entry.action);
    let seq = prev.map_or(1, |link| link.seq + 1);
    let mut details = match &entry.facts {
        Value::Object(facts) => facts.clone(),
        other => Map::from_iter([("facts".to_owned(), other.clone())]),
    };
    details.insert("rows".to_owned(), json!(rows));
    let swarm = json!({
        "v": 1,
        "actor": &*entry.actor,
        "op": &*entry.op,
        "seq": seq,
        "prev": prev.map_or("", |link| &link.hash),
    });
    details.insert("swarm".to_owned(), swarm);
    let hash = hash(&Row {
        conversation: entry.conversation.as_deref(),
        session,
        action: &action,
        timestamp,
        details: &Value::Object(details.clone()),
    });
    let mac = mac(key, &hash);
    if let Some(Value::Object(swarm)) = details.get_mut("swarm") {
        swarm.insert("hash".to_owned(), hash.as_str().into());
        swarm.insert("mac".to_owned(), mac.into());
    }
    Sealed {
        conversation: entry.conversation.clone(),
        session,
        action,
        details: canonical(&Value::Object(details)),
        timestamp: timestamp.to_owned(),
        link: Link {
            seq,
            hash: hash.into(),
        },
    }
}

/// What is hashed.
pub(super) struct Row<'a> {
    pub(super) conversation: Option<&'a str>,
    pub(super) session: Option<&'a str>,
    pub(super) action: &'a str,
    pub(super) timestamp: &'a str,
    /// Without `swarm.hash` and `swarm.mac`.
    pub(super) details: &'a Value,
}

/// SHA-256 of the canonical row, in hex.
pub(super) fn hash(row: &Row<'_>) -> String {
    let whole = json!({
        "action": row.action,
        "conversation": row.conversation,
        "details": row.details,
        "session": row.session,
        "timestamp": row.timestamp,
    });
    hex(&Sha256::digest(canonical(&whole)))
}

/// A short name for an actor, of hexadecimal digits only: the beginning of SHA-256 of its own.
#[must_use]
pub fn fingerprint(actor: &str) -> String {
    let mut name = hex(&Sha256::digest(actor));
    name.truncate(32);
    name
}

/// HMAC-SHA256 of a hash, in hex.
pub(super) fn mac(key: &Key, hash: &str) -> String {
    // A key of HMAC may have any length, so this cannot fail; without a key there is no mac.
    Hmac::<Sha256>::new_from_slice(&key.0).map_or_else(
        |_| String::new(),
        |mut mac| {
            mac.update(hash.as_bytes());
            hex(&mac.finalize().into_bytes())
        },
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// JSON with the members of every object in the order of their names, without spaces.
pub(super) fn canonical(value: &Value) -> String {
    let mut out = String::new();
    put(&mut out, value);
    out
}

fn put(out: &mut String, value: &Value) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<_> = members.iter().collect();
            names.sort_by_key(|(name, _)| *name);
            list(out, ['{', '}'], names, |out, (name, value)| {
                let _ = write!(out, "{}:", Value::from(name.as_str()));
                put(out, value);
            });
        }
        Value::Array(items) => list(out, ['[', ']'], items, put),
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

fn list<T>(
    out: &mut String,
    [open, close]: [char; 2],
    items: impl IntoIterator<Item = T>,
    put: impl Fn(&mut String, T),
) {
    out.push(open);
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        put(out, item);
    }
    out.push(close);
}
