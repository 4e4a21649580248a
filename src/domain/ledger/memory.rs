//! What is kept of closed tasks.

use super::{KEPT_CLOSED, KEPT_NAMES, Ledger, Outcomes};
use crate::domain::{ConversationId, MessageId, Task, TaskCounts, TaskState};
use std::{collections::BTreeSet, sync::Arc};

/// What remains of a closed task that is no longer kept whole.
#[derive(Debug, Clone)]
pub(super) struct Closed {
    pub(super) generation: u32,
    pub(super) state: TaskState,
    pub(super) holder: Option<ConversationId>,
}

impl Ledger {
    /// Messages before `end` that the tasks rest on which are kept whole, ascending. O(tasks).
    #[must_use]
    pub fn messages_before(&self, end: MessageId) -> Vec<i64> {
        let of = |task: &Arc<Task>| {
            let held = task.holders.iter().map(|h| h.message);
            let happened = task.history.iter().map(|step| step.message);
            let late = task.late.iter().map(|late| late.message);
            held.chain(happened)
                .chain(late)
                .chain([task.last_message])
                .map(|id| id.0)
                .collect::<Vec<_>>()
        };
        let all = self.tasks.values().flat_map(of).filter(|id| *id < end.0);
        let all: BTreeSet<i64> = all.collect();
        all.into_iter().collect()
    }

    /// The totals are known, whatever of the history is still there to be folded.
    pub const fn settle(&mut self, counts: TaskCounts, unknown: u64) {
        (self.counts, self.unknown) = (counts, unknown);
    }

    /// What a worker made of its tasks is known, too.
    pub fn settle_outcomes(&mut self, conversation: ConversationId, outcomes: Outcomes) {
        self.outcomes.insert(conversation, outcomes);
    }

    /// A task was closed: its outcome is counted, and the oldest closed one is kept by name only.
    pub(super) fn close(&mut self, task: &Task, holder: Option<ConversationId>) {
        if let Some(conversation) = holder {
            let outcomes = self.outcomes.entry(conversation).or_default();
            match task.state {
                TaskState::Done => outcomes.done += 1,
                TaskState::Failed => outcomes.failed += 1,
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
