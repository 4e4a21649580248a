//! What the keys of the list of sessions do.

use super::state::{Layout, State};
use crate::{
    domain::session::Session,
    tui::{
        keymap::Action,
        model::{Model, View},
        screen::{moved, session},
    },
};
use std::sync::Arc;

/// Filters the rows, and finds the selection again. O(sessions).
pub(crate) fn derive(model: &mut Model) {
    let snapshot = Arc::clone(model.facts.shown());
    let state = &mut model.screens.sessions;
    let needle = state.filter.to_lowercase();
    // What only has a branch is listed when nothing else is there, or when it is asked for.
    let bare = snapshot.sessions.iter().all(|s| s.is_bare());
    let shown = |s: &&Arc<Session>| {
        (state.layout == Layout::All || bare || !s.is_bare() || !needle.is_empty())
            && (!state.problems_only || s.severity > crate::domain::Severity::Ok)
            && (needle.is_empty() || matches(s, &needle))
    };
    state.rows = snapshot.sessions.iter().filter(shown).cloned().collect();
    if model.view != View::Sessions {
        state.list.rest();
    }
    let rows = &state.rows;
    let key = |i: usize| rows.get(i).map(|s| Arc::clone(&s.key));
    state.list.settle(rows.len(), key);
}

/// Some text of the session contains `needle`, which is in lower case.
fn matches(s: &Session, needle: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(needle);
    has(&s.key)
        || has(&s.name())
        || has(&s.claimed())
        || has(s.stage.name())
        || s.branch().is_some_and(|b| has(&b.name))
}

/// One key.
pub(crate) fn act(model: &mut Model, action: Action) {
    let state = &mut model.screens.sessions;
    match action {
        Action::Open => {
            if let Some(key) = state.list.selected.clone() {
                session::open(model, key);
            }
        }
        Action::ProblemsOnly => state.problems_only = !state.problems_only,
        Action::NextLayout => {
            state.layout = match state.layout {
                Layout::Sessions => Layout::All,
                Layout::All => Layout::Sessions,
            };
        }
        Action::NextPanel | Action::PreviousPanel => {
            state.on_detail = !state.on_detail && state.detail.2 > 0;
        }
        _ => walk(state, action),
    }
}

fn walk(state: &mut State, action: Action) {
    let (top, last, page) = state.detail;
    if state.on_detail {
        state.detail.0 = moved(action, top, page, last).unwrap_or(top);
        return;
    }
    if let Some(to) = state.list.target(action, state.rows.len()) {
        let key = state.rows.get(to).map(|s| Arc::clone(&s.key));
        state.list.choose(to, key);
        state.detail.0 = 0;
    }
}
