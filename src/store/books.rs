//! What this program writes down about its own writes: a line of the write log, the end of the actor's chain, the generations made.
//! All of it after the fact: a book that cannot be kept delays and fails nothing.

use super::Sidecar;
use crate::domain::{MessageId, Timestamp, act::Write, audit::Link, ledger::Floors, text};
use serde_json::{Value, json};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
};

/// Name of the write log in the state directory.
const LOG: &str = "writes.ndjson";
/// A log as large as this gives way to a new one; the one before is kept.
const FULL: u64 = 8 << 20;
/// Attempts that may wait to be written down; more are left out.
const QUEUE: usize = 256;

/// What became of an attempt to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It is written: its messages, and the end of the actor's chain.
    Written(Vec<MessageId>, Link),
    /// An earlier try had written it.
    Already,
    /// Nothing was written, for this reason.
    Refused(String),
}

/// An attempt to write to the bridge.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// When it ended.
    pub at: Timestamp,
    /// Who.
    pub actor: Arc<str>,
    /// Names the action.
    pub op: Arc<str>,
    /// Name of the deed.
    pub action: &'static str,
    /// What it is, in one line.
    pub headline: String,
    /// The task that it is about.
    pub task: Option<String>,
    /// The worker that it is about.
    pub worker: Option<String>,
    /// Generations that its rows carry.
    pub generations: Floors,
    /// What became of it.
    pub end: End,
}

impl Attempt {
    /// The attempt to carry out `write`.
    #[must_use]
    pub fn of(write: &Write, headline: &str, at: Timestamp, end: End) -> Self {
        let word = |name: &str| {
            let found = write.entry.facts.get(name).and_then(Value::as_str);
            found.map(str::to_owned)
        };
        let made = write.rows.iter().filter_map(|row| {
            let mark = &row.mark;
            Some((mark.task.clone()?, mark.generation?))
        });
        Self {
            at,
            actor: Arc::clone(&write.entry.actor),
            op: Arc::clone(&write.op),
            action: write.entry.action,
            headline: headline.to_owned(),
            task: word("task"),
            worker: word("to").or_else(|| word("worker")),
            generations: made.collect(),
            end,
        }
    }

    /// One line of JSON, with everything in it neutralised and redacted.
    fn line(&self) -> String {
        let safe = |raw: &str| text::line(&text::redact(raw)).into_owned();
        let (result, rows, why) = match &self.end {
            End::Written(rows, _) => ("written", rows.iter().map(|id| id.0).collect(), None),
            End::Already => ("already", Vec::new(), None),
            End::Refused(why) => ("refused", Vec::new(), Some(safe(why))),
        };
        json!({
            "time": self.at.rfc3339(),
            "actor": safe(&self.actor),
            "op": safe(&self.op),
            "action": self.action,
            "headline": safe(&self.headline),
            "task": self.task.as_deref().map(safe),
            "worker": self.worker.as_deref().map(safe),
            "rows": rows,
            "result": result,
            "why": why,
        })
        .to_string()
    }
}

/// The books of one bridge. They are made at the first attempt.
#[derive(Debug, Clone)]
pub struct Books {
    state: PathBuf,
    bridge: PathBuf,
}

impl Books {
    /// The books of `bridge` in the directory `state`.
    #[must_use]
    pub fn new(state: &Path, bridge: &Path) -> Self {
        Self {
            state: state.to_owned(),
            bridge: bridge.to_owned(),
        }
    }

    /// Writes an attempt down: always into the log, and what it made into the memory of the bridge. A book that cannot be kept is
    /// left as it is: an action is never held up by its record.
    pub fn note(&self, attempt: &Attempt) {
        let _unlogged = append(&self.state, &attempt.line());
        let End::Written(_, link) = &attempt.end else {
            return;
        };
        if let Ok(mut memory) = Sidecar::open(&self.state, &self.bridge, attempt.at) {
            let _kept = memory.keep_head(&attempt.actor, link);
            let _kept = memory.keep_generations(&attempt.generations);
        }
    }
}

/// Appends one line in one call, so that lines of several processes never mix.
fn append(state: &Path, line: &str) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(state)?;
    let path = state.join(LOG);
    let open = || {
        let mut options = OpenOptions::new();
        options.create(true).append(true).mode(0o600).open(&path)
    };
    let mut file = open()?;
    if file.metadata()?.len() >= FULL {
        rotate(&path, &file)?;
        file = open()?;
    }
    file.write_all(format!("{line}\n").as_bytes())
}

/// Moves a full log aside, unless somebody else just did.
fn rotate(path: &Path, full: &File) -> io::Result<()> {
    full.lock()?;
    if fs::metadata(path)?.ino() == full.metadata()?.ino() {
        fs::rename(path, path.with_extension("ndjson.1"))?;
    }
    full.unlock()
}

/// Keeps books on a thread of its own, so that nobody waits for a disk. Dropping the last handle writes what waits.
#[derive(Debug)]
pub struct Scribe {
    inbox: Option<SyncSender<Attempt>>,
    thread: Option<JoinHandle<()>>,
}

impl Scribe {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the operating system gives none.
    pub fn start(books: Books) -> io::Result<Self> {
        let (inbox, attempts) = sync_channel::<Attempt>(QUEUE);
        let thread = thread::Builder::new()
            .name("books".to_owned())
            .spawn(move || attempts.iter().for_each(|attempt| books.note(&attempt)))?;
        Ok(Self {
            inbox: Some(inbox),
            thread: Some(thread),
        })
    }

    /// Hands an attempt over; returns at once. When too many wait, it is left out.
    pub fn note(&self, attempt: Attempt) {
        if let Some(inbox) = &self.inbox {
            let _full = inbox.try_send(attempt);
        }
    }
}

impl Drop for Scribe {
    fn drop(&mut self) {
        self.inbox = None;
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
