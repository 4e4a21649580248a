//! The head of a message: what the fold reads of it, and 80 characters of its words.

use super::event::Time;
use crate::domain::{
    ConversationId, Kind, Mark, MarkKind, MessageId, MessageRow, Side, TaskId,
    message::{self, Content},
    text,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Characters of the words that are kept.
const WORDS: usize = 80;

/// What the protocol's own way of moving a task puts behind its id.
const MOVED: &str = "-reassigned";

/// A message without its body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Key and order.
    #[serde(rename = "i")]
    pub id: i64,
    /// Conversation.
    #[serde(rename = "c")]
    pub conversation: Box<str>,
    /// From and to: `ab`, `ba`, `-b`, ….
    #[serde(rename = "d")]
    way: Box<str>,
    /// The fields that are read, and the head of the words.
    #[serde(rename = "x")]
    text: Box<str>,
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    action: Option<Box<str>>,
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    mark: Option<Box<KeptMark>>,
    /// Sender's time.
    #[serde(rename = "a")]
    at: Time,
    #[serde(rename = "r", default, skip_serializing_if = "is_false")]
    read: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "as the serialiser calls it"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// What this program noted in a row of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct KeptMark {
    kind: Box<str>,
    task: Option<Box<str>>,
    generation: Option<u32>,
    by: Arc<str>,
    cause: Option<Arc<str>>,
    value: Option<i64>,
}

const fn letter(side: Side) -> char {
    match side {
        Side::A => 'a',
        Side::B => 'b',
        Side::Other => '-',
    }
}

fn side(letter: Option<char>) -> Side {
    match letter {
        Some('a') => Side::A,
        Some('b') => Side::B,
        _ => Side::Other,
    }
}

impl Head {
    /// Of a row. Nothing that looks like a key is kept. O(length of the text).
    #[must_use]
    pub fn of(row: &MessageRow) -> Self {
        let content = message::read(&row.text, row.action.as_deref());
        let action = match (content.structured, content.kind) {
            (true, Kind::Question) => Some("question"),
            (true, Kind::Proposal) => Some("proposal"),
            (true, _) => None,
            (false, _) => row.action.as_deref(),
        };
        Self {
            id: row.id.0,
            conversation: row.conversation.raw().into(),
            way: [letter(row.from), letter(row.to)]
                .iter()
                .collect::<String>()
                .into(),
            text: short(&content, &row.text),
            action: action.map(name),
            mark: row.mark.as_deref().map(|m| {
                Box::new(KeptMark {
                    kind: m.kind.name().into(),
                    task: m.task.as_ref().map(|t| task(t.raw()).into()),
                    generation: m.generation,
                    by: name(&m.by),
                    cause: m.cause.as_deref().map(name),
                    value: m.value,
                })
            }),
            at: row.at.into(),
            read: row.read,
        }
    }

    /// Sender's time.
    pub(super) const fn at(&self) -> Time {
        self.at
    }

    /// This program or an operator did something to a worker: a nudge, a move, a word. The tasks and answers of an orchestrator come in their
    /// ordinary course, whether the worker is there or not, and bring nobody back who was gone.
    #[must_use]
    pub fn is_deed(&self) -> bool {
        self.mark.is_some() || !self.way.starts_with(['a', 'b'])
    }

    /// It hands a task to a worker.
    #[must_use]
    pub(super) fn opens_a_task(&self) -> bool {
        let assign = |mark: &KeptMark| MarkKind::parse(&mark.kind) == MarkKind::Assign;
        let read = || message::read(&self.text, self.action.as_deref()).kind;
        self.mark.as_deref().is_some_and(assign) || read() == Kind::Assign
    }

    /// The row again, as far as it is kept.
    #[must_use]
    pub fn row(&self) -> MessageRow {
        let mut way = self.way.chars();
        MessageRow {
            id: MessageId(self.id),
            conversation: ConversationId::from(&*self.conversation),
            from: side(way.next()),
            to: side(way.next()),
            text: self.text.clone(),
            action: self.action.clone(),
            mark: self.mark.as_deref().map(|m| {
                Arc::new(Mark {
                    kind: MarkKind::parse(&m.kind),
                    task: m.task.as_deref().map(TaskId::new),
                    generation: m.generation,
                    op: None,
                    by: Arc::clone(&m.by),
                    cause: m.cause.clone(),
                    value: m.value,
                })
            }),
            at: self.at.stamp(),
            read: self.read,
        }
    }
}

/// Text that says the same to the fold, with the first of its words.
fn short(content: &Content<'_>, raw: &str) -> Box<str> {
    if content.structured {
        return object(content).into();
    }
    let head = words(raw);
    let mut out = head.clone();
    let again = message::read(&head, None);
    if (again.task.as_deref(), again.generation) != (content.task.as_deref(), content.generation)
        && let (Some(id), Some(generation)) = (content.task.as_deref(), content.generation)
    {
        let task = task(id);
        // A tag that the cut took away; one that the cut made would be the first, and there is none.
        out = format!("{} [#{task}/g{generation}]", out.replace("[#", "[ #"));
    }
    if let Some(busy) = content
        .busy
        .filter(|busy| message::read(&out, None).busy != Some(*busy))
    {
        out = format!("{out} [#busy {}s]", busy.as_seconds());
    }
    out.into()
}

/// The first characters, without what looks like a key.
fn words(raw: &str) -> String {
    // Redaction sees more than is kept: a key that the cut halves is one.
    let redacted = text::redact(text::head(raw, 1_024));
    redacted.chars().take(WORDS).collect()
}

/// A name, without what looks like a key.
fn name<T: for<'a> From<&'a str>>(raw: &str) -> T {
    let clean = text::redact_name(text::head(raw, 4 * text::ID_CAP));
    T::from(text::head(&clean, text::ID_CAP))
}

/// The id of a task without what looks like a key; that it was moved stays.
fn task(raw: &str) -> String {
    let whole = TaskId::new(raw);
    let (id, moved) = match whole.raw().strip_suffix(MOVED) {
        Some(id) => (id, MOVED),
        None => (whole.raw(), ""),
    };
    format!("{}{moved}", text::redact_name(id))
}

/// A structured message with the fields that are read and no others.
fn object(content: &Content<'_>) -> String {
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
    let (kind, status) = match content.kind {
        Kind::Assign => ("task_assignment", None),
        Kind::Ack => ("acknowledgment", None),
        Kind::Drill => ("test_task", None),
        Kind::Progress => ("status_update", Some("in_progress")),
        Kind::Done => ("status_update", Some("completed")),
        Kind::Failed => ("status_update", Some("failed")),
        Kind::Blocked => ("status_update", Some("blocked")),
        Kind::Question => ("question", None),
        Kind::Proposal => ("proposal", None),
        Kind::Info => ("info", None),
    };
    put("type", kind.into());
    if let Some(status) = status {
        put("status", status.into());
    }
    let id = |raw: &str| Value::from(name::<String>(raw));
    if let Some(id) = &content.task {
        put("task_id", task(id).into());
    }
    if let Some(generation) = content.generation {
        put("generation", generation.into());
    }
    if let Some(priority) = content.priority {
        put("priority", format!("P{priority}").into());
    }
    if let Some(timeout) = content.timeout {
        put("timeout", timeout.as_seconds().into());
    }
    if let Some(who) = &content.original_assignee {
        put("original_assignee", id(who));
    }
    for (name, list) in [
        ("depends_on", &content.depends_on),
        ("needs", &content.needs),
    ] {
        if !list.is_empty() {
            put(name, list.iter().take(32).map(|item| id(item)).collect());
        }
    }
    if let Some(progress) = content.progress {
        put("progress", progress.into());
    }
    if let Some(all) = &content.words {
        let name = if content.kind == Kind::Assign {
            "description"
        } else {
            "note"
        };
        put(name, words(all).into());
    }
    Value::Object(map).to_string()
}

#[cfg(test)]
mod tests;
