//! In which order a list stands: the orders that it has, the one in force, and how long it holds while the cursor moves.

use super::{
    keymap::Action,
    model::{Model, View},
    screen::{alerts, sessions, tasks, workers},
    widget::Column,
};
use crate::domain::{Span, Timestamp};
use std::{collections::HashMap, hash::Hash};

/// How long rows keep their places after the cursor moved.
const HELD: Span = Span::seconds(5);

/// The orders of a list.
pub(crate) trait Ordered: Copy + PartialEq + 'static {
    /// Every one, the usual first.
    const ALL: &'static [Self];

    /// Name on screen and in the configuration.
    fn name(self) -> &'static str;

    /// Heading of the column that it goes by.
    fn column(self) -> &'static str;
}

/// What a list can be ordered by, and what it is ordered by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Orders {
    /// Name and column of each.
    pub(crate) all: Vec<(&'static str, &'static str)>,
    /// Place of the one in force.
    pub(crate) at: usize,
    /// The other way round.
    pub(crate) reversed: bool,
}

impl Orders {
    fn of<O: Ordered>(order: O, reversed: bool) -> Self {
        Self {
            all: O::ALL.iter().map(|o| (o.name(), o.column())).collect(),
            at: O::ALL.iter().position(|o| *o == order).unwrap_or(0),
            reversed,
        }
    }

    /// A letter for each: the first of its name that no other has.
    pub(crate) fn letters(&self) -> Vec<char> {
        let mut taken: Vec<char> = Vec::new();
        for (name, _) in &self.all {
            let free = name.chars().chain('a'..='z').find(|c| !taken.contains(c));
            taken.push(free.unwrap_or('?'));
        }
        taken
    }
}

/// Sets one of them by its place; what is not there changes nothing.
fn set<O: Ordered>(order: &mut O, at: usize) {
    if let Some(chosen) = O::ALL.get(at) {
        *order = *chosen;
    }
}

impl Model {
    /// The orders of the list on show; `None` where there is no choice.
    pub(crate) fn orders(&self) -> Option<Orders> {
        let screens = &self.screens;
        match self.view {
            View::Workers => Some(Orders::of(screens.workers.order, screens.workers.reversed)),
            View::Tasks => Some(Orders::of(screens.tasks.order, screens.tasks.reversed)),
            View::Alerts => Some(Orders::of(screens.alerts.order, screens.alerts.reversed)),
            View::Sessions => match screens.sessions.layout {
                sessions::Layout::Sessions => Some(Orders::of(
                    screens.sessions.order,
                    screens.sessions.reversed,
                )),
                sessions::Layout::Branches => Some(screens.sessions.branches.orders()),
                sessions::Layout::Matrix => None,
            },
            _ => None,
        }
    }

    /// Orders the list on show by the order at a place of [`Model::orders`].
    pub(crate) fn order_by(&mut self, at: usize, reversed: bool) {
        self.hold = None;
        let screens = &mut self.screens;
        match self.view {
            View::Workers => {
                set(&mut screens.workers.order, at);
                screens.workers.reversed = reversed;
            }
            View::Tasks => {
                set(&mut screens.tasks.order, at);
                screens.tasks.reversed = reversed;
            }
            View::Alerts => {
                set(&mut screens.alerts.order, at);
                screens.alerts.reversed = reversed;
            }
            View::Sessions => match screens.sessions.layout {
                sessions::Layout::Sessions => {
                    set(&mut screens.sessions.order, at);
                    screens.sessions.reversed = reversed;
                }
                sessions::Layout::Branches => screens.sessions.branches.order_by(at, reversed),
                sessions::Layout::Matrix => {}
            },
            _ => {}
        }
    }

    /// A key was pressed: one that moves the cursor of a list holds its rows, one that asks for other rows lets them go.
    pub(crate) fn hold_for(&mut self, action: Action, now: Timestamp) {
        let moves = matches!(
            action,
            Action::Down
                | Action::Up
                | Action::Top
                | Action::Bottom
                | Action::HalfDown
                | Action::HalfUp
                | Action::PageDown
                | Action::PageUp
        );
        if moves && self.overlay.is_none() && self.orders().is_some() {
            self.hold = Some(now.plus(HELD));
        } else if matches!(
            action,
            Action::ProblemsOnly
                | Action::NextProblem
                | Action::NextLayout
                | Action::Reverse
                | Action::Filter
                | Action::Left
                | Action::Right
                | Action::Escape
        ) {
            self.hold = None;
        }
    }

    /// Time has passed: `true` when rows may move again.
    pub(crate) fn let_go(&mut self, now: Timestamp) -> bool {
        self.hold.take_if(|until| *until <= now).is_some()
    }

    /// `order held 4s`, while it is.
    pub(crate) fn held(&self, now: Timestamp) -> Option<String> {
        let left = self.hold?.since(now);
        (left.0 > 0 && self.orders().is_some()).then(|| {
            let seconds = (left.0 + 999_999) / 1_000_000;
            format!("order held {seconds}s")
        })
    }

    /// The orders and columns that the configuration asks for.
    pub(crate) fn order_as_configured(&mut self) {
        let wanted = self.look.lists.clone();
        for (name, list) in &wanted {
            let Some(order) = &list.order else { continue };
            let (word, reversed) = match order.strip_prefix('-') {
                Some(word) => (word, true),
                None => (order.as_str(), false),
            };
            let screens = &mut self.screens;
            match name.as_str() {
                "workers" => {
                    named(&mut screens.workers.order, word);
                    screens.workers.reversed = reversed;
                }
                "tasks" => {
                    named(&mut screens.tasks.order, word);
                    screens.tasks.reversed = reversed;
                }
                "alerts" => {
                    named(&mut screens.alerts.order, word);
                    screens.alerts.reversed = reversed;
                }
                "sessions" => {
                    named(&mut screens.sessions.order, word);
                    screens.sessions.reversed = reversed;
                }
                "branches" => screens.sessions.branches.order_named(word, reversed),
                _ => {}
            }
        }
    }
}

/// Sets an order by its name; an unknown name changes nothing.
pub(crate) fn named<O: Ordered>(order: &mut O, name: &str) {
    if let Some(found) = O::ALL.iter().find(|o| o.name() == name) {
        *order = *found;
    }
}

/// Place of an order by its name, for [`Model::order_by`].
pub(crate) fn place<O: Ordered>(at: usize) -> Option<O> {
    O::ALL.get(at).copied()
}

/// The orders of a list that keeps its own.
pub(crate) fn orders<O: Ordered>(order: O, reversed: bool) -> Orders {
    Orders::of(order, reversed)
}

/// What the rows of a list were made of, and whether they were held in their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made<K>(Option<(K, bool)>);

impl<K> Default for Made<K> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: PartialEq> Made<K> {
    /// They would be the same again. Held rows are let go by making them anew.
    pub(crate) fn stands(&mut self, of: K, held: bool) -> bool {
        let stands = matches!(&self.0, Some((last, was)) if *last == of && (held || !was));
        self.0 = Some((of, held));
        stands
    }
}

/// Keeps rows where they stood before; those that are new come last. O(n log n).
pub(crate) fn stay<R, K: Eq + Hash>(
    rows: &mut [R],
    before: impl Iterator<Item = K>,
    key: impl Fn(&R) -> K,
) {
    let places: HashMap<K, usize> = before.enumerate().map(|(at, key)| (key, at)).collect();
    rows.sort_by_key(|row| places.get(&key(row)).copied().unwrap_or(usize::MAX));
}

/// The heading of a column, with the way of the order when it goes by it; within the width of the column.
pub(crate) fn heading<T: Copy>(column: &Column<T>, by: &str, reversed: bool) -> String {
    if column.title != by || by.is_empty() {
        return column.title.to_owned();
    }
    let mark = if reversed { "▴" } else { "▾" };
    let room = usize::from(column.width);
    let title = column.title;
    match title.chars().count() {
        n if n + 2 <= room => format!("{title} {mark}"),
        n if n < room => format!("{title}{mark}"),
        _ => {
            let head: String = title.chars().take(room.saturating_sub(1)).collect();
            format!("{head}{mark}")
        }
    }
}

/// What the configuration says of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListWish {
    /// Columns by their headings, in this order; empty for the usual.
    pub columns: Vec<String>,
    /// Name of the order; `-` in front for the other way round.
    pub order: Option<String>,
}

/// Columns and orders that a list can have, by the name of the list: what the configuration may ask for.
#[must_use]
pub fn known_lists() -> [(&'static str, Vec<&'static str>, Vec<&'static str>); 5] {
    fn orders<O: Ordered>() -> Vec<&'static str> {
        O::ALL.iter().map(|o| o.name()).collect()
    }
    [
        (
            "workers",
            workers::COLUMNS.to_vec(),
            orders::<workers::Order>(),
        ),
        ("tasks", tasks::COLUMNS.to_vec(), orders::<tasks::Order>()),
        (
            "alerts",
            alerts::COLUMNS.to_vec(),
            orders::<alerts::Order>(),
        ),
        (
            "sessions",
            sessions::COLUMNS.to_vec(),
            orders::<sessions::Order>(),
        ),
        (
            "branches",
            sessions::BRANCH_COLUMNS.to_vec(),
            orders::<sessions::BranchOrder>(),
        ),
    ]
}

/// The columns that the configuration asks for, in its order: the first drops last. Marks stay in front.
pub(crate) fn chosen<T: Copy>(model: &Model, list: &str, all: Vec<Column<T>>) -> Vec<Column<T>> {
    let wanted = model.look.lists.get(list).map(|l| l.columns.as_slice());
    let Some(wanted) = wanted.filter(|w| !w.is_empty()) else {
        return all;
    };
    let marks = all.iter().filter(|c| c.title.is_empty() && c.rank == 0);
    let named = wanted.iter().enumerate().filter_map(|(i, name)| {
        let found = all.iter().find(|c| c.title == name)?;
        let rank = u8::try_from(i).unwrap_or(u8::MAX);
        Some(Column { rank, ..*found })
    });
    let kept: Vec<Column<T>> = marks.copied().chain(named).collect();
    if kept.iter().all(|c| c.title.is_empty()) {
        return all;
    }
    kept
}
