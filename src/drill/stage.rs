//! Where a test takes place: a bridge in a directory of its own, a pace of time, the processes of this program, and what is seen of the bridge.

use super::{
    Fault, Spec, Trouble,
    client::{self, Client},
    process::{self, Process, Spoken},
};
use crate::{
    domain::{ConversationId, MessageId, MessageRow, Pace, Side, Span, Timestamp},
    engine::Clock,
    store::{SqliteStore, Store},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::PoisonError,
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// Protocol time begins so long ago, so that no row lies in the future before the longest test is over.
const AGO: Span = Span::seconds(3_000);
/// What is waited for may come so much later than it should, in life; it is measured all the same.
const MERCY: Duration = Duration::from_secs(4);
/// The same where something is broken on purpose, and is not going to come.
const PITY: Duration = Duration::from_secs(2);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(2);
/// Rows of one read.
const PAGE: usize = 4_096;

/// A place for a test.
pub(super) struct Stage<'a> {
    pub(super) spec: &'a Spec,
    dir: TempDir,
    db: PathBuf,
    /// Protocol time.
    pub(super) clock: Clock,
    pace: Pace,
    pub(super) spoken: Spoken,
    /// Who acts: nobody else's name, so that its audit chain is its own.
    pub(super) actor: String,
}

impl<'a> Stage<'a> {
    /// A place with a private bridge, at this speed.
    pub(super) fn new(spec: &'a Spec, speed: u32) -> Result<Self, Trouble> {
        let stage = Self::bare(spec, speed)?;
        client::make(&stage.db, spec.schema)?;
        Ok(stage)
    }

    /// The same with the bridge that was named, where one was.
    pub(super) fn shared(spec: &'a Spec, speed: u32) -> Result<Self, Trouble> {
        let mut stage = Self::bare(spec, speed)?;
        match &spec.db {
            Some(path) => stage.db.clone_from(path),
            None => client::make(&stage.db, spec.schema)?,
        }
        Ok(stage)
    }

    /// The same without any tables.
    pub(super) fn bare(spec: &'a Spec, speed: u32) -> Result<Self, Trouble> {
        let named = tempfile::Builder::new()
            .prefix("swarmwarden-drill-")
            .tempdir();
        let dir = named.map_err(Trouble::io("a temporary directory"))?;
        let real = spec.clock.now();
        let at = if speed > 1 {
            real.plus(Span(-AGO.0))
        } else {
            real
        };
        let pace = Pace { speed, real, at };
        let clock = spec.clock.scaled(Some(pace));
        Ok(Self {
            db: dir.path().join("bridge.db"),
            spec,
            dir,
            clock,
            pace,
            spoken: Spoken::default(),
            actor: format!("drill-{}", letters()),
        })
    }

    /// The bridge's file.
    pub(super) fn db(&self) -> &Path {
        &self.db
    }

    /// A path in the directory.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A name that nobody else on this bridge has.
    pub(super) fn name(&self, word: &str) -> String {
        format!("{}-{word}", self.actor)
    }

    /// Writes a file of the directory.
    pub(super) fn write(&self, name: &str, words: &str) -> Result<PathBuf, Trouble> {
        let path = self.path(name);
        fs::write(&path, words).map_err(Trouble::io(name))?;
        Ok(path)
    }

    /// Protocol time now.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// This program, about to be started with `args` on a state directory called so.
    pub(super) fn command(&self, state: &str, args: &[&str]) -> Command {
        let mut command = Command::new(&self.spec.program);
        command
            .env_clear()
            .current_dir(self.dir.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.dir.path())
            .env("SWARMWARDEN_STATE", self.path(state))
            .env("SWARMWARDEN_DB", &self.db)
            .env("SWARMWARDEN_ACTOR", &self.actor)
            .env("SWARMWARDEN_PACE", self.pace.to_string())
            .env("SWARMWARDEN_PARENT", std::process::id().to_string())
            .args(args);
        command
    }

    /// Starts a process that goes on.
    pub(super) fn start(&self, command: Command) -> Result<Process, Trouble> {
        Process::start(command, &self.clock, &self.spoken)
    }

    /// Runs this program to its end.
    pub(super) fn run(&self, args: &[&str]) -> Result<(i32, String, String), Trouble> {
        process::run(self.command("state", args), &self.spoken)
    }

    /// The bridge, as an agent's program sees it.
    pub(super) fn client(&self) -> Result<Client, Trouble> {
        let client = Client::open(&self.db, self.schema(), self.clock.clone())?;
        Ok(client.unredacted(self.spec.breaks(Fault::Redaction)))
    }

    /// The bridge, as this program sees it.
    pub(super) fn store(&self) -> Result<SqliteStore, Trouble> {
        Ok(SqliteStore::open(&self.db)?)
    }

    /// Which tables it has.
    pub(super) fn schema(&self) -> crate::domain::Schema {
        let found = self.spec.db.as_ref().and_then(|_| self.store().ok());
        found.map_or(self.spec.schema, |store| store.source().schema)
    }

    /// Waits for something, at most `limit` of protocol time and a few real seconds.
    pub(super) fn until<T>(
        &self,
        what: &str,
        limit: Span,
        mut look: impl FnMut() -> Result<Option<T>, Trouble>,
    ) -> Result<T, Trouble> {
        let begun = self.clock.steady();
        let mercy = if self.spec.faults.is_empty() {
            MERCY
        } else {
            PITY
        };
        let patience = self.clock.wait(limit) + mercy;
        loop {
            if let Some(found) = look()? {
                return Ok(found);
            }
            self.pause(LOOK)?;
            let waited = self.clock.steady().0 - begun.0;
            if Duration::from_micros(waited.max(0).unsigned_abs()) > patience {
                return Err(Trouble::Late(format!(
                    "{what}: not within {limit} of protocol time"
                )));
            }
        }
    }

    /// Waits until a process that follows the bridge has said its first line.
    pub(super) fn hears(&self, process: &Process, what: &str) -> Result<(), Trouble> {
        let hello = || {
            process
                .lines(0)
                .iter()
                .any(|(_, l)| l.contains("\"hello\""))
        };
        self.until(what, Span::seconds(300), || Ok(hello().then_some(())))
    }

    /// How much protocol time passes in so much of life.
    pub(super) fn scaled(&self, life: Duration) -> Span {
        let micros = i64::try_from(life.as_micros()).unwrap_or(i64::MAX);
        Span(micros.saturating_mul(i64::from(self.pace.speed)))
    }

    /// Lets protocol time pass until `at`.
    pub(super) fn reach(&self, at: Timestamp) -> Result<(), Trouble> {
        loop {
            let left = at.since(self.now());
            if left.0 <= 0 {
                return Ok(());
            }
            self.pause(self.clock.wait(left).min(Duration::from_millis(50)))?;
        }
    }

    fn pause(&self, so_long: Duration) -> Result<(), Trouble> {
        if self.spec.stopped() {
            return Err(Trouble::Stopped);
        }
        thread::park_timeout(so_long.max(Duration::from_micros(200)));
        Ok(())
    }

    /// How often any of these words stands in what the processes printed.
    pub(super) fn leaks(&self, words: &[String]) -> usize {
        let spoken = self.spoken.lock().unwrap_or_else(PoisonError::into_inner);
        let leaks = |line: &&String| words.iter().any(|w| line.contains(w.as_str()));
        spoken.iter().filter(leaks).count()
    }
}

/// Six letters by chance: no digits, which would read as a worker's number.
fn letters() -> String {
    (0..6).map(|_| fastrand::char('a'..='z')).collect()
}

/// What is seen of a bridge, in the order of its rows.
pub(super) struct Eye {
    store: SqliteStore,
    start: MessageId,
    pub(super) rows: Vec<MessageRow>,
}

impl Eye {
    /// Sees what comes from now on.
    pub(super) fn open(stage: &Stage<'_>) -> Result<Self, Trouble> {
        let mut store = stage.store()?;
        let start = MessageId(store.newest(1)?.end.message);
        let rows = Vec::new();
        Ok(Self { store, start, rows })
    }

    /// Reads what is new, and gives the first of all rows that is meant.
    pub(super) fn find(
        &mut self,
        meant: impl Fn(&MessageRow) -> bool,
    ) -> Result<Option<MessageRow>, Trouble> {
        self.look()?;
        Ok(self.rows.iter().find(|row| meant(row)).cloned())
    }

    /// Reads what is new.
    pub(super) fn look(&mut self) -> Result<(), Trouble> {
        loop {
            let after = self.rows.last().map_or(self.start, |row| row.id);
            let page = self.store.since(after, PAGE)?;
            let whole = page.len() < PAGE;
            self.rows.extend(page);
            if whole {
                return Ok(());
            }
        }
    }

    /// When each conversation beat last.
    pub(super) fn beats(&mut self) -> Result<Vec<(ConversationId, Timestamp)>, Trouble> {
        let rows = self.store.newest(1)?.statuses.unwrap_or_default();
        let beats = rows.into_iter().filter(|row| row.side == Side::B);
        Ok(beats
            .filter_map(|row| Some((row.conversation, row.heartbeat.at()?)))
            .collect())
    }

    /// When this one beat last.
    pub(super) fn beat(&mut self, id: &ConversationId) -> Result<Option<Timestamp>, Trouble> {
        let found = self.beats()?.into_iter().find(|(of, _)| of == id);
        Ok(found.map(|(_, at)| at))
    }
}
