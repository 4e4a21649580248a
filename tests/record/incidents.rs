//! An incident as a file: it plays elsewhere as it did here, and what is no incident is refused.

use crate::{
    played::facts,
    stage::{PRESENT, Stage},
};
use proptest::prelude::*;
use std::{fs, io::Cursor, path::Path, sync::OnceLock};
use swarmwarden::{
    demo::{Scenario, Spec},
    domain::{Span, health::Detector},
    record::{IncidentError, Player, Reader, RecordError, Room, SCHEMA, export, import},
};

fn at(seconds: i64) -> swarmwarden::domain::Timestamp {
    PRESENT.plus(Span::seconds(seconds))
}

/// A recording of nine minutes of the demo's incident.
fn recorded(path: &Path) -> Player {
    let spec = Spec {
        workers: 9,
        seed: 7,
        scenario: Scenario::Incident,
    };
    let mut stage = Stage::new(path, spec, &Detector::ADAPTIVE, Room::default());
    for n in 1..=54 {
        stage.run(at(10 * n));
        stage.recorder.step().unwrap();
    }
    let reader = Reader::open(path).unwrap().unwrap();
    Player::new(Box::new(reader), Detector::ADAPTIVE).unwrap()
}

/// The text of an incident.
fn sample() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let mut player = recorded(&dir.path().join("a.seen"));
        let out = dir.path().join("out.jsonl");
        export(&mut player, &Detector::ADAPTIVE, (at(60), at(300)), &out).unwrap();
        fs::read_to_string(out).unwrap()
    })
}

fn refused(text: &str) -> String {
    import(Cursor::new(text)).unwrap_err().to_string()
}

#[test]
fn it_plays_elsewhere_as_it_did_here() {
    let dir = tempfile::tempdir().unwrap();
    let mut here = recorded(&dir.path().join("a.seen"));
    let out = dir.path().join("out.jsonl");
    let done = export(&mut here, &Detector::ADAPTIVE, (at(60), at(300)), &out).unwrap();
    assert_eq!((done.from, done.to), (at(60), at(300)));
    let text = fs::read_to_string(&out).unwrap();
    assert_eq!(text.len() as u64, done.bytes);
    let incident = import(Cursor::new(&text)).unwrap();
    assert_eq!(incident.detector, Detector::ADAPTIVE);
    let mut there = Player::new(Box::new(incident), Detector::ADAPTIVE).unwrap();
    for n in 0..=48 {
        let when = at(60 + 5 * n);
        let (a, b) = (here.at(when).unwrap(), there.at(when).unwrap());
        assert_eq!(facts(&a), facts(&b), "{when}");
        let bodies = |s: &swarmwarden::domain::Snapshot| -> Vec<_> {
            s.messages
                .iter()
                .rev()
                .take(100)
                .map(|m| m.summary.clone())
                .collect()
        };
        assert_eq!(bodies(&a), bodies(&b), "{when}");
    }
    let survey = there.survey().unwrap();
    assert_eq!((survey.from, survey.to), (at(60), at(300)));
    assert!(!survey.troubles.is_empty(), "what was wrong is found again");
    // It is not overwritten.
    let error = export(&mut here, &Detector::ADAPTIVE, (at(60), at(300)), &out).unwrap_err();
    assert!(matches!(error, RecordError::Place { .. }), "{error}");
    assert_eq!(fs::read_to_string(&out).unwrap(), text);
}

#[test]
fn no_token_of_a_conversation_leaves() {
    // The demo's are 64 hexadecimal digits.
    let hex = |c: &u8| c.is_ascii_digit() || (b'a'..=b'f').contains(c);
    let longest = sample()
        .as_bytes()
        .split(|c| !hex(c))
        .map(<[u8]>::len)
        .max();
    assert!(longest < Some(32), "{longest:?}");
}

#[test]
fn what_is_no_incident_is_refused_with_its_line_and_a_remedy() {
    for text in [
        "",
        "\n",
        "hello\n",
        "[1]\n",
        "{\"schema\":\"swarmwarden.status/v1\"}\n",
    ] {
        let why = refused(text);
        assert!(
            why.starts_with("line 1: this is no incident") && why.contains("incident export"),
            "{why}"
        );
    }
    let future = sample().replacen(SCHEMA, "swarmwarden.incident/v2", 1);
    assert!(refused(&future).contains("it says swarmwarden.incident/v2"));
    let lines: Vec<&str> = sample().lines().collect();
    let cut = lines[..lines.len() - 1].join("\n") + "\n";
    assert!(matches!(
        import(Cursor::new(&cut)),
        Err(IncidentError::CutOff(_))
    ));
    let less = [&lines[..lines.len() - 3], &lines[lines.len() - 1..]]
        .concat()
        .join("\n")
        + "\n";
    assert!(
        refused(&less).contains("the number of events"),
        "{}",
        refused(&less)
    );
    let mut swapped = lines.clone();
    let last = swapped.len() - 2;
    swapped.swap(last, last - 40);
    assert!(refused(&(swapped.join("\n") + "\n")).contains("older than the one before"));
}

#[test]
fn hostile_text_in_it_is_made_safe() {
    let text = sample().replace("worker-", "w\\u001b[31m\\u202eorker-");
    let incident = import(Cursor::new(&text)).unwrap();
    let to = incident.section().until;
    let mut player = Player::new(Box::new(incident), Detector::ADAPTIVE).unwrap();
    let shown = player
        .at(swarmwarden::domain::Timestamp(to * 1_000))
        .unwrap();
    let all = format!(
        "{:?}",
        shown
            .workers
            .iter()
            .map(|w| (w.id.to_string(), w.verdict.reason.clone()))
            .collect::<Vec<_>>()
    );
    let names = shown
        .alerts
        .iter()
        .flat_map(|a| [a.sentence.to_string(), a.name()]);
    let alerts: String = names.collect();
    let problems: String = shown.problems.iter().map(|p| p.sentence.clone()).collect();
    for text in [all, alerts, problems] {
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
}

/// The sample with other last lines: events before the end.
fn with(events: &[String]) -> String {
    let lines: Vec<&str> = sample().lines().collect();
    let kept = lines.len() - 1;
    let already: serde_json::Value = serde_json::from_str(lines[kept]).unwrap();
    let n = already["end"].as_u64().unwrap() + events.len() as u64;
    let mut all: Vec<String> = lines[..kept].iter().map(ToString::to_string).collect();
    all.extend_from_slice(events);
    all.push(format!("{{\"end\":{n}}}\n"));
    all.join("\n")
}

fn played(text: &str) -> swarmwarden::domain::Snapshot {
    let incident = import(Cursor::new(text)).unwrap();
    let to = incident.section().until;
    let mut player = Player::new(Box::new(incident), Detector::ADAPTIVE).unwrap();
    player
        .at(swarmwarden::domain::Timestamp(to * 1_000))
        .unwrap()
}

#[test]
fn rows_that_are_only_counted_cost_nothing() {
    let t = at(300).0 / 1_000;
    let event = format!("{{\"t\":{t},\"e\":{{\"others\":1000000000}}}}");
    let shown = played(&with(&vec![event; 10_000]));
    let before = played(sample());
    assert_eq!(shown.traffic.audits, before.traffic.audits + 1_000_000_000);
}

#[test]
fn numbers_that_are_no_times_are_refused_wherever_they_stand() {
    let t = at(300).0 / 1_000;
    let least = i64::MIN;
    for what in [
        format!("{{\"beat\":{{\"w\":\"c\",\"s\":\"active\",\"a\":{least}}}}}"),
        format!("{{\"odd\":[0,{least},false]}}"),
        format!("{{\"odd\":[{},0,false]}}", i64::MAX),
        format!("{{\"act\":{{\"w\":\"c\",\"k\":0,\"a\":0,\"l\":{least}}}}}"),
        format!("{{\"others\":{}}}", u64::MAX),
    ] {
        let why = refused(&with(&[format!("{{\"t\":{t},\"e\":{what}}}")]));
        assert!(why.contains("a number is out of range"), "{what}: {why}");
    }
    let far = 253_402_300_800_000_000_i64;
    for sign in [1, -1] {
        let beat = |n: i64| {
            let a = sign * far + n;
            format!("{{\"t\":{t},\"e\":{{\"beat\":{{\"w\":\"c\",\"s\":\"x\",\"a\":{a}}}}}}}")
        };
        let odd = format!(
            "{{\"t\":{t},\"e\":{{\"odd\":[{far},{},false]}}}}",
            sign * far
        );
        let all: Vec<String> = (0..100).map(|_| odd.clone()).collect();
        played(&with(&all));
        played(&with(&[beat(0), beat(-sign * 1_000)]));
    }
}

#[test]
fn a_book_of_alerts_is_made_safe_however_it_is_written() {
    let book = serde_json::json!({"version":1,"now":0,"reopened":null,"next_silence":0,"rows":[],"groups":[],
        "silences":[{"id":1,"matcher":{"kind":"silent"},"until":i64::MAX / 100,"by":"eve\u{1b}[31m","comment":"\u{202e}x","at":0}]});
    let t = at(300).0 / 1_000;
    for name in ["{ \"alerts\" :", "{\"al\\u0065rts\":"] {
        let event = format!("{{\"t\":{t},\"e\":{name}{book}}}}}");
        let shown = played(&with(&[event]));
        assert_eq!(shown.silences.len(), 1);
        let said = format!("{}{}", shown.silences[0].by, shown.silences[0].comment);
        assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
    }
}

#[test]
fn the_length_of_an_incident_is_bounded() {
    let (from, to) = (at(60).0 / 1_000, at(300).0 / 1_000);
    let until = |to: i64| {
        let mut lines: Vec<String> = sample().lines().map(str::to_owned).collect();
        let mut header: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        header["to"] = to.into();
        lines[0] = header.to_string();
        lines.join("\n") + "\n"
    };
    assert!(refused(&until(from + 31 * 86_400_000 + 1)).contains("longer than 31 days"));
    let month = import(Cursor::new(until(from + 31 * 86_400_000))).unwrap();
    assert_eq!(month.section().until, from + 31 * 86_400_000);
    let hours = import(Cursor::new(until(to + 3 * 3_600_000))).unwrap();
    let mut player = Player::new(Box::new(hours), Detector::ADAPTIVE).unwrap();
    let end = at(300 + 3 * 3_600);
    let shown = player.at(end).unwrap();
    assert_eq!(
        shown.at, end,
        "a tail in which nothing came plays to its end"
    );
    let up = shown.workers.iter().filter(|w| w.verdict.state.is_up());
    assert_eq!(up.count(), 0, "and time passes in it");
}

#[test]
fn the_published_schema_holds() {
    let schema = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/assets/schema/incident.v1.json"
    ))
    .unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let judge = jsonschema::validator_for(&schema).unwrap();
    for (n, line) in sample().lines().enumerate() {
        let value = serde_json::from_str(line).unwrap();
        let wrong: Vec<String> = judge.iter_errors(&value).map(|e| e.to_string()).collect();
        assert!(wrong.is_empty(), "line {}: {wrong:?}", n + 1);
    }
    for line in ["{}", "{\"t\":1}", "{\"end\":-1}", "{\"schema\":\"x\"}"] {
        assert!(
            !judge.is_valid(&serde_json::from_str(line).unwrap()),
            "{line}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    /// Whatever is done to its bytes: refused in words, or played without a panic.
    #[test]
    fn damage_is_refused_or_harmless(edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>(), cuts in any::<bool>()) {
        let mut bytes = sample().as_bytes().to_vec();
        for (place, byte) in edits {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        match import(Cursor::new(&bytes)) {
            Err(error) => {
                let safe = !error.to_string().contains('\u{1b}');
                prop_assert!(safe, "an escape in {error:?}");
            }
            Ok(incident) => {
                let section = incident.section();
                let mut player = Player::new(Box::new(incident), Detector::ADAPTIVE).unwrap();
                for ms in [section.from, section.from.midpoint(section.until), section.until] {
                    player.at(swarmwarden::domain::Timestamp(ms * 1_000)).unwrap();
                }
            }
        }
    }
}
