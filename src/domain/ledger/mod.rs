//! The task ledger: a pure fold over messages in the order of their ids. Replaying, splitting or repeating the input gives the
//! same ledger, because a message at or below the last one folded is ignored.
//!
//! Cost: O(1) expected per message. Memory: open tasks and the newest [`KEPT_CLOSED`] closed ones whole, the other closed
//! ones as name, generation, state and last holder, at most [`KEPT_NAMES`] of them.

mod excerpt;
mod first;
mod marked;
mod memory;
mod report;

use super::{
    ConversationId, Kind, Mark, MessageId, Side, Span, StepKind, Task, TaskCounts, TaskId,
    TaskState, TaskStep, Timestamp, WorkerId, message::Content,
};
use first::{first, holder};
use memory::Closed;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

/// Closed tasks that are kept whole.
pub const KEPT_CLOSED: usize = 1_000;
/// Closed tasks that are remembered by name.
pub const KEPT_NAMES: usize = 250_000;
/// A generation above this is no generation: it would leave no room above it.
pub(super) const MAX_GENERATION: u32 = 1_000_000;
/// The cause of an assignment that takes back the one before it.
pub(super) const UNDO: &str = "undo";
/// The cause of an assignment that follows its worker into the worker's next conversation.
pub const ROTATION: &str = "rotation";
/// The protocol's own way of naming a task that moved.
const MOVED: &str = "-reassigned";

/// Generations by task, below which none may be.
pub type Floors = HashMap<TaskId, u32>;

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
    /// What this program noted in it, when it wrote it.
    pub mark: Option<&'a Mark>,
}

/// A task changed: as it is now, and the state that it had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The task now.
    pub task: Arc<Task>,
    /// Its state before; `None` when it is new.
    pub before: Option<TaskState>,
}

/// All tasks.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    tasks: BTreeMap<TaskId, Arc<Task>>,
    open: HashMap<ConversationId, BTreeSet<TaskId>>,
    undelivered: HashMap<MessageId, TaskId>,
    closed: VecDeque<TaskId>,
    names: HashMap<TaskId, Closed>,
    /// Of tasks that no row holds any more.
    floors: Floors,
    names_order: VecDeque<TaskId>,
    counts: TaskCounts,
    last: MessageId,
    unknown: u64,
    outcomes: HashMap<ConversationId, Outcomes>,
}

/// What a worker made of its tasks.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Outcomes {
    /// Tasks completed.
    pub done: u32,
    /// Tasks that failed.
    pub failed: u32,
    /// How long it takes to accept a task: an exponentially weighted mean, weight 0.3 for the newest; `None` before the first.
    pub accepts_after: Option<Span>,
}

impl Ledger {
    /// Folds the next message. Says which task changed, when one did. A message at or below the last one is ignored.
    pub fn apply(&mut self, m: &Incoming<'_>) -> Option<Step> {
        if m.id <= self.last {
            return None;
        }
        self.last = m.id;
        if let Some(mark) = m.mark {
            // Nobody but this program can mark a row of the bridge; where anybody could, an agent's mark is worth nothing, and only
            // a report that names its task counts.
            return match m.from {
                Side::B if m.content.task.is_some() && m.content.kind.report().is_some() => {
                    self.report(m)
                }
                Side::B => None,
                Side::A | Side::Other => self.marked(m, mark),
            };
        }
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
            let current = task.owner().is_some_and(|h| h.message <= message);
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
    pub fn outcomes(&self, conversation: &ConversationId) -> Outcomes {
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
        let (open, closed): (Vec<_>, Vec<_>) =
            self.tasks.values().partition(|task| task.state.is_open());
        open.into_iter().chain(closed).cloned().collect()
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
            let its_own = (task.owner()).is_some_and(|h| h.conversation == *m.conversation);
            return match (task.state, its_own) {
                (TaskState::Done | TaskState::Cancelled | TaskState::Dead, _) => {
                    self.change(&id, |task| task.redeliveries += 1)
                }
                (_, false) => self.hand_over(&id, m, None),
                (_, true) => self.redeliver(&id, m),
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

    /// The same assignment again.
    fn redeliver(&mut self, id: &TaskId, m: &Incoming<'_>) -> Option<Step> {
        self.await_delivery(m, id);
        let mut step = self.change(id, |task| {
            task.redeliveries = task.redeliveries.saturating_add(1);
            note(task, m, StepKind::Redelivered);
        })?;
        if m.read
            && let Some(delivered) = self.delivered(m.id)
        {
            step.task = delivered.task;
        }
        Some(step)
    }

    fn create(&mut self, id: &TaskId, m: &Incoming<'_>, generation: u32) -> Option<Step> {
        let forgotten = self.names.remove(id);
        let mut task = first(id, m, generation, forgotten.as_ref());
        if let Some(floor) = self.floors.remove(id) {
            above(&mut task, floor);
        }
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
    fn hand_over(
        &mut self,
        id: &TaskId,
        m: &Incoming<'_>,
        generation: Option<u32>,
    ) -> Option<Step> {
        let mut step = self.change(id, |task| {
            task.generation = generation.unwrap_or_else(|| task.generation.saturating_add(1));
            task.attempts = match cause(m) {
                Some(UNDO) => task.attempts.saturating_sub(1).max(1),
                Some(ROTATION) if task.owner().is_some() => task.attempts,
                _ => task.attempts.saturating_add(1),
            };
            task.redeliveries = 0;
            task.told.retain(|told| told != m.conversation);
            task.holders.push(holder(m, task.generation));
            if task.holders.len() > 32 {
                task.holders.remove(0);
            }
            task.state = TaskState::Sent;
            task.progress = None;
            task.closed_at = None;
            note(task, m, StepKind::Assigned);
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
        let owner = |task: &Task| task.owner().map(|h| h.conversation.clone());
        let (before, held) = (slot.state, owner(slot));
        edit(Arc::make_mut(slot));
        let task = Arc::clone(slot);
        let holds = owner(&task);
        if before != task.state {
            *self.counts.slot(before) = self.counts.slot(before).saturating_sub(1);
            *self.counts.slot(task.state) += 1;
        }
        if held != holds {
            if let Some(set) = held.as_ref().and_then(|h| self.open.get_mut(h)) {
                set.remove(id);
            }
            if let Some(h) = &holds {
                self.open.entry(h.clone()).or_default().insert(id.clone());
            }
        }
        if before != task.state && !task.state.is_open() {
            self.close(&task, held);
        }
        if before.is_open() != task.state.is_open() && task.state.is_open() {
            self.closed.retain(|closed| closed != id);
        }
        Some(Step {
            task,
            before: Some(before),
        })
    }
}

/// Why this program wrote an assignment. One that takes back another which nobody accepted is no attempt together with it; one that follows
/// its worker into the next conversation is none at all.
fn cause<'a>(m: &Incoming<'a>) -> Option<&'a str> {
    m.mark.and_then(|mark| mark.cause.as_deref())
}

/// A new task had another life before, up to this generation.
fn above(task: &mut Task, floor: u32) {
    task.generation = task.generation.max(floor.saturating_add(1));
    if let Some(holder) = task.holders.last_mut() {
        holder.generation = task.generation;
    }
    if let Some(step) = task.history.last_mut() {
        step.generation = task.generation;
    }
}

/// Steps of its life that a task keeps.
const KEPT_STEPS: usize = 48;

/// Writes a step into the history of a task. Progress after progress is one step.
fn note(task: &mut Task, m: &Incoming<'_>, kind: StepKind) {
    task.last_message = task.last_message.max(m.id);
    let last = task.history.last().map(|s| s.kind);
    if matches!(
        (last, kind),
        (Some(StepKind::Progress(_)), StepKind::Progress(_))
    ) {
        task.history.pop();
    }
    if task.history.len() == KEPT_STEPS {
        task.history.remove(0);
    }
    task.history.push(TaskStep {
        message: m.id,
        at: m.at,
        kind,
        generation: task.generation,
        worker: Some(m.worker.clone()),
        by: m
            .mark
            .map(|mark| (Arc::clone(&mark.by), mark.cause.clone())),
    });
}

#[cfg(test)]
mod tests;
