//! What the Overview remembers.

use crate::{
    domain::{GroupKind, Problem, Snapshot, Timestamp},
    tui::screen::{Hits, List},
};
use std::{collections::HashMap, sync::Arc};

/// Which list the keys move through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Panel {
    /// What needs the operator.
    #[default]
    Problems,
    /// Sessions and teams.
    Groups,
}

/// Selections of the Overview.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Problems, worst first, those of one kind together: places in the snapshot.
    pub(super) order: Vec<usize>,
    /// By key of the problem.
    pub(crate) problems: List<Arc<str>>,
    /// By kind and name.
    pub(crate) groups: List<(GroupKind, Arc<str>)>,
    /// Where the cursor is.
    pub(crate) focus: Panel,
    /// A row of problems stands for all of one kind.
    pub(crate) folded: bool,
    /// Who should take the work of whom, by key of the problem, and the picture that says so.
    pub(super) rescue: (Timestamp, Rescuers),
    /// The problem that `!` went to last.
    pub(super) visited: Option<Arc<str>>,
}

/// By key of the problem: a worker, and its score.
pub(super) type Rescuers = HashMap<Arc<str>, (Arc<str>, i64)>;

impl State {
    /// The problem in a row.
    pub(super) fn problem<'a>(&self, snapshot: &'a Snapshot, row: usize) -> Option<&'a Problem> {
        snapshot.problems.get(*self.order.get(row)?)
    }

    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        let list = match self.focus {
            Panel::Problems => {
                self.folded = hits.folded;
                (&mut self.problems.top, &mut self.problems.page)
            }
            Panel::Groups => (&mut self.groups.top, &mut self.groups.page),
        };
        (*list.0, *list.1) = (hits.top, hits.page);
    }
}
