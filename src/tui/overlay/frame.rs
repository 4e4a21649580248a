//! The frame that every overlay stands in.

use crate::tui::widget::{Canvas, Strip};
use ratatui::layout::Rect;

/// A frame with a title in the middle of `body`, at most so wide, with so many lines in it where there is room; what is inside of it, with a
/// blank column at each side.
pub(crate) fn centred(
    canvas: &mut Canvas<'_>,
    body: Rect,
    (width, lines): (u16, u16),
    title: &Strip,
) -> Rect {
    let place = place(body, (width, lines));
    canvas.frame(place, title);
    inside(place, 1)
}

/// Where a frame in the middle of `body` stands that is at most so wide, with so many lines in it where there is room.
pub(crate) fn place(body: Rect, (width, lines): (u16, u16)) -> Rect {
    let width = body.width.min(width);
    Rect {
        x: body.x + (body.width - width) / 2,
        width,
        height: body.height.min(lines.saturating_add(2)),
        ..body
    }
}

/// What is inside of a frame, with so many columns for its sides.
pub(crate) fn inside(place: Rect, side: u16) -> Rect {
    Rect {
        x: place.x + side.min(place.width),
        y: place.y + 1,
        width: place.width.saturating_sub(side * 2),
        height: place.height.saturating_sub(2),
    }
}

/// How many lines a list has, for [`centred`].
pub(crate) fn tall(lines: usize) -> u16 {
    u16::try_from(lines).unwrap_or(u16::MAX)
}
