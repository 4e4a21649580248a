//! What a daemon says: one line for each thing that changed.

use crate::domain::{ConversationId, Timestamp, text};
use std::sync::Arc;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It goes as it should.
    Info,
    /// Somebody should look.
    Warn,
    /// Something is not done.
    Error,
}

impl Level {
    /// As in a log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// How much it matters.
    pub level: Level,
    /// Which job.
    pub job: &'static str,
    /// About which conversation.
    pub conversation: Option<ConversationId>,
    /// The words, neutralised.
    pub words: String,
}

impl Note {
    /// A line; `words` are neutralised here.
    #[must_use]
    pub fn new(
        (at, level, job): (Timestamp, Level, &'static str),
        conversation: Option<&ConversationId>,
        words: &str,
    ) -> Self {
        Self {
            at,
            level,
            job,
            conversation: conversation.cloned(),
            words: text::line(words).into_owned(),
        }
    }
}

/// Where lines go.
pub type Say = Arc<dyn Fn(Note) + Send + Sync>;

/// Nowhere: where health is on a screen.
#[must_use]
pub fn mute() -> Say {
    Arc::new(|_| {})
}
