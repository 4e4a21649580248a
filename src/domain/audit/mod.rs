//! The audit log of our own actions: a chain per actor, so that a row that is changed, removed or slipped in is seen.
//!
//! A row's `hash` is SHA-256 over its canonical form, which holds the hash of the actor's previous row; its `mac` is HMAC-SHA256
//! (RFC 2104) of that hash under the actor's key. Whoever has no key verifies the hashes, whoever has it also who wrote them.

mod seal;
mod verify;

pub use seal::{Key, Sealed, fingerprint, seal};
pub use verify::{Broken, Chain, Report, verify};

use serde_json::Value;
use std::sync::Arc;

/// Every action of ours in the bridge's log begins with this.
pub const PREFIX: &str = "swarm_";

/// What an action did, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Name of the deed.
    pub action: &'static str,
    /// Whose conversation.
    pub conversation: Option<Arc<str>>,
    /// Who acted.
    pub actor: Arc<str>,
    /// Names the action; part of its citation.
    pub op: Arc<str>,
    /// Everything else that is worth knowing: task, from, to, generation, reason, evidence, before, after.
    pub facts: Value,
}

/// The end of an actor's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Number in the chain, from 1.
    pub seq: u64,
    /// Hash of that row, in hex.
    pub hash: Arc<str>,
}

/// A row of the log that carries a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Key.
    pub id: i64,
    /// Conversation it belongs to.
    pub conversation: Option<Arc<str>>,
    /// `session_id`.
    pub session: Option<Arc<str>>,
    /// `action`.
    pub action: Arc<str>,
    /// `details`, as stored.
    pub details: Arc<str>,
    /// `timestamp`, as stored.
    pub timestamp: Arc<str>,
}

/// The actor and the link in the details of a row; `None` when they hold none.
#[must_use]
pub fn link(details: &str) -> Option<(Arc<str>, Link)> {
    let details: Value = serde_json::from_str(details).ok()?;
    let swarm = details.get("swarm")?;
    let word = |name: &str| swarm.get(name)?.as_str();
    Some((
        word("actor")?.into(),
        Link {
            seq: swarm.get("seq")?.as_u64()?,
            hash: word("hash")?.into(),
        },
    ))
}

#[cfg(test)]
mod tests;
