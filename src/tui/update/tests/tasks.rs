//! Tasks on screen: order, marks, board, detail.

use super::*;
use crate::{
    domain::{TaskId, TaskState},
    tui::screen::tasks::Standing,
};

fn listed(model: &Model) -> Vec<String> {
    let rows = model.screens.tasks.rows.iter();
    rows.map(|(t, _)| t.id.to_string()).collect()
}

fn marked(model: &Model) -> Vec<String> {
    let marks = model.screens.tasks.marks.all();
    marks.map(ToString::to_string).collect()
}

fn here(model: &Model) -> String {
    let task = model.screens.tasks.selected();
    task.map_or_else(String::new, |t| t.id.to_string())
}

#[test]
fn orphans_come_first() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "3");
    let rows = &model.screens.tasks.rows;
    assert_eq!(rows[0].1, Standing::Orphan);
    assert!(rows.windows(2).all(|w| w[0].1 <= w[1].1));
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("! ORPH"), "{text}");
    let orphans = model.snapshot().workers.iter().filter(|w| {
        matches!(
            w.verdict.state,
            crate::domain::State::Silent | crate::domain::State::Expired
        )
    });
    let lost: usize = orphans.map(|w| w.tasks.len()).sum();
    let shown = model.screens.tasks.rows.iter();
    assert_eq!(shown.filter(|(_, s)| *s == Standing::Orphan).count(), lost);
}

#[test]
fn marks_survive_refresh_order_and_filter() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "3j  j ");
    let marks = marked(&model);
    assert_eq!(marks.len(), 3);
    types(&mut model, "oiopO");
    assert_eq!(marked(&model), marks);
    model.update(Msg::Snapshot(Arc::new(fixture::swarm(104))), NOW);
    assert_eq!(marked(&model), marks);
    types(&mut model, "/ORPH\n");
    assert_eq!(marked(&model), marks);
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("marked 3"), "{text}");
    types(&mut model, "\x1b");
    assert_eq!(marked(&model), marks, "the filter goes first");
    types(&mut model, "\x1b");
    assert!(marked(&model).is_empty());
    assert_eq!(model.view, View::Tasks);
}

#[test]
fn a_range_and_all_that_the_filter_shows_can_be_marked() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "3jVjjV");
    let mut range = listed(&model)[1..4].to_vec();
    range.sort();
    let mut marks = marked(&model);
    marks.sort();
    assert_eq!(marks, range);
    types(&mut model, "\x1b/BLOCKED\n*");
    assert_eq!(marked(&model).len(), listed(&model).len());
}

#[test]
fn a_mark_of_a_task_that_is_gone_goes_with_it() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "3 ");
    let id = marked(&model)[0].clone();
    let mut fewer = fixture::swarm(104);
    fewer.tasks.retain(|t| t.id.to_string() != id);
    model.update(Msg::Snapshot(Arc::new(fewer)), NOW);
    assert!(marked(&model).is_empty());
}

#[test]
fn the_board_has_every_task_once() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "3vv");
    let state = &model.screens.tasks;
    assert_eq!(state.rows.len(), model.snapshot().tasks.len());
    let text = show(&mut model, SIZE, NOW);
    let lanes = ["TODO", "RUN", "BLOCKED", "AT RISK", "DONE"];
    let counts = lanes.map(|lane| {
        let at = text.find(&format!("─ {lane} ")).unwrap() + "─ ".len() + lane.len() + 1;
        let digits: String = text[at..]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse::<usize>().unwrap()
    });
    assert_eq!(counts.iter().sum::<usize>(), model.snapshot().tasks.len());
    let was = here(&model);
    types(&mut model, "hjljl");
    assert_ne!(here(&model), "");
    types(&mut model, "gg");
    assert_ne!((was, here(&model)), (String::new(), String::new()));
}

#[test]
fn a_deadline_is_counted_and_passed() {
    let mut swarm = fixture::swarm(9);
    let task = swarm
        .tasks
        .iter_mut()
        .find(|t| t.state == TaskState::Running)
        .unwrap();
    let task = Arc::make_mut(task);
    task.timeout = Some(Span::seconds(600));
    task.depends_on.clear();
    let given = fixture::ago(900);
    task.holders.last_mut().unwrap().at = Some(given);
    let id = task.id.to_string();
    let mut model = told(swarm);
    types(&mut model, "3");
    let row = model
        .screens
        .tasks
        .rows
        .iter()
        .find(|(t, _)| t.id.to_string() == id);
    assert!(
        matches!(row, Some((_, Standing::Overdue | Standing::Orphan))),
        "{row:?}"
    );
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains("-5m00s"), "{text}");
}

#[test]
fn what_waits_for_a_task_is_shown_on_both_sides() {
    let mut swarm = fixture::swarm(20);
    let [one, other] = [swarm.tasks[0].id.clone(), swarm.tasks[1].id.clone()];
    for task in &mut swarm.tasks {
        Arc::make_mut(task).depends_on.clear();
    }
    Arc::make_mut(&mut swarm.tasks[1]).depends_on = vec![one.clone(), TaskId::from("T-old")];
    let mut model = told(swarm);
    types(&mut model, "3");
    let text = show(&mut model, SIZE, NOW);
    assert!(text.contains(&format!("blocks {other}")), "{text}");
    assert!(text.contains(&format!("needs {one}")), "{text}");
}

#[test]
fn enter_opens_the_history_and_then_the_owner() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "3\n");
    assert_eq!(model.view, View::Task);
    assert!(show(&mut model, SIZE, NOW).contains("HISTORY"));
    types(&mut model, "\n");
    assert_eq!(model.view, View::Worker);
    types(&mut model, "3\n\x1b");
    assert_eq!(model.view, View::Tasks);
}

#[test]
fn moves_of_several_tasks_can_be_undone_one_by_one() {
    let mut model = told(fixture::swarm(104));
    types(&mut model, "3 j r2\n");
    assert!(model.undo.is_empty(), "typed ahead, it confirms nothing");
    let sent: Vec<_> = model
        .update(key(KeyCode::Enter), NOW.plus(Span::seconds(1)))
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Send(envelope) => Some(envelope.id),
            _ => None,
        })
        .collect();
    assert_eq!(sent.len(), 2);
    for id in sent {
        model.update(Msg::Reply(id, Reply::Done("done".to_owned())), NOW);
    }
    assert_eq!(model.undo.len(), 2);
    // This picture does not show them yet: nothing is undone, and nothing forgotten.
    assert_eq!(types(&mut model, "u"), []);
    assert!(show(&mut model, SIZE, NOW).contains("cannot undo"));
    assert_eq!(model.undo.len(), 2);
    // A picture that is newer than the deed, on which the rules refuse it: they always will. The next key reaches the one below.
    let mut newer = fixture::swarm(104);
    newer.source.read_at = Some(NOW.plus(Span::seconds(2)));
    model.update(Msg::Snapshot(Arc::new(newer)), NOW);
    for left in [1, 0] {
        assert_eq!(types(&mut model, "u"), []);
        let text = show(&mut model, SIZE, NOW);
        assert!(text.contains("cannot be undone any more"), "{text}");
        assert_eq!(text.contains("u undoes"), left > 0, "{text}");
        assert_eq!(model.undo.len(), left);
    }
    types(&mut model, "u");
    assert!(show(&mut model, SIZE, NOW).contains("nothing to undo"));
}
