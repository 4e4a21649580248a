//! One task: what it is, who held it, what happened to it, what waits for it, who could take it.

mod view;

pub(crate) use view::{brief, draw, status, step_line, step_mark, step_words};

use super::{Hits, moved, worker};
use crate::{
    domain::TaskId,
    tui::{
        keymap::Action,
        model::{Model, View},
    },
};

/// Which task, and where in it.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Whose detail is open.
    pub(crate) id: Option<TaskId>,
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

/// Opens the detail of a task from its first line.
pub(crate) fn open(model: &mut Model, id: TaskId) {
    let state = &mut model.screens.task;
    if state.id.as_ref() != Some(&id) {
        state.id = Some(id);
        state.top = 0;
    }
}

/// One key.
pub(crate) fn act(model: &mut Model, action: Action) {
    let state = &mut model.screens.task;
    if action == Action::Open {
        let task = state.id.as_ref().and_then(|id| model.facts.task(id));
        if let Some(holder) = task.and_then(|t| t.holder()).cloned() {
            worker::open(model, holder.conversation);
            model.show(View::Worker);
        }
        return;
    }
    let (last, page) = state.seen;
    state.top = moved(action, state.top, page, last).unwrap_or(state.top);
}
