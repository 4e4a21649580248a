//! `metrics`: the page once, as a file that is renewed, or over HTTP.

use super::{daemon, failure::Failure, glance, live};
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
    domain::{DataState, Snapshot, Timestamp},
    engine::{Clock, alive::Pulse},
    headless::{
        Exit,
        metrics::{Around, Daemon, page},
    },
    link::JobHealth,
    settings::Settings,
    store::Sidecar,
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::{MissedTickBehavior, interval},
};

/// The format, as a scraper expects it.
const CONTENT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// A health file is smaller than this by far.
const FILE: u64 = 1 << 20;

/// `metrics`.
pub(super) fn run(settings: &Settings, asked: &cli::Metrics) -> Result<Exit, Failure> {
    let path = settings.db.as_deref().ok_or(Failure::NoDatabase)?;
    let around = Surroundings::new(settings, path, asked.branches);
    let follows = asked.listen.is_some() || (asked.out.is_some() && !asked.once);
    if follows {
        return live::runtime()?.block_on(follow(settings, asked, around));
    }
    let (snapshot, now) = glance(settings, path, settings.mode)?;
    let text = around.page(&snapshot, now)?;
    match &asked.out {
        Some(file) => write(file, &text)?,
        None => io::stdout().write_all(text.as_bytes())?,
    }
    Ok(Exit::Ok)
}

/// What the page tells besides the picture.
struct Surroundings {
    bridge: PathBuf,
    daemons: Option<PathBuf>,
    branches: bool,
    errors: AtomicU64,
}

impl Surroundings {
    fn new(settings: &Settings, bridge: &Path, branches: bool) -> Self {
        let state = settings.state.as_deref();
        Self {
            bridge: bridge.to_owned(),
            daemons: state.map(|dir| Sidecar::place(dir, bridge).with_extension("daemons")),
            branches,
            errors: AtomicU64::new(0),
        }
    }

    fn page(&self, s: &Snapshot, now: Timestamp) -> Result<String, Failure> {
        let mut log = self.bridge.clone().into_os_string();
        log.push("-wal");
        let size = |path: &Path| fs::metadata(path).ok().map(|m| m.len());
        let around = Around {
            size: size(&self.bridge).map(|n| n + size(Path::new(&log)).unwrap_or(0)),
            errors: self.errors.load(Ordering::Relaxed),
            daemons: self
                .daemons
                .as_deref()
                .map(health_files)
                .unwrap_or_default(),
            branches: self.branches,
        };
        page(s, &around, now).map_err(|why| Failure::Io(io::Error::other(why)))
    }
}

/// What the processes of this swarm wrote of themselves. One that cannot be read is left out.
fn health_files(dir: &Path) -> Vec<Daemon> {
    let mut paths: Vec<PathBuf> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let small = fs::metadata(path).is_ok_and(|m| m.len() <= FILE);
        serde_json::from_slice(&fs::read(path).ok().filter(|_| small)?).ok()
    };
    paths.iter().filter_map(read).collect()
}

/// Writes a file by rename: whoever reads finds a whole one.
fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::Output(format!(
            "{}: {error}; name a file in a directory that can be written with --out",
            file.display()
        ))
    };
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let next = file.with_file_name(name);
    let written = fs::write(&next, text).and_then(|()| fs::rename(&next, file));
    if written.is_err() {
        let _left = fs::remove_file(&next);
    }
    written.map_err(failed)
}

struct Served {
    snapshot: watch::Receiver<Arc<Snapshot>>,
    around: Arc<Surroundings>,
    clock: Clock,
}

async fn follow(
    settings: &Settings,
    asked: &cli::Metrics,
    around: Surroundings,
) -> Result<Exit, Failure> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let listener = match asked.listen {
        Some(at) => Some(TcpListener::bind(at).await.map_err(|error| {
            Failure::Output(format!(
                "cannot listen at {at}: {error}; name a free address with --listen"
            ))
        })?),
        None => None,
    };
    if let Some(at) = listener.as_ref().and_then(|l| l.local_addr().ok()) {
        writeln!(io::stderr(), "swarmwarden: serves http://{at}/metrics")?;
    }
    let pulse = Pulse::new(daemon::socket());
    let (engine, ports) = live::listen(settings, &around.bridge, pulse.clone());
    let clock = Clock::of(settings.mode);
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
            .page(&picture, clock.now())
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
    match served.around.page(&snapshot, served.clock.now()) {
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
