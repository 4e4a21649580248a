use super::{Attempt, Books, End, FULL, LOG, Scribe};
use crate::{
    domain::{MessageId, Timestamp, audit::Link},
    store::Sidecar,
};
use serde_json::Value;
use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_763_050_080_000_000);

fn books(dir: &TempDir) -> Books {
    Books::new(&dir.path().join("state"), Path::new("bridge.db"))
}

fn attempt(n: u64, end: End) -> Attempt {
    Attempt {
        at: NOW,
        actor: "ann@desk".into(),
        op: format!("op-{n}").into(),
        action: "fence",
        headline: format!("Fence T-{n}"),
        task: Some(format!("T-{n}")),
        worker: None,
        generations: [("T-1".into(), 2)].into(),
        end,
    }
}

fn written(seq: u64, hash: &str) -> End {
    let link = Link {
        seq,
        hash: hash.into(),
    };
    End::Written(vec![MessageId(7), MessageId(8)], link)
}

fn lines(dir: &TempDir) -> Vec<Value> {
    let raw = fs::read_to_string(dir.path().join("state").join(LOG)).unwrap();
    raw.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn every_attempt_is_a_line_that_only_its_owner_reads() {
    let dir = TempDir::new().unwrap();
    let books = books(&dir);
    books.note(&attempt(1, written(1, "aa")));
    books.note(&attempt(2, End::Already));
    let token = "0123456789abcdef".repeat(4);
    let why = format!("moved\nby \u{1b}[31mbob, token={token}");
    books.note(&attempt(3, End::Refused(why)));
    let all = lines(&dir);
    let results: Vec<_> = all.iter().map(|l| l["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["written", "already", "refused"]);
    assert_eq!(all[0]["rows"], serde_json::json!([7, 8]));
    assert_eq!(
        (&all[0]["time"], &all[0]["actor"], &all[0]["task"]),
        (
            &"2025-11-13T16:08:00Z".into(),
            &"ann@desk".into(),
            &"T-1".into()
        )
    );
    let why = all[2]["why"].as_str().unwrap();
    assert!(why.starts_with("moved") && !why.contains('\u{1b}'), "{why}");
    assert!(!why.contains(&token), "{why}");
    let log = fs::metadata(dir.path().join("state").join(LOG)).unwrap();
    assert_eq!(log.permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_full_log_gives_way_to_a_new_one() {
    let dir = TempDir::new().unwrap();
    let books = books(&dir);
    books.note(&attempt(1, End::Already));
    let log = dir.path().join("state").join(LOG);
    File::options()
        .write(true)
        .open(&log)
        .unwrap()
        .set_len(FULL)
        .unwrap();
    books.note(&attempt(2, End::Already));
    let all = lines(&dir);
    assert_eq!((all.len(), &all[0]["op"]), (1, &"op-2".into()));
    assert_eq!(
        fs::metadata(log.with_extension("ndjson.1")).unwrap().len(),
        FULL
    );
}

#[test]
fn what_was_written_is_remembered_and_what_was_not_is_not() {
    let dir = TempDir::new().unwrap();
    let books = books(&dir);
    books.note(&attempt(1, written(1, "aa")));
    books.note(&attempt(1, written(2, "bb")));
    books.note(&attempt(2, End::Refused("no".to_owned())));
    let state = dir.path().join("state");
    let memory = Sidecar::existing(&state, Path::new("bridge.db"))
        .unwrap()
        .unwrap();
    let head = &memory.heads().unwrap()["ann@desk"];
    assert_eq!((head.seq, &*head.hash), (2, "bb"));
    assert_eq!(memory.generations().unwrap(), [("T-1".into(), 2)].into());
}

#[test]
fn a_chain_that_begins_again_below_its_end_does_not_hide_that_it_was_cut() {
    let dir = TempDir::new().unwrap();
    let mut memory = Sidecar::open(dir.path(), Path::new("bridge.db"), NOW).unwrap();
    let mut keep = |seq, hash: &str| {
        let link = Link {
            seq,
            hash: hash.into(),
        };
        memory.keep_head("ann", &link).unwrap();
        memory.heads().unwrap()["ann"].clone()
    };
    keep(1, "a1");
    assert_eq!(keep(5, "a5").seq, 5);
    assert_eq!(keep(5, "a5").seq, 5, "the same again is no cut");
    assert_eq!(keep(6, "a6").seq, 6);
    for (seq, hash) in [(4, "b4"), (5, "b5"), (6, "b6"), (7, "b7")] {
        let head = keep(seq, hash);
        assert_eq!((head.seq, &*head.hash), (6, "a6"));
    }
}

#[test]
fn the_scribe_has_written_everything_when_it_is_gone() {
    let dir = TempDir::new().unwrap();
    let scribe = Scribe::start(books(&dir)).unwrap();
    for n in 0..20 {
        scribe.note(attempt(n, End::Already));
    }
    drop(scribe);
    assert_eq!(lines(&dir).len(), 20);
}

#[test]
fn a_place_that_cannot_be_written_stops_nothing() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("state"), "a file").unwrap();
    books(&dir).note(&attempt(1, written(1, "aa")));
}
