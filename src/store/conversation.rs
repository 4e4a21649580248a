//! What becomes of conversations that are made and ended, and of words that a worker has said for it.

use crate::domain::{
    ConversationId, MessageId, Timestamp,
    audit::{Entry, Link},
    credential::Secret,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Name of the deed that makes a conversation, in the audit log after [`crate::domain::audit::PREFIX`].
pub const OPEN: &str = "open_conversation";
/// Name of the deed that ends one.
pub const END: &str = "end_conversation";

/// What became of a conversation that was to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It is made.
    Made {
        /// When it expires.
        expires: Timestamp,
        /// The end of the actor's chain.
        link: Link,
    },
    /// It is there, or another one between the same roles lives; nothing was written.
    Already {
        /// Which.
        id: ConversationId,
        /// When it expires.
        expires: Option<Timestamp>,
    },
}

/// What became of a conversation that was to be ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It expires now.
    Now(Link),
    /// It had expired, or is not there; nothing was written.
    Before,
}

/// What a worker says, proved by its token.
#[derive(Clone, Copy)]
pub struct Word<'a> {
    /// Where.
    pub conversation: &'a ConversationId,
    /// The worker's token.
    pub token: &'a Secret,
    /// The words: the same ones are said once.
    pub text: &'a str,
}

/// What became of a worker's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// They are written.
    Written(MessageId),
    /// They had been.
    Already(MessageId),
    /// The bridge knows no such conversation.
    Unknown,
    /// The token is not the worker's.
    WrongToken,
    /// The conversation is over.
    Expired,
}

/// The row of the audit log that says who made or ended a conversation, and why.
#[must_use]
pub fn entry(
    action: &'static str,
    conversation: &ConversationId,
    (actor, op): (&Arc<str>, &Arc<str>),
    reason: &str,
) -> Entry {
    Entry {
        action,
        conversation: Some(conversation.raw().into()),
        actor: Arc::clone(actor),
        op: Arc::clone(op),
        facts: json!({"reason": reason}),
    }
}

/// What the bridge itself writes beside a new conversation, in its own way to write JSON.
pub(super) fn roles(a: &str, b: &str) -> String {
    format!("{{\"roles\": [{}, {}]}}", Value::from(a), Value::from(b))
}

/// What the bridge itself writes beside a message of a worker.
pub(super) fn sent(text: &str) -> String {
    let length = text.chars().count();
    format!("{{\"to\": \"a\", \"message_length\": {length}, \"redacted\": false}}")
}
