use crate::{
    domain::{Command, JobOrder, MessageId, Refusal, Snapshot, Span, Timestamp},
    link::{Reply, RequestId},
    tui::{
        Effect, Model, Msg, Options, View,
        fixture::{self, NOW},
        paint, picture,
        view::offered,
    },
};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{buffer::Buffer, layout::Rect};
use std::sync::Arc;

mod alerts;
mod bound;
mod chance;
mod custom;
mod filter;
mod finding;
mod palette;
mod points;
mod reading;
mod tasks;

const SIZE: (u16, u16) = (120, 40);

fn key(code: KeyCode) -> Msg {
    Msg::Input(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

fn told(snapshot: Snapshot) -> Model {
    let mut model = Model::new(&Options::default(), NOW);
    model.update(Msg::Snapshot(Arc::new(snapshot)), NOW);
    model.update(Msg::Jobs(fixture::jobs()), NOW);
    show(&mut model, SIZE, NOW);
    model
}

fn show(model: &mut Model, (w, h): (u16, u16), now: Timestamp) -> String {
    let mut buf = Buffer::empty(Rect::new(0, 0, w, h));
    let hits = paint(model, &mut buf, now);
    model.settle(&hits);
    if let Some(cursor) = hits.cursor {
        assert!(cursor.0 < w && cursor.1 < h, "{cursor:?} in {w}x{h}");
    }
    picture::text(&buf)
}

/// Types keys: `\n` is Enter, `\x1b` Esc, `\t` Tab.
fn types(model: &mut Model, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for c in keys.chars() {
        let code = match c {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            '\x1b' => KeyCode::Esc,
            c => KeyCode::Char(c),
        };
        effects.extend(model.update(key(code), NOW));
        show(model, SIZE, NOW);
    }
    effects
}

fn selected(model: &Model) -> String {
    let worker = model.screens.workers.selected();
    worker.map_or_else(String::new, |w| w.id.to_string())
}

#[test]
fn escape_backs_out_and_never_leaves() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2pp/silent\n\n\t\t?");
    assert_eq!(model.view, View::Worker);
    assert!(model.overlay.is_some());
    for _ in 0..10 {
        assert_eq!(types(&mut model, "\x1b"), []);
    }
    assert_eq!(model.view, View::Overview);
    assert_eq!(model.screens.workers.filter, "");
}

#[test]
fn a_quick_escape_and_a_key_are_the_two_keys() {
    let mut model = told(fixture::swarm(9));
    types(&mut model, "2?");
    let alt = KeyEvent::new(KeyCode::Char('Q'), KeyModifiers::ALT);
    let effects = model.update(Msg::Input(Event::Key(alt)), NOW);
    assert!(model.overlay.is_none());
    assert_eq!(effects, [Effect::Quit { print: true }]);
}

#[test]
fn a_paste_is_one_edit_in_a_field_and_nothing_elsewhere() {
    let mut model = told(fixture::swarm(9));
    let paste = || Msg::Input(Event::Paste("ry\nqXD\x1b[2J".to_owned()));
    assert_eq!(model.update(paste(), NOW), []);
    assert!(show(&mut model, SIZE, NOW).contains("paste ignored"));
    types(&mut model, "2/");
    model.update(paste(), NOW);
    assert_eq!(model.screens.workers.filter, "ry⏎qXD⟨4 control bytes⟩");
}

#[test]
fn the_selection_follows_its_worker_through_every_order() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2jjjjj");
    let was = selected(&model);
    types(&mut model, "owohO");
    assert_eq!(selected(&model), was);
    let mut fewer = fixture::swarm(104);
    fewer.workers.retain(|w| w.id.to_string() == was);
    model.update(Msg::Snapshot(Arc::new(fewer)), NOW);
    assert_eq!(selected(&model), was);
    model.update(Msg::Snapshot(Arc::new(fixture::swarm(3))), NOW);
    assert_ne!(selected(&model), "");
    model.update(Msg::Snapshot(Arc::new(Snapshot::default())), NOW);
    assert_eq!(selected(&model), "");
}

#[test]
fn attention_puts_the_oldest_of_the_worst_first() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2");
    let states: Vec<_> = model
        .screens
        .workers
        .rows
        .iter()
        .map(|w| w.verdict.state)
        .collect();
    assert!(states.is_sorted());
    let silent = model.screens.workers.rows.iter().take(2);
    let since: Vec<_> = silent.map(|w| w.verdict.since).collect();
    assert!(since.is_sorted());
}

#[test]
fn the_next_problem_goes_round() {
    let mut model = told(fixture::swarm(9));
    types(&mut model, "2!");
    let mut seen = vec![selected(&model)];
    for _ in 0..3 {
        types(&mut model, "!");
        seen.push(selected(&model));
    }
    let last = seen.pop().unwrap();
    assert_eq!(last, seen[0]);
    seen.dedup();
    assert_eq!(seen.len(), 3, "{seen:?}");
    types(&mut model, "5!");
    assert_eq!(model.view, View::Worker);
}

#[test]
fn frozen_stands_still_and_counts_what_it_misses() {
    let mut model = told(fixture::swarm(9));
    types(&mut model, "f");
    let still = show(&mut model, SIZE, NOW);
    let mut newer = fixture::swarm(104);
    newer.traffic.messages += 12;
    model.update(Msg::Snapshot(Arc::new(newer)), NOW);
    let later = show(&mut model, SIZE, NOW.plus(Span::seconds(5)));
    assert!(later.contains("FROZEN 12:04:31Z +12"), "{later}");
    let body = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(body(&still), body(&later));
    types(&mut model, "02");
    assert_eq!(model.screens.workers.rows.len(), 104);
}

#[test]
fn a_dead_engine_is_told_and_its_picture_stays() {
    let mut model = told(fixture::swarm(9));
    model.update(Msg::EngineGone, NOW);
    let text = show(&mut model, SIZE, NOW.plus(Span::seconds(90)));
    assert!(text.contains("engine stopped; data is frozen"), "{text}");
    assert!(text.contains("STOPPED 1m30s"), "{text}");
    assert!(text.contains("FLEET 9"), "{text}");
    assert!(text.contains('≥'), "ages are lower bounds now");
}

#[test]
fn old_data_is_told_and_never_becomes_nobody() {
    let mut model = told(fixture::swarm(9));
    types(&mut model, "2");
    for (seconds, state) in [(14, "STALE 14s"), (120, "OFFLINE 2m00s")] {
        let now = NOW.plus(Span::seconds(seconds));
        let text = show(&mut model, SIZE, now);
        assert!(text.contains(state), "{text}");
        assert!(text.contains("≥5m"), "{text}");
        assert!(text.contains("[2 Workers 9]"), "{text}");
    }
}

#[test]
fn loading_and_emptiness_say_what_is_next() {
    let mut model = Model::new(&Options::default(), NOW);
    let mut swarm = Snapshot::default();
    swarm.source.name = "bridge.db".into();
    model.update(Msg::Snapshot(Arc::new(swarm.clone())), NOW);
    let text = show(&mut model, SIZE, NOW);
    assert!(
        text.contains("CONNECTING") && text.contains("reading bridge.db…"),
        "{text}"
    );
    swarm.source.read_at = Some(NOW);
    model.update(Msg::Snapshot(Arc::new(swarm)), NOW);
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("No workers yet."), "{text}");
    for view in ["2", "5"] {
        types(&mut model, view);
        assert!(show(&mut model, SIZE, NOW).contains("No "));
    }
}

#[test]
fn jobs_are_driven_by_name() {
    let mut model = told(fixture::swarm(9));
    let effects = types(&mut model, "Djjr");
    let [Effect::Send(envelope)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let wanted = Command::Job {
        name: "sync",
        order: JobOrder::Restart,
    };
    assert_eq!(envelope.command, wanted);
    model.update(
        Msg::Reply(envelope.id, Reply::Done("sync restarts".into())),
        NOW,
    );
    assert!(show(&mut model, SIZE, NOW).contains("sync restarts"));
}

#[test]
fn a_refusal_is_told() {
    let mut model = told(fixture::swarm(9));
    model.update(Msg::Reply(RequestId(9), Reply::Refused(Refusal::Busy)), NOW);
    assert!(show(&mut model, SIZE, NOW).contains("the engine is busy"));
    model.update(Msg::Tick, NOW.plus(Span::seconds(6)));
    assert!(!show(&mut model, SIZE, NOW).contains("the engine is busy"));
}

#[test]
fn the_old_end_of_the_messages_asks_for_more() {
    let mut model = told(fixture::swarm(9));
    let effects = types(&mut model, "5GG");
    let [Effect::Send(envelope)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let Command::OlderMessages { before, .. } = envelope.command else {
        panic!("{envelope:?}");
    };
    assert_eq!(before, MessageId(48_152));
    assert_eq!(types(&mut model, "G"), [], "asked once");
    let mut page = fixture::swarm(9)
        .messages
        .iter()
        .cloned()
        .collect::<Vec<_>>();
    for (message, id) in page.iter_mut().zip(100..) {
        Arc::make_mut(message).id = MessageId(id);
    }
    model.update(Msg::Reply(envelope.id, Reply::Messages(page)), NOW);
    let state = &model.screens.messages;
    assert_eq!(state.rows.len(), 120);
    assert_eq!(state.list.selected, Some(MessageId(48_152)));
    let effects = types(&mut model, "GG");
    let [Effect::Send(next)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    model.update(Msg::Reply(next.id, Reply::Messages(Vec::new())), NOW);
    assert!(show(&mut model, SIZE, NOW).contains("beginning of the history"));
    assert_eq!(types(&mut model, "G"), []);
}

#[test]
fn messages_follow_until_one_is_chosen() {
    let mut model = told(fixture::swarm(9));
    types(&mut model, "5");
    let newer = |extra: i64| {
        let mut swarm = fixture::swarm(9);
        let mut messages = (*swarm.messages).clone();
        for k in 0..extra {
            let mut last = (**messages.back().unwrap()).clone();
            last.id = MessageId(last.id.0 + 1 + k);
            messages.push_back(Arc::new(last));
        }
        swarm.messages = Arc::new(messages);
        Msg::Snapshot(Arc::new(swarm))
    };
    model.update(newer(1), NOW);
    assert_eq!(
        model.screens.messages.list.selected,
        Some(MessageId(48_212))
    );
    types(&mut model, "j");
    model.update(newer(4), NOW);
    assert_eq!(
        model.screens.messages.list.selected,
        Some(MessageId(48_211))
    );
    assert!(show(&mut model, SIZE, NOW).contains("new (F follow)"));
    types(&mut model, "F");
    assert_eq!(model.screens.messages.fresh(), 0);
}

#[test]
fn enter_reads_a_message_then_its_thread_then_its_worker() {
    let mut model = told(fixture::swarm(9));
    types(&mut model, "5j\n");
    assert!(model.screens.messages.open);
    types(&mut model, "\n");
    assert!(show(&mut model, SIZE, NOW).contains("thread worker-"));
    types(&mut model, "\n");
    assert_eq!(model.view, View::Worker);
}

#[test]
fn every_hint_of_every_view_does_something() {
    for view in [
        "1", "2", "2v", "2\n", "5", "5\n", "f", "D", "?", "2/", "2/a",
    ] {
        let start = || {
            let mut model = told(fixture::eventful(104));
            types(&mut model, view);
            model
        };
        let model = start();
        let hints = offered(&model);
        assert!(!hints.is_empty());
        for binding in hints {
            let mut model = start();
            let picture = |model: &mut Model| (format!("{model:?}"), show(model, SIZE, NOW));
            let before = picture(&mut model);
            let mut effects = Vec::new();
            for chord in binding.on.first().unwrap() {
                effects.extend(model.update(Msg::Input(Event::Key(chord.event())), NOW));
            }
            let idle = effects.is_empty() && before == picture(&mut model);
            assert!(!idle, "{} in {view:?} does nothing", binding.run.name());
        }
    }
}

#[test]
fn a_filter_as_long_as_the_line_keeps_the_caret_on_the_screen() {
    let mut model = Model::new(&Options::default(), NOW);
    for c in "2/".chars() {
        model.update(key(KeyCode::Char(c)), NOW);
    }
    for _ in 0..60 {
        model.update(key(KeyCode::Char('j')), NOW);
        show(&mut model, (40, 12), NOW);
    }
}
