//! How a task begins.

use super::{Incoming, memory::Closed};
use crate::domain::{Holder, MessageId, StepKind, Task, TaskId, TaskState, text};
use std::sync::Arc;

/// A task as its first assignment makes it.
pub(super) fn first(
    id: &TaskId,
    m: &Incoming<'_>,
    generation: u32,
    forgotten: Option<&Closed>,
) -> Task {
    let content = m.content;
    let mut holders = Vec::new();
    if generation > 1
        && let Some(from) = content.original_assignee.as_deref()
    {
        holders.push(Holder {
            conversation: forgotten
                .and_then(|f| f.holder.clone())
                .unwrap_or_else(|| from.into()),
            worker: from.into(),
            generation: generation - 1,
            message: MessageId::default(),
            at: None,
            op: None,
        });
    }
    holders.push(holder(m, generation));
    let words = text::redact(text::head(
        content.words.as_deref().unwrap_or_default(),
        512,
    ));
    let mut task = Task {
        id: id.clone(),
        description: text::line(&words).into_owned(),
        brief: text::body(content.words.as_deref().unwrap_or_default()).into(),
        needs: (content.needs.iter().take(8))
            .map(|need| text::name(need).into_owned())
            .collect(),
        priority: content.priority,
        timeout: content.timeout,
        depends_on: content
            .depends_on
            .iter()
            .take(32)
            .map(|d| TaskId::new(d.as_str()))
            .collect(),
        state: TaskState::Sent,
        generation,
        holders,
        attempts: generation.clamp(1, 2).min(generation),
        held: false,
        progress: None,
        result: None,
        weak: false,
        reported_at: None,
        closed_at: None,
        last_message: m.id,
        redeliveries: 0,
        duplicates: 0,
        late: Vec::new(),
        told: Vec::new(),
        adopted: None,
        history: Vec::new(),
    };
    super::note(&mut task, m, StepKind::Assigned);
    task
}

pub(super) fn holder(m: &Incoming<'_>, generation: u32) -> Holder {
    Holder {
        conversation: m.conversation.clone(),
        worker: m.worker.clone(),
        generation,
        message: m.id,
        at: m.at,
        op: m
            .mark
            .and_then(|mark| Some((Arc::clone(mark.op.as_ref()?), Arc::clone(&mark.by)))),
    }
}
