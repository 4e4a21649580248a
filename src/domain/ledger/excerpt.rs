//! A part of the ledger that one decision rests on.

use super::{Floors, Ledger};
use crate::domain::{ConversationId, MessageId, Task, TaskId, TaskState};
use std::sync::Arc;

impl Ledger {
    /// A ledger that knows these tasks as they are after the message `last`, and nothing else. Rows above `last` fold into it as
    /// they do into the whole, as far as these tasks are concerned. O(tasks).
    #[must_use]
    pub fn excerpt<'a>(tasks: impl IntoIterator<Item = &'a Arc<Task>>, last: MessageId) -> Self {
        let mut ledger = Self {
            last,
            ..Self::default()
        };
        for task in tasks {
            ledger.counts.total += 1;
            *ledger.counts.slot(task.state) += 1;
            if let Some(owner) = task.owner() {
                let open = ledger.open.entry(owner.conversation.clone()).or_default();
                open.insert(task.id.clone());
            }
            if !task.state.is_open() {
                ledger.closed.push_back(task.id.clone());
            }
            ledger.tasks.insert(task.id.clone(), Arc::clone(task));
        }
        ledger
    }

    /// The highest message folded.
    #[must_use]
    pub const fn last(&self) -> MessageId {
        self.last
    }

    /// Everything that waits for a worker counts as delivered.
    pub(in crate::domain) fn fetched(&mut self, conversation: &ConversationId) {
        let open = self.open.get(conversation).cloned().unwrap_or_default();
        for id in open {
            self.change(&id, |task| {
                if task.state == TaskState::Sent {
                    task.state = TaskState::Delivered;
                }
            });
        }
    }

    /// Generations known from before: the bridge's cleanup may have removed the rows that made them, and a generation never
    /// falls. A task that no row holds any more begins above its floor when its name comes again. To be called when the whole
    /// history is folded. O(floors).
    pub fn raise(&mut self, floors: &Floors) {
        for (id, floor) in floors {
            if let Some(task) = self.tasks.get(id) {
                if task.generation < *floor {
                    self.change(id, |task| task.generation = *floor);
                }
            } else if let Some(closed) = self.names.get_mut(id) {
                closed.generation = closed.generation.max(*floor);
            } else {
                self.floors.insert(id.clone(), *floor);
            }
        }
    }

    /// The generation of every task that is known, in no order. O(tasks).
    pub fn generations(&self) -> impl Iterator<Item = (&TaskId, u32)> {
        let whole = self.tasks.iter().map(|(id, task)| (id, task.generation));
        let names = self.names.iter().map(|(id, old)| (id, old.generation));
        whole.chain(names)
    }
}
