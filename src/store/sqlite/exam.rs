//! What a file is made of, whatever stands in it: for whoever looks for a fault.

use super::{SqliteStore, error::Subject};
use crate::store::StoreError;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::{
    path::PathBuf,
    sync::mpsc::{RecvTimeoutError, sync_channel},
    thread,
    time::Duration,
};

/// Faults that one check lists.
const FAULTS: u32 = 8;

/// What a file is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exam {
    /// How it keeps its commits: `wal`, `delete`, ….
    pub journal: String,
    /// Bytes of its pages.
    pub bytes: u64,
    /// Bytes of pages that hold nothing.
    pub free: u64,
    /// Whether its pages hold together.
    pub integrity: Integrity,
}

/// Whether pages hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Integrity {
    /// Every page was looked at, and is sound.
    Sound,
    /// The time was over before every page was looked at; those that were are sound.
    Unfinished,
    /// What does not hold together, raw.
    Damaged(Vec<String>),
}

impl SqliteStore {
    /// Looks at the pages of the database at `path`, whatever its tables, for at most about `patience`. Writes nothing. O(file).
    ///
    /// # Errors
    /// As the variants of [`StoreError`] say.
    pub fn examine(path: impl Into<PathBuf>, patience: Duration) -> Result<Exam, StoreError> {
        let subject = Subject::new(path.into());
        subject.identify()?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let look = || -> rusqlite::Result<Exam> {
            let db = Connection::open_with_flags(subject.path(), flags)?;
            super::configure(&db)?;
            let number = |name: &str| -> rusqlite::Result<u64> {
                let n: i64 = db.pragma_query_value(None, name, |row| row.get(0))?;
                Ok(n.max(0).unsigned_abs())
            };
            let page = number("page_size")?;
            Ok(Exam {
                journal: db.pragma_query_value(None, "journal_mode", |row| row.get(0))?,
                bytes: number("page_count")?.saturating_mul(page),
                free: number("freelist_count")?.saturating_mul(page),
                integrity: integrity(&db, patience)?,
            })
        };
        look().map_err(|e| subject.error("examine", e))
    }

    /// The version of SQLite that is built in.
    #[must_use]
    pub fn engine_version() -> &'static str {
        rusqlite::version()
    }
}

/// A quick check that is interrupted when it takes too long.
pub(super) fn integrity(db: &Connection, patience: Duration) -> rusqlite::Result<Integrity> {
    let handle = db.get_interrupt_handle();
    let (done, waits) = sync_channel::<()>(1);
    let alarm = move || {
        if waits.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
            handle.interrupt();
        }
    };
    // Without a thread it takes as long as it takes.
    let alarm = thread::Builder::new()
        .name("patience".to_owned())
        .spawn(alarm);
    let found = check(db);
    drop(done);
    if let Ok(alarm) = alarm {
        let _ended = alarm.join();
    }
    match found {
        Ok(lines) if lines == ["ok"] => Ok(Integrity::Sound),
        Ok(lines) => Ok(Integrity::Damaged(lines)),
        Err(e) if e.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
            Ok(Integrity::Unfinished)
        }
        Err(e) => Err(e),
    }
}

fn check(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut check = db.prepare(&format!("PRAGMA quick_check({FAULTS})"))?;
    let lines = check.query_map([], |row| row.get(0))?;
    lines.collect()
}
