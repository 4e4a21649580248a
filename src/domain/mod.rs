//! Pure facts and rules: rows in, verdicts out. Knows no terminal, no SQL, no git, no file, no clock and no task runtime;
//! `now` is always an argument.

mod id;
mod row;
pub mod text;
mod time;

pub use id::{ConversationId, MessageId, TaskId, WorkerId};
pub use row::{
    AuditKind, AuditRow, Changes, ConversationRow, Cursor, MessageRow, Schema, Side, SourceFault,
    SourceInfo, Stamp, StatusRow,
};
pub use time::{Span, Timestamp};
