//! `inbox`: a worker's messages, one JSON object per line, each written and flushed by itself: `hello`, `message`, `tick`, `error`.

use crate::domain::{ConversationId, MessageId, MessageRow, Timestamp, text};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Name and version of the format.
pub const SCHEMA: &str = "swarmwarden.inbox/v1";

/// The first line.
#[must_use]
pub fn hello(
    now: Timestamp,
    consumer: &str,
    of: &[ConversationId],
    since: Option<MessageId>,
) -> Value {
    json!({
        "v": 1, "ts": now, "type": "hello", "schema": SCHEMA, "consumer": text::line(consumer), "conversations": of,
        "since": since,
    })
}

/// A message. `again` says that it may have been handed over before.
#[must_use]
pub fn message(row: &MessageRow, again: bool) -> Value {
    json!({
        "v": 1, "ts": row.at.at(), "type": "message", "id": row.id, "conversation": row.conversation, "from": side(row.from),
        "to": side(row.to), "action": row.action.as_deref().map(text::name), "text": text::body(&row.text), "read": row.read,
        "duplicate": again,
    })
}

/// That it is still here, and how far it has come.
#[must_use]
pub fn tick(now: Timestamp, position: MessageId) -> Value {
    json!({"v": 1, "ts": now, "type": "tick", "id": position})
}

/// What keeps it from going on; it tries again.
#[must_use]
pub fn error(now: Timestamp, words: &str) -> Value {
    json!({"v": 1, "ts": now, "type": "error", "text": text::line(words)})
}

/// Writes a line, and flushes it.
///
/// # Errors
/// When it cannot be written.
pub fn line(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    out.write_all(format!("{value}\n").as_bytes())?;
    out.flush()
}

const fn side(side: crate::domain::Side) -> &'static str {
    match side {
        crate::domain::Side::A => "a",
        crate::domain::Side::B => "b",
        crate::domain::Side::Other => "other",
    }
}
