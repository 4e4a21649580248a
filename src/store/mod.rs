//! The port to the bridge's database. It speaks the domain's vocabulary only: no SQL, no rows of a backend, no backend's
//! error type leaves this layer. Synchronous and object-safe; `host` gives a store its thread.

use crate::domain::{
    Changes, ConversationId, Cursor, MessageId, MessageRow, Side, SourceInfo, Timestamp,
    act::{Clash, Write},
    audit::{Entry, Key, Link, Record},
    credential::NewConversation,
};
use std::{error::Error, time::Duration};

mod bearer;
mod books;
mod conversation;
mod host;
mod key;
mod lock;
mod memory;
pub mod pipe;
mod sidecar;
mod sqlite;

pub use bearer::{Bearer, Beaten, Denied, Proved, Taken};
pub use books::{Attempt, Books, End, Scribe};
pub use conversation::{END, Ended, OPEN, Opened, Said, Word, entry};
pub use host::{HostGone, StoreHost};
pub use key::{key, known_key};
pub use lock::{ActingLock, Locked};
pub use memory::MemoryStore;
pub use sidecar::{RhythmRow, Sidecar, SidecarError};
pub use sqlite::{Exam, Integrity, Over, Probe, Pruned, SqliteStore, Tally};

/// A bridge. Every call is one short transaction; only [`Store::commit`], the three about conversations and the two of a bearer
/// write.
pub trait Store: Send {
    /// What was opened. Fixed for the life of the store.
    fn source(&self) -> &SourceInfo;

    /// A number that differs after every commit of another connection; says nothing else. About 1 µs.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] when the file under the path is no longer the one that was opened.
    fn version(&mut self) -> Result<u64, StoreError>;

    /// The first picture: all conversations and statuses, and the newest `limit` messages and audit rows, ascending.
    /// O(conversations + limit), whatever the length of the history. Its `cursor` lies at the end.
    ///
    /// # Errors
    /// As the variants of [`StoreError`] say.
    fn newest(&mut self, limit: usize) -> Result<Changes, StoreError>;

    /// What is new since `after`: at most `limit` messages and `limit` audit rows, ascending; all statuses; all conversations
    /// when their number moved; and which of `unread` are read now. O(new + conversations + unread), never of the history.
    ///
    /// # Errors
    /// [`StoreError::Rewound`] when the newest row is older than the cursor: a backup was restored.
    fn changes(
        &mut self,
        after: &Cursor,
        limit: usize,
        unread: &[MessageId],
    ) -> Result<Changes, StoreError>;

    /// The `limit` messages below `before`, ascending: an older page, on demand.
    ///
    /// # Errors
    /// As the variants of [`StoreError`] say.
    fn page(&mut self, before: MessageId, limit: usize) -> Result<Vec<MessageRow>, StoreError>;

    /// The first `limit` messages above `after`, ascending; fewer where their texts are large, and none only where there is none. O(messages
    /// that are new).
    ///
    /// # Errors
    /// [`StoreError::Rewound`] when no message so new was ever written: a backup was restored.
    fn since(&mut self, after: MessageId, limit: usize) -> Result<Vec<MessageRow>, StoreError>;

    /// Carries out an action: in one transaction that keeps other writers out, folds what came since the action was decided,
    /// holds it against what the action rests on, and writes all of it or nothing. Trying again after any failure is safe.
    /// O(rows since the decision + rows to write), never of the history.
    ///
    /// # Errors
    /// As the variants of [`StoreError`] say; whatever the error, nothing was written.
    fn commit(
        &mut self,
        write: &mut Write,
        key: &Key,
        now: Timestamp,
    ) -> Result<Commit, StoreError>;

    /// Audit rows of our own with a key above `after`, ascending. O(rows of the log).
    ///
    /// # Errors
    /// As the variants of [`StoreError`] say.
    fn records(&mut self, after: i64, limit: usize) -> Result<Vec<Record>, StoreError>;

    /// Makes a conversation with its tokens, with the row for the audit log that the bridge writes beside one, and one of our own. The same
    /// one again writes nothing. O(conversations + rows of the log).
    ///
    /// # Errors
    /// [`StoreError::NotWritable`] on the tables of the scripts, which hold no expiry; as the variants of [`StoreError`] say.
    fn open_conversation(
        &mut self,
        new: &NewConversation,
        entry: &Entry,
        key: &Key,
        now: Timestamp,
    ) -> Result<Opened, StoreError>;

    /// Has a conversation expire now: the bridge refuses both sides from here on, and its rows stay. O(rows of the log).
    ///
    /// # Errors
    /// As [`Store::open_conversation`].
    fn end_conversation(
        &mut self,
        id: &ConversationId,
        entry: &Entry,
        key: &Key,
        now: Timestamp,
    ) -> Result<Ended, StoreError>;

    /// Says something for a worker, as the bridge would write it, when the token is the worker's and the conversation lives. The same words
    /// again write nothing. O(messages of the bridge) at worst.
    ///
    /// # Errors
    /// As [`Store::open_conversation`].
    fn say(&mut self, word: &Word<'_>, now: Timestamp) -> Result<Said, StoreError>;

    /// Writes a sign of life of one side, when the token is its own and the conversation lives: the time of its status row, and nothing else
    /// of that row. Where there is none it is made. The token and the expiry are looked at in the same transaction. O(1).
    ///
    /// # Errors
    /// As the variants of [`StoreError`] say; whatever the error, nothing was written. A busy bridge is waited for, about two seconds.
    fn beat(&mut self, bearer: &Bearer<'_>, now: Timestamp) -> Result<Beaten, StoreError>;

    /// Marks messages to one side as read, when the token is its own, with the audit row that the bridge writes beside it. O(`ids`).
    ///
    /// # Errors
    /// As [`Store::beat`].
    fn take(
        &mut self,
        bearer: &Bearer<'_>,
        ids: &[MessageId],
        now: Timestamp,
    ) -> Result<Taken, StoreError>;

    /// Whether a token is its side's own and the conversation lives. Writes nothing. O(1).
    ///
    /// # Errors
    /// As the variants of [`StoreError`] say.
    fn prove(&mut self, bearer: &Bearer<'_>, now: Timestamp) -> Result<Proved, StoreError>;
}

/// What became of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Commit {
    /// It is written.
    Written {
        /// Its messages.
        rows: Vec<MessageId>,
        /// The end of the actor's chain.
        link: Link,
    },
    /// It had been written before, by this row; nothing more was.
    Already(MessageId),
    /// Somebody was faster; nothing was written.
    Clash(Clash),
}

/// Why a store did not answer. Each says the subject, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No file at the path.
    #[error(
        "no database at {path}: name one with --db FILE or $SWARMWARDEN_DB, or run `swarmwarden demo`"
    )]
    NotFound {
        /// Path as given.
        path: String,
    },
    /// The file is not a database.
    #[error("{path} is not a SQLite database")]
    NotADatabase {
        /// Path as given.
        path: String,
    },
    /// Neither schema.
    #[error(
        "{path} is no bridge database: expected the tables conversations and messages, found {found}"
    )]
    UnknownSchema {
        /// Path as given.
        path: String,
        /// Tables and columns that are there.
        found: String,
    },
    /// The file under the path is another one now.
    #[error("{path} was deleted or replaced")]
    Replaced {
        /// Path as given.
        path: String,
    },
    /// The history is shorter than it was.
    #[error("{path} went back in time: a backup was restored")]
    Rewound {
        /// Path as given.
        path: String,
    },
    /// Somebody holds a lock.
    #[error("{path} is locked by another process")]
    Busy {
        /// Path as given.
        path: String,
    },
    /// The pages do not hold together.
    #[error("{path} is damaged: {detail}; check it with `sqlite3 FILE 'PRAGMA integrity_check'`")]
    Damaged {
        /// Path as given.
        path: String,
        /// What the database engine says.
        detail: String,
    },
    /// WAL needs to make files beside the database, and may not.
    #[error(
        "{path} is in WAL mode and its directory cannot be written: make the directory writable, or copy the database first"
    )]
    NeedsWritableDirectory {
        /// Path as given.
        path: String,
    },
    /// It can be read only.
    #[error("{path} cannot be written: {why}")]
    NotWritable {
        /// Path as given.
        path: String,
        /// Why not.
        why: String,
    },
    /// No room.
    #[error("the disk that holds {path} is full")]
    Full {
        /// Path as given.
        path: String,
    },
    /// The other side of a pipe is not reached.
    #[error(
        "the pipe `{command}` is down: {why}; run it by itself: it must print a line that begins with {{\"swarmwarden-pipe\""
    )]
    Pipe {
        /// What was run.
        command: String,
        /// Why.
        why: String,
    },
    /// The other side of a pipe does not do that for us.
    #[error("{path} does not do that: {why}")]
    Refused {
        /// Path on its own machine, and how it is reached.
        path: String,
        /// Why not, and what to do.
        why: String,
    },
    /// Too many calls.
    #[error("{path} is called too often: {why}; come back in {} ms", after.as_millis())]
    Limited {
        /// Path on its own machine, and how it is reached.
        path: String,
        /// The limit.
        why: String,
        /// When to come back.
        after: Duration,
    },
    /// Anything else of the backend.
    #[error("{operation} of {path} failed")]
    Backend {
        /// What was tried.
        operation: &'static str,
        /// Path as given.
        path: String,
        /// The backend's error.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

/// The side that a message of `side` goes to; nobody's partner is nobody.
const fn opposite(side: Side) -> Side {
    match side {
        Side::A => Side::B,
        Side::B => Side::A,
        Side::Other => Side::Other,
    }
}
