//! The task ledger: a pure fold over messages in the order of their ids. Replaying, splitting or repeating the input gives the
//! same ledger, because a message at or below the last one folded is ignored.
//!
//! Cost: O(1) expected per message. Memory: open tasks and the newest [`KEPT_CLOSED`] closed ones whole, the other closed
//! ones as name, generation, state and last holder, at most [`KEPT_NAMES`] of them.

mod report;

use super::{
    ConversationId, Holder, Kind, MessageId, Side, Task, TaskCounts, TaskId, TaskState, Timestamp,
    WorkerId, message::Content, text,
};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

/// Closed tasks that are kept whole.
pub const KEPT_CLOSED: usize = 1_000;
/// Closed tasks that are remembered by name.
pub const KEPT_NAMES: usize = 250_000;
/// The protocol's own way of naming a task that moved.
const MOVED: &str = "-reassigned";

/// A message as the ledger sees it.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// Key and order.
    pub id: MessageId,
    /// Conversation.
    pub conversation: &'a ConversationId,
    /// Label of the worker's side.
    pub worker: &'a WorkerId,
    /// Sender.
    pub from: Side,
    /// Sender's time.
    pub at: Option<Timestamp>,
    /// Delivered.
    pub read: bool,
    /// What it says.
    pub content: &'a Content<'a>,
}

/// A task changed: as it is now, and the state that it had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The task now.
    pub task: Arc<Task>,
    /// Its state before; `None` when it is new.
    pub before: Option<TaskState>,
}

/// What remains of a closed task that is no longer kept whole.
#[derive(Debug, Clone)]
struct Closed {
    generation: u32,
    state: TaskState,
    holder: Option<ConversationId>,
}

/// All tasks.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    tasks: HashMap<TaskId, Arc<Task>>,
    open: HashMap<ConversationId, BTreeSet<TaskId>>,
    undelivered: HashMap<MessageId, TaskId>,
    closed: VecDeque<TaskId>,
    names: HashMap<TaskId, Closed>,
    names_order: VecDeque<TaskId>,
    counts: TaskCounts,
    last: MessageId,
    unknown: u64,
    outcomes: HashMap<ConversationId, (u32, u32)>,
}

impl Ledger {
    /// Folds the next message. Says which task changed, when one did. A message at or below the last one is ignored.
    pub fn apply(&mut self, m: &Incoming<'_>) -> Option<Step> {
        if m.id <= self.last {
            return None;
        }
        self.last = m.id;
        match (m.from, m.content.kind) {
            (Side::A | Side::Other, Kind::Assign) => self.assign(m),
            (Side::B, Kind::Drill | Kind::Assign) | (Side::A | Side::Other, _) => None,
            (Side::B, _) => self.report(m),
        }
    }

    /// A message was fetched by its receiver: its task counts as delivered.
    pub fn delivered(&mut self, message: MessageId) -> Option<Step> {
        let id = self.undelivered.remove(&message)?;
        self.change(&id, |task| {
            let current = task.holder().is_some_and(|h| h.message <= message);
            if current && task.state == TaskState::Sent {
                task.state = TaskState::Delivered;
            }
        })
    }

    /// Open tasks that a conversation holds.
    #[must_use]
    pub fn open_of(&self, conversation: &ConversationId) -> Option<&BTreeSet<TaskId>> {
        self.open.get(conversation)
    }

    /// Tasks completed and failed in a conversation.
    #[must_use]
    pub fn outcomes(&self, conversation: &ConversationId) -> (u32, u32) {
        self.outcomes.get(conversation).copied().unwrap_or_default()
    }

    /// A task that is kept whole.
    #[must_use]
    pub fn task(&self, id: &TaskId) -> Option<&Arc<Task>> {
        self.tasks.get(id)
    }

    /// Open tasks by name, then closed ones that are kept whole, by name. O(kept).
    #[must_use]
    pub fn listing(&self) -> Vec<Arc<Task>> {
        let mut all: Vec<_> = self.tasks.values().cloned().collect();
        all.sort_by(|a, b| (!a.state.is_open(), &a.id).cmp(&(!b.state.is_open(), &b.id)));
        all
    }

    /// How many tasks are in each state.
    #[must_use]
    pub const fn counts(&self) -> TaskCounts {
        self.counts
    }

    /// Reports that name a task nobody assigned.
    #[must_use]
    pub const fn unknown_reports(&self) -> u64 {
        self.unknown
    }

    /// The task that a name means: itself, or the one that it says was moved.
    fn resolve(&self, raw: &str) -> TaskId {
        if let Some((id, _)) = self.tasks.get_key_value(raw) {
            return id.clone();
        }
        let mut name = raw;
        loop {
            let id = TaskId::new(name);
            match name.strip_suffix(MOVED) {
                Some(base) if !base.is_empty() && !self.knows(&id) => name = base,
                _ => return id,
            }
        }
    }

    fn knows(&self, id: &TaskId) -> bool {
        self.tasks.contains_key(id) || self.names.contains_key(id)
    }

    /// An assignment: the first is generation 1, to somebody else +1, to the same owner a redelivery.
    fn assign(&mut self, m: &Incoming<'_>) -> Option<Step> {
        let raw = m.content.task.as_deref()?;
        let moved = raw.ends_with(MOVED) && m.content.original_assignee.is_some();
        let id = if moved {
            self.resolve(raw)
        } else {
            TaskId::new(raw)
        };
        if let Some(task) = self.tasks.get(&id) {
            return match (
                task.state,
                task.holder()
                    .is_some_and(|h| h.conversation == *m.conversation),
            ) {
                (TaskState::Done | TaskState::Cancelled, _) => {
                    self.change(&id, |task| task.redeliveries += 1)
                }
                (TaskState::Failed, _) | (_, false) => self.hand_over(&id, m),
                (_, true) => {
                    self.await_delivery(m, &id);
                    self.change(&id, |task| {
                        task.redeliveries += 1;
                        task.last_message = m.id;
                    })
                }
            };
        }
        if let Some(old) = self.names.get(&id) {
            if old.state != TaskState::Failed {
                return None;
            }
            let next = old.generation.saturating_add(1);
            return self.create(&id, m, next);
        }
        self.create(&id, m, 1 + u32::from(moved))
    }

    fn create(&mut self, id: &TaskId, m: &Incoming<'_>, generation: u32) -> Option<Step> {
        let forgotten = self.names.remove(id);
        let task = first(id, m, generation, forgotten.as_ref());
        match forgotten {
            Some(old) => {
                *self.counts.slot(old.state) = self.counts.slot(old.state).saturating_sub(1);
            }
            None => self.counts.total += 1,
        }
        *self.counts.slot(TaskState::Sent) += 1;
        self.open
            .entry(m.conversation.clone())
            .or_default()
            .insert(id.clone());
        self.tasks.insert(id.clone(), Arc::new(task));
        self.await_delivery(m, id);
        if m.read {
            let step = self.delivered(m.id)?;
            return Some(Step {
                before: None,
                ..step
            });
        }
        self.tasks.get(id).map(|task| Step {
            task: Arc::clone(task),
            before: None,
        })
    }

    /// Gives a task to another owner, or to the same one after a failure: +1, and everything of the old generation is late.
    fn hand_over(&mut self, id: &TaskId, m: &Incoming<'_>) -> Option<Step> {
        if self.tasks.get(id).is_some_and(|t| !t.state.is_open()) {
            self.closed.retain(|closed| closed != id);
        }
        let mut step = self.change(id, |task| {
            task.generation = task.generation.saturating_add(1);
            task.holders.push(holder(m, task.generation));
            if task.holders.len() > 32 {
                task.holders.remove(0);
            }
            task.state = TaskState::Sent;
            task.progress = None;
            task.closed_at = None;
            task.last_message = m.id;
            task.priority = m.content.priority.or(task.priority);
            task.timeout = m.content.timeout.or(task.timeout);
        })?;
        self.await_delivery(m, id);
        if m.read
            && let Some(delivered) = self.delivered(m.id)
        {
            step.task = delivered.task;
        }
        Some(step)
    }

    fn await_delivery(&mut self, m: &Incoming<'_>, id: &TaskId) {
        self.undelivered.insert(m.id, id.clone());
    }

    /// Changes a task and keeps counts, lists and memory in step with its state and holder.
    fn change(&mut self, id: &TaskId, edit: impl FnOnce(&mut Task)) -> Option<Step> {
        let slot = self.tasks.get_mut(id)?;
        let (before, held) = (slot.state, slot.holder().map(|h| h.conversation.clone()));
        edit(Arc::make_mut(slot));
        let task = Arc::clone(slot);
        let holds = task.holder().map(|h| h.conversation.clone());
        if before != task.state {
            *self.counts.slot(before) = self.counts.slot(before).saturating_sub(1);
            *self.counts.slot(task.state) += 1;
        }
        if before.is_open() != task.state.is_open() || held != holds {
            if let Some(set) = held.as_ref().and_then(|h| self.open.get_mut(h)) {
                set.remove(id);
            }
            if task.state.is_open()
                && let Some(h) = &holds
            {
                self.open.entry(h.clone()).or_default().insert(id.clone());
            }
        }
        if before != task.state && !task.state.is_open() {
            self.close(&task, holds);
        }
        Some(Step {
            task,
            before: Some(before),
        })
    }

    fn close(&mut self, task: &Task, holder: Option<ConversationId>) {
        if let Some(conversation) = holder {
            let (done, failed) = self.outcomes.entry(conversation).or_default();
            match task.state {
                TaskState::Done => *done += 1,
                TaskState::Failed => *failed += 1,
                _ => {}
            }
        }
        if let Some(held) = task.holder() {
            self.undelivered.remove(&held.message);
        }
        self.closed.push_back(task.id.clone());
        if self.closed.len() <= KEPT_CLOSED {
            return;
        }
        let Some(oldest) = self.closed.pop_front() else {
            return;
        };
        if self.tasks.get(&oldest).is_none_or(|t| t.state.is_open()) {
            return;
        }
        if let Some(task) = self.tasks.remove(&oldest) {
            let closed = Closed {
                generation: task.generation,
                state: task.state,
                holder: task.holder().map(|h| h.conversation.clone()),
            };
            self.names.insert(oldest.clone(), closed);
            self.names_order.push_back(oldest);
            if self.names_order.len() > KEPT_NAMES
                && let Some(forgotten) = self.names_order.pop_front()
            {
                self.names.remove(&forgotten);
            }
        }
    }
}

/// A task as its first assignment makes it.
fn first(id: &TaskId, m: &Incoming<'_>, generation: u32, forgotten: Option<&Closed>) -> Task {
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
        });
    }
    holders.push(holder(m, generation));
    let words = text::redact(text::head(
        content.words.as_deref().unwrap_or_default(),
        512,
    ));
    Task {
        id: id.clone(),
        description: text::line(&words).into_owned(),
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
        progress: None,
        result: None,
        weak: false,
        reported_at: None,
        closed_at: None,
        last_message: m.id,
        redeliveries: 0,
        duplicates: 0,
        late: Vec::new(),
    }
}

fn holder(m: &Incoming<'_>, generation: u32) -> Holder {
    Holder {
        conversation: m.conversation.clone(),
        worker: m.worker.clone(),
        generation,
        message: m.id,
        at: m.at,
    }
}

#[cfg(test)]
mod tests;
