//! The binary from outside: what it prints where, and its exit codes.

mod acting;
#[cfg(test)]
mod alive;
mod audit;
mod books;
mod bridge;
#[cfg(test)]
mod checklist;
#[cfg(test)]
mod config;
#[cfg(test)]
mod credentials;
#[cfg(test)]
mod deploy;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod drill;
mod git;
mod health;
#[cfg(test)]
mod incident;
#[cfg(test)]
mod keys;
mod live;
#[cfg(test)]
mod machines;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod own;
#[cfg(test)]
mod past;
#[cfg(test)]
mod pipe;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod points;
#[cfg(test)]
mod rollcall;
#[cfg(test)]
mod schema;
mod sessions;
#[cfg(test)]
mod setup;
#[cfg(test)]
mod shell;
#[cfg(test)]
#[path = "../record/stage.rs"]
mod stage;
#[cfg(test)]
mod systemd;
#[cfg(test)]
mod themes;
#[cfg(test)]
mod views;
#[cfg(test)]
mod wait;
mod written;

use assert_cmd::Command;
use bridge::{Bridge, TOKEN};
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Stdio},
    sync::mpsc::sync_channel,
    thread,
    time::Duration,
};

/// Memories of the tests, never those of whoever runs them.
const STATE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/state");
const AT: &str = "2025-11-13T16:08:00Z";

/// The binary without anything of the environment that could change what it does.
fn warden() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_swarmwarden"));
    command.env_clear().current_dir(std::env::temp_dir());
    command.env("SWARMWARDEN_STATE", STATE);
    command
}

fn on(bridge: &Bridge, args: &[&str]) -> (i32, String, String) {
    let mut command = warden();
    command.args(args).arg("--db").arg(bridge.path());
    run(&mut command)
}

#[expect(
    clippy::unwrap_used,
    reason = "a binary that cannot be run fails the test"
)]
fn run(command: &mut Command) -> (i32, String, String) {
    let out = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        out.status.code().unwrap(),
        text(out.stdout),
        text(out.stderr),
    )
}

#[expect(
    clippy::unwrap_used,
    reason = "a scenario that cannot be read fails the test"
)]
fn nine() -> Bridge {
    Bridge::of("nine-agents").unwrap()
}

#[test]
fn status_shows_the_swarm_as_it_was_and_nothing_unsafe() {
    let (code, out, err) = on(&nine(), &["status", "--at", AT]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.starts_with("bridge.db  RECORDED 2025-11-13T16:08:00Z  CRITICAL: 2 silent, 1 stalled"),
        "{out}"
    );
    assert!(out.contains("9 conversations"), "{out}");
    let row = |name: &str| {
        out.lines()
            .rfind(|l| l.starts_with(name))
            .unwrap()
            .split_whitespace()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        row("worker-3-tests")[2..4],
        ["SILENT", "2025-11-13T15:29:33.828Z"]
    );
    assert_eq!(
        row("worker-4-docs")[2..4],
        ["STALLED", "2025-11-13T15:35:50.689Z"]
    );
    assert_eq!(
        row("idle-recovery-test")[1..7],
        [
            "done",
            "P0",
            "100%",
            "g2",
            "worker-6-review",
            "worker-3-tests"
        ]
    );
    assert!(!out.contains(TOKEN));
    assert!(
        !out.chars().any(|c| c.is_control() && c != '\n'),
        "a raw control byte"
    );
}

#[test]
fn json_follows_the_published_schema_and_is_the_same_twice() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_str(
        &fs::read_to_string(root.join("assets/schema/status.v1.json")).unwrap(),
    )
    .unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for scenario in [
        "nine-agents",
        "ten-agent-stress",
        "scripts-schema",
        "hundred-workers",
    ] {
        let bridge = Bridge::of(scenario).unwrap();
        let (code, first, _) = on(&bridge, &["status", "-o", "json", "--at", AT]);
        let (_, second, _) = on(&bridge, &["status", "-o", "json", "--at", AT]);
        assert_eq!((code, &first), (0, &second), "{scenario}");
        let report: Value = serde_json::from_str(&first).unwrap();
        let wrong: Vec<_> = validator
            .iter_errors(&report)
            .map(|e| format!("{e} at {}", e.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{scenario}: {wrong:#?}");
        assert!(!first.contains(TOKEN));
    }
}

#[test]
fn every_count_is_the_same_everywhere() {
    for (scenario, at) in [
        ("nine-agents", AT),
        ("hundred-workers", "2025-11-13T16:00:00Z"),
    ] {
        let bridge = Bridge::of(scenario).unwrap();
        let (_, json, _) = on(&bridge, &["status", "-o", "json", "--at", at]);
        let (_, line, _) = on(&bridge, &["check", "--at", at]);
        let (_, text, _) = on(&bridge, &["status", "--at", at]);
        let report: Value = serde_json::from_str(&json).unwrap();
        let workers = report["summary"]["workers"].as_object().unwrap();
        for state in [
            "silent",
            "stalled",
            "suspect",
            "blocked",
            "no-heartbeat",
            "expired",
        ] {
            let counted = report["workers"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|w| w["state"] == state)
                .count();
            assert_eq!(workers[state], counted, "{scenario} {state}");
            assert!(
                line.contains(&format!("'{state}'={counted};")),
                "{scenario} {state}: {line}"
            );
        }
        let words = line
            .split(" - ")
            .nth(1)
            .unwrap()
            .split(" |")
            .next()
            .unwrap();
        assert!(text.lines().next().unwrap().ends_with(words), "{text}");
        let total: u64 = workers
            .iter()
            .filter(|(k, _)| !["total", "up"].contains(&k.as_str()))
            .map(|(_, n)| n.as_u64().unwrap())
            .sum();
        assert_eq!(workers["total"], total);
    }
}

#[test]
fn check_follows_the_monitoring_plugins() {
    let grammar = regex::Regex::new(r"^SWARM (OK|WARNING|CRITICAL|UNKNOWN) - [^|]+ \|( '[a-z_-]+'=[0-9.]+[a-z%]*;[0-9]*;[0-9]*;[0-9]*;[0-9]*)+\n$").unwrap();
    let nine = nine();
    for (args, expected) in [
        (vec![], 2),
        (vec!["--warn", "silent=1"], 1),
        (vec!["--crit", "orphan=2"], 0),
        (vec!["--warn", "suspect=1", "--crit", "silent=2"], 2),
    ] {
        let (code, out, _) = on(&nine, &[&["check", "--at", AT], args.as_slice()].concat());
        assert_eq!(code, expected, "{args:?}: {out}");
        assert!(grammar.is_match(&out), "{out}");
    }
    let stress = Bridge::of("ten-agent-stress").unwrap();
    assert_eq!(on(&stress, &["check", "--at", "2025-11-13T15:03:00Z"]).0, 0);
    assert_eq!(on(&stress, &["check", "--at", "2025-11-13T15:20:00Z"]).0, 1);
    let (code, out, _) = on(&nine, &["check", "--warn", "nonsense=1"]);
    assert_eq!(code, 3);
    assert!(
        out.starts_with("SWARM UNKNOWN - no metric called `nonsense`"),
        "{out}"
    );
}

#[test]
fn what_cannot_be_read_is_named_with_its_code_and_its_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let other = dir.path().join("other.db");
    rusqlite::Connection::open(&other)
        .unwrap()
        .execute_batch("CREATE TABLE notes (text)")
        .unwrap();
    for (path, code, words) in [
        (dir.path().join("missing.db"), 66, "--db FILE"),
        (
            file(
                "text.db",
                b"this is no database, whatever its name says; it is only text",
            ),
            65,
            "not a SQLite database",
        ),
        (other, 65, "notes"),
    ] {
        let (found, out, err) = run(warden().args(["status", "--db"]).arg(&path));
        assert_eq!((found, out.as_str()), (code, ""), "{err}");
        assert!(err.contains(words), "{err}");
        let (found, out, _) = run(warden().args(["check", "--db"]).arg(&path));
        assert_eq!(found, 3);
        assert!(out.starts_with("SWARM UNKNOWN - "), "{out}");
    }
}

#[test]
fn without_a_terminal_and_without_a_command_it_is_status() {
    let (code, out, _) = on(&nine(), &["--at", AT]);
    assert_eq!(code, 0);
    assert!(out.contains("worker-5-deploy"), "{out}");
}

#[test]
fn looking_leaves_every_byte_as_it_was() {
    let nine = nine();
    let before = fs::read(nine.path()).unwrap();
    for args in [
        &["status"][..],
        &["check"],
        &["status", "-o", "json", "--at", AT],
        &["events"],
    ] {
        on(&nine, args);
    }
    assert_eq!(fs::read(nine.path()).unwrap(), before);
}

/// A child that does not outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn events_follow_what_another_connection_writes_and_end_with_their_reader() {
    let nine = nine();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_swarmwarden"));
    command
        .args(["events", "--follow", "--db"])
        .arg(nine.path())
        .stdout(Stdio::piped())
        .env_clear()
        .env("SWARMWARDEN_STATE", STATE);
    let mut child = Running(command.current_dir(std::env::temp_dir()).spawn().unwrap());
    let (sender, lines) = sync_channel(64);
    let reader = BufReader::new(child.0.stdout.take().unwrap());
    thread::spawn(move || {
        for line in reader.lines().map_while(Result::ok) {
            let value: Value = serde_json::from_str(&line).unwrap();
            let enough = value["type"] == "message";
            if sender.send(value).is_err() || enough {
                break; // drops the pipe, as a reader does that has enough
            }
        }
    });
    let next = || lines.recv_timeout(Duration::from_secs(30)).unwrap();
    let hello = next();
    assert_eq!(
        (&hello["type"], &hello["workers"]),
        (&"hello".into(), &9.into())
    );
    assert!((0..9).all(|_| next()["type"] == "worker.state"));
    let db = rusqlite::Connection::open(nine.path()).unwrap();
    let sql = "INSERT INTO messages (conversation_id, from_session, to_session, message, metadata, timestamp)
        SELECT id, 'b', 'a', 'hello \x1b[31mthere', NULL, '2025-11-13T16:08:01' FROM conversations LIMIT 1";
    db.execute(sql, []).unwrap();
    let found = (0..64).map(|_| next()).find(|l| l["type"] == "message");
    let message = found.unwrap();
    assert_eq!(message["text"], "hello there⟨5 control bytes⟩");
    let ended = (0..300).find_map(|_| {
        thread::park_timeout(Duration::from_millis(100));
        child.0.try_wait().unwrap()
    });
    assert_eq!(ended.unwrap().code(), Some(141));
}
