//! What the palette looks like.

use super::{Palette, Row};
use crate::tui::{
    overlay::frame,
    screen::Hits,
    theme::Role,
    widget::{Canvas, Rows, Strip, cells},
};
use ratatui::layout::Rect;

/// Rows that it shows at most.
const TALL: u16 = 18;
/// Lines that can be typed in full.
const ALSO: &str = "also :w007 :T-112 :team infra :tasks state:orph :@s3-infra :filter save hot";

/// Draws it over `body`.
pub(crate) fn draw(canvas: &mut Canvas<'_>, body: Rect, palette: &Palette, hits: &mut Hits) {
    let scope = palette.typed.starts_with('@');
    let title = if scope { "Scope" } else { "Command" };
    let count = format!(
        "  {} of {}",
        palette.rows.len(),
        palette.of.max(palette.rows.len())
    );
    let title = Strip::of(title, Role::Title).add(count, Role::Dim);
    let inside = frame::centred(canvas, body, (100, TALL + 4), &title);
    let mut rows = Rows::of(inside);
    let prompt = rows.line();
    let used = canvas.strip(
        prompt,
        &Strip::of(" :", Role::Accent).add(palette.typed.clone(), Role::Title),
    );
    hits.cursor = Some((
        prompt.x + used.min(prompt.width.saturating_sub(1)),
        prompt.y,
    ));
    if rows.left() > 8 {
        canvas.rule(rows.line(), &Strip::new());
    }
    let also = u16::from(rows.left() > 6);
    let list = rows.take(rows.left().saturating_sub(also));
    self::list(canvas, list, palette, hits);
    if also == 1 {
        let words = crate::domain::text::fit(ALSO, usize::from(inside.width.saturating_sub(2)));
        canvas.put(rows.line(), &format!(" {words}"), Role::Dim);
    }
}

fn list(canvas: &mut Canvas<'_>, place: Rect, palette: &Palette, hits: &mut Hits) {
    let page = usize::from(place.height);
    let top = palette.list.window(page, palette.rows.len());
    let mut rows = Rows::of(place);
    let name = place.width * 45 / 100;
    for (i, row) in palette.rows.iter().enumerate().skip(top).take(page) {
        let line = rows.line();
        self::row(canvas, line, row, name);
        hits.row(line, i);
        if Some(i) == palette.list.row() {
            canvas.select(line);
        }
    }
    (hits.top, hits.page) = (top, page);
}

/// Name, key, and where it works or why it does not.
fn row(canvas: &mut Canvas<'_>, line: Rect, row: &Row, wide: u16) {
    const KEY: u16 = 7;
    let (role, note, words) = match &row.can {
        Ok(_) => (Role::Text, Role::Dim, &row.note),
        Err(why) => (Role::KeyOff, Role::Dim, why),
    };
    let name = Rect {
        x: line.x + 2.min(line.width),
        width: wide.min(line.width.saturating_sub(2)),
        ..line
    };
    canvas.put(name, &row.name, role);
    let key = Rect {
        x: name.right() + 1,
        width: KEY.min(line.right().saturating_sub(name.right() + 1)),
        ..line
    };
    if row.can.is_ok() || cells(&row.key) > 0 {
        let role = if row.can.is_ok() {
            Role::Key
        } else {
            Role::KeyOff
        };
        canvas.put(key, &row.key, role);
    }
    let rest = Rect {
        x: key.right() + 1,
        width: line.right().saturating_sub(key.right() + 2),
        ..line
    };
    canvas.put(rest, words, note);
}
