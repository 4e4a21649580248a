use super::{Job, Open, Opened, Refresh, Wires};
use crate::{
    domain::{DataState, Mode, Schema, Side, Snapshot, Span, Timestamp, health::Detector},
    engine::{Clock, View, alarm::Alarm},
    store::MemoryStore,
};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

const NOW: Timestamp = Timestamp(1_763_050_080_000_000);

fn job(store: &MemoryStore) -> (Refresh, watch::Receiver<Arc<Snapshot>>) {
    let opened = store.clone();
    let open: Open = Arc::new(move || {
        Ok(Opened {
            store: Box::new(opened.clone()),
            watch: None,
        })
    });
    let (out, seen) = watch::channel(Arc::default());
    let (_, repo) = watch::channel(None);
    let (_, asks) = mpsc::channel(1);
    let (replies, _) = mpsc::channel(1);
    let wires = Wires {
        slate: crate::engine::job::Slate::default(),
        notes: Vec::new(),
        out,
        repo,
        asks,
        replies,
        poker: Arc::default(),
        alarm: Alarm::new(None),
        taps: crate::engine::travel::Taps::default(),
    };
    let view = View {
        mode: Mode::Live,
        detector: Detector::FIXED,
        habits: Arc::default(),
        floors: Arc::default(),
    };
    (
        Refresh::new(open, "memory".into(), view, Clock::driven(|| NOW), wires),
        seen,
    )
}

#[tokio::test]
async fn the_newest_come_first_and_the_history_follows() {
    let store = MemoryStore::new(Schema::Bridge);
    let worker = store.conversation("conv_1", "worker-1", NOW.plus(Span::seconds(-600)));
    for n in 0..300 {
        store.send(
            &worker,
            Side::B,
            &format!("line {n}"),
            NOW.plus(Span::seconds(n - 400)),
        );
    }
    let (mut job, seen) = job(&store);
    job.step().await.unwrap();
    let first = seen.borrow().clone();
    assert_eq!((first.messages.len(), first.workers.len()), (200, 1));
    assert!(matches!(first.source.state(NOW), DataState::Folding(_)));
    job.step().await.unwrap();
    let whole = seen.borrow().clone();
    assert_eq!(
        (whole.messages.len(), whole.source.state(NOW)),
        (300, DataState::Live)
    );
    store.send(&worker, Side::B, "news", NOW);
    job.step().await.unwrap();
    assert_eq!(seen.borrow().traffic.messages, 301);
}
