//! What an operator, or the watchdog in the operator's place, can do: from a wish to the rows that carry it out.
//!
//! [`propose()`] is pure: it says everything that would be written, why, and at what risk, and captures the state of the task that
//! it was decided on. [`Write::fold`] and [`Write::check`] hold that state against the rows that came since, inside the store's
//! transaction: a decision never overwrites what it did not see.

mod capsule;
mod propose;
mod seen;
mod words;
mod write;

pub use propose::propose;
pub use seen::{Check, Clash, Seen};
pub use words::op_id;
pub use write::{Basis, NewRow, Party, Write};

use super::{ConversationId, MessageId, Span, TaskId};
use std::sync::Arc;

/// A task that does not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// Name.
    pub id: TaskId,
    /// What is to be done.
    pub description: String,
    /// 0 is the most urgent, 3 the least.
    pub priority: Option<u8>,
    /// Time limit, from the assignment to the completion.
    pub timeout: Option<Span>,
    /// What its worker must be able to do: a role, a team.
    pub needs: Vec<String>,
    /// What it waits for.
    pub depends_on: Vec<TaskId>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Hands a new task to a worker: generation 1.
    Assign {
        /// The task.
        task: NewTask,
        /// Whose conversation.
        to: ConversationId,
    },
    /// Hands a task to another worker: +1.
    Reassign {
        /// Which.
        task: TaskId,
        /// Whose conversation.
        to: ConversationId,
    },
    /// Gives a task back to whoever held it before the action `op`, while nobody accepted it: +1.
    Undo {
        /// Which.
        task: TaskId,
        /// The action to undo.
        op: Arc<str>,
    },
    /// Takes a task from its owner: +1, and nobody owns it.
    Fence {
        /// Which.
        task: TaskId,
    },
    /// Writes the same assignment again: the same generation.
    Redeliver {
        /// Which.
        task: TaskId,
    },
    /// Withdraws a task: +1.
    Cancel {
        /// Which.
        task: TaskId,
    },
    /// Gives a task up: +1.
    Dead {
        /// Which.
        task: TaskId,
    },
    /// Takes up a closed task again, with all its attempts: +1.
    Requeue {
        /// Which.
        task: TaskId,
    },
    /// Applies a late report: the task is done, +1.
    Adopt {
        /// Which.
        task: TaskId,
        /// The report.
        late: MessageId,
    },
    /// Tells a worker that it no longer owns a task.
    Revoke {
        /// Which.
        task: TaskId,
        /// Whose conversation.
        from: ConversationId,
    },
    /// Keeps a task out of automatic moves, or ends that.
    HoldTask {
        /// Which.
        task: TaskId,
        /// Hold, or release.
        hold: bool,
    },
    /// Sets the priority of a task.
    Priority {
        /// Which.
        task: TaskId,
        /// 0 to 3.
        priority: u8,
    },
    /// Keeps a worker out of automatic moves, or ends that.
    HoldWorker {
        /// Whose conversation.
        worker: ConversationId,
        /// Hold, or release.
        hold: bool,
    },
    /// Sends words.
    Message {
        /// Whose conversation.
        to: ConversationId,
        /// The words.
        text: String,
    },
    /// Tells the orchestrator of a worker, in a conversation that is not over.
    Escalate {
        /// Whose trouble it is.
        about: ConversationId,
        /// The words.
        text: String,
    },
    /// Asks for a sign of life.
    Nudge {
        /// Whose conversation.
        to: ConversationId,
        /// How often this was asked, from 1.
        n: u32,
    },
}

impl Deed {
    /// Name, as in the audit log and on screen.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Assign { .. } => "assign",
            Self::Reassign { .. } => "reassign",
            Self::Undo { .. } => "undo",
            Self::Fence { .. } => "fence",
            Self::Redeliver { .. } => "redeliver",
            Self::Cancel { .. } => "cancel",
            Self::Dead { .. } => "dead-letter",
            Self::Requeue { .. } => "requeue",
            Self::Adopt { .. } => "adopt",
            Self::Revoke { .. } => "revoke",
            Self::HoldTask { hold: true, .. } | Self::HoldWorker { hold: true, .. } => "hold",
            Self::HoldTask { .. } | Self::HoldWorker { .. } => "release",
            Self::Priority { .. } => "priority",
            Self::Message { .. } => "message",
            Self::Nudge { .. } => "nudge",
            Self::Escalate { .. } => "escalate",
        }
    }

    /// The task that it is about.
    #[must_use]
    pub const fn task(&self) -> Option<&TaskId> {
        match self {
            Self::Assign { task, .. } => Some(&task.id),
            Self::Reassign { task, .. }
            | Self::Undo { task, .. }
            | Self::Fence { task }
            | Self::Redeliver { task }
            | Self::Cancel { task }
            | Self::Dead { task }
            | Self::Requeue { task }
            | Self::Adopt { task, .. }
            | Self::Revoke { task, .. }
            | Self::HoldTask { task, .. }
            | Self::Priority { task, .. } => Some(task),
            Self::HoldWorker { .. }
            | Self::Message { .. }
            | Self::Escalate { .. }
            | Self::Nudge { .. } => None,
        }
    }
}

/// A deed with who wants it and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Names the action, made before the first try; see [`op_id`].
    pub op: Arc<str>,
    /// Who acts, such as `ana@host`; neutralised.
    pub actor: Arc<str>,
    /// Why, in one word: `operator`, `silent`, `expired`, `undelivered`, ….
    pub cause: &'static str,
    /// Why, in the actor's words; may be empty.
    pub reason: String,
    /// What.
    pub deed: Deed,
}

/// What the operator must do before an order is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    /// Nothing: it is undone as easily.
    Nothing,
    /// Confirm with a key of its own.
    Confirm,
    /// Type this word.
    Type(String),
}

/// Everything that would happen.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// What it is, in one line; neutralised.
    pub headline: String,
    /// What will be written, one line for each row; neutralised.
    pub effects: Vec<String>,
    /// What may go wrong; neutralised.
    pub risks: Vec<String>,
    /// How it can be undone, or that it cannot; neutralised.
    pub undo: String,
    /// What it asks for.
    pub asks: Asks,
    /// The rows, and the state that they rest on.
    pub write: Write,
}

#[cfg(test)]
pub(crate) mod tests;
