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
