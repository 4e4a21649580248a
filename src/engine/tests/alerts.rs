//! Alerts of a running engine: fired by time, taken by an operator, kept over a restart.

use super::*;
use crate::{
    domain::{
        AlertOrder,
        alert::{Alert, Matcher, Status},
    },
    engine::job::Memory,
    store::Sidecar,
};
use std::{path::Path, sync::Mutex};

const KEY: &str = "silent/conv_1";

fn alert<'a>(s: &'a Snapshot, key: &str) -> Option<&'a Alert> {
    s.alerts.iter().find(|a| &*a.key == key).map(|a| &**a)
}

fn is(s: &Snapshot, status: Status) -> bool {
    alert(s, KEY).is_some_and(|a| a.status == status)
}

fn ack() -> Command {
    Command::Alert {
        by: "ann@desk".into(),
        order: AlertOrder::Ack {
            keys: vec![KEY.into()],
            note: "on it".into(),
        },
    }
}

fn memory(dir: &Path) -> Memory {
    Arc::new(Mutex::new(
        Sidecar::open(dir, Path::new("bridge.db"), at(0)).unwrap(),
    ))
}

#[tokio::test]
async fn a_silent_worker_is_an_alert_that_can_be_taken() {
    let mut bench = Bench::start(Mode::Live);
    bench.until(whole).await;
    bench.now.store(at(400).0, Ordering::Relaxed);
    let fired = bench.until(|s| is(s, Status::Firing)).await;
    let edge = |e: &Arc<Event>| matches!(&e.what, Happening::Alert(a, _) if &*a.key == KEY);
    assert!(fired.events.iter().any(edge));
    assert_eq!(
        bench.ask(ack()).await,
        Reply::Done("acked silent worker-1-tests".to_owned())
    );
    let acked = bench.until(|s| is(s, Status::Acked)).await;
    let ack = alert(&acked, KEY).and_then(|a| a.ack.clone()).unwrap();
    assert_eq!((&*ack.by, &*ack.note), ("ann@desk", "on it"));
    let told = |e: &Arc<Event>| matches!(&e.what, Happening::Alert(a, Some(Status::Firing)) if a.status == Status::Acked);
    bench.until(|s| s.events.iter().any(told)).await;
}

#[tokio::test]
async fn notifications_are_among_the_events() {
    let mut bench = Bench::start(Mode::Live);
    bench.until(whole).await;
    bench.now.store(at(400).0, Ordering::Relaxed);
    bench.until(|s| is(s, Status::Firing)).await;
    bench.now.store(at(411).0, Ordering::Relaxed);
    let told = |e: &Arc<Event>| matches!(&e.what, Happening::Notified(n) if n.fresh.len() == 1);
    bench.until(|s| s.events.iter().any(told)).await;
}

#[tokio::test]
async fn what_is_gone_cannot_be_taken() {
    let mut bench = Bench::start(Mode::Live);
    bench.until(whole).await;
    let reply = bench.ask(ack()).await;
    let Reply::Refused(why) = reply else {
        panic!("{reply:?}")
    };
    assert_eq!(why.to_string(), format!("there is no alert {KEY} any more"));
}

#[tokio::test]
async fn an_alert_can_be_taken_while_the_bridge_cannot_be_read() {
    let mut bench = Bench::start(Mode::Live);
    bench.until(whole).await;
    bench.now.store(at(400).0, Ordering::Relaxed);
    bench.until(|s| is(s, Status::Firing)).await;
    bench.store.fail(|| StoreError::Busy {
        path: "memory".into(),
    });
    bench.until(|s| s.source.error.is_some()).await;
    bench.ask(ack()).await;
    bench
        .until(|s| alert(s, KEY).is_some_and(|a| a.ack.is_some()))
        .await;
}

#[tokio::test]
async fn a_mute_hides_and_comes_back_when_it_is_ended() {
    let mut bench = Bench::start(Mode::Live);
    bench.until(whole).await;
    bench.now.store(at(400).0, Ordering::Relaxed);
    bench.until(|s| is(s, Status::Firing)).await;
    let matcher = Matcher::one(KEY.into());
    let order = |order| Command::Alert {
        by: "ann".into(),
        order,
    };
    let mute = AlertOrder::Silence {
        matcher: matcher.clone(),
        until: at(1_000),
        comment: "deploy".into(),
    };
    bench.ask(order(mute)).await;
    let muted = bench.until(|s| is(s, Status::Silenced)).await;
    assert_eq!(muted.silences.len(), 1);
    bench.ask(order(AlertOrder::Unsilence { matcher })).await;
    bench.until(|s| is(s, Status::Firing)).await;
}

#[tokio::test]
async fn who_has_an_alert_survives_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::with(
        Mode::Live,
        Detector::FIXED,
        Some(memory(dir.path())),
        |clock, _| clock,
    );
    bench.until(whole).await;
    bench.now.store(at(400).0, Ordering::Relaxed);
    bench.until(|s| is(s, Status::Firing)).await;
    bench.ask(ack()).await;
    let before = bench.until(|s| is(s, Status::Acked)).await;
    bench.engine.stop().await;

    let mut again = Bench::with(
        Mode::Live,
        Detector::FIXED,
        Some(memory(dir.path())),
        |clock, _| clock,
    );
    again.now.store(at(405).0, Ordering::Relaxed);
    let after = again.until(|s| whole(s) && !s.alerts.is_empty()).await;
    let life = |s: &Snapshot| alert(s, KEY).map(|a| (a.status, a.fired, a.ack.clone()));
    assert_eq!(life(&after), life(&before));
    let news = |e: &Arc<Event>| matches!(e.what, Happening::Alert(..) | Happening::Notified(_));
    assert!(!after.events.iter().any(news), "nothing is told twice");
}

#[tokio::test]
async fn a_memory_that_cannot_be_read_is_a_failing_job_and_no_loss() {
    let dir = tempfile::tempdir().unwrap();
    let memory = memory(dir.path());
    let file = Sidecar::place(dir.path(), Path::new("bridge.db"));
    let other = rusqlite::Connection::open(file).unwrap();
    other.execute_batch("DROP TABLE alerts").unwrap();
    drop(other);
    let mut bench = Bench::with(Mode::Live, Detector::FIXED, Some(memory), |clock, _| clock);
    bench.until(whole).await;
    bench.now.store(at(400).0, Ordering::Relaxed);
    bench.until(|s| is(s, Status::Firing)).await;
    let jobs = bench.ports.jobs.borrow().clone();
    let keeper = jobs.iter().find(|j| j.name == "alerts").unwrap();
    assert!(keeper.last_error.is_some(), "{keeper:?}");
}

#[tokio::test]
async fn the_past_has_no_alerts() {
    let mut bench = Bench::start(Mode::Recorded(at(0)));
    let past = bench.until(whole).await;
    assert_eq!((past.workers.len(), past.alerts.len()), (1, 0));
}
