//! Below 40×12: what takes keys is on screen, and what is not on screen writes nothing.

use super::{model, press, show, sizes::picture};
use crate::{
    domain::{Span, Timestamp},
    tui::{Model, Msg, Options, effect::Effect, fixture::NOW, paint},
};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{buffer::Buffer, layout::Rect};

const LATER: Timestamp = NOW.plus(Span::seconds(1));

fn at(size: (u16, u16), keys: &str) -> (Model, String) {
    let mut model = model(picture(), &Options::default());
    show(&mut model, size);
    press(&mut model, size, keys);
    let text = show(&mut model, size);
    (model, text)
}

/// What a key does a second later, when no question is deaf any more.
fn later(model: &mut Model, c: char) -> Vec<Effect> {
    let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
    model.update(Msg::Input(Event::Key(key)), LATER)
}

#[test]
fn what_takes_keys_is_drawn_on_the_smallest_terminal() {
    let shown = [
        ("3r", "Reassign"),
        (":quit", "quit"),
        ("2/state:silent", "/state:silent"),
        ("4M", "Mute"),
        ("2c", "Message to"),
        ("?", "Help"),
        ("g", "one more key"),
    ];
    for (keys, words) in shown {
        let (_, text) = at((39, 10), keys);
        assert!(text.contains(words), "{keys}: {text}");
        assert_eq!(text.lines().count(), 10, "{keys}: {text}");
    }
    let (_, text) = at((39, 10), "");
    assert!(text.contains("40x12 for more"), "{text}");
}

#[test]
fn what_was_not_drawn_is_not_confirmed() {
    let (mut seen, text) = at((39, 10), "3r");
    assert!(text.contains("y  "), "{text}");
    let sent = later(&mut seen, 'y');
    assert!(matches!(sent.as_slice(), [Effect::Send(_)]), "{sent:?}");

    let (mut blind, _) = at((39, 10), "3r");
    show(&mut blind, (18, 3));
    assert!(later(&mut blind, 'y').is_empty());
    assert!(blind.overlay.is_some());
    let text = show(&mut blind, (60, 3));
    assert!(text.contains("too small to show it"), "{text}");

    let (mut none, text) = at((18, 3), "3r");
    assert!(none.overlay.is_none(), "{text}");
    assert!(later(&mut none, 'y').is_empty());
}

#[test]
fn labels_name_the_key_that_is_bound_now() {
    let rebind = |action: &str, key: &str| crate::tui::Rebind {
        line: None,
        action: action.to_owned(),
        keys: vec![key.to_owned()],
    };
    let options = Options {
        rebind: vec![rebind("mark-range", "W"), rebind("confirm", "Y")],
        ..Options::default()
    };
    let mut model = model(picture(), &options);
    press(&mut model, (80, 24), "3W");
    let text = show(&mut model, (80, 24));
    assert!(text.contains("· W again mar"), "{text}");
    press(&mut model, (80, 24), "\x1b4Mjjjj\n");
    let text = show(&mut model, (80, 24));
    assert!(text.contains("Y mute"), "{text}");
}

#[test]
fn the_selected_card_of_the_board_is_one_even_bar() {
    let mut model = model(picture(), &Options::default());
    press(&mut model, (120, 40), "3vv");
    let mut buf = Buffer::empty(Rect::new(0, 0, 120, 40));
    let (x, y) = paint(&model, &mut buf, NOW).cursor.unwrap();
    let style = |x| buf.cell((x, y)).unwrap().style();
    let lifted = style(x);
    let wide = (x..120).take_while(|x| style(*x) == lifted).count();
    assert!(wide >= 18, "{wide}");
}

#[test]
fn a_key_that_acts_at_once_wants_its_row_on_screen() {
    for key in ['a', 'H'] {
        let (mut small, _) = at((39, 10), "4");
        assert!(later(&mut small, key).is_empty(), "{key}");
        let text = show(&mut small, (39, 10));
        assert!(text.contains("row not on screen"), "{key}: {text}");
        let (mut large, _) = at((40, 12), "4");
        assert!(!later(&mut large, key).is_empty(), "{key}");
    }
}
