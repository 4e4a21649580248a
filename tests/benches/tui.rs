//! What a frame costs: a key and new facts through update, drawing, the difference to the last frame, and its bytes.
//! `cargo bench --bench tui`.

#[path = "../swarm/mod.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod swarm;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use divan::Bencher;
use ratatui::{Terminal, TerminalOptions, Viewport, backend::CrosstermBackend, layout::Rect};
use std::{io, sync::Arc};
use swarmwarden::{
    domain::Snapshot,
    tui::{Model, Msg, Options, paint},
};

fn main() {
    divan::main();
}

fn press(c: char) -> Msg {
    let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
    Msg::Input(Event::Key(key))
}

/// The same swarm a second later: a worker owes a message more.
fn changed(snapshot: &Snapshot) -> Snapshot {
    let mut next = snapshot.clone();
    next.at.0 += 1_000_000;
    if let Some(worker) = next.workers.first_mut() {
        Arc::make_mut(worker).unread += 1;
    }
    next
}

/// A frame after a key, a second later than the one before: every age on screen changes.
#[divan::bench(args = [100, 1000, 10_000], consts = ['1', '2', '3', '4', '5', '6', '7'])]
fn frame_of_key<const VIEW: char>(bencher: Bencher<'_, '_>, workers: usize) {
    frame::<VIEW>(bencher, workers, &['j']);
}

/// The same after another picture, of a worker that changed.
#[divan::bench(args = [100, 1000, 10_000], consts = ['1', '2', '3', '4', '5', '6', '7'])]
fn frame_of_news<const VIEW: char>(bencher: Bencher<'_, '_>, workers: usize) {
    frame::<VIEW>(bencher, workers, &[]);
}
fn frame<const VIEW: char>(bencher: Bencher<'_, '_>, workers: usize, keys: &'static [char]) {
    let mut now = swarm::NOW;
    let mut model = Model::new(&Options::default(), now);
    let snapshot = Arc::new(match VIEW {
        '4' => swarm::alarming(workers),
        '6' => swarm::many(workers, |n| format!("claude/topic-{n}")),
        _ => swarm::eventful(workers),
    });
    model.update(Msg::Snapshot(Arc::clone(&snapshot)), now);
    model.update(press(VIEW), now);
    if VIEW == '6' {
        model.update(press('v'), now);
    }
    let options = TerminalOptions {
        viewport: Viewport::Fixed(Rect::new(0, 0, 120, 40)),
    };
    let Ok(mut terminal) = Terminal::with_options(CrosstermBackend::new(io::sink()), options)
    else {
        return;
    };
    let mut pictures = [Arc::clone(&snapshot), Arc::new(changed(&snapshot))];
    bencher.bench_local(move || {
        now.0 += 1_000_000;
        if keys.is_empty() {
            pictures.swap(0, 1);
            model.update(Msg::Snapshot(Arc::clone(&pictures[0])), now);
        }
        for key in keys {
            model.update(press(*key), now);
        }
        let mut hits = None;
        let drawn = terminal.draw(|frame| hits = Some(paint(&model, frame.buffer_mut(), now)));
        if let Some(hits) = hits {
            model.settle(&hits);
        }
        drawn.is_ok()
    });
}
