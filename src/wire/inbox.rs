//! `inbox`: a worker's new messages, the moment they are committed.

use super::{failure::Failure, keepalive, live};
use crate::cli;
use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};
use swarmwarden::{
    credentials::Credential,
    domain::{ConversationId, Side, Span, Timestamp},
    engine::{
        Clock,
        alive::{Inbox, Item, Sources, Whose},
    },
    headless::{Exit, inbox},
    settings::Settings,
    store::{Bearer, SqliteStore, Store as _, Taken},
};
use tokio::signal::unix::{SignalKind, signal};

/// Between two ticks.
const TICK: Span = Span::seconds(15);
/// Longest wait, so that a stop and a reader that went away are heard.
const WAIT: Duration = Duration::from_millis(250);
/// Between two looks for credentials.
const RESCAN: Span = Span::seconds(2);
/// Pauses after failures, in milliseconds.
const PAUSES: [u64; 6] = [50, 100, 250, 500, 1_000, 2_000];

/// Whose messages are wanted, and the tokens that prove it.
struct Owners {
    named: Arc<[ConversationId]>,
    state: Mutex<(
        Option<Sources>,
        Timestamp,
        BTreeMap<ConversationId, Credential>,
    )>,
    clock: Clock,
}

impl Owners {
    fn new(settings: &Settings, asked: &cli::Inbox) -> Result<Self, Failure> {
        let clock = super::clock(settings);
        let sources = keepalive::sources(settings, &asked.credentials, clock.now());
        // Reading needs no token; marking does.
        let needed = asked.conversation.is_empty() || asked.mark_read;
        let sources = match sources {
            Ok(sources) => Some(sources),
            Err(error) if needed => return Err(error),
            Err(_) => None,
        };
        let named = asked.conversation.iter().map(|id| id.as_str().into());
        Ok(Self {
            named: named.collect(),
            state: Mutex::new((sources, Timestamp(i64::MIN / 2), BTreeMap::new())),
            clock,
        })
    }

    /// The conversations as they are now.
    fn ids(&self) -> Arc<[ConversationId]> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        if now.since(state.1) >= RESCAN
            && let Some(sources) = &mut state.0
        {
            let loaded = sources.load();
            if !loaded.unreadable {
                let all = loaded.credentials.into_iter();
                state.2 = all.map(|c| (c.conversation.clone(), c)).collect();
            }
            state.1 = now;
        }
        if self.named.is_empty() {
            return state.2.keys().cloned().collect();
        }
        Arc::clone(&self.named)
    }

    fn of(&self, id: &ConversationId) -> Option<Credential> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.2.get(id).cloned()
    }
}

/// `inbox`.
pub(super) fn run(settings: &Settings, asked: &cli::Inbox) -> Result<Exit, Failure> {
    let path = settings.db.as_deref().ok_or(Failure::NoDatabase)?;
    drop(SqliteStore::open(path)?); // says at once, and with its own exit code, why there is nothing to read
    if asked.mark_read && settings.read_only {
        let why = "asked for with --read-only or bridge.read_only".to_owned();
        return Err(Failure::Refused(swarmwarden::domain::Refusal::ReadOnly(
            why,
        )));
    }
    let owners = Arc::new(Owners::new(settings, asked)?);
    let list = Arc::clone(&owners);
    let whose: Whose = Arc::new(move || list.ids());
    let reader = keepalive::reader(settings, &asked.consumer, whose, asked.since)?;
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
        marker: asked.mark_read.then(|| path.to_owned()),
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
    /// The bridge, where messages are marked as read.
    marker: Option<std::path::PathBuf>,
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
    fn mark(&self, item: &Item, wall: Timestamp) -> Option<String> {
        let path = self.marker.as_deref()?;
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
        let taken = SqliteStore::open_for_beats(path)
            .and_then(|mut store| store.take(&bearer, &[item.row.id], wall));
        match taken {
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
