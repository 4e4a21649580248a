//! What somebody may do in the bridge who holds a token of a conversation: say that it is alive, and take its messages.

use crate::domain::{ConversationId, Side, credential::Secret};

/// One side of a conversation, proved by its token.
#[derive(Clone, Copy)]
pub struct Bearer<'a> {
    /// Where.
    pub conversation: &'a ConversationId,
    /// Which side; a worker is side `b`.
    pub side: Side,
    /// Its token.
    pub token: &'a Secret,
}

/// Why a token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// The bridge knows no such conversation.
    Unknown,
    /// The token is not this side's.
    WrongToken,
    /// The conversation is over.
    Expired,
}

/// What became of a sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beaten {
    /// It is written.
    Written {
        /// There was no status row before.
        first: bool,
        /// The token was held against the bridge's; `false` where the tables of the scripts have no column for one.
        proved: bool,
    },
    /// Nothing was written.
    Denied(Denied),
}

/// Whether somebody is who it says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proved {
    /// The token is this side's, and the conversation lives.
    Yes,
    /// The tables have no column for tokens, so that nobody can prove anything.
    Unprovable,
    /// It is not.
    Denied(Denied),
}

/// What became of messages that were to be marked as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// So many were marked; those that had been do not count.
    Marked(usize),
    /// Nothing was written.
    Denied(Denied),
}

impl std::fmt::Display for Denied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the bridge knows no such conversation",
            Self::WrongToken => "the token is not this side's",
            Self::Expired => "the conversation is over",
        })
    }
}
