//! One unit of work, as the messages tell it.

use super::{ConversationId, MessageId, Span, TaskId, Timestamp, WorkerId};
use serde::{Serialize, Serializer};
use std::fmt;

/// State of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskState {
    /// Written to its worker, not fetched.
    Sent,
    /// Fetched, not accepted.
    Delivered,
    /// Accepted.
    Running,
    /// Its worker says that it cannot go on.
    Blocked,
    /// Completed by its owner.
    Done,
    /// Its owner says that it failed; waits for a retry.
    Failed,
    /// Withdrawn.
    Cancelled,
}

impl TaskState {
    /// Every state, in the order of a task's life.
    pub const ALL: [Self; 7] = [
        Self::Sent,
        Self::Delivered,
        Self::Running,
        Self::Blocked,
        Self::Done,
        Self::Failed,
        Self::Cancelled,
    ];

    /// Name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Running => "running",
            Self::Blocked => "blocked",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Somebody owes it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Sent | Self::Delivered | Self::Running | Self::Blocked
        )
    }
}

impl fmt::Display for TaskState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for TaskState {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

/// Who held a task, under which generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Whose conversation.
    pub conversation: ConversationId,
    /// Label of the worker at that time.
    pub worker: WorkerId,
    /// Fencing token: +1 at every assignment to somebody new.
    pub generation: u32,
    /// The message that assigned it.
    pub message: MessageId,
    /// When it was assigned.
    pub at: Option<Timestamp>,
}

/// A report that was kept and not applied: from somebody who does not hold the task, or under an old generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateReport {
    /// The message.
    pub message: MessageId,
    /// Who sent it.
    pub worker: WorkerId,
    /// What it said: `completed`, `in_progress`, ….
    pub status: &'static str,
    /// When.
    pub at: Option<Timestamp>,
}

/// A task, folded from messages in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Name.
    pub id: TaskId,
    /// What is to be done, neutralised.
    pub description: String,
    /// 0 is the most urgent.
    pub priority: Option<u8>,
    /// Declared time limit.
    pub timeout: Option<Span>,
    /// What it waits for.
    pub depends_on: Vec<TaskId>,
    /// State.
    pub state: TaskState,
    /// Current fencing token.
    pub generation: u32,
    /// Everybody who held it, oldest first; the last one holds it now. Never empty.
    pub holders: Vec<Holder>,
    /// Progress in percent, as last reported.
    pub progress: Option<u8>,
    /// Result or last words, neutralised.
    pub result: Option<String>,
    /// Some accepted report carried no generation.
    pub weak: bool,
    /// When its owner spoke of it last.
    pub reported_at: Option<Timestamp>,
    /// When it reached a closed state.
    pub closed_at: Option<Timestamp>,
    /// Newest message that concerns it.
    pub last_message: MessageId,
    /// Same assignment again.
    pub redeliveries: u32,
    /// Same report again.
    pub duplicates: u32,
    /// Reports kept and not applied, oldest first; the newest 16.
    pub late: Vec<LateReport>,
}

impl Task {
    /// Who holds it now.
    #[must_use]
    pub fn holder(&self) -> Option<&Holder> {
        self.holders.last()
    }

    /// Who held it before the current holder; `None` when it never moved.
    #[must_use]
    pub fn moved_from(&self) -> Option<&Holder> {
        self.holders
            .len()
            .checked_sub(2)
            .and_then(|i| self.holders.get(i))
    }
}

/// How many tasks there are in each state. Sums to `total`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct TaskCounts {
    /// All that were ever assigned.
    pub total: u64,
    /// Written, not fetched.
    pub sent: u64,
    /// Fetched, not accepted.
    pub delivered: u64,
    /// Accepted.
    pub running: u64,
    /// Cannot go on.
    pub blocked: u64,
    /// Completed.
    pub done: u64,
    /// Failed.
    pub failed: u64,
    /// Withdrawn.
    pub cancelled: u64,
}

impl TaskCounts {
    /// Tasks that somebody owes.
    #[must_use]
    pub const fn open(&self) -> u64 {
        self.sent + self.delivered + self.running + self.blocked
    }

    /// The count of one state.
    pub const fn slot(&mut self, state: TaskState) -> &mut u64 {
        match state {
            TaskState::Sent => &mut self.sent,
            TaskState::Delivered => &mut self.delivered,
            TaskState::Running => &mut self.running,
            TaskState::Blocked => &mut self.blocked,
            TaskState::Done => &mut self.done,
            TaskState::Failed => &mut self.failed,
            TaskState::Cancelled => &mut self.cancelled,
        }
    }
}
