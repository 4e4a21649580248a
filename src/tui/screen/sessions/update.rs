//! What the keys of the list of sessions do.

use super::{
    branches, matrix,
    state::{Layout, Order, State},
};
use crate::domain::filter::Facts as _;
use crate::tui::{order::stay, sieve::Shown};
use crate::{
    domain::session::Session,
    tui::{
        keymap::Action,
        model::{Model, View},
        screen::{moved, session},
    },
};
use std::{borrow::Cow, cmp::Reverse, sync::Arc};

/// Filters the rows, and finds the selection again. O(sessions), and O(branches) where branches are laid out.
pub(crate) fn derive(model: &mut Model) {
    let snapshot = Arc::clone(model.facts.shown());
    let on_show = model.view == View::Sessions;
    let state = &mut model.screens.sessions;
    state.sieve.take(&state.filter);
    let sieve = &state.sieve;
    // What only has a branch is listed when nothing else is there, or when it is looked for.
    let bare = snapshot.sessions.iter().all(|s| s.is_bare());
    let spoken = |s: &Session| bare || !s.is_bare() || !sieve.is_open();
    let shown = |s: &&Arc<Session>| {
        spoken(s)
            && (!state.problems_only || s.severity > crate::domain::Severity::Ok)
            && (sieve.is_open() || sieve.lets(&words(s), snapshot.at))
    };
    let mut rows: Vec<Arc<Session>> = snapshot.sessions.iter().filter(shown).cloned().collect();
    order(state, &mut rows);
    if model.hold.is_some() {
        let before = state.rows.iter().map(|s| Arc::clone(&s.key));
        stay(&mut rows, before, |s| Arc::clone(&s.key));
    }
    state.rows = rows;
    state.bare = snapshot.sessions.iter().filter(|s| !spoken(s)).count();
    if !on_show {
        state.list.rest();
    }
    let rows = &state.rows;
    let key = |i: usize| rows.get(i).map(|s| Arc::clone(&s.key));
    state.list.settle(rows.len(), key);
    let only = (&state.sieve, state.problems_only, model.hold.is_some());
    let picture = |layout| (on_show && state.layout == layout).then_some(&snapshot);
    state.branches.derive(picture(Layout::Branches), only);
    let only = (&state.sieve, state.problems_only);
    state.matrix.derive(picture(Layout::Matrix), only);
}

/// The order of the picture decides between equals: every sort is stable.
fn order(state: &State, rows: &mut [Arc<Session>]) {
    match state.order {
        Order::Attention => {}
        Order::Name => rows.sort_by_key(|s| s.name()),
        Order::Progress => rows.sort_by_key(|s| {
            let share = s.progress.map(|p| p.done * 1_000 / p.of.max(1));
            (share.is_none(), share)
        }),
        Order::Workers => rows.sort_by_key(|s| Reverse(s.workers.len())),
        Order::Last => rows.sort_by_key(|s| Reverse(s.last.map(|(at, _)| at))),
    }
    if state.reversed {
        rows.reverse();
    }
}

/// A session with what is shown of it.
fn words(s: &Session) -> Shown<'_> {
    let mut words = s.names();
    words.push(Cow::Owned(s.claimed()));
    words.push(Cow::Borrowed(s.stage.name()));
    Shown {
        row: Some(s),
        words,
    }
}

/// Selects a row that was clicked.
pub(crate) fn choose(state: &mut State, n: usize) {
    match state.layout {
        Layout::Sessions => {
            let key = state.rows.get(n).map(|s| Arc::clone(&s.key));
            state.list.choose(n, key);
        }
        Layout::Branches => state.branches.choose(n),
        Layout::Matrix => {}
    }
    state.detail.0 = 0;
}

/// One key.
pub(crate) fn act(model: &mut Model, action: Action) {
    let state = &mut model.screens.sessions;
    match action {
        Action::Open => open(model),
        Action::ProblemsOnly => state.problems_only = !state.problems_only,
        Action::NextLayout => state.next_layout(),
        Action::NextPanel | Action::PreviousPanel => {
            state.on_detail = !state.on_detail && state.detail.2 > 0;
        }
        _ => walk(state, action),
    }
}

fn open(model: &mut Model) {
    match model.screens.sessions.layout {
        Layout::Sessions => {
            if let Some(key) = model.screens.sessions.list.selected.clone() {
                session::open(model, key);
            }
        }
        Layout::Branches => branches::open(model),
        Layout::Matrix => matrix::open(model),
    }
}

fn walk(state: &mut State, action: Action) {
    let (top, last, page) = state.detail;
    if state.on_detail {
        state.detail.0 = moved(action, top, page, last).unwrap_or(top);
        return;
    }
    let moved = match state.layout {
        Layout::Sessions => match state.list.target(action, state.rows.len()) {
            None => false,
            Some(to) => {
                let key = state.rows.get(to).map(|s| Arc::clone(&s.key));
                state.list.choose(to, key);
                true
            }
        },
        Layout::Branches => state.branches.walk(action),
        Layout::Matrix => state.matrix.walk(action),
    };
    if moved {
        state.detail.0 = 0;
    }
}
