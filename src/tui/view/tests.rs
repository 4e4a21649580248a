mod links;
mod sizes;
mod small;
mod styles;

use crate::domain::{Progress, Snapshot};
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
fn counting() {
    let mut snapshot = fixture::swarm(104);
    snapshot.source.progress = Some(Progress {
        done: 870_000,
        of: 2_000_000,
    });
    screens("counting", &snapshot, "");
}

#[test]
fn workers() {
    screens("workers_104", &fixture::swarm(104), "2");
    screens("workers_9", &fixture::swarm(9), "2");
    screens("grid_104", &fixture::swarm(104), "2v");
}

#[test]
fn sessions() {
    screens("sessions", &fixture::sessions(104), "6j");
    screens("session", &fixture::sessions(104), "6jj\n");
    screens("overview_sessions", &fixture::sessions(104), "");
    screens("sessions_none", &fixture::swarm(0), "6");
}

#[test]
fn branches() {
    screens("branches", &fixture::branches(104), "6vj");
    screens("branch_detail", &fixture::branches(104), "6vj\tjjjj");
    screens("matrix", &fixture::branches(104), "6vv");
    screens("matrix_cell", &fixture::branches(104), "6vv\n");
    screens("matrix_merge", &fixture::branches(104), "6vvx\n");
    screens("branches_none", &fixture::swarm(0), "6v");
    screens("matrix_none", &fixture::swarm(9), "6vv");
}

#[test]
fn tasks() {
    screens("tasks_104", &fixture::swarm(104), "3");
    screens("task", &fixture::swarm(104), "3\n");
    screens("board", &fixture::swarm(104), "3vv");
    screens("tasks_none", &fixture::swarm(0), "3");
}

#[test]
fn alerts() {
    screens("alerts_104", &fixture::alarming(104), "4");
    screens("alerts_mute", &fixture::alarming(104), "4Mjjjj\n");
    screens("alerts_none", &fixture::swarm(0), "4");
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
fn activity() {
    screens("activity", &fixture::eventful(104), "7jj");
    screens("activity_none", &fixture::swarm(0), "7");
}

#[test]
fn overlays() {
    screens("help", &fixture::swarm(104), "2?");
    screens("palette", &fixture::alarming(104), "2:re");
    screens("scope", &fixture::swarm(104), "2s");
    screens("orders", &fixture::swarm(104), "2o");
    screens("help_found", &fixture::swarm(104), "2?order");
    screens("which", &fixture::swarm(104), "2g");
    screens("escalate", &fixture::alarming(104), "4C");
    screens("marked", &fixture::swarm(104), "2   H");
    screens("daemons", &fixture::swarm(104), "Djj");
}

/// Names and texts that mean harm, as the domain hands them over: ids raw, texts neutralised.
fn hostile() -> Snapshot {
    let bad = [
        "\x1b]0;pwned\x07worker",
        "w\u{202e}1-txet",
        "漢字漢字漢字-worker",
        "👩\u{200d}👩\u{200d}👧-fam",
        "e\u{301}e\u{301}-nfd",
        "$(touch x) <script> | `id`",
        "\x1b[2J\x1b[31mred",
        "",
        "a\tb\r\nc\0d",
    ];
    let mut swarm = fixture::swarm(9);
    for (worker, raw) in swarm.workers.iter_mut().zip(bad) {
        let worker = Arc::make_mut(worker);
        worker.id = crate::domain::WorkerId::from(raw);
        worker.team = Some(crate::domain::text::line(raw).into());
        worker.verdict.reason = crate::domain::text::line(raw).into_owned();
    }
    let mut messages = (*swarm.messages).clone();
    for (message, raw) in messages.iter_mut().rev().zip(bad) {
        let message = Arc::make_mut(message);
        message.summary = crate::domain::text::line(raw).into();
        message.body = crate::domain::text::body(raw).into();
    }
    swarm.messages = Arc::new(messages);
    swarm
}

#[test]
fn hostile_text_moves_no_column() {
    screens("hostile_workers", &hostile(), "2");
    for (size, keys) in SIZES
        .into_iter()
        .flat_map(|s| ["1", "2", "2v", "2\n", "5", "5\n"].map(|k| (s, k)))
    {
        let mut model = model(hostile(), &Options::default());
        press(&mut model, size, keys);
        let mut buf = Buffer::empty(Rect::new(0, 0, size.0, size.1));
        paint(&model, &mut buf, NOW);
        for cell in buf.content() {
            let symbol = cell.symbol();
            assert!(!symbol.chars().any(char::is_control), "{symbol:?}");
            assert!(!symbol.contains(['\u{202e}', '\u{200d}']), "{symbol:?}");
        }
    }
}

#[test]
fn ascii_is_ascii_and_loses_no_word() {
    let options = Options {
        ascii: true,
        ..Options::default()
    };
    for keys in ["1", "2", "2v", "2\n", "5", "?", "D"] {
        let mut model = model(fixture::eventful(104), &options);
        press(&mut model, (120, 40), keys);
        let text = show(&mut model, (120, 40));
        assert!(
            text.bytes()
                .all(|b| b == b'\n' || (0x20..0x7f).contains(&b)),
            "{text}"
        );
    }
    let mut model = model(fixture::swarm(9), &options);
    insta::assert_snapshot!("ascii_80x24", show(&mut model, (80, 24)));
}

#[test]
fn without_colour_every_state_and_the_selection_are_still_seen() {
    let options = Options {
        theme: "mono".to_owned(),
        depth: crate::tui::Depth::None,
        ..Options::default()
    };
    let mut model = model(fixture::swarm(104), &options);
    press(&mut model, (120, 40), "2");
    let mut buf = Buffer::empty(Rect::new(0, 0, 120, 40));
    paint(&model, &mut buf, NOW);
    let plain = |c: ratatui::style::Color| c == ratatui::style::Color::Reset;
    assert!(buf.content().iter().all(|c| plain(c.fg) && plain(c.bg)));
    let reversed =
        |c: &ratatui::buffer::Cell| c.modifier.contains(ratatui::style::Modifier::REVERSED);
    assert_eq!(buf.content().iter().filter(|c| reversed(c)).count(), 119);
}

#[test]
fn problems_and_totals_are_complete_at_every_size() {
    for size in SIZES {
        let mut model = model(fixture::swarm(9), &Options::default());
        let text = show(&mut model, size);
        assert!(
            text.contains("✗1") && text.contains("!2") && text.contains("8/9"),
            "{text}"
        );
    }
    let mut model = model(fixture::swarm(9), &Options::default());
    let text = show(&mut model, (40, 12));
    assert!(
        text.lines().nth(1).unwrap().contains("✗ worker-7-infra"),
        "{text}"
    );
}

#[test]
fn times_have_three_forms() {
    let options = Options {
        east: 7_200,
        ..Options::default()
    };
    let mut model = model(fixture::swarm(9), &options);
    press(&mut model, (120, 40), "2");
    assert!(show(&mut model, (120, 40)).contains("5m35s"));
    press(&mut model, (120, 40), "t");
    assert!(show(&mut model, (120, 40)).contains("13:58:56+02"));
    press(&mut model, (120, 40), "t");
    assert!(show(&mut model, (120, 40)).contains("11:58:56Z"));
}

/// The first frame of the fixture with a watchdog of this policy, after `keys`.
fn guarded(serves: &str, size: (u16, u16), keys: &str, edit: impl FnOnce(&mut Snapshot)) -> String {
    let mut snapshot = fixture::swarm(9);
    edit(&mut snapshot);
    let mut model = model(snapshot, &Options::default());
    let mut job = fixture::jobs().first().unwrap().clone();
    (job.name, job.serves) = ("watchdog", serves.into());
    model.update(Msg::Jobs([job].into()), NOW);
    press(&mut model, size, keys);
    show(&mut model, size)
}

#[test]
fn the_header_says_what_the_watchdog_may_do_and_how_well_we_see() {
    let first = |serves: &str, edit: fn(&mut Snapshot)| {
        let frame = guarded(serves, (120, 40), "", edit);
        frame.lines().next().unwrap_or_default().to_owned()
    };
    assert!(first("policy auto", |_| {}).contains("dog auto"));
    let other = first("policy auto, looks on: pid 7", |_| {});
    assert!(other.contains("dog auto looks on"), "{other}");
    assert!(!first("policy off", |_| {}).contains("dog"));
    let down = |s: &mut Snapshot| s.observer.down = Some(NOW);
    assert!(first("policy auto", down).contains("BRIDGE DOWN"));
    let paused = |s: &mut Snapshot| s.observer.paused = Some(NOW);
    assert!(first("policy auto", paused).contains("PAUSED"));
    let grace = |s: &mut Snapshot| s.observer.started = Some(NOW);
    assert!(first("policy auto", grace).contains("GRACE"));
}

#[test]
fn the_detail_says_what_becomes_of_the_work_of_a_lost_worker() {
    let line = |serves: &str| {
        // The first of what needs the operator is the silent worker that owns a task.
        let frame = guarded(serves, (120, 40), "\n", |_| {});
        let found = frame.lines().find(|l| l.contains(" watchdog "));
        found.map(str::to_owned).unwrap_or(frame)
    };
    let auto = line("policy auto");
    assert!(auto.contains("(policy auto)"), "{auto}");
    let suggest = line("policy suggest");
    assert!(suggest.contains("suggest: "), "{suggest}");
}

#[test]
fn over_a_slow_line_passing_seconds_change_next_to_nothing() {
    let changed = |slow, keys| {
        let options = Options {
            slow,
            ..Options::default()
        };
        let mut model = model(fixture::swarm(104), &options);
        press(&mut model, (120, 40), keys);
        // Data that is read all the time, as a live bridge is.
        let at = |n: i64| {
            let now = crate::domain::Timestamp(NOW.0 + n * 1_000_000);
            let mut buf = Buffer::empty(Rect::new(0, 0, 120, 40));
            paint(&model, &mut buf, now);
            buf
        };
        let pairs = (0..3).map(|n| (at(n), at(n + 1)));
        pairs.map(|(a, b)| a.diff(&b).len()).sum::<usize>()
    };
    for keys in ["", "2", "3", "5"] {
        let (slow, all) = (changed(true, keys), changed(false, keys));
        assert!(slow * 4 <= all, "{keys}: {slow} of {all}");
    }
}

#[test]
fn ux_13_help_and_hint_bar_show_the_live_bindings() {
    let options = Options {
        rebind: vec![crate::tui::Rebind {
            action: "reassign".to_owned(),
            keys: vec!["X".to_owned()],
            line: None,
        }],
        ..Options::default()
    };
    let keys_of = |model: &mut Model, words: &str| {
        let text = show(model, (240, 60));
        let line = text.lines().find(|l| l.contains(words));
        line.unwrap_or_else(|| panic!("{words} in {text}"))
            .to_owned()
    };
    let mut usual = model(fixture::swarm(9), &Options::default());
    press(&mut usual, (240, 60), "2");
    assert!(keys_of(&mut usual, "? help").contains(" r reassign "));
    let mut own = model(fixture::swarm(9), &options);
    press(&mut own, (240, 60), "2");
    let bar = keys_of(&mut own, "? help");
    assert!(
        bar.contains(" X reassign ") && !bar.contains(" r reassign "),
        "{bar}"
    );
    press(&mut own, (240, 60), "?");
    let help = keys_of(&mut own, "reassign…");
    assert!(help.contains("X      reassign…"), "{help}");
    press(&mut own, (240, 60), "\x1b");
    press(&mut own, (240, 60), "r");
    assert!(own.overlay.is_none(), "r still does something");
    press(&mut own, (240, 60), "X");
    assert!(
        own.overlay.is_some() || own.toast.is_some(),
        "X does nothing"
    );
}
