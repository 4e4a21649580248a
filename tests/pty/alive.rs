//! Workers that are kept alive by a dashboard.

use crate::{Result, bridge::TABLES, in_shell};
use rusqlite::Connection;
use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};
use swarmwarden::{domain::Span, engine::Clock};

/// A bridge with one live conversation, whose worker's credential is handed out.
fn scene(dir: &Path) -> Result {
    let now = Clock::system().now();
    let (made, over) = (now.naive(), now.plus(Span::seconds(3_600)).naive());
    let token = "ab".repeat(32);
    let db = Connection::open(dir.join("bridge.db"))?;
    db.execute_batch(TABLES)?;
    let sql = "INSERT INTO conversations VALUES ('conv_1', 'o', 'worker-1', 'x', ?, ?, ?)";
    db.execute(sql, [&token, &made, &over])?;
    let json = format!(
        r#"{{"conversation_id": "conv_1", "worker_id": 1, "worker_token": "{token}", "created_at": "{made}", "expires_at": "{over}"}}"#
    );
    let file = dir.join("1.json");
    fs::write(&file, json)?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    fs::write(
        dir.join("config.toml"),
        "[workers]\nwith = [\"keepalive\"]\n",
    )?;
    Ok(())
}

#[test]
fn pty_a_dashboard_keeps_alive_when_it_is_asked_to() -> Result {
    let dir = tempfile::tempdir()?;
    scene(dir.path())?;
    let place = |name: &str| dir.path().join(name).display().to_string();
    let (db, state) = (place("bridge.db"), place("state"));
    let beats = || -> std::result::Result<i64, rusqlite::Error> {
        Connection::open(&db)?.query_row("SELECT count(*) FROM session_status", [], |r| r.get(0))
    };
    let held = place("1.json");
    let env = [("SWARMWARDEN_CREDENTIALS", held.as_str())];
    let mut plain = in_shell(&format!("--db {db} --state {state}"), &env)?;
    plain.wait("1/1 up")?;
    plain.keys("D")?;
    plain.wait("refresh")?;
    assert!(!plain.text().contains("keepalive"), "{}", plain.text());
    plain.keys("\x03")?;
    plain.wait("END")?;
    assert_eq!(beats()?, 0);
    let config = place("config.toml");
    for asked in ["--with keepalive".to_owned(), format!("--config {config}")] {
        let mut session = in_shell(&format!("--db {db} --state {state} {asked}"), &env)?;
        session.wait("1/1 up")?;
        session.keys("D")?;
        session.wait("1 of 1 conversations beat")?;
        assert_eq!(beats()?, 1);
        session.keys("\x03")?;
        session.wait("END")?;
    }
    Ok(())
}

#[test]
fn pty_a_dashboard_follows_a_bridge_through_a_pipe_and_its_pipe_may_die() -> Result {
    let dir = tempfile::tempdir()?;
    scene(dir.path())?;
    let place = |name: &str| dir.path().join(name).display().to_string();
    let (db, state, pids) = (place("bridge.db"), place("state"), place("pids"));
    let program = env!("CARGO_BIN_EXE_swarmwarden");
    let via = format!("echo $$ >> {pids}; exec {program} pipe --db {db}");
    let env = [("SWARMWARDEN_VIA", via.as_str())];
    let mut session = in_shell(&format!("--state {state}"), &env)?;
    session.wait("1/1 up")?;
    for (label, kills) in [("worker-77", false), ("worker-78", true)] {
        if kills {
            let all = fs::read_to_string(&pids)?;
            let _some_are_gone = std::process::Command::new("kill")
                .arg("-KILL")
                .args(all.split_whitespace())
                .stderr(std::process::Stdio::null())
                .status()?;
        }
        let now = Clock::system().now();
        let (made, over) = (now.naive(), now.plus(Span::seconds(3_600)).naive());
        let sql = "INSERT INTO conversations VALUES (?, 'o', ?, 'x', 'y', ?, ?)";
        Connection::open(&db)?.execute(sql, [label, label, &made, &over])?;
        session.wait(label)?;
    }
    session.keys("\x03")?;
    session.wait("END")?;
    Ok(())
}
