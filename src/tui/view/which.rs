//! What can follow the first key of a sequence: a small list over the lower right corner.

use crate::tui::{
    model::Model,
    theme::Role,
    widget::{Canvas, Rows, Strip, cells},
};
use ratatui::layout::Rect;

/// Draws it over `body`, while a key waits for the next one.
pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>, body: Rect) {
    let pending = &model.typed.pending;
    if pending.is_empty() {
        return;
    }
    let typed: String = pending.iter().map(ToString::to_string).collect();
    let next = model.look.keymap.continuations(&model.contexts(), pending);
    let rest = |keys: &str| keys.strip_prefix(&typed).unwrap_or(keys).to_owned();
    let wide = next
        .iter()
        .map(|(keys, desc)| cells(&rest(keys)) + cells(desc) + 2);
    let width = wide.max().unwrap_or(8).max(10).saturating_add(4);
    let width = width.min(body.width);
    let tall = u16::try_from(next.len())
        .unwrap_or(u16::MAX)
        .saturating_add(2);
    let height = tall.min(body.height);
    let place = Rect {
        x: body.right().saturating_sub(width),
        y: body.bottom().saturating_sub(height),
        width,
        height,
    };
    canvas.frame(place, &Strip::of(typed.clone(), Role::Key));
    let mut rows = Rows::of(crate::tui::overlay::frame::inside(place, 2));
    for (keys, desc) in next {
        let line = Strip::of(format!("{}  ", rest(&keys)), Role::Key).add(desc, Role::Text);
        canvas.strip(rows.line(), &line);
    }
}
