//! An incident that outlasts runs of the program.

use super::{run, warden};
use crate::stage::{PRESENT, Stage};
use serde_json::Value;
use std::{fs, path::Path};
use swarmwarden::{
    demo::{Past, Scenario, Spec},
    domain::{Span, Timestamp, health::Detector},
    record::{Backlog, Room},
    store::Sidecar,
};

const SPEC: Spec = Spec {
    workers: 12,
    seed: 7,
    scenario: Scenario::Incident,
};

/// The demo's past up to the crash and on, and a run from twenty seconds later for three minutes.
fn recorded(dir: &Path) -> Timestamp {
    let bridge = dir.join("bridge.db");
    fs::write(&bridge, "").unwrap();
    let place = Sidecar::place(&dir.join("state"), &bridge).with_extension("seen");
    let room = Room::default();
    let backlog = Backlog::open(place.clone(), room, Detector::ADAPTIVE, "demo.db".into());
    let past = Past::new(SPEC, PRESENT);
    let backlog = backlog.unwrap().unwrap();
    backlog.fill(past, PRESENT, || false).unwrap();
    let begin = PRESENT.plus(Span::seconds(20));
    let mut stage = Stage::again(&place, SPEC, &Detector::ADAPTIVE, begin);
    let end = PRESENT.plus(Span::seconds(200));
    while stage.now < end {
        stage.run(stage.now.plus(Span::seconds(10)));
        stage.recorder.step().unwrap();
    }
    end
}

#[test]
fn an_incident_reaches_back_before_the_program_was_started() {
    let dir = tempfile::tempdir().unwrap();
    let end = recorded(dir.path());
    let out = dir.path().join("out.jsonl");
    let file = out.to_str().unwrap();
    let mut command = warden();
    command.arg("--db").arg(dir.path().join("bridge.db"));
    command.arg("--state").arg(dir.path().join("state"));
    let (code, said, err) = run(command.args(["incident", "export", "--out", file]));
    assert_eq!(code, 0, "{err}");
    let gap = format!(
        "nothing recorded from {PRESENT} to {}",
        PRESENT.plus(Span::seconds(20))
    );
    assert!(said.contains(&gap), "{said}");
    let shown = |at: &str| -> Value {
        let (code, out, err) =
            run(warden().args(["replay", file, "--at", at, "--headless", "-o", "json"]));
        assert_eq!(code, 0, "{err}");
        serde_json::from_str(&out).unwrap()
    };
    let state = |shown: &Value| {
        let all = shown["workers"].as_array().unwrap();
        let its = |w: &&Value| {
            w["id"]
                .as_str()
                .is_some_and(|id| id.starts_with("worker-3"))
        };
        all.iter().find(its).unwrap()["state"].clone()
    };
    // Seven minutes before the program was started nothing was wrong with the worker, and now it is silent.
    let before = PRESENT.plus(Span::seconds(-420)).to_string();
    assert_eq!(state(&shown(&before)), "healthy");
    let now = shown(&end.to_string());
    assert_eq!(now["generated_at"], end.to_string());
    assert_eq!(state(&now), "silent");
}
