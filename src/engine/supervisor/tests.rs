use super::{Clock, PANICS, Supervisor};
use crate::{
    domain::Timestamp,
    engine::job::{Cadence, Job, JobError},
    link::{JobHealth, Phase},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What a scripted step does.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Ok,
    Fail,
    Panic,
    Hang,
}

struct Scripted(Arc<Mutex<VecDeque<Step>>>);

impl Job for Scripted {
    fn name(&self) -> &'static str {
        "scripted"
    }
    fn serves(&self) -> Arc<str> {
        "a test".into()
    }
    fn cadence(&self) -> Cadence {
        Cadence::Every(Duration::from_secs(10))
    }
    fn patience(&self) -> Duration {
        Duration::from_secs(5)
    }
    async fn step(&mut self) -> Result<(), JobError> {
        let next = self.0.lock().unwrap().pop_front();
        match next {
            Some(Step::Ok) => Ok(()),
            Some(Step::Fail) => Err(std::io::Error::other("no \x1b[31mluck").into()),
            Some(Step::Panic) => panic!("boom"),
            Some(Step::Hang) | None => std::future::pending().await,
        }
    }
}

fn run(
    script: &[Step],
) -> (
    Supervisor,
    watch::Receiver<Arc<[JobHealth]>>,
    CancellationToken,
) {
    let (out, health) = watch::channel(Arc::from([]));
    let stop = CancellationToken::new();
    let start = tokio::time::Instant::now();
    let micros = move || Timestamp(i64::try_from(start.elapsed().as_micros()).unwrap());
    let mut supervisor = Supervisor::new(out, Clock::driven(micros), stop.clone());
    supervisor.add(Scripted(Arc::new(Mutex::new(
        script.iter().copied().collect(),
    ))));
    (supervisor, health, stop)
}

async fn until(
    health: &mut watch::Receiver<Arc<[JobHealth]>>,
    wanted: impl Fn(&JobHealth) -> bool,
) -> JobHealth {
    let list = health
        .wait_for(|jobs| jobs.iter().any(&wanted))
        .await
        .unwrap();
    list[0].clone()
}

#[tokio::test(start_paused = true)]
async fn a_failure_backs_off_and_a_success_clears_it() {
    let (_keep, mut health, _stop) = run(&[Step::Fail, Step::Fail, Step::Ok]);
    let failing = until(&mut health, |h| {
        matches!(h.phase, Phase::Backoff { attempt: 2, .. })
    })
    .await;
    assert!(!failing.is_well());
    let (_, why) = failing.last_error.unwrap();
    assert!(!why.contains('\x1b'), "{why:?}");
    assert!(until(&mut health, |h| h.last_ok.is_some()).await.is_well());
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_caught_counted_and_ends_a_hopeless_job() {
    let (_keep, mut health, _stop) = run(&[Step::Panic; 5]);
    let dead = until(&mut health, |h| h.phase == Phase::Dead).await;
    assert_eq!((dead.panics, dead.is_well()), (PANICS, false));
    assert!(dead.last_error.unwrap().1.contains("boom"));
}

#[tokio::test(start_paused = true)]
async fn a_step_that_hangs_is_given_up() {
    let (_keep, mut health, _stop) = run(&[Step::Hang, Step::Ok]);
    let slow = until(&mut health, |h| h.last_error.is_some()).await;
    assert!(slow.last_error.unwrap().1.contains("no answer within"));
    until(&mut health, |h| h.last_ok.is_some()).await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_heard_in_the_middle_of_a_step() {
    let (supervisor, _health, stop) = run(&[Step::Hang]);
    stop.cancel();
    supervisor.ended().await;
}
