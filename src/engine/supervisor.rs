//! Owns the loop of every job: cadence, time limit, backoff with jitter, panics caught, an orderly stop. After each step the health of
//! the job is published, so that a dead one is on screen and not only in a log.

use super::{
    Clock,
    job::{Cadence, Job, JobError},
};
use crate::{
    domain::{JobOrder, Refusal, Span, Timestamp, text},
    link::{JobHealth, Phase},
};
use futures::FutureExt;
use std::{
    any::Any,
    collections::BTreeMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// First pause after a failure; doubles with each one, up to [`LONGEST`] or the job's own pause, whichever is longer.
const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(8);
/// Panics without a success between them, after which a job is left dead.
const PANICS: u32 = 5;
/// Health that only says "again" is published this often at most.
const DULL: Span = Span::seconds(1);

/// Drives jobs.
pub struct Supervisor {
    tasks: JoinSet<()>,
    board: Arc<Board>,
    controls: BTreeMap<&'static str, Control>,
    clock: Clock,
    stop: CancellationToken,
}

/// The health of all jobs, by name.
struct Board {
    all: Mutex<BTreeMap<&'static str, (JobHealth, Timestamp)>>,
    out: watch::Sender<Arc<[JobHealth]>>,
}

#[derive(Clone)]
struct Control {
    wanted: watch::Sender<bool>,
    now: Arc<Notify>,
}

impl Board {
    /// Changes one health, and publishes it. A job that steps without a pause says "again, and well" once a second at most.
    fn edit(&self, name: &'static str, now: Timestamp, change: impl FnOnce(&mut JobHealth)) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((health, published)) = all.get_mut(name) else {
            return;
        };
        let before = health.clone();
        change(health);
        let calm = |phase| matches!(phase, Phase::Idle | Phase::Running);
        let news = before.last_error != health.last_error
            || before.last_ok.is_none() != health.last_ok.is_none()
            || !(calm(before.phase) && calm(health.phase) || before.phase == health.phase);
        if !news && health.next_run.is_none() && now.since(*published) < DULL {
            return;
        }
        *published = now;
        let list = all.values().map(|(health, _)| health.clone()).collect();
        self.out.send_replace(list);
    }
}

impl Supervisor {
    /// Publishes health into `out`; ends everything when `stop` is cancelled.
    #[must_use]
    pub fn new(
        out: watch::Sender<Arc<[JobHealth]>>,
        clock: Clock,
        stop: CancellationToken,
    ) -> Self {
        let board = Arc::new(Board {
            all: Mutex::default(),
            out,
        });
        Self {
            tasks: JoinSet::new(),
            board,
            controls: BTreeMap::new(),
            clock,
            stop,
        }
    }

    /// Starts a job.
    pub fn add<J: Job>(&mut self, job: J) {
        let name = job.name();
        let health = JobHealth {
            name,
            serves: job.serves(),
            phase: Phase::Idle,
            last_ok: None,
            last_error: None,
            next_run: None,
            runs: 0,
            panics: 0,
        };
        let published = Timestamp(i64::MIN / 2);
        self.board
            .all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name, (health, published));
        let (wanted, _) = watch::channel(true);
        let control = Control {
            wanted,
            now: Arc::default(),
        };
        self.controls.insert(name, control.clone());
        let tender = Tender {
            name,
            board: Arc::clone(&self.board),
            control,
            clock: self.clock.clone(),
            stop: self.stop.clone(),
            failures: 0,
            panics: 0,
        };
        self.tasks.spawn(tender.tend(job));
    }

    /// Drives a job as the operator wants.
    ///
    /// # Errors
    /// [`Refusal::NoSuchJob`].
    pub fn order(&self, name: &str, order: JobOrder) -> Result<String, Refusal> {
        let control = self
            .controls
            .get(name)
            .ok_or_else(|| Refusal::NoSuchJob(text::line(name).into_owned()))?;
        let done = match order {
            JobOrder::Start => {
                control.wanted.send_replace(true);
                "started"
            }
            JobOrder::Stop => {
                control.wanted.send_replace(false);
                "stopped"
            }
            JobOrder::Restart => {
                control.wanted.send_replace(false);
                control.wanted.send_replace(true);
                control.now.notify_one();
                "restarted"
            }
            JobOrder::RunNow => {
                control.now.notify_one();
                "runs now"
            }
        };
        Ok(format!("{name}: {done}"))
    }

    /// Waits until every job has ended.
    pub async fn ended(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

/// The loop around one job.
struct Tender {
    name: &'static str,
    board: Arc<Board>,
    control: Control,
    clock: Clock,
    stop: CancellationToken,
    failures: u32,
    panics: u32,
}

impl Tender {
    async fn tend<J: Job>(mut self, mut job: J) {
        let mut wanted = self.control.wanted.subscribe();
        let stop = self.stop.clone();
        loop {
            while !*wanted.borrow_and_update() {
                self.report(|h| h.phase = Phase::Stopped);
                tokio::select! {
                    () = stop.cancelled() => return,
                    changed = wanted.changed() => if changed.is_err() { return },
                }
            }
            self.report(|h| h.phase = Phase::Running);
            let patience = job.patience();
            let running = AssertUnwindSafe(timeout(patience, job.step())).catch_unwind();
            let outcome = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                _ = wanted.changed() => continue,
                outcome = running => outcome,
            };
            let outcome = match outcome {
                Ok(Ok(done)) => done,
                Ok(Err(_)) => Err(JobError::TooSlow(patience)),
                Err(panic) => Err(JobError::Panicked(words(panic.as_ref()))),
            };
            let serves = job.serves();
            self.report(|h| h.serves = serves);
            let Some(pause) = self.account(outcome, job.cadence()) else {
                return;
            };
            if pause.is_zero() {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.control.now.notified() => {}
                _ = wanted.changed() => {}
                () = sleep(pause) => {}
            }
        }
    }

    /// Notes how a step went, and says how long to wait; `None` when the job is dead.
    fn account(&mut self, outcome: Result<(), JobError>, cadence: Cadence) -> Option<Duration> {
        let now = self.clock.now();
        let Err(error) = outcome else {
            self.failures = 0;
            self.panics = 0;
            let pause = match cadence {
                Cadence::AtOnce => Duration::ZERO,
                Cadence::Every(pause) => pause,
            };
            self.report(|h| {
                h.runs += 1;
                h.last_ok = Some(now);
                h.phase = Phase::Idle;
                h.next_run = (!pause.is_zero()).then(|| now.plus(span(pause)));
            });
            return Some(self.clock.pause(pause));
        };
        self.failures += 1;
        let panicked = matches!(error, JobError::Panicked(_));
        self.panics += u32::from(panicked);
        let dead = self.panics >= PANICS;
        // What comes seldom is not tried again more often than that for long.
        let longest = match cadence {
            Cadence::AtOnce => LONGEST,
            Cadence::Every(pause) => LONGEST.max(pause),
        };
        let pause = backoff(self.failures, longest);
        let until = now.plus(span(pause));
        let why: Arc<str> = text::line(&error.to_string()).into();
        let attempt = self.failures;
        self.report(|h| {
            h.runs += 1;
            h.panics += u32::from(panicked);
            h.last_error = Some((now, why));
            h.next_run = (!dead).then_some(until);
            h.phase = if dead {
                Phase::Dead
            } else {
                Phase::Backoff { attempt, until }
            };
        });
        (!dead).then_some(pause)
    }

    fn report(&self, change: impl FnOnce(&mut JobHealth)) {
        self.board.edit(self.name, self.clock.now(), change);
    }
}

/// Doubles from [`FIRST`] to `longest`, less up to a quarter at random, so that many do not come back together.
fn backoff(failures: u32, longest: Duration) -> Duration {
    let whole = FIRST
        .saturating_mul(1 << failures.saturating_sub(1).min(10))
        .min(longest);
    whole.mul_f64(1.0 - fastrand::f64() / 4.0)
}

fn span(d: Duration) -> Span {
    Span(i64::try_from(d.as_micros()).unwrap_or(i64::MAX))
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
    text::line(&said.unwrap_or_else(|| "without words".to_owned())).into_owned()
}

#[cfg(test)]
mod tests;
