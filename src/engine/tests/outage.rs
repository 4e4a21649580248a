//! Ten minutes without a database, with a watchdog that may do everything: nothing is moved, and one thing is told.

use super::*;
use crate::{
    domain::{alert::Why, watchdog::Policy},
    engine::job::Warding,
};

/// Five workers who beat, the first with a task, and a watchdog that may move it.
fn guarded() -> Bench {
    let edit = |plan: &mut Plan, store: &MemoryStore| {
        for n in 2..=5 {
            let role = format!("worker-{n}-tests");
            let worker = store.conversation(&format!("conv_{n}"), &role, at(-600));
            store.send(&worker, Side::B, "hello", at(-300));
        }
        let assign = r#"{"type":"task_assignment","task_id":"T-1","description":"d"}"#;
        store.send(&"conv_1".into(), Side::A, assign, at(-100));
        store.fetch(&"conv_1".into(), Side::B, at(-90));
        let accepted = r#"{"type":"acknowledgment","task_id":"T-1"}"#;
        store.send(&"conv_1".into(), Side::B, accepted, at(-80));
        beat(store, 0);
        plan.warding = Some(Warding {
            policy: Policy::Auto,
            actor: "watchdog@desk".into(),
            bridge: None,
            fallback: None,
            claims: None,
            random: Arc::new(|| [7, 9]),
        });
    };
    Bench::edited(Mode::Live, Detector::FIXED, None, |clock, _| clock, edit)
}

fn beat(store: &MemoryStore, seconds: i64) {
    for n in 1..=5 {
        let worker = format!("conv_{n}").as_str().into();
        store.beat(&worker, Side::B, "working", at(seconds));
    }
}

/// Kinds and reasons of everything that people were told.
fn told(s: &Snapshot) -> Vec<(String, Why)> {
    let told = s.events.iter().filter_map(|e| match &e.what {
        Happening::Notified(n) => Some(n),
        _ => None,
    });
    told.flat_map(|n| n.alerts.iter().map(|a| (a.kind.to_string(), n.why)))
        .collect()
}

#[tokio::test]
async fn ten_minutes_without_a_database_move_nothing_and_are_told_once() {
    let mut bench = guarded();
    let before = bench.until(whole).await;
    assert_eq!(before.tasks[0].generation, 1);
    for s in [20, 40, 60, 80] {
        bench.now.store(at(s).0, Ordering::Relaxed);
        beat(&bench.store, s);
        bench
            .until(|p| p.workers.iter().all(|w| w.heartbeat == Some(at(s))))
            .await;
    }
    bench.store.fail(|| StoreError::Busy {
        path: "memory".into(),
    });
    bench.until(|s| s.source.error.is_some()).await;
    bench.now.store(at(100).0, Ordering::Relaxed);
    bench.until(|s| s.observer.down.is_some()).await;
    bench.now.store(at(120).0, Ordering::Relaxed);
    bench.until(|s| !told(s).is_empty()).await;
    bench.now.store(at(680).0, Ordering::Relaxed);
    let down = bench.until(|s| s.at == at(680)).await;
    assert_eq!(told(&down), [("bridge-down".to_owned(), Why::Fired)]);
    let kinds: Vec<_> = down.alerts.iter().map(|a| &*a.kind).collect();
    assert_eq!(kinds, ["bridge-down"]);
    assert_eq!(down.states.of(State::Silent), 0);

    bench.store.heal();
    bench.until(|s| s.observer.down.is_none()).await;
    beat(&bench.store, 681);
    for s in [690, 720] {
        bench.now.store(at(s).0, Ordering::Relaxed);
        bench.until(|p| p.at == at(s)).await;
    }
    let after = bench
        .until(|s| s.alerts.iter().all(|a| !a.status.is_active()))
        .await;
    let task = after.tasks.iter().find(|t| t.id.raw() == "T-1").unwrap();
    assert_eq!((task.generation, task.holders.len()), (1, 1));
    assert_eq!(
        after.cursor.message, before.cursor.message,
        "no row of ours"
    );
    assert_eq!(after.states.of(State::Silent), 0);
    let fired = told(&after)
        .into_iter()
        .filter(|(_, why)| *why == Why::Fired);
    assert_eq!(fired.count(), 1);
}
