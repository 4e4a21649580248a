//! Drills from outside: what they say, what they leave behind, and that each test fails when what it rests on is broken.

use super::{alive::until, bridge::Bridge};
use rusqlite::Connection;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
};
use swarmwarden::drill::Fault;
use tempfile::TempDir;

fn command(temporary: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_swarmwarden"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", temporary)
        .env("TMPDIR", temporary)
        .args(["drill", "-o", "json"])
        .args(args);
    command
}

/// Runs a drill: its exit code, and its result.
fn drill(args: &[&str]) -> (i32, Value) {
    let dir = TempDir::new().unwrap();
    let done = command(dir.path(), args).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        0,
        "something is left of {args:?}"
    );
    let result = serde_json::from_str(&said);
    let result =
        result.unwrap_or_else(|_| panic!("{said}{}", String::from_utf8_lossy(&done.stderr)));
    (done.status.code().unwrap(), result)
}

fn tests(result: &Value) -> Vec<&Value> {
    result["tests"].as_object().unwrap().values().collect()
}

/// What is broken, in which test, and what that test must complain about.
const BREAKS: [(&str, &str, &str); 21] = [
    ("tables", "1", "bridge opened by status"),
    ("expiry", "2", "conversations that their workers may use: 0"),
    ("locked", "3", "handing out"),
    ("mute", "4", "workers that answered: 7"),
    ("loss", "5", "messages lost"),
    ("redaction", "6", "key-like strings kept in the bridge"),
    ("tokens", "6", "ways that the other side's token opens"),
    ("restart", "7", "worker 1 beats again: not within"),
    ("audit", "8", "chain of this run holds: 0"),
    ("unlogged", "8", "messages without an entry"),
    (
        "watchdog",
        "9",
        "the alert that worker 3 is silent: not within",
    ),
    ("policy", "9", "the task is moved: not within"),
    (
        "detector",
        "9",
        "the alert that worker 3 is silent: not within",
    ),
    (
        "fence",
        "9",
        "completions that count and are the new owner's: 0",
    ),
    (
        "remote",
        "10",
        "workers that took their credentials over, and said so: 0",
    ),
    ("keepalive", "11", "longest time without a beat"),
    ("loss", "11", "messages delivered: "),
    ("double", "11", "messages delivered twice"),
    (
        "watchdog",
        "12",
        "the alert that worker 5 is silent: not within",
    ),
    (
        "detector",
        "12",
        "the alert that worker 5 is silent: not within",
    ),
    ("push", "13", "average latency"),
];

/// Each breakage of these tests makes its test fail, and for its own reason. They mostly wait for what does not come, so four at a time.
fn breaks(of: &[&str]) {
    let all: Vec<_> = BREAKS
        .iter()
        .filter(|(_, test, _)| of.contains(test))
        .collect();
    for some in all.chunks(4) {
        thread::scope(|scope| {
            for (fault, test, words) in some {
                scope.spawn(move || broken(fault, test, words));
            }
        });
    }
}

fn broken(fault: &str, test: &str, words: &str) {
    let (code, result) = drill(&["--test", test, "--break", fault, "--speed", "120"]);
    let found = tests(&result)[0];
    let reasons = found["reasons"].to_string();
    assert_eq!(
        (code, &found["result"]),
        (1, &Value::from("FAIL")),
        "{fault}: {found}"
    );
    assert!(reasons.contains(words), "{fault}: {reasons}");
}

#[test]
fn installation_conversations_and_tasks_can_fail() {
    breaks(&["1", "2", "3", "4"]);
}

#[test]
fn load_security_recovery_and_audit_can_fail() {
    breaks(&["5", "6", "7", "8"]);
}

#[test]
fn idle_recovery_can_fail() {
    breaks(&["9"]);
}

#[test]
fn distribution_and_notification_can_fail() {
    breaks(&["10", "13"]);
}

#[test]
fn reliability_can_fail() {
    breaks(&["11"]);
}

#[test]
fn monitoring_can_fail() {
    breaks(&["12"]);
}

#[test]
fn nothing_can_be_broken_that_is_not_seen() {
    let seen: BTreeSet<_> = BREAKS.iter().map(|(fault, ..)| *fault).collect();
    let all: BTreeSet<_> = Fault::ALL.iter().map(|f| f.name()).collect();
    assert_eq!(seen, all);
}

#[test]
fn what_was_found_is_written_as_the_protocol_has_it() {
    let dir = TempDir::new().unwrap();
    let out = dir.path().join("out");
    let (code, result) = drill(&["--test", "1,2,6,8,13", "--out", out.to_str().unwrap()]);
    assert_eq!(
        (code, &result["overall_status"]),
        (0, &Value::from("PASS")),
        "{result:#}"
    );
    assert_eq!(
        result["production_ready"], false,
        "eight tests were not run"
    );
    assert_eq!(result["architecture"]["total_agents"], 9);
    let pushed = &result["tests"]["test_13_filesystem_notifications"];
    assert_eq!(
        (&pushed["status"], &pushed["messages_received"]),
        (&Value::from("PASS"), &Value::from(10))
    );
    assert!(pushed["average_latency_ms"].as_f64().unwrap() > 0.0);
    assert!(
        tests(&result)
            .iter()
            .all(|t| t["result"] == "PASS" && t["done"][0]["at"].is_string())
    );
    let written = fs::read_to_string(out.join("S2-PROTOCOL-V2-TEST-RESULTS.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), result);
    let trail = fs::read_to_string(out.join("S2-PROTOCOL-V2-AUDIT-TRAIL.md")).unwrap();
    assert!(
        trail.contains("## Test Execution Summary") && trail.contains("## Success Metrics"),
        "{trail}"
    );
    assert!(trail.contains("instead of the Python bridge"), "{trail}");
    let junit = fs::read_to_string(out.join("junit.xml")).unwrap();
    assert_eq!(
        (
            junit.matches("<testcase ").count(),
            junit.matches("<failure").count()
        ),
        (5, 0)
    );
    let hex = |word: &str| word.len() >= 64 && word.bytes().all(|b| b.is_ascii_hexdigit());
    for text in [written, trail, junit] {
        assert!(
            !text.split(|c: char| !c.is_ascii_alphanumeric()).any(hex),
            "a token is shown"
        );
    }
}

#[test]
fn on_the_tables_of_the_scripts_everything_works_that_their_scripts_cannot_do_on_the_others() {
    let real = Bridge::of("nine-agents").unwrap();
    let db = Connection::open(real.path()).unwrap();
    let asked = db.prepare("SELECT role_a, role_b FROM conversations");
    assert!(
        asked
            .unwrap_err()
            .to_string()
            .contains("no such column: role_a")
    );
    // Keep-alive and inbox, push, watchdog and reassignment.
    let (code, result) = drill(&["--schema", "scripts", "--test", "7,12,13"]);
    assert_eq!(code, 0, "{result:#}");
    let watched = &result["tests"]["test_12_watchdog_monitoring"];
    assert_eq!(
        (
            &watched["alert_triggered"],
            &watched["reassignment_triggered"]
        ),
        (&true.into(), &true.into())
    );
    let (code, result) = drill(&["--schema", "scripts", "--test", "10"]);
    assert_eq!(
        (code, &tests(&result)[0]["result"]),
        (0, &Value::from("SKIP"))
    );
    assert!(
        tests(&result)[0]["skipped"]
            .as_str()
            .unwrap()
            .contains("expiry")
    );
}

/// Every row of a bridge that is not a drill's.
fn others(path: &Path) -> Vec<String> {
    let db = Connection::open(path).unwrap();
    let mut all = Vec::new();
    for (table, key) in [
        ("conversations", "id"),
        ("messages", "conversation_id"),
        ("session_status", "conversation_id"),
        ("audit_log", "conversation_id"),
    ] {
        let sql = format!(
            "SELECT * FROM {table} WHERE {key} IS NULL OR {key} NOT IN (SELECT id FROM conversations WHERE session_b_role LIKE 'drill-%') ORDER BY 1, 2"
        );
        let mut rows = db.prepare(&sql).unwrap();
        let n = rows.column_count();
        let rows = rows.query_map([], |row| {
            Ok((0..n)
                .map(|i| format!("{:?}", row.get_ref(i).unwrap()))
                .collect::<Vec<_>>()
                .join(" "))
        });
        all.extend(rows.unwrap().map(Result::unwrap));
    }
    all
}

#[test]
fn a_bridge_that_is_there_is_not_harmed() {
    let bridge = Bridge::of("nine-agents").unwrap();
    let path = bridge.path();
    let (path, before) = (path.to_str().unwrap(), others(&path));
    let (code, result) = drill(&["--db", path, "--test", "2,3,8,9"]);
    assert_eq!(code, 0, "{result:#}");
    let idle = &result["tests"]["test_9_idle_recovery"];
    assert!(
        idle["skipped"]
            .as_str()
            .unwrap()
            .contains("not on a given bridge"),
        "{idle}"
    );
    assert_eq!(others(Path::new(path)), before);
    let db = Connection::open(path).unwrap();
    let one = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(
        one("SELECT count(*) FROM conversations WHERE session_b_role LIKE 'drill-%'"),
        24
    );
    let alive = "SELECT count(*) FROM conversations WHERE session_b_role LIKE 'drill-%' AND expires_at > strftime('%Y-%m-%dT%H:%M:%S', 'now')";
    assert_eq!(one(alive), 0);
    let dir = TempDir::new().unwrap();
    let broken = ["--db", path, "--test", "5", "--break", "loss"];
    let done = command(dir.path(), &broken).output().unwrap();
    assert_eq!(done.status.code(), Some(64));
    assert_eq!(others(Path::new(path)), before);
}

/// Processes that a drill started.
fn started_by(pid: u32) -> usize {
    let wanted = format!("SWARMWARDEN_PARENT={pid}");
    let all = fs::read_dir("/proc").unwrap().flatten();
    let is = |path: &Path| {
        fs::read(path.join("environ"))
            .is_ok_and(|e| e.split(|b| *b == 0).any(|v| v == wanted.as_bytes()))
    };
    all.filter(|entry| is(&entry.path())).count()
}

#[test]
fn however_a_drill_ends_nobody_is_left() {
    for (signal, code) in [
        (Signal::INT, Some(130)),
        (Signal::TERM, Some(143)),
        (Signal::KILL, None),
    ] {
        let dir = TempDir::new().unwrap();
        let mut child = command(dir.path(), &["--test", "11"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        until("sixteen processes", || {
            (started_by(child.id()) >= 16).then_some(())
        });
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), code);
        until("nobody is left", || {
            (started_by(child.id()) == 0).then_some(())
        });
        // Nobody can clean up after SIGKILL.
        let left = fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(left, usize::from(code.is_none()));
    }
}
