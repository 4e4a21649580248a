//! What the keys of the list of tasks do.

use super::{
    columns::Needs,
    standing::{Standing, standing},
    state::{Layout, Order, State},
};
use crate::tui::{order::stay, sieve::Shown};
use crate::{
    domain::{Task, TaskId, Timestamp},
    tui::{
        keymap::Action,
        model::{Model, View},
        screen::{moved, task},
    },
};
use std::{borrow::Cow, sync::Arc};

/// Finds the selection again, after the rows were made anew where the picture or what is asked of it is another: O(n log n).
pub(crate) fn derive(model: &mut Model) {
    if !matches!(model.view, View::Tasks | View::Task) {
        model.screens.tasks.list.rest();
        return;
    }
    make(model);
    let facts = &model.facts;
    let state = &mut model.screens.tasks;
    state.marks.keep(|id| facts.knows_task(id));
    state.marks.see(state.rows.iter().map(|(t, _)| &t.id));
    if model.view != View::Tasks {
        state.list.rest();
    }
    let rows = &state.rows;
    let key = |i: usize| rows.get(i).map(|(t, _)| t.id.clone());
    state.list.settle(rows.len(), key);
}

/// Filters and orders the rows.
fn make(model: &mut Model) {
    let facts = &model.facts;
    let state = &mut model.screens.tasks;
    let asked = (
        facts.turn(),
        state.filter.clone(),
        state.order,
        state.reversed,
        state.layout,
        state.problems_only,
    );
    if state.made.stands(asked, model.hold.is_some()) {
        return;
    }
    let now = facts.shown().at;
    state.sieve.take(&state.filter);
    let sieve = &state.sieve;
    let mut rows: Vec<(Arc<Task>, Standing)> = facts
        .shown()
        .tasks
        .iter()
        .map(|t| (Arc::clone(t), standing(facts, t, now)))
        .filter(|(_, s)| state.layout != Layout::List || !s.is_over())
        .filter(|(_, s)| !state.problems_only || s.needs())
        .filter(|(t, s)| sieve.is_open() || sieve.lets(&words(t, *s), now))
        .collect();
    order(state, &mut rows);
    if model.hold.is_some() {
        let before = state.rows.iter().map(|(t, _)| t.id.clone());
        stay(&mut rows, before, |(t, _)| t.id.clone());
    }
    state.needs = Needs::of(rows.iter().map(|(t, _)| &**t));
    state.rows = rows;
}

/// A task with what is shown of it.
fn words(task: &Task, standing: Standing) -> Shown<'_> {
    let mut words = vec![
        Cow::Owned(task.id.to_string()),
        Cow::Borrowed(&*task.description),
        Cow::Borrowed(standing.mark().word),
        Cow::Borrowed(task.state.name()),
    ];
    words.extend(task.owner().map(|h| Cow::Owned(h.worker.to_string())));
    words.extend(task.priority.map(|p| Cow::Owned(format!("p{p}"))));
    Shown {
        row: Some(task),
        words,
    }
}

fn order(state: &State, rows: &mut [(Arc<Task>, Standing)]) {
    let late = Timestamp(i64::MAX);
    let given = |t: &Task| t.holder().and_then(|h| h.at).unwrap_or(late);
    let urgency = |t: &Task| t.priority.unwrap_or(u8::MAX);
    rows.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    match state.order {
        Order::Attention => rows.sort_by_key(|(t, s)| (*s, urgency(t), given(t))),
        Order::Id => {}
        Order::Priority => rows.sort_by_key(|(t, s)| (urgency(t), *s)),
        Order::Owner => rows.sort_by_key(|(t, _)| {
            let owner = t.owner().map(|h| h.worker.clone());
            (owner.is_none(), owner)
        }),
        Order::Age => rows.sort_by_key(|(t, _)| given(t)),
        Order::Deadline => rows.sort_by_key(|(t, _)| t.deadline().unwrap_or(late)),
        Order::Progress => rows.sort_by_key(|(t, _)| (t.progress.is_none(), t.progress)),
    }
    if state.reversed {
        rows.reverse();
    }
}

/// The marked tasks; without marks the selected one.
pub(crate) fn chosen(model: &Model) -> Vec<TaskId> {
    let state = &model.screens.tasks;
    if state.marks.is_empty() {
        return state.list.selected.iter().cloned().collect();
    }
    state.marks.all().cloned().collect()
}

/// One key.
pub(crate) fn act(model: &mut Model, action: Action) {
    let state = &mut model.screens.tasks;
    match action {
        Action::Open => {
            if let Some(id) = state.list.selected.clone() {
                task::open(model, id);
                model.show(View::Task);
            }
        }
        Action::ProblemsOnly => state.problems_only = !state.problems_only,
        Action::NextLayout => {
            state.layout = match state.layout {
                Layout::List => Layout::All,
                Layout::All => Layout::Board,
                Layout::Board => Layout::List,
            };
        }
        Action::NextPanel | Action::PreviousPanel => {
            state.on_detail = !state.on_detail && state.detail.2 > 0;
        }
        Action::Mark => mark(state),
        Action::MarkRange => range(state),
        Action::MarkAll => state
            .marks
            .add(state.rows.iter().map(|(t, _)| t.id.clone())),
        _ => walk(state, action),
    }
}

/// Marks the selected task, or takes its mark away, and goes on to the next.
fn mark(state: &mut State) {
    let Some(id) = state.list.selected.clone() else {
        return;
    };
    state.marks.toggle(&[id]);
    walk(state, Action::Down);
}

/// Begins a range; the second time marks it.
fn range(state: &mut State) {
    let here = state.list.row();
    let Some(begin) = state.marks.range(state.list.selected.as_ref()) else {
        return;
    };
    let at = |id: &TaskId| state.rows.iter().position(|(t, _)| t.id == *id);
    let (Some(a), Some(b)) = (at(&begin), here) else {
        return;
    };
    let span = a.min(b)..=a.max(b);
    let ids = state.rows.get(span).unwrap_or_default();
    state.marks.add(ids.iter().map(|(t, _)| t.id.clone()));
}

fn walk(state: &mut State, action: Action) {
    let (top, last, page) = state.detail;
    if state.on_detail {
        state.detail.0 = moved(action, top, page, last).unwrap_or(top);
        return;
    }
    let to = match state.layout {
        Layout::Board => super::board::target(state, action),
        Layout::List | Layout::All => state.list.target(action, state.rows.len()),
    };
    if let Some(to) = to {
        let key = state.rows.get(to).map(|(t, _)| t.id.clone());
        state.list.choose(to, key);
        state.detail.0 = 0;
    }
}
