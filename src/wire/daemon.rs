//! One process that does something without a dashboard: its log, its health in a file, its word with the service manager, an orderly end.

use super::{beside::Extras, failure::Failure, health::HealthFile, live};
use crate::cli;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::{
    io,
    os::fd::AsFd,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use swarmwarden::{
    domain::{Happening, Snapshot, watchdog::Policy},
    engine::{
        Clock, Supervisor,
        alive::{Level, Note, Pulse, Say},
        job::{Errand, Errands, KeepAlive, Keeping, Sync, Syncing},
    },
    headless::{Exit, log as form},
    link::{JobHealth, Phase},
    settings::{Job, Settings},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

/// What a process does.
pub(super) struct Jobs {
    /// Keeps workers alive.
    pub(super) keeping: Option<Keeping>,
    /// Takes over credentials.
    pub(super) syncing: Option<Syncing>,
    /// Runs a command for messages.
    pub(super) errands: Option<Errands>,
    /// Acts on what is found.
    pub(super) policy: Option<Policy>,
    /// Where lines go.
    pub(super) say: Say,
}

impl Jobs {
    /// None yet.
    pub(super) fn new(say: Say) -> Self {
        Self {
            keeping: None,
            syncing: None,
            errands: None,
            policy: None,
            say,
        }
    }
}

/// A log on stderr. A line that nobody takes now is left out and counted: a log that nobody reads keeps nobody from living.
pub(super) fn log(format: cli::LogFormat) -> Say {
    let as_json = format == cli::LogFormat::Json;
    let lost = AtomicU64::new(0);
    Arc::new(move |note: Note| {
        let mut err = io::stderr().lock();
        if !takes(&err) {
            lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let write = |err: &mut io::StderrLock<'_>, words: &str| {
            let line = form::Line {
                at: note.at,
                level: note.level.name(),
                job: note.job,
                conversation: note.conversation.as_ref(),
                words,
            };
            let _unread = form::write(err, &line, as_json);
        };
        let missed = lost.swap(0, Ordering::Relaxed);
        if missed > 0 {
            write(
                &mut err,
                &format!("{missed} lines were left out: nobody took them"),
            );
        }
        write(&mut err, &note.words);
    })
}

/// It takes a line at once: a pipe then has room for 4 KiB.
fn takes(out: &impl AsFd) -> bool {
    let mut fds = [PollFd::new(out, PollFlags::OUT)];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // What cannot be asked is tried.
    poll(&mut fds, Some(&at_once)).is_err()
        || fds
            .iter()
            .any(|f| f.revents().intersects(PollFlags::OUT | PollFlags::ERR))
}

/// `run`.
pub(super) fn several(settings: &Settings, asked: &cli::Run) -> Result<Exit, Failure> {
    let has = |job| settings.with.contains(&job);
    if settings.with.is_empty() {
        let why = "say what to run: --with keepalive,sync,watchdog";
        return Err(Failure::Usage(why.to_owned()));
    }
    let say = log(asked.log);
    let mut jobs = Jobs::new(Arc::clone(&say));
    if has(Job::Sync) {
        let worker = super::credentials::number(None, settings)?;
        jobs.syncing = Some(super::sync::syncing(settings, worker)?);
    }
    if has(Job::KeepAlive) {
        let handover = jobs.syncing.as_ref().map(|how| how.handover.clone());
        let alive = Some(&asked.alive);
        let keeping = super::keepalive::keeping(settings, alive, handover, Arc::clone(&say))?;
        let shown = (keeping.shown.clone(), say);
        jobs.errands = super::keepalive::errands(settings, &asked.alive, shown)?;
        jobs.keeping = Some(keeping);
    }
    if has(Job::Watchdog) {
        let asked = asked.policy.as_deref().and_then(Policy::parse);
        jobs.policy = Some(asked.or(settings.policy).unwrap_or(Policy::Auto));
    }
    run(settings, jobs)
}

/// Runs until somebody interrupts.
pub(super) fn run(settings: &Settings, jobs: Jobs) -> Result<Exit, Failure> {
    live::complete(serve(settings, jobs))
}

async fn serve(settings: &Settings, jobs: Jobs) -> Result<Exit, Failure> {
    // Heard from here on, whatever is being done when they come.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let clock = super::clock(settings);
    let pulse = Pulse::new(socket());
    let (out, own) = watch::channel::<Arc<[JobHealth]>>(Vec::new().into());
    let stop = CancellationToken::new();
    let mut supervisor = Supervisor::new(out, clock.clone(), stop.clone());
    let shown = jobs.keeping.as_ref().map(|how| how.shown.clone());
    if let Some(how) = jobs.errands {
        supervisor.add(pulse.of(Errand::new(how, clock.clone()), clock.clone()));
    }
    let mut engine = None;
    if let Some(policy) = jobs.policy {
        let extras = Extras {
            keeping: jobs.keeping,
            syncing: jobs.syncing,
            pulse: Some(pulse.clone()),
        };
        engine = Some(live::guard(settings, policy, extras)?);
    } else {
        if let Some(how) = jobs.syncing {
            supervisor.add(pulse.of(Sync::new(how, clock.clone()), clock.clone()));
        }
        if let Some(how) = jobs.keeping {
            supervisor.add(pulse.of(KeepAlive::new(how, clock.clone()), clock.clone()));
        }
    }
    let ports = engine.as_ref().map(|(_, ports)| ports);
    let mut teller = Teller {
        say: jobs.say,
        clock,
        health: [Some(own), ports.map(|p| p.jobs.clone())],
        snapshot: ports.map(|p| p.snapshot.clone()),
        seen: None,
        said: Vec::new(),
    };
    let mut file = HealthFile::new(settings, shown, teller.clock.now());
    let mut tick = interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let exit = loop {
        tokio::select! {
            _ = interrupt.recv() => break Exit::Interrupted,
            _ = terminate.recv() => break Exit::Ok,
            _ = tick.tick() => {}
        }
        teller.tell();
        file.write(&teller.jobs(), &teller.clock);
    };
    pulse.stopping();
    stop.cancel();
    if let Some((engine, _)) = engine {
        engine.stop().await;
    }
    supervisor.ended().await;
    teller.line(Level::Info, "daemon", "ends as it was asked to");
    Ok(exit)
}

/// Where the service manager listens.
pub(super) fn socket() -> Option<Vec<u8>> {
    use std::os::unix::ffi::OsStringExt;
    std::env::var_os("NOTIFY_SOCKET").map(OsStringExt::into_vec)
}

/// Says what changes in the health of the jobs, and what the watchdog sees and does.
struct Teller {
    say: Say,
    clock: Clock,
    health: [Option<watch::Receiver<Arc<[JobHealth]>>>; 2],
    snapshot: Option<watch::Receiver<Arc<Snapshot>>>,
    seen: Option<u64>,
    said: Vec<(&'static str, String)>,
}

impl Teller {
    fn line(&self, level: Level, job: &'static str, words: &str) {
        (self.say)(Note::new((self.clock.now(), level, job), None, words));
    }

    fn jobs(&self) -> Vec<JobHealth> {
        let all = self.health.iter().flatten();
        all.flat_map(|h| h.borrow().to_vec()).collect()
    }

    fn tell(&mut self) {
        for job in self.jobs() {
            // The keep-alive and the errands say what goes wrong themselves.
            let quiet = matches!(job.name, "keepalive" | "on-message");
            let loud = matches!(job.name, "sync" | "watchdog" | "rotation" | "report");
            let (level, words) = match (&job.last_error, job.is_well()) {
                (Some((_, why)), false) => (Level::Error, why.to_string()),
                _ if job.phase == Phase::Dead => (Level::Error, "it is dead".to_owned()),
                _ if job.last_ok.is_some() && loud => (Level::Info, job.serves.to_string()),
                _ => continue,
            };
            let known = self.said.iter_mut().find(|(name, _)| *name == job.name);
            match known {
                Some((_, said)) if *said == words => continue,
                Some((_, said)) => said.clone_from(&words),
                None => self.said.push((job.name, words.clone())),
            }
            if !quiet || job.phase == Phase::Dead {
                self.line(level, job.name, &words);
            }
        }
        self.events();
    }

    fn events(&mut self) {
        let Some(snapshot) = &mut self.snapshot else {
            return;
        };
        let picture = snapshot.borrow_and_update().clone();
        let newest = picture.events.back().map(|e| e.seq);
        // What was there before this process began is not news.
        let last = match self.seen {
            Some(last) => last,
            None if picture.source.read_at.is_some() && picture.source.progress.is_none() => {
                self.seen = Some(newest.unwrap_or(0));
                return;
            }
            None => return,
        };
        for event in picture.events.iter().filter(|e| e.seq > last) {
            let Some((level, words)) = told(&event.what) else {
                continue;
            };
            self.line(level, "watchdog", &words);
        }
        self.seen = newest.or(self.seen);
    }
}

/// What is worth a line.
fn told(what: &Happening) -> Option<(Level, String)> {
    Some(match what {
        Happening::WorkerState(w, from) => (
            Level::Info,
            format!("{}: {} to {}", w.id, from.name(), w.verdict.state.name()),
        ),
        Happening::TaskState(task, _) => (
            Level::Info,
            format!(
                "task {} is {}, generation {}",
                task.id,
                task.state.name(),
                task.generation
            ),
        ),
        Happening::Alert(alert, _) => (
            Level::Warn,
            format!(
                "alert {} {}: {}",
                alert.key,
                alert.status.name(),
                alert.sentence
            ),
        ),
        Happening::Source(text) => (Level::Warn, text.to_string()),
        _ => return None,
    })
}
