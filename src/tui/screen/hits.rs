//! What a frame showed: how much of the lists was seen, where the cursor stands, and what lies where.

use crate::tui::{
    keymap::Action,
    links::Links,
    order::{self, Ordered},
    theme::Role,
    widget::{self, Canvas, Column},
};
use ratatui::layout::Rect;

/// How much of what a key acts on a frame could show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Sight {
    /// Everything.
    #[default]
    All,
    /// What is open or typed, not what is selected below it.
    Over,
    /// Too little to read a question.
    Nothing,
}

/// What a drawn frame tells the model: how much of the lists was seen, and where the cursor stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// First row of the list on screen.
    pub(crate) top: usize,
    /// Rows of the list on screen.
    pub(crate) page: usize,
    /// First column of the matrix on screen.
    pub(crate) left: usize,
    /// Last line that the text beside the list can be scrolled to, and lines of it on screen.
    pub(crate) detail: (usize, usize),
    /// Rows of the list stand for several entries.
    pub(crate) folded: bool,
    /// Workers in one line of the grid, or columns of the matrix on screen.
    pub(crate) across: usize,
    /// Lines of the match before and after in a text that is searched, and how many there are.
    pub(crate) matches: (Option<usize>, Option<usize>, usize),
    /// Cell of the selected row.
    pub(crate) cursor: Option<(u16, u16)>,
    /// Cells of the whole screen.
    pub(crate) size: (u16, u16),
    /// How much of what a key acts on was to be seen.
    pub(crate) sight: Sight,
    /// Where its cells lead.
    pub(crate) links: Links,
    /// What lies where, for the mouse; what was drawn later lies on top.
    pub(crate) spots: Vec<(Rect, Spot)>,
}

/// What a part of the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    /// A row of the list that the keys move through, by its number.
    Row(usize),
    /// A row of the other list of the Overview.
    Group(usize),
    /// A list.
    List,
    /// The other list of the Overview.
    Groups,
    /// What is known of the selected row.
    Detail,
    /// The heading of a column, by the number of the order that it sorts by.
    Heading(usize),
    /// Something that a key does.
    Key(Action),
    /// Nothing, over something.
    Cover,
}

impl Hits {
    /// The selected row is at `place`.
    pub(crate) fn point(&mut self, place: Rect) {
        if !place.is_empty() {
            self.cursor = Some((place.x, place.y));
        }
    }

    /// Something lies at `place`.
    pub(crate) fn spot(&mut self, place: Rect, what: Spot) {
        if !place.is_empty() {
            self.spots.push((place, what));
        }
    }

    /// A row of the list is at `place`.
    pub(crate) fn row(&mut self, place: Rect, n: usize) {
        self.spot(place, Spot::Row(n));
    }
}

/// The headings of columns, with the way of the order at the one that it goes by; a click on one that is an order asks for it.
pub(crate) fn heading<T: Copy, O: Ordered>(
    canvas: &mut Canvas<'_>,
    row: Rect,
    columns: &[Column<T>],
    hits: &mut Hits,
    order: O,
    reversed: bool,
) {
    let title = |c: &Column<T>| order::heading(c, order.column(), reversed);
    widget::place(canvas, row, columns, |c| (title(c), Role::Dim));
    let mut x = row.x;
    for column in columns {
        let width = column.width.min(row.right().saturating_sub(x));
        let named = |o: &O| !column.title.is_empty() && o.column() == column.title;
        if let Some(n) = O::ALL.iter().position(named) {
            hits.spot(Rect { x, width, ..row }, Spot::Heading(n));
        }
        x = x.saturating_add(column.width).saturating_add(1);
    }
}
