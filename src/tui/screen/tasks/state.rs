//! What the list of tasks remembers.

use super::{columns::Needs, standing::Standing};
use crate::tui::{
    facts::Turn,
    marks::Marks,
    order::{Made, Ordered},
    sieve::Sieve,
};
use crate::{
    domain::{Task, TaskId},
    tui::screen::{Hits, List},
};
use std::sync::Arc;

/// How the tasks are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Layout {
    /// One line each, without those that are over.
    #[default]
    List,
    /// One line each.
    All,
    /// A lane for each kind of state.
    Board,
}

/// What they are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Order {
    /// What needs the operator first, then by priority, then the oldest first.
    #[default]
    Attention,
    /// By id.
    Id,
    /// The most urgent first.
    Priority,
    /// By owner.
    Owner,
    /// The oldest assignment first.
    Age,
    /// The nearest deadline first.
    Deadline,
    /// Least progress first.
    Progress,
}

impl Ordered for Order {
    const ALL: &'static [Self] = &[
        Self::Attention,
        Self::Id,
        Self::Priority,
        Self::Owner,
        Self::Age,
        Self::Deadline,
        Self::Progress,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Attention => "attention",
            Self::Id => "id",
            Self::Priority => "priority",
            Self::Owner => "owner",
            Self::Age => "age",
            Self::Deadline => "deadline",
            Self::Progress => "progress",
        }
    }

    fn column(self) -> &'static str {
        match self {
            Self::Attention => "state",
            Self::Id => "id",
            Self::Priority => "pri",
            Self::Owner => "owner",
            Self::Age => "age",
            Self::Deadline => "due",
            Self::Progress => "prog",
        }
    }
}

/// Rows, selection, filter, marks.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Tasks that pass the filter with how they stand, in order; up to date while the list, or a task of it, is on show.
    pub(crate) rows: Vec<(Arc<Task>, Standing)>,
    /// What they were made of.
    pub(super) made: Made<(Turn, String, Order, bool, Layout, bool)>,
    /// What they need of the columns.
    pub(super) needs: Needs,
    /// By id.
    pub(crate) list: List<TaskId>,
    /// Text that id, description, owner or state must contain.
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
    /// Marked ones, by id: whatever the filter shows of them.
    pub(crate) marks: Marks<TaskId>,
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

    /// The selected task.
    pub(crate) fn selected(&self) -> Option<&Arc<Task>> {
        self.rows.get(self.list.row()?).map(|(task, _)| task)
    }

    /// Places of the rows in each lane of the board.
    pub(super) fn lanes(&self) -> Vec<Vec<usize>> {
        let mut lanes = vec![Vec::new(); super::standing::LANES.len()];
        for (i, (_, standing)) in self.rows.iter().enumerate() {
            if let Some(lane) = lanes.get_mut(standing.lane()) {
                lane.push(i);
            }
        }
        lanes
    }
}
