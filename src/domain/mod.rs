//! Pure facts and rules: rows in, verdicts out. Knows no terminal, no SQL, no git, no file, no clock and no task runtime;
//! `now` is always an argument.

pub mod act;
pub mod alert;
mod assess;
pub mod audit;
pub mod choose;
pub mod claim;
mod command;
pub mod compare;
pub mod condition;
pub mod credential;
pub mod explain;
pub mod filter;
pub mod health;
mod id;
pub mod ledger;
pub mod message;
mod pace;
mod recording;
pub mod repo;
pub mod report;
mod row;
pub mod scope;
pub mod session;
pub mod snapshot;
mod source;
pub mod spelling;
pub mod swarm;
pub mod swarmfile;
pub mod tally;
mod task;
pub mod text;
mod time;
pub mod watchdog;
pub mod when;

pub use assess::assess;
pub use command::{AlertOrder, Command, Deal, JobOrder, Refusal};
pub use health::{Evidence, Severity, State, Verdict};
pub use id::{ConversationId, MessageId, TaskId, WorkerId};
pub use message::Kind;
pub use pace::Pace;
pub use recording::{Moment, Recording, Travel, Trouble};
pub use repo::{Branch, Diffstat, Repo, Worktree};
pub use row::{
    AuditKind, AuditRow, Changes, ConversationRow, Cursor, Mark, MarkKind, MessageRow, Schema,
    Side, SourceFault, SourceInfo, Stamp, StatusRow,
};
pub use scope::Scope;
pub use snapshot::{
    Event, Group, GroupKind, Happening, Message, Problem, Snapshot, StateCounts, Subject, Traffic,
    Worker,
};
pub use source::{DataState, Mode, Progress, Source};
pub use swarm::{Seen, Swarm};
pub use tally::Tally;
pub use task::{Holder, LateReport, StepKind, Task, TaskCounts, TaskState, TaskStep};
pub use time::{Span, Timestamp};
