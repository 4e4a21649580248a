//! What outlasts a run of the recorder: a trouble that goes on, and an incident that spans several runs.

use crate::{
    played::facts,
    stage::{PRESENT, Stage},
};
use std::{fs, io::Cursor, path::Path};
use swarmwarden::{
    demo::{Scenario, Spec},
    domain::{Span, Timestamp, Trouble, health::Detector},
    record::{Backlog, Player, Raised, Reader, Room, Tape as _, export, import, what_if},
};

const SPEC: Spec = Spec {
    workers: 9,
    seed: 7,
    scenario: Scenario::Incident,
};

fn at(seconds: i64) -> Timestamp {
    PRESENT.plus(Span::seconds(seconds))
}

fn player(path: &Path) -> Player {
    let reader = Reader::open(path).unwrap().unwrap();
    Player::new(Box::new(reader), Detector::ADAPTIVE).unwrap()
}

/// Runs until then, and is shut down.
fn run(mut stage: Stage, until: Timestamp) {
    while stage.now < until {
        stage.run(stage.now.plus(Span::seconds(10)).min(until));
        stage.recorder.step().unwrap();
    }
}

/// The demo's own past, and two runs on it: until 100 s, and from 130 s to 300 s.
fn three(path: &Path) {
    let room = Room::default();
    let backlog = Backlog::open(path.to_owned(), room, Detector::ADAPTIVE, "demo.db".into());
    let past = swarmwarden::demo::Past::new(SPEC, PRESENT);
    let backlog = backlog.unwrap().unwrap();
    backlog.fill(past, PRESENT, || false).unwrap();
    let detector = Detector::ADAPTIVE;
    run(Stage::again(path, SPEC, &detector, at(2)), at(100));
    run(Stage::again(path, SPEC, &detector, at(130)), at(300));
}

/// The silence of the worker that the incident is about.
fn silence(troubles: &[Trouble]) -> Vec<&Trouble> {
    let its = |t: &&Trouble| t.what.contains("silent") && t.until.is_none_or(|u| u > PRESENT);
    troubles.iter().filter(its).collect()
}

#[test]
fn a_trouble_goes_on_where_it_began_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    three(&path);
    let survey = player(&path).survey().unwrap();
    assert_eq!(survey.gaps.len(), 2, "{:?}", survey.gaps);
    let found = silence(&survey.troubles);
    let [one] = *found else {
        panic!("one trouble: {found:?}");
    };
    assert!(one.from < at(-60), "where it was first seen: {one:?}");
    assert_eq!(one.until, None, "it is not over");
    // Who came back in a gap and went again is another trouble: what is over before the start stays over.
    let over = survey.troubles.iter().filter(|t| t.until.is_some());
    for trouble in over {
        assert!(trouble.until >= Some(trouble.from), "{trouble:?}");
    }
}

#[test]
fn an_incident_holds_every_run_that_it_touches() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    three(&path);
    let mut here = player(&path);
    let out = dir.path().join("out.jsonl");
    let stretch = (at(-600), at(240));
    let done = export(&mut here, &Detector::ADAPTIVE, stretch, &out).unwrap();
    assert_eq!((done.from, done.to), stretch);
    let recorded = here.survey().unwrap();
    assert_eq!(done.gaps, recorded.gaps);
    let text = fs::read_to_string(&out).unwrap();
    let incident = import(Cursor::new(&text)).unwrap();
    assert_eq!(incident.clone().sections().unwrap().len(), 3);
    let mut there = Player::new(Box::new(incident), Detector::ADAPTIVE).unwrap();
    for n in 0..=84 {
        let when = at(10 * n - 600);
        let (a, b) = (here.at(when).unwrap(), there.at(when).unwrap());
        assert_eq!(a.at, b.at, "{when}");
        assert_eq!(facts(&a), facts(&b), "{when}");
    }
    // Step by step across the gap, and back.
    let mut shown = there.at(at(95)).unwrap();
    for back in [false, true] {
        for _ in 0..60 {
            let next = there.step(shown.at, back).unwrap();
            let same = here.step(shown.at, back).unwrap();
            assert_eq!(next.at, same.at);
            shown = next;
        }
    }
    let survey = there.survey().unwrap();
    assert_eq!(survey.gaps, recorded.gaps);
    let (mine, its) = (silence(&recorded.troubles), silence(&survey.troubles));
    assert_eq!(mine.len(), 1);
    assert_eq!(its.len(), 1, "{its:?}");
    assert_eq!(its[0].from, mine[0].from, "the trouble begins where it did");
    let fixed = Detector::ADAPTIVE.with("fixed:300s").unwrap();
    let compare =
        |player: &mut Player| what_if(player, (&Detector::ADAPTIVE, &fixed), at(-600)).unwrap();
    let (a, b) = (compare(&mut there), compare(&mut here));
    assert_eq!(a.from, b.from);
    let begun = |v: &swarmwarden::record::Verdicts| -> Vec<_> {
        // A sign of life that lies before the file is known to nobody who reads it.
        let inside = |r: &&Raised| r.from <= at(240) && r.from.plus(Span(-r.delay.0)) >= at(-600);
        let early = v.raised.iter().filter(inside);
        early.map(|r| (r.key.clone(), r.from)).collect()
    };
    assert!(!begun(&a.now).is_empty());
    assert_eq!(begun(&a.now), begun(&b.now));
    assert_eq!(begun(&a.then), begun(&b.then));
}

#[test]
fn an_incident_that_begins_in_a_gap_begins_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    three(&path);
    let mut here = player(&path);
    let one = |name: &str, here: &mut Player, from: i64, to: i64| {
        let out = dir.path().join(name);
        let done = export(here, &Detector::ADAPTIVE, (at(from), at(to)), &out).unwrap();
        let text = fs::read_to_string(&out).unwrap();
        import(Cursor::new(&text)).unwrap();
        assert!(!text.contains("\"sections\""), "one time needs no list");
        (done.from, done.to, done.gaps.len())
    };
    assert_eq!(one("a", &mut here, 115, 200), (at(130), at(200), 0));
    assert_eq!(one("b", &mut here, 50, 115), (at(50), at(100), 0));
    assert_eq!(one("c", &mut here, 110, 120), (at(100), at(100), 0));
    assert_eq!(one("d", &mut here, 900, 1_000), (at(300), at(300), 0));
}

/// The lines of an incident of several runs.
fn lines() -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.seen");
    three(&path);
    let out = dir.path().join("out.jsonl");
    let stretch = (at(-60), at(200));
    export(&mut player(&path), &Detector::ADAPTIVE, stretch, &out).unwrap();
    let text = fs::read_to_string(&out).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn times_that_are_not_in_order_are_refused() {
    let lines = lines();
    let import_it = |lines: &[String]| import(Cursor::new(lines.join("\n") + "\n"));
    assert!(import_it(&lines).is_ok());
    let header: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
    let times = header["sections"].as_array().unwrap().clone();
    let with = |times: Vec<serde_json::Value>| {
        let mut header = header.clone();
        header["sections"] = times.into();
        let mut all = lines.clone();
        all[0] = header.to_string();
        import_it(&all).unwrap_err().to_string()
    };
    let swapped = times.iter().rev().cloned().collect();
    assert!(with(swapped).contains("not in order"));
    assert!(
        with(times[..2].to_vec()).contains("not in order"),
        "it ends elsewhere"
    );
    let mut more = times.clone();
    let last = times[2][1].as_i64().unwrap();
    more[2] = serde_json::json!([times[2][0], last - 1]);
    more.push(serde_json::json!([last, last]));
    assert!(with(more).contains("fewer states"));
    let second = lines
        .iter()
        .skip(2)
        .position(|l| l.starts_with("{\"begin\""));
    let mut less = lines.clone();
    less.remove(second.unwrap() + 2);
    assert!(import_it(&less).is_err());
    // Every line is one of the published schema.
    let schema = include_str!("../../assets/schema/incident.v1.json");
    let schema = serde_json::from_str(schema).unwrap();
    let judge = jsonschema::validator_for(&schema).unwrap();
    for (n, line) in lines.iter().enumerate() {
        let value = serde_json::from_str(line).unwrap();
        assert!(judge.is_valid(&value), "line {}", n + 1);
    }
}
