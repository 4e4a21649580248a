//! `restore`: a verified copy takes the place of the bridge, and what it replaces is kept.

use super::{Bridge, Failure, agreed, backup, op, pen, place, shown, words};
use crate::{cli, wire};
use serde_json::json;
use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, chown},
    path::{Path, PathBuf},
    sync::Arc,
};
use swarmwarden::{
    domain::{Refusal, Timestamp, audit::Entry, text},
    engine::Clock,
    headless::Exit,
    settings::Settings,
    store::{SqliteStore, StoreError, Tally},
};

/// Name of the deed in the audit log.
const DEED: &str = "restore";

/// What stands where the bridge should.
#[derive(Clone, Copy, PartialEq, Eq)]
enum There {
    /// Nothing.
    Nothing,
    /// A database that can be read.
    Sound,
    /// Something that cannot.
    Broken,
}

/// `restore`.
pub(in super::super) fn run(settings: &Settings, asked: &cli::Restore) -> Result<Exit, Failure> {
    let db = Bridge::of_file(settings)?;
    let (_, key) = pen(settings, &Bridge::file(db))?;
    let tally = SqliteStore::verify(&asked.file)?;
    writeln!(
        io::stderr(),
        "{} is sound: {}",
        shown(&asked.file),
        words(&tally)
    )?;
    alone(db, asked.while_open)?;
    let there = match SqliteStore::verify(db) {
        Ok(now) => {
            writeln!(io::stderr(), "{} holds: {}", shown(db), words(&now))?;
            There::Sound
        }
        Err(StoreError::NotFound { .. }) => There::Nothing,
        Err(
            e @ (StoreError::NotADatabase { .. }
            | StoreError::Damaged { .. }
            | StoreError::UnknownSchema { .. }),
        ) => {
            writeln!(io::stderr(), "{e}")?;
            There::Broken
        }
        Err(e) => return Err(e.into()),
    };
    agreed(&format!("put it in the place of {}", shown(db)), asked.yes)?;
    let now = Clock::system().now();
    let owner = fs::metadata(db).ok();
    let saved = match &there {
        There::Nothing => None,
        There::Sound => Some(save(settings, db, now)?),
        There::Broken => Some(aside(db, now)?),
    };
    match there {
        There::Sound => SqliteStore::copy_into(&asked.file, db)?,
        There::Nothing | There::Broken => drop(SqliteStore::back_up(&asked.file, db)?),
    }
    if let Some(owner) = owner.filter(|_| there == There::Broken) {
        give(db, &owner).map_err(|e| Failure::Place(db.to_owned(), e))?;
    }
    check(db, &tally)?;
    let entry = Entry {
        action: DEED,
        conversation: None,
        actor: Arc::clone(&settings.actor),
        op: op(),
        facts: json!({
            "reason": text::redact(text::head(&asked.reason, 1_024)),
            "from": shown(&asked.file),
            "replaced": saved,
            "messages": tally.rows.get("messages"),
            "newest_message": tally.newest[0],
        }),
    };
    SqliteStore::open_for_writing(db)?.chronicle(&entry, &key, now)?;
    let (db, file) = (shown(db), shown(&asked.file));
    writeln!(io::stdout(), "{db} is as it was in {file}")?;
    Ok(Exit::Ok)
}

/// Whoever could use the old file can use this one.
fn give(db: &Path, old: &fs::Metadata) -> io::Result<()> {
    chown(db, Some(old.uid()), Some(old.gid()))?;
    fs::set_permissions(db, old.permissions())
}

/// Nobody else has it open, or that is agreed to.
fn alone(db: &Path, agreed: bool) -> Result<(), Failure> {
    let real = db.canonicalize().unwrap_or_else(|_| db.to_owned());
    let holders = wire::doctor::holders(&real);
    if holders.is_empty() {
        return Ok(());
    }
    let who: Vec<_> = holders
        .iter()
        .map(|h| format!("{} ({})", h.pid, h.command))
        .collect();
    let who = who.join(", ");
    if agreed {
        writeln!(
            io::stderr(),
            "open in process {who}: they see it go back in time"
        )?;
        return Ok(());
    }
    Err(Failure::Refused(Refusal::Unavailable(format!(
        "process {who} has {} open; end it, or add --while-open: it sees the bridge go back in time; nothing was changed",
        shown(db)
    ))))
}

fn save(settings: &Settings, db: &Path, now: Timestamp) -> Result<String, Failure> {
    let to = backup::free(&place(settings, db)?, db, ".replaced", now);
    backup::copy(db, &to)?;
    writeln!(io::stderr(), "what it replaces is kept as {}", shown(&to))?;
    Ok(shown(&to))
}

/// Moves what is no sound database out of the way, with its companions.
fn aside(db: &Path, now: Timestamp) -> Result<String, Failure> {
    let dir = db.parent().filter(|d| !d.as_os_str().is_empty());
    let to = backup::free(dir.unwrap_or_else(|| Path::new(".")), db, ".damaged", now);
    let with = |path: &Path, end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    for end in ["-wal", "-shm", "-journal", ""] {
        match fs::rename(with(db, end), with(&to, end)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound || end.is_empty() => {
                return Err(Failure::Place(db.to_owned(), e));
            }
            _ => {}
        }
    }
    writeln!(io::stderr(), "what it replaces is kept as {}", shown(&to))?;
    Ok(shown(&to))
}

/// What stands there now is what was to stand there, or newer by what others wrote since.
fn check(db: &Path, wanted: &Tally) -> Result<(), Failure> {
    let found = SqliteStore::verify(db)?;
    if found
        .newest
        .iter()
        .zip(wanted.newest)
        .all(|(now, then)| *now >= then)
    {
        return Ok(());
    }
    Err(Failure::Store(StoreError::Damaged {
        path: shown(db),
        detail: "it does not hold the rows of the copy".to_owned(),
    }))
}
