//! A line of text beside an alert.

use crate::{
    domain::{AlertOrder, Timestamp},
    tui::{
        effect::Effect,
        keymap::Action,
        model::Model,
        screen::{Hits, alerts},
        theme::Role,
        widget::{Canvas, Strip, cells},
    },
};
use ratatui::layout::Rect;
use std::sync::Arc;

/// What is written, beside which alert.
#[derive(Debug)]
pub(crate) struct Note {
    pub(crate) key: Arc<str>,
    pub(crate) text: String,
}

/// A key while it is written.
pub(super) fn act(
    model: &mut Model,
    mut note: Note,
    action: Action,
    now: Timestamp,
) -> Vec<Effect> {
    match action {
        Action::Escape => return Vec::new(),
        Action::Accept if note.text.is_empty() => return Vec::new(),
        Action::Accept => {
            if let Some(why) = alerts::past(model) {
                model.say(why, now);
                return Vec::new();
            }
            let (key, text) = (note.key, note.text.into());
            return vec![model.order(AlertOrder::Note { key, text }, None)];
        }
        Action::Erase => note.text.clear(),
        _ => {}
    }
    model.overlay = Some(super::Overlay::Note(note));
    Vec::new()
}

/// Draws the line over the last one of `body`.
pub(super) fn draw(canvas: &mut Canvas<'_>, body: Rect, note: &Note, hits: &mut Hits) {
    let place = Rect {
        y: body.bottom().saturating_sub(3.min(body.height)),
        height: 3.min(body.height),
        ..body
    };
    let title = format!("Note beside {}", crate::domain::text::line(&note.key));
    canvas.frame(place, &Strip::of(title, Role::Title));
    let line = Rect {
        x: place.x + 1,
        y: place.y + 1,
        width: place.width.saturating_sub(2),
        height: 1.min(place.height.saturating_sub(1)),
    };
    if line.is_empty() {
        return;
    }
    // The end of a long line is what is being written.
    let room = usize::from(line.width.saturating_sub(2));
    let mut shown = note.text.as_str();
    while usize::from(cells(shown)) > room {
        let mut chars = shown.chars();
        chars.next();
        shown = chars.as_str();
    }
    let used = canvas.put(line, &format!(" {shown}"), Role::Text);
    hits.cursor = Some((line.x + used.min(line.width.saturating_sub(1)), line.y));
}
