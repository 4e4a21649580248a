//! Every view and overlay on every size, and where the cursor stands.

use super::{model, press, show};
use crate::{
    domain::Snapshot,
    tui::{
        Model, Options,
        fixture::{self, NOW},
        paint,
    },
};
use ratatui::{buffer::Buffer, layout::Rect, style::Modifier};
use unicode_width::UnicodeWidthStr;

/// Every view, every layout and every overlay, and what leads to it.
pub(super) const EVERYTHING: [(&str, &str); 36] = [
    ("overview", "1"),
    ("groups", "1\tj"),
    ("workers", "2j"),
    ("grid", "2vl"),
    ("tree", "2vvj"),
    ("worker", "2\n"),
    ("tasks", "3j"),
    ("over", "3v"),
    ("board", "3vv"),
    ("task", "3\n"),
    ("alerts", "4"),
    ("alert detail", "4\tj"),
    ("messages", "5j"),
    ("message", "5j\n"),
    ("sessions", "6j"),
    ("session", "6j\n"),
    ("branches", "6vj"),
    ("matrix", "6vvl"),
    ("cell", "6vv\n"),
    ("merge", "6vvx\n"),
    ("activity", "7j"),
    ("activity detail", "7\tj"),
    ("zoom", "2z"),
    ("zoomed detail", "2\tz"),
    ("help", "2?"),
    ("daemons", "Dj"),
    ("mute", "4M"),
    ("dialog", "3r"),
    ("actions", "2x"),
    ("priority", "3P"),
    ("compose", "2c"),
    ("writes", "L"),
    ("copy", "2y"),
    ("export", "2E"),
    ("palette", ":re"),
    ("filter", "2/state:"),
];

pub(super) fn picture() -> Snapshot {
    let mut swarm = fixture::alarming(104);
    let branches = fixture::branches(104);
    swarm.repo = branches.repo;
    swarm.sessions = branches.sessions;
    swarm.events = fixture::eventful(104).events;
    swarm
}

/// No cell holds more than fits to its right, and none holds a control character.
fn is_sound(buf: &Buffer, what: &str) {
    let width = usize::from(buf.area().width).max(1);
    for (y, row) in buf.content().chunks(width).enumerate() {
        for (x, cell) in row.iter().enumerate() {
            let symbol = cell.symbol();
            assert!(x + symbol.width() <= width, "{what} at {x},{y}: {symbol:?}");
            let plain = !symbol.chars().any(char::is_control);
            assert!(plain, "{what} at {x},{y}: {symbol:?}");
        }
    }
}

fn draw(model: &mut Model, (w, h): (u16, u16), what: &str) {
    let mut buf = Buffer::empty(Rect::new(0, 0, w, h));
    let hits = paint(model, &mut buf, NOW);
    is_sound(&buf, &format!("{what} {w}x{h}"));
    if let Some((x, y)) = hits.cursor {
        assert!(x < w && y < h, "{what} {w}x{h}: the cursor is at {x},{y}");
    }
    let inside = |r: &Rect| r.right() <= w && r.bottom() <= h;
    let out = hits.spots.iter().find(|(r, _)| !inside(r));
    assert!(out.is_none(), "{what} {w}x{h}: {out:?}");
    model.settle(&hits);
}

/// All widths at some heights, and all heights at some widths; of every few, so that it takes seconds.
fn sizes() -> Vec<(u16, u16)> {
    let mut all: Vec<(u16, u16)> = Vec::new();
    for height in [1, 12, 24] {
        all.extend((1..=200).step_by(9).map(|width| (width, height)));
    }
    for width in [1, 40, 80] {
        all.extend((1..=60).step_by(7).map(|height| (width, height)));
    }
    for width in [39, 40, 60, 80, 119, 160] {
        all.extend([11, 12, 20, 23].map(|height| (width, height)));
    }
    all.extend([
        (120, 29),
        (120, 30),
        (160, 40),
        (200, 60),
        (2, 60),
        (200, 2),
    ]);
    all
}

/// Every third of them from `n` on: three tests run beside each other.
fn every_size(n: usize) {
    let picture = picture();
    for (name, keys) in EVERYTHING.into_iter().skip(n).step_by(3) {
        let mut model = model(picture.clone(), &Options::default());
        press(&mut model, (120, 40), keys);
        for size in sizes() {
            draw(&mut model, size, name);
        }
    }
}

#[test]
fn every_size_from_1x1_to_200x60_is_drawn_within_its_bounds() {
    every_size(0);
}

#[test]
fn every_size_is_drawn_within_its_bounds_also_of_the_second_third() {
    every_size(1);
}

#[test]
fn every_size_is_drawn_within_its_bounds_also_of_the_last_third() {
    every_size(2);
}

#[test]
fn ux_67_the_cursor_stands_on_the_selected_row() {
    let picture = picture();
    let lists = [
        "workers", "grid", "tree", "tasks", "board", "alerts", "messages", "activity", "branches",
        "sessions",
    ];
    for (name, keys) in EVERYTHING {
        for size in [(120, 40), (80, 24), (60, 20), (40, 12)] {
            let mut model = model(picture.clone(), &Options::default());
            press(&mut model, size, keys);
            let mut buf = Buffer::empty(Rect::new(0, 0, size.0, size.1));
            let hits = paint(&model, &mut buf, NOW);
            let Some((x, y)) = hits.cursor else {
                panic!("{name} {size:?}: no cursor\n{}", show(&mut model, size));
            };
            let lifted = |x: u16| {
                let cell = buf.cell((x, y));
                cell.is_some_and(|c| c.modifier.contains(Modifier::REVERSED))
            };
            if lists.contains(&name) {
                assert!(lifted(x) || lifted(x + 1), "{name} {size:?} at {x},{y}");
            }
        }
    }
}

#[test]
fn ux_8_and_9_chrome_is_four_rows_and_hints_are_whole() {
    let picture = picture();
    for keys in ["1", "2", "3", "4", "5", "6", "7"] {
        for (w, h) in [(120, 40), (80, 24), (60, 20), (40, 12)] {
            let mut model = model(picture.clone(), &Options::default());
            press(&mut model, (w, h), keys);
            let text = show(&mut model, (w, h));
            let hints = text.lines().last().unwrap_or_default();
            let offered = crate::tui::view::offered(&model);
            let known: Vec<String> = offered
                .iter()
                .map(|b| format!("{} {}", b.key(), b.hint.as_deref().unwrap_or_default()))
                .collect();
            for token in hints.trim().split("  ") {
                let whole = known.contains(&token.trim().to_owned());
                assert!(whole, "{keys} {w}: {token:?}");
            }
        }
    }
}

#[test]
fn ux_1_no_line_of_the_overview_is_cut_but_in_its_words() {
    let mut model = model(picture(), &Options::default());
    let text = show(&mut model, (80, 24));
    for problem in text.lines().skip(3).take(4) {
        assert!(!problem.trim_end().ends_with('…'), "{problem}");
        let keyed = [
            "r reassign",
            "Enter ",
            "c answer",
            "a ack",
            "acked",
            "muted",
            "explained",
        ];
        assert!(keyed.iter().any(|k| problem.contains(k)), "{problem}");
    }
    for team in ["core", "ui", "infra", "data", "test", "docs", "perf", "sec"] {
        assert!(text.contains(&format!(" {team} ")), "{team} in {text}");
    }
}

#[test]
fn ux_2_list_and_detail_are_both_there_at_120x40() {
    let picture = picture();
    for keys in ["2", "3", "4", "6", "6v", "7"] {
        let mut model = model(picture.clone(), &Options::default());
        press(&mut model, (120, 40), keys);
        let mut buf = Buffer::empty(Rect::new(0, 0, 120, 40));
        let hits = paint(&model, &mut buf, NOW);
        assert!(hits.page > 1 && hits.detail.1 > 1, "{keys}");
    }
}

#[test]
fn ux_4_the_smallest_frame_has_counts_first_and_then_the_worst() {
    let mut model = model(picture(), &Options::default());
    let text = show(&mut model, (40, 12));
    let mut lines = text.lines();
    let counts = lines.next().unwrap_or_default();
    assert!(counts.contains('✗') && counts.contains("/104"), "{text}");
    let worst = lines.next().unwrap_or_default();
    assert!(worst.contains('✗'), "{text}");
}

#[test]
fn z_shows_the_focused_panel_alone_and_escape_brings_the_other_back() {
    let picture = picture();
    for keys in ["2", "3", "4", "6", "7", "1"] {
        let mut model = model(picture.clone(), &Options::default());
        press(&mut model, (120, 40), keys);
        let whole = show(&mut model, (120, 40));
        press(&mut model, (120, 40), "z");
        let zoomed = show(&mut model, (120, 40));
        assert!(zoomed.contains("zoom · data as of"), "{keys}: {zoomed}");
        assert_ne!(whole, zoomed, "{keys}");
        press(&mut model, (120, 40), "\x1b");
        assert_eq!(show(&mut model, (120, 40)), whole, "{keys}");
    }
}
