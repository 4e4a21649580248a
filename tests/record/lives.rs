//! A recording that is begun again: after a restored backup, on another bridge, after a failed write, by a clock that was set back.

use crate::{
    played::facts,
    stage::{PRESENT, Stage},
};
use std::path::Path;
use swarmwarden::{
    demo::{Scenario, Spec},
    domain::{Snapshot, Span, Timestamp, health::Detector},
    record::{Player, Reader, Recorder, Room, Start, Tape as _, Writer, tap},
};

fn spec(workers: usize, seed: u64) -> Spec {
    Spec {
        workers,
        seed,
        scenario: Scenario::Incident,
    }
}

fn at(seconds: i64) -> Timestamp {
    PRESENT.plus(Span::seconds(seconds))
}

fn stage(path: &Path, spec: Spec, present: Timestamp, now: Timestamp) -> Stage {
    let room = Room::default();
    Stage::later(path, spec, &Detector::ADAPTIVE, room, (present, now))
}

fn reader(path: &Path) -> Reader {
    Reader::open(path).unwrap().unwrap()
}

fn player(path: &Path) -> Player {
    Player::new(Box::new(reader(path)), Detector::ADAPTIVE).unwrap()
}

/// The words of the newest messages, and the facts.
fn shown(picture: &Snapshot) -> Shown {
    let newest = picture.messages.iter().rev().take(40);
    let newest = newest.map(|m| format!("{} {} {:?}", m.id, m.conversation, m.task));
    (newest.collect(), facts(picture))
}

type Shown = (Vec<String>, Vec<String>);
type Seen = Vec<(Timestamp, Shown)>;

/// Runs for so many seconds; what was on show every ten.
fn run(stage: &mut Stage, seconds: i64) -> Seen {
    let mut seen = Vec::new();
    let end = stage.now.plus(Span::seconds(seconds));
    while stage.now < end {
        stage.run(stage.now.plus(Span::seconds(10)));
        stage.recorder.step().unwrap();
        seen.push((stage.now, shown(&stage.picture())));
    }
    seen
}

/// The state that was written last.
fn newest(path: &Path) -> Start {
    let mut reader = reader(path);
    let at = *reader.starts().unwrap().last().unwrap();
    reader.start(at).unwrap()
}

fn plays(path: &Path, seen: &[(Timestamp, Shown)]) {
    let mut film = player(path);
    for (at, live) in seen {
        let played = shown(&film.at(*at).unwrap());
        assert_eq!(played.0, live.0, "messages at {at}");
        let differs = live.1.iter().zip(&played.1).find(|(a, b)| a != b);
        assert_eq!(differs, None, "at {at}");
    }
}

#[test]
fn a_restored_backup_is_a_life_of_its_own_with_its_whole_past() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let mut first = stage(&path, spec(9, 7), PRESENT, PRESENT);
    let mut seen = run(&mut first, 120);
    drop(first);
    let mut second = stage(&path, spec(9, 7), PRESENT, at(420));
    let known = second.picture().traffic.messages;
    let start = newest(&path);
    assert_eq!(start.begin.life, 1);
    assert_eq!(start.heads.len() as u64, known);
    seen.extend(run(&mut second, 120));
    drop(second);
    // A third run goes on in the same life, and packs the hour.
    let third = stage(&path, spec(9, 7), PRESENT, at(900));
    drop(third);
    plays(&path, &seen);
}

#[test]
fn another_bridge_with_more_messages_is_another_life() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let mut first = stage(&path, spec(4, 7), PRESENT, PRESENT);
    let mut seen = run(&mut first, 60);
    drop(first);
    let mut second = stage(&path, spec(10, 11), at(300), at(300));
    let start = newest(&path);
    assert_eq!(start.begin.life, 1);
    assert_eq!(
        start.heads.len() as u64,
        second.picture().traffic.messages,
        "of it all are kept, and of the other none"
    );
    seen.extend(run(&mut second, 60));
    plays(&path, &seen);
}

#[test]
fn a_failed_write_leaves_no_hole_in_the_messages() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let mut stage = stage(&path, spec(9, 7), PRESENT, PRESENT);
    run(&mut stage, 20);
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    stage.run(stage.now.plus(Span::seconds(60)));
    assert!(stage.recorder.step().is_err(), "it is locked");
    other.execute_batch("COMMIT").unwrap();
    stage.run(stage.now.plus(Span::seconds(20)));
    stage.recorder.step().unwrap();
    stage.begin();
    stage.recorder.step().unwrap();
    let seen = run(&mut stage, 30);
    let start = newest(&path);
    let ids: Vec<i64> = start.heads.iter().map(|head| head.id).collect();
    let all: Vec<i64> = (1..=start.begin.still.message().0).collect();
    assert_eq!(ids, all);
    assert_eq!(start.begin.life, 0);
    plays(&path, &seen);
}

#[test]
fn a_clock_that_was_set_back_writes_after_what_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let mut first = stage(&path, spec(9, 7), PRESENT, PRESENT);
    run(&mut first, 60);
    drop(first);
    let mut second = stage(&path, spec(9, 7), PRESENT, at(-20));
    run(&mut second, 120);
    let sections = reader(&path).sections().unwrap();
    assert_eq!(sections.len(), 2);
    assert!(sections[1].from > sections[0].until, "{sections:?}");
    let troubles = player(&path).survey().unwrap().troubles;
    assert!(!troubles.is_empty());
    for trouble in troubles {
        let until = trouble.until.unwrap_or(at(100));
        assert!(until >= trouble.from, "{trouble:?}");
    }
}

#[test]
fn what_was_wrong_at_the_end_of_a_run_is_over_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let mut first = stage(&path, spec(9, 7), PRESENT, PRESENT);
    run(&mut first, 60);
    drop(first);
    let end = reader(&path).sections().unwrap()[0].until;
    let open = player(&path).survey().unwrap().troubles;
    let open = open.iter().filter(|t| t.until.is_none()).count();
    assert!(open > 0);
    // Another bridge: nobody in it was wrong before.
    let _second = stage(&path, spec(4, 11), at(600), at(600));
    let troubles = player(&path).survey().unwrap().troubles;
    let over = troubles
        .iter()
        .filter(|t| t.until == Some(Timestamp(end * 1_000)));
    assert_eq!(over.count(), open, "{troubles:?}");
}

#[test]
fn a_file_is_not_moved_away_under_who_writes_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let writes = Writer::open(&path, Room::default()).unwrap().unwrap();
    let (_tap, spout) = tap("other".into());
    std::fs::write(&path, vec![0x41; 8_192]).unwrap();
    let mut other = Recorder::new(path.clone(), Room::default(), Detector::ADAPTIVE, spout);
    other.step().unwrap();
    assert!(!dir.path().join("a.seen.damaged").exists());
    drop(writes);
    // Who wrote it may have mended it.
    std::fs::write(&path, vec![0x41; 8_192]).unwrap();
    other.step().unwrap();
    assert!(dir.path().join("a.seen.damaged").exists());
}

#[test]
fn a_full_file_keeps_recording_and_forgets_its_beginning() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    let room = Room {
        bytes: 40 << 10,
        ..Room::default()
    };
    let spec = spec(9, 7);
    let mut stage = Stage::new(&path, spec, &Detector::ADAPTIVE, room);
    run(&mut stage, 900);
    let found = player(&path).survey().unwrap();
    assert!(found.from > PRESENT, "before the hour is over");
    let last = player(&path).at(stage.now).unwrap();
    assert_eq!(facts(&last), facts(&stage.picture()));
}
