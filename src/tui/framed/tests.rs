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
