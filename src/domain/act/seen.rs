//! What a decision rests on, held against what came since.

use super::Write;
use crate::domain::{
    MessageId, MessageRow, Side, Task, TaskId, Timestamp, WorkerId, ledger::Incoming, message,
};
use std::{fmt, sync::Arc};

/// The state of a task as it was seen when the decision was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub task: TaskId,
    /// Its generation; 0 when there was no such task.
    pub generation: u32,
    /// The last row that concerned it.
    pub last: MessageId,
}

impl Seen {
    /// The state of `task`.
    #[must_use]
    pub fn of(task: &Task) -> Self {
        Self {
            task: task.id.clone(),
            generation: task.generation,
            last: task.last_message,
        }
    }

    /// There was no such task.
    #[must_use]
    pub const fn none(task: TaskId) -> Self {
        Self {
            task,
            generation: 0,
            last: MessageId(0),
        }
    }
}

/// Whether an action may still be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// Nothing that it rests on has moved.
    Clear,
    /// It was carried out already, by this row.
    Already(MessageId),
    /// Something moved.
    Clash(Clash),
}

/// Somebody was faster: the task as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// Which.
    pub task: TaskId,
    /// As it is now; `None` when it is gone.
    pub now: Option<Arc<Task>>,
    /// Its generation moved, not only its words.
    pub moved: bool,
}

impl Clash {
    /// `T-112 already moved to worker-7 by ana@host 4s ago`, with the label of a conversation as `label` knows it.
    #[must_use]
    pub fn sentence(
        &self,
        now: Timestamp,
        label: impl Fn(&crate::domain::ConversationId) -> Option<WorkerId>,
    ) -> String {
        let Some(task) = &self.now else {
            return format!("{} is gone", self.task);
        };
        let Some(step) = task.history.last() else {
            return format!("{} changed", self.task);
        };
        let by = (step.by.as_ref()).map_or_else(String::new, |(by, _)| format!(" by {by}"));
        let ago = (step.at).map_or_else(String::new, |at| format!(" {} ago", now.since(at)));
        if !self.moved {
            let words = "said something new about it";
            return format!("{}: its worker {words}{ago}; look again", self.task);
        }
        match task.owner() {
            Some(owner) => {
                let owner = label(&owner.conversation).unwrap_or_else(|| owner.worker.clone());
                format!("{} already moved to {owner}{by}{ago}", self.task)
            }
            None => format!("{} is already {}{by}{ago}", self.task, task.state),
        }
    }
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = (self.now.as_ref()).map_or_else(
            || "gone".to_owned(),
            |t| format!("{} under generation {}", t.state, t.generation),
        );
        write!(f, "{} changed meanwhile: it is {state} now", self.task)
    }
}

impl Write {
    /// Folds rows that came since the decision, ascending. To be called inside the transaction that writes, with every message
    /// above [`super::Basis::cursor`].
    pub fn fold(&mut self, rows: &[MessageRow]) {
        for row in rows {
            let mark = row.mark.as_deref();
            if mark.is_some_and(|m| m.op.as_ref() == Some(&self.op)) {
                self.basis.done = self.basis.done.or(Some(row.id));
            }
            let content = message::read(&row.text, row.action.as_deref());
            let worker = WorkerId::new(row.conversation.raw());
            if row.from == Side::B && mark.is_none() {
                // Whether it had fetched what it speaks of stands in no row: to be looked at, it counts as fetched.
                self.basis.ledger.fetched(&row.conversation);
            }
            self.basis.ledger.apply(&Incoming {
                id: row.id,
                conversation: &row.conversation,
                worker: &worker,
                from: row.from,
                at: row.at.at(),
                read: row.read,
                content: &content,
                mark,
            });
        }
    }

    /// Whether it may be written, after everything that came since was folded.
    #[must_use]
    pub fn check(&self) -> Check {
        if let Some(row) = self.basis.done {
            return Check::Already(row);
        }
        for seen in &self.basis.seen {
            let now = self.basis.ledger.task(&seen.task);
            let found = now.map_or_else(|| Seen::none(seen.task.clone()), |task| Seen::of(task));
            if found == *seen {
                continue;
            }
            return Check::Clash(Clash {
                task: seen.task.clone(),
                now: now.cloned(),
                moved: found.generation != seen.generation,
            });
        }
        Check::Clear
    }
}
