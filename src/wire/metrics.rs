//! `metrics`: the page once, as a file that is renewed, or over HTTP.

use super::{bridge::Bridge, daemon, failure::Failure, glance, health, live};
use crate::cli;
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use swarmwarden::{
    domain::{DataState, Snapshot},
    engine::{Clock, alive::Pulse},
    headless::{
        Exit,
        metrics::{Around, page},
    },
    link::JobHealth,
    settings::Settings,
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::{MissedTickBehavior, interval},
};

/// The format, as a scraper expects it.
const CONTENT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `metrics`.
pub(super) fn run(settings: &Settings, asked: &cli::Metrics) -> Result<Exit, Failure> {
    let bridge = Bridge::of(settings)?;
    let around = Surroundings::new(settings, asked.branches);
    let follows = asked.listen.is_some() || (asked.out.is_some() && !asked.once);
    if follows {
        return live::complete(follow(settings, asked, (bridge, around)));
    }
    let (snapshot, _) = glance(settings, &bridge, settings.mode)?;
    let text = around.page(&snapshot, &super::clock(settings))?;
    match &asked.out {
        Some(file) => write(file, &text)?,
        None => io::stdout().write_all(text.as_bytes())?,
    }
    Ok(Exit::Ok)
}

/// What the page tells besides the picture.
struct Surroundings {
    /// The file, where it is on this machine.
    file: Option<PathBuf>,
    daemons: Option<PathBuf>,
    branches: bool,
    errors: AtomicU64,
}

impl Surroundings {
    fn new(settings: &Settings, branches: bool) -> Self {
        Self {
            file: Bridge::of_file(settings).ok().map(Path::to_owned),
            daemons: health::place(settings),
            branches,
            errors: AtomicU64::new(0),
        }
    }

    fn page(&self, s: &Snapshot, clock: &Clock) -> Result<String, Failure> {
        let size = |file: &Path| {
            let mut log = file.as_os_str().to_owned();
            log.push("-wal");
            let of = |path: &Path| fs::metadata(path).ok().map(|m| m.len());
            of(file).map(|n| n + of(Path::new(&log)).unwrap_or(0))
        };
        let around = Around {
            size: self.file.as_deref().and_then(size),
            errors: self.errors.load(Ordering::Relaxed),
            daemons: (self.daemons.as_deref())
                .map_or_else(Vec::new, |dir| health::daemons(dir, clock)),
            branches: self.branches,
        };
        page(s, &around, clock.now()).map_err(|why| Failure::Io(io::Error::other(why)))
    }
}

/// Writes a file by rename: whoever reads finds a whole one.
fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let next = file.with_file_name(name);
    let written = fs::write(&next, text).and_then(|()| fs::rename(&next, file));
    if written.is_err() {
        let _left = fs::remove_file(&next);
    }
    written.map_err(|error| Failure::Place(file.to_owned(), error))
}

struct Served {
    snapshot: watch::Receiver<Arc<Snapshot>>,
    around: Arc<Surroundings>,
    clock: Clock,
}

async fn follow(
    settings: &Settings,
    asked: &cli::Metrics,
    (bridge, around): (Bridge, Surroundings),
) -> Result<Exit, Failure> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let listener = match asked.listen {
        Some(at) => Some(
            TcpListener::bind(at)
                .await
                .map_err(|error| Failure::Listen(at, error))?,
        ),
        None => None,
    };
    if let Some(at) = listener.as_ref().and_then(|l| l.local_addr().ok()) {
        writeln!(io::stderr(), "swarmwarden: serves http://{at}/metrics")?;
    }
    let pulse = Pulse::new(daemon::socket());
    let (engine, ports) = live::listen(settings, bridge, pulse.clone());
    let clock = super::clock(settings);
    let around = Arc::new(around);
    let counting = tokio::spawn(count(ports.jobs.clone(), Arc::clone(&around)));
    let serving = listener.map(|listener| {
        let served = Arc::new(Served {
            snapshot: ports.snapshot.clone(),
            around: Arc::clone(&around),
            clock: clock.clone(),
        });
        tokio::spawn(axum::serve(listener, router(served)).into_future())
    });
    let mut due = interval(Duration::from_micros(
        asked.every.0.unsigned_abs().max(100_000),
    ));
    due.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut snapshot = ports.snapshot.clone();
    let _whole = tokio::select! {
        whole = snapshot.wait_for(|s| s.source.read_at.is_some() && s.source.progress.is_none()) => whole.is_ok(),
        _ = interrupt.recv() => return ended(engine, &pulse, Exit::Interrupted).await,
        _ = terminate.recv() => return ended(engine, &pulse, Exit::Ok).await,
    };
    let exit = loop {
        tokio::select! {
            _ = interrupt.recv() => break Exit::Interrupted,
            _ = terminate.recv() => break Exit::Ok,
            _ = due.tick() => {}
        }
        let Some(file) = &asked.out else { continue };
        let picture = snapshot.borrow_and_update().clone();
        // A disk that is full now need not be so the next time.
        if let Err(error) = around
            .page(&picture, &clock)
            .and_then(|text| write(file, &text))
        {
            writeln!(io::stderr(), "swarmwarden: {error}")?;
        }
    };
    counting.abort();
    if let Some(serving) = serving {
        serving.abort();
    }
    ended(engine, &pulse, exit).await
}

async fn ended(
    engine: swarmwarden::engine::Engine,
    pulse: &Pulse,
    exit: Exit,
) -> Result<Exit, Failure> {
    pulse.stopping();
    engine.stop().await;
    Ok(exit)
}

/// Counts the reads that fail.
async fn count(mut jobs: watch::Receiver<Arc<[JobHealth]>>, around: Arc<Surroundings>) {
    let mut last = None;
    while jobs.changed().await.is_ok() {
        let all = jobs.borrow_and_update().clone();
        let reading = all.iter().find(|j| j.name == "refresh");
        let failed = reading.and_then(|j| j.last_error.as_ref().map(|(at, _)| *at));
        if failed > last {
            around.errors.fetch_add(1, Ordering::Relaxed);
            last = failed;
        }
    }
}

fn router(served: Arc<Served>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(healthy))
        .with_state(served)
}

async fn metrics(State(served): State<Arc<Served>>) -> impl IntoResponse {
    let snapshot = served.snapshot.borrow().clone();
    // A scraper would take the numbers of half a history for ones that fell.
    if snapshot.source.read_at.is_none() || snapshot.source.progress.is_some() {
        let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        let words = "the history is being counted\n".to_owned();
        return (StatusCode::SERVICE_UNAVAILABLE, kind, words);
    }
    match served.around.page(&snapshot, &served.clock) {
        Ok(text) => (StatusCode::OK, [(header::CONTENT_TYPE, CONTENT)], text),
        Err(error) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
            format!("{error}\n"),
        ),
    }
}

/// Well as long as the bridge was read a moment ago.
async fn healthy(State(served): State<Arc<Served>>) -> (StatusCode, String) {
    let snapshot = served.snapshot.borrow().clone();
    let state = snapshot.source.state(served.clock.now());
    let code = match state {
        DataState::Live | DataState::Recorded(_) => StatusCode::OK,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    (code, format!("{}\n", state.name()))
}
