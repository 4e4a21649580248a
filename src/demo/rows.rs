//! The rows that operations leave in the bridge's tables. Pure: what a run of operations adds up to is worked out in memory,
//! so that a long past can be written at once.

use super::plan::{Act, Operation};
use crate::domain::{Side, Span, Timestamp};
use chrono::{Datelike as _, Timelike as _};
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

/// How long a conversation lives.
pub(super) const LIFETIME: Span = Span::seconds(3 * 3600);

/// What the tables hold after some operations, in the order of the rows.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) conversations: Vec<Conversation>,
    pub(super) messages: Vec<Message>,
    pub(super) statuses: BTreeMap<Box<str>, Status>,
    pub(super) audits: Vec<Audit>,
    /// Indices of unread messages, by conversation and receiver.
    unread: HashMap<(Box<str>, &'static str), Vec<usize>>,
}

pub(super) struct Conversation {
    pub(super) id: Box<str>,
    pub(super) role: Box<str>,
    pub(super) tokens: [Box<str>; 2],
    pub(super) created: Time,
    pub(super) expires: Time,
}

pub(super) struct Message {
    pub(super) conversation: Box<str>,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) body: Box<[u8]>,
    pub(super) metadata: Option<Box<str>>,
    pub(super) time: Time,
    pub(super) read: bool,
}

pub(super) struct Status {
    pub(super) status: Box<str>,
    pub(super) heartbeat: Time,
}

pub(super) struct Audit {
    pub(super) conversation: Box<str>,
    pub(super) session: Option<&'static str>,
    pub(super) action: &'static str,
    pub(super) details: String,
    pub(super) time: Time,
}

impl Rows {
    /// Adds what one operation leaves.
    pub(super) fn apply(&mut self, operation: Operation) {
        let Operation {
            at,
            conversation,
            act,
        } = operation;
        let id = conversation.clone();
        match act {
            Act::Create { role, tokens } => {
                let row = Conversation::new(conversation, role, tokens, at);
                self.audits.push(Audit::created(id, &row.role, at));
                self.conversations.push(row);
            }
            Act::Send {
                from,
                body,
                metadata,
                stamp,
            } => {
                let row = Message::new(conversation, from, body, metadata, stamp, at);
                self.audits.push(Audit::sent(&row, at));
                (self.unread.entry((id, row.to)).or_default()).push(self.messages.len());
                self.messages.push(row);
            }
            Act::Fetch { side } => {
                let waiting = self.unread.remove(&(conversation, letter(side)));
                let waiting = waiting.unwrap_or_default();
                self.audits
                    .push(Audit::fetched(id, side, waiting.len(), at));
                for index in waiting {
                    if let Some(message) = self.messages.get_mut(index) {
                        message.read = true;
                    }
                }
            }
            Act::Beat { status, stamp } => {
                self.statuses
                    .insert(conversation, Status::new(status, stamp, at));
            }
            Act::Command { action, details } => {
                self.audits.push(Audit::command(id, action, &details, at));
            }
        }
    }
}

impl Conversation {
    pub(super) fn new(id: Box<str>, role: Box<str>, tokens: [Box<str>; 2], at: Timestamp) -> Self {
        Self {
            id,
            role,
            tokens,
            created: Time::At(at),
            expires: Time::At(at.plus(LIFETIME)),
        }
    }
}

impl Message {
    pub(super) fn new(
        conversation: Box<str>,
        from: Side,
        body: Box<[u8]>,
        metadata: Option<Box<str>>,
        stamp: Option<Box<str>>,
        at: Timestamp,
    ) -> Self {
        Self {
            conversation,
            from: letter(from),
            to: if from == Side::A { "b" } else { "a" },
            body,
            metadata,
            time: stamp.map_or(Time::At(at), Time::Odd),
            read: false,
        }
    }
}

impl Status {
    pub(super) fn new(status: Box<str>, stamp: Option<Box<str>>, at: Timestamp) -> Self {
        Self {
            status,
            heartbeat: stamp.map_or(Time::At(at), Time::Odd),
        }
    }
}

impl Audit {
    pub(super) fn created(conversation: Box<str>, role: &str, at: Timestamp) -> Self {
        let roles = serde_json::json!({ "roles": [ORCHESTRATOR, role] });
        Self::new(
            conversation,
            None,
            "create_conversation",
            roles.to_string(),
            at,
        )
    }

    pub(super) fn sent(message: &Message, at: Timestamp) -> Self {
        let details = format!(
            r#"{{"to": "{}", "message_length": {}, "redacted": false}}"#,
            message.to,
            message.body.len()
        );
        Self::new(
            message.conversation.clone(),
            Some(message.from),
            "send_message",
            details,
            at,
        )
    }

    pub(super) fn fetched(conversation: Box<str>, side: Side, count: usize, at: Timestamp) -> Self {
        let details = format!(r#"{{"count": {count}}}"#);
        Self::new(
            conversation,
            Some(letter(side)),
            "get_messages",
            details,
            at,
        )
    }

    pub(super) fn command(
        conversation: Box<str>,
        action: &'static str,
        details: &str,
        at: Timestamp,
    ) -> Self {
        Self::new(conversation, Some("b"), action, details.to_owned(), at)
    }

    fn new(
        conversation: Box<str>,
        session: Option<&'static str>,
        action: &'static str,
        details: String,
        at: Timestamp,
    ) -> Self {
        Self {
            conversation,
            session,
            action,
            details,
            time: Time::At(at),
        }
    }
}

/// Role of side `a`.
pub(super) const ORCHESTRATOR: &str = "s2-orchestrator";

/// A side as the bridge writes it.
pub(super) const fn letter(side: Side) -> &'static str {
    match side {
        Side::A => "a",
        Side::B => "b",
        Side::Other => "operator",
    }
}

/// A column with a time. Most are overwritten before they are written, so it is formatted late.
#[derive(Debug, Clone)]
pub(super) enum Time {
    At(Timestamp),
    /// A text in place of a time.
    Odd(Box<str>),
}

/// As the bridge writes it: UTC without a zone, without a fraction where there is none.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = match self {
            Self::Odd(text) => return f.write_str(text),
            Self::At(at) => at.utc().unwrap_or_default(),
        };
        let (date, time) = (at.date_naive(), at.time());
        let (year, month, day) = (date.year(), date.month(), date.day());
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        match time.nanosecond() / 1_000 {
            0 => Ok(()),
            micros => write!(f, ".{micros:06}"),
        }
    }
}
