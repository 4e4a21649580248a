use super::*;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

#[test]
fn a_background_is_dark_or_light_by_its_luminance() {
    for (reply, wanted) in [
        ("rgb:0000/0000/0000", Ground::Dark),
        ("rgb:1e1e/1e1e/2e2e", Ground::Dark),
        ("rgb:00/2b/36", Ground::Dark),
        ("rgb:0000/0000/ffff", Ground::Dark),
        ("rgb:fd/f6/e3", Ground::Light),
        ("rgb:f/f/f", Ground::Light),
        ("rgba:ffff/ffff/dddd/8000", Ground::Light),
        ("rgb:0000/ffff/0000", Ground::Light),
    ] {
        assert_eq!(ground(reply), Some(wanted), "{reply}");
    }
    for wrong in [
        "",
        "rgb:",
        "rgb:00/00",
        "rgb:+1/00/00",
        "rgb:12345/0/0",
        "rgb:gg/00/00",
        "hsl:00/00/00",
        "rgb:é/0/0",
    ] {
        assert_eq!(ground(wrong), None, "{wrong}");
    }
}

#[test]
fn an_answer_is_found_among_what_is_typed_once_it_is_whole() {
    assert_eq!(reply(b"q\x1b]11;rgb:0/0/0\x1b\\"), Some("rgb:0/0/0"));
    assert_eq!(reply(b"\x1b]11;rgb:0/0/0\x07x"), Some("rgb:0/0/0"));
    for part in [
        &b"\x1b]11;rgb:0/0/0"[..],
        b"\x1b]11;rgb:0/0/0\x1b",
        b"",
        b"\x1b]10;x\x07",
    ] {
        assert_eq!(reply(part), None);
    }
}

/// What the parser of keys makes of bytes that come in these pieces.
fn keys(pieces: &[&str]) -> Vec<Event> {
    let mut out = Vec::new();
    for piece in pieces {
        let mut alt = false;
        let mut chars = piece.chars().peekable();
        while let Some(c) = chars.next() {
            let (code, modifiers) = match c {
                '\x1b' if chars.peek().is_some() => {
                    alt = true;
                    continue;
                }
                '\x1b' => (KeyCode::Esc, KeyModifiers::NONE),
                '\x07' => (KeyCode::Char('g'), KeyModifiers::CONTROL),
                c if c.is_ascii_uppercase() => (KeyCode::Char(c), KeyModifiers::SHIFT),
                c => (KeyCode::Char(c), KeyModifiers::NONE),
            };
            let modifiers = if std::mem::take(&mut alt) {
                modifiers | KeyModifiers::ALT
            } else {
                modifiers
            };
            out.push(Event::Key(KeyEvent::new(code, modifiers)));
        }
    }
    out
}

fn passed(mut late: Late, events: Vec<Event>) -> Vec<Event> {
    let now = Instant::now();
    let all = events.into_iter().flat_map(|event| late.pass(event, now));
    all.collect()
}

fn waiting(heard: &str) -> Late {
    Late::after(heard.as_bytes(), Instant::now() + LATEST)
}

#[test]
fn a_late_answer_is_never_taken_for_keys_wherever_it_is_cut() {
    for end in ["\x1b\\", "\x07"] {
        let answer = format!("\x1b]11;rgb:fFfF/0123/abcd{end}");
        for cut in 0..answer.len() {
            let (head, tail) = answer.split_at(cut);
            // Cut between the question and the first key.
            assert_eq!(
                passed(waiting(head), keys(&[tail, "2q"])),
                keys(&["2q"]),
                "{cut}"
            );
            // Cut between two reads of the parser.
            let all = passed(waiting(""), keys(&[head, tail, "2q"]));
            let wanted = if cut == 1 {
                vec!["\x1b", "2q"]
            } else {
                vec!["2q"]
            };
            assert_eq!(all, keys(&wanted), "{cut}");
        }
    }
}

#[test]
fn what_is_no_answer_is_handed_on_as_it_was() {
    for typed in [
        &["jjq"][..],
        &["\x1b", "]]1"],
        &["\x1b]", "1", "1", "x"],
        &["\x1b]11;rgb:12", "q"],
        &["\x1b]11;rgb:00000000000000000000000000000000000000000000000"],
        &["\x1b\\", "\x07", "a"],
    ] {
        let events = keys(typed);
        assert_eq!(passed(waiting(""), events.clone()), events, "{typed:?}");
    }
    let answer = keys(&["\x1b]11;rgb:0/0/0\x07"]);
    assert_eq!(
        passed(Late::default(), answer.clone()),
        answer,
        "nobody asked"
    );
    let mut late = waiting("");
    let later = Instant::now() + LATEST + LATEST;
    let all = answer.clone().into_iter().flat_map(|e| late.pass(e, later));
    assert_eq!(all.collect::<Vec<_>>(), answer, "long after");
    let mut late = waiting("");
    late.pass(keys(&["\x1b]"]).remove(0), Instant::now());
    let size = Event::Resize(80, 24);
    assert_eq!(late.pass(size.clone(), Instant::now()), [size]);
}
