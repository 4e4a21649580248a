//! A finished frame as text and as SVG: for `Q`, for the README, for tests.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

mod svg;

pub use svg::{film, svg};

/// The cells as lines of text, without blanks at their ends.
#[must_use]
pub fn text(buf: &Buffer) -> String {
    let width = usize::from(buf.area().width).max(1);
    let mut out = String::new();
    for row in buf.content().chunks(width) {
        let mut line = String::new();
        let mut covered = 0;
        for cell in row {
            if covered > 0 {
                covered -= 1;
                continue;
            }
            line.push_str(cell.symbol());
            covered = cell.symbol().width().saturating_sub(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
