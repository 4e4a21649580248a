//! From an order to everything that it would write. Pure: the same snapshot and order give the same rows.

mod ends;
mod moves;
mod plain;

use super::{Asks, Deed, NewRow, Order, Party, Proposal, Seen, Write, words, write::Basis};
use crate::domain::{
    ConversationId, Mark, MarkKind, Refusal, Snapshot, State, Task, TaskId, Timestamp, Worker,
    audit::Entry,
    ledger::{Ledger, MAX_GENERATION},
    text,
};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Says everything that an order would write, or why it cannot be carried out. O(workers + tasks + messages kept).
///
/// # Errors
/// [`Refusal::NoSuch`] for a task or worker that is not there, [`Refusal::Denied`] with the rule that forbids it,
/// [`Refusal::Unavailable`] while the bridge is not read to its end.
pub fn propose(snapshot: &Snapshot, order: &Order, now: Timestamp) -> Result<Proposal, Refusal> {
    if snapshot.source.progress.is_some() || snapshot.source.read_at.is_none() {
        let why = "the history is still being counted; try again in a moment";
        return Err(Refusal::Unavailable(why.to_owned()));
    }
    let mut draft = Draft::new(snapshot, order, now);
    match &order.deed {
        Deed::Assign { task, to } => draft.assign(task, to)?,
        Deed::Reassign { task, to } => draft.reassign(task, to)?,
        Deed::Undo { task, op } => draft.undo(task, op)?,
        Deed::Redeliver { task } => draft.redeliver(task)?,
        Deed::Fence { task } => draft.fence(task)?,
        Deed::Cancel { task } => draft.cancel(task)?,
        Deed::Dead { task } => draft.give_up(task)?,
        Deed::Requeue { task } => draft.requeue(task)?,
        Deed::Adopt { task, late } => draft.adopt(task, *late)?,
        Deed::Revoke { task, from } => draft.revoke(task, from)?,
        Deed::HoldTask { task, hold } => draft.hold_task(task, *hold)?,
        Deed::Priority { task, priority } => draft.priority(task, *priority)?,
        Deed::HoldWorker { worker, hold } => draft.hold_worker(worker, *hold)?,
        Deed::Message { to, text } => draft.message(to, text)?,
        Deed::Nudge { to, n } => draft.nudge(to, *n)?,
        Deed::Escalate { about, text } => draft.escalate(about, text)?,
    }
    let makes = |row: &NewRow| row.mark.generation.unwrap_or_default();
    if draft.rows.iter().map(makes).max() > Some(MAX_GENERATION) {
        let why = "its generation leaves no room for another: give the work a new name";
        return Err(Refusal::Denied(why.to_owned()));
    }
    Ok(draft.finish())
}

/// A proposal in the making.
struct Draft<'a> {
    snapshot: &'a Snapshot,
    order: &'a Order,
    now: Timestamp,
    headline: String,
    rows: Vec<NewRow>,
    effects: Vec<String>,
    risks: Vec<String>,
    undo: String,
    asks: Asks,
    seen: Vec<Seen>,
    facts: Map<String, Value>,
    conversation: Option<ConversationId>,
}

impl<'a> Draft<'a> {
    fn new(snapshot: &'a Snapshot, order: &'a Order, now: Timestamp) -> Self {
        Self {
            snapshot,
            order,
            now,
            headline: String::new(),
            rows: Vec::new(),
            effects: Vec::new(),
            risks: Vec::new(),
            undo: String::new(),
            asks: Asks::Nothing,
            seen: Vec::new(),
            facts: Map::new(),
            conversation: None,
        }
    }

    fn finish(mut self) -> Proposal {
        let order = self.order;
        let reason = text::redact(&order.reason);
        self.effects.push(format!(
            "audit row: {} by {}{}",
            order.deed.name(),
            order.actor,
            if reason.is_empty() {
                String::new()
            } else {
                format!(", \"{}\"", text::line(&reason))
            },
        ));
        self.fact("cause", order.cause);
        self.fact("reason", &*reason);
        let entry = Entry {
            action: order.deed.name(),
            conversation: self.conversation.as_ref().map(|c| c.raw().into()),
            actor: Arc::clone(&order.actor),
            op: Arc::clone(&order.op),
            facts: Value::Object(self.facts),
        };
        Proposal {
            headline: self.headline,
            effects: self.effects,
            risks: self.risks,
            undo: self.undo,
            asks: self.asks,
            write: Write {
                op: Arc::clone(&order.op),
                basis: Basis {
                    cursor: self.snapshot.cursor,
                    // All of them: what a report that names no task is about, and whether a name is new, depends on the others.
                    ledger: Ledger::excerpt(
                        &self.snapshot.tasks,
                        crate::domain::MessageId(self.snapshot.cursor.message),
                    ),
                    seen: self.seen,
                    head: self.snapshot.chains.get(&order.actor).cloned(),
                    done: None,
                },
                rows: self.rows,
                entry,
            },
        }
    }

    /// A task by name, captured as it is now.
    fn task(&mut self, id: &TaskId) -> Result<Arc<Task>, Refusal> {
        let task = find_task(self.snapshot, id)?;
        self.seen.push(Seen::of(&task));
        Ok(task)
    }

    fn worker(&self, conversation: &ConversationId) -> Result<&'a Arc<Worker>, Refusal> {
        let mut all = self.snapshot.workers.iter();
        all.find(|w| w.conversation == *conversation)
            .ok_or_else(|| Refusal::NoSuch(format!("conversation {conversation} that is shown")))
    }

    /// Whoever owns a task, when its worker is shown.
    fn owner(&self, task: &Task) -> Option<&'a Arc<Worker>> {
        let conversation = &task.owner()?.conversation;
        self.snapshot
            .workers
            .iter()
            .find(|w| w.conversation == *conversation)
    }

    fn fact(&mut self, name: &str, value: impl Into<Value>) {
        self.facts.insert(name.to_owned(), value.into());
    }

    /// A row with its line among the effects.
    fn row(&mut self, row: NewRow, effect: impl Into<String>) {
        self.rows.push(row);
        self.effects.push(effect.into());
    }

    fn mark(&self, kind: MarkKind, task: Option<&TaskId>, generation: Option<u32>) -> Mark {
        Mark {
            kind,
            task: task.cloned(),
            generation,
            op: Some(Arc::clone(&self.order.op)),
            by: Arc::clone(&self.order.actor),
            cause: Some(self.order.cause.into()),
            value: None,
        }
    }

    /// Tells the orchestrator, in this conversation.
    fn tell_orchestrator(
        &mut self,
        conversation: &ConversationId,
        kind: &str,
        (task, generation): (&TaskId, u32),
        words: &str,
        more: &[(&str, &str)],
    ) {
        let row = NewRow {
            conversation: conversation.clone(),
            from: Party::Watchdog,
            to: Party::A,
            text: words::notice(kind, task, generation, words, more),
            action: "info",
            mark: self.mark(MarkKind::Notice, Some(task), Some(generation)),
        };
        self.row(row, format!("message to the orchestrator: {words}"));
    }

    /// Tells a worker that it no longer owns a task.
    fn tell_fenced(
        &mut self,
        task: &Task,
        generation: u32,
        conversation: &ConversationId,
        why: &str,
    ) {
        let words = format!(
            "stop work on {}: {why}; a report under an older generation is kept, and not applied",
            task.id
        );
        let row = NewRow {
            conversation: conversation.clone(),
            from: Party::A,
            to: Party::B,
            text: words::notice("task_revoked", &task.id, generation, &words, &[]),
            action: "info",
            mark: self.mark(MarkKind::Revoke, Some(&task.id), Some(generation)),
        };
        let label = self.label(conversation);
        self.row(
            row,
            format!("message to {label}: {} taken away, stop work", task.id),
        );
    }

    fn label(&self, conversation: &ConversationId) -> String {
        let shown = self
            .snapshot
            .workers
            .iter()
            .find(|w| w.conversation == *conversation);
        shown.map_or_else(|| conversation.to_string(), |w| w.id.to_string())
    }

    /// What the audit row keeps of a task as it was and as it will be.
    fn before_after(&mut self, task: &Task, state: &str, generation: u32, owner: Option<&str>) {
        let was = task.owner().map(|h| h.worker.to_string());
        self.fact("task", task.id.to_string());
        self.fact("generation", generation);
        let last = task.last_message.0;
        self.fact("before", json!({"state": task.state.name(), "generation": task.generation, "owner": was, "last_message": last}));
        self.fact(
            "after",
            json!({"state": state, "generation": generation, "owner": owner}),
        );
        if let Some(worker) = self.owner(task) {
            self.fact("evidence", evidence(worker));
        }
    }
}

/// A fact that every dashboard folds and no agent fetches: from and to the operator, in the conversation of the task's holder.
fn operator_row(task: &Task, mark: Mark, kind: &str, words: &str) -> NewRow {
    let generation = mark.generation.unwrap_or(task.generation);
    NewRow {
        conversation: task
            .holder()
            .map_or_else(|| "".into(), |h| h.conversation.clone()),
        from: Party::Operator,
        to: Party::Operator,
        text: words::notice(kind, &task.id, generation, words, &[]),
        action: "info",
        mark,
    }
}

/// What a worker was judged by, for the record.
fn evidence(worker: &Worker) -> Value {
    let v = &worker.verdict;
    json!({
        "worker": worker.id.to_string(),
        "state": v.state.name(),
        "since": v.since.rfc3339(),
        "reason": v.reason,
        "witnesses": v.evidence.iter().map(|e| json!({
            "witness": e.witness,
            "at": e.at.map(Timestamp::rfc3339),
            "limit_s": e.limit.map(crate::domain::Span::as_f64),
            "vote": e.vote,
        })).collect::<Vec<_>>(),
    })
}

/// A task by name among those that are kept.
///
/// # Errors
/// [`Refusal::NoSuch`].
pub(super) fn find_task(snapshot: &Snapshot, id: &TaskId) -> Result<Arc<Task>, Refusal> {
    let found = snapshot.tasks.iter().find(|t| t.id == *id).cloned();
    found.ok_or_else(|| {
        Refusal::NoSuch(format!(
            "task {id} among the {} that are kept",
            snapshot.tasks.len()
        ))
    })
}

/// A worker that may not be alive: nobody needs to agree when something is taken from it.
pub(super) const fn is_lost(state: State) -> bool {
    matches!(state, State::Silent | State::Expired)
}
