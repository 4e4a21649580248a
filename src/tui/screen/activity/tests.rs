use crate::{
    domain::{Event, Happening, MessageId, Snapshot, StepKind, Task, TaskState, TaskStep},
    tui::{
        Model, Msg, Options,
        fixture::{self, NOW},
        model::View,
        paint, picture,
    },
};
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use ratatui::{buffer::Buffer, layout::Rect};
use std::sync::Arc;

fn open(snapshot: Snapshot) -> Model {
    let mut model = Model::new(&Options::default(), NOW);
    model.update(Msg::Snapshot(Arc::new(snapshot)), NOW);
    press(&mut model, "7");
    model
}

fn press(model: &mut Model, keys: &str) {
    for c in keys.chars() {
        let code = match c {
            '\n' => KeyCode::Enter,
            c => KeyCode::Char(c),
        };
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        model.update(Msg::Input(Input::Key(key)), NOW);
        show(model);
    }
}

fn show(model: &mut Model) -> String {
    let mut buf = Buffer::empty(Rect::new(0, 0, 120, 40));
    let hits = paint(model, &mut buf, NOW);
    model.settle(&hits);
    picture::text(&buf)
}

/// One thing more happened.
fn more(snapshot: &mut Snapshot, what: Happening) {
    let events = Arc::make_mut(&mut snapshot.events);
    let seq = events.back().map_or(0, |e| e.seq) + 1;
    events.push_back(Arc::new(Event { seq, at: NOW, what }));
}

/// A task that `actor` gave to its worker.
fn given(snapshot: &Snapshot, actor: Option<&str>) -> Happening {
    let mut task = Task::clone(&snapshot.tasks[0]);
    task.state = TaskState::Sent;
    task.history.push(TaskStep {
        message: MessageId(99_999),
        at: Some(NOW),
        kind: StepKind::Assigned,
        generation: 2,
        worker: None,
        by: actor.map(|by| (by.into(), Some("silent".into()))),
    });
    Happening::TaskState(Arc::new(task), Some(TaskState::Queued))
}

#[test]
fn who_did_it_is_told_apart_and_can_be_asked_for() {
    let mut snapshot = fixture::eventful(104);
    for actor in [Some("operator"), Some("watchdog:9f2"), None] {
        let what = given(&snapshot, actor);
        more(&mut snapshot, what);
    }
    let mut model = open(snapshot);
    let text = show(&mut model);
    for by in [" » you ", " watchdog:9f2 ", " orch ", " detector "] {
        assert!(text.contains(by), "{by} in {text}");
    }
    let all = model.screens.activity.rows.len();
    for (filter, rows) in [("from:you", 1), ("from~watchdog", 1), ("from:orch", 1)] {
        press(&mut model, "/");
        press(&mut model, filter);
        press(&mut model, "\n");
        assert_eq!(model.screens.activity.rows.len(), rows, "{filter}");
        assert!(show(&mut model).contains(&format!("filter `{filter}`")));
        let key = KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE);
        model.update(Msg::Input(Input::Key(key)), NOW);
        assert_eq!(model.screens.activity.rows.len(), all);
    }
}

#[test]
fn ux_56_activity_follows_until_somebody_scrolls_and_counts_what_came() {
    let mut snapshot = fixture::eventful(104);
    let mut model = open(snapshot.clone());
    assert!(show(&mut model).contains("FOLLOW"));
    press(&mut model, "jj");
    let chosen = model.screens.activity.list.selected.clone();
    for _ in 0..3 {
        let what = given(&snapshot, None);
        more(&mut snapshot, what);
    }
    model.update(Msg::Snapshot(Arc::new(snapshot.clone())), NOW);
    let text = show(&mut model);
    assert!(text.contains("▴ 3 new (F follow)"), "{text}");
    assert_eq!(model.screens.activity.list.selected, chosen);
    press(&mut model, "F");
    assert!(model.screens.activity.follow);
    assert_eq!(model.screens.activity.list.row(), Some(0));
    press(&mut model, "jgg");
    assert!(model.screens.activity.follow, "the top follows again");
}

#[test]
fn enter_goes_to_the_subject() {
    let mut snapshot = fixture::eventful(104);
    let mut model = open(snapshot.clone());
    press(&mut model, "G\n");
    assert_eq!(model.view, View::Activity, "the bridge has no page");
    let what = given(&snapshot, None);
    more(&mut snapshot, what);
    let mut model = open(snapshot.clone());
    press(&mut model, "\n");
    assert_eq!(model.view, View::Task);
    press(&mut model, "7");
    let worker = Arc::clone(&snapshot.workers[0]);
    more(
        &mut snapshot,
        Happening::WorkerState(worker, crate::domain::State::Idle),
    );
    let message = Arc::clone(&snapshot.messages[7]);
    let id = message.id;
    more(&mut snapshot, Happening::Message(message));
    let mut model = open(snapshot);
    press(&mut model, "j\n");
    assert_eq!(model.view, View::Worker);
    press(&mut model, "7gg\n");
    assert_eq!(model.view, View::Messages);
    assert_eq!(model.screens.messages.list.selected, Some(id));
}

#[test]
fn what_the_tasks_tell_of_the_time_before_comes_after_the_events() {
    let mut snapshot = fixture::swarm(9);
    let task = Arc::make_mut(&mut snapshot.tasks[0]);
    let step = |seconds, kind| TaskStep {
        message: MessageId(seconds),
        at: Some(fixture::ago(seconds)),
        kind,
        generation: 1,
        worker: Some(crate::domain::WorkerId::from("worker-1")),
        by: None,
    };
    task.history = vec![
        step(900, StepKind::Assigned),
        step(800, StepKind::Accepted),
        step(0, StepKind::Done),
    ];
    snapshot.events = Arc::default();
    let mut model = open(snapshot);
    let rows = &model.screens.activity.rows;
    assert_eq!(rows.len(), 2, "only what was before the picture");
    let text = show(&mut model);
    let at = |words| {
        text.find(words)
            .unwrap_or_else(|| panic!("{words}: {text}"))
    };
    assert!(at("worker-1 accepts") < at("given to worker-1"));
}
