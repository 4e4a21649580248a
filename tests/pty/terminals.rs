//! However it ends and whatever the terminal says it is, the terminal is afterwards as it was.

use super::{DEMO, Result, session::Session};
use std::collections::BTreeMap;

/// Kinds of terminals, as they call themselves.
const KINDS: [&str; 6] = [
    "xterm-kitty",
    "xterm-256color",
    "xterm",
    "screen-256color",
    "tmux-256color",
    "linux",
];

/// How it is ended: the arguments, and what is done once it is on screen.
const ENDS: [(&str, &str, &str); 5] = [
    ("quit", "", "q"),
    ("panic", "--panic-test", ""),
    ("TERM", "", "kill -TERM"),
    ("HUP", "", "kill -HUP"),
    ("INT", "", "kill -INT"),
];

/// Private modes that are still set, and the depth of the stack of titles, after all of `raw`.
fn left_over(raw: &str) -> (Vec<String>, i32) {
    let (mut modes, mut titles) = (BTreeMap::new(), 0);
    for part in raw.split("\x1b[").skip(1) {
        let Some(end) = part.find(|c: char| c.is_ascii_alphabetic()) else {
            continue;
        };
        let (codes, rest) = part.split_at(end);
        match (codes.strip_prefix('?'), rest.chars().next()) {
            (Some(codes), Some(sign @ ('h' | 'l'))) => {
                for code in codes.split(';') {
                    modes.insert(code.to_owned(), sign == 'h');
                }
            }
            (None, Some('t')) if codes.starts_with("22") => titles += 1,
            (None, Some('t')) if codes.starts_with("23") => titles -= 1,
            _ => {}
        }
    }
    // The cursor is visible when nobody says otherwise.
    modes.insert("25".to_owned(), modes.get("25") == Some(&false));
    let set = modes.into_iter().filter(|(_, set)| *set);
    (set.map(|(mode, _)| mode).collect(), titles)
}

fn line(text: &str) -> Vec<&str> {
    let words = text.split([' ', ';', '\n']);
    words
        .filter(|w| {
            [
                "echo", "-echo", "icanon", "-icanon", "isig", "-isig", "opost", "-opost",
            ]
            .contains(w)
        })
        .collect()
}

#[test]
fn pty_every_end_gives_every_terminal_back() -> Result {
    let program = env!("CARGO_BIN_EXE_swarmwarden");
    for kind in KINDS {
        for (name, args, end) in ENDS {
            let script =
                format!("{program} {DEMO} {args} 2>/dev/null; echo CODE $?; stty -a; echo END");
            let env = [("TERM", kind), ("RUST_BACKTRACE", "0")];
            let mut session = Session::start(&["sh", "-c", &script], &env, (80, 24))?;
            if name != "panic" {
                session.wait("NEEDS YOU")?;
            }
            match end.strip_prefix("kill -") {
                Some(signal) => session.signal_child(signal)?,
                None => session.keys(end)?,
            }
            session.wait("END")?;
            let raw = session.raw();
            let (modes, titles) = left_over(&raw);
            assert_eq!(modes, Vec::<String>::new(), "{kind} after {name}");
            assert_eq!(titles, 0, "{kind} after {name}");
            assert!(
                !session.screen(|s| s.alternate_screen() || s.hide_cursor() || s.bracketed_paste())
            );
            let text = session.text();
            assert_eq!(
                line(&text),
                ["opost", "isig", "icanon", "echo"],
                "{kind} after {name}: {text}"
            );
            let code = match name {
                "quit" => "CODE 0",
                "panic" => "CODE 101",
                "TERM" => "CODE 143",
                "HUP" => "CODE 129",
                _ => "CODE 130",
            };
            assert!(text.contains(code), "{kind} after {name}: {text}");
        }
    }
    Ok(())
}

#[test]
fn ux_65_a_dumb_terminal_gets_the_status_and_no_escape_byte() -> Result {
    let program = env!("CARGO_BIN_EXE_swarmwarden");
    let script = format!("{program} {DEMO}; echo CODE $?; stty -a; echo END");
    let session = Session::start(&["sh", "-c", &script], &[("TERM", "dumb")], (80, 24))?;
    session.wait("END")?;
    let (raw, text) = (session.raw(), session.text());
    assert!(!raw.contains('\x1b'), "{raw:?}");
    assert!(text.contains("CODE 0"), "{text}");
    assert_eq!(line(&text), ["opost", "isig", "icanon", "echo"], "{text}");
    Ok(())
}
