use super::*;
use ratatui::{Terminal, TerminalOptions, Viewport, layout::Rect, style::Stylize, text::Line};

fn screen() -> Terminal<Framed<Vec<u8>>> {
    let options = TerminalOptions {
        viewport: Viewport::Fixed(Rect::new(0, 0, 20, 3)),
    };
    Terminal::with_options(Framed::new(Vec::new()), options).unwrap()
}

fn written(terminal: &mut Terminal<Framed<Vec<u8>>>) -> String {
    String::from_utf8(std::mem::take(&mut terminal.backend_mut().out)).unwrap()
}

#[test]
fn a_frame_is_one_synchronized_update() {
    let mut terminal = screen();
    let draw = |terminal: &mut Terminal<Framed<Vec<u8>>>, text: &str| {
        terminal
            .draw(|f| {
                f.render_widget(text, f.area());
                f.set_cursor_position((1, 1));
            })
            .unwrap();
    };
    draw(&mut terminal, "one");
    let first = written(&mut terminal);
    assert!(first.starts_with("\x1b[?2026h"), "{first:?}");
    assert!(first.ends_with("\x1b[?2026l"), "{first:?}");
    assert_eq!(first.matches("2026h").count(), 1);
    assert!(first.contains("\x1b[2;2H"), "{first:?}");
    draw(&mut terminal, "one");
    assert_eq!(written(&mut terminal), "");
    draw(&mut terminal, "two");
    assert!(written(&mut terminal).len() < 80);
}

#[test]
fn cells_lead_where_their_frame_says_and_a_new_target_is_drawn_anew() {
    let shared = Shared::default();
    let options = TerminalOptions {
        viewport: Viewport::Fixed(Rect::new(0, 0, 20, 3)),
    };
    let mut terminal =
        Terminal::with_options(Framed::linked(Vec::new(), shared.clone()), options).unwrap();
    let draw = |terminal: &mut Terminal<Framed<Vec<u8>>>, target: &str| {
        let frame = |f: &mut ratatui::Frame<'_>| {
            let mut links = crate::tui::links::Links::default();
            f.render_widget("a link b", f.area());
            links.lead(f.buffer_mut(), Rect::new(2, 0, 4, 1), target);
            shared.set(links);
        };
        terminal.draw(frame).unwrap();
    };
    draw(&mut terminal, "https://a.example/");
    let first = written(&mut terminal);
    let (_, rest) = first.split_once("a\x1b]8;id=sw").unwrap();
    let (_, rest) = rest.split_once(';').unwrap();
    let link = "https://a.example/\x1b\\\x1b[1Clink\x1b]8;;\x1b\\\x1b[1Cb";
    assert!(rest.starts_with(link), "{first:?}");
    assert_eq!(first.matches("2026h").count(), 1);
    let mut screen = vt100::Parser::new(
        std::num::NonZeroU16::new(3).unwrap(),
        std::num::NonZeroU16::new(20).unwrap(),
        0,
    );
    screen.process(first.as_bytes());
    assert_eq!(screen.screen().contents().trim_end(), "a link b");
    draw(&mut terminal, "https://a.example/");
    assert_eq!(written(&mut terminal), "");
    draw(&mut terminal, "https://b.example/");
    let second = written(&mut terminal);
    for part in [";https://b.example/\x1b\\", "link\x1b]8;;\x1b\\"] {
        assert!(second.contains(part), "{second:?}");
    }
}

#[test]
fn sixteen_colours_are_told_in_their_own_codes() {
    let mut terminal = screen();
    let line = Line::from(vec![
        "a".red().bold(),
        "b".into(),
        "c".reversed(),
        "d".fg(Color::Indexed(208)),
    ]);
    terminal.draw(|f| f.render_widget(line, f.area())).unwrap();
    let bytes = written(&mut terminal);
    assert!(
        bytes.contains("\x1b[0;1;31ma\x1b[0mb\x1b[0;7mc\x1b[0;38;5;208md\x1b[0m"),
        "{bytes:?}"
    );
    terminal
        .draw(|f| f.render_widget("x  x漢x", f.area()))
        .unwrap();
    let bytes = written(&mut terminal);
    assert!(bytes.contains("漢\x1b[1;7Hx"), "{bytes:?}");
}
