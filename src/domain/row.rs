//! What a store hands over: rows in the vocabulary of the domain, whatever the schema below. Raw text; nothing here is
//! shown before it went through [`crate::domain::text`]. Tokens are not part of it and never leave the database.

use super::{ConversationId, MessageId, TaskId, Timestamp, audit::Link};
use std::sync::Arc;

/// One side of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The orchestrator.
    A,
    /// The worker.
    B,
    /// Anybody else: an operator, a watchdog, an unknown spelling.
    Other,
}

impl Side {
    /// Reads `a | A | session_a` and `b | B | session_b`.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        match raw {
            "a" | "A" | "session_a" => Self::A,
            "b" | "B" | "session_b" => Self::B,
            _ => Self::Other,
        }
    }
}

/// A time as a row holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// It parsed.
    At(Timestamp),
    /// There is a text, and it is not a time.
    Bad,
    /// NULL, or the schema has no such column.
    None,
}

impl Stamp {
    /// Reads a column. Empty text counts as [`Stamp::Bad`].
    #[must_use]
    pub fn parse(raw: Option<&str>) -> Self {
        raw.map_or(Self::None, |text| {
            Timestamp::parse(text).map_or(Self::Bad, Self::At)
        })
    }

    /// The time, when there is one.
    #[must_use]
    pub const fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(t) => Some(t),
            Self::Bad | Self::None => None,
        }
    }
}

/// A row of `conversations`, without its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationRow {
    /// Key.
    pub id: ConversationId,
    /// Role of the orchestrator's side.
    pub role_a: Arc<str>,
    /// Role of the worker's side.
    pub role_b: Arc<str>,
    /// When it was made.
    pub created: Stamp,
    /// When the bridge refuses it; [`Stamp::None`] where the schema knows no expiry.
    pub expires: Stamp,
}

/// A row of `messages`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// Key and order.
    pub id: MessageId,
    /// Conversation it belongs to.
    pub conversation: ConversationId,
    /// Sender.
    pub from: Side,
    /// Receiver.
    pub to: Side,
    /// Body; NULL is read as empty, invalid UTF-8 as U+FFFD.
    pub text: Box<str>,
    /// `action_type` of the metadata or of its own column.
    pub action: Option<Box<str>>,
    /// What this program noted in a row that it wrote: such a row is never a sign of life of the worker.
    pub mark: Option<Arc<Mark>>,
    /// Sender's time.
    pub at: Stamp,
    /// Delivered to the receiver.
    pub read: bool,
}

/// What a row that this program wrote does (`metadata.swarm.kind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MarkKind {
    /// Hands a task to a worker, under a new generation.
    Assign,
    /// The same assignment again, under the same generation.
    Redeliver,
    /// Takes a task from its owner; nobody owns it then.
    Fence,
    /// Withdraws a task.
    Cancel,
    /// Gives up on a task.
    Dead,
    /// Takes up a closed task again.
    Requeue,
    /// Applies a report that was kept as late.
    Adopt,
    /// Keeps a task, or a worker, out of automatic moves.
    Hold,
    /// Ends a hold.
    Release,
    /// Sets the priority of a task.
    Priority,
    /// Tells a worker that it no longer owns a task.
    Revoke,
    /// Asks a worker for a sign.
    Nudge,
    /// Tells the orchestrator what happened.
    Notice,
    /// Words of the operator.
    Message,
    /// Anything else.
    Other,
}

impl MarkKind {
    /// Every kind with its name in `metadata.swarm.kind`.
    const NAMES: [(Self, &'static str); 14] = [
        (Self::Assign, "assign"),
        (Self::Redeliver, "redeliver"),
        (Self::Fence, "fence"),
        (Self::Cancel, "cancel"),
        (Self::Dead, "dead"),
        (Self::Requeue, "requeue"),
        (Self::Adopt, "adopt"),
        (Self::Hold, "hold"),
        (Self::Release, "release"),
        (Self::Priority, "priority"),
        (Self::Revoke, "revoke"),
        (Self::Nudge, "nudge"),
        (Self::Notice, "notice"),
        (Self::Message, "message"),
    ];

    /// Reads a name; an unknown one is [`MarkKind::Other`].
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        let named = Self::NAMES.into_iter().find(|(_, name)| *name == raw);
        named.map_or(Self::Other, |(kind, _)| kind)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let named = Self::NAMES.into_iter().find(|(kind, _)| *kind == self);
        named.map_or("other", |(_, name)| name)
    }
}

/// The mark of this program in a row that it wrote (`metadata.swarm`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What the row does.
    pub kind: MarkKind,
    /// Task that it is about.
    pub task: Option<TaskId>,
    /// Generation that it makes, or that it speaks under.
    pub generation: Option<u32>,
    /// Names the action, so that trying it again does not do it twice.
    pub op: Option<Arc<str>>,
    /// Who acted.
    pub by: Arc<str>,
    /// Why, in one word: `operator`, `silent`, `expired`, `undo`, ….
    pub cause: Option<Arc<str>>,
    /// The priority, or the message that is adopted.
    pub value: Option<i64>,
}

/// A row of `session_status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusRow {
    /// Conversation it belongs to.
    pub conversation: ConversationId,
    /// Which side beat.
    pub side: Side,
    /// Reported status, as written.
    pub status: Box<str>,
    /// Last heartbeat.
    pub heartbeat: Stamp,
}

/// What an audit row says, as far as health is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditKind {
    /// `get_messages` with this count; 0 is polling.
    Fetched(u64),
    /// `send_message`.
    Sent,
    /// A command was run or refused.
    Command,
    /// Anything else: no sign of life.
    Other,
}

/// A row of `audit_log`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Key and order.
    pub id: i64,
    /// Conversation it belongs to, when it names one.
    pub conversation: Option<ConversationId>,
    /// Side that acted; [`Side::Other`] when none is named.
    pub side: Side,
    /// What happened.
    pub kind: AuditKind,
    /// When.
    pub at: Stamp,
    /// The actor and the link that it carries, when this program wrote it.
    pub link: Option<Arc<(Arc<str>, Link)>>,
}

/// How far a reader has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursor {
    /// Highest message folded.
    pub message: i64,
    /// Highest audit row folded.
    pub audit: i64,
    /// Conversations seen, and the highest row number among them: moves when one is made or removed.
    pub conversations: (u64, i64),
}

impl Cursor {
    /// Messages and audit rows up to it.
    #[must_use]
    pub fn rows(&self) -> u64 {
        let message = self.message.max(0).unsigned_abs();
        message.saturating_add(self.audit.max(0).unsigned_abs())
    }
}

/// What is new since a cursor.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// All conversations, when their number moved; `None` when nothing did.
    pub conversations: Option<Vec<ConversationRow>>,
    /// All of `session_status`; `None` when it was not read.
    pub statuses: Option<Vec<StatusRow>>,
    /// Messages above the cursor, ascending.
    pub messages: Vec<MessageRow>,
    /// Audit rows above the cursor, ascending.
    pub audits: Vec<AuditRow>,
    /// So many more rows of the audit log that are no sign of life and were counted only.
    pub others: u64,
    /// Messages known as unread that are read now.
    pub read: Vec<MessageId>,
    /// Where to go on.
    pub cursor: Cursor,
    /// Highest keys that exist, for progress.
    pub end: Cursor,
    /// There is more behind `cursor`.
    pub more: bool,
}

/// Which schema a bridge has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// What the bridge writes.
    Bridge,
    /// What the protocol's published scripts expect.
    Scripts,
}

impl Schema {
    /// Name in JSON and on screen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bridge => "bridge/1",
            Self::Scripts => "scripts/1",
        }
    }
}

/// Part of a source that cannot be read; the rest is live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFault {
    /// What is missing, such as `table session_status`.
    pub what: Arc<str>,
    /// What follows from it, and what to do.
    pub remedy: Arc<str>,
}

/// What a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceInfo {
    /// Name for people: a path, or `memory`.
    pub name: Arc<str>,
    /// Which schema.
    pub schema: Schema,
    /// What it lacks.
    pub faults: Vec<SourceFault>,
}
