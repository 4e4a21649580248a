//! What the list of alerts remembers.

use crate::tui::sieve::Sieve;
use crate::{
    domain::{
        Severity,
        alert::{Alert, Status},
    },
    tui::{
        marks::Marks,
        order::Ordered,
        screen::{Hits, List},
    },
};
use std::{collections::BTreeSet, sync::Arc};

/// One row: an alert, or several of one kind and status that share a row until they are expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Alone, or below the row of its group.
    One {
        /// The alert.
        alert: Arc<Alert>,
        /// It stands below the row of its group.
        inner: bool,
    },
    /// Several.
    Many {
        /// Name of the group: status and kind.
        name: Arc<str>,
        /// The worst and oldest first; never empty.
        alerts: Vec<Arc<Alert>>,
        /// They stand below.
        open: bool,
    },
}

impl Entry {
    /// What it is selected by: the key of the alert, or the name of the group.
    pub(crate) fn key(&self) -> Arc<str> {
        match self {
            Self::One { alert, .. } => Arc::clone(&alert.key),
            Self::Many { name, .. } => Arc::clone(name),
        }
    }

    /// The alert, or the first of them.
    pub(crate) fn first(&self) -> Option<&Arc<Alert>> {
        match self {
            Self::One { alert, .. } => Some(alert),
            Self::Many { alerts, .. } => alerts.first(),
        }
    }

    /// All that the row stands for.
    pub(crate) fn alerts(&self) -> &[Arc<Alert>] {
        match self {
            Self::One { alert, .. } => std::slice::from_ref(alert),
            Self::Many { alerts, .. } => alerts,
        }
    }

    /// The worst severity in it.
    pub(crate) fn severity(&self) -> Severity {
        let all = self.alerts().iter().map(|a| a.severity);
        all.max().unwrap_or_default()
    }
}

/// What they are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Order {
    /// Nobody's first, then the worst, then the oldest.
    #[default]
    Attention,
    /// The worst first.
    Severity,
    /// By kind.
    Kind,
    /// By whom they concern.
    Subject,
    /// The oldest first.
    Age,
}

impl Ordered for Order {
    const ALL: &'static [Self] = &[
        Self::Attention,
        Self::Severity,
        Self::Kind,
        Self::Subject,
        Self::Age,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Attention => "attention",
            Self::Severity => "severity",
            Self::Kind => "kind",
            Self::Subject => "subject",
            Self::Age => "age",
        }
    }

    fn column(self) -> &'static str {
        match self {
            Self::Attention => "status",
            Self::Severity => "sev",
            Self::Kind => "alert",
            Self::Subject => "subject",
            Self::Age => "for",
        }
    }
}

/// Rows, selection, filter.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Rows on show, in order.
    pub(crate) rows: Vec<Entry>,
    /// By key of the alert or name of the group.
    pub(crate) list: List<Arc<str>>,
    /// Text that kind, worker, team or sentence must contain.
    pub(crate) filter: String,
    /// What of it lets rows through.
    pub(crate) sieve: Sieve,
    /// Only what nobody has.
    pub(crate) open_only: bool,
    /// Also what is over, explained by another, or not yet firing.
    pub(crate) all: bool,
    /// Groups whose alerts have rows of their own.
    pub(crate) expanded: BTreeSet<Arc<str>>,
    /// Order.
    pub(crate) order: Order,
    /// The other way round.
    pub(crate) reversed: bool,
    /// Marked ones, by key: whatever the filter shows of them.
    pub(crate) marks: Marks<Arc<str>>,
    /// The keys move the detail.
    pub(crate) on_detail: bool,
    /// First line of the detail, the last it can be, and lines on screen.
    pub(crate) detail: (usize, usize, usize),
}

impl State {
    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        if hits.page > 0 {
            (self.list.top, self.list.page) = (hits.top, hits.page);
        }
        let (last, page) = hits.detail;
        self.detail = (self.detail.0.min(last), last, page);
    }

    /// One step back within the view; `false` when there is none.
    pub(crate) fn back(&mut self) -> bool {
        if self.on_detail {
            self.on_detail = false;
        } else if self.marks.stop() {
        } else if !self.filter.is_empty() {
            self.filter.clear();
        } else if self.marks.clear() {
        } else if self.open_only || self.all {
            (self.open_only, self.all) = (false, false);
        } else if !self.expanded.is_empty() {
            self.expanded.clear();
        } else {
            return false;
        }
        true
    }

    /// The selected row.
    pub(crate) fn selected(&self) -> Option<&Entry> {
        self.rows.get(self.list.row()?)
    }

    /// An alert of this status has a row now.
    pub(super) const fn shows(&self, status: Status) -> bool {
        match status {
            Status::Firing => true,
            Status::Acked | Status::Silenced => !self.open_only,
            Status::Inhibited | Status::Pending | Status::Resolved => self.all,
        }
    }
}
