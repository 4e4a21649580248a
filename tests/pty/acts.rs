//! An incident from its alert to the committed move, by keys; and a bridge that somebody else moved first.

use crate::{DEMO, Result, Session, in_shell};
use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The demo's own bridge under a directory for temporary files.
fn bridge(dir: &Path) -> std::result::Result<PathBuf, Box<dyn std::error::Error>> {
    let demo = std::fs::read_dir(dir)?.flatten().find(|e| {
        e.file_name()
            .to_string_lossy()
            .starts_with("swarmwarden-demo")
    });
    Ok(demo.ok_or("no demo")?.path().join("bridge.db"))
}

fn beside(bridge: &Path, words: &[&str]) -> std::io::Result<Output> {
    let state = bridge.with_file_name("state");
    Command::new(env!("CARGO_BIN_EXE_swarmwarden"))
        .args([
            "--db".as_ref(),
            bridge.as_os_str(),
            "--state".as_ref(),
            state.as_os_str(),
        ])
        .args(words)
        .env_remove("SWARMWARDEN_CONFIG")
        .output()
}

/// Presses a key until the screen shows what it leads to: a confirming key is deaf for a moment.
pub(super) fn press_until(session: &mut Session, key: &str, text: &str) -> Result {
    for _ in 0..400 {
        if session.text().contains(text) {
            return Ok(());
        }
        session.keys(key)?;
        std::thread::park_timeout(std::time::Duration::from_millis(25));
    }
    Err(format!("`{text}` never came:\n{}", session.text()).into())
}

#[test]
fn pty_an_incident_is_over_in_three_keys() -> Result {
    let dir = tempfile::tempdir()?;
    let mut session = in_shell(DEMO, &[("TMPDIR", dir.path().to_str().ok_or("path")?)])?;
    session.wait("CRIT")?;
    session.wait("DEMO LIVE")?;
    session.keys("4")?; // the alerts, the worst first
    session.wait("[4 Alerts")?;
    session.keys("r")?; // who should take its work
    session.wait("WILL")?;
    session.wait("y  Reassign api-refresh-tokens")?;
    press_until(&mut session, "y", "done   u undo")?;

    let bridge = bridge(dir.path())?;
    let verified = beside(&bridge, &["audit", "verify"])?;
    assert!(verified.status.success(), "{verified:?}");
    assert!(
        String::from_utf8_lossy(&verified.stdout).contains("1 links"),
        "{verified:?}"
    );
    session.keys("\x1b")?; // the last y may have opened the menu of copies
    session.keys("u")?;
    session.wait("Give api-refresh-tokens back to worker-3-tests: done")?;
    let shown = beside(&bridge, &["audit", "show"])?;
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert_eq!(shown.lines().count(), 2, "{shown}");
    assert!(shown.contains("undo"), "{shown}");
    session.keys("q")?;
    session.wait("CODE 0")
}

#[test]
fn pty_who_comes_second_is_told_and_writes_nothing() -> Result {
    let dir = tempfile::tempdir()?;
    let mut session = in_shell(DEMO, &[("TMPDIR", dir.path().to_str().ok_or("path")?)])?;
    session.wait("CRIT")?;
    session.wait("DEMO LIVE")?;
    session.keys("r")?;
    session.wait("y  Reassign api-refresh-tokens")?;
    let bridge = bridge(dir.path())?;
    let words = [
        "--actor",
        "alice@desk",
        "reassign",
        "api-refresh-tokens",
        "--to",
        "auto",
        "--yes",
    ];
    let first = beside(&bridge, &words)?;
    assert!(first.status.success(), "{first:?}");
    press_until(&mut session, "y", "already moved to")?;
    session.wait("by alice@desk")?;
    session.wait("nothing was written")?;
    let shown = beside(&bridge, &["audit", "show"])?;
    assert_eq!(String::from_utf8_lossy(&shown.stdout).lines().count(), 1);
    session.keys("\x1bq")?;
    session.wait("CODE 0")
}
