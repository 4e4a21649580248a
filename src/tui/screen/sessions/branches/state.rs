//! What the list of branches remembers.

use super::{
    columns::Col,
    commits::Commits,
    row::{Merge, Row, rows},
};
use crate::tui::sieve::Sieve;
use crate::{
    domain::{Branch, Repo, Snapshot},
    tui::{
        keymap::Action,
        order::{self, Ordered, Orders},
        screen::{Hits, List},
    },
};
use std::{cmp::Reverse, collections::HashMap, sync::Arc};

/// What branches are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Order {
    /// What conflicts first, then what else is wrong, then what merges.
    #[default]
    Merge,
    /// By name.
    Name,
    /// The newest commit first.
    Last,
    /// Most commits beyond the base first.
    Ahead,
}

impl Ordered for Order {
    const ALL: &'static [Self] = &[Self::Merge, Self::Name, Self::Last, Self::Ahead];

    fn name(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Name => "name",
            Self::Last => "last",
            Self::Ahead => "ahead",
        }
    }

    fn column(self) -> &'static str {
        match self {
            Self::Name => "branch",
            _ => self.name(),
        }
    }
}

/// Rows, selection, order.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The picture that the rows were made from; `None` while they are not on show.
    built: Option<Arc<Snapshot>>,
    /// Every branch of it, as the repository lists them.
    all: Vec<Row>,
    /// Places of a branch in `all`.
    places: HashMap<Arc<str>, usize>,
    /// Places of a branch in the list of overlaps.
    overlaps: HashMap<Arc<str>, Vec<usize>>,
    /// Those that pass the filter, in order: places in `all`.
    pub(crate) rows: Vec<usize>,
    /// Names of those, for as long as they are held in their places.
    listed: Vec<Arc<str>>,
    /// By name.
    pub(crate) list: List<Arc<str>>,
    pub(super) order: Order,
    pub(super) reversed: bool,
    /// Of the branch that was asked for last.
    pub(crate) commits: Commits,
}

impl State {
    /// Makes the rows of a picture once; filters and orders them. O(n log n); nothing while they are not on show.
    pub(in crate::tui::screen::sessions) fn derive(
        &mut self,
        picture: Option<&Arc<Snapshot>>,
        (sieve, problems_only, held): (&Sieve, bool, bool),
    ) {
        let Some(snapshot) = picture else {
            self.list.rest();
            return self.forget();
        };
        if !self
            .built
            .as_ref()
            .is_some_and(|b| Arc::ptr_eq(b, snapshot))
        {
            self.build(snapshot);
        }
        let Some(repo) = self.repo().cloned() else {
            return;
        };
        let shown = |(_, row): &(usize, &Row)| {
            (!problems_only || row.weight > 0)
                && (sieve.is_open()
                    || (repo.branches.get(row.place))
                        .is_some_and(|b| sieve.lets(&row.words(b), snapshot.at)))
        };
        let kept = self.all.iter().enumerate().filter(shown);
        let mut kept: Vec<(usize, &Row, &Branch)> = kept
            .filter_map(|(n, row)| Some((n, row, repo.branches.get(row.place)?)))
            .collect();
        sort(&mut kept, self.order);
        let mut rows: Vec<usize> = kept.into_iter().map(|(n, ..)| n).collect();
        if self.reversed {
            rows.reverse();
        }
        if held {
            let before: Vec<Arc<str>> = self.listed.clone();
            let name = |n: &usize| self.all.get(*n).map(|row| Arc::clone(&row.name));
            order::stay(&mut rows, before.into_iter().map(Some), name);
        }
        let listed = rows.iter().filter_map(|n| self.all.get(*n));
        self.listed = listed.map(|row| Arc::clone(&row.name)).collect();
        self.rows = rows;
        let (all, rows) = (&self.all, &self.rows);
        let name = |i: usize| Some(Arc::clone(&all.get(*rows.get(i)?)?.name));
        self.list.settle(rows.len(), name);
    }

    /// Keeps nothing of any picture but what was selected and read.
    fn forget(&mut self) {
        self.built = None;
        self.all.clear();
        self.places.clear();
        self.overlaps.clear();
        self.rows.clear();
    }

    fn build(&mut self, snapshot: &Arc<Snapshot>) {
        self.forget();
        self.built = Some(Arc::clone(snapshot));
        let Some(repo) = &snapshot.repo else { return };
        self.all = rows(snapshot, repo);
        let named = self.all.iter().enumerate();
        self.places = named.map(|(n, row)| (Arc::clone(&row.name), n)).collect();
        let overlaps = repo
            .matrix
            .iter()
            .flat_map(|m| m.overlaps.iter().enumerate());
        for (n, overlap) in overlaps {
            for branch in overlap.branches.iter() {
                self.overlaps.entry(Arc::clone(branch)).or_default().push(n);
            }
        }
    }

    /// The repository of the picture on show.
    pub(super) fn repo(&self) -> Option<&Arc<Repo>> {
        self.built.as_ref()?.repo.as_ref()
    }

    /// Branches, shown or not.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// A row that is shown.
    pub(super) fn row(&self, at: usize) -> Option<&Row> {
        self.all.get(*self.rows.get(at)?)
    }

    /// The rows that are shown.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter_map(|n| self.all.get(*n))
    }

    /// The branches that are shown, in order.
    pub(crate) fn listed(&self) -> impl Iterator<Item = &Branch> {
        self.shown().filter_map(|row| self.branch(row))
    }

    /// The branch of a row.
    pub(super) fn branch(&self, row: &Row) -> Option<&Branch> {
        self.repo()?.branches.get(row.place)
    }

    /// The row of a branch, shown or not.
    pub(super) fn named(&self, name: &str) -> Option<&Row> {
        self.all.get(*self.places.get(name)?)
    }

    /// Places of a branch in the list of overlaps.
    pub(super) fn overlapping(&self, name: &str) -> &[usize] {
        self.overlaps.get(name).map_or(&[], Vec::as_slice)
    }

    /// The selected branch.
    pub(crate) fn selected(&self) -> Option<&Row> {
        self.row(self.list.row()?)
    }

    /// Takes what the last frame showed.
    pub(in crate::tui::screen::sessions) fn settle(&mut self, hits: &Hits) {
        (self.list.top, self.list.page) = (hits.top, hits.page);
    }

    /// Moves; `false` when the key is no movement.
    pub(in crate::tui::screen::sessions) fn walk(&mut self, action: Action) -> bool {
        let Some(to) = self.list.target(action, self.rows.len()) else {
            return false;
        };
        let name = self.row(to).map(|row| Arc::clone(&row.name));
        self.list.choose(to, name);
        true
    }

    /// Selects a row.
    pub(in crate::tui::screen::sessions) fn choose(&mut self, to: usize) {
        let name = self.row(to).map(|row| Arc::clone(&row.name));
        self.list.choose(to, name);
    }

    /// The column that it is ordered by.
    pub(super) const fn by(&self) -> Col {
        match self.order {
            Order::Merge => Col::Merge,
            Order::Name => Col::Branch,
            Order::Last => Col::Last,
            Order::Ahead => Col::Ahead,
        }
    }

    /// The orders that it has.
    pub(crate) fn orders(&self) -> Orders {
        order::orders(self.order, self.reversed)
    }

    /// Orders it by the order at a place of [`State::orders`].
    pub(crate) fn order_by(&mut self, at: usize, reversed: bool) {
        self.order = order::place(at).unwrap_or(self.order);
        self.reversed = reversed;
    }

    /// Orders it by the order of a name.
    pub(crate) fn order_named(&mut self, name: &str, reversed: bool) {
        order::named(&mut self.order, name);
        self.reversed = reversed;
    }
}

fn sort(kept: &mut [(usize, &Row, &Branch)], order: Order) {
    kept.sort_by(|(_, a, _), (_, b, _)| a.name.cmp(&b.name));
    match order {
        Order::Name => {}
        Order::Last => kept.sort_by_key(|(_, _, b)| Reverse(b.committed)),
        Order::Ahead => kept.sort_by_key(|(_, _, b)| Reverse(b.ahead)),
        Order::Merge => kept.sort_by_key(|(_, row, b)| {
            // More files in conflict come first.
            let merge = match row.merge {
                Merge::Conflict(n) => (0, usize::MAX - n),
                Merge::Base | Merge::Merged | Merge::Nothing => (2, 0),
                _ => (1, 0),
            };
            (Reverse(row.weight), merge, Reverse(b.committed))
        }),
    }
}
