//! A made-up swarm on a bridge of its own: the dashboard, or one look at it.

use super::{
    bridge::Bridge,
    failure::Failure,
    live::{Subject, dashboard},
};
use crate::cli::{self, Scenario as Told};
use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};
use swarmwarden::{
    demo::{Demo, DemoClock, DemoDir, DemoError, Live, Past, Scenario, Spec},
    domain::{Mode, Timestamp},
    engine::{Clock, job::Open},
    headless::Exit,
    record::{Backlog, RecordError, Room},
    settings::Settings,
    store::StoreError,
};

/// `demo`: the dashboard; `plain` one look; `talk` the views as lines.
pub(super) fn run(
    settings: &Settings,
    asked: &cli::Demo,
    (plain, talk): (bool, bool),
    panic_test: bool,
) -> Result<Exit, Failure> {
    let spec = Spec {
        workers: usize::try_from(asked.workers).unwrap_or(12),
        seed: asked.seed,
        scenario: match asked.scenario {
            Told::Calm => Scenario::Calm,
            Told::Incident => Scenario::Incident,
            Told::Hostile => Scenario::Hostile,
            Told::Flap => Scenario::Flap,
            Told::Stall => Scenario::Stall,
        },
    };
    let dir = DemoDir::new()?;
    let (path, system) = (dir.database(), Clock::system());
    let origin = system.now();
    let mut settings = settings.clone();
    if settings.git.is_none() {
        settings.git = Some(dir.repository(spec, origin)?);
    }
    if talk {
        let demo = Demo::backfill(&path, spec, origin)?;
        let _writing = demo.live(1.0, move || system.now())?;
        (settings.db, settings.mode) = (Some(path), Mode::Demo);
        settings.state = Some(dir.state());
        return super::plain::run(&settings);
    }
    if plain {
        drop(Demo::backfill(&path, spec, origin)?);
        let (bridge, how) = (Bridge::file(&path), cli::Status::default());
        return super::show(&settings, &bridge, Mode::Demo, &how);
    }
    watched(&settings, asked, (&dir, spec, origin), panic_test)
}

/// The dashboard on it.
fn watched(
    settings: &Settings,
    asked: &cli::Demo,
    (dir, spec, origin): (&DemoDir, Spec, Timestamp),
    panic_test: bool,
) -> Result<Exit, Failure> {
    let (path, system) = (dir.database(), Clock::system());
    let (speed, pace, real) = (
        asked.speed,
        DemoClock::new(origin, asked.speed),
        system.clone(),
    );
    let clock = real.paced(move |at| pace.at(at));
    // The past is written when the engine asks for it, so that the first frame need not wait for it.
    let (past, file) = (path.clone(), Bridge::file(&path).follower(Mode::Demo));
    let running: Mutex<Option<Live>> = Mutex::new(None);
    let open: Open = Arc::new(move || {
        let mut running = running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_none() {
            let real = system.clone();
            let begun = Demo::backfill(&past, spec, origin)
                .and_then(|demo| demo.live(speed, move || real.now()));
            *running = Some(begun.map_err(|e| unwritten(&past, e))?);
        }
        file()
    });
    // A demo without a past to look back on is a demo all the same.
    let _past = Remembering::start(settings, dir, spec, origin);
    dashboard(
        settings,
        Subject {
            bridge: Bridge::file(&path),
            mode: Mode::Demo,
            clock,
            open,
            state: Some(dir.state()),
            extras: super::beside::Extras::default(),
        },
        panic_test,
    )
}

/// The recording of a demo is filled with its past, beside everything else; the engine records on from there.
struct Remembering {
    enough: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<(), RecordError>>>,
}

impl Remembering {
    /// Takes the recording before the engine does; `None` where nothing is recorded.
    fn start(settings: &Settings, dir: &DemoDir, spec: Spec, origin: Timestamp) -> Option<Self> {
        let asked = settings.record?;
        let room = Room {
            keep: asked.keep,
            bytes: asked.bytes,
        };
        let path = super::record::place(&dir.state(), &dir.database());
        let detector = settings.detector.clone();
        let backlog = Backlog::open(path, room, detector, "bridge.db".into()).ok()??;
        let enough = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&enough);
        let fill = move || {
            let past = Past::new(spec, origin);
            backlog.fill(past, origin, || stop.load(Ordering::Relaxed))
        };
        let thread = thread::Builder::new().name("past".to_owned()).spawn(fill);
        Some(Self {
            enough,
            thread: Some(thread.ok()?),
        })
    }
}

impl Drop for Remembering {
    fn drop(&mut self) {
        self.enough.store(true, Ordering::Relaxed);
        // Its files vanish with the demo.
        let _ended = self.thread.take().map(JoinHandle::join);
    }
}

/// A demo that could not be written, as its reader is told.
fn unwritten(path: &Path, error: DemoError) -> StoreError {
    let path = path.to_string_lossy().into_owned();
    StoreError::Backend {
        operation: "writing the demo",
        path,
        source: error.into(),
    }
}
