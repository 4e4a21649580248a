//! A bridge in a SQLite file: read-only, unless it was opened for writing. One long-lived connection, outside any transaction except during a call: an open
//! one would stop the writers' checkpoints and freeze `PRAGMA data_version`.
//!
//! The file is never opened except by SQLite: closing any descriptor of it would drop all locks that this process holds on
//! it. It is only asked for its identity by path. No memory map, no `immutable`, no checkpoint: other processes write.

mod bearer;
mod commit;
mod conversation;
mod copy;
mod error;
mod exam;
mod prune;
mod reading;
mod rows;
mod schema;
mod writing;

pub use commit::Probe;
pub use copy::Tally;
pub use exam::{Exam, Integrity};
pub use prune::{Over, Pruned};

use super::{Bearer, Beaten, Commit, Ended, Opened, Proved, Said, Store, StoreError, Taken, Word};
use crate::domain::{
    Changes, ConversationId, Cursor, MessageId, MessageRow, SourceInfo, Timestamp,
    act::Write,
    audit::{Entry, Key, Record},
    credential::NewConversation,
};
use bearer::Bearing;
use error::{Identity, Subject};
use reading::Reading;
use rows::Decoder;
use rusqlite::{Connection, OpenFlags};
use schema::Layout;
use std::{path::PathBuf, time::Duration};
use writing::Writing;

/// How long a call waits for a lock.
const LOCK_WAIT: Duration = Duration::from_millis(250);
/// How long a writer waits for one.
const WRITE_WAIT: Duration = Duration::from_secs(2);
/// Every statement of a layout stays prepared.
const STATEMENTS: usize = 32;

/// A bridge in a file.
pub struct SqliteStore {
    db: Connection,
    identity: Identity,
    subject: Subject,
    layout: Layout,
    source: SourceInfo,
    decoder: Decoder,
    writing: Option<Writing>,
    bearing: Option<Bearing>,
    /// The column without which no sign of life can be written.
    unborne: Option<String>,
    /// What tokens are held against where nothing is written; the column that lacks for it.
    proving: Option<Result<Bearing, String>>,
    probe: Option<Probe>,
}

impl SqliteStore {
    /// Opens the database at `path` for reading and finds out which schema it has. Missing tables and columns are faults of
    /// [`Store::source`]; what is not known is ignored.
    ///
    /// # Errors
    /// As the variants of [`StoreError`] say; [`StoreError::UnknownSchema`] when it is the database of something else.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::open_with(path.into(), flags, configure)
    }

    fn open_with(
        path: PathBuf,
        flags: OpenFlags,
        configure: fn(&Connection) -> rusqlite::Result<()>,
    ) -> Result<Self, StoreError> {
        let subject = Subject::new(path);
        let identity = subject.identify()?;
        let db = Connection::open_with_flags(subject.path(), flags)
            .and_then(|db| configure(&db).map(|()| db))
            .map_err(|e| subject.error("open", e))?;
        let layout = Layout::resolve(&db)
            .map_err(|e| subject.error("read the schema", e))?
            .map_err(|found| subject.unknown_schema(&found))?;
        let source = SourceInfo {
            name: subject.name().into(),
            schema: layout.schema,
            faults: layout.faults.clone(),
        };
        let decoder = Decoder::new(layout.schema);
        Ok(Self {
            db,
            identity,
            subject,
            layout,
            source,
            decoder,
            writing: None,
            bearing: None,
            unborne: None,
            proving: None,
            probe: None,
        })
    }

    /// Runs `read` in one read transaction, so that all its statements see the same commit.
    fn transaction<T>(
        &mut self,
        operation: &'static str,
        read: impl FnOnce(&mut Reading<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let (layout, decoder) = (&self.layout, &mut self.decoder);
        self.db
            .transaction()
            .and_then(|tx| {
                let value = read(&mut Reading::new(&tx, layout, decoder))?;
                tx.commit().map(|()| value)
            })
            .map_err(|e| self.subject.error(operation, e))
    }
}

fn configure(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(LOCK_WAIT)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    db.execute_batch("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;")
}

/// A writer waits longer, and every commit of its own is on the disk when it says so. It leaves checkpoints to the bridge's own writers:
/// an operator's key does not wait for one.
fn configure_writer(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(WRITE_WAIT)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    db.execute_batch(
        "PRAGMA trusted_schema = OFF; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;",
    )
}

impl Store for SqliteStore {
    fn source(&self) -> &SourceInfo {
        &self.source
    }

    /// Compares the identity of the file at every call, which costs about as much as the pragma.
    fn version(&mut self) -> Result<u64, StoreError> {
        if self.subject.identify().ok() != Some(self.identity) {
            return Err(self.subject.replaced());
        }
        self.db
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut pragma| pragma.query_row([], |row| row.get::<_, i64>(0)))
            .map(i64::cast_unsigned)
            .map_err(|e| self.subject.error("read the version", e))
    }

    fn newest(&mut self, limit: usize) -> Result<Changes, StoreError> {
        self.transaction("read the newest rows", |reading| reading.newest(limit))
    }

    fn changes(
        &mut self,
        after: &Cursor,
        limit: usize,
        unread: &[MessageId],
    ) -> Result<Changes, StoreError> {
        self.transaction("read the changes", |reading| {
            reading.since(after, limit, unread)
        })?
        .ok_or_else(|| self.subject.rewound())
    }

    fn page(&mut self, before: MessageId, limit: usize) -> Result<Vec<MessageRow>, StoreError> {
        self.transaction("read older messages", |reading| {
            reading.before(before, limit)
        })
    }

    fn since(&mut self, after: MessageId, limit: usize) -> Result<Vec<MessageRow>, StoreError> {
        self.transaction("read new messages", |reading| reading.above(after, limit))?
            .ok_or_else(|| self.subject.rewound())
    }

    fn commit(
        &mut self,
        write: &mut Write,
        key: &Key,
        now: Timestamp,
    ) -> Result<Commit, StoreError> {
        self.carry_out(write, key, now)
    }

    fn records(&mut self, after: i64, limit: usize) -> Result<Vec<Record>, StoreError> {
        self.read_records(after, limit)
    }

    fn open_conversation(
        &mut self,
        new: &NewConversation,
        entry: &Entry,
        key: &Key,
        now: Timestamp,
    ) -> Result<Opened, StoreError> {
        self.open_one(new, entry, key, now)
    }

    fn end_conversation(
        &mut self,
        id: &ConversationId,
        entry: &Entry,
        key: &Key,
        now: Timestamp,
    ) -> Result<Ended, StoreError> {
        self.end_one(id, entry, key, now)
    }

    fn say(&mut self, word: &Word<'_>, now: Timestamp) -> Result<Said, StoreError> {
        self.say_one(word, now)
    }

    fn beat(&mut self, bearer: &Bearer<'_>, now: Timestamp) -> Result<Beaten, StoreError> {
        self.beat_one(bearer, now)
    }

    fn take(
        &mut self,
        bearer: &Bearer<'_>,
        ids: &[MessageId],
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        self.take_some(bearer, ids, now)
    }

    fn prove(&mut self, bearer: &Bearer<'_>, now: Timestamp) -> Result<Proved, StoreError> {
        self.prove_one(bearer, now)
    }
}
