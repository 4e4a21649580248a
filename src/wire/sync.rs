//! `sync`: a worker's machine takes over new credentials.

use super::{bridge::Bridge, credentials as room, failure::Failure, health::HealthFile, live};
use crate::cli;
use std::{
    io::{self, Write as _},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};
use swarmwarden::{
    credentials::{Delivery, Home, Shelf, Syncer},
    domain::{Mode, Span, text},
    engine::{
        Clock, Supervisor,
        job::{Handover, Sync, Syncing},
    },
    git::Network,
    headless::Exit,
    link::JobHealth,
    settings::{DEFAULT_PATHS, Settings},
    store::pipe::Purpose,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

/// How this machine's worker gets its credentials.
pub(super) fn syncing(settings: &Settings, worker: u32) -> Result<Syncing, Failure> {
    let place = room::place(settings);
    let state = room::state(settings)?;
    let repo = room::repository(settings)?;
    let stop = Arc::new(AtomicBool::new(false));
    let network = Network::at(&repo).until(Arc::clone(&stop));
    let home = Home::new(state, &place.swarm);
    let delivery = Delivery::new(settings.runtime.as_deref(), state, &place.swarm);
    let shelf = Shelf::new(&repo, place, None).through(network);
    let writes = settings.mode == Mode::Live && !settings.read_only;
    let bridge = Bridge::known(settings).filter(|_| writes);
    let strict = bridge.as_ref().is_some_and(|bridge| {
        let place = bridge.place().as_os_str();
        !DEFAULT_PATHS.iter().any(|usual| place == *usual)
    });
    let open = bridge.map(|bridge| bridge.opener(Purpose::Writing));
    let every = settings.credentials.interval.0.max(Span::seconds(5).0);
    Ok(Syncing {
        syncer: Syncer::new(shelf, home, delivery, worker),
        stop,
        every: Duration::from_micros(every.unsigned_abs()),
        open,
        strict,
        handover: Handover::default(),
        seed: super::pen::random()[0],
    })
}

/// Beside a dashboard or a watchdog: on a machine whose worker has joined.
pub(super) fn beside(settings: &Settings) -> Option<Syncing> {
    let worker = settings.credentials.worker?;
    let home = Home::new(settings.state.as_deref()?, &settings.credentials.swarm);
    home.worker_key(worker).ok()?;
    syncing(settings, worker).ok()
}

/// `sync`.
pub(super) fn run(settings: &Settings, asked: &cli::Sync) -> Result<Exit, Failure> {
    let how = syncing(settings, room::number(asked.worker, settings)?)?;
    let clock = super::clock(settings);
    if !asked.once {
        return live::complete(follow(settings, how, clock));
    }
    let lines = Sync::look(&how, clock.now())?;
    let mut out = io::stdout().lock();
    let worker = how.syncer.worker();
    if lines.is_empty() {
        writeln!(out, "worker {worker}: nothing new")?;
    }
    for line in lines {
        writeln!(out, "worker {worker}: {}", text::line(&line))?;
    }
    Ok(Exit::Ok)
}

/// Says what changes, until somebody interrupts.
async fn follow(settings: &Settings, how: Syncing, clock: Clock) -> Result<Exit, Failure> {
    // Heard from here on, whatever is being done when they come.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (out, mut health) = watch::channel::<Arc<[JobHealth]>>(Vec::new().into());
    let mut handed = how.handover.listen();
    let stop = CancellationToken::new();
    let mut supervisor = Supervisor::new(out, clock.clone(), stop.clone());
    supervisor.add(Sync::new(how, clock.clone()));
    let mut said = (String::new(), String::new());
    let mut file = HealthFile::new(settings, None, clock.now());
    let mut tick = interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let exit = loop {
        tokio::select! {
            _ = tick.tick() => {
                file.write(&Arc::clone(&health.borrow()), &clock);
                continue;
            }
            _ = interrupt.recv() => break Exit::Interrupted,
            _ = terminate.recv() => break Exit::Terminated,
            changed = handed.changed() => if changed.is_err() { break Exit::Ok },
            changed = health.changed() => if changed.is_err() { break Exit::Ok },
        }
        let jobs = Arc::clone(&health.borrow_and_update());
        let Some(job) = jobs.first() else { continue };
        let words = job.serves.to_string();
        if job.last_ok.is_some() && said.0 != words {
            writeln!(io::stdout(), "{} {words}", clock.now())?;
            said = (words, String::new());
        }
        if let Some((at, error)) = job.last_error.as_ref().filter(|_| !job.is_well())
            && *said.1 != **error
        {
            writeln!(io::stderr(), "{at} {error}")?;
            said.1 = error.to_string();
        }
    };
    stop.cancel();
    supervisor.ended().await;
    Ok(exit)
}
