//! What the list of sessions remembers.

use super::{branches, matrix};
use crate::tui::{order::Ordered, sieve::Sieve};
use crate::{
    domain::{ConversationId, session::Session},
    tui::screen::{Hits, List},
};
use std::sync::Arc;

/// What is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Layout {
    /// Sessions that somebody speaks of or works at.
    #[default]
    Sessions,
    /// Every branch.
    Branches,
    /// Which of them conflict.
    Matrix,
}

impl Layout {
    const fn next(self) -> Self {
        match self {
            Self::Sessions => Self::Branches,
            Self::Branches => Self::Matrix,
            Self::Matrix => Self::Sessions,
        }
    }
}

/// What sessions are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Order {
    /// What has something wrong first, then the order of the plan.
    #[default]
    Attention,
    /// By name.
    Name,
    /// Least progress first.
    Progress,
    /// Most workers first.
    Workers,
    /// The newest sign of life first.
    Last,
}

impl Ordered for Order {
    const ALL: &'static [Self] = &[
        Self::Attention,
        Self::Name,
        Self::Progress,
        Self::Workers,
        Self::Last,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Attention => "attention",
            Self::Name => "session",
            Self::Progress => "progress",
            Self::Workers => "workers",
            Self::Last => "last",
        }
    }

    fn column(self) -> &'static str {
        match self {
            Self::Attention => "evidence",
            Self::Name => "session",
            Self::Progress => "progress",
            Self::Workers => "workers",
            Self::Last => "last",
        }
    }
}

/// Rows, selection, filter.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Sessions that pass the filter, in order.
    pub(crate) rows: Vec<Arc<Session>>,
    /// Sessions that are not listed because only their branch is known.
    pub(crate) bare: usize,
    /// By key.
    pub(crate) list: List<Arc<str>>,
    /// Text that name, branch, claim or stage must contain.
    pub(crate) filter: String,
    /// What of it lets rows through.
    pub(crate) sieve: Sieve,
    /// Only those with something wrong.
    pub(crate) problems_only: bool,
    /// Order of the sessions.
    pub(crate) order: Order,
    /// The other way round.
    pub(crate) reversed: bool,
    /// What is laid out.
    pub(crate) layout: Layout,
    /// Every branch.
    pub(crate) branches: branches::State,
    /// Which of them conflict.
    pub(crate) matrix: matrix::State,
    /// The keys move the pane below.
    pub(crate) on_detail: bool,
    /// First line of that pane, the last it can be, and lines on screen.
    pub(crate) detail: (usize, usize, usize),
}

impl State {
    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        match self.layout {
            Layout::Sessions => (self.list.top, self.list.page) = (hits.top, hits.page),
            Layout::Branches => self.branches.settle(hits),
            Layout::Matrix => self.matrix.settle(hits),
        }
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
        } else if self.layout != Layout::Sessions {
            self.lay_out(Layout::Sessions);
        } else {
            return false;
        }
        true
    }

    /// The next layout.
    pub(super) fn next_layout(&mut self) {
        self.lay_out(self.layout.next());
    }

    fn lay_out(&mut self, layout: Layout) {
        self.layout = layout;
        self.detail.0 = 0;
        self.on_detail = false;
    }

    /// Nothing can be selected in this layout.
    pub(crate) fn is_empty(&self) -> bool {
        match self.layout {
            Layout::Sessions => self.rows.is_empty(),
            Layout::Branches => self.branches.rows.is_empty(),
            Layout::Matrix => self.matrix.shown.is_empty(),
        }
    }

    /// The first worker of the selected branch.
    pub(crate) fn worker(&self) -> Option<&ConversationId> {
        let row = self.branches.selected();
        row.filter(|_| self.layout == Layout::Branches)?
            .conversation()
    }

    /// The selected session, or that of the selected branch.
    pub(crate) fn selected(&self) -> Option<&Arc<Session>> {
        match self.layout {
            Layout::Sessions => self.rows.get(self.list.row()?),
            Layout::Branches => self.branches.selected()?.session.as_ref(),
            Layout::Matrix => None,
        }
    }
}
