//! The texts that are written: the protocol's own JSON, because agents that follow the protocol parse it.

use super::NewTask;
use crate::domain::{Task, TaskId, text};
use serde::Serialize;
use serde_json::Value;
use std::{borrow::Cow, sync::Arc};

/// Names an action: 128 random bits in hex.
#[must_use]
pub fn op_id(random: [u64; 2]) -> Arc<str> {
    format!("op-{:016x}{:016x}", random[0], random[1]).into()
}

/// `[#T-112/g3]`.
#[must_use]
pub(super) fn tag(task: &TaskId, generation: u32) -> String {
    format!("[#{}/g{generation}]", task.raw())
}

/// An assignment, in the order in which a person reads it.
#[derive(Serialize)]
struct Assignment<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    task_id: &'a str,
    generation: u32,
    description: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_assignee: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    needs: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<String>,
    reply_with: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    capsule: Option<Value>,
}

fn reply_with(task: &TaskId, generation: u32) -> String {
    format!(
        "{} in the text, or JSON with task_id and generation",
        tag(task, generation)
    )
}

fn json(value: &impl Serialize) -> String {
    // Strings, numbers and lists: nothing here can fail to be JSON.
    serde_json::to_string(value).unwrap_or_default()
}

/// Every string of a value redacted, one by one: an escape hides a key from whoever looks at the whole, and cutting one out of the
/// whole may cut the JSON.
fn redacted(value: Value) -> Value {
    match value {
        Value::String(word) => text::redact(&word).into(),
        Value::Array(items) => items.into_iter().map(redacted).collect(),
        Value::Object(members) => (members.into_iter())
            .map(|(name, value)| (name, redacted(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other,
    }
}

fn all_redacted(words: &[String]) -> Vec<Cow<'_, str>> {
    words.iter().map(|word| text::redact(word)).collect()
}

/// The first assignment of a task.
pub(super) fn first(task: &NewTask) -> String {
    json(&Assignment {
        kind: "task_assignment",
        task_id: task.id.raw(),
        generation: 1,
        description: text::redact(&task.description),
        priority: task.priority.map(|p| format!("P{p}")),
        timeout: task.timeout.map(crate::domain::Span::as_seconds),
        original_assignee: None,
        depends_on: task.depends_on.iter().map(TaskId::raw).collect(),
        needs: all_redacted(&task.needs),
        delivery: None,
        reply_with: reply_with(&task.id, 1),
        capsule: None,
    })
}

/// How an existing task is handed on.
pub(super) struct HandOn<'a> {
    pub(super) generation: u32,
    pub(super) priority: Option<u8>,
    /// `2 of 3`, for the same assignment again.
    pub(super) delivery: Option<String>,
    /// Role of whoever held it before.
    pub(super) from: Option<&'a str>,
    pub(super) capsule: Option<Value>,
}

/// The assignment of a task that exists.
pub(super) fn again(task: &Task, how: HandOn<'_>) -> String {
    json(&Assignment {
        kind: "task_assignment",
        task_id: task.id.raw(),
        generation: how.generation,
        description: text::redact(&task.brief),
        priority: how.priority.map(|p| format!("P{p}")),
        timeout: task.timeout.map(crate::domain::Span::as_seconds),
        original_assignee: how.from.map(text::redact),
        depends_on: task.depends_on.iter().map(TaskId::raw).collect(),
        needs: all_redacted(&task.needs),
        delivery: how.delivery,
        reply_with: reply_with(&task.id, how.generation),
        capsule: how.capsule.map(redacted),
    })
}

/// A row of another kind: `type`, task and generation, and a sentence.
pub(super) fn notice(
    kind: &str,
    task: &TaskId,
    generation: u32,
    words: &str,
    more: &[(&str, &str)],
) -> String {
    let mut out = serde_json::Map::new();
    out.insert("type".to_owned(), kind.into());
    out.insert("task_id".to_owned(), task.raw().into());
    out.insert("generation".to_owned(), generation.into());
    for (name, value) in more {
        out.insert((*name).to_owned(), text::redact(value).into());
    }
    out.insert("note".to_owned(), text::redact(words).into());
    json(&Value::Object(out))
}
