//! The port to the bridge's database. It speaks the domain's vocabulary only: no SQL, no rows of a backend, no backend's
//! error type leaves this layer. Synchronous and object-safe; `host` gives a store its thread.

use crate::domain::{Changes, Cursor, MessageId, MessageRow, Side, SourceInfo};
use std::error::Error;

mod host;
mod memory;
mod sidecar;
mod sqlite;

pub use host::{HostGone, StoreHost};
pub use memory::MemoryStore;
pub use sidecar::{RhythmRow, Sidecar, SidecarError};
pub use sqlite::SqliteStore;

/// Reads a bridge. Every call is one short read transaction; none writes.
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
