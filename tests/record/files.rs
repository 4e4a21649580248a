//! The file: what a crash leaves, what is dropped, who writes.

use crate::stage::{PRESENT, Stage};
use std::path::{Path, PathBuf};
use swarmwarden::{
    demo::{Scenario, Spec},
    domain::{Span, Timestamp, health::Detector},
    record::{Player, Reader, RecordError, Recorder, Room, Writer, tap},
};

fn spec() -> Spec {
    Spec {
        workers: 3,
        seed: 5,
        scenario: Scenario::Calm,
    }
}

fn stage(path: &Path, room: Room) -> Stage {
    Stage::new(path, spec(), &Detector::ADAPTIVE, room)
}

fn player(path: &Path) -> Player {
    let reader = Reader::open(path).unwrap().unwrap();
    Player::new(Box::new(reader), Detector::ADAPTIVE).unwrap()
}

/// Rows until then, written every two seconds; nobody looks at them.
fn record(stage: &mut Stage, until: Timestamp) {
    record_every(stage, until, 2);
}

/// The same for a long time, written every few minutes.
fn record_long(stage: &mut Stage, until: Timestamp) {
    record_every(stage, until, 300);
}

fn record_every(stage: &mut Stage, until: Timestamp, seconds: i64) {
    while stage.next() <= until {
        let next = stage.next().plus(Span::seconds(seconds));
        while stage.next() <= next {
            stage.row_unseen();
        }
        stage.recorder.step().unwrap();
    }
}

/// What a process that is killed now would leave: the bytes as the operating system has them.
fn killed(path: &Path, dir: &Path, n: usize) -> PathBuf {
    let copy = dir.join(format!("killed-{n}.seen"));
    for suffix in ["", "-wal"] {
        let with = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        if with(path).exists() {
            std::fs::copy(with(path), with(&copy)).unwrap();
        }
    }
    copy
}

#[test]
fn a_process_that_is_killed_at_any_moment_leaves_a_file_that_plays() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let mut stage = stage(&path, Room::default());
    for n in 0..24 {
        // Over the end of an hour, which packs it.
        record(&mut stage, PRESENT.plus(Span::seconds(30 * (n + 1))));
        let copy = killed(&path, dir.path(), usize::try_from(n).unwrap());
        let mut player = player(&copy);
        let found = player.survey().unwrap();
        assert!(
            stage.now.since(found.to) <= Span::seconds(12),
            "{} {}",
            stage.now,
            found.to
        );
        let shown = player.at(found.to).unwrap();
        assert_eq!(shown.workers.len(), 3);
        // And who comes after it goes on: in a time of its own.
        let mut writer = Writer::open(&copy, Room::default()).unwrap().unwrap();
        writer.write(&[], 0).unwrap();
    }
}

#[test]
fn a_log_that_is_cut_anywhere_costs_its_end_and_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let mut stage = stage(&path, Room::default());
    record(&mut stage, PRESENT.plus(Span::seconds(60)));
    let wal = PathBuf::from(format!("{}-wal", path.display()));
    let whole = std::fs::read(&wal).unwrap();
    let mut last = Timestamp(0);
    for n in 1..=12 {
        let copy = killed(&path, dir.path(), n);
        let cut = whole.len() * n / 12;
        std::fs::write(format!("{}-wal", copy.display()), &whole[..cut]).unwrap();
        match Reader::open(&copy).and_then(|reader| match reader {
            Some(reader) => Player::new(Box::new(reader), Detector::ADAPTIVE).map(Some),
            None => Ok(None),
        }) {
            Ok(Some(mut player)) => {
                let to = player.survey().unwrap().to;
                assert!(to >= last, "more of it shows more");
                last = to;
                player.at(to).unwrap();
            }
            Ok(None) | Err(RecordError::Empty) => assert!(last == Timestamp(0)),
            Err(error) => panic!("{error}"),
        }
    }
    assert!(stage.now.since(last) <= Span::seconds(12));
}

#[test]
fn what_is_older_than_is_kept_is_dropped_and_the_rest_plays() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let keep = Span::seconds(5 * 3_600);
    let mut stage = stage(
        &path,
        Room {
            keep,
            bytes: 256 << 20,
        },
    );
    let end = PRESENT.plus(Span::seconds(20 * 3_600));
    record_long(&mut stage, end);
    let mut player = player(&path);
    let found = player.survey().unwrap();
    let kept = end.since(found.from);
    // To the last state before, of which there is one every six hours, and the hour that is not over.
    assert!(kept >= keep && kept <= Span::seconds(13 * 3_600), "{kept}");
    let shown = player.at(found.from).unwrap();
    assert_eq!(shown.at, found.from);
    assert!(shown.traffic.messages > 100, "the totals stay");
    let before = player.at(PRESENT).unwrap();
    assert_eq!(before.at, found.from, "before it, the beginning is shown");
    assert!(player.at(end).unwrap().traffic.messages > shown.traffic.messages);
}

#[test]
fn a_file_that_is_too_large_loses_its_oldest_part() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let bytes = 240 << 10;
    let room = Room {
        bytes,
        ..Room::default()
    };
    let mut stage = stage(&path, room);
    record_long(&mut stage, PRESENT.plus(Span::seconds(20 * 3_600)));
    let mut player = player(&path);
    let found = player.survey().unwrap();
    assert!(found.from > PRESENT.plus(Span::seconds(3_600)));
    player.at(found.from).unwrap();
    let now = stage.now;
    drop(stage);
    let size = std::fs::metadata(&path).unwrap().len();
    // The present hour, and the log of the last transactions.
    assert!(size < bytes + (700 << 10), "{size} until {now}");
}

#[test]
fn one_writes_and_the_others_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let stage = stage(&path, Room::default());
    assert!(Writer::open(&path, Room::default()).unwrap().is_none());
    let (_tap, spout) = tap("other".into());
    let mut other = Recorder::new(path.clone(), Room::default(), Detector::ADAPTIVE, spout);
    other.step().unwrap();
    assert!(player(&path).survey().is_ok());
    drop(stage);
    assert!(Writer::open(&path, Room::default()).unwrap().is_some());
}

#[test]
fn a_damaged_file_is_moved_aside_and_a_new_one_begins() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    std::fs::write(&path, vec![0x41; 8_192]).unwrap();
    assert!(matches!(
        Reader::open(&path),
        Err(RecordError::Damaged { .. })
    ));
    let _stage = stage(&path, Room::default());
    assert!(dir.path().join("a.seen.damaged").exists());
    assert!(player(&path).survey().is_ok());
}

#[test]
fn what_could_not_be_taken_is_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let mut stage = stage(&path, Room::default());
    record(&mut stage, PRESENT.plus(Span::seconds(30)));
    // Nobody writes: the queue is full, and the reader is not held up.
    let mut rows = 0;
    while stage.recorder.lost() == 0 {
        stage.row();
        rows += 1;
        assert!(rows < 100_000);
    }
    for _ in 0..100 {
        stage.row();
    }
    stage.recorder.step().unwrap();
    let now = stage.now;
    stage.swarm.evaluate(now);
    stage.begin();
    for _ in 0..100 {
        stage.row();
    }
    stage.recorder.step().unwrap();
    let mut player = player(&path);
    let found = player.survey().unwrap();
    assert_eq!(found.gaps.len(), 1, "{:?}", found.gaps);
    let last = player.at(found.to).unwrap();
    assert_eq!(last.traffic.messages, stage.picture().traffic.messages);
    // In the gap, the instant before it is shown.
    let (from, until) = found.gaps[0];
    let inside = Timestamp(from.0.midpoint(until.0));
    assert_eq!(player.at(inside).unwrap().at, from);
}

#[test]
fn a_second_run_goes_on_after_a_gap_and_stores_no_message_twice() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let mut first = stage(&path, Room::default());
    record(&mut first, PRESENT.plus(Span::seconds(120)));
    drop(first);
    let heads = || -> i64 {
        let db = rusqlite::Connection::open(&path).unwrap();
        db.query_row("SELECT sum(last - first + 1) FROM heads", [], |row| {
            row.get(0)
        })
        .unwrap()
    };
    let before = heads();
    let second = stage(&path, Room::default());
    // The same past, read again; and what the first had in its last hour is packed.
    assert!(heads() >= before);
    let mut player = player(&path);
    let found = player.survey().unwrap();
    let shown = player.at(found.to).unwrap();
    assert_eq!(
        shown.traffic.messages,
        second.swarm.cursor().message.unsigned_abs()
    );
}
