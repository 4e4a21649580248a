//! What leads somewhere, and what does not.

use super::press;
use crate::{
    domain::{Snapshot, text},
    tui::{
        Model, Msg, Options,
        fixture::{self, NOW},
        framed::Framed,
        links::{Links, Shared},
        paint,
    },
};
use ratatui::{Terminal, TerminalOptions, Viewport, buffer::Buffer, layout::Rect, style::Color};
use std::{collections::BTreeMap, sync::Arc};

/// A swarm whose newest message says this, and a path of its bridge.
fn saying(raw: &str) -> Snapshot {
    let mut swarm = fixture::swarm(9);
    swarm.source.path = "/srv/a b/bridge.db".into();
    let mut messages = (*swarm.messages).clone();
    for message in &mut messages {
        let message = Arc::make_mut(message);
        message.summary = text::line(raw).into_owned().into();
        message.body = text::body(raw).into();
    }
    swarm.messages = Arc::new(messages);
    swarm
}

fn open(snapshot: Snapshot, links: bool, keys: &str) -> Model {
    let options = Options {
        links: links.then(|| "box".into()),
        ..Options::default()
    };
    let mut model = Model::new(&options, NOW);
    model.update(Msg::Snapshot(Arc::new(snapshot)), NOW);
    press(&mut model, (60, 20), keys);
    model
}

/// What stands in the cells that lead somewhere, by target.
fn led(model: &Model, (w, h): (u16, u16)) -> BTreeMap<String, String> {
    let mut buf = Buffer::empty(Rect::new(0, 0, w, h));
    let links = paint(model, &mut buf, NOW).links;
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    for cell in buf.content() {
        if let Some((_, target)) = links.of(cell) {
            out.entry(target.to_string())
                .or_default()
                .push_str(cell.symbol());
        }
    }
    out
}

#[test]
fn an_address_that_is_broken_over_lines_leads_to_the_whole_of_it() {
    let url = format!("https://ci.example/runs/{}", "0123456789/".repeat(12));
    let model = open(saying(&format!("tests failed, see {url}.")), true, "5\n");
    let all = led(&model, (60, 20));
    let whole = &all[&url];
    assert!(whole.contains(&url), "{whole}");
    assert!(
        all.contains_key("file://box/srv/a%20b/bridge.db"),
        "{all:?}"
    );
}

#[test]
fn an_address_that_is_cut_leads_to_the_whole_of_it() {
    let url = format!("https://ci.example/runs/{}", "0123456789/".repeat(12));
    let model = open(saying(&format!("see {url}")), true, "5");
    let all = led(&model, (120, 40));
    assert!(
        all[&url].contains("https://ci.example/runs/0123"),
        "{all:?}"
    );
    let names = led(&model, (20, 3));
    assert_eq!(names, BTreeMap::new(), "one line leads nowhere");
}

#[test]
fn without_links_no_cell_has_a_target() {
    let model = open(saying("see https://ci.example/"), false, "5\n");
    let mut buf = Buffer::empty(Rect::new(0, 0, 80, 24));
    assert_eq!(paint(&model, &mut buf, NOW).links, Links::default());
    let plain = |c: &ratatui::buffer::Cell| c.underline_color == Color::Reset;
    assert!(buf.content().iter().all(plain));
}

#[test]
fn what_lies_over_a_link_leads_nowhere() {
    let url = "https://ci.example/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let mut model = open(saying(url), true, "5\n");
    assert!(led(&model, (60, 20)).contains_key(url));
    press(&mut model, (60, 20), "?");
    for (target, shown) in led(&model, (60, 20)) {
        let part = url.contains(shown.trim()) || target.starts_with("file://");
        assert!(part, "{target}: {shown}");
    }
}

#[test]
fn a_hostile_text_puts_no_target_of_its_own_on_the_terminal() {
    for raw in [
        "https://x.example/\x1b]8;;file:///etc/passwd\x1b\\click\x1b]8;;\x1b\\",
        "https://x.example/\x07\x1b]0;pwned\x07",
        "https://x.example/\u{9d}8;;file:///etc/passwd\u{9c}",
        "file:///etc/passwd javascript://%0aalert(1) https://user:pw@x.example/",
        "https://x.example/?token=abcdefghijkl",
        "https://x.example/\u{202e}txt.exe",
    ] {
        for keys in ["5", "5\n", "7", "2\n"] {
            let model = open(saying(raw), true, keys);
            let mut bytes = Vec::new();
            let shared = Shared::default();
            let options = TerminalOptions {
                viewport: Viewport::Fixed(Rect::new(0, 0, 100, 30)),
            };
            let backend = Framed::linked(&mut bytes, shared.clone());
            let mut terminal = Terminal::with_options(backend, options).unwrap();
            let frame = |f: &mut ratatui::Frame<'_>| {
                let hits = paint(&model, f.buffer_mut(), NOW);
                shared.set(hits.links);
            };
            terminal.draw(frame).unwrap();
            drop(terminal);
            let written = String::from_utf8(bytes).unwrap();
            for part in written.split("\x1b]8;").skip(1) {
                let (link, _) = part.split_once("\x1b\\").unwrap();
                let (_, target) = link.split_once(';').unwrap();
                let ours = target.is_empty() || target == "file://box/srv/a%20b/bridge.db";
                assert!(ours, "{raw:?} {keys:?}: {target:?}");
            }
            assert!(!written.contains("\x1b]0;"), "{raw:?}");
            assert!(!written.contains('\x07'), "{raw:?}");
        }
    }
}
