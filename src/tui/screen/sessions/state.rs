//! What the list of sessions remembers.

use crate::{
    domain::session::Session,
    tui::screen::{Hits, List},
};
use std::sync::Arc;

/// What is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Layout {
    /// Sessions that somebody speaks of or works at.
    #[default]
    Sessions,
    /// Also those of which only a branch is known.
    All,
}

/// Rows, selection, filter.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Sessions that pass the filter, in order.
    pub(crate) rows: Vec<Arc<Session>>,
    /// By key.
    pub(crate) list: List<Arc<str>>,
    /// Text that name, branch, claim or stage must contain.
    pub(crate) filter: String,
    /// Only those with something wrong.
    pub(crate) problems_only: bool,
    /// What is laid out.
    pub(crate) layout: Layout,
    /// The keys move the pane below.
    pub(crate) on_detail: bool,
    /// First line of that pane, the last it can be, and lines on screen.
    pub(crate) detail: (usize, usize, usize),
}

impl State {
    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        self.list.top = hits.top;
        self.list.page = hits.page;
        let (last, page) = hits.detail;
        self.detail = (self.detail.0.min(last), last, page);
        self.on_detail &= page > 0;
    }

    /// One step back within the view; `false` when there is none.
    pub(crate) fn back(&mut self) -> bool {
        if self.on_detail {
            self.on_detail = false;
        } else if !self.filter.is_empty() {
            self.filter.clear();
        } else if self.problems_only {
            self.problems_only = false;
        } else {
            return false;
        }
        true
    }

    /// The selected session.
    pub(crate) fn selected(&self) -> Option<&Arc<Session>> {
        self.rows.get(self.list.row()?)
    }
}
