//! Pauses, a bridge that is away and a restart, through the engine.

use super::{Bench, at, whole};
use crate::{
    domain::{Mode, Side, Snapshot, Span, State, health::Detector},
    engine::job::recall,
    store::{Sidecar, StoreError},
};
use std::{
    path::Path,
    sync::{Arc, Mutex, atomic::Ordering},
};

fn silent(s: &Snapshot) -> bool {
    s.states.of(State::Silent) == 1
}

/// A bench whose clock of pauses runs with the one that is shown.
fn alert() -> Bench {
    Bench::with(Mode::Live, Detector::FIXED, None, |clock, now| {
        clock.with_steady(move || Span(now.load(Ordering::Relaxed)), || Span(0))
    })
}

#[tokio::test]
async fn after_a_pause_of_ours_nobody_is_called_silent_before_two_periods() {
    let mut bench = alert();
    bench.until(whole).await;
    let move_to = |bench: &Bench, s: i64| bench.now.store(at(s).0, Ordering::Relaxed);
    for s in (4..=72).step_by(4) {
        move_to(&bench, s);
        bench.until(|snapshot| snapshot.at == at(s)).await;
    }
    move_to(&bench, 4_000);
    let paused = bench.until(|s| s.observer.paused == Some(at(4_000))).await;
    assert!(!silent(&paused), "{:?}", paused.workers[0].verdict);
    assert!(paused.workers[0].as_of.is_some());
    for s in (4_004..=4_064).step_by(4) {
        move_to(&bench, s);
        bench.until(|snapshot| snapshot.at == at(s)).await;
    }
    bench.until(silent).await;
}

#[tokio::test]
async fn while_the_bridge_cannot_be_read_nobody_falls_and_ages_restart_with_it() {
    let mut bench = Bench::start(Mode::Live);
    bench.until(whole).await;
    bench.now.store(at(100).0, Ordering::Relaxed);
    bench.until(|s| s.states.of(State::Suspect) == 1).await;
    bench.store.fail(|| StoreError::Busy {
        path: "memory".into(),
    });
    bench.until(|s| s.source.error.is_some()).await;
    bench.now.store(at(1_000).0, Ordering::Relaxed);
    let down = bench.until(|s| s.observer.down.is_some()).await;
    assert_eq!(down.states.of(State::Suspect), 1);
    bench.store.heal();
    let back = bench.until(|s| s.observer.down.is_none()).await;
    assert!(!silent(&back));
    bench.now.store(at(1_299).0, Ordering::Relaxed);
    bench.until(|s| s.states.of(State::Suspect) == 1).await;
    // Up to twice the limit: failures make us careful.
    bench.now.store(at(1_601).0, Ordering::Relaxed);
    bench.until(silent).await;
}

#[tokio::test]
async fn what_was_learned_is_written_at_the_latest_when_the_engine_stops() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Sidecar::open(dir.path(), Path::new("bridge.db"), at(0)).unwrap();
    let memory = Arc::new(Mutex::new(open()));
    let mut bench = Bench::with(Mode::Live, Detector::ADAPTIVE, Some(memory), |clock, _| {
        clock
    });
    bench.until(whole).await;
    for n in 1..=8 {
        bench.now.store(at(n * 20).0, Ordering::Relaxed);
        bench
            .store
            .beat(&bench.worker, Side::B, "working", at(n * 20));
        bench
            .until(|s| s.workers[0].heartbeat == Some(at(n * 20)))
            .await;
    }
    let period = |s: &Snapshot| s.workers[0].limits.period;
    let seen = bench.until(|s| period(s) == Span::seconds(20)).await;
    assert_eq!(period(&seen), Span::seconds(20));
    // Handed over every five seconds, hence not before the next look.
    bench.now.store(at(170).0, Ordering::Relaxed);
    bench.until(|s| s.at == at(170)).await;
    bench.engine.stop().await;
    let habits = recall(&open()).unwrap();
    let habit = &habits[bench.worker.raw()];
    assert!((habit.rhythm.period() - 20.0).abs() < 1e-3);
    assert_eq!(habit.rhythm.learned(), 7);
}
