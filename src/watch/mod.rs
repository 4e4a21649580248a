//! Waiting for the next commit of another process. Two ways at once: the number that a store reports is the truth and is
//! asked for every 100 ms; an event of the file system is only a hint to ask sooner, because it comes before the commit is
//! visible, and on some file systems not at all.
//!
//! The *directory* is watched, because the log beside a database comes and goes with its writers. Events that reading
//! causes are dropped, so that a reader does not wake itself.

mod place;

pub use place::network_file_system;

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _, event::ModifyKind,
};
use place::Place;
use std::{
    ffi::OsString,
    fmt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::Duration,
};

/// The number is asked for at least this often, in milliseconds.
const POLL: u64 = 100;
/// It is asked for this often, in milliseconds, where somebody waits for it and there are no events: about 2 µs each.
const EAGER: u64 = 4;
/// Pauses between looks after a hint or a change, in microseconds and how often: a hint comes before its commit can be seen, mostly by
/// less than a millisecond, but by tens of them where the disk is slow. About 40 looks of 2 µs in a tenth of a second.
const PAUSES: [(u64, usize); 5] = [(250, 4), (500, 4), (1_000, 12), (2_500, 10), (5_000, 12)];

/// Where the close looks have come to: which pause, and how often it was made.
#[derive(Debug, Clone, Copy, Default)]
struct Settle {
    pause: usize,
    made: usize,
}

impl Settle {
    /// No close looks are due.
    const OVER: Self = Self {
        pause: PAUSES.len(),
        made: 0,
    };

    fn next(&mut self) -> Option<Duration> {
        let (micros, times) = PAUSES.get(self.pause)?;
        self.made += 1;
        if self.made == *times {
            *self = Self {
                pause: self.pause + 1,
                made: 0,
            };
        }
        Some(Duration::from_micros(*micros))
    }
}

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woke {
    /// The number is another one now: this.
    Changed(u64),
    /// Nothing happened.
    Timeout,
    /// A [`Poker`] asked for it.
    Poked,
}

/// How changes are noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// By events of the file system, with polling behind them.
    Notified,
    /// By polling alone, and why.
    Polling(Arc<str>),
    /// By what the other side of a pipe says.
    Told,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Notified => f.write_str("file system events"),
            Self::Told => f.write_str("events of the pipe"),
            Self::Polling(why) => write!(f, "polling every {POLL} ms: {why}"),
        }
    }
}

/// Waits for changes of one database.
pub struct Watch {
    mode: Mode,
    signals: Arc<Signals>,
    woken: Receiver<()>,
    settle: Settle,
    /// After a change it looks no closer than before.
    calm: bool,
    /// Ends the events when dropped.
    _events: Option<RecommendedWatcher>,
}

/// What the other threads leave behind. The queue holds one wake-up: a second one adds nothing.
struct Signals {
    wake: SyncSender<()>,
    poked: AtomicBool,
    hints: AtomicU64,
}

impl Signals {
    fn new() -> (Arc<Self>, Receiver<()>) {
        let (wake, woken) = sync_channel(1);
        let signals = Self {
            wake,
            poked: AtomicBool::new(false),
            hints: AtomicU64::new(0),
        };
        (Arc::new(signals), woken)
    }

    fn wake(&self) {
        let _ = self.wake.try_send(());
    }
}

/// Says from another thread that there may have been a commit.
#[derive(Clone)]
pub struct Hinter(Arc<Signals>);

impl Hinter {
    /// Has the watch look at once. Never blocks; two hints before it looks are one.
    pub fn hint(&self) {
        self.0.hints.fetch_add(1, Ordering::Relaxed);
        self.0.wake();
    }
}

/// Ends a wait from another thread, or the next one when none is running.
#[derive(Clone)]
pub struct Poker(Arc<Signals>);

impl Poker {
    /// Wakes the watch. Never blocks; two pokes before it looks are one.
    pub fn poke(&self) {
        self.0.poked.store(true, Ordering::Release);
        self.0.wake();
    }
}

impl Watch {
    /// Watches the directory of the database at `path`, which need not exist yet. Where the file system sends no reliable
    /// events, or none can be had, the watch polls; [`Watch::mode`] says so.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        let (signals, woken) = Signals::new();
        let place = Place::of(path);
        let events = match network_file_system(&place.directory) {
            Some(kind) => Err(format!("the database lies on {kind}")),
            None => listen(&place, &signals).map_err(|e| format!("no file system events: {e}")),
        };
        let (mode, events) = match events {
            Ok(events) => (Mode::Notified, Some(events)),
            Err(why) => (Mode::Polling(why.into()), None),
        };
        Self {
            mode,
            signals,
            woken,
            settle: Settle::OVER,
            calm: false,
            _events: events,
        }
    }

    /// Watches nothing, but is told by a [`Hinter`].
    #[must_use]
    pub fn told() -> Self {
        let (signals, woken) = Signals::new();
        Self {
            mode: Mode::Told,
            signals,
            woken,
            settle: Settle::OVER,
            calm: false,
            _events: None,
        }
    }

    /// What tells it.
    #[must_use]
    pub fn hinter(&self) -> Hinter {
        Hinter(Arc::clone(&self.signals))
    }

    /// `self`, but after a change it waits for the next hint: for one of many watchers of a file, whom the second commit of a pair does not
    /// concern. Where there are no events it looks every few milliseconds: many watchers use up what the system has of them.
    #[must_use]
    pub fn calm(self) -> Self {
        Self { calm: true, ..self }
    }

    /// How changes are noticed.
    #[must_use]
    pub const fn mode(&self) -> &Mode {
        &self.mode
    }

    /// How many hints came since the start: for diagnosis.
    #[must_use]
    pub fn hints(&self) -> u64 {
        self.signals.hints.load(Ordering::Relaxed)
    }

    /// A handle that ends a wait.
    #[must_use]
    pub fn poker(&self) -> Poker {
        Poker(Arc::clone(&self.signals))
    }

    /// Blocks until `probe` says another number than `last`. Looks at once, then as the hints and the polling say; after a
    /// change it keeps looking closely for a moment, as writers often commit twice.
    ///
    /// Needs no clock: a pause that a hint cuts short counts in full, so that [`Woke::Timeout`] comes after at most
    /// `timeout` and at least half of it. Zero looks once.
    ///
    /// # Errors
    /// The first error of `probe`.
    pub fn wait<E>(
        &mut self,
        probe: &mut dyn FnMut() -> Result<u64, E>,
        last: u64,
        timeout: Duration,
    ) -> Result<Woke, E> {
        let mut left = timeout;
        let eager = self.calm && matches!(self.mode, Mode::Polling(_));
        loop {
            if self.signals.poked.swap(false, Ordering::Acquire) {
                return Ok(Woke::Poked);
            }
            let seen = probe()?;
            if seen != last {
                self.settle = if self.calm {
                    Settle::OVER
                } else {
                    Settle::default()
                };
                return Ok(Woke::Changed(seen));
            }
            if left.is_zero() {
                return Ok(Woke::Timeout);
            }
            let pause = self
                .settle
                .next()
                .unwrap_or(Duration::from_millis(if eager { EAGER } else { POLL }))
                .min(left);
            left = left.saturating_sub(pause);
            match self.woken.recv_timeout(pause) {
                Ok(()) => self.settle = Settle::default(),
                // The watch holds a sender itself, so its queue is never closed.
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
        }
    }
}

/// Starts the events of a directory.
fn listen(place: &Place, signals: &Arc<Signals>) -> notify::Result<RecommendedWatcher> {
    let names = place.names();
    let signals = Arc::clone(signals);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // An error is a reason to look, too: events may have been lost.
        if event.map_or(true, |event| is_hint(&event, &names)) {
            signals.hints.fetch_add(1, Ordering::Relaxed);
            signals.wake();
        }
    })?;
    watcher.watch(&place.directory, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

/// Whether an event may mean a commit: something was written, made or removed under one of the names.
fn is_hint(event: &Event, names: &[OsString]) -> bool {
    match event.kind {
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) => false,
        _ if event.need_rescan() => true,
        _ => (event.paths.iter())
            .filter_map(|path| path.file_name())
            .any(|name| names.iter().any(|wanted| wanted == name)),
    }
}

#[cfg(test)]
mod tests;
