//! What lists of lines have in common: headings that are only words, rows by columns, the selected one as an even bar.

use super::{Hits, List};
use crate::tui::{
    theme::Role,
    widget::{self, Canvas, Column, Rows},
};
use ratatui::layout::Rect;

/// A line without its first and last column.
pub(crate) fn inset(line: Rect) -> Rect {
    Rect {
        x: line.x + 1,
        width: line.width.saturating_sub(2),
        ..line
    }
}

/// Words over columns.
pub(crate) fn titles<T: Copy>(canvas: &mut Canvas<'_>, line: Rect, columns: &[Column<T>]) {
    let title = |c: &Column<T>| (c.title.to_owned(), Role::Dim);
    widget::place(canvas, inset(line), columns, title);
}

/// The rows that are seen of `all`, one on each line that is left, and where they are. O(lines × columns).
pub(crate) fn fill<K: PartialEq + Clone, R, T: Copy>(
    canvas: &mut Canvas<'_>,
    rows: &mut Rows,
    (list, all): (&List<K>, &[R]),
    columns: &[Column<T>],
    hits: &mut Hits,
    cell: impl Fn(&R, &Column<T>) -> (String, Role),
) {
    let page = usize::from(rows.left());
    let top = list.window(page, all.len());
    for (i, row) in all.iter().enumerate().skip(top).take(page) {
        let line = rows.line();
        widget::place(canvas, inset(line), columns, |c| cell(row, c));
        if Some(i) == list.row() {
            canvas.select(line);
            hits.point(line);
        }
        hits.row(line, i);
    }
    (hits.top, hits.page) = (top, page);
}
