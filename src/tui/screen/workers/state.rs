//! What the list of workers remembers.

use crate::tui::{marks::Marks, order::Ordered, sieve::Sieve};
use crate::{
    domain::{self, ConversationId, Worker},
    tui::screen::{Hits, List},
};
use std::sync::Arc;

/// How the workers are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Layout {
    /// One line each.
    #[default]
    List,
    /// One cell group each, by team.
    Grid,
}

/// What they are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Order {
    /// What needs the operator first; within a state that needs him the oldest first.
    #[default]
    Attention,
    /// By label.
    Id,
    /// Oldest heartbeat first.
    Heartbeat,
    /// Oldest activity first.
    Activity,
    /// Least progress first.
    Progress,
    /// Most unread first.
    Unread,
    /// By team, then attention.
    Team,
}

impl Ordered for Order {
    const ALL: &'static [Self] = &[
        Self::Attention,
        Self::Id,
        Self::Heartbeat,
        Self::Activity,
        Self::Progress,
        Self::Unread,
        Self::Team,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Attention => "attention",
            Self::Id => "worker",
            Self::Heartbeat => "heartbeat",
            Self::Activity => "activity",
            Self::Progress => "progress",
            Self::Unread => "unread",
            Self::Team => "team",
        }
    }

    fn column(self) -> &'static str {
        match self {
            Self::Attention => "state",
            Self::Id => "worker",
            Self::Heartbeat => "beat",
            Self::Activity => "active",
            Self::Progress => "prog",
            Self::Unread => "unr",
            Self::Team => "team",
        }
    }
}

/// Rows, selection, filter.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Workers that pass the filter, in order.
    pub(crate) rows: Vec<Arc<Worker>>,
    /// By conversation.
    pub(crate) list: List<ConversationId>,
    /// Text that id, role, team, session, state or task must contain.
    pub(crate) filter: String,
    /// What of it lets rows through.
    pub(crate) sieve: Sieve,
    /// Only those that need somebody.
    pub(crate) problems_only: bool,
    /// Order.
    pub(crate) order: Order,
    /// The other way round.
    pub(crate) reversed: bool,
    /// Layout.
    pub(crate) layout: Layout,
    /// Marked ones, by conversation: whatever the filter shows of them.
    pub(crate) marks: Marks<ConversationId>,
    /// The keys move the detail beside the list.
    pub(crate) on_detail: bool,
    /// First line of that detail, the last it can be, and lines on screen.
    pub(crate) detail: (usize, usize, usize),
    /// Workers in one line of the grid.
    pub(crate) across: usize,
}

impl State {
    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        self.list.top = hits.top;
        self.list.page = hits.page;
        let (last, page) = hits.detail;
        self.detail = (self.detail.0.min(last), last, page);
        self.on_detail &= page > 0;
        self.across = hits.across;
    }

    /// One step back within the view; `false` when there is none.
    pub(crate) fn back(&mut self) -> bool {
        if self.on_detail {
            self.on_detail = false;
        } else if self.marks.stop() {
        } else if !self.filter.is_empty() {
            self.filter.clear();
        } else if self.marks.clear() {
        } else if self.problems_only {
            self.problems_only = false;
        } else {
            return false;
        }
        true
    }

    /// The selected worker.
    pub(crate) fn selected(&self) -> Option<&Arc<Worker>> {
        self.rows.get(self.list.row()?)
    }
}

/// The state needs somebody.
pub(super) fn needs(state: domain::State) -> bool {
    state <= domain::State::Unknown
}
