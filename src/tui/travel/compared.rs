//! Two instants, held against each other.

use crate::{
    domain::{Timestamp, compare::Comparison},
    tui::{
        keymap::{Action, Context},
        model::Model,
        overlay::{Overlay, Page},
    },
};
use std::sync::Arc;

/// Holds the picture on show against the newest, or against the one that was chosen.
pub(super) fn compare(model: &mut Model, now: Timestamp) {
    let shown = Arc::clone(model.facts.whole());
    let other = (model.travel.pin.clone()).unwrap_or_else(|| Arc::clone(model.facts.latest()));
    if Arc::ptr_eq(&shown, &other) {
        let key = |action| model.look.keymap.key_of(Context::Global, action);
        let (minute, event) = (key(Action::EarlierMinute), key(Action::EarlierEvent));
        let words = format!(
            "go back first ({minute} or {event}): this instant is the one that others are compared with"
        );
        return model.say(words, now);
    }
    let (from, to) = if shown.at <= other.at {
        (shown, other)
    } else {
        (other, shown)
    };
    let scope = model.facts.scope();
    let found = if scope.is_all() {
        Comparison::of(&from, &to)
    } else {
        Comparison::of(&from.within(scope), &to.within(scope))
    };
    model.overlay = Some(Overlay::Page(Box::new(Page::compared(found))));
}

/// From now on others are held against the picture on show.
pub(crate) fn pin(model: &mut Model, now: Timestamp) {
    let shown = Arc::clone(model.facts.whole());
    let words = format!("{} is what others are compared with", shown.at.clock());
    model.travel.pin = Some(shown);
    model.overlay = None;
    model.say(words, now);
}
