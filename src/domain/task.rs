//! One unit of work, as the messages tell it.

use super::{ConversationId, MessageId, Span, TaskId, Timestamp, WorkerId};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// State of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaskState {
    /// Nobody owns it: it was taken from its owner and waits for another.
    Queued,
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
    /// Given up: its attempts are used up, or the operator said so.
    Dead,
}

impl TaskState {
    /// Every state, in the order of a task's life.
    pub const ALL: [Self; 9] = [
        Self::Queued,
        Self::Sent,
        Self::Delivered,
        Self::Running,
        Self::Blocked,
        Self::Done,
        Self::Failed,
        Self::Cancelled,
        Self::Dead,
    ];

    /// Name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Running => "running",
            Self::Blocked => "blocked",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Dead => "dead",
        }
    }

    /// It is to be done, whether or not somebody owns it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Queued | Self::Sent | Self::Delivered | Self::Running | Self::Blocked
        )
    }

    /// Somebody owes it.
    #[must_use]
    pub const fn is_owned(self) -> bool {
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
    /// The action that assigned it and who acted, when this program wrote it.
    pub op: Option<(Arc<str>, Arc<str>)>,
}

/// What happened to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// It was assigned.
    Assigned,
    /// The same assignment was written again.
    Redelivered,
    /// Its owner accepted it.
    Accepted,
    /// Its owner reported progress, as a percentage where it said one.
    Progress(Option<u8>),
    /// Its owner cannot go on.
    Blocked,
    /// Its owner completed it.
    Done,
    /// Its owner says that it failed.
    Failed,
    /// A report was kept, and not applied.
    Late(&'static str),
    /// It was taken from its owner.
    Fenced,
    /// It was withdrawn.
    Cancelled,
    /// It was given up.
    Dead,
    /// It was taken up again.
    Requeued,
    /// A late report was applied.
    Adopted,
    /// It is kept out of automatic moves.
    Held,
    /// It is no longer.
    Released,
    /// Its priority was set.
    Priority(u8),
}

/// One step in the life of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskStep {
    /// The message that says so.
    pub message: MessageId,
    /// When.
    pub at: Option<Timestamp>,
    /// What.
    pub kind: StepKind,
    /// Generation after it.
    pub generation: u32,
    /// The worker that it is about.
    pub worker: Option<WorkerId>,
    /// Who acted and why, when this program wrote it; neutralised.
    pub by: Option<(Arc<str>, Option<Arc<str>>)>,
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
    /// What is to be done in one line, neutralised.
    pub description: String,
    /// The same whole, as far as 4 KiB go: redacted, neutralised, with its lines.
    pub brief: Arc<str>,
    /// What whoever takes it must be: a role, a team, a word of its label; any of them.
    pub needs: Vec<String>,
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
    /// Everybody who held it, oldest first; the last one holds it now, unless nobody owns it. Never empty.
    pub holders: Vec<Holder>,
    /// Assignments since it was made or last requeued: what the limit of attempts counts. One that follows its worker into its next
    /// conversation is none.
    pub attempts: u32,
    /// The operator keeps it out of automatic moves.
    pub held: bool,
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
    /// Former holders who were told that they no longer own it.
    pub told: Vec<ConversationId>,
    /// The late report that was applied by the operator.
    pub adopted: Option<MessageId>,
    /// What happened to it, oldest first; the newest 48.
    pub history: Vec<TaskStep>,
    /// Same assignment again.
    pub redeliveries: u32,
    /// Same report again.
    pub duplicates: u32,
    /// Reports kept and not applied, oldest first; the newest 16.
    pub late: Vec<LateReport>,
}

impl Task {
    /// Attempts before a task is given up.
    pub const MAX_ATTEMPTS: u32 = 3;

    /// Who holds it now, or held it last.
    #[must_use]
    pub fn holder(&self) -> Option<&Holder> {
        self.holders.last()
    }

    /// Who owes it now; `None` when it is closed or queued.
    #[must_use]
    pub fn owner(&self) -> Option<&Holder> {
        self.state.is_owned().then(|| self.holders.last()).flatten()
    }

    /// When its owner should be done: the declared time limit, counted from the assignment.
    #[must_use]
    pub fn deadline(&self) -> Option<Timestamp> {
        Some(self.owner()?.at?.plus(self.timeout?))
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskCounts {
    /// All that were ever assigned.
    pub total: u64,
    /// Owned by nobody.
    pub queued: u64,
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
    /// Given up.
    pub dead: u64,
}

impl TaskCounts {
    /// Tasks that are to be done.
    #[must_use]
    pub const fn open(&self) -> u64 {
        self.queued + self.sent + self.delivered + self.running + self.blocked
    }

    /// The count of one state.
    pub const fn slot(&mut self, state: TaskState) -> &mut u64 {
        match state {
            TaskState::Queued => &mut self.queued,
            TaskState::Sent => &mut self.sent,
            TaskState::Delivered => &mut self.delivered,
            TaskState::Running => &mut self.running,
            TaskState::Blocked => &mut self.blocked,
            TaskState::Done => &mut self.done,
            TaskState::Failed => &mut self.failed,
            TaskState::Cancelled => &mut self.cancelled,
            TaskState::Dead => &mut self.dead,
        }
    }
}
