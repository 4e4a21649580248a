//! What the list of what happened remembers.

use super::entry::{Entry, Key};
use crate::{
    domain::Timestamp,
    tui::{
        screen::{Hits, List},
        sieve::Sieve,
    },
};

/// Rows, selection, filter.
#[derive(Debug)]
pub(crate) struct State {
    /// What passes the filter, the newest first.
    pub(crate) rows: Vec<Entry>,
    /// How many there are without it.
    pub(super) all: usize,
    /// By what names them.
    pub(crate) list: List<Key>,
    /// What is let through, as typed.
    pub(crate) filter: String,
    /// What of it is understood.
    pub(crate) sieve: Sieve,
    /// Only what needs somebody.
    pub(crate) problems_only: bool,
    /// The newest is always selected.
    pub(crate) follow: bool,
    /// Number of the newest event when following ended: what is above it is new.
    pub(super) seen: u64,
    /// The keys move the detail beside the list.
    pub(crate) on_detail: bool,
    /// First line of that detail, the last it can be, and lines on screen.
    pub(crate) detail: (usize, usize, usize),
    /// What was selected in the last frame: what the operator saw.
    pub(super) drawn: Option<Key>,
    /// What the tasks say of the time before this program watched, and when that ended.
    pub(super) before: Option<(Timestamp, Vec<Entry>)>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            all: 0,
            list: List::default(),
            filter: String::new(),
            sieve: Sieve::default(),
            problems_only: false,
            follow: true,
            seen: 0,
            drawn: None,
            on_detail: false,
            detail: (0, 0, 0),
            before: None,
        }
    }
}

impl State {
    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        self.list.top = hits.top;
        self.list.page = hits.page;
        self.drawn.clone_from(&self.list.selected);
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

    /// The selected entry.
    pub(super) fn selected(&self) -> Option<&Entry> {
        self.rows.get(self.list.row()?)
    }

    /// How many of the rows came since following ended.
    pub(super) fn fresh(&self) -> usize {
        let new = |entry: &&Entry| matches!(entry.key, Key::Event(seq) if seq > self.seen);
        if self.follow {
            0
        } else {
            self.rows.iter().take_while(new).count()
        }
    }
}
