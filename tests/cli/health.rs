//! Health from outside: `explain`, the demos that show one fault each, and the memory.

use super::{AT, nine, on, run, warden};
use serde_json::Value;
use std::fs;
use swarmwarden::{
    demo::{Demo, Scenario, Spec},
    domain::{Timestamp, health::Habit},
    store::{RhythmRow, Sidecar},
};

#[test]
fn explain_says_why_and_what_would_change_it() {
    for name in ["worker-3-tests", "worker-3", "3", "WORKER-3"] {
        let (code, out, err) = on(&nine(), &["explain", name, "--at", AT]);
        assert_eq!((code, err.as_str()), (0, ""), "{name}");
        for wanted in [
            "worker-3-tests  SILENT since 2025-11-13T15:29:33.828Z",
            "adaptive: phi ",
            "late 63s, missed 126s, act 211s; stalled 900s; period 30s, 1.0% lost, cold; by recorded times",
            "heartbeat   2025-11-13T15:29:33.828Z",
            "-> a heartbeat or any activity ends it",
        ] {
            assert!(out.contains(wanted), "{wanted:?} is not in\n{out}");
        }
    }
    let (_, out, _) = on(&nine(), &["explain", "4", "--at", AT]);
    assert!(out.contains("[#busy 20m …] extends the limit"), "{out}");
    assert!(
        out.contains("-> a warning from 15:52:50Z, critical from 16:00:50Z"),
        "{out}"
    );
}

#[test]
fn explain_as_json_holds_thresholds_and_evidence() {
    let (code, out, _) = on(&nine(), &["explain", "5", "-o", "json", "--at", AT]);
    let e: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &e["state"], &e["watched"]),
        (0, &"silent".into(), &false.into())
    );
    assert_eq!(
        (&e["thresholds"]["detector"], &e["thresholds"]["phi_silent"]),
        (&"adaptive".into(), &6.into())
    );
    assert!(e["thresholds"]["phi"].as_f64().unwrap() > 6.0);
    assert_eq!(e["evidence"][0]["witness"], "heartbeat");
    assert!(e["outlook"].as_array().unwrap().len() >= 2);
}

#[test]
fn explain_of_nobody_or_of_many_is_a_usage_error() {
    for (name, wanted) in [("77", "no worker `77`"), ("worker", "more than one worker")] {
        let (code, out, err) = on(&nine(), &["explain", name, "--at", AT]);
        assert_eq!((code, out.as_str()), (64, ""));
        assert!(err.contains(wanted), "{err}");
    }
}

#[test]
fn a_demo_of_one_fault_is_a_warning_of_that_fault_alone() {
    let dir = tempfile::tempdir().unwrap();
    let until = Timestamp::parse(AT).unwrap();
    let fixed = dir.path().join("fixed.toml");
    fs::write(&fixed, "[watchdog]\ndetector = \"fixed\"\n").unwrap();
    for (scenario, kind) in [
        (Scenario::Flap, "no-heartbeat"),
        (Scenario::Stall, "stalled"),
    ] {
        for seed in [7, 8, 9] {
            let path = dir.path().join(format!("{}-{seed}.db", scenario.name()));
            let spec = Spec {
                scenario,
                seed,
                ..Spec::default()
            };
            Demo::backfill(&path, spec, until).unwrap();
            for config in [None, Some(&fixed)] {
                let mut command = warden();
                command.args(["check", "--at", AT, "--db"]).arg(&path);
                command.args(
                    config
                        .into_iter()
                        .flat_map(|c| ["--config".as_ref(), c.as_os_str()]),
                );
                let (code, line, _) = run(&mut command);
                assert_eq!(code, 1, "{line}");
                assert!(line.contains(&format!("1 {kind}")), "{line}");
            }
        }
    }
}

#[test]
fn a_memory_that_cannot_be_read_is_said_and_no_more() {
    let (nine, dir) = (nine(), tempfile::tempdir().unwrap());
    let place = Sidecar::place(dir.path(), nine.path().as_ref());
    let newer = rusqlite::Connection::open(&place).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    let mut command = warden();
    command
        .args(["status", "--state"])
        .arg(dir.path())
        .arg("--db")
        .arg(nine.path());
    let (code, out, err) = run(&mut command);
    assert_eq!(code, 0);
    assert!(
        err.contains("newer swarmwarden") && err.contains("without memory"),
        "{err}"
    );
    assert!(out.contains("9 conversations"), "{out}");
}

#[test]
fn what_a_dashboard_learned_is_used_now_and_never_for_a_recorded_instant() {
    let (nine, dir) = (nine(), tempfile::tempdir().unwrap());
    let mut habit = Habit::default();
    for _ in 0..40 {
        habit.rhythm.learn(10.0);
    }
    let row = RhythmRow {
        conversation: "c3".into(),
        seen_at: Timestamp::parse(AT).unwrap(),
        state: serde_json::to_string(&habit).unwrap().into(),
    };
    let now = row.seen_at;
    let mut memory = Sidecar::open(dir.path(), nine.path().as_ref(), now).unwrap();
    memory.keep_rhythms(&[row], now).unwrap();
    drop(memory);
    for (args, learned, period) in [
        (&["explain", "3", "-o", "json"][..], 40, 10.0),
        (&["explain", "3", "-o", "json", "--at", AT][..], 0, 30.0),
    ] {
        let mut command = warden();
        command
            .args(args)
            .arg("--state")
            .arg(dir.path())
            .arg("--db")
            .arg(nine.path());
        let (_, out, _) = run(&mut command);
        let e: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(
            (&e["thresholds"]["learned"], &e["thresholds"]["period_s"]),
            (&learned.into(), &period.into())
        );
    }
}

#[test]
fn a_warning_about_the_configuration_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config.toml");
    fs::write(&config, "[watchdog]\nfixed_silnt = \"1s\"\n").unwrap();
    let (code, out, err) = on(
        &nine(),
        &["status", "--at", AT, "--config", config.to_str().unwrap()],
    );
    assert_eq!(code, 0);
    assert!(
        err.contains("line 2") && err.contains("fixed_silent"),
        "{err}"
    );
    assert!(out.contains("2 silent"), "{out}");
}
