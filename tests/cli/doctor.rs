//! `doctor` on set-ups that are really broken: each names the fault and what mends it.

use super::{
    alive::scene::{Running, Scene, until},
    run,
};
use rusqlite::Connection;
use serde_json::Value;
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
};

/// The whole report, with its exit code, checked against the published schema.
fn report(scene: &Scene, args: &[&str]) -> (i32, Value) {
    let mut command = scene.warden(&["doctor", "-o", "json"]);
    let (code, out, err) = run(command.args(args));
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out} {err}"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = fs::read_to_string(root.join("assets/schema/doctor.v1.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<_> = validator
        .iter_errors(&report)
        .map(|e| e.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let expected = match report["state"].as_str() {
        Some("fail") => 2,
        Some("warn") => 1,
        _ => 0,
    };
    assert_eq!(code, expected, "{out}");
    (code, report)
}

fn finding(report: &Value, id: &str) -> (String, String, String) {
    let all = report["findings"].as_array().unwrap();
    let found = all.iter().find(|f| f["id"] == id);
    let found = found.unwrap_or_else(|| panic!("no {id}: {report:#}"));
    let text = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
    (text("state"), text("seen"), text("remedy"))
}

/// A line stands so, and says all these words in what was seen or what mends it.
fn says(report: &Value, id: &str, state: &str, words: &[&str]) {
    let found = finding(report, id);
    assert_eq!(found.0, state, "{id}: {found:?}");
    for word in words {
        assert!(
            found.1.contains(word) || found.2.contains(word),
            "{id}, {word}: {found:?}"
        );
    }
}

#[test]
fn on_a_bridge_that_is_well_nothing_of_it_is_wrong() {
    let scene = Scene::bridge(2);
    let (_, report) = report(&scene, &[]);
    for finding in report["findings"].as_array().unwrap() {
        let id = finding["id"].as_str().unwrap();
        let ok = finding["state"] == "ok" || finding["state"] == "skip";
        assert!(ok || id.starts_with("host."), "{finding:#}");
    }
    says(&report, "bridge.journal", "ok", &["write-ahead"]);
    says(&report, "bridge.expiry", "ok", &["2 conversations live"]);
    says(&report, "bridge.file", "ok", &["$SWARMWARDEN_DB"]);
    let (_, text, _) = run(&mut scene.warden(&["doctor"]));
    assert!(text.contains("OK    bridge.schema       bridge/1"));
    assert!(!text.contains(&Scene::token(1)));
}

#[test]
fn a_file_that_is_not_there() {
    let scene = Scene::bridge(1);
    let (code, report) = report(&scene, &["--db", "missing.db"]);
    assert_eq!(code, 2);
    says(
        &report,
        "bridge.file",
        "fail",
        &[
            "no file missing.db",
            "named by --db",
            "start the bridge's program",
        ],
    );
}

#[test]
fn the_database_of_something_else() {
    let scene = Scene::bridge(1);
    let other = scene.path("other.db");
    Connection::open(&other)
        .unwrap()
        .execute_batch("CREATE TABLE notes (text)")
        .unwrap();
    let (code, report) = report(&scene, &["--db", other.to_str().unwrap()]);
    assert_eq!(code, 2);
    says(
        &report,
        "bridge.schema",
        "fail",
        &["notes(text)", "--db FILE"],
    );
    says(&report, "bridge.integrity", "ok", &["nothing"]);
}

#[test]
fn a_file_that_is_cut_off_and_one_that_is_none() {
    let scene = Scene::bridge(1);
    scene.sql("PRAGMA journal_mode = DELETE");
    for n in 0..400 {
        scene.send(1, &format!("{n}: {}", "x".repeat(200)));
    }
    let whole = fs::read(scene.db()).unwrap();
    let cut = scene.path("cut.db");
    fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let (code, found) = report(&scene, &["--db", cut.to_str().unwrap()]);
    assert_eq!(code, 2);
    says(
        &found,
        "bridge.integrity",
        "fail",
        &["damaged", "swarmwarden restore", ".recover"],
    );
    let text = scene.path("text.db");
    fs::write(
        &text,
        "no database at all, whatever its name says it is, not even the beginning of one",
    )
    .unwrap();
    let (code, found) = report(&scene, &["--db", text.to_str().unwrap()]);
    assert_eq!(code, 2);
    says(
        &found,
        "bridge.schema",
        "fail",
        &["not a SQLite database", "restore"],
    );
}

#[test]
fn whoever_holds_a_lock_is_named_by_its_process() {
    let own = std::process::id().to_string();
    let scene = Scene::bridge(1);
    let writer = Connection::open(scene.db()).unwrap();
    writer
        .execute_batch("BEGIN IMMEDIATE; UPDATE session_status SET status = 'x'")
        .unwrap();
    let (code, found) = report(&scene, &[]);
    assert_eq!(code, 2);
    says(
        &found,
        "bridge.locks",
        "fail",
        &[
            &format!("process {own} ("),
            "kept other writers out",
            &format!("ps -fp {own}"),
        ],
    );
    writer
        .execute_batch("ROLLBACK; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE")
        .unwrap();
    let (code, found) = report(&scene, &[]);
    assert_eq!(code, 2);
    says(
        &found,
        "bridge.locks",
        "fail",
        &[&own, "keeps everybody out"],
    );
    says(
        &found,
        "bridge.schema",
        "fail",
        &["locked by process", &own],
    );
    writer.execute_batch("ROLLBACK").unwrap();
    says(
        &report(&scene, &[]).1,
        "bridge.locks",
        "ok",
        &["open in", &own],
    );
}

#[test]
fn conversations_that_are_over_and_rows_of_the_future() {
    let scene = Scene::bridge(3);
    scene.sql("UPDATE conversations SET expires_at = '2025-11-13T19:00:00'");
    let (code, found) = report(&scene, &[]);
    assert_eq!(code, 2);
    says(
        &found,
        "bridge.expiry",
        "fail",
        &["all 3 conversations", "worker-1", "credentials rotate"],
    );
    let ahead = swarmwarden::engine::Clock::system().now();
    let ahead = ahead
        .plus(swarmwarden::domain::Span::seconds(3_600))
        .naive();
    scene.sql(&format!(
        "UPDATE session_status SET last_heartbeat = '{ahead}'"
    ));
    let (code, found) = report(&scene, &[]);
    assert_eq!(code, 2);
    says(
        &found,
        "bridge.clock",
        "fail",
        &["heartbeat", "ahead of this machine's clock", "timedatectl"],
    );
}

#[test]
fn a_remote_that_is_not_there() {
    let scene = Scene::bridge(1);
    let git = |args: &[&str]| {
        let done = Command::new("git")
            .args(args)
            .current_dir(scene.path(""))
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    git(&["init", "-q", "repo"]);
    git(&[
        "-C",
        "repo",
        "remote",
        "add",
        "origin",
        "nowhere/at/all.git",
    ]);
    let (code, found) = report(&scene, &["--git", "repo"]);
    assert_eq!(code, 2);
    says(
        &found,
        "git.remote",
        "fail",
        &["origin", "ls-remote", "set-url"],
    );
}

#[test]
fn a_credential_that_others_may_read_is_closed_when_asked() {
    let scene = Scene::bridge(1);
    let held = scene.held().join("1.json");
    fs::set_permissions(&held, fs::Permissions::from_mode(0o644)).unwrap();
    let with = |args: &[&str]| {
        let mut command = scene.warden(&["doctor"]);
        command.env("SWARMWARDEN_CREDENTIALS", scene.held());
        run(command.args(args))
    };
    let (code, out, _) = with(&[]);
    assert_eq!(code, 2);
    assert!(
        out.contains("1.json, mode 0644: others may read") && out.contains("doctor --fix"),
        "{out}"
    );
    let (_, out, _) = with(&["--fix"]);
    assert!(
        out.contains("fixed  ") && out.contains("1.json: mode 0600"),
        "{out}"
    );
    assert!(out.contains("OK    git.modes"), "{out}");
    assert_eq!(
        fs::metadata(&held).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn what_a_watchdog_left_that_was_killed() {
    let scene = Scene::bridge(1);
    let mut watchdog = Running::start(scene.process(&["watchdog"]));
    until("its health", || {
        let health = scene.health()?;
        let mut jobs = health["jobs"].as_array()?.iter();
        jobs.any(|j| j["name"] == "watchdog").then_some(())
    });
    let lock = scene.path("bridge.db.swarmwarden.lock");
    until("its lock", || {
        fs::read_to_string(&lock).ok().filter(|l| l.contains("pid"))
    });
    let (_, found) = report(&scene, &[]);
    says(
        &found,
        "daemons.watchdog",
        "ok",
        &[&format!("process {}", watchdog.id())],
    );
    watchdog.signal("KILL");
    watchdog.code();
    let (code, found) = report(&scene, &[]);
    assert_eq!(code, 2);
    let pid = watchdog.id().to_string();
    says(
        &found,
        "daemons.watchdog",
        "fail",
        &[&pid, "died", "swarmwarden watchdog"],
    );
    says(
        &found,
        "daemons.locks",
        "warn",
        &[&pid, "is gone", "doctor --fix"],
    );
    let before = fs::read(scene.db()).unwrap();
    let (_, found) = report(&scene, &["--fix"]);
    says(&found, "daemons.locks", "ok", &[]);
    assert!(found["fixes"].as_array().unwrap().len() >= 2, "{found:#}");
    assert_eq!(
        fs::read(scene.db()).unwrap(),
        before,
        "the bridge is as it was"
    );
    // That it died is not forgotten by cleaning up.
    says(&found, "daemons.watchdog", "fail", &["died"]);
}

#[test]
fn scripts_of_the_protocol_are_seen_and_their_tokens_are_not_shown() {
    let scene = Scene::bridge(1);
    let script = scene.path("mcp-keepalive-daemon.sh");
    fs::write(&script, "read line\n").unwrap();
    let mut running = Command::new("sh")
        .arg(&script)
        .args(["conv_1", &Scene::token(1)])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let (_, found) = report(&scene, &[]);
    running.kill().unwrap();
    running.wait().unwrap();
    says(
        &found,
        "daemons.scripts",
        "warn",
        &[
            "mcp-keepalive-daemon",
            &running.id().to_string(),
            "verifies no token",
            "run --with",
        ],
    );
    assert!(!found.to_string().contains(&Scene::token(1)));
}

#[test]
fn a_directory_that_we_may_not_write_in() {
    let scene = Scene::bridge(1);
    let dir = scene.path("closed");
    fs::create_dir(&dir).unwrap();
    let db = dir.join("bridge.db");
    fs::copy(scene.db(), &db).unwrap();
    fs::set_permissions(&db, fs::Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o555)).unwrap();
    fs::set_permissions(scene.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    let binary = env!("CARGO_BIN_EXE_swarmwarden");
    let id = Command::new("id").arg("-u").output().unwrap();
    let mut command = if id.stdout == b"0\n" {
        let mut other = Command::new("setpriv");
        other.args(["--reuid=65534", "--regid=65534", "--clear-groups", binary]);
        other
    } else {
        Command::new(binary)
    };
    let state = scene.path("nobody");
    command
        .args(["doctor", "--db"])
        .arg(&db)
        .arg("--state")
        .arg(&state)
        .current_dir("/");
    let out = command.output();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
    let Some(out) = out.ok().filter(|o| o.status.code().is_some_and(|c| c < 3)) else {
        eprintln!("SKIPPED: this machine does not let another user run the program");
        return;
    };
    let text = String::from_utf8_lossy(&out.stdout);
    assert_eq!(out.status.code(), Some(2), "{text}");
    for words in [
        "FAIL  bridge.permissions",
        "mode 0555",
        "in WAL mode",
        "make the directory writable",
        "FAIL  host.state",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}
