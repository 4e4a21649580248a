//! The menu of orders: a letter for each column.

use super::{Overlay, frame};
use crate::tui::{
    keymap::{Action, Chord},
    model::Model,
    order::Orders,
    screen::{Hits, List},
    theme::Role,
    widget::{Canvas, Rows, Strip},
};
use ratatui::layout::Rect;

/// The orders of the list that was on show when it was opened.
#[derive(Debug)]
pub(crate) struct OrderMenu {
    orders: Orders,
    pub(crate) list: List<usize>,
}

impl OrderMenu {
    /// With the cursor on the order in force.
    pub(crate) fn open(orders: Orders) -> Self {
        let mut list = List::default();
        list.choose(orders.at, Some(orders.at));
        Self { orders, list }
    }

    /// Takes what the last frame showed.
    pub(crate) fn settle(&mut self, hits: &Hits) {
        (self.list.top, self.list.page) = (hits.top, hits.page);
    }
}

/// A key while it is open.
pub(super) fn act(model: &mut Model, mut menu: Box<OrderMenu>, action: Action) {
    match action {
        Action::Escape => return,
        Action::Accept => {
            let at = menu.list.row().unwrap_or(menu.orders.at);
            return choose(model, &menu, at);
        }
        Action::Reverse => {
            menu.orders.reversed = !menu.orders.reversed;
            let (at, reversed) = (menu.orders.at, menu.orders.reversed);
            model.order_by(at, reversed);
        }
        _ => {
            if let Some(to) = menu.list.target(action, menu.orders.all.len()) {
                menu.list.choose(to, Some(to));
            }
        }
    }
    model.overlay = Some(Overlay::Orders(menu));
}

/// The order that is in force already is turned round.
fn choose(model: &mut Model, menu: &OrderMenu, at: usize) {
    let same = at == menu.orders.at;
    model.order_by(at, same && !menu.orders.reversed);
}

/// A letter is typed.
pub(super) fn edit(model: &mut Model, chord: Chord) {
    let Some(Overlay::Orders(menu)) = model.overlay.take() else {
        return;
    };
    let typed = chord.typed();
    let at = menu.orders.letters().iter().position(|c| Some(*c) == typed);
    match at {
        Some(at) => choose(model, &menu, at),
        None => model.overlay = Some(Overlay::Orders(menu)),
    }
}

/// Draws it over `body`.
pub(super) fn draw(canvas: &mut Canvas<'_>, body: Rect, menu: &OrderMenu, hits: &mut Hits) {
    let orders = &menu.orders;
    let mark = if orders.reversed { "▴" } else { "▾" };
    let title = Strip::of("Order", Role::Title).add("  its letter again turns it round", Role::Dim);
    let lines = frame::tall(orders.all.len());
    let inside = frame::centred(canvas, body, (44, lines), &title);
    let page = usize::from(inside.height);
    let top = menu.list.window(page, orders.all.len());
    let mut rows = Rows::of(inside);
    let each = orders.letters().into_iter().zip(&orders.all).enumerate();
    for (i, (letter, (name, column))) in each.skip(top).take(page) {
        let line = rows.line();
        let here = if i == orders.at { mark } else { " " };
        let by = if column.is_empty() || column == name {
            String::new()
        } else {
            format!("  column {column}")
        };
        let strip = Strip::of(format!("  {letter}"), Role::Key)
            .add(format!("  {name} {here}"), Role::Text)
            .add(by, Role::Dim);
        canvas.strip(line, &strip);
        hits.row(line, i);
        if Some(i) == menu.list.row() {
            canvas.select(line);
            hits.point(line);
        }
    }
    (hits.top, hits.page) = (top, page);
}
