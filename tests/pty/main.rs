//! The binary on a real terminal: what it leaves behind however it ends, and what an operator sees.

mod acts;
mod alive;
#[path = "../cli/bridge.rs"]
mod bridge;
mod calls;
mod session;
mod terminals;
mod themes;

use session::{Session, WAIT};

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

const DEMO: &str = "demo --workers 12 --seed 7";

/// Runs in a shell that tells the state of the line afterwards.
fn in_shell(
    args: &str,
    env: &[(&str, &str)],
) -> std::result::Result<Session, Box<dyn std::error::Error>> {
    let program = env!("CARGO_BIN_EXE_swarmwarden");
    let script = format!("{program} {args}; echo CODE $?; stty -a; echo END");
    Session::start(&["sh", "-c", &script], env, (120, 40))
}

#[test]
fn pty_start_and_quit_leaves_the_terminal_clean() -> Result {
    let mut session = in_shell(DEMO, &[])?;
    session.wait("NEEDS YOU")?;
    session.wait("DEMO LIVE")?;
    assert!(session.screen(|s| s.alternate_screen() && s.bracketed_paste()));
    session.keys("q")?;
    session.wait("END")?;
    session.wait("CODE 0")?;
    assert!(session.screen(|s| !s.alternate_screen() && !s.hide_cursor() && !s.bracketed_paste()));
    let text = session.text();
    assert!(
        text.contains(" echo ") && text.contains(" icanon "),
        "{text}"
    );
    let raw = session.raw();
    for query in [
        "\x1b[c",
        "\x1b[6n",
        "\x1b]10;?",
        "\x1b]11;?",
        "\x1b[?996n",
        "\x1b[>",
    ] {
        assert!(!raw.contains(query), "{query:?}");
    }
    let begun = raw.matches("\x1b[?2026h").count();
    assert!(begun > 0 && raw.matches("\x1b[?2026l").count() >= begun);
    Ok(())
}

#[test]
fn pty_a_panic_gives_the_terminal_back_before_it_is_told() -> Result {
    let session = in_shell(&format!("{DEMO} --panic-test"), &[("RUST_BACKTRACE", "0")])?;
    session.wait("END")?;
    let text = session.text();
    assert!(text.contains("this panic was asked for"), "{text}");
    assert!(text.contains(" echo "), "{text}");
    assert!(session.screen(|s| !s.alternate_screen() && !s.hide_cursor()));
    Ok(())
}

#[test]
fn pty_a_signal_gives_the_terminal_back() -> Result {
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::INT] {
        let program = env!("CARGO_BIN_EXE_swarmwarden");
        let words: Vec<&str> = std::iter::once(program).chain(DEMO.split(' ')).collect();
        let mut session = Session::start(&words, &[], (80, 24))?;
        session.wait("NEEDS YOU")?;
        session.signal(signal)?;
        session.ended(WAIT)?;
        assert!(session.screen(|s| !s.alternate_screen() && !s.hide_cursor()));
    }
    Ok(())
}

#[test]
fn pty_a_new_size_is_drawn_as_if_it_had_always_been() -> Result {
    let mut session = in_shell(DEMO, &[])?;
    session.wait("NEEDS YOU")?;
    session.keys("2f")?;
    session.wait("FROZEN")?;
    for (size, sign) in [
        ((40, 12), "Work "),
        ((80, 24), " @all"),
        ((30, 6), "40x12 for more"),
        ((120, 40), " swarmwarden  "),
    ] {
        session.resize(size)?;
        session.wait(sign)?;
    }
    session.wait("[2 Workers 12]")?;
    session.wait("1/12")?;
    session.keys("\x03")?;
    session.wait("CODE 0")
}

#[test]
fn pty_what_is_typed_is_seen() -> Result {
    let mut session = in_shell(DEMO, &[])?;
    session.wait("NEEDS YOU")?;
    session.keys("2/SILENT\r")?;
    session.wait("1/12 workers")?;
    session.keys("\r")?;
    session.wait("LIVENESS")?;
    session.keys("\x1b")?;
    session.wait("filter `SILENT`")?;
    session.keys("\x1b")?;
    session.wait(" 12 workers")?;
    session.keys("\x1b[200~ryqXD\n\x1b[201~")?;
    session.wait("paste ignored")?;
    session.keys("?")?;
    session.wait("Help · Workers")?;
    session.keys("\x1bQ")?;
    session.wait("CODE 0")?;
    session.wait(" WORKING worker-")
}

#[test]
fn pty_without_colour_no_colour_is_sent() -> Result {
    let mut session = in_shell(DEMO, &[("NO_COLOR", "1")])?;
    session.wait("NEEDS YOU")?;
    session.keys("q")?;
    session.wait("END")?;
    let raw = session.raw();
    let styles = raw.split("\x1b[").filter_map(|part| {
        let (codes, _) = part.split_once(|c: char| !c.is_ascii_digit() && c != ';')?;
        part.get(codes.len()..)?.starts_with('m').then_some(codes)
    });
    let styles: Vec<&str> = styles.collect();
    for code in styles.iter().flat_map(|codes| codes.split(';')) {
        assert!(matches!(code, "" | "0" | "1" | "2" | "4" | "7"), "{code}");
    }
    assert!(
        styles.contains(&"0;7"),
        "the selection is reversed: {styles:?}"
    );
    Ok(())
}

#[test]
fn pty_links_are_written_where_the_terminal_is_known_to_show_them() -> Result {
    for (env, linked) in [
        (("TERM", "xterm-kitty"), true),
        (("TERM", "xterm-256color"), false),
        (("TERM", "tmux-256color"), false),
        (("TERM", "linux"), false),
    ] {
        let mut session = in_shell(DEMO, &[env])?;
        session.wait("NEEDS YOU")?;
        session.keys("q")?;
        session.wait("CODE 0")?;
        let raw = session.raw();
        let file = raw.contains(";file://") && raw.contains("/bridge.db\x1b\\");
        assert_eq!((raw.contains("\x1b]8;"), file), (linked, linked), "{env:?}");
        let opened = raw.matches("\x1b]8;id=").count();
        let closed = raw.matches("\x1b]8;;\x1b\\").count();
        assert_eq!(opened, closed, "{env:?}");
    }
    Ok(())
}

#[test]
fn pty_a_theme_paints_its_background_and_one_that_is_not_there_is_told() -> Result {
    let env = [("COLORTERM", "truecolor")];
    let mut session = in_shell(&format!("{DEMO} --theme dark"), &env)?;
    session.wait("NEEDS YOU")?;
    let dark = vt100::Color::Rgb(0x12, 0x12, 0x12);
    let painted = |(y, x)| session.screen(|s| s.cell(y, x).is_some_and(|c| c.bgcolor() == dark));
    assert!([(0, 0), (20, 60), (39, 119)].into_iter().all(painted));
    session.keys("q")?;
    session.wait("END")?;
    let session = in_shell(&format!("{DEMO} --theme drak"), &env)?;
    session.wait("END")?;
    let text = session.text();
    assert!(text.contains("CODE 64"), "{text}");
    assert!(text.contains("the nearest is `dark`"), "{text}");
    assert!(!session.raw().contains("\x1b[?1049h"));
    Ok(())
}
