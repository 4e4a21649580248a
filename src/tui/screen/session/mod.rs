//! One session: what is claimed, what there is, what contradicts, what is missing, who works at it.

mod view;

pub(crate) use view::{brief, draw, status};

use super::{Hits, moved, workers};
use crate::tui::{
    keymap::Action,
    model::{Model, View},
};
use std::sync::Arc;

/// Which session, and where in it.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Whose detail is open.
    pub(crate) key: Option<Arc<str>>,
    /// First line on screen.
    pub(crate) top: usize,
    /// The last it can be, and lines on screen.
    pub(crate) seen: (usize, usize),
}

impl State {
    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        self.seen = hits.detail;
        self.top = self.top.min(hits.detail.0);
    }
}

/// Opens the detail of a session from its first line.
pub(crate) fn open(model: &mut Model, key: Arc<str>) {
    let state = &mut model.screens.session;
    if state.key.as_ref() != Some(&key) {
        state.key = Some(key);
        state.top = 0;
    }
    model.show(View::Session);
}

/// One key.
pub(crate) fn act(model: &mut Model, action: Action) {
    if action == Action::Open {
        // To its workers, by the role of whoever orchestrates them.
        let snapshot = Arc::clone(model.facts.shown());
        let key = model.screens.session.key.clone();
        let session = snapshot
            .sessions
            .iter()
            .find(|s| Some(&s.key) == key.as_ref());
        let first = session.and_then(|s| s.workers.first());
        if let Some(conversation) = first {
            workers::narrow(model, "", false);
            workers::select(model, conversation);
            model.show(View::Workers);
        }
        return;
    }
    let state = &mut model.screens.session;
    let (last, page) = state.seen;
    state.top = moved(action, state.top, page, last).unwrap_or(state.top);
}
