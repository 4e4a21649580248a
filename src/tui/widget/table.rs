//! Columns that drop by priority, never by squeezing; and which rows of a long list are seen.

use super::{Canvas, cells};
use crate::tui::theme::Role;
use ratatui::layout::Rect;

/// One column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column<T> {
    /// Which.
    pub(crate) id: T,
    /// Heading.
    pub(crate) title: &'static str,
    /// Cells it needs.
    pub(crate) width: u16,
    /// 0 never drops; the highest drops first.
    pub(crate) rank: u8,
    /// Takes the cells that are left.
    pub(crate) grows: bool,
    /// Ends at its right edge.
    pub(crate) right: bool,
}

/// The columns that fit into `width` cells with a blank between each two, in the order given.
pub(crate) fn fit_columns<T: Copy>(columns: &[Column<T>], width: u16) -> Vec<Column<T>> {
    let mut kept = columns.to_vec();
    let need = |kept: &[Column<T>]| {
        kept.iter().fold(0u16, |n, c| n.saturating_add(c.width)) + u16_len(kept).saturating_sub(1)
    };
    while need(&kept) > width {
        let Some(last) = kept.iter().map(|c| c.rank).max().filter(|r| *r > 0) else {
            break;
        };
        kept.retain(|c| c.rank != last);
    }
    let spare = width.saturating_sub(need(&kept));
    if let Some(column) = kept.iter_mut().find(|c| c.grows) {
        column.width = column.width.saturating_add(spare);
    }
    kept
}

fn u16_len<T>(of: &[T]) -> u16 {
    u16::try_from(of.len()).unwrap_or(u16::MAX)
}

/// Writes one cell per column from left to right.
pub(crate) fn place<T: Copy>(
    canvas: &mut Canvas<'_>,
    row: Rect,
    columns: &[Column<T>],
    cell: impl Fn(&Column<T>) -> (String, Role),
) {
    let mut x = row.x;
    for column in columns {
        let width = column.width.min(row.right().saturating_sub(x));
        let at = Rect { x, width, ..row };
        let (text, role) = cell(column);
        if column.right && cells(&text) <= width {
            canvas.put_right(at, &text, role);
        } else {
            canvas.tell(at, &text, role);
        }
        x = x.saturating_add(column.width).saturating_add(1);
    }
}

/// First row to show, so that `selected` is among the `page` rows from `top`, and no page is left half empty.
pub(crate) fn window(top: usize, selected: Option<usize>, page: usize, len: usize) -> usize {
    let page = page.max(1);
    let mut top = top.min(len.saturating_sub(page));
    if let Some(at) = selected {
        top = top.min(at).max((at + 1).saturating_sub(page));
    }
    top
}
