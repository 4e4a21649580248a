//! Frontends that follow a bridge: they share one engine.

use super::{
    beside::{self, Extras},
    bridge::Bridge,
    errands::Clerk,
    failure::Failure,
    health::HealthFile,
    pen::{pen, random},
    screen,
};
use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};
use swarmwarden::{
    domain::{Mode, Severity, Timestamp, ledger::Floors, swarm::Habits, watchdog::Policy},
    engine::{
        Clock, Engine, Pen, Plan, View,
        alive::Pulse,
        job::{Keepsake, Memory, Open, Warding, recall},
    },
    headless::{Exit, events},
    link::{JobHealth, Ports},
    notify::{Child, Outlet},
    record::Room,
    settings::{self, Address, Settings},
    store::{Books, Sidecar, pipe::Purpose},
    tui,
};
use tokio::{
    runtime::{Builder, Runtime},
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// A runtime for an engine and its frontend.
pub(super) fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
}

/// Runs to the end. What blocks then, as a write that nobody reads or a pipe that does not answer, is left to the end of the process.
pub(super) fn complete<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    complete_within(Duration::from_secs(1), work)
}

/// The same, with so much patience for what blocks.
pub(super) fn complete_within<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let runtime = runtime()?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(patience);
    done
}

/// What an engine is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Draws, keeps the books, and acts by itself as far as this goes.
    Actor(Policy),
    /// Only listens.
    Listener,
}

impl Role {
    const fn policy(self) -> Option<Policy> {
        match self {
            Self::Actor(policy) => Some(policy),
            Self::Listener => None,
        }
    }
}

/// What is looked at.
pub(super) struct Subject {
    /// Where it is.
    pub(super) bridge: Bridge,
    /// Kind of view.
    pub(super) mode: Mode,
    /// Where `now` comes from.
    pub(super) clock: Clock,
    /// How to open it.
    pub(super) open: Open,
    /// Where this program keeps its own.
    pub(super) state: Option<PathBuf>,
    /// What is done besides.
    pub(super) extras: Extras,
}

impl Subject {
    /// A bridge, as it is.
    pub(super) fn of(settings: &Settings, bridge: Bridge) -> Self {
        let mode = settings.mode;
        Self {
            mode,
            clock: super::clock(settings),
            open: bridge.follower(mode),
            bridge,
            state: settings.state.clone(),
            extras: Extras::default(),
        }
    }

    /// Starts an engine on it. Must be called on a runtime. The dashboard keeps the book of alerts and of what was learned; who only
    /// listens reads it and leaves it alone.
    fn start(self, settings: &Settings, role: Role) -> (Engine, Ports) {
        let keeps = role != Role::Listener;
        let remembers = !matches!(self.mode, Mode::Recorded(_));
        let state = self.state.as_deref().filter(|_| remembers);
        let Remembered {
            memory,
            habits,
            floors,
            notes,
        } = remember(state, self.bridge.place(), self.clock.now());
        let memory = memory.filter(|_| keeps);
        let outlets = outlets(settings, self.mode, keeps);
        let reporting = super::report::reporting(settings).filter(|_| self.mode == Mode::Live);
        let pen = pen(settings, &self.bridge, self.mode, self.state.as_deref());
        let view = View {
            mode: self.mode,
            detector: settings.detector.clone(),
            habits,
            floors,
        };
        let live = self.mode == Mode::Live;
        // Like all that is done by itself: by the watchdog where it may.
        let rotates = live && role == Role::Actor(Policy::Auto);
        Engine::start(Plan {
            syncing: (self.extras.syncing)
                .or_else(|| keeps.then(|| super::sync::beside(settings)).flatten())
                .filter(|_| live),
            keeping: self.extras.keeping.filter(|_| live),
            pulse: self.extras.pulse,
            rotating: rotates
                .then(|| super::credentials::rotating(settings, &pen, &view))
                .flatten(),
            memory,
            record: state.map(|state| Keepsake {
                path: super::record::place(state, self.bridge.place()),
                room: settings.record.filter(|_| keeps).map(|room| Room {
                    keep: room.keep,
                    bytes: room.bytes,
                }),
            }),
            notes,
            open: self.open,
            name: self.bridge.name(),
            view,
            clock: self.clock,
            repos: super::repository::repos(settings),
            pen,
            books: state.map(|state| Books::new(state, self.bridge.place())),
            warding: role.policy().filter(|_| remembers).map(|policy| Warding {
                policy,
                actor: Arc::clone(&settings.actor),
                bridge: Some(self.bridge.place().to_owned()),
                fallback: self.state.clone(),
                claims: (self.state.as_deref()).map(|state| {
                    Sidecar::place(state, self.bridge.place()).with_extension("keepalive")
                }),
                random: Arc::new(random),
            }),
            reporting: reporting.filter(|_| keeps),
            outlets,
        })
    }
}

/// The memory of a bridge, as far as there is one.
#[derive(Default)]
struct Remembered {
    memory: Option<Memory>,
    habits: Arc<Habits>,
    floors: Arc<Floors>,
    notes: Vec<String>,
}

/// Opens the memory of the bridge at `path`. Without one the program runs, too, and says why.
fn remember(state: Option<&Path>, path: &Path, now: Timestamp) -> Remembered {
    let Some(state) = state else {
        return Remembered::default();
    };
    let opened = Sidecar::open(state, path, now).and_then(|memory| {
        let habits = Arc::new(recall(&memory)?);
        let floors = Arc::new(memory.generations()?);
        Ok((memory, habits, floors))
    });
    match opened {
        Ok((memory, habits, floors)) => Remembered {
            notes: memory.note().map(str::to_owned).into_iter().collect(),
            memory: Some(Arc::new(Mutex::new(memory))),
            habits,
            floors,
        },
        Err(error) => Remembered {
            notes: vec![error.to_string()],
            ..Remembered::default()
        },
    }
}

/// The dashboard.
pub(super) fn dashboard(
    settings: &Settings,
    subject: Subject,
    panic_test: bool,
) -> Result<Exit, Failure> {
    let forbidden = match pen(
        settings,
        &subject.bridge,
        subject.mode,
        subject.state.as_deref(),
    ) {
        Pen::Forbidden(why) => Some(why),
        Pen::Ready { .. } => None,
    };
    let mut options = tui::Options {
        read_only: forbidden.clone(),
        locked: forbidden,
        banner: super::first::tip(settings.state.as_deref()),
        ..screen::options(settings, panic_test)?
    };
    if subject.mode == Mode::Demo {
        // Its bridge is named by nobody.
        let own = Settings {
            db: Some(subject.bridge.place().to_owned()),
            via: None,
            state: subject.state.clone(),
            ..settings.clone()
        };
        options.errands = Arc::new(Clerk::new(settings).of(&own));
    }
    let mut subject = subject;
    let policy = beside::embedded(settings, &mut subject)?;
    let clock = subject.clock.clone();
    let begin = || Ok(subject.start(settings, Role::Actor(policy)));
    screen::show(begin, options, &clock)
}

/// An engine that acts, for a process without a screen.
pub(super) fn guard(
    settings: &Settings,
    policy: Policy,
    extras: Extras,
) -> Result<(Engine, Ports), Failure> {
    let mut subject = Subject::of(settings, Bridge::of(settings)?);
    subject.extras = extras;
    Ok(subject.start(settings, Role::Actor(policy)))
}

/// An engine that only listens, for a process without a screen.
pub(super) fn listen(settings: &Settings, bridge: Bridge, pulse: Pulse) -> (Engine, Ports) {
    let mut subject = Subject::of(settings, bridge);
    subject.extras.pulse = Some(pulse);
    subject.start(settings, Role::Listener)
}

/// Who is told of alerts: of a live bridge, by the dashboard that keeps the book.
fn outlets(settings: &Settings, mode: Mode, keeps: bool) -> Vec<Arc<dyn Outlet>> {
    if mode != Mode::Live || !keeps {
        return Vec::new();
    }
    let child = |outlet: &settings::Outlet| {
        let least = match outlet.least.as_str() {
            "critical" => Severity::Critical,
            "notice" => Severity::Notice,
            _ => Severity::Warning,
        };
        match &outlet.to {
            Address::Command(argv) => Child::command(argv.clone(), least),
            Address::Url(url) => Child::url(url, least),
        }
    };
    let all = settings.outlets.iter().filter_map(child);
    all.map(|child| Arc::new(child) as Arc<dyn Outlet>)
        .collect()
}

/// `watchdog`.
pub(super) fn watchdog(settings: &Settings, asked: Option<&str>) -> Result<Exit, Failure> {
    let asked = asked.and_then(Policy::parse).or(settings.policy);
    follow(
        settings,
        (true, None),
        Role::Actor(asked.unwrap_or(Policy::Auto)),
    )
}

/// `events`.
pub(super) fn events(settings: &Settings, on: bool, since: Option<i64>) -> Result<Exit, Failure> {
    follow(settings, (on, since), Role::Listener)
}

fn follow(settings: &Settings, how: (bool, Option<i64>), role: Role) -> Result<Exit, Failure> {
    let bridge = Bridge::of(settings)?;
    if !how.0 {
        drop(bridge.open(Purpose::Reading)?); // says at once, and with its own exit code, why there is nothing to read
    }
    complete(async {
        let mut subject = Subject::of(settings, bridge);
        let clock = subject.clock.clone();
        if role != Role::Listener {
            subject.extras.pulse = Some(Pulse::new(super::daemon::socket()));
        }
        let (engine, ports) = subject.start(settings, role);
        let mut out = io::stdout();
        let mut terminate = signal(SignalKind::terminate())?;
        let telling = tell(settings, role, ports.jobs.clone(), clock.clone());
        let running = events::run(ports, &mut out, how, || clock.now(), reader_gone);
        let exit = tokio::select! {
            exit = running => exit?,
            signal = tokio::signal::ctrl_c() => signal.map(|()| Exit::Interrupted)?,
            // A service that is stopped has ended well.
            _ = terminate.recv() => if role == Role::Listener { Exit::Terminated } else { Exit::Ok },
            () = telling => Exit::Ok,
        };
        engine.stop().await;
        Ok(exit)
    })
}

/// Who acts writes its health into a file, as every background process does. Never ends.
async fn tell(
    settings: &Settings,
    role: Role,
    jobs: watch::Receiver<Arc<[JobHealth]>>,
    clock: Clock,
) {
    let mut file = (role != Role::Listener).then(|| HealthFile::new(settings, None, clock.now()));
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tick.tick().await;
        if let Some(file) = &mut file {
            let all = Arc::clone(&jobs.borrow());
            file.write(&all, &clock);
        }
    }
}

/// Nobody reads our output any more.
pub(super) fn reader_gone() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let out = io::stdout();
    let mut fds = [PollFd::new(&out, PollFlags::empty())];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    poll(&mut fds, Some(&at_once))
        .is_ok_and(|n| n > 0 && fds.iter().any(|f| f.revents().contains(PollFlags::ERR)))
}
