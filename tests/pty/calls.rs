//! Whoever does not look is called: a bell, a title, a program of the operator's.

use super::{Result, acts::press_until, bridge::Bridge, session::Session};
use std::fs;

/// Conversations of long ago that own work: critical at once, told once its group has waited.
fn watching(
    extra: &str,
) -> std::result::Result<(Session, Bridge, tempfile::TempDir), Box<dyn std::error::Error>> {
    let bridge = Bridge::of("nine-agents")?;
    let dir = tempfile::tempdir()?;
    let told = dir.path().join("told.json");
    let config = dir.path().join("config.toml");
    let outlet = format!(
        "[[notify]]\ncommand = [\"sh\", \"-c\", 'cat > \"$0\"', {:?}]\n",
        told.display().to_string()
    );
    fs::write(&config, format!("{extra}\n{outlet}"))?;
    let program = env!("CARGO_BIN_EXE_swarmwarden");
    let script = format!(
        "{program} --db {} --config {} --state {}; echo CODE $?; echo END",
        bridge.path().display(),
        config.display(),
        dir.path().join("state").display()
    );
    let session = Session::start(&["sh", "-c", &script], &[], (120, 40))?;
    Ok((session, bridge, dir))
}

#[test]
fn pty_a_critical_alert_rings_once_and_is_told_and_survives_a_restart() -> Result {
    let (mut session, bridge, dir) = watching("")?;
    session.wait("NEEDS YOU")?;
    session.wait_raw("\x07")?;
    session.keys("4")?;
    session.wait("[4 Alerts")?;
    let raw = session.raw();
    let rings = raw.replace("\x1b]2;", "").matches('\x07').count();
    assert_eq!(rings, 1);
    assert!(
        raw.contains("\x1b[22;0t") && raw.contains("\x1b]2;✗"),
        "no title"
    );
    session.keys("a")?; // a group: all that it stands for are listed, and their number is asked
    session.wait("Ack 6 alerts")?;
    session.keys("6")?;
    press_until(&mut session, "\r", "ACKED")?; // what is typed ahead confirms nothing
    session.keys("q")?;
    session.wait("CODE 0")?;
    assert!(
        session.raw().contains("\x1b[23;0t"),
        "the title is given back"
    );
    let told = fs::read_to_string(dir.path().join("told.json"))?;
    assert!(
        told.contains("\"schema\":\"swarmwarden.notify/v1\""),
        "{told}"
    );
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_swarmwarden"))
        .args(["status", "-o", "json", "--state"])
        .arg(dir.path().join("state"))
        .arg("--db")
        .arg(bridge.path())
        .output()?;
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(status.contains("\"status\": \"acked\""), "{status}");
    Ok(())
}
