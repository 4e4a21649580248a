//! What a message says: free text, or a JSON object of the protocol. Words in prose mean nothing: only the `type`, the declared
//! `action_type` and the tags `[#id/gN]` and `[#busy 20m …]` are read.

use super::{Span, text};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;

/// Kind of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Hands out a task.
    Assign,
    /// Accepts one.
    Ack,
    /// Reports progress.
    Progress,
    /// Reports completion.
    Done,
    /// Reports failure.
    Failed,
    /// Says that it cannot go on.
    Blocked,
    /// Waits for an answer.
    Question,
    /// Suggests something.
    Proposal,
    /// A drill of the protocol: traffic, not work.
    Drill,
    /// Anything else.
    Info,
}

impl Kind {
    /// Every kind, in their order.
    pub const ALL: [Self; 10] = [
        Self::Assign,
        Self::Ack,
        Self::Progress,
        Self::Done,
        Self::Failed,
        Self::Blocked,
        Self::Question,
        Self::Proposal,
        Self::Drill,
        Self::Info,
    ];

    /// Name in JSON and on screen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Assign => "assign",
            Self::Ack => "ack",
            Self::Progress => "progress",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Question => "question",
            Self::Proposal => "proposal",
            Self::Drill => "drill",
            Self::Info => "info",
        }
    }

    /// The status that a report of this kind declares; `None` for what is no report.
    #[must_use]
    pub const fn report(self) -> Option<&'static str> {
        match self {
            Self::Ack => Some("acknowledged"),
            Self::Progress => Some("in_progress"),
            Self::Done => Some("completed"),
            Self::Failed => Some("failed"),
            Self::Blocked => Some("blocked"),
            Self::Assign | Self::Question | Self::Proposal | Self::Drill | Self::Info => None,
        }
    }
}

/// A message, read. Text is raw.
#[derive(Debug, Clone, PartialEq)]
pub struct Content<'a> {
    /// Kind.
    pub kind: Kind,
    /// Task that it names.
    pub task: Option<Cow<'a, str>>,
    /// Generation that it names.
    pub generation: Option<u32>,
    /// Priority, 0 to 3.
    pub priority: Option<u8>,
    /// Declared time limit.
    pub timeout: Option<Span>,
    /// Who had it before, as the protocol's own way of moving a task says it.
    pub original_assignee: Option<Cow<'a, str>>,
    /// Tasks that come first.
    pub depends_on: Vec<String>,
    /// What whoever takes it must be.
    pub needs: Vec<String>,
    /// Progress in percent, at most 100.
    pub progress: Option<u8>,
    /// Description, result or note, whichever the kind has.
    pub words: Option<Cow<'a, str>>,
    /// How long the agent says that it will be busy.
    pub busy: Option<Span>,
    /// It was a JSON object of the protocol.
    pub structured: bool,
}

struct Fields<'a> {
    kind: Option<Cow<'a, str>>,
    task_id: Option<Cow<'a, str>>,
    generation: Option<u32>,
    priority: Option<Cow<'a, str>>,
    timeout: Option<f64>,
    original_assignee: Option<Cow<'a, str>>,
    depends_on: Option<Vec<String>>,
    needs: Option<Vec<String>>,
    status: Option<Cow<'a, str>>,
    progress: Option<f64>,
    description: Option<Cow<'a, str>>,
    result: Option<Cow<'a, str>>,
    note: Option<Cow<'a, str>>,
}

/// The fields as they should be: borrowed. A string with an escape in it, or a field of another type, takes the lenient way.
#[derive(Deserialize)]
struct Strict<'a> {
    #[serde(default, rename = "type")]
    kind: Option<&'a str>,
    #[serde(default)]
    task_id: Option<&'a str>,
    #[serde(default)]
    generation: Option<u32>,
    #[serde(default)]
    priority: Option<&'a str>,
    #[serde(default)]
    timeout: Option<f64>,
    #[serde(default)]
    original_assignee: Option<&'a str>,
    #[serde(default)]
    depends_on: Option<Vec<String>>,
    #[serde(default)]
    needs: Option<Vec<String>>,
    #[serde(default)]
    status: Option<&'a str>,
    #[serde(default)]
    progress: Option<f64>,
    #[serde(default)]
    description: Option<&'a str>,
    #[serde(default)]
    result: Option<&'a str>,
    #[serde(default)]
    note: Option<&'a str>,
}

impl<'a> From<Strict<'a>> for Fields<'a> {
    fn from(s: Strict<'a>) -> Self {
        Self {
            kind: s.kind.map(Cow::Borrowed),
            task_id: s.task_id.map(Cow::Borrowed),
            generation: s.generation,
            priority: s.priority.map(Cow::Borrowed),
            timeout: s.timeout,
            original_assignee: s.original_assignee.map(Cow::Borrowed),
            depends_on: s.depends_on,
            needs: s.needs,
            status: s.status.map(Cow::Borrowed),
            progress: s.progress,
            description: s.description.map(Cow::Borrowed),
            result: s.result.map(Cow::Borrowed),
            note: s.note.map(Cow::Borrowed),
        }
    }
}

impl Fields<'_> {
    /// The same from a JSON value whose fields have other types than they should: `"progress": "40%"`, `"priority": 1`.
    fn lenient(value: &Value) -> Self {
        let word = |name: &str| -> Option<Cow<'static, str>> {
            match value.get(name)? {
                Value::String(s) => Some(Cow::Owned(s.clone())),
                Value::Null => None,
                other => Some(Cow::Owned(other.to_string())),
            }
        };
        let list = |name: &str| {
            let items = value.get(name)?.as_array()?;
            let word = |item: &Value| {
                item.as_str()
                    .map_or_else(|| item.to_string(), str::to_owned)
            };
            Some(items.iter().map(word).collect())
        };
        let number = |name: &str| {
            word(name)?
                .trim()
                .trim_end_matches(['%', 's'])
                .parse::<f64>()
                .ok()
        };
        Self {
            kind: word("type"),
            task_id: word("task_id"),
            generation: word("generation").and_then(|g| g.parse().ok()),
            priority: word("priority"),
            timeout: number("timeout"),
            original_assignee: word("original_assignee"),
            depends_on: list("depends_on"),
            needs: list("needs"),
            status: word("status"),
            progress: number("progress"),
            description: word("description"),
            result: word("result"),
            note: word("note"),
        }
    }
}

/// Reads a message. Never fails: what is not understood is [`Kind::Info`]. O(length).
#[must_use]
pub fn read<'a>(raw: &'a str, action: Option<&str>) -> Content<'a> {
    if raw.trim_start().starts_with('{')
        && let Some(fields) = fields(raw)
        && fields.kind.is_some()
    {
        return structured(fields, action);
    }
    let (task, generation, busy) = tags(raw);
    Content {
        kind: declared(action).unwrap_or(Kind::Info),
        task,
        generation,
        priority: None,
        timeout: None,
        original_assignee: None,
        depends_on: Vec::new(),
        needs: Vec::new(),
        progress: None,
        words: Some(Cow::Borrowed(raw)),
        busy,
        structured: false,
    }
}

fn fields(raw: &str) -> Option<Fields<'_>> {
    let strict: Option<Strict<'_>> = serde_json::from_str(raw).ok();
    strict.map(Fields::from).or_else(|| {
        let value: Value = serde_json::from_str(raw).ok()?;
        value.is_object().then(|| Fields::lenient(&value))
    })
}

/// What the sender declared beside the text.
fn declared(action: Option<&str>) -> Option<Kind> {
    match action? {
        "complete" => Some(Kind::Done),
        "blocked" => Some(Kind::Blocked),
        "question" => Some(Kind::Question),
        "proposal" => Some(Kind::Proposal),
        _ => None,
    }
}

fn structured<'a>(f: Fields<'a>, action: Option<&str>) -> Content<'a> {
    let kind = match f.kind.as_deref().unwrap_or_default() {
        "task_assignment" => Kind::Assign,
        "acknowledgment" | "acknowledgement" => Kind::Ack,
        "keepalive_test" | "latency_test" | "test_task" => Kind::Drill,
        "status_update" => match f.status.as_deref().unwrap_or_default() {
            "completed" | "complete" | "done" => Kind::Done,
            "failed" => Kind::Failed,
            "blocked" => Kind::Blocked,
            "in_progress" => Kind::Progress,
            _ => declared(action).unwrap_or(Kind::Progress),
        },
        _ => declared(action).unwrap_or(Kind::Info),
    };
    Content {
        kind,
        task: f.task_id.filter(|id| !id.trim().is_empty()),
        generation: f.generation,
        priority: f.priority.as_deref().and_then(parse_priority),
        timeout: f.timeout.and_then(whole_seconds),
        original_assignee: f.original_assignee,
        depends_on: f.depends_on.unwrap_or_default(),
        needs: f.needs.unwrap_or_default(),
        progress: f.progress.and_then(percent),
        words: if kind == Kind::Assign {
            f.description
        } else {
            f.result.or(f.note).or(f.description)
        },
        busy: None,
        structured: true,
    }
}

/// `P0` to `P3`, or the number alone.
#[must_use]
pub fn parse_priority(raw: &str) -> Option<u8> {
    raw.trim()
        .trim_start_matches(['P', 'p'])
        .parse()
        .ok()
        .filter(|p| *p <= 3)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "bounded to a week of seconds before the cast"
)]
fn whole_seconds(s: f64) -> Option<Span> {
    (s.is_finite() && s > 0.0).then(|| Span::seconds(s.min(604_800.0) as i64))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=100 before the cast"
)]
fn percent(p: f64) -> Option<u8> {
    p.is_finite().then(|| p.clamp(0.0, 100.0) as u8)
}

/// Finds `[#<task>/g<generation>]` and `[#busy <n>(s|m|h) …]`: the first of each. O(length).
fn tags(raw: &str) -> (Option<Cow<'_, str>>, Option<u32>, Option<Span>) {
    let (mut task, mut generation, mut busy) = (None, None, None);
    for open in raw.split("[#").skip(1) {
        let Some((inside, _)) = open.split_once(']') else {
            continue;
        };
        if let Some(declared) = inside.strip_prefix("busy ") {
            busy = busy.or_else(|| duration(declared.split(' ').next()?));
        } else if task.is_none()
            && let Some((id, g)) = inside.rsplit_once("/g")
            && let Ok(g) = g.parse()
            && !id.is_empty()
            && id.len() <= text::ID_CAP
        {
            task = Some(Cow::Borrowed(id));
            generation = Some(g);
        }
    }
    (task, generation, busy)
}

/// `90s`, `20m`, `2h`; a bare number is minutes.
fn duration(raw: &str) -> Option<Span> {
    let (number, unit) = match raw.char_indices().last()? {
        (at, 's') => (raw.get(..at)?, 1),
        (at, 'm') => (raw.get(..at)?, 60),
        (at, 'h') => (raw.get(..at)?, 3600),
        _ => (raw, 60),
    };
    let n: u16 = number.parse().ok()?;
    Some(Span::seconds(i64::from(n) * unit))
}

#[cfg(test)]
mod tests;
