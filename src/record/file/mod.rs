//! A recording in a database file of its own. The current hour lies in it as it came; an hour that is over is packed into blocks by worker.
//! Every call that writes is one transaction: what was written before a crash is there.

mod held;
mod hours;
mod lock;
mod read;
mod state;
mod tidy;
mod write;

use super::RecordError;
use crate::domain::{Span, text};
use rusqlite::{Connection, OpenFlags};
use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
    time::Duration,
};

pub use read::Reader;
pub use write::Writer;

const SCHEMA: &str = include_str!("schema.sql");
/// What some of the messages were, by which a bridge is known again.
const PRINTS: &str = "CREATE TABLE IF NOT EXISTS prints(life INTEGER NOT NULL, id INTEGER NOT NULL, print INTEGER NOT NULL, PRIMARY KEY(life, id)) WITHOUT ROWID";
/// What the troubles that are not over are about, by which one is known again after a gap.
const OPEN: &str = "CREATE TABLE IF NOT EXISTS open(id INTEGER PRIMARY KEY, key TEXT NOT NULL)";
/// Version of the schema.
const VERSION: i64 = 2;
/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;
/// How long a call waits for another process.
const WAIT: Duration = Duration::from_secs(2);

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// For how long.
    pub keep: Span,
    /// Bytes of the file.
    pub bytes: u64,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            keep: Span::seconds(7 * 86_400),
            bytes: 256 << 20,
        }
    }
}

const fn hour_of(ms: i64) -> i64 {
    ms.div_euclid(HOUR) * HOUR
}

fn place(
    path: &Path,
    what: &'static str,
    e: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> RecordError {
    RecordError::Place {
        path: text::line(&path.to_string_lossy()).into_owned(),
        what,
        source: e.into(),
    }
}

fn damaged(path: &Path, what: &str) -> RecordError {
    RecordError::Damaged {
        path: text::line(&path.to_string_lossy()).into_owned(),
        what: text::line(what).into_owned(),
    }
}

/// What the database engine says, as we say it.
fn failed(path: &Path, what: &'static str, e: rusqlite::Error) -> RecordError {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match e.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => damaged(path, &e.to_string()),
        _ => place(path, what, e),
    }
}

fn check(path: &Path, db: &Connection) -> Result<i64, RecordError> {
    let found: i64 = db
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|e| failed(path, "read", e))?;
    if (1..VERSION).contains(&found) {
        return Err(damaged(path, "it was written by an older version"));
    }
    if found > VERSION {
        return Err(RecordError::Newer {
            path: text::line(&path.to_string_lossy()).into_owned(),
            found,
            known: VERSION,
        });
    }
    Ok(found)
}

/// Makes the directory and the file, for their owner only.
fn private(path: &Path) -> io::Result<()> {
    if let Some(dir) = path.parent() {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)?;
    }
    let made = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

/// Opens for writing; makes what is missing.
fn open(path: &Path) -> Result<Connection, RecordError> {
    private(path).map_err(|e| place(path, "written", e))?;
    let wrong = |e| failed(path, "written", e);
    let mut db = Connection::open(path).map_err(wrong)?;
    db.busy_timeout(WAIT).map_err(wrong)?;
    let found = check(path, &db)?;
    if found == 0 {
        // Before the first table, so that what is dropped gives its room back.
        db.pragma_update(None, "auto_vacuum", "INCREMENTAL")
            .map_err(wrong)?;
    }
    db.pragma_update(None, "journal_mode", "WAL")
        .map_err(wrong)?;
    db.execute_batch("PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF; PRAGMA journal_size_limit = 4194304;")
        .map_err(wrong)?;
    if found == 0 {
        let tx = db
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(wrong)?;
        let now: i64 = tx
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(wrong)?;
        if now == 0 {
            tx.execute_batch(SCHEMA).map_err(wrong)?;
            tx.pragma_update(None, "user_version", VERSION)
                .map_err(wrong)?;
        }
        tx.commit().map_err(wrong)?;
    }
    for later in [PRINTS, OPEN] {
        db.execute_batch(later).map_err(wrong)?;
    }
    Ok(db)
}

/// Opens for reading only; `None` when there is none.
fn existing(path: &Path) -> Result<Option<Connection>, RecordError> {
    if !path.exists() {
        return Ok(None);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let wrong = |e| failed(path, "read", e);
    let db = Connection::open_with_flags(path, flags).map_err(wrong)?;
    db.busy_timeout(WAIT).map_err(wrong)?;
    let found = check(path, &db)?;
    Ok((found == VERSION).then_some(db))
}
