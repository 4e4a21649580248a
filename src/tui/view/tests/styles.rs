//! Every view and every overlay at four sizes, with its styles: the text, and below each line which cells have which.

use super::{model, press, sizes};
use crate::{
    domain::compare::Comparison,
    tui::{
        Custom, Model, Msg, Options, Told,
        fixture::{self, NOW},
        overlay::{Overlay, Page},
        paint, picture,
    },
};
use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::Color,
};
use std::fmt::Write as _;

const SIZES: [(u16, u16); 4] = [(120, 40), (80, 24), (60, 20), (40, 12)];

/// What stands over a view and is not among those that every size is tried with.
const MORE: [(&str, &str); 11] = [
    ("orders", "2o"),
    ("scope", "2s"),
    ("which", "2g"),
    ("escalate", "4C"),
    ("note", "4n"),
    ("mute asks", "4Mjjjj\n"),
    ("several", "4  a"),
    ("marked", "2   H"),
    ("help found", "2?order"),
    ("frozen", "2f"),
    ("asked", "2:logs\n"),
];

/// A style in a few words; nothing for that of ordinary text.
fn words(cell: &Cell) -> String {
    let mut out = Vec::new();
    for (color, ground) in [(cell.fg, ""), (cell.bg, "on ")] {
        if color != Color::Reset {
            out.push(format!("{ground}{color}").to_lowercase());
        }
    }
    let modifiers = cell.modifier.iter_names();
    out.extend(modifiers.map(|(name, _)| name.to_lowercase()));
    assert_eq!(cell.underline_color, Color::Reset);
    out.join(" ")
}

/// Runs of cells with a style of their own: `from+length letter`.
fn runs(row: &[Cell], legend: &mut Vec<String>) -> String {
    let mut out = String::new();
    let mut at = 0;
    while let Some(first) = row.get(at) {
        let style = words(first);
        let same = row.iter().skip(at).take_while(|c| words(c) == style);
        let length = same.count();
        if !style.is_empty() {
            let n = legend.iter().position(|known| *known == style);
            let n = n.unwrap_or_else(|| {
                legend.push(style);
                legend.len() - 1
            });
            let letter = char::from(b'a' + u8::try_from(n).unwrap());
            let _ = write!(out, " {at}+{length}{letter}");
        }
        at += length;
    }
    out
}

fn styled(mut drawn: impl FnMut((u16, u16)) -> Model) -> String {
    let mut legend = Vec::new();
    let mut out = String::new();
    for (w, h) in SIZES {
        let model = drawn((w, h));
        let mut buf = Buffer::empty(Rect::new(0, 0, w, h));
        paint(&model, &mut buf, NOW);
        let _ = writeln!(out, "== {w}x{h}");
        let text = picture::text(&buf);
        for (line, row) in text.lines().zip(buf.content().chunks(usize::from(w))) {
            let runs = runs(row, &mut legend);
            let _ = writeln!(out, "|{line}");
            if !runs.is_empty() {
                let _ = writeln!(out, "    {}", runs.trim_start());
            }
        }
    }
    let _ = writeln!(out, "==");
    for (n, style) in legend.iter().enumerate() {
        let letter = char::from(b'a' + u8::try_from(n).unwrap());
        let _ = writeln!(out, "{letter} {style}");
    }
    out
}

fn options() -> Options {
    Options {
        commands: vec![Custom {
            name: "logs".to_owned(),
            run: vec!["less".to_owned(), "{worker}".to_owned()],
            confirm: true,
            writes: false,
            background: false,
        }],
        ..Options::default()
    }
}

/// Every third from `n` on: three tests run beside each other.
fn third(n: usize) {
    let picture = sizes::picture();
    let all = sizes::EVERYTHING.into_iter().chain(MORE);
    for (name, keys) in all.skip(n).step_by(3) {
        let drawn = styled(|size| {
            let mut model = model(picture.clone(), &options());
            press(&mut model, size, keys);
            model
        });
        insta::assert_snapshot!(format!("styled_{}", name.replace(' ', "_")), drawn);
    }
}

#[test]
fn every_view_and_overlay_has_its_styles_at_four_sizes() {
    third(0);
}

#[test]
fn every_view_and_overlay_has_its_styles_at_four_sizes_also_the_second_third() {
    third(1);
}

#[test]
fn every_view_and_overlay_has_its_styles_at_four_sizes_also_the_last_third() {
    third(2);
}

#[test]
fn pages_that_no_key_alone_opens_have_their_styles_at_four_sizes() {
    let printed = styled(|size| {
        let mut model = model(sizes::picture(), &options());
        press(&mut model, size, "2");
        let words = "12 lines\nsee https://ci.example/run/7\n".to_owned();
        let told = Told::Printed("logs".to_owned(), words, false);
        model.update(Msg::Told(Ok(told)), NOW);
        press(&mut model, size, "/see\n");
        model
    });
    insta::assert_snapshot!("styled_printed", printed);
    let compared = styled(|size| {
        let (old, new) = (fixture::swarm(9), fixture::alarming(9));
        let mut model = model(sizes::picture(), &options());
        press(&mut model, size, "2");
        let page = Page::compared(Comparison::of(&old, &new));
        model.overlay = Some(Overlay::Page(Box::new(page)));
        press(&mut model, size, "j");
        model
    });
    insta::assert_snapshot!("styled_compared", compared);
}

#[test]
fn a_comparison_offers_its_keys_and_a_page_that_fits_none_to_move_on() {
    let old = fixture::swarm(9);
    let mut model = model(fixture::swarm(9), &options());
    let page = Page::compared(Comparison::of(&old, &fixture::alarming(104)));
    model.overlay = Some(Overlay::Page(Box::new(page)));
    let hints = |model: &mut Model| {
        let text = super::show(model, (80, 24));
        text.lines().last().unwrap_or_default().to_owned()
    };
    hints(&mut model);
    let bar = hints(&mut model);
    for hint in ["/ search", "Space pin", "PgDn down", "Esc close"] {
        assert!(bar.contains(hint), "{bar}");
    }
    let told = Told::Printed("logs".to_owned(), "one line".to_owned(), true);
    press(&mut model, (80, 24), "\x1b");
    model.update(Msg::Told(Ok(told)), NOW);
    hints(&mut model);
    let bar = hints(&mut model);
    assert!(
        bar.contains("/ search") && bar.contains("Esc close"),
        "{bar}"
    );
    assert!(!bar.contains("PgDn") && !bar.contains("pin"), "{bar}");
}
