//! `inbox`: a worker's new messages, the moment they are committed.

use super::{bridge::Bridge, failure::Failure, keepalive, live, owners::Owners};
use crate::cli;
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};
use swarmwarden::{
    domain::{MessageId, Side, Span, Timestamp},
    engine::alive::{Inbox, Item, Whose},
    headless::{Exit, inbox},
    settings::Settings,
    store::{Bearer, Store, StoreError, Taken, pipe::Purpose},
};
use tokio::signal::unix::{SignalKind, signal};

/// Between two ticks.
const TICK: Span = Span::seconds(15);
/// Longest wait, so that a stop and a reader that went away are heard.
const WAIT: Duration = Duration::from_millis(250);
/// Pauses after failures, in milliseconds.
const PAUSES: [u64; 6] = [50, 100, 250, 500, 1_000, 2_000];

/// `inbox`.
pub(super) fn run(settings: &Settings, asked: &cli::Inbox) -> Result<Exit, Failure> {
    let bridge = Bridge::of(settings)?;
    drop(bridge.open(Purpose::Reading)?); // says at once, and with its own exit code, why there is nothing to read
    if asked.mark_read && settings.read_only {
        let why = "asked for with --read-only or bridge.read_only".to_owned();
        return Err(Failure::Refused(swarmwarden::domain::Refusal::ReadOnly(
            why,
        )));
    }
    let owners = Arc::new(Owners::new(
        settings,
        &asked.credentials,
        (&asked.conversation, asked.mark_read),
    )?);
    let list = Arc::clone(&owners);
    let whose: Whose = Arc::new(move || list.ids());
    let reader = keepalive::reader(
        settings,
        &asked.consumer,
        whose,
        (asked.since, Some(owners.proofs())),
    )?;
    let stop = Arc::new(AtomicBool::new(false));
    let first = inbox::hello(
        owners.clock.now(),
        &asked.consumer,
        &owners.ids(),
        asked.since.map(swarmwarden::domain::MessageId),
    );
    let pump = Pump {
        reader,
        owners,
        marker: asked.mark_read.then(|| Marker::new(bridge)),
        follow: asked.follow,
        stop: Arc::clone(&stop),
    };
    live::runtime()?.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut pumping = tokio::task::spawn_blocking(move || {
            inbox::line(&mut io::stdout().lock(), &first)?;
            pump.run()
        });
        let exit = tokio::select! {
            done = &mut pumping => return done.map_err(io::Error::other)?,
            _ = interrupt.recv() => Exit::Interrupted,
            _ = terminate.recv() => Exit::Ok,
        };
        // What is being handed over is noted before the end.
        stop.store(true, Ordering::Relaxed);
        let _ended = pumping.await;
        Ok(exit)
    })
}

struct Pump {
    reader: Inbox,
    owners: Arc<Owners>,
    /// Marks messages as read.
    marker: Option<Marker>,
    follow: bool,
    stop: Arc<AtomicBool>,
}

impl Pump {
    fn run(mut self) -> Result<Exit, Failure> {
        let clock = self.owners.clock.clone();
        let mut out = io::stdout().lock();
        let (mut ticked, mut failures, mut said) = (clock.now(), 0, String::new());
        let wait = if self.follow { WAIT } else { Duration::ZERO };
        while !self.stop.load(Ordering::Relaxed) {
            match self.reader.next(wait) {
                Ok(Some(item)) => {
                    self.reader.begin(&item)?;
                    inbox::line(&mut out, &inbox::message(&item.row, item.again))?;
                    self.reader.done(&item)?;
                    if let Some(words) = self.mark(&item, clock.now().plus(clock.step())) {
                        inbox::line(&mut out, &inbox::error(clock.now(), &words))?;
                    }
                    continue;
                }
                Ok(None) => {
                    (failures, said) = (0, String::new());
                    if !self.follow {
                        break;
                    }
                }
                Err(error) if !self.follow => return Err(error.into()),
                Err(error) => {
                    let words = error.to_string();
                    if words != said {
                        inbox::line(&mut out, &inbox::error(clock.now(), &words))?;
                        said = words;
                    }
                    let pause = PAUSES.get(failures).or(PAUSES.last()).copied();
                    failures += 1;
                    thread::park_timeout(Duration::from_millis(pause.unwrap_or(50)));
                }
            }
            if clock.now().since(ticked) >= TICK {
                ticked = clock.now();
                inbox::line(&mut out, &inbox::tick(ticked, self.reader.position()))?;
            }
            if live::reader_gone() {
                return Ok(Exit::BrokenPipe);
            }
        }
        Ok(Exit::Ok)
    }

    /// Marks a message as read with the worker's own token; why not, when it could not.
    fn mark(&mut self, item: &Item, wall: Timestamp) -> Option<String> {
        let marker = self.marker.as_mut()?;
        let id = &item.row.conversation;
        let Some(credential) = self.owners.of(id) else {
            return Some(format!(
                "{id} is not marked as read: its credential is not here"
            ));
        };
        let bearer = Bearer {
            conversation: id,
            side: Side::B,
            token: &credential.token,
        };
        match marker.take(&bearer, item.row.id, wall) {
            Ok(Taken::Marked(_)) => None,
            Ok(Taken::Denied(why)) => Some(format!(
                "message {} is not marked as read: {why}",
                item.row.id
            )),
            Err(error) => Some(format!(
                "message {} is not marked as read: {error}",
                item.row.id
            )),
        }
    }
}

/// Marks messages as read, on a bridge that stays open.
struct Marker {
    bridge: Bridge,
    store: Option<Box<dyn Store>>,
}

impl Marker {
    const fn new(bridge: Bridge) -> Self {
        Self {
            bridge,
            store: None,
        }
    }

    fn take(
        &mut self,
        bearer: &Bearer<'_>,
        id: MessageId,
        wall: Timestamp,
    ) -> Result<Taken, StoreError> {
        let store = match &mut self.store {
            Some(store) => store,
            none => none.insert(self.bridge.open(Purpose::Beats)?),
        };
        let taken = store.take(bearer, &[id], wall);
        if taken.is_err() {
            self.store = None;
        }
        taken
    }
}
