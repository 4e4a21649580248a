//! From a row of any schema to a row of the domain. Whatever a column holds, a row is read: NULL, a number where text is
//! expected, bytes that are no UTF-8, a time that is none.

use crate::domain::{
    AuditKind, AuditRow, ConversationId, ConversationRow, Mark, MarkKind, MessageId, MessageRow,
    Schema, Side, Stamp, StatusRow, TaskId, audit, text,
};
use crate::store::opposite;
use rusqlite::{Row, types::ValueRef};
use serde::Deserialize;
use serde_json::Value;
use std::{borrow::Cow, collections::HashMap, sync::Arc};

/// Distinct conversation ids kept for sharing; beyond it the table starts anew.
const INTERNED: usize = 1 << 16;

/// Longest word of a mark that is kept.
const WORD_CAP: usize = 128;

/// Slots for ids seen lately.
const RECENT: usize = 1 << 10;

/// Decodes rows, and remembers what repeats in nearly every one of them.
pub(super) struct Decoder {
    schema: Schema,
    ids: HashMap<Box<[u8]>, ConversationId>,
    /// The last id seen of each kind of ending: saves hashing nearly every one.
    recent: Vec<Option<(Box<[u8]>, ConversationId)>>,
    metadata: (Box<[u8]>, Metadata),
}

/// Audit rows of one reading.
#[derive(Default)]
pub(super) struct Audits {
    /// The rows.
    pub(super) rows: Vec<AuditRow>,
    /// One of them says that a conversation was made.
    pub(super) made: bool,
}

/// What matters of a message's metadata.
#[derive(Default, Clone)]
struct Metadata {
    action: Option<Box<str>>,
    mark: Option<Arc<Mark>>,
}

/// The members that are looked at, whatever type they have; everything else is skipped without being stored.
#[derive(Deserialize)]
struct Members {
    #[serde(default)]
    action_type: Option<Value>,
    #[serde(default)]
    swarm: Option<Value>,
}

/// As [`Members`], for audit details.
#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    count: Option<Value>,
}

impl Metadata {
    fn parse(json: &str) -> Self {
        let Ok(members) = serde_json::from_str::<Members>(json) else {
            return Self::default();
        };
        Self {
            action: (members.action_type.as_ref())
                .and_then(Value::as_str)
                .map(|action| text::redact_name(action).into()),
            mark: (members.swarm.as_ref()).and_then(mark_of).map(Arc::new),
        }
    }
}

/// The mark of this program: what has no `by` is none.
fn mark_of(swarm: &Value) -> Option<Mark> {
    let by = swarm.get("by").filter(|by| !by.is_null())?;
    let word = |name: &str| -> Option<Arc<str>> {
        let word = swarm.get(name)?.as_str()?;
        (word.len() <= WORD_CAP).then(|| word.into())
    };
    Some(Mark {
        kind: MarkKind::parse(word("kind").as_deref().unwrap_or_default()),
        task: swarm.get("task").and_then(Value::as_str).map(TaskId::new),
        generation: swarm
            .get("gen")
            .and_then(Value::as_u64)
            .and_then(|g| u32::try_from(g).ok()),
        op: word("op"),
        by: by
            .as_str()
            .map_or_else(|| "unknown".into(), |by| text::name(by).into()),
        cause: word("cause").map(|cause| text::redact_name(&cause).into()),
        value: swarm.get("value").and_then(Value::as_i64),
    })
}

impl Decoder {
    pub(super) fn new(schema: Schema) -> Self {
        Self {
            schema,
            ids: HashMap::new(),
            recent: vec![None; RECENT],
            metadata: Default::default(),
        }
    }

    /// Columns: id, role a, role b, created, expires.
    pub(super) fn conversation(&mut self, row: &Row<'_>) -> rusqlite::Result<ConversationRow> {
        Ok(ConversationRow {
            id: self.id(&bytes(row.get_ref(0)?)),
            role_a: named(row.get_ref(1)?).into(),
            role_b: named(row.get_ref(2)?).into(),
            created: stamp(row.get_ref(3)?),
            expires: stamp(row.get_ref(4)?),
        })
    }

    /// Columns: conversation, session, status, heartbeat.
    pub(super) fn status(&mut self, row: &Row<'_>) -> rusqlite::Result<StatusRow> {
        Ok(StatusRow {
            conversation: self.id(&bytes(row.get_ref(0)?)),
            side: side(row.get_ref(1)?),
            status: named(row.get_ref(2)?),
            heartbeat: stamp(row.get_ref(3)?),
        })
    }

    /// Columns: key, conversation, from, to, body, metadata, action type, time, read (by b), read by a.
    pub(super) fn message(&mut self, row: &Row<'_>) -> rusqlite::Result<MessageRow> {
        let from = side(row.get_ref(2)?);
        let to = match row.get_ref(3)? {
            ValueRef::Null => opposite(from),
            value => side(value),
        };
        let body = boxed(row.get_ref(4)?);
        let metadata = self.metadata(row.get_ref(5)?, &body);
        let action = match row.get_ref(6)? {
            ValueRef::Null => metadata.action,
            value => Some(named(value)),
        };
        Ok(MessageRow {
            id: MessageId(row.get(0)?),
            conversation: self.id(&bytes(row.get_ref(1)?)),
            from,
            to,
            text: body,
            action,
            mark: metadata.mark,
            at: stamp(row.get_ref(7)?),
            read: truth(row.get_ref(8 + mark(to, self.schema))?),
        })
    }

    /// Columns: key, conversation, session, action, details, time.
    pub(super) fn audit(&mut self, row: &Row<'_>, into: &mut Audits) -> rusqlite::Result<()> {
        let action = bytes(row.get_ref(3)?);
        into.made |= [&b"create_conversation"[..], b"swarm_end_conversation"].contains(&&*action);
        let kind = match &*action {
            b"send_message" => AuditKind::Sent,
            b"get_messages" => AuditKind::Fetched(count(row.get_ref(4)?)),
            b"command_blocked"
            | b"command_execute_start"
            | b"command_execute_complete"
            | b"execute_command" => AuditKind::Command,
            _ => AuditKind::Other,
        };
        into.rows.push(AuditRow {
            id: row.get(0)?,
            conversation: match row.get_ref(1)? {
                ValueRef::Null => None,
                id => Some(self.id(&bytes(id))),
            },
            side: side(row.get_ref(2)?),
            kind,
            at: stamp(row.get_ref(5)?),
            link: if action.starts_with(audit::PREFIX.as_bytes()) {
                audit::link(&words(row.get_ref(4)?).unwrap_or_default()).map(Arc::new)
            } else {
                None
            },
        });
        Ok(())
    }

    /// The same id is the same allocation, as long as it is remembered.
    fn id(&mut self, raw: &[u8]) -> ConversationId {
        let ending = raw.iter().rev().take(3);
        let ending = ending.fold(0, |sum, byte| sum * 31 + usize::from(*byte));
        let slot = self.recent.get_mut(ending % RECENT);
        if let Some(Some((known, id))) = &slot
            && **known == *raw
        {
            return id.clone();
        }
        let id = if let Some(id) = self.ids.get(raw) {
            id.clone()
        } else {
            if self.ids.len() >= INTERNED {
                self.ids.clear();
            }
            let id = ConversationId::from(&*lossy(raw));
            self.ids.insert(raw.into(), id.clone());
            id
        };
        if let Some(slot) = slot {
            *slot = Some((raw.into(), id.clone()));
        }
        id
    }

    /// Metadata repeats from row to row: the last one is remembered. The scripts' schema has none, so there the text itself
    /// may carry the mark of this program.
    fn metadata(&mut self, value: ValueRef<'_>, body: &str) -> Metadata {
        let (ValueRef::Text(json) | ValueRef::Blob(json)) = value else {
            if self.schema == Schema::Scripts && body.contains("\"swarm\"") {
                let Metadata { mark, .. } = Metadata::parse(body);
                return Metadata { action: None, mark };
            }
            return Metadata::default();
        };
        if *self.metadata.0 != *json {
            self.metadata = (json.into(), Metadata::parse(&lossy(json)));
        }
        self.metadata.1.clone()
    }
}

/// Columns: to, from, read (by b), read by a.
pub(super) fn read_mark(row: &Row<'_>, schema: Schema) -> rusqlite::Result<bool> {
    let to = match row.get_ref(0)? {
        ValueRef::Null => opposite(side(row.get_ref(1)?)),
        value => side(value),
    };
    Ok(truth(row.get_ref(2 + mark(to, schema))?))
}

/// Which of the two read marks is the receiver's. The bridge has only one.
const fn mark(to: Side, schema: Schema) -> usize {
    match (schema, to) {
        (Schema::Scripts, Side::A) => 1,
        _ => 0,
    }
}

/// A column as the bytes of its text; NULL is empty.
fn bytes(value: ValueRef<'_>) -> Cow<'_, [u8]> {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Cow::Borrowed(bytes),
        value => Cow::Owned(words(value).unwrap_or_default().into_owned().into_bytes()),
    }
}

/// A column that names something, without what looks like a key.
fn named(value: ValueRef<'_>) -> Box<str> {
    let raw = boxed(value);
    let clean = match text::redact_name(&raw) {
        Cow::Borrowed(_) => None,
        Cow::Owned(clean) => Some(clean),
    };
    clean.map_or(raw, Into::into)
}

/// A column as text; `None` is NULL.
fn words(value: ValueRef<'_>) -> Option<Cow<'_, str>> {
    match value {
        ValueRef::Null => None,
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(lossy(bytes)),
        ValueRef::Integer(n) => Some(n.to_string().into()),
        ValueRef::Real(n) => Some(n.to_string().into()),
    }
}

/// Bytes as text. The usual case, that they are, is checked first: it is the faster check.
fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

fn boxed(value: ValueRef<'_>) -> Box<str> {
    words(value).unwrap_or_default().into()
}

fn side(value: ValueRef<'_>) -> Side {
    match value {
        ValueRef::Text(b"a") => Side::A,
        ValueRef::Text(b"b") => Side::B,
        value => words(value).map_or(Side::Other, |raw| Side::parse(&raw)),
    }
}

fn stamp(value: ValueRef<'_>) -> Stamp {
    Stamp::parse(words(value).as_deref())
}

/// A column as a yes or no: a number other than 0, or a word for yes.
fn truth(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Integer(n) => n != 0,
        ValueRef::Real(n) => n != 0.0,
        value => words(value).is_some_and(|word| {
            word.parse::<i64>().map_or_else(
                |_| word.eq_ignore_ascii_case("true") || word.eq_ignore_ascii_case("yes"),
                |n| n != 0,
            )
        }),
    }
}

/// The count in the details of a fetch; unknown is 0, which says the least.
fn count(value: ValueRef<'_>) -> u64 {
    let details = words(value).unwrap_or_default();
    let Ok(Details { count }) = serde_json::from_str(&details) else {
        return 0;
    };
    match count {
        Some(Value::Number(n)) => n.as_u64().unwrap_or(0),
        Some(Value::String(word)) => word.parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
