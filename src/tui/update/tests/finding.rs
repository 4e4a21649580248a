//! Order, scope, marks, and the ways back.

use super::*;
use crate::{
    domain::State,
    tui::{overlay::Overlay, screen::workers::Order},
};

fn labels(model: &Model) -> Vec<String> {
    let rows = model.screens.workers.rows.iter();
    rows.map(|w| w.id.to_string()).collect()
}

fn later(seconds: i64) -> Timestamp {
    NOW.plus(Span::seconds(seconds))
}

/// The same swarm, its first worker silent for the longest.
fn worse(model: &Model) -> Snapshot {
    let mut next = fixture::swarm(104);
    let last = model
        .screens
        .workers
        .rows
        .last()
        .unwrap()
        .conversation
        .clone();
    for worker in &mut next.workers {
        if worker.conversation == last {
            let mut one = worker.as_ref().clone();
            one.verdict.state = State::Silent;
            one.verdict.since = Timestamp(0);
            *worker = Arc::new(one);
        }
    }
    next
}

#[test]
fn the_menu_of_orders_has_a_letter_for_each_and_turns_round() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2o");
    let text = show(&mut model, SIZE, NOW);
    for row in [
        "a  attention ▾  column state",
        "w  worker",
        "h  heartbeat",
        "p  progress",
    ] {
        assert!(text.contains(row), "{row}: {text}");
    }
    types(&mut model, "w");
    assert_eq!(model.screens.workers.order, Order::Id);
    assert!(model.overlay.is_none());
    assert!(show(&mut model, SIZE, NOW).contains("worker ▾"));
    let up = labels(&model);
    types(&mut model, "ow");
    assert!(model.screens.workers.reversed);
    assert!(show(&mut model, SIZE, NOW).contains("worker ▴"));
    let down: Vec<String> = labels(&model).into_iter().rev().collect();
    assert_eq!(up, down);
    types(&mut model, "O");
    assert!(!model.screens.workers.reversed);
    for view in ["3", "4", "6", "6v"] {
        types(&mut model, view);
        types(&mut model, "o");
        let Some(Overlay::Orders(_)) = &model.overlay else {
            panic!("no menu in {view}");
        };
        let letters = model.orders().unwrap().letters();
        let mut once = letters.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), letters.len(), "{view}: {letters:?}");
        types(&mut model, "\x1b");
    }
}

#[test]
fn ux_34_moving_holds_the_order_and_says_so() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2jj");
    let before = labels(&model);
    let text = show(&mut model, SIZE, later(1));
    assert!(text.contains("order held 4s"), "{text}");
    let worst = before.last().unwrap().clone();
    let next = worse(&model);
    model.update(Msg::Snapshot(Arc::new(next)), later(2));
    assert_eq!(labels(&model), before, "rows stay under the cursor");
    model.update(Msg::Tick, later(4));
    assert_eq!(labels(&model), before);
    model.update(Msg::Tick, later(5));
    assert_eq!(labels(&model).first(), Some(&worst), "and then they move");
    assert!(!show(&mut model, SIZE, later(6)).contains("order held"));
    // What asks for other rows never waits.
    for keys in ["p", "!"] {
        types(&mut model, "jk");
        assert!(model.hold.is_some());
        types(&mut model, keys);
        assert!(model.hold.is_none(), "{keys} holds");
    }
}

#[test]
fn every_list_holds_its_order() {
    let mut model = told(fixture::branches(104));
    for view in ["2", "3", "4", "6", "6v"] {
        types(&mut model, "1");
        types(&mut model, view);
        types(&mut model, "j");
        assert!(model.hold.is_some(), "{view}");
        model.update(Msg::Snapshot(Arc::new(fixture::branches(104))), NOW);
        assert!(
            show(&mut model, SIZE, NOW).contains("order held 5s"),
            "{view}"
        );
    }
}

#[test]
fn a_scope_is_in_the_header_and_in_every_count() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "sinfra\n");
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("scope infra"), "{text}");
    let snapshot = Arc::clone(model.snapshot());
    assert!(
        snapshot
            .workers
            .iter()
            .all(|w| w.team.as_deref() == Some("infra"))
    );
    let n = snapshot.workers.len();
    assert!(n > 0 && n < 104);
    assert_eq!(snapshot.states.total() as usize, n);
    assert!(text.contains(&format!("Workers {n}")), "{text}");
    assert!(show(&mut model, (80, 24), NOW).contains("@infra"));
    assert!(show(&mut model, (60, 20), NOW).contains("@infra"));
    assert!(show(&mut model, (40, 12), NOW).contains("@infra"));
    // A newer picture is cut down, too, and what is done goes by the whole swarm.
    model.update(Msg::Snapshot(Arc::new(fixture::swarm(104))), NOW);
    assert_eq!(model.snapshot().workers.len(), n);
    assert_eq!(model.whole().workers.len(), 104);
    let tasks = model.snapshot().tasks.iter();
    let ours = |t: &Arc<crate::domain::Task>| {
        let holder = t.owner().or_else(|| t.holder());
        holder.is_some_and(|h| {
            model
                .snapshot()
                .workers
                .iter()
                .any(|w| w.conversation == h.conversation)
        })
    };
    assert!(tasks.clone().count() > 0 && tasks.clone().all(ours));
    types(&mut model, "sall\n");
    assert_eq!(model.snapshot().workers.len(), 104);
    assert!(show(&mut model, SIZE, NOW).contains("scope all"));
}

#[test]
fn a_scope_reads_what_it_prints_and_names_what_it_does_not_know() {
    use crate::domain::Scope;
    let snapshot = fixture::swarm(104);
    for words in ["all", "team:infra", "w007", "worker:7", "infra"] {
        let scope = Scope::parse(words, &snapshot).unwrap();
        let shown = scope.to_string();
        assert_eq!(Scope::parse(&shown, &snapshot).unwrap(), scope, "{words}");
    }
    let session = snapshot.workers[0].session.to_string();
    let team = snapshot.workers[0].team.clone().unwrap();
    let both = Scope::parse(&format!("{session}/{team}"), &snapshot).unwrap();
    assert_eq!(
        (both.session.as_deref(), both.team.as_ref()),
        (Some(&*session), Some(&team))
    );
    let why = Scope::parse("infar", &snapshot).unwrap_err().to_string();
    assert!(why.contains("the nearest is `infra`"), "{why}");
}

#[test]
fn ux_32_marks_of_workers_survive_refresh_order_and_filter() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2  j ");
    let marks: Vec<_> = model.screens.workers.marks.all().cloned().collect();
    assert_eq!(marks.len(), 3);
    types(&mut model, "owO/team:infra\n");
    model.update(Msg::Snapshot(Arc::new(fixture::swarm(104))), NOW);
    let still: Vec<_> = model.screens.workers.marks.all().cloned().collect();
    assert_eq!(still, marks);
    assert!(show(&mut model, SIZE, NOW).contains("marked 3"));
    types(&mut model, "\x1b");
    assert!(
        !model.screens.workers.marks.is_empty(),
        "the filter goes first"
    );
    types(&mut model, "\x1b");
    assert!(model.screens.workers.marks.is_empty());
    types(&mut model, "Vjj");
    types(&mut model, "V");
    assert_eq!(model.screens.workers.marks.all().count(), 3);
    types(&mut model, "*");
    assert_eq!(model.screens.workers.marks.all().count(), 104);
}

#[test]
fn several_workers_are_held_at_once_when_their_number_is_typed() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2owG");
    types(&mut model, "Vkk");
    types(&mut model, "VH");
    let Some(Overlay::Dialog(dialog)) = &model.overlay else {
        panic!("no dialog");
    };
    assert_eq!(dialog.items.len(), 3);
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("Hold 3 workers"), "{text}");
    assert!(text.contains("type 3 and Enter"), "{text}");
    assert_eq!(types(&mut model, "2\n"), []);
    model.update(key(KeyCode::Backspace), later(1));
    model.update(key(KeyCode::Char('3')), later(1));
    let effects = model.update(key(KeyCode::Enter), later(1));
    assert_eq!(effects.len(), 3, "{effects:?}");
}

#[test]
fn several_alerts_are_acked_at_once() {
    let mut model = told(fixture::alarming(104));
    types(&mut model, "4*a");
    let effects = types(&mut model, "");
    assert_eq!(effects, []);
    let mut model = told(fixture::alarming(104));
    types(&mut model, "4  ");
    let marked = model.screens.alerts.marks.all().count();
    assert!(marked > 1, "{marked}");
    assert_eq!(types(&mut model, "a"), [], "their number is asked for");
    let text = show(&mut model, SIZE, NOW);
    let (_, n) = text.split_once("Cancel   type ").unwrap();
    let (n, _) = n.split_once(' ').unwrap();
    types(&mut model, n);
    let effects = model.update(key(KeyCode::Enter), NOW.plus(Span::seconds(1)));
    let [Effect::Send(sent)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let Command::Alert {
        order: crate::domain::AlertOrder::Ack { keys, .. },
        ..
    } = &sent.command
    else {
        panic!("{sent:?}");
    };
    assert!(keys.len() > 1 && keys.len() <= marked);
}

#[test]
fn ux_29_escape_ends_in_the_overview_and_backspace_is_the_parent() {
    for keys in [
        "2\n", "3 \n", "4*V", "5\n", "6vv", "6\n", "2:", "2s", "2o", "2/x", "2?", "3V *",
    ] {
        let mut model = told(fixture::branches(104));
        types(&mut model, keys);
        for _ in 0..10 {
            assert_eq!(types(&mut model, "\x1b"), []);
        }
        assert_eq!(model.view, View::Overview, "{keys}");
        assert!(model.overlay.is_none(), "{keys}");
    }
    let mut model = told(fixture::swarm(104));
    types(&mut model, "2/team:infra\n\n");
    assert_eq!(model.view, View::Worker);
    model.update(key(KeyCode::Backspace), NOW);
    assert_eq!(model.view, View::Workers);
    model.update(key(KeyCode::Backspace), NOW);
    assert_eq!(model.view, View::Overview);
    assert_eq!(model.screens.workers.filter, "team:infra", "it stays");
}

#[test]
fn what_was_undone_is_done_again() {
    let mut model = told(fixture::alarming(104));
    types(&mut model, "4");
    for _ in 0..60 {
        let row = model.screens.alerts.selected();
        if row.is_some_and(|e| e.alerts().len() == 1 && e.alerts()[0].is_open()) {
            break;
        }
        types(&mut model, "j");
    }
    let acked = types(&mut model, "a");
    assert_eq!(acked.len(), 1);
    let undo = types(&mut model, "u");
    let [Effect::Send(envelope)] = undo.as_slice() else {
        panic!("{undo:?}");
    };
    let done = Reply::Done("given back".to_owned());
    model.update(Msg::Reply(envelope.id, done), NOW);
    let again = types(&mut model, "U");
    let sent = |effects: &[Effect]| match effects {
        [Effect::Send(envelope)] => envelope.command.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(sent(&again), sent(&acked));
    types(&mut model, "U");
    assert!(show(&mut model, SIZE, NOW).contains("nothing was undone"));
}
