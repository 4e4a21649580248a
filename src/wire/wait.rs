//! `wait`: until a condition holds, can no longer hold, or the time is up.

use super::{bridge::Bridge, failure::Failure, glance, live};
use crate::cli::Wait;
use std::{
    future,
    io::{self, Write as _},
    time::Duration,
};
use swarmwarden::{
    domain::{Mode, Snapshot, Timestamp, condition::Truth},
    engine::alive::Pulse,
    headless::Exit,
    settings::Settings,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::{Instant, MissedTickBehavior, interval, sleep_until},
};

/// Between two looks at the clock for `--hold`.
const TICK: Duration = Duration::from_millis(250);

/// `wait`.
pub(super) fn run(settings: &Settings, asked: &Wait) -> Result<Exit, Failure> {
    let bridge = Bridge::of(settings)?;
    // Says at once, and with its own exit code, why there is nothing to wait for; an instant of the past does not change.
    let (first, _) = glance(settings, &bridge, settings.mode)?;
    if settings.mode != Mode::Live {
        return if asked.until.of(&first).holds() {
            ended(asked, &first, "holds", Exit::Ok)
        } else {
            ended(asked, &first, "does not hold", Exit::Warning)
        };
    }
    live::complete(follow(settings, asked))
}

async fn follow(settings: &Settings, asked: &Wait) -> Result<Exit, Failure> {
    let bridge = Bridge::of(settings)?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let micros = |span: swarmwarden::domain::Span| Duration::from_micros(span.0.unsigned_abs());
    let deadline = asked.timeout.map(|span| Instant::now() + micros(span));
    let over = async {
        match deadline {
            Some(at) => sleep_until(at).await,
            None => future::pending().await,
        }
    };
    tokio::pin!(over);
    let (engine, ports) = live::listen(settings, bridge, Pulse::default());
    let mut snapshot = ports.snapshot.clone();
    let clock = super::clock(settings);
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut since: Option<Timestamp> = None;
    let (words, exit) = loop {
        let picture = snapshot.borrow_and_update().clone();
        // A bridge that is away tells nothing: neither that it holds, nor that it does not.
        let whole = picture.source.read_at.is_some()
            && picture.source.progress.is_none()
            && picture.source.error.is_none();
        let truth = asked.until.of(&picture);
        if whole && truth == Truth::Never {
            break ("can no longer hold", Exit::Warning);
        }
        since = match (whole, truth.holds()) {
            (true, true) => since.or_else(|| Some(clock.now())),
            (true, false) => None,
            (false, _) => since,
        };
        if whole && since.is_some_and(|at| clock.now().since(at) >= asked.hold.unwrap_or_default())
        {
            break ("holds", Exit::Ok);
        }
        tokio::select! {
            () = &mut over => break ("does not hold, and the time is up", Exit::TimedOut),
            _ = interrupt.recv() => break ("does not hold", Exit::Interrupted),
            _ = terminate.recv() => break ("does not hold", Exit::Terminated),
            changed = snapshot.changed() => if changed.is_err() {
                break ("is not known: the engine has ended", Exit::Unavailable);
            },
            _ = tick.tick() => {}
        }
    };
    let last = snapshot.borrow().clone();
    engine.stop().await;
    ended(asked, &last, words, exit)
}

/// What became of it, with the evidence.
fn ended(asked: &Wait, s: &Snapshot, words: &str, exit: Exit) -> Result<Exit, Failure> {
    let mut out = io::stdout().lock();
    let terms: Vec<String> = asked.until.terms(s).into_iter().map(|(t, _)| t).collect();
    writeln!(out, "it {words}: {}", terms.join(", "))?;
    if let Some(error) = &s.source.error {
        writeln!(out, "the bridge is away: {error}")?;
    }
    out.flush()?;
    Ok(exit)
}
