//! Markdown for a page of a forge that takes so many bytes and no more: what is most urgent stands first, and what does not fit is counted.

use super::grid::Grid;
use crate::domain::Timestamp;
use crate::headless::markdown::escape;

/// A forge cuts, or refuses, what is larger than 1 MiB.
pub(crate) const LIMIT: usize = 900 * 1024;
/// Kept for what closes a page.
const TAIL: usize = 4 * 1024;

/// A page that never grows past its limit.
pub(crate) struct Page {
    text: String,
    limit: usize,
}

impl Page {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            text: String::new(),
            limit,
        }
    }

    /// A line of our own: short.
    pub(crate) fn line(&mut self, line: &str) {
        if self.text.len() + line.len() < self.limit {
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    fn fits(&self, more: usize) -> bool {
        self.text.len() + more + TAIL <= self.limit
    }

    /// A table; rows that do not fit are counted.
    pub(crate) fn table(&mut self, grid: &Grid, wide: bool, now: Timestamp) {
        let (head, rows) = grid.shown(wide, now);
        self.rows(&head, rows);
    }

    /// The same, of words.
    pub(crate) fn rows(&mut self, head: &[&str], rows: Vec<Vec<String>>) {
        self.line("");
        self.line(&format!("| {} |", head.join(" | ")));
        self.line(&format!("|{}", "---|".repeat(head.len())));
        let mut left = 0_usize;
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| escape(cell)).collect();
            let line = format!("| {} |", cells.join(" | "));
            if left == 0 && self.fits(line.len()) {
                self.line(&line);
            } else {
                left += 1;
            }
        }
        if left > 0 {
            self.line(&format!("\n{left} rows omitted"));
        }
    }

    /// A table that is folded away.
    pub(crate) fn folded(&mut self, title: &str, grid: &Grid, now: Timestamp) {
        if grid.rows.is_empty() {
            return;
        }
        self.line(&format!("\n<details><summary>{title}</summary>"));
        self.table(grid, false, now);
        self.line("\n</details>");
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }
}
