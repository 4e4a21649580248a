//! Theme `auto`: a terminal that says what its background is, one that says nothing, and one that says it late.

use super::{DEMO, Result, in_shell, session::Session};

const QUESTION: &str = "\x1b]11;?\x1b\\";
const DARK: vt100::Color = vt100::Color::Rgb(0x12, 0x12, 0x12);

fn auto(more: &[(&str, &str)]) -> std::result::Result<Session, Box<dyn std::error::Error>> {
    let mut env = vec![
        ("COLORTERM", "truecolor"),
        ("SSH_CONNECTION", ""),
        ("TMUX", ""),
    ];
    env.extend(more);
    in_shell(&format!("{DEMO} --theme auto"), &env)
}

fn ground(session: &Session) -> Option<vt100::Color> {
    session.screen(|s| s.cell(20, 60).map(vt100::Cell::bgcolor))
}

/// The background that is painted for a terminal that answers at once.
fn answered(answer: &str) -> std::result::Result<Option<vt100::Color>, Box<dyn std::error::Error>> {
    // A busy machine may be too late, and is then not told: it is asked again.
    for _ in 0..10 {
        let mut session = auto(&[])?;
        session.wait_raw(QUESTION)?;
        session.keys(answer)?;
        session.wait("NEEDS YOU")?;
        let found = ground(&session);
        session.keys("q")?;
        session.wait("CODE 0")?;
        if found != Some(vt100::Color::Default) {
            return Ok(found);
        }
    }
    Ok(None)
}

#[test]
fn pty_auto_is_dark_or_light_by_what_the_terminal_answers() -> Result {
    assert_eq!(answered("\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\")?, Some(DARK));
    let light = answered("\x1b]11;rgb:fafa/fafa/fafa\x07")?;
    assert!(light.is_some() && light != Some(DARK), "{light:?}");
    Ok(())
}

#[test]
fn pty_auto_is_term_without_an_answer_and_a_late_one_is_no_keys() -> Result {
    let mut session = auto(&[])?;
    session.wait_raw(QUESTION)?;
    session.wait("NEEDS YOU")?;
    assert_eq!(ground(&session), Some(vt100::Color::Default));
    // As keys, it would freeze, and go to the first view.
    session.keys("2")?;
    session.wait("[2 Workers 12]")?;
    session.keys("\x1b]11;rgb:ffff/ffff/ffff\x1b\\")?;
    session.keys("3")?;
    session.wait("[3 Tasks")?;
    let text = session.text();
    assert!(!text.contains("FROZEN"), "{text}");
    session.keys("q")?;
    session.wait("CODE 0")?;
    assert_eq!(session.raw().matches(QUESTION).count(), 1);
    Ok(())
}

#[test]
fn pty_auto_asks_nobody_who_may_answer_late() -> Result {
    for more in [
        ("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22"),
        ("TMUX", "/tmp/tmux-0/default,1,0"),
        ("TERM", "screen-256color"),
        ("TERM", "linux"),
        ("NO_COLOR", "1"),
    ] {
        let mut session = auto(&[more])?;
        session.wait("NEEDS YOU")?;
        session.keys("q")?;
        session.wait("CODE 0")?;
        assert!(!session.raw().contains(QUESTION), "{more:?}");
    }
    let dir = tempfile::tempdir()?;
    let config = dir.path().join("config.toml");
    std::fs::write(&config, "[ui]\nquery = true\n")?;
    let config = config.to_str().ok_or("no name")?;
    let mut session = auto(&[("TMUX", "x"), ("SWARMWARDEN_CONFIG", config)])?;
    session.wait_raw(QUESTION)?;
    session.wait("NEEDS YOU")?;
    session.keys("q")?;
    session.wait("CODE 0")
}
