//! What the list of workers remembers.

use super::tree;
use crate::tui::{
    facts::Turn,
    marks::Marks,
    order::{Made, Ordered},
    sieve::Sieve,
};
use crate::{
    domain::{self, ConversationId, Worker},
    tui::screen::{Hits, List},
};
use std::{collections::HashMap, sync::Arc};

/// How the workers are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Layout {
    /// One line each.
    #[default]
    List,
    /// One cell group each, by team.
    Grid,
    /// By session and team, each line folds.
    Tree,
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
    /// Workers that pass the filter, in order; up to date while the list, or a worker of it, is on show.
    pub(crate) rows: Vec<Arc<Worker>>,
    /// What they were made of.
    pub(super) made: Made<(Turn, String, Order, bool, Layout, bool)>,
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
    /// Lines of the tree.
    pub(super) lines: Vec<tree::Line>,
    /// Its selected line.
    pub(super) tree: List<tree::Key>,
    /// Lines that the operator opened or closed.
    pub(super) toggled: HashMap<tree::Key, bool>,
    /// Branch of each worker's session, and how far it is from the base.
    pub(super) branches: HashMap<ConversationId, (Arc<str>, u32, u32)>,
    /// Workers in one line of the grid.
    pub(crate) across: usize,
}

impl State {
    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        if self.layout == Layout::Tree {
            (self.tree.top, self.tree.page) = (hits.top, hits.page);
        } else {
            (self.list.top, self.list.page) = (hits.top, hits.page);
        }
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

    /// A line of the tree is selected that stands for several workers.
    pub(crate) const fn on_group(&self) -> bool {
        matches!(self.layout, Layout::Tree)
            && !matches!(self.tree.selected, Some(tree::Key::Worker(_)))
    }

    /// The selected worker; none while a line of the tree is that stands for several.
    pub(crate) fn selected(&self) -> Option<&Arc<Worker>> {
        self.rows.get(self.list.row()?).filter(|_| !self.on_group())
    }

    /// Conversation of the selected worker.
    pub(crate) fn chosen(&self) -> Option<&ConversationId> {
        self.selected().map(|w| &w.conversation)
    }
}

/// The state needs somebody.
pub(super) fn needs(state: domain::State) -> bool {
    state <= domain::State::Unknown
}
