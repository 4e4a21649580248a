//! What the matrix remembers.

use crate::domain::filter::Facts;
use crate::tui::sieve::{Shown, Sieve};
use crate::{
    domain::{
        Snapshot,
        repo::{Cell, Matrix},
    },
    tui::{
        keymap::Action,
        screen::{Hits, List, moved},
    },
};
use std::sync::Arc;

/// Rows and columns, and the cell that is selected.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The matrix on show; `None` while it is not.
    matrix: Option<Arc<Matrix>>,
    /// Rows that pass the filter, the base always among them: places in [`Matrix::names`].
    pub(crate) shown: Vec<usize>,
    /// Selected row, by name.
    pub(super) row: List<Arc<str>>,
    /// Selected column, by name; its page goes across.
    pub(super) column: List<Arc<str>>,
}

impl State {
    /// Filters the rows and finds the cell again. O(branches²) where only conflicts are shown.
    pub(in crate::tui::screen::sessions) fn derive(
        &mut self,
        picture: Option<&Arc<Snapshot>>,
        (sieve, problems_only): (&Sieve, bool),
    ) {
        let repo = picture.and_then(|snapshot| snapshot.repo.as_ref());
        let Some(matrix) = repo.and_then(|repo| repo.matrix.clone()) else {
            self.matrix = None;
            self.shown.clear();
            return;
        };
        let clashes = |row: usize| {
            let clash = |n| matches!(matrix.cell(row, n), Some(Cell::Conflict(_)));
            (0..matrix.names.len()).any(clash)
        };
        let (at, branches) = picture
            .and_then(|s| Some((s.at, &s.repo.as_ref()?.branches)))
            .unzip();
        let named = |name: &str| {
            let known = branches.and_then(|all| all.iter().find(|b| *b.name == *name));
            let row = Shown {
                row: known.map(|b| b as &dyn Facts),
                words: vec![name.into()],
            };
            sieve.is_open() || sieve.lets(&row, at.unwrap_or_default())
        };
        let all = matrix.names.iter().enumerate();
        let shown =
            all.filter(|(n, name)| *n == 0 || (named(name) && (!problems_only || clashes(*n))));
        self.shown = shown.map(|(n, _)| n).collect();
        // The base alone is no matrix.
        if self.shown.len() < 2 {
            self.shown.clear();
        }
        let shown = &self.shown;
        let name = |i: usize| matrix.names.get(*shown.get(i)?).cloned();
        self.row.settle(shown.len(), name);
        if self.column.selected.is_none() && shown.len() > 1 {
            // The first cell that says something: the newest branch against the base.
            self.row.choose(1, name(1));
        }
        self.column.settle(shown.len(), name);
        self.matrix = Some(matrix);
    }

    /// The matrix on show.
    pub(super) fn matrix(&self) -> Option<&Arc<Matrix>> {
        self.matrix.as_ref()
    }

    /// Places of the selected cell among those that are shown: row, column.
    pub(super) fn at(&self) -> Option<(usize, usize)> {
        self.row.row().zip(self.column.row())
    }

    /// Both branches of the selected cell, in the order of the matrix, so that the first is *ours*.
    pub(crate) fn selected(&self) -> Option<(Arc<str>, Arc<str>)> {
        let (row, column) = self.at()?;
        let name = |n: usize| {
            self.matrix
                .as_ref()?
                .names
                .get(*self.shown.get(n)?)
                .cloned()
        };
        Some((name(row.min(column))?, name(row.max(column))?))
    }

    /// The cells of every two branches that are shown, as [`State::selected`] names them. O(branches²).
    pub(crate) fn cells(&self) -> Vec<(Arc<str>, Arc<str>, &Cell)> {
        let Some(matrix) = &self.matrix else {
            return Vec::new();
        };
        let between = |a: usize, b: usize| {
            let (ours, theirs) = (matrix.names.get(a)?, matrix.names.get(b)?);
            Some((Arc::clone(ours), Arc::clone(theirs), matrix.cell(a, b)?))
        };
        let rows = self.shown.iter().enumerate();
        rows.flat_map(|(n, a)| {
            let below = self.shown.iter().skip(n + 1);
            below.filter_map(|b| between(*a, *b))
        })
        .collect()
    }

    /// Takes what the last frame showed.
    pub(in crate::tui::screen::sessions) fn settle(&mut self, hits: &Hits) {
        (self.row.top, self.row.page) = (hits.top, hits.page);
        (self.column.top, self.column.page) = (hits.left, hits.across);
    }

    /// Moves; `false` when the key is no movement.
    pub(in crate::tui::screen::sessions) fn walk(&mut self, action: Action) -> bool {
        let Some((row, column)) = self.at() else {
            return false;
        };
        let last = self.shown.len().saturating_sub(1);
        let (row, column) = match action {
            Action::Left => (row, column.saturating_sub(1)),
            Action::Right => (row, (column + 1).min(last)),
            _ => match moved(action, row, self.row.page, last) {
                Some(row) => (row, column),
                None => return false,
            },
        };
        let name = |n: usize| {
            self.matrix
                .as_ref()?
                .names
                .get(*self.shown.get(n)?)
                .cloned()
        };
        let (down, across) = (name(row), name(column));
        self.row.choose(row, down);
        self.column.choose(column, across);
        true
    }
}
