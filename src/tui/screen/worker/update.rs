//! What the keys of the detail of a worker do.

use super::state::Panel;
use crate::{
    domain::ConversationId,
    tui::{
        keymap::Action,
        model::{Model, View},
        screen::{messages, moved, workers},
    },
};

/// Opens the detail of a worker from its first panel; the list follows.
pub(crate) fn open(model: &mut Model, conversation: ConversationId) {
    workers::select(model, &conversation);
    let state = &mut model.screens.worker;
    if state.conversation.as_ref() != Some(&conversation) {
        state.conversation = Some(conversation);
        state.top = 0;
        state.focus = Panel::default();
    }
}

/// Puts the evidence first.
pub(crate) fn to_evidence(model: &mut Model) {
    model.screens.worker.focus = Panel::Evidence;
    model.screens.worker.top = 0;
}

/// One key.
pub(crate) fn act(model: &mut Model, action: Action) {
    let state = &mut model.screens.worker;
    let at = Panel::ALL
        .iter()
        .position(|p| *p == state.focus)
        .unwrap_or(0);
    let len = Panel::ALL.len();
    match action {
        Action::NextPanel | Action::PreviousPanel => {
            let by = if action == Action::NextPanel {
                1
            } else {
                len - 1
            };
            state.focus = Panel::ALL.get((at + by) % len).copied().unwrap_or_default();
            state.top = 0;
        }
        Action::Evidence => to_evidence(model),
        Action::Open => {
            if let Some(conversation) = state.conversation.clone() {
                messages::thread_of(model, &conversation);
                model.show(View::Messages);
            }
        }
        _ => {
            let (last, page) = state.seen;
            state.top = moved(action, state.top, page, last).unwrap_or(state.top);
        }
    }
}
