//! Any bridge behind a pipe: a server on a thread, joined to its client by two pipes of the operating system.

use crate::{
    bearing::Tokens,
    fixture::{File, Fixture, Memory, Scripts, Wal},
    writer::Acting,
};
use std::{
    io::{self, BufReader, pipe},
    path::PathBuf,
    sync::Arc,
    thread,
    time::Duration,
};
use swarmwarden::{
    domain::{MessageId, Schema, Side, Timestamp},
    store::{
        SqliteStore, Store, StoreError,
        pipe::{
            Dial, Ends, LINE, Patience, PipeStore, Plan, Polling, Purpose, Scope, Serving, serve,
        },
    },
};

/// Opens a bridge on its own host.
pub(crate) type Opens = Arc<dyn Fn(Purpose) -> Result<Box<dyn Store>, StoreError> + Send + Sync>;

/// A bridge that can be opened by the other side.
pub(crate) trait Host: Fixture {
    fn opens(&self) -> Opens;
}

/// Opens a file for a purpose.
pub(crate) fn file(path: PathBuf) -> Opens {
    Arc::new(move |purpose| {
        let path = path.clone();
        let store = match purpose {
            Purpose::Reading => SqliteStore::open(path),
            Purpose::Writing => SqliteStore::open_for_writing(path),
            Purpose::Beats => SqliteStore::open_for_beats(path),
        };
        Ok(Box::new(store?))
    })
}

impl Host for Memory {
    fn opens(&self) -> Opens {
        let store = self.0.clone();
        Arc::new(move |_| Ok(Box::new(store.clone())))
    }
}

impl<const KEEP: bool, const LOG: bool> Host for Wal<KEEP, LOG> {
    fn opens(&self) -> Opens {
        file(self.path())
    }
}

impl Host for Scripts {
    fn opens(&self) -> Opens {
        file(self.path())
    }
}

/// What is served to whoever dials: the rows are dated by the other side, so that tests say when.
pub(crate) fn serving(opens: &Opens, scope: Scope) -> Serving {
    let opens = Arc::clone(opens);
    Serving {
        open: Box::new(move |purpose| opens(purpose)),
        scope,
        now: None,
        file: Box::new(|| None),
        bell: Box::<Polling>::default(),
        line: LINE,
    }
}

/// Dials a server on a thread of its own.
pub(crate) struct Thread {
    pub(crate) opens: Opens,
    pub(crate) scope: Scope,
}

impl Dial for Thread {
    fn dial(&mut self) -> io::Result<Ends> {
        let (requests, to) = pipe()?;
        let (from, mut answers) = pipe()?;
        let how = serving(&self.opens, self.scope);
        thread::spawn(move || serve(BufReader::new(requests), &mut answers, how));
        Ok(Ends {
            to: to.into(),
            from: from.into(),
            errors: None,
            child: None,
        })
    }

    fn name(&self) -> &'static str {
        "a thread"
    }
}

/// A short wait for what will not come.
pub(crate) const HASTY: Patience = Patience {
    silence: Duration::from_secs(10),
    reopening: Duration::from_millis(200),
};

/// Opens a bridge through a pipe.
pub(crate) fn through(
    dial: impl Dial + 'static,
    purpose: Purpose,
) -> Result<PipeStore, StoreError> {
    PipeStore::open(Plan::new(dial, purpose).within(HASTY))
}

/// A bridge behind a pipe.
pub(crate) struct Piped<F>(pub(crate) F);

impl<F: Host> Piped<F> {
    fn open(&self, purpose: Purpose) -> Box<dyn Store> {
        let (opens, scope) = (self.0.opens(), Scope::Operators);
        Box::new(through(Thread { opens, scope }, purpose).unwrap())
    }
}

impl<F: Host> Fixture for Piped<F> {
    const SCHEMA: Schema = F::SCHEMA;

    fn new() -> Self {
        Self(F::new())
    }

    fn store(&self) -> Box<dyn Store> {
        self.open(Purpose::Reading)
    }

    fn conversation(&self, id: &str, role: &str, time: Timestamp) {
        self.0.conversation(id, role, time);
    }

    fn message(&self, id: &str, from: Side, text: &str, time: Timestamp) -> MessageId {
        self.0.message(id, from, text, time)
    }

    fn audit_sent(&self, id: &str, from: Side, time: Timestamp) {
        self.0.audit_sent(id, from, time);
    }

    fn fetch(&self, id: &str, side: Side, time: Timestamp) {
        self.0.fetch(id, side, time);
    }

    fn beat(&self, id: &str, side: Side, status: &str, time: Timestamp) {
        self.0.beat(id, side, status, time);
    }

    fn remove(&self, id: &str) {
        self.0.remove(id);
    }

    fn restore(&self, message: i64, audit: i64) {
        self.0.restore(message, audit);
    }
}

impl<F: Host + File> File for Piped<F> {
    fn path(&self) -> PathBuf {
        self.0.path()
    }

    fn sql(&self, sql: &str) {
        self.0.sql(sql);
    }

    fn close(&self) {
        self.0.close();
    }
}

impl<F: Host + Acting> Acting for Piped<F> {
    fn writer(&self) -> Box<dyn Store> {
        self.open(Purpose::Writing)
    }

    fn many(&self, id: &str, count: u32) {
        self.0.many(id, count);
    }
}

impl<F: Host + Tokens> Tokens for Piped<F> {
    fn token(&self, id: &str) {
        self.0.token(id);
    }

    fn beater(&self) -> Box<dyn Store> {
        self.open(Purpose::Beats)
    }
}
