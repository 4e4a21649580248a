//! The log of a daemon: one line for each thing that changed, for people or for programs.

use crate::domain::{ConversationId, Timestamp};
use serde_json::json;
use std::io::{self, Write};

/// One line of a log; its words are neutralised.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// When.
    pub at: Timestamp,
    /// `info`, `warn` or `error`.
    pub level: &'static str,
    /// Which job.
    pub job: &'static str,
    /// About which conversation.
    pub conversation: Option<&'a ConversationId>,
    /// The words.
    pub words: &'a str,
}

/// Writes a line, whole.
///
/// # Errors
/// When it cannot be written.
pub fn write(out: &mut dyn Write, line: &Line<'_>, as_json: bool) -> io::Result<()> {
    let Line {
        at,
        level,
        job,
        conversation,
        words,
    } = line;
    let whole = if as_json {
        let value = json!({
            "v": 1, "ts": at, "level": level, "job": job, "conversation": conversation, "text": words,
        });
        format!("{value}\n")
    } else {
        let of = conversation.map_or_else(String::new, |id| format!(" {id}:"));
        format!("{at} {level:5} {job}:{of} {words}\n")
    };
    out.write_all(whole.as_bytes())
}
