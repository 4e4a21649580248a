//! What was not to be seen is not acted on: a terminal can be too small for a question, or for the row that a key means.

use crate::{
    domain::Timestamp,
    tui::{effect::Effect, keymap::Action, model::Model, overlay::Overlay, screen::Sight},
};

/// The last frame had no room for a question.
pub(super) const NOTHING: &str = "too small to show it: nothing was done; 40x12 shows all";
/// The last frame had no room for rows.
const ROWS: &str = "row not on screen: nothing was done; 40x12 shows it";

impl Model {
    /// What a key does.
    pub(crate) fn act(&mut self, action: Action, now: Timestamp) -> Vec<Effect> {
        if let Some(why) = unseen(self, action) {
            self.say(why, now);
            return Vec::new();
        }
        self.perform(action, now)
    }
}

/// Why a key that acts at once, or that answers a question, does nothing here; `None` when it may.
fn unseen(model: &Model, action: Action) -> Option<&'static str> {
    let nothing = model.sight == Sight::Nothing;
    match &model.overlay {
        _ if model.sight == Sight::All || model.typed.prompt => None,
        Some(open) => (nothing && answers(open, action)).then_some(NOTHING),
        None if matches!(action, Action::Ack | Action::Hold) => Some(ROWS),
        None => {
            let again = matches!(action, Action::Undo | Action::Redo);
            (nothing && again).then_some(NOTHING)
        }
    }
}

/// The key answers what is open, or carries out what it shows. What Enter begins in a dialog, a form or the palette is refused where it is
/// begun: there it also cancels, and is how `:q` is said.
fn answers(open: &Overlay, action: Action) -> bool {
    match action {
        Action::Confirm
        | Action::Send
        | Action::JobStart
        | Action::JobStop
        | Action::JobRestart
        | Action::JobRun => true,
        Action::Accept => matches!(
            open,
            Overlay::Menu(_) | Overlay::Mute(_) | Overlay::Note(_) | Overlay::Taking(_)
        ),
        _ => false,
    }
}
