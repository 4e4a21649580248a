//! `inbox`: a worker's new messages, the moment they are committed.

use super::{
    bridge::Bridge, daemon, failure::Failure, health::HealthFile, keepalive, life::Life, live,
    owners::Owners,
};
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
    domain::{ConversationId, MessageId, Side, Span, Timestamp},
    engine::{
        Clock,
        alive::{Inbox, Item, Pulse, Whose},
    },
    headless::{Exit, inbox},
    settings::Settings,
    store::{Bearer, Store, StoreError, Taken, pipe::Purpose},
};
use tokio::signal::unix::{SignalKind, signal};

/// Between two ticks.
const TICK: Span = Span::seconds(15);
/// Longest wait, so that a stop and a reader that went away are heard.
const WAIT: Duration = Duration::from_millis(250);
/// Marks that are tried again, at most.
const OWED: usize = 10_000;
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
    let reader = reader(settings, asked, &owners)?;
    let stop = Arc::new(AtomicBool::new(false));
    let first = inbox::hello(
        owners.clock.now(),
        &asked.consumer,
        &owners.ids(),
        asked.since.map(MessageId),
    );
    let (clock, life) = (owners.clock.clone(), Arc::new(Life::default()));
    let pump = Pump {
        life: Arc::clone(&life),
        reader,
        owners,
        marker: asked.mark_read.then(|| Marker::new(bridge)),
        follow: asked.follow,
        stop: Arc::clone(&stop),
    };
    live::complete(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let pulse = Pulse::new(daemon::socket().filter(|_| asked.follow));
        let mut file = (asked.follow).then(|| HealthFile::new(settings, None, clock.now()));
        let mut pumping = tokio::task::spawn_blocking(move || {
            inbox::line(&mut io::stdout().lock(), &first)?;
            pump.run()
        });
        let exit = loop {
            tokio::select! {
                done = &mut pumping => return done.map_err(io::Error::other)?,
                _ = interrupt.recv() => break Exit::Interrupted,
                _ = terminate.recv() => break Exit::Ok,
                _ = tick.tick() => life.tell(&mut file, &pulse, &clock),
            }
        };
        pulse.stopping();
        // What is being handed over is noted before the end, unless nobody takes it.
        stop.store(true, Ordering::Relaxed);
        let _ended = tokio::time::timeout(Duration::from_secs(1), pumping).await;
        Ok(exit)
    })
}

/// Reads for whoever `owners` says.
fn reader(settings: &Settings, asked: &cli::Inbox, owners: &Arc<Owners>) -> Result<Inbox, Failure> {
    let list = Arc::clone(owners);
    let whose: Whose = Arc::new(move || list.ids());
    let from = (asked.since, Some(owners.proofs()));
    keepalive::reader(settings, &asked.consumer, whose, from)
}

struct Pump {
    life: Arc<Life>,
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
        let mut flaw: Option<String> = None;
        let wait = if self.follow { WAIT } else { Duration::ZERO };
        while !self.stop.load(Ordering::Relaxed) {
            let fault = self.owners.fault();
            if let Some(words) = fault.as_ref().filter(|_| fault != flaw) {
                inbox::line(&mut out, &inbox::error(clock.now(), words))?;
            }
            flaw = fault;
            let looked = self.look(wait);
            let wrong = looked.as_ref().err().map(ToString::to_string);
            self.life.moved(clock.now(), wrong.as_deref());
            match looked {
                Ok(Some(item)) => {
                    inbox::line(&mut out, &inbox::message(&item.row, item.again))?;
                    let noted = self.reader.done(&item);
                    if let Some(marker) = &mut self.marker {
                        marker
                            .owed
                            .push((item.row.conversation.clone(), item.row.id));
                    }
                    if let Err(error) = noted {
                        inbox::line(&mut out, &inbox::error(clock.now(), &unmarked(&error)))?;
                    }
                    continue;
                }
                Ok(None) => {
                    (failures, said) = (0, String::new());
                    self.settle(&mut out, &clock)?;
                    if !self.follow {
                        break;
                    }
                }
                Err(error) if !self.follow => return Err(error),
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

    /// The next message, whose mark is made.
    fn look(&mut self, wait: Duration) -> Result<Option<Item>, Failure> {
        let item = self.reader.next(wait)?;
        if let Some(item) = &item {
            let begun = self.reader.begin(item);
            begun.map_err(|error| io::Error::other(unmarked(&error)))?;
        }
        Ok(item)
    }

    /// Marks what was handed over as read, with the worker's own token; what cannot be marked now is tried again with the next look.
    fn settle(&mut self, out: &mut dyn io::Write, clock: &Clock) -> Result<(), Failure> {
        let Some(marker) = &mut self.marker else {
            return Ok(());
        };
        let wall = clock.now().plus(clock.step());
        let mut owed = std::mem::take(&mut marker.owed).into_iter();
        let mut left = Vec::new();
        while let Some((conversation, id)) = owed.next() {
            let bearer_of = self.owners.of(&conversation);
            let taken = bearer_of.as_ref().map(|credential| {
                let bearer = Bearer {
                    conversation: &conversation,
                    side: Side::B,
                    token: &credential.token,
                };
                marker.take(&bearer, id, wall)
            });
            let why = match taken {
                Some(Ok(Taken::Marked(_))) => continue,
                None => "its credential is not here".to_owned(),
                Some(Ok(Taken::Denied(why))) => why.to_string(),
                Some(Err(error)) => {
                    // A bridge that does not answer is not asked for each of them.
                    left.push((conversation, id));
                    left.extend(owed.by_ref());
                    left.truncate(OWED);
                    error.to_string()
                }
            };
            let words = format!("message {id} is not marked as read: {why}");
            if marker.said != words {
                inbox::line(out, &inbox::error(clock.now(), &words))?;
                marker.said = words;
            }
        }
        marker.owed = left;
        Ok(())
    }
}

fn unmarked(error: &io::Error) -> String {
    format!("how far it came could not be written down: {error}")
}

/// Marks messages as read, on a bridge that stays open.
struct Marker {
    bridge: Bridge,
    store: Option<Box<dyn Store>>,
    /// What was handed over and is not marked yet.
    owed: Vec<(ConversationId, MessageId)>,
    said: String,
}

impl Marker {
    const fn new(bridge: Bridge) -> Self {
        Self {
            bridge,
            store: None,
            owed: Vec::new(),
            said: String::new(),
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
