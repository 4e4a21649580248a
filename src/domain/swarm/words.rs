//! Messages made safe to show.

use crate::domain::{Kind, Message, MessageRow, TaskId, WorkerId, message::Content, text};
use std::fmt::Write as _;

/// The shown form of a row.
pub(super) fn message(
    row: &MessageRow,
    content: &Content<'_>,
    worker: WorkerId,
    read: bool,
) -> Message {
    Message {
        id: row.id,
        conversation: row.conversation.clone(),
        worker,
        from: row.from,
        to: row.to,
        at: row.at.at(),
        kind: content.kind,
        task: content.task.as_deref().map(TaskId::new),
        summary: summary(content, &row.text).into(),
        body: text::body(&row.text).into(),
        bytes: row.text.len(),
        read,
    }
}

/// One line: `review-pr-214 60% minute 44`.
fn summary(content: &Content<'_>, raw: &str) -> String {
    if !content.structured {
        return line(raw);
    }
    let mut out = String::new();
    let mut word = |w: &str| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(w);
    };
    if let Some(task) = content.task.as_deref() {
        word(&text::name(task));
    }
    if let Some(progress) = content.progress {
        word(&format!("{progress}%"));
    }
    if let Some(words) = content.words.as_deref() {
        word(&line(words));
    }
    if content.kind == Kind::Assign
        && let Some(priority) = content.priority
    {
        let _ = write!(out, " P{priority}");
    }
    if out.is_empty() { line(raw) } else { out }
}

fn line(raw: &str) -> String {
    text::line(&text::redact(text::head(raw, 512))).into_owned()
}
