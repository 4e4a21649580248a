//! Our own memory of a bridge: a database beside nobody's, under the XDG state directory, keyed by the bridge's real path.
//! What is in it may be lost without harm to the swarm; what is in it is never the truth about a row of the bridge.
//!
//! A new table is a numbered file in `migrations`, one line in [`MIGRATIONS`], and a module with an `impl Sidecar` beside this one.

mod alerts;
mod chains;
mod generations;
mod rhythms;

use crate::domain::{Timestamp, text};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::{
    ffi::OsString,
    fs, io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

pub use rhythms::RhythmRow;

/// Each brings a database from version `i` to `i + 1`. Never change one that was released; append.
const MIGRATIONS: [&str; 4] = [
    include_str!("migrations/0001_rhythms.sql"),
    include_str!("migrations/0002_alerts.sql"),
    include_str!("migrations/0003_generations.sql"),
    include_str!("migrations/0004_chains.sql"),
];

/// How long a call waits for another dashboard that writes the same memory.
const LOCK_WAIT: Duration = Duration::from_secs(2);

/// Why there is no memory. The program runs without one, and says so.
#[derive(Debug, thiserror::Error)]
pub enum SidecarError {
    /// It was written by a newer program, and is left as it is.
    #[error(
        "{path} was written by a newer swarmwarden (version {found}, this one knows {known}): running without memory"
    )]
    Newer {
        /// Its path, neutralised.
        path: String,
        /// Its version.
        found: i64,
        /// The version that this program writes.
        known: i64,
    },
    /// The directory or the file cannot be made or written.
    #[error("{path} cannot be written: running without memory")]
    Unwritable {
        /// What was tried, neutralised.
        path: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Anything else of the database engine.
    #[error("{operation} of {path} failed")]
    Backend {
        /// What was tried.
        operation: &'static str,
        /// Its path, neutralised.
        path: String,
        /// The engine's error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The memory of one bridge.
#[derive(Debug)]
pub struct Sidecar {
    db: Connection,
    path: PathBuf,
    note: Option<String>,
}

impl Sidecar {
    /// Opens the memory of `bridge` under `dir`; makes what is missing. One that is damaged is moved aside under the time `now`,
    /// and a fresh one begins: [`Self::note`] says so.
    ///
    /// # Errors
    /// [`SidecarError::Newer`] and [`SidecarError::Unwritable`]: the file is then as it was.
    pub fn open(dir: &Path, bridge: &Path, now: Timestamp) -> Result<Self, SidecarError> {
        let unwritable = |path: &Path, source: Box<dyn std::error::Error + Send + Sync>| {
            SidecarError::Unwritable {
                path: shown(path),
                source,
            }
        };
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|e| unwritable(dir, e.into()))?;
        let path = Self::place(dir, bridge);
        let mut note = None;
        match version(&path) {
            Ok(None) => {}
            Ok(Some(found)) => check(&path, found)?,
            Err(e) if is_damaged(&e) => {
                let aside = set_aside(&path, now).map_err(|e| unwritable(&path, e.into()))?;
                note = Some(format!(
                    "the memory of this bridge was damaged; it is kept as {} and a new one begins",
                    shown(&aside)
                ));
            }
            Err(e) => return Err(unwritable(&path, e.into())),
        }
        private(&path).map_err(|e| unwritable(&path, e.into()))?;
        let mut db = Connection::open(&path)
            .and_then(|db| configure(&db).map(|()| db))
            .map_err(|e| unwritable(&path, e.into()))?;
        migrate(&mut db, bridge).map_err(|e| unwritable(&path, e.into()))?;
        Ok(Self { db, path, note })
    }

    /// The memory of `bridge` under `dir` for reading only, when there is one. Makes and changes nothing.
    ///
    /// # Errors
    /// [`SidecarError::Newer`], and [`SidecarError::Backend`] for one that cannot be read.
    pub fn existing(dir: &Path, bridge: &Path) -> Result<Option<Self>, SidecarError> {
        let path = Self::place(dir, bridge);
        let backend = |e: rusqlite::Error| SidecarError::Backend {
            operation: "reading",
            path: shown(&path),
            source: e.into(),
        };
        let Some(found) = version(&path).map_err(backend)? else {
            return Ok(None);
        };
        check(&path, found)?;
        if found < latest() {
            return Ok(None); // an older one is brought forward by the next dashboard that writes
        }
        let db = read_only(&path).map_err(backend)?;
        Ok(Some(Self {
            db,
            path,
            note: None,
        }))
    }

    /// Where the memory of `bridge` lies under `dir`: the name is made from the bridge's real path, so that every way to write that path
    /// leads to the same memory.
    #[must_use]
    pub fn place(dir: &Path, bridge: &Path) -> PathBuf {
        let real = real(bridge);
        dir.join(format!(
            "{:016x}.db",
            fnv(real.as_os_str().as_encoded_bytes())
        ))
    }

    /// What the operator should know about how it was opened, neutralised.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Runs `write` in one immediate transaction: all of it, or nothing.
    fn write<T>(
        &mut self,
        operation: &'static str,
        write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, SidecarError> {
        let done = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .and_then(|tx| {
                let value = write(&tx)?;
                tx.commit().map(|()| value)
            });
        done.map_err(|e| self.failed(operation, e))
    }

    /// Runs `read` on the connection.
    fn read<T>(
        &self,
        operation: &'static str,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, SidecarError> {
        read(&self.db).map_err(|e| self.failed(operation, e))
    }

    fn failed(&self, operation: &'static str, source: rusqlite::Error) -> SidecarError {
        SidecarError::Backend {
            operation,
            path: shown(&self.path),
            source: source.into(),
        }
    }
}

/// The version that this program writes.
fn latest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// The version of the file; `None` when there is none. Changes nothing. An old database that does not hold together is an error.
fn version(path: &Path) -> rusqlite::Result<Option<i64>> {
    if !path.exists() {
        return Ok(None);
    }
    let db = read_only(path)?;
    let version = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let sound: String = db.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if sound == "ok" {
        return Ok(Some(version));
    }
    Err(rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT),
        Some(sound),
    ))
}

fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(LOCK_WAIT)?;
    Ok(db)
}

fn check(path: &Path, found: i64) -> Result<(), SidecarError> {
    if found <= latest() {
        return Ok(());
    }
    Err(SidecarError::Newer {
        path: shown(path),
        found,
        known: latest(),
    })
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(
        error.sqlite_error_code(),
        Some(DatabaseCorrupt | NotADatabase)
    )
}

/// Moves a database and its companions out of the way; gives the new name.
fn set_aside(path: &Path, now: Timestamp) -> io::Result<PathBuf> {
    let stamp = now.rfc3339().replace(':', "");
    let other = |suffix: &str, end: &str| {
        let mut name = OsString::from(path);
        name.push(suffix);
        name.push(end);
        PathBuf::from(name)
    };
    let end = format!(".damaged-{stamp}");
    for suffix in ["-wal", "-shm"] {
        let companion = other(suffix, "");
        if companion.exists() {
            fs::rename(&companion, other(suffix, &end))?;
        }
    }
    let aside = other("", &end);
    fs::rename(path, &aside)?;
    Ok(aside)
}

/// Makes the file, readable by its owner only, before the database engine would make it readable by all. One that is there is not
/// opened: closing it would drop the locks that this process holds on it.
fn private(path: &Path) -> io::Result<()> {
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

fn configure(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(LOCK_WAIT)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.execute_batch(
        "PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON;",
    )
}

fn migrate(db: &mut Connection, bridge: &Path) -> rusqlite::Result<()> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = usize::try_from(version).unwrap_or_default();
    for sql in MIGRATIONS.iter().skip(done) {
        tx.execute_batch(sql)?;
    }
    if done < MIGRATIONS.len() {
        tx.pragma_update(None, "user_version", latest())?;
    }
    tx.execute(
        "INSERT OR REPLACE INTO about VALUES ('bridge', ?)",
        [real(bridge).to_string_lossy()],
    )?;
    tx.commit()
}

fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path)
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_owned())
}

fn shown(path: &Path) -> String {
    text::line(&path.to_string_lossy()).into_owned()
}

/// FNV-1a: the same on every machine and in every version. A name, not a protection.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests;
