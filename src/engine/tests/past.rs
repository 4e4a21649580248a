//! What an engine saw is kept, and shown again at any instant, while it goes on.

use super::*;
use crate::{
    domain::{Travel, WorkerId},
    engine::job::Keepsake,
    record::Room,
};

fn recording(dir: &std::path::Path) -> Bench {
    let path = dir.join("a.seen");
    Bench::edited(
        Mode::Live,
        Detector::FIXED,
        None,
        |clock, _| clock,
        move |plan, _| {
            let room = Some(Room::default());
            plan.record = Some(Keepsake { path, room });
        },
    )
}

async fn moment(bench: &mut Bench, travel: Travel) -> Arc<Snapshot> {
    match bench.ask(Command::Travel(travel)).await {
        Reply::Moment(moment) => moment.0,
        other => panic!("{other:?}"),
    }
}

async fn reach(bench: &mut Bench, until: Timestamp) {
    loop {
        if let Reply::Recording(found) = bench.ask(Command::Travel(Travel::Survey)).await
            && found.to >= until
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn any_instant_is_shown_again_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = recording(dir.path());
    let first = bench.until(whole).await;
    // Recorded from here on, at the latest.
    reach(&mut bench, first.at).await;
    bench.now.store(at(60).0, Ordering::Relaxed);
    bench.store.beat(&bench.worker, Side::B, "working", at(60));
    bench
        .until(|s| s.workers[0].heartbeat == Some(at(60)))
        .await;
    bench
        .store
        .send(&bench.worker, Side::B, "sixty seconds on", at(61));
    bench.now.store(at(61).0, Ordering::Relaxed);
    let then = bench.until(|s| s.traffic.messages == 301).await;
    bench.now.store(at(500).0, Ordering::Relaxed);
    let last = bench
        .until(|s| s.at == at(500) && s.states.of(State::Silent) == 1)
        .await;
    reach(&mut bench, at(500)).await;
    let shown = moment(&mut bench, Travel::To(at(61))).await;
    assert_eq!(shown.source.mode, Mode::Recorded(at(61)));
    assert_eq!(shown.at, at(61));
    assert_eq!((shown.states, shown.traffic), (then.states, then.traffic));
    assert_eq!(shown.messages.back(), then.messages.back());
    assert_eq!(shown.workers[0].id, WorkerId::from("worker-1-tests"));
    let shown = moment(&mut bench, Travel::To(at(500))).await;
    assert_eq!(
        (shown.states, &shown.problems),
        (last.states, &last.problems)
    );
    let back = Travel::Step {
        from: at(400),
        back: true,
    };
    assert_eq!(moment(&mut bench, back).await.at, at(61));
    let back = Travel::Step {
        from: at(61),
        back: true,
    };
    let before = moment(&mut bench, back).await;
    assert_eq!((before.at, before.traffic.messages), (at(60), 300));
    let on = Travel::Step {
        from: at(60),
        back: false,
    };
    assert_eq!(moment(&mut bench, on).await.at, at(61));
    bench.engine.stop().await;
}
