use crate::domain::Snapshot;
use crate::tui::{
    Model, Msg, Options,
    fixture::{self, NOW},
    paint, picture,
};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{buffer::Buffer, layout::Rect};
use std::sync::Arc;

/// A model that was told `snapshot` and drawn once.
fn model(snapshot: Snapshot, options: &Options) -> Model {
    let mut model = Model::new(options, NOW);
    model.update(Msg::Snapshot(Arc::new(snapshot)), NOW);
    model.update(Msg::Jobs(fixture::jobs()), NOW);
    model
}

fn press(model: &mut Model, size: (u16, u16), keys: &str) {
    for c in keys.chars() {
        let code = match c {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            '\x1b' => KeyCode::Esc,
            c => KeyCode::Char(c),
        };
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        model.update(Msg::Input(Event::Key(key)), NOW);
        show(model, size);
    }
}

fn show(model: &mut Model, (width, height): (u16, u16)) -> String {
    let mut buf = Buffer::empty(Rect::new(0, 0, width, height));
    let hits = paint(model, &mut buf, NOW);
    model.settle(&hits);
    picture::text(&buf)
}

const SIZES: [(u16, u16); 5] = [(120, 40), (80, 24), (60, 20), (40, 12), (30, 6)];

fn screens(name: &str, snapshot: &Snapshot, keys: &str) {
    for size in SIZES {
        let mut model = model(snapshot.clone(), &Options::default());
        show(&mut model, size);
        press(&mut model, size, keys);
        let (w, h) = size;
        insta::assert_snapshot!(format!("{name}_{w}x{h}"), show(&mut model, size));
    }
}

#[test]
fn overview() {
    screens("overview_104", &fixture::eventful(104), "");
    screens("overview_9", &fixture::swarm(9), "");
}

#[test]
fn workers() {
    screens("workers_104", &fixture::swarm(104), "2");
    screens("workers_9", &fixture::swarm(9), "2");
    screens("grid_104", &fixture::swarm(104), "2v");
}

#[test]
fn worker() {
    screens("worker", &fixture::swarm(104), "2\n");
}

#[test]
fn messages() {
    screens("messages", &fixture::swarm(104), "5jj");
    screens("message_open", &fixture::swarm(104), "5jj\n");
}

#[test]
fn overlays() {
    screens("help", &fixture::swarm(104), "2?");
    screens("daemons", &fixture::swarm(104), "Djj");
}
