//! Keys act on what was seen, and ask where marks mean something else than the row under the cursor.

use super::*;
use crate::{
    domain::{AlertOrder, Event as Happened, Happening},
    tui::{
        Custom, Errand, Fresh, ListWish, Told, keymap::Action, overlay::Overlay, reasons::why_not,
    },
};

const LATER: Timestamp = NOW.plus(Span::seconds(1));

/// The workers as a tree, on its first line: that of a session.
fn tree() -> Model {
    let mut model = told(fixture::alarming(104));
    types(&mut model, "2vvgg");
    assert!(model.screens.workers.on_group());
    model
}

fn orders(effects: &[Effect]) -> Vec<AlertOrder> {
    let order = |e: &Effect| match e {
        Effect::Send(envelope) => match &envelope.command {
            Command::Alert { order, .. } => Some(order.clone()),
            _ => None,
        },
        _ => None,
    };
    effects.iter().filter_map(order).collect()
}

/// The engine did, or refused, all that was asked.
fn answer(model: &mut Model, effects: &[Effect], reply: &Reply) {
    for effect in effects {
        if let Effect::Send(envelope) = effect {
            model.update(Msg::Reply(envelope.id, reply.clone()), LATER);
        }
    }
}

fn done() -> Reply {
    Reply::Done("done".to_owned())
}

#[test]
fn on_a_line_of_the_tree_that_stands_for_several_nobody_is_acted_on() {
    let mut model = tree();
    for key in ["H", "a", "c", "r", " ", "P", "M"] {
        model.toast = None;
        assert_eq!(types(&mut model, key), [], "{key}");
        assert!(model.overlay.is_none(), "{key}");
        assert!(model.screens.workers.marks.is_empty(), "{key}");
        let text = show(&mut model, SIZE, NOW);
        assert!(text.contains("a team is selected: open it"), "{key} {text}");
    }
    let why = why_not(&model, Action::Hold).unwrap_or_default();
    assert!(why.contains("a team is selected"), "{why}");
    assert!(offered(&model).iter().all(|b| b.run != Action::Hold));
}

#[test]
fn in_the_tree_a_mark_moves_cursor_and_selection_alike() {
    let mut model = tree();
    while model.screens.workers.on_group() {
        types(&mut model, "j");
    }
    let first = selected(&model);
    types(&mut model, " ");
    assert_eq!(model.screens.workers.marks.len(), 1);
    types(&mut model, "k");
    assert_eq!(selected(&model), first, "back on the worker that is marked");
}

/// Activity, whose newest entry is about the first worker, and a newer picture, whose newest is about the second.
fn active() -> (Model, Snapshot) {
    let mut swarm = fixture::swarm(9);
    let happens = |swarm: &mut Snapshot, n: usize| {
        let what = Happening::WorkerSeen(Arc::clone(&swarm.workers[n]));
        let events = Arc::make_mut(&mut swarm.events);
        let seq = events.back().map_or(0, |e| e.seq) + 1;
        events.push_back(Arc::new(Happened { seq, at: NOW, what }));
    };
    happens(&mut swarm, 0);
    let mut model = told(swarm.clone());
    types(&mut model, "7");
    happens(&mut swarm, 1);
    (model, swarm)
}

#[test]
fn activity_acts_on_the_entry_that_was_drawn_and_waits_while_something_is_open() {
    let (mut model, newer) = active();
    let seen = model.screens.activity.list.selected.clone();
    model.update(Msg::Snapshot(Arc::new(newer)), NOW);
    assert_ne!(model.screens.activity.list.selected, seen, "not drawn yet");
    let effects = model.update(key(KeyCode::Char('H')), NOW);
    assert_eq!(model.screens.activity.list.selected, seen);
    assert!(!model.screens.activity.follow);
    let [Effect::Send(envelope)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let who = model.snapshot().workers[0].id.to_string();
    let said = format!("{:?}", envelope.command);
    assert!(said.contains(&who), "{who} is not in {said}");

    let (mut model, newer) = active();
    let seen = model.screens.activity.list.selected.clone();
    types(&mut model, ":");
    model.update(Msg::Snapshot(Arc::new(newer)), NOW);
    assert_eq!(model.screens.activity.list.selected, seen);
    types(&mut model, "\x1b");
    assert_ne!(model.screens.activity.list.selected, seen, "follows again");
}

#[test]
fn where_nothing_may_be_written_alerts_are_not_written_either() {
    let options = Options {
        read_only: Some("--read-only was given".into()),
        ..Options::default()
    };
    let mut model = Model::new(&options, NOW);
    model.update(Msg::Snapshot(Arc::new(fixture::alarming(104))), NOW);
    types(&mut model, "4");
    for key in ["a", "M", "n"] {
        model.toast = None;
        assert_eq!(types(&mut model, key), [], "{key}");
        assert!(model.overlay.is_none(), "{key}");
        let text = show(&mut model, SIZE, NOW);
        assert!(text.contains("--read-only was given"), "{key} {text}");
    }
    assert!(why_not(&model, Action::Ack).is_some());
}

#[test]
fn a_refused_undo_can_be_tried_again() {
    let mut model = told(fixture::alarming(104));
    types(&mut model, "4");
    let acked = model.order(
        AlertOrder::Ack {
            keys: vec!["k".into()],
            note: "".into(),
        },
        Some(AlertOrder::Unack {
            keys: vec!["k".into()],
        }),
    );
    answer(&mut model, &[acked], &done());
    types(&mut model, "f");
    assert_eq!(types(&mut model, "u"), [], "this picture is not of now");
    types(&mut model, "0");
    let undo = types(&mut model, "u");
    assert_eq!(orders(&undo).len(), 1);
    answer(&mut model, &undo, &Reply::Refused(Refusal::Busy));
    assert_eq!(orders(&types(&mut model, "u")).len(), 1, "tried again");
}

#[test]
fn what_was_undone_before_is_not_done_again_after_something_else() {
    let mut model = told(fixture::swarm(9));
    types(&mut model, "2");
    let held = types(&mut model, "H");
    assert_eq!(held.len(), 1);
    answer(&mut model, &held, &done());
    assert_eq!(model.undo.len(), 1);
    let other = model.order(AlertOrder::Unack { keys: Vec::new() }, None);
    answer(&mut model, &[other], &done());
    assert!(model.acting.redo.is_empty());
    assert_eq!(types(&mut model, "U"), []);
}

#[test]
fn several_alerts_are_taken_only_after_their_number_was_typed() {
    let mut model = told(fixture::alarming(104));
    types(&mut model, "4*");
    let n = model.screens.alerts.marks.len();
    assert_eq!(types(&mut model, "a"), []);
    assert!(matches!(model.overlay, Some(Overlay::Count(_))));
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("marked rows are meant"), "{text}");
    assert_eq!(types(&mut model, "0\n"), []);
    model.update(key(KeyCode::Backspace), NOW);
    let takes = |a: &&Arc<crate::domain::alert::Alert>| a.status.is_active() && a.ack.is_none();
    let open = model.facts.alerts().iter().filter(takes).count();
    assert!(open > 1 && open <= n);
    types(&mut model, &open.to_string());
    let sent = orders(&model.update(key(KeyCode::Enter), LATER));
    assert!(matches!(sent.as_slice(), [AlertOrder::Ack { keys, .. }] if keys.len() == open));
    assert!(model.screens.alerts.marks.is_empty());
}

#[test]
fn a_mark_that_is_not_the_selected_row_is_asked_for_and_goes_when_it_is_done() {
    let mut model = told(fixture::swarm(9));
    types(&mut model, "2 ");
    assert_eq!(types(&mut model, "H"), []);
    assert!(matches!(model.overlay, Some(Overlay::Dialog(_))));
    let text = show(&mut model, SIZE, NOW);
    assert!(
        text.contains("the marked row is meant, not the selected"),
        "{text}"
    );
    let effects = model.update(key(KeyCode::Char('y')), LATER);
    assert_eq!(effects.len(), 1);
    answer(&mut model, &effects, &done());
    assert!(model.overlay.is_none());
    assert!(model.screens.workers.marks.is_empty());
}

#[test]
fn a_mark_that_the_filter_hides_is_said() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2 /state:silent\n");
    let hidden = model.apart();
    assert!(hidden.is_some() || !model.screens.workers.rows.is_empty());
    types(&mut model, "\x1b/nobody\n");
    let hidden = model.apart().unwrap_or_default();
    assert!(hidden.contains("not on show"), "{hidden}");
}

#[test]
fn a_priority_is_for_all_that_are_marked() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "3  P");
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("Priority of 2 tasks"), "{text}");
}

fn with_logs() -> Model {
    let run = ["printf", "{worker}"].map(str::to_owned).to_vec();
    let command = Custom {
        name: "logs".to_owned(),
        run,
        confirm: false,
        writes: false,
        background: true,
    };
    let options = Options {
        commands: vec![command],
        ..Options::default()
    };
    let mut model = Model::new(&options, NOW);
    model.update(Msg::Snapshot(Arc::new(fixture::swarm(9))), NOW);
    types(&mut model, "2");
    model
}

#[test]
fn a_command_runs_on_what_was_selected_when_the_palette_was_opened() {
    let mut model = with_logs();
    let who = model
        .screens
        .workers
        .selected()
        .unwrap()
        .id
        .raw()
        .to_owned();
    types(&mut model, ":");
    let mut newer = (**model.snapshot()).clone();
    newer.workers.retain(|w| w.id.raw() != who);
    model.update(Msg::Snapshot(Arc::new(newer)), NOW);
    let effects = types(&mut model, "logs\n");
    let [Effect::Errand(Errand::Watch { argv, .. })] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(argv[1], who);
}

#[test]
fn a_command_for_one_is_refused_while_several_are_marked() {
    let mut model = with_logs();
    assert_eq!(types(&mut model, "  :logs\n"), []);
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("several are marked"), "{text}");
}

#[test]
fn a_filter_that_cannot_be_read_is_not_taken() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2/state:silent\n");
    assert_eq!(model.screens.workers.rows.len(), 2);
    types(&mut model, "/");
    for _ in 0.."silent".len() {
        model.update(key(KeyCode::Backspace), NOW);
    }
    assert_eq!(model.screens.workers.filter, "state:");
    assert_eq!(model.screens.workers.rows.len(), 2, "what was in force");
    types(&mut model, "\n");
    assert!(model.typed.prompt, "it stays open, and says what is wrong");
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("a value is expected here"), "{text}");
    model.typed.prompt = false;
    types(&mut model, "*");
    assert!(model.screens.workers.marks.is_empty());
}

#[test]
fn a_page_does_not_open_over_what_is_being_typed() {
    let mut model = told(fixture::swarm(9));
    types(&mut model, "2/ab");
    let printed = Told::Printed("logs".to_owned(), "one\n".to_owned(), true);
    model.update(Msg::Told(Ok(printed)), NOW);
    assert!(model.overlay.is_none());
    types(&mut model, "c");
    assert_eq!(model.screens.workers.filter, "abc");
}

#[test]
fn a_filter_for_messages_closes_the_one_that_is_read() {
    let mut model = told(fixture::swarm(9));
    types(&mut model, "5\n");
    assert!(model.screens.messages.open);
    types(&mut model, ":messages type:status_update\n");
    let messages = &model.screens.messages;
    assert!(!messages.open);
    assert_eq!(messages.filter, "type:status_update");
    assert_eq!(messages.search.typed, "");
}

#[test]
fn reading_the_configuration_again_sets_the_order_it_changed() {
    let mut model = told(fixture::swarm(9));
    let wish = ListWish {
        columns: ["worker", "task"].map(str::to_owned).to_vec(),
        order: Some("-worker".to_owned()),
    };
    let fresh = Fresh {
        lists: [("workers".to_owned(), wish)].into(),
        ..Fresh::default()
    };
    model.update(Msg::Told(Ok(Told::Fresh(Box::new(fresh)))), NOW);
    types(&mut model, "2");
    let text = show(&mut model, (80, 24), NOW);
    let heading = text.lines().nth(2).unwrap();
    let words: Vec<&str> = heading.split_whitespace().collect();
    assert_eq!(words, ["worker", "▴", "task"]);
}

#[test]
fn scopes_are_rows_with_their_counts() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "s");
    let Some(Overlay::Palette(open)) = &model.overlay else {
        panic!("the palette is not open");
    };
    let whole = model.snapshot();
    let team = whole.workers.iter().find_map(|w| w.team.clone()).unwrap();
    let mine = |w: &&Arc<crate::domain::Worker>| w.team.as_ref() == Some(&team);
    let n = whole.workers.iter().filter(mine).count();
    let row = open
        .rows
        .iter()
        .find(|r| r.name == format!(":@team:{team}"));
    assert_eq!(row.unwrap().note, format!("team · {n} workers"));
    assert!(open.rows.len() > whole.workers.len());
}
