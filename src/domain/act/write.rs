//! Rows to be written, and the state that they rest on.

use super::Seen;
use crate::domain::{
    ConversationId, Cursor, Mark, MessageId,
    audit::{Entry, Link},
    ledger::Ledger,
};
use std::sync::Arc;

/// Who a row is from, or to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The orchestrator's side.
    A,
    /// The worker's side.
    B,
    /// The operator: nobody's side; no agent fetches what is written to it.
    Operator,
    /// The watchdog: nobody's side.
    Watchdog,
}

impl Party {
    /// As the bridge writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::Operator => "operator",
            Self::Watchdog => "watchdog",
        }
    }
}

/// A message to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRow {
    /// Whose conversation.
    pub conversation: ConversationId,
    /// Sender.
    pub from: Party,
    /// Receiver.
    pub to: Party,
    /// Body, redacted.
    pub text: String,
    /// `action_type` of the bridge.
    pub action: &'static str,
    /// The mark in its metadata.
    pub mark: Mark,
}

/// What a decision rests on.
#[derive(Debug, Clone)]
pub struct Basis {
    /// The rows that were known.
    pub cursor: Cursor,
    /// The tasks concerned, as those rows tell them.
    pub ledger: Ledger,
    /// What was seen of them.
    pub seen: Vec<Seen>,
    /// The newest link of the actor's chain.
    pub head: Option<Link>,
    /// The row that carried it out already.
    pub done: Option<MessageId>,
}

/// What to write, all of it or nothing.
#[derive(Debug, Clone)]
pub struct Write {
    /// Names the action.
    pub op: Arc<str>,
    /// What it rests on.
    pub basis: Basis,
    /// Messages, in this order.
    pub rows: Vec<NewRow>,
    /// The row for the audit log.
    pub entry: Entry,
}
