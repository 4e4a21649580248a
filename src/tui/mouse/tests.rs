use crate::{
    domain::{Span, Timestamp},
    tui::{
        Effect, Model, Msg, Options,
        fixture::{self, NOW},
        model::View,
        paint, picture,
        screen::Spot,
    },
};
use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::{buffer::Buffer, layout::Rect};
use std::sync::Arc;

const SIZE: (u16, u16) = (120, 40);

fn model() -> Model {
    let options = Options {
        mouse: true,
        ..Options::default()
    };
    let mut model = Model::new(&options, NOW);
    let snapshot = fixture::branches(104);
    model.update(Msg::Snapshot(Arc::new(snapshot)), NOW);
    show(&mut model);
    model
}

fn show(model: &mut Model) -> String {
    let mut buf = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    let hits = paint(model, &mut buf, NOW);
    model.settle(&hits);
    picture::text(&buf)
}

fn press(model: &mut Model, keys: &str) {
    for c in keys.chars() {
        let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
        model.update(Msg::Input(Event::Key(key)), NOW);
        show(model);
    }
}

fn mouse(
    model: &mut Model,
    kind: MouseEventKind,
    (column, row): (u16, u16),
    at: Timestamp,
) -> Vec<Effect> {
    let event = MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    };
    let effects = model.update(Msg::Input(Event::Mouse(event)), at);
    show(model);
    effects
}

const DOWN: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

/// A click long after the one before.
fn click(model: &mut Model, at: (u16, u16)) -> Vec<Effect> {
    mouse(model, DOWN, at, NOW.plus(Span::seconds(60)));
    model.mouse.pressed = None;
    Vec::new()
}

/// Where some words stand on the screen.
fn find(model: &mut Model, words: &str) -> (u16, u16) {
    let text = show(model);
    let found = text.lines().enumerate().find_map(|(y, line)| {
        let at = line.find(words)?;
        Some((line[..at].chars().count(), y))
    });
    let (x, y) = found.unwrap_or_else(|| panic!("{words} in\n{text}"));
    (u16::try_from(x).unwrap(), u16::try_from(y).unwrap())
}

#[test]
fn a_click_selects_and_a_double_click_opens() {
    let mut model = model();
    press(&mut model, "2");
    let at = find(&mut model, "worker-41-data");
    mouse(&mut model, DOWN, at, NOW);
    let chosen = model.screens.workers.selected().unwrap().id.to_string();
    assert_eq!(chosen, "worker-41-data");
    assert_eq!(model.view, View::Workers);
    let soon = NOW.plus(Span(200_000));
    mouse(&mut model, DOWN, at, soon);
    assert_eq!(model.view, View::Worker);
    press(&mut model, "2");
    let at = find(&mut model, "worker-42-data");
    mouse(&mut model, DOWN, at, NOW);
    mouse(&mut model, DOWN, at, NOW.plus(Span::seconds(2)));
    assert_eq!(model.view, View::Workers, "two clicks are no double click");
}

#[test]
fn tabs_and_hints_do_what_their_keys_do() {
    let mut model = model();
    for (words, view) in [
        ("2 Workers", View::Workers),
        ("3 Tasks", View::Tasks),
        ("4 Alerts", View::Alerts),
        ("7 Activity", View::Activity),
    ] {
        let at = find(&mut model, words);
        click(&mut model, at);
        assert_eq!(model.view, view, "{words}");
    }
    let at = find(&mut model, "? help");
    click(&mut model, at);
    assert!(model.overlay.is_some());
    let at = find(&mut model, "close");
    click(&mut model, at);
    assert!(model.overlay.is_none());
}

#[test]
fn ux_37_a_click_on_a_heading_sorts_and_the_second_reverses() {
    let mut model = model();
    press(&mut model, "2");
    assert!(show(&mut model).contains("state ▾"));
    let at = find(&mut model, "beat ");
    click(&mut model, at);
    assert!(show(&mut model).contains("beat ▾"), "{}", show(&mut model));
    let first = model.screens.workers.rows[0].id.clone();
    click(&mut model, at);
    assert!(show(&mut model).contains("beat ▴"));
    assert_ne!(model.screens.workers.rows[0].id, first);
    press(&mut model, "6v");
    let at = find(&mut model, "branch ");
    click(&mut model, at);
    assert!(
        show(&mut model).contains("branch ▾"),
        "{}",
        show(&mut model)
    );
    press(&mut model, "3");
    let at = find(&mut model, "owner ");
    click(&mut model, at);
    click(&mut model, at);
    assert!(show(&mut model).contains("owner ▴"), "{}", show(&mut model));
}

#[test]
fn ux_36_the_wheel_scrolls_only_the_panel_under_the_pointer() {
    let mut model = model();
    press(&mut model, "2");
    let row = model.screens.workers.list.row();
    let last = SIZE.1 - 4;
    mouse(&mut model, MouseEventKind::ScrollDown, (10, last), NOW);
    assert_eq!(model.screens.workers.list.row(), row);
    assert!(model.screens.workers.detail.0 > 0);
    assert!(
        !model.screens.workers.on_detail,
        "the keys stay where they were"
    );
    let detail = model.screens.workers.detail.0;
    mouse(&mut model, MouseEventKind::ScrollUp, (10, last), NOW);
    assert!(model.screens.workers.detail.0 < detail);
    mouse(&mut model, MouseEventKind::ScrollDown, (10, 5), NOW);
    assert_eq!(model.screens.workers.list.row(), row.map(|r| r + 3));
}

fn writes(effect: &Effect) -> bool {
    use crate::domain::Command::{Act, Alert, Job, ScratchMerge};
    match effect {
        Effect::Send(e) => matches!(
            e.command,
            Act(_) | Alert { .. } | Job { .. } | ScratchMerge { .. }
        ),
        _ => false,
    }
}

#[test]
fn ux_38_no_single_click_writes_anywhere() {
    let swarm = Arc::new(fixture::branches(9));
    let open = |keys: &str| {
        let mut model = Model::new(&Options::default(), NOW);
        model.update(Msg::Snapshot(Arc::clone(&swarm)), NOW);
        model.update(Msg::Jobs(fixture::jobs()), NOW);
        show(&mut model);
        press(&mut model, keys);
        model
    };
    let mut seen = std::collections::HashSet::new();
    for keys in [
        "1", "2", "2v", "2vv", "3", "3vv", "4", "5", "6", "6v", "6vv", "7", "2x", "4M", "3r", "D",
        "?", "3P", "c", "L",
    ] {
        let first = open(keys);
        let (view, over) = (first.view.name(), first.overlay.is_some());
        let spots = first.mouse.spots.clone();
        // One row is like the next.
        let all = spots
            .into_iter()
            .filter(|(_, s)| !matches!(s, Spot::Row(2..) | Spot::Group(2..)));
        for (place, spot) in all {
            let tab = matches!(spot, Spot::Key(_)) && place.y < 2;
            if !seen.insert((if tab { "" } else { view }, over, format!("{spot:?}"))) {
                continue;
            }
            let mut model = open(keys);
            let event = MouseEvent {
                kind: DOWN,
                column: place.x,
                row: place.y,
                modifiers: KeyModifiers::NONE,
            };
            let effects = model.update(Msg::Input(Event::Mouse(event)), NOW);
            assert!(
                !effects.iter().any(writes),
                "{keys} {spot:?} at {place}: {effects:?}"
            );
            assert!(model.acting.log.is_empty(), "{keys} {spot:?} at {place}");
        }
    }
    assert!(seen.len() > 100, "{}", seen.len());
}

#[test]
fn the_click_that_gives_the_window_the_focus_does_nothing_else() {
    let mut model = model();
    let at = find(&mut model, "2 Workers");
    model.update(Msg::Input(Event::FocusGained), NOW);
    mouse(&mut model, DOWN, at, NOW.plus(Span(20_000)));
    assert_eq!(model.view, View::Overview);
    mouse(&mut model, DOWN, at, NOW.plus(Span(900_000)));
    assert_eq!(model.view, View::Workers);
}

#[test]
fn ux_35_m_gives_the_mouse_back_and_says_so() {
    let mut model = model();
    let key = KeyEvent::new(KeyCode::Char('m'), KeyModifiers::NONE);
    let effects = model.update(Msg::Input(Event::Key(key)), NOW);
    assert_eq!(effects, [Effect::Mouse(false)]);
    assert!(show(&mut model).contains("mouse off"));
    let later = NOW.plus(Span::seconds(20));
    model.update(Msg::Tick, later);
    assert!(
        show(&mut model).contains("mouse off"),
        "and goes on saying so"
    );
    let effects = model.update(Msg::Input(Event::Key(key)), later);
    assert_eq!(effects, [Effect::Mouse(true)]);
}
