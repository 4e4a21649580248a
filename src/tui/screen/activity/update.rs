//! What the keys of the list of what happened do.

use super::entry::{Entry, Goes};
use crate::{
    domain::{ConversationId, Snapshot, TaskId, Timestamp},
    tui::{
        keymap::{Action, Context},
        model::{Model, View},
        screen::{alerts, messages, moved, task as task_screen, worker as worker_screen},
        sheet::Sheet,
    },
};
use std::{cmp::Reverse, sync::Arc};

/// Steps from before this program watched that are kept.
const BEFORE: usize = 1_000;

/// Filters the rows and finds the selection again; only while the view is shown. O(events + steps of the tasks).
pub(crate) fn derive(model: &mut Model) {
    if model.view != View::Activity {
        return;
    }
    let snapshot = Arc::clone(model.facts.shown());
    let me = Arc::clone(&model.acting.actor);
    let state = &mut model.screens.activity;
    state.sieve.take(&state.filter);
    let began = began(&snapshot);
    if state.before.as_ref().map(|(at, _)| *at) != Some(began) {
        state.before = Some((began, before(&snapshot, began, &me)));
    }
    let newest = snapshot.events.iter().rev().map(|e| Entry::of(e, &me));
    let older = state.before.iter().flat_map(|(_, all)| all.iter().cloned());
    let mut all = 0;
    let (sieve, problems) = (&state.sieve, state.problems_only);
    let rows: Vec<Entry> = newest
        .chain(older)
        .inspect(|_| all += 1)
        .filter(|entry| !problems || entry.is_problem())
        .filter(|entry| sieve.is_open() || sieve.lets(entry, snapshot.at))
        .collect();
    (state.rows, state.all) = (rows, all);
    let rows = &state.rows;
    let key = |i: usize| rows.get(i).map(|entry| entry.key.clone());
    if state.follow && model.overlay.is_none() {
        state.list.choose(0, key(0));
        state.seen = snapshot.events.back().map_or(0, |e| e.seq);
    }
    let was = state.list.row();
    state.list.settle(rows.len(), key);
    if let (false, Some(was), Some(is)) = (state.follow, was, state.list.row()) {
        // What came in pushes the rows down, not the reader.
        state.list.top = (state.list.top + is).saturating_sub(was);
    }
}

/// Since when events are kept: what is older, the tasks tell.
fn began(snapshot: &Snapshot) -> Timestamp {
    let first = snapshot.events.front().filter(|e| e.seq == 1).map(|e| e.at);
    let started = snapshot.observer.started;
    match (started, first) {
        (Some(a), Some(b)) => a.min(b),
        (a, b) => a.or(b).unwrap_or(snapshot.at),
    }
}

/// What the histories of the tasks say of the time before, the newest first.
fn before(snapshot: &Snapshot, began: Timestamp, me: &str) -> Vec<Entry> {
    let mut steps: Vec<(Timestamp, i64, &Arc<_>, usize)> = Vec::new();
    for task in &snapshot.tasks {
        for (n, step) in task.history.iter().enumerate() {
            steps.extend(
                step.at
                    .filter(|at| *at < began)
                    .map(|at| (at, step.message.0, task, n)),
            );
        }
    }
    steps.sort_unstable_by_key(|(at, message, _, n)| Reverse((*at, *message, *n)));
    steps.truncate(BEFORE);
    let entry = |(_, _, task, n): (_, _, &Arc<_>, usize)| Entry::step(task, n, me);
    steps.into_iter().filter_map(entry).collect()
}

/// Selects a row that was clicked.
pub(crate) fn choose(state: &mut super::State, n: usize) {
    let key = state.rows.get(n).map(|entry| entry.key.clone());
    state.list.choose(n, key);
    state.detail.0 = 0;
    state.follow = false;
}

/// One key.
pub(crate) fn act(model: &mut Model, action: Action, now: Timestamp) {
    let state = &mut model.screens.activity;
    match action {
        Action::Open => open(model, now),
        Action::ProblemsOnly => state.problems_only = !state.problems_only,
        Action::NextPanel | Action::PreviousPanel => {
            state.on_detail = !state.on_detail && state.detail.2 > 0;
        }
        Action::Follow => {
            state.follow = !state.follow;
            state.on_detail = false;
            let words = if state.follow {
                "following the newest"
            } else {
                "not following"
            };
            model.say(words, now);
        }
        _ => walk(model, action),
    }
}

fn walk(model: &mut Model, action: Action) {
    let state = &mut model.screens.activity;
    let (top, last, page) = state.detail;
    if state.on_detail {
        state.detail.0 = moved(action, top, page, last).unwrap_or(top);
        return;
    }
    if let Some(to) = state.list.target(action, state.rows.len()) {
        let key = state.rows.get(to).map(|entry| entry.key.clone());
        state.list.choose(to, key);
        state.detail.0 = 0;
        state.follow = to == 0 && action == Action::Top;
    }
}

/// Goes to what it is about.
fn open(model: &mut Model, now: Timestamp) {
    let Some(goes) = model.screens.activity.selected().map(|e| e.goes.clone()) else {
        return;
    };
    match goes {
        Goes::Worker(conversation) => {
            if model.facts.worker(&conversation).is_none() {
                return model.say("this worker is gone", now);
            }
            worker_screen::open(model, conversation);
            model.show(View::Worker);
        }
        Goes::Task(id) => {
            task_screen::open(model, id);
            model.show(View::Task);
        }
        Goes::Message(message) => {
            messages::thread_of(model, &message.conversation);
            model.show(View::Messages);
            messages::select(model, message.id);
        }
        Goes::Alert(key) => {
            model.show(View::Alerts);
            if !alerts::select(model, &key) {
                let keymap = &model.look.keymap;
                let key = keymap.key_of(Context::Alerts, Action::NextLayout);
                model.say(format!("this alert is over; {key} shows what is"), now);
            }
        }
        Goes::Nowhere => model.say("there is nothing more behind it", now),
    }
}

/// Binds a key that acts on a row to the row that the operator saw; one that does something follows the newest no longer. `false` when
/// that row is gone.
pub(crate) fn bind(model: &mut Model, follow: bool) -> bool {
    let state = &mut model.screens.activity;
    let Some(drawn) = state.drawn.clone().filter(|_| state.follow) else {
        return true;
    };
    let at = state.rows.iter().position(|entry| entry.key == drawn);
    if let Some(at) = at {
        state.list.choose(at, Some(drawn));
        state.follow = follow;
    }
    at.is_some()
}

/// The task that the selected entry is about, when it is about one.
pub(crate) fn task(model: &Model) -> Option<TaskId> {
    match &model.screens.activity.selected()?.goes {
        Goes::Task(id) => Some(id.clone()),
        _ => None,
    }
}

/// The worker that the selected entry is about.
pub(crate) fn worker(model: &Model) -> Option<ConversationId> {
    match &model.screens.activity.selected()?.goes {
        Goes::Worker(conversation) => Some(conversation.clone()),
        Goes::Message(message) => Some(message.conversation.clone()),
        Goes::Alert(key) => model.facts.alert(key)?.conversation().cloned(),
        Goes::Task(_) | Goes::Nowhere => None,
    }
}

/// What is listed, as plain values. O(rows).
pub(crate) fn sheet(state: &super::State) -> Sheet {
    let rows = state.rows.iter().map(|entry| {
        vec![
            entry.subject.clone(),
            entry.at.to_string(),
            entry.by.name(),
            entry.kind.to_owned(),
            entry.words.clone(),
        ]
    });
    Sheet {
        name: "activity",
        columns: &["subject", "time", "by", "kind", "what"],
        rows: rows.collect(),
        selected: state.list.row(),
    }
}
