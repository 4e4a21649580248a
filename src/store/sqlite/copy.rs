//! Copies of a whole database by the engine's own means: a copy is one commit of its source, whoever writes meanwhile, and what it is copied into
//! changes in one transaction, so that a reader sees the one or the other and never a part.

use super::{
    SqliteStore,
    error::Subject,
    exam::{self, Integrity},
    schema::Layout,
};
use crate::store::StoreError;
use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};
use std::{
    collections::BTreeMap,
    fs, io,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

/// How long the pages of a copy are looked at; in fact until the end.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// How long a restore waits for a writer to end.
const WAIT: Duration = Duration::from_secs(5);
/// What follows the name of a copy that is not finished, before the process.
const PART: &str = ".part-";

/// What a database holds, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// Highest key of messages and of the audit log.
    pub newest: [i64; 2],
    /// Bytes of its pages.
    pub bytes: u64,
}

impl SqliteStore {
    /// Copies the database at `from` to the file `to`: under another name first, mode 0600 because it holds tokens, looked through and counted,
    /// and renamed only then. The file is whole by itself, without a log beside it. Where the source has a rollback journal, its writers wait
    /// meanwhile. O(file).
    ///
    /// # Errors
    /// As the variants of [`StoreError`] say; there is no file then, or the one that was there before.
    pub fn back_up(from: &Path, to: &Path) -> Result<Tally, StoreError> {
        let source = Subject::new(from.to_owned());
        source.identify()?;
        let target = Subject::new(to.to_owned());
        let part = part(to);
        let told = |e: io::Error| target.file("write", e);
        private(&part).map_err(told)?;
        let copied = copy_out(&source, &target, &part);
        let kept = copied.and_then(|tally| {
            let file = fs::File::open(&part).map_err(told)?;
            file.sync_all().map_err(told)?;
            fs::rename(&part, to).map_err(told)?;
            Ok(tally)
        });
        if kept.is_err() {
            for end in ["", "-journal", "-wal", "-shm"] {
                let _gone = fs::remove_file(beside(&part, end));
            }
        }
        kept
    }

    /// Looks a copy through: its pages, its tables, its rows. O(file).
    ///
    /// # Errors
    /// As the variants of [`StoreError`] say.
    pub fn verify(path: &Path) -> Result<Tally, StoreError> {
        let subject = Subject::new(path.to_owned());
        subject.identify()?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || -> rusqlite::Result<Connection> {
            let db = Connection::open_with_flags(path, flags)?;
            super::configure(&db)?;
            Ok(db)
        };
        let db = open().map_err(|e| subject.error("verify", e))?;
        sound(&db, &subject)?;
        let layout = Layout::resolve(&db).map_err(|e| subject.error("verify", e))?;
        layout.map_err(|found| subject.unknown_schema(&found))?;
        tally(&db).map_err(|e| subject.error("verify", e))
    }

    /// Copies the database at `from` over the one at `to` in one transaction: whoever reads it sees the old one or the new one. Its way to keep
    /// commits stays. O(file).
    ///
    /// # Errors
    /// As the variants of [`StoreError`] say; nothing was changed then.
    pub fn copy_into(from: &Path, to: &Path) -> Result<(), StoreError> {
        let (source, target) = (Subject::new(from.to_owned()), Subject::new(to.to_owned()));
        source.identify()?;
        target.identify()?;
        let read = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let write = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(from, read).map_err(|e| source.error("open", e))?;
        let failed = |e| target.error("restore", e);
        let mut out = Connection::open_with_flags(to, write).map_err(failed)?;
        super::configure_writer(&out).map_err(failed)?;
        out.busy_timeout(WAIT).map_err(failed)?;
        // A first look at it, which a file that is none refuses.
        let _known: i64 =
            (out.pragma_query_value(None, "schema_version", |row| row.get(0))).map_err(failed)?;
        pages(&db, &mut out, &target, "restore")
    }

    /// Removes copies that were never finished, of processes that are gone according to `lives`, beside `to`.
    pub fn sweep_parts(to: &Path, lives: impl Fn(u32) -> bool) {
        let dir = to.parent().unwrap_or_else(|| Path::new("."));
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some((_, pid)) = name.split_once(PART).filter(|_| name.starts_with('.')) else {
                continue;
            };
            let digits: String = pid.chars().take_while(char::is_ascii_digit).collect();
            if digits.parse().is_ok_and(|pid| !lives(pid)) {
                let _gone = fs::remove_file(entry.path());
            }
        }
    }
}

/// Where a copy lies until it is finished.
fn part(to: &Path) -> PathBuf {
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    to.with_file_name(format!(".{name}{PART}{}", std::process::id()))
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// An empty file that only its owner may read.
fn private(path: &Path) -> io::Result<()> {
    // What lies there was left by a process of this number, or put there by somebody else.
    let _left = fs::remove_file(path);
    let mut how = fs::OpenOptions::new();
    let file = how.write(true).create_new(true).mode(0o600).open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

fn copy_out(source: &Subject, target: &Subject, part: &Path) -> Result<Tally, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = |e| source.error("back up", e);
    let db = Connection::open_with_flags(source.path(), flags).map_err(read)?;
    super::configure(&db).map_err(read)?;
    // The counts and the pages are those of one commit.
    let commit = db.unchecked_transaction().map_err(read)?;
    let wanted = tally(&db).map_err(read)?;
    let failed = |e| target.error("write", e);
    let mut out = Connection::open(part).map_err(failed)?;
    pages(&db, &mut out, target, "write")?;
    drop(commit);
    out.pragma_update(None, "journal_mode", "DELETE")
        .map_err(failed)?;
    drop(out);
    let found = SqliteStore::verify(part)?;
    if (&found.rows, found.newest) == (&wanted.rows, wanted.newest) {
        return Ok(found);
    }
    Err(StoreError::Damaged {
        path: target.name().to_owned(),
        detail: "the copy does not hold the rows of its source".to_owned(),
    })
}

/// Copies every page in one go.
fn pages(
    from: &Connection,
    to: &mut Connection,
    target: &Subject,
    operation: &'static str,
) -> Result<(), StoreError> {
    let failed = |e| target.error(operation, e);
    let copy = Backup::new(from, to).map_err(failed)?;
    // Somebody who writes is waited for as for any write: the engine does not do so by itself here.
    for _ in 0..50 {
        match copy.step(-1).map_err(failed)? {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            _ => {
                let (_keep, never) = std::sync::mpsc::sync_channel::<()>(1);
                let _over = never.recv_timeout(WAIT / 50);
            }
        }
    }
    Err(StoreError::Busy {
        path: target.name().to_owned(),
    })
}

fn sound(db: &Connection, subject: &Subject) -> Result<(), StoreError> {
    match exam::integrity(db, PATIENCE).map_err(|e| subject.error("verify", e))? {
        Integrity::Sound | Integrity::Unfinished => Ok(()),
        Integrity::Damaged(lines) => Err(StoreError::Damaged {
            path: subject.name().to_owned(),
            detail: crate::domain::text::line(&lines.join("; ")).into_owned(),
        }),
    }
}

fn tally(db: &Connection) -> rusqlite::Result<Tally> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let mut names = db.prepare(sql)?;
    let names: Vec<String> = names
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut tally = Tally::default();
    for name in &names {
        let quoted = name.replace('"', "\"\"");
        let sql = format!("SELECT count(*) FROM \"{quoted}\"");
        let rows: i64 = db.query_row(&sql, [], |row| row.get(0))?;
        tally.rows.insert(name.clone(), rows.max(0).unsigned_abs());
    }
    for (table, newest) in ["messages", "audit_log"].into_iter().zip(&mut tally.newest) {
        if names.iter().any(|name| name == table) {
            let sql = format!("SELECT coalesce(max(rowid), 0) FROM {table}");
            *newest = db.query_row(&sql, [], |row| row.get(0))?;
        }
    }
    let number = |name: &str| -> rusqlite::Result<i64> {
        db.pragma_query_value(None, name, |row| row.get(0))
    };
    let bytes = number("page_size")?.saturating_mul(number("page_count")?);
    tally.bytes = bytes.max(0).unsigned_abs();
    Ok(tally)
}
