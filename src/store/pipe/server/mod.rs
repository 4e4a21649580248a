//! The side of the bridge's host: reads requests, asks a store, writes answers; says unasked when there was a commit.

mod answer;
mod desk;
mod meter;
mod pages;

pub use meter::{BURST, PER_SECOND};

use super::{
    REQUEST,
    call::{Event, Greeting, PROTOCOL, Purpose, Scope, Told},
    fault::Fault,
    lines::{Line, Read, read},
};
use crate::{
    domain::Timestamp,
    store::{Store, StoreError},
};
use answer::Out;
use desk::Desk;
use std::{
    io::{self, BufRead, Write},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        mpsc::{Receiver, TryRecvError, sync_channel},
    },
    thread,
    time::Duration,
};

/// The server says that it lives at least this often.
const BEAT: Duration = Duration::from_secs(1);
/// Between two looks at a bridge that cannot be read.
const TROUBLED: Duration = Duration::from_millis(200);

/// Opens a store.
pub type Opening = Box<dyn FnMut(Purpose) -> Result<Box<dyn Store>, StoreError> + Send>;
/// The clock of the bridge's host.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Why a wait for a commit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rang {
    /// The number is another one now: this.
    Changed(u64),
    /// Nothing happened.
    Nothing,
    /// Somebody poked.
    Poked,
}

/// Waits for commits, and for whoever pokes it.
pub trait Bell: Send {
    /// Blocks until `probe` says another number than `last`, somebody pokes, or `timeout` is over.
    ///
    /// # Errors
    /// The first error of `probe`.
    fn wait(
        &mut self,
        probe: &mut dyn FnMut() -> Result<u64, StoreError>,
        last: u64,
        timeout: Duration,
    ) -> Result<Rang, StoreError>;

    /// What ends a wait from another thread, or the next one when none is running.
    fn poker(&self) -> Box<dyn Fn() + Send>;
}

/// A bell that looks every few milliseconds.
#[derive(Default)]
pub struct Polling(Arc<(Mutex<bool>, Condvar)>);

impl Bell for Polling {
    fn wait(
        &mut self,
        probe: &mut dyn FnMut() -> Result<u64, StoreError>,
        last: u64,
        timeout: Duration,
    ) -> Result<Rang, StoreError> {
        let pause = Duration::from_millis(5);
        let mut left = timeout;
        let (poked, wake) = &*self.0;
        loop {
            let seen = probe()?;
            if seen != last {
                return Ok(Rang::Changed(seen));
            }
            let guard = poked.lock().unwrap_or_else(PoisonError::into_inner);
            let waited = wake.wait_timeout_while(guard, pause, |poked| !*poked);
            let (mut guard, _) = waited.unwrap_or_else(PoisonError::into_inner);
            if std::mem::take(&mut *guard) {
                return Ok(Rang::Poked);
            }
            left = left.saturating_sub(pause);
            if left.is_zero() {
                return Ok(Rang::Nothing);
            }
        }
    }

    fn poker(&self) -> Box<dyn Fn() + Send> {
        let shared = Arc::clone(&self.0);
        Box::new(move || {
            *shared.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
            shared.1.notify_one();
        })
    }
}

/// What is served, and to whom.
pub struct Serving {
    /// Opens the bridge.
    pub open: Opening,
    /// For whom.
    pub scope: Scope,
    /// What rows are dated by; `None` believes the other side, which only a test should.
    pub now: Option<Now>,
    /// Which file the path names at this moment.
    pub file: Box<dyn Fn() -> Option<String> + Send>,
    /// Notices commits.
    pub bell: Box<dyn Bell>,
    /// Bytes that an answer may have; [`super::LINE`] is what the other side takes.
    pub line: usize,
}

/// Why a server ended.
#[derive(Debug)]
pub enum End {
    /// The other side closed its end.
    Eof,
    /// The other side reads no more.
    Gone(io::Error),
    /// Its requests cannot be read.
    Unheard(io::Error),
    /// The bridge could not be opened, which the other side was told.
    Unopened(StoreError),
}

/// What the thread that reads hands over.
enum Heard {
    Request(Line),
    TooLong,
    Failed(io::Error),
}

/// Serves until the other side is gone. At most one request is worked on and one is waiting; whatever else is sent waits in the pipe.
/// Memory is bounded by the limits of a line.
pub fn serve(input: impl BufRead + Send + 'static, output: &mut dyn Write, how: Serving) -> End {
    let mut server = match Server::greet(output, how) {
        Ok(server) => server,
        Err(end) => return end,
    };
    let (heard, requests) = sync_channel(1);
    let poke = server.bell.poker();
    let listening = thread::Builder::new().name("pipe-requests".to_owned());
    let started = listening.spawn(move || {
        let mut input = input;
        loop {
            let next = match read(&mut input, REQUEST) {
                Ok(Read::End) => break,
                Ok(Read::Line(line)) => Heard::Request(line),
                Ok(Read::TooLong) => Heard::TooLong,
                Err(error) => Heard::Failed(error),
            };
            let last = matches!(next, Heard::Failed(_));
            if heard.send(next).is_err() || last {
                break;
            }
            poke();
        }
        drop(heard);
        poke();
    });
    if let Err(error) = started {
        return End::Unheard(error);
    }
    match server.run(&requests) {
        Ok(end) => end,
        Err(error) => End::Gone(error),
    }
}

struct Server<'a> {
    out: Out<'a>,
    desk: Desk,
    bell: Box<dyn Bell>,
    /// The version that was told last.
    told: u64,
    /// The other side knows that the bridge cannot be read.
    troubled: bool,
    /// What was heard while nothing could be watched.
    next: Option<Heard>,
}

impl<'a> Server<'a> {
    /// Opens the bridge, and says so or why not.
    fn greet(output: &'a mut dyn Write, mut how: Serving) -> Result<Self, End> {
        let mut out = Out::new(output, how.line);
        let mut greeting = Greeting {
            protocol: PROTOCOL,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            scope: Some(how.scope),
            file: (how.file)(),
            version: 0,
            source: None,
            error: None,
        };
        let purpose = match how.scope {
            Scope::Operators => Purpose::Reading,
            Scope::Workers => Purpose::Beats,
        };
        let opened = (how.open)(purpose).and_then(|mut store| {
            let version = store.version()?;
            Ok((store, version))
        });
        match opened {
            Ok((store, version)) => {
                greeting.version = version;
                greeting.source = Some(store.source().into());
                out.line(&greeting).map_err(End::Gone)?;
                Ok(Self {
                    out,
                    desk: Desk::new(store, how.open, how.scope, how.now),
                    bell: how.bell,
                    told: version,
                    troubled: false,
                    next: None,
                })
            }
            Err(error) => {
                greeting.error = Some(Fault::of(&error));
                out.line(&greeting).map_err(End::Gone)?;
                Err(End::Unopened(error))
            }
        }
    }

    fn run(&mut self, requests: &Receiver<Heard>) -> io::Result<End> {
        loop {
            let next = match self.next.take() {
                Some(next) => Ok(next),
                None => requests.try_recv(),
            };
            match next {
                Ok(Heard::Request(line)) => self.desk.answer(&line, &mut self.out)?,
                Ok(Heard::TooLong) => self.desk.too_long(&mut self.out)?,
                Ok(Heard::Failed(error)) => return Ok(End::Unheard(error)),
                Err(TryRecvError::Disconnected) => return Ok(End::Eof),
                Err(TryRecvError::Empty) => self.watch(requests)?,
            }
        }
    }

    /// Waits for a commit or a request, and says what the other side should know.
    fn watch(&mut self, requests: &Receiver<Heard>) -> io::Result<()> {
        let (store, last) = (self.desk.store(), self.told);
        let rang = self.bell.wait(&mut || store.version(), last, BEAT);
        let (event, version) = match rang {
            Ok(Rang::Poked) => return Ok(()),
            Ok(Rang::Changed(version)) => (Told::Moved, version),
            Ok(Rang::Nothing) if self.troubled => (Told::Moved, last),
            Ok(Rang::Nothing) => (Told::Still, last),
            Err(_) => {
                let news = !std::mem::replace(&mut self.troubled, true);
                if news {
                    let (event, version) = (Told::Trouble, last);
                    self.out.line(&Event { event, version })?;
                }
                self.next = requests.recv_timeout(TROUBLED).ok();
                return Ok(());
            }
        };
        self.troubled = false;
        self.told = version;
        self.out.line(&Event { event, version })
    }
}
