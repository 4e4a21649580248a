//! `keepalive`: workers whose credentials are here are kept alive.

use super::{bridge::Bridge, credentials as room, daemon, failure::Failure, owners::Owners};
use crate::cli;
use std::{
    env,
    io::{self, Write as _},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};
use swarmwarden::{
    credentials::{Credential, Delivery},
    domain::{Mode, Refusal, Span, Timestamp, credential::Secret},
    engine::{
        Clock,
        alive::{Activity, Evidence, Inbox, Item, Marks, Reading, Say, Sources, Whose},
        job::{Errands, Handover, KeepAlive, Keeping, Shown, Standing},
    },
    headless::{Exit, inbox},
    notify::Child,
    settings::Settings,
    store::{
        Sidecar,
        pipe::{Proofs, Purpose},
    },
};

/// Passes of `--once`: more than any number of conversations needs.
const PASSES: usize = 100_000;

/// The database, where signs of life may be written.
fn writable(settings: &Settings) -> Result<Bridge, Failure> {
    let bridge = Bridge::of(settings)?;
    let refused = |why: String| Err(Failure::Refused(Refusal::ReadOnly(why)));
    if settings.mode != Mode::Live {
        return refused("the past cannot be written; leave out --at".to_owned());
    }
    if settings.read_only {
        return refused("asked for with --read-only or bridge.read_only".to_owned());
    }
    if let Some(kind) = bridge.shared() {
        return refused(format!(
            "{kind} cannot share a database between machines; keep alive where it lies"
        ));
    }
    Ok(bridge)
}

/// Where this machine's credentials are found: what was named, the environment, else what `sync` took over.
pub(super) fn sources(
    settings: &Settings,
    named: &[PathBuf],
    now: Timestamp,
) -> Result<Sources, Failure> {
    let var = |name: &str| env::var(name).ok().filter(|v| !v.is_empty());
    let own = match (var("SWARMWARDEN_CONVERSATION"), var("SWARMWARDEN_TOKEN")) {
        (Some(id), Some(token)) => Some(Credential {
            conversation: id.as_str().into(),
            worker: settings.credentials.worker.unwrap_or(0),
            role: "the environment's worker".into(),
            token: Secret::new(token),
            created: now,
            expires: now.plus(swarmwarden::domain::credential::LIFETIME),
        }),
        _ => None,
    };
    let mut paths = named.to_vec();
    if paths.is_empty() && own.is_none() {
        let swarm = &settings.credentials.swarm;
        let worker = settings.credentials.worker;
        let held = settings
            .state
            .as_deref()
            .zip(worker)
            .map(|(state, worker)| {
                Delivery::new(settings.runtime.as_deref(), state, swarm).path(worker)
            });
        let none = || {
            Failure::Usage("no credential: name a file with --credentials, set SWARMWARDEN_CONVERSATION and SWARMWARDEN_TOKEN, or say with SWARMWARDEN_WORKER which worker `sync` holds one for".to_owned())
        };
        paths.push(held.ok_or_else(none)?);
    }
    Ok(Sources::new(paths, own.into_iter().collect()))
}

/// The files that the environment names, for whoever has no arguments.
fn listed() -> Vec<PathBuf> {
    let named = env::var_os("SWARMWARDEN_CREDENTIALS").unwrap_or_default();
    let paths = env::split_paths(&named);
    paths.filter(|p| !p.as_os_str().is_empty()).collect()
}

/// Where agents of this machine leave signs of life.
pub(super) fn activity(settings: &Settings) -> Result<Activity, Failure> {
    let state = room::state(settings)?;
    Ok(Activity::new(settings.runtime.as_deref(), state))
}

/// How workers are kept alive from here.
pub(super) fn keeping(
    settings: &Settings,
    asked: Option<&cli::Alive>,
    handover: Option<Handover>,
    say: Say,
) -> Result<Keeping, Failure> {
    let bridge = writable(settings)?;
    let named = asked.map_or_else(listed, |a| a.credentials.clone());
    let now = super::clock(settings).now();
    let sources = match sources(settings, &named, now) {
        // What is handed over will be found.
        Err(_) if handover.is_some() => Sources::default(),
        other => other?,
    };
    let limit = asked
        .and_then(|a| a.require_activity)
        .or(settings.require_activity);
    let witnesses = asked.map_or_else(Vec::new, |a| a.witness.clone());
    let limit = limit.or_else(|| (!witnesses.is_empty()).then_some(Span::seconds(300)));
    let evidence = match limit {
        Some(limit) => Some(Evidence::new(limit, witnesses, activity(settings)?)),
        None => None,
    };
    let claims = (settings.state.as_deref())
        .map(|state| Sidecar::place(state, bridge.place()).with_extension("keepalive"));
    Ok(Keeping {
        open: bridge.opener(Purpose::Beats),
        sources,
        handover,
        evidence,
        claims,
        every: asked.map_or(Span::seconds(30), |a| a.every),
        seed: super::pen::random()[0],
        say,
        shown: Shown::default(),
    })
}

/// What is run for messages of those that are served; `None` where nothing was named.
pub(super) fn errands(
    settings: &Settings,
    asked: &cli::Alive,
    (shown, say): (Shown, Say),
) -> Result<Option<Errands>, Failure> {
    let Some(command) = &asked.on_message else {
        return Ok(None);
    };
    let limit = Duration::from_micros(asked.on_message_limit.0.unsigned_abs());
    let whose: Whose = Arc::new(move || shown.ids());
    let owners = Owners::new(settings, &asked.credentials, (&[], false)).ok();
    let proofs = owners.map(|owners| Arc::new(owners).proofs());
    Ok(Some(Errands {
        inbox: reader(settings, "on-message", whose, (None, proofs))?,
        encode: |item: &Item| inbox::message(&item.row, item.again).to_string().into(),
        command: Arc::new(Child::shell(command, limit)),
        limit,
        say,
    }))
}

/// Reads messages for the consumer called `name`.
pub(super) fn reader(
    settings: &Settings,
    name: &str,
    whose: Whose,
    (since, proofs): (Option<i64>, Option<Proofs>),
) -> Result<Inbox, Failure> {
    let bridge = Bridge::of(settings)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
        let why = "a consumer is named by letters, digits, `-` and `_`";
        return Err(Failure::Usage(why.to_owned()));
    }
    let dir = Sidecar::place(room::state(settings)?, bridge.place())
        .with_extension("inbox")
        .join(name);
    let marks = Marks::open(&dir, super::clock(settings).now())?.map_err(|holder| {
        Failure::Usage(format!(
            "the consumer {name} is at work: {holder}; give this one a name of its own with --consumer"
        ))
    })?;
    let reading = Reading {
        open: bridge.listener(proofs),
        whose,
        since: since.map(swarmwarden::domain::MessageId),
    };
    Ok(Inbox::new(reading, marks))
}

/// `keepalive`.
pub(super) fn run(settings: &Settings, asked: &cli::KeepAlive) -> Result<Exit, Failure> {
    let say = daemon::log(asked.log);
    let keeping = keeping(settings, Some(&asked.alive), None, Arc::clone(&say))?;
    if asked.once {
        return once(keeping, &super::clock(settings));
    }
    let errands = errands(
        settings,
        &asked.alive,
        (keeping.shown.clone(), Arc::clone(&say)),
    )?;
    let jobs = daemon::Jobs {
        keeping: Some(keeping),
        errands,
        ..daemon::Jobs::new(say)
    };
    daemon::run(settings, jobs)
}

/// One sign of life for each.
fn once(keeping: Keeping, clock: &Clock) -> Result<Exit, Failure> {
    let shown = keeping.shown.clone();
    let job = KeepAlive::new(keeping, clock.clone());
    let mut now = clock.now();
    for _ in 0..PASSES {
        let wait = match job.pass(now, now.plus(clock.step())) {
            Ok(wait) => wait,
            Err(error) => {
                let why = error.to_string();
                return Err(Failure::Refused(Refusal::Unavailable(why)));
            }
        };
        if shown.all().iter().all(|s| s.standing != Standing::New) {
            break;
        }
        let wait = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
        now = now.plus(Span(wait.max(1_000)));
    }
    let all = shown.all();
    let beats = (all.iter())
        .filter(|s| s.standing == Standing::Beats)
        .count();
    writeln!(io::stdout(), "{beats} of {} conversations beat", all.len())?;
    Ok(if beats == all.len() && beats > 0 {
        Exit::Ok
    } else {
        Exit::Data
    })
}
