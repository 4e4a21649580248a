//! Looking back from the command line: replay, incidents, what another detector would have said.

use super::{run, warden};
use crate::stage::{PRESENT, Stage};
use assert_cmd::Command;
use serde_json::Value;
use std::{fs, path::Path, sync::OnceLock};
use swarmwarden::{
    demo::{Scenario, Spec},
    domain::{Span, health::Detector},
    record::Room,
    store::Sidecar,
};
use tempfile::TempDir;

/// A state directory with the recording of forty minutes of a keep-alive that comes and goes.
fn flap() -> &'static TempDir {
    static DIR: OnceLock<TempDir> = OnceLock::new();
    DIR.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let bridge = dir.path().join("bridge.db");
        fs::write(&bridge, "").unwrap();
        let place = Sidecar::place(&dir.path().join("state"), &bridge).with_extension("seen");
        let spec = Spec {
            workers: 5,
            seed: 3,
            scenario: Scenario::Flap,
        };
        let mut stage = Stage::new(&place, spec, &Detector::ADAPTIVE, Room::default());
        let end = PRESENT.plus(Span::seconds(40 * 60));
        while stage.next() <= end {
            let next = stage.next().plus(Span::seconds(10));
            while stage.next() <= next {
                stage.row_unseen();
            }
            stage.recorder.step().unwrap();
        }
        dir
    })
}

fn past(args: &[&str]) -> Command {
    let dir = flap().path();
    let mut command = warden();
    command.arg("--db").arg(dir.join("bridge.db"));
    command.arg("--state").arg(dir.join("state"));
    command.args(args);
    command
}

fn json(args: &[&str]) -> Value {
    let (code, out, err) = run(&mut past(args));
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

#[test]
fn an_instant_is_shown_as_it_was() {
    let shown = json(&[
        "replay",
        "--at",
        "2025-11-13T15:58:00Z",
        "--headless",
        "-o",
        "json",
    ]);
    assert_eq!(shown["generated_at"], "2025-11-13T15:58:00Z");
    assert_eq!(shown["source"]["state"], "recorded");
    assert_eq!(shown["workers"].as_array().unwrap().len(), 5);
    let beat = |shown: &Value| shown["workers"][0]["last_heartbeat"].clone();
    let later = json(&[
        "replay",
        "--at",
        "2025-11-13T16:20:00Z",
        "--headless",
        "-o",
        "json",
    ]);
    assert_ne!(beat(&shown), beat(&later));
    let (code, out, _) = run(&mut past(&["replay", "--at", "2025-11-13T16:20:00Z"]));
    assert_eq!(code, 0);
    assert!(out.contains("RECORDED"), "{out}");
}

#[test]
fn what_is_no_time_and_what_is_not_recorded_is_said() {
    let (code, _, err) = run(&mut past(&["replay", "--at", "yesterday"]));
    assert_eq!(code, 64, "{err}");
    assert!(
        err.contains("--at yesterday: not a time; write 2025-11-13T16:08:00Z"),
        "{err}"
    );
    let dir = tempfile::tempdir().unwrap();
    let bridge = dir.path().join("other.db");
    fs::write(&bridge, "").unwrap();
    let mut command = warden();
    command
        .arg("--db")
        .arg(&bridge)
        .arg("--state")
        .arg(dir.path());
    let (code, _, err) = run(command.args(["incident", "export", "--out", "x"]));
    assert_eq!(code, 66, "{err}");
    assert!(err.contains("nothing is recorded yet"), "{err}");
    assert!(
        fs::read_dir(dir.path()).unwrap().count() == 1,
        "nothing is made by looking"
    );
}

#[test]
fn an_incident_is_written_once_and_plays_without_the_bridge() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("flap.jsonl");
    let file = out.to_str().unwrap();
    let export = [
        "incident",
        "export",
        "--from",
        "2025-11-13T16:00:00Z",
        "--to",
        "2025-11-13T16:10:00Z",
        "--around",
        "1m",
        "--out",
        file,
    ];
    let (code, said, err) = run(&mut past(&export));
    assert_eq!(code, 0, "{err}");
    assert!(
        said.contains("2025-11-13T15:59:00Z to 2025-11-13T16:11:00Z"),
        "{said}"
    );
    let (code, _, err) = run(&mut past(&export));
    assert_eq!(code, 73, "{err}");
    let replay = |at: &str| {
        let mut command = warden();
        let (code, out, err) =
            run(command.args(["replay", file, "--at", at, "--headless", "-o", "json"]));
        assert_eq!(code, 0, "{err}");
        serde_json::from_str::<Value>(&out).unwrap()
    };
    let at = "2025-11-13T16:05:00Z";
    let (mut there, mut here) = (
        replay(at),
        json(&["replay", "--at", at, "--headless", "-o", "json"]),
    );
    for shown in [&mut there, &mut here] {
        shown["source"] = Value::Null;
    }
    assert_eq!(there, here);
    let (code, _, err) = run(&mut past(&[
        "incident",
        "export",
        "--out",
        dir.path().join("last").to_str().unwrap(),
    ]));
    assert_eq!(code, 0, "the last trouble: {err}");
    fs::write(&out, "{\"schema\":\"else\"}\n").unwrap();
    let (code, _, err) = run(warden().args(["replay", file, "--headless"]));
    assert_eq!(code, 65);
    assert!(err.contains("line 1: this is no incident"), "{err}");
}

#[test]
fn a_time_before_now_and_a_pipe_without_a_writer_are_understood() {
    let (code, _, err) = run(&mut past(&["replay", "--at", "-15m", "--headless"]));
    assert_eq!(code, 0, "{err}");
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let (code, _, err) = run(warden().arg("replay").arg(&pipe).arg("--headless"));
    assert_ne!(code, 0);
    assert!(err.contains("it is no file"), "{err}");
}

#[test]
fn another_detector_is_compared_and_applied() {
    let table = past(&["whatif", "--detector", "fixed:300s", "--since", "1h"]);
    let (code, out, err) = run(&mut { table });
    assert_eq!(code, 0, "{err}");
    for row in [
        "alerts",
        "detection delay, mean",
        "detection delay, p99",
        "false alarms",
        "worker-days",
        "gained 0, lost",
    ] {
        assert!(out.contains(row), "{row}\n{out}");
    }
    let found = json(&[
        "whatif",
        "--detector",
        "fixed:300s",
        "--since",
        "1h",
        "-o",
        "json",
    ]);
    assert_eq!(found["then"]["detector"], "fixed:300s");
    assert!(found["lost"].as_u64().unwrap() > 0, "{found}");
    let alarms = found["now"]["false_alarms"].as_u64().unwrap();
    assert!(
        alarms >= 2,
        "whoever came back right after it was never gone: {found}"
    );
    assert!(found["now"]["alerts"].as_u64() > found["then"]["alerts"].as_u64());
    let lost = found["lost_alerts"].as_array().unwrap();
    let silent = lost.iter().find(|alert| alert["kind"] == "silent").unwrap();
    let delay = silent["delay_s"].as_f64().unwrap();
    assert!((120.0..130.0).contains(&delay), "{found}");
    assert!(found["now"]["delay_mean_s"].as_f64().unwrap() < delay);
    let days = found["now"]["worker_days"].as_f64().unwrap();
    assert!(
        (0.1..0.2).contains(&days),
        "five workers for forty minutes: {days}"
    );
    apply();
}

fn apply() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config.toml");
    let before = "# mine\n[watchdog]\nstall = \"20m\"   # long builds\n\n[ui]\ntheme = \"dark\"\n";
    fs::write(&config, before).unwrap();
    let named = config.to_str().unwrap();
    let asked = [
        "whatif",
        "--config",
        named,
        "--detector",
        "fixed:60s/120s",
        "--since",
        "1h",
        "--apply",
    ];
    let (code, _, err) = run(&mut past(&asked));
    assert_eq!(code, 64, "{err}");
    assert!(err.contains("add --yes"), "{err}");
    assert_eq!(fs::read_to_string(&config).unwrap(), before);
    let (code, _, err) = run(past(&asked).arg("--yes"));
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("+ detector = \"fixed\""), "{err}");
    let after = "# mine\n[watchdog]\nstall = \"20m\"   # long builds\ndetector = \"fixed\"\nfixed_suspect = \"60s\"\nfixed_silent = \"120s\"\n\n[ui]\ntheme = \"dark\"\n";
    assert_eq!(fs::read_to_string(&config).unwrap(), after);
    let (code, _, err) = run(past(&asked).arg("--yes"));
    assert_eq!(code, 0);
    assert!(err.contains("it says so already"), "{err}");
    checked(&config);
}

#[test]
fn another_detector_is_applied_where_there_is_no_configuration_yet() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config/swarmwarden/config.toml");
    let asked = [
        "whatif",
        "--detector",
        "fixed:60s/120s",
        "--since",
        "1h",
        "--apply",
        "--yes",
    ];
    let run_it = || {
        let mut command = past(&asked);
        command.env("HOME", home.path());
        run(command.env("XDG_CONFIG_HOME", home.path().join("config")))
    };
    let (code, _, err) = run_it();
    assert_eq!(code, 0, "{err}");
    let wanted =
        "[watchdog]\ndetector = \"fixed\"\nfixed_suspect = \"60s\"\nfixed_silent = \"120s\"\n";
    assert_eq!(fs::read_to_string(&config).unwrap(), wanted);
    checked(&config);
    let (code, _, err) = run_it();
    assert!(code == 0 && err.contains("it says so already"), "{err}");
    // One that is named is made too; without an answer it is not.
    let named = home.path().join("other/place.toml");
    let run_it = |asked: &[&str]| run(past(asked).arg("--config").arg(&named));
    let (code, _, err) = run_it(&asked[..asked.len() - 1]);
    assert!(code == 64 && !named.exists(), "{err}");
    let (code, _, err) = run_it(&asked[..asked.len() - 2]);
    assert!(code == 78 && err.contains("No such file"), "{err}");
    let (code, _, err) = run_it(&asked);
    assert_eq!(code, 0, "{err}");
    assert_eq!(fs::read_to_string(&named).unwrap(), wanted);
}

fn checked(config: &Path) {
    let (code, out, _) = run(warden()
        .arg("config")
        .arg("check")
        .arg("--config")
        .arg(config));
    assert_eq!(code, 0, "{out}");
}

#[test]
fn a_detector_that_is_none_is_refused() {
    for wrong in ["fixed:0s", "phi", "adaptive:phi=99", "fixed:9m/1m"] {
        let (code, _, err) = run(&mut past(&["whatif", "--detector", wrong]));
        assert_eq!(code, 64, "{err}");
        assert!(err.contains("write fixed:120s"), "{err}");
    }
}

#[test]
fn plain_plays_a_recording_or_a_file_as_lines_and_ends_at_its_end() {
    let from = "2025-11-13T16:00:00Z";
    let (code, all, err) = run(&mut past(&["replay", "--plain", "--at", from]));
    assert_eq!((code, err.as_str()), (0, ""));
    let first = format!("Replay of what was recorded, {from} to 2025-11-13T16:");
    assert!(all.starts_with(&first), "{all}");
    let last = all.lines().last().unwrap();
    assert!(
        last.starts_with("The end, ") && last.contains(" changes. "),
        "{last}"
    );
    assert!(all.chars().all(|c| !c.is_control() || c == '\n'));
    let silent = |text: &str| text.matches(" to silent: ").count();
    assert!(silent(&all) > 1, "its keep-alive comes and goes: {all}");
    let times: Vec<&str> = all.lines().filter_map(|l| l.get(..9)).collect();
    let times = times.iter().filter(|t| t.ends_with('Z'));
    assert!(times.clone().count() > 4 && times.is_sorted(), "{all}");

    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("flap.jsonl");
    let file = out.to_str().unwrap();
    let span = [
        "--from",
        from,
        "--to",
        "2025-11-13T16:10:00Z",
        "--around",
        "1m",
    ];
    let mut export = past(&["incident", "export", "--out", file]);
    assert_eq!(run(export.args(span)).0, 0);
    let (code, played, err) = run(warden().args(["replay", file, "--plain", "--speed", "900"]));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        played.contains("2025-11-13T15:59:00Z to 2025-11-13T16:11:00Z"),
        "{played}"
    );
    let end = played.lines().last().unwrap();
    assert!(end.starts_with("The end, 2025-11-13T16:11:00Z"), "{end}");
    assert!(
        silent(&played) >= 1 && silent(&played) < silent(&all),
        "{played}"
    );
    // A time long before what is in it is its beginning.
    let early = ["replay", file, "--plain", "--at", "2001-01-01T00:00:00Z"];
    let (code, from_its_begin, _) = run(warden().args(early));
    assert_eq!((code, from_its_begin), (0, played));
}
