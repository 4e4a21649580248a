//! The past of a demo, on record before anybody looked.

use crate::stage::PRESENT;
use swarmwarden::{
    demo::{Demo, Past, Scenario, Spec},
    domain::{
        Cursor, Seen, Span, Swarm,
        health::{Detector, State},
    },
    record::{Backlog, Player, Reader, Recorder, Room, Tape as _, tap},
    store::{SqliteStore, Store as _},
};

const SPEC: Spec = Spec {
    workers: 12,
    seed: 7,
    scenario: Scenario::Incident,
};

#[test]
fn one_can_go_back_before_the_crash_of_its_incident() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let room = Room::default();
    let open = || Backlog::open(path.clone(), room, Detector::ADAPTIVE, "demo.db".into()).unwrap();
    let backlog = open().unwrap();
    assert!(open().is_none(), "nobody else records meanwhile");
    backlog
        .fill(Past::new(SPEC, PRESENT), PRESENT, || false)
        .unwrap();
    let reader = Reader::open(&path).unwrap().unwrap();
    let mut player = Player::new(Box::new(reader), Detector::ADAPTIVE).unwrap();
    let found = player.survey().unwrap();
    assert!(found.to.since(found.from) >= Span::seconds(44 * 60));
    assert_eq!(found.to, PRESENT);
    assert!(!found.troubles.is_empty() && found.gaps.is_empty());
    let state = |player: &mut Player, minutes: i64| {
        let shown = player
            .at(PRESENT.plus(Span::seconds(-60 * minutes)))
            .unwrap();
        let worker = shown
            .workers
            .iter()
            .find(|w| w.id.to_string().starts_with("worker-3"));
        worker.unwrap().verdict.state
    };
    assert_eq!(state(&mut player, 10), State::Healthy);
    assert_ne!(state(&mut player, 0), State::Healthy, "it is silent now");
    // The verdicts of its beginning are those of a swarm that is well.
    let early = player.at(PRESENT.plus(Span::seconds(-41 * 60))).unwrap();
    assert!(early.workers.len() == 12 && early.problems.is_empty());
}

#[test]
fn the_engine_goes_on_in_it_as_with_the_same_bridge() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let bridge = dir.path().join("bridge.db");
    drop(Demo::backfill(&bridge, SPEC, PRESENT).unwrap());
    let room = Room::default();
    let backlog = Backlog::open(path.clone(), room, Detector::ADAPTIVE, "demo.db".into());
    let past = Past::new(SPEC, PRESENT);
    backlog
        .unwrap()
        .unwrap()
        .fill(past, PRESENT, || false)
        .unwrap();
    // Read as an engine reads it.
    let (mut tap, spout) = tap("demo.db".into());
    let mut recorder = Recorder::new(path.clone(), room, Detector::ADAPTIVE, spout);
    recorder.step().unwrap();
    let mut store = SqliteStore::open(&bridge).unwrap();
    let mut swarm = Swarm::new(Detector::ADAPTIVE, None);
    let changes = store.changes(&Cursor::default(), 100_000, &[]).unwrap();
    tap.page(&changes);
    swarm.apply(changes, Seen::Recorded);
    tap.begin(&swarm, PRESENT, 0, || None);
    recorder.step().unwrap();
    let mut reader = Reader::open(&path).unwrap().unwrap();
    let starts = reader.starts().unwrap();
    let start = reader.start(*starts.last().unwrap()).unwrap();
    assert_eq!(start.begin.life, 0, "it is known again");
    let message = start.begin.still.message().0;
    assert_eq!(start.heads.len(), usize::try_from(message).unwrap());
}
