//! What the mouse points at, in terms of the lists.

use super::{Spot, activity, overview, sessions, workers};
use crate::tui::{
    model::{Model, View},
    overlay::Overlay,
};

/// Selects the row that was clicked.
pub(crate) fn choose(model: &mut Model, spot: Spot) {
    let (Spot::Row(n) | Spot::Group(n)) = spot else {
        return;
    };
    let screens = &mut model.screens;
    match model.view {
        View::Overview => overview::choose(model, n, matches!(spot, Spot::Group(_))),
        View::Workers => workers::choose(&mut screens.workers, n),
        View::Tasks => {
            let state = &mut screens.tasks;
            let key = state.rows.get(n).map(|(task, _)| task.id.clone());
            state.list.choose(n, key);
            state.detail.0 = 0;
        }
        View::Alerts => {
            let state = &mut screens.alerts;
            let key = state.rows.get(n).map(super::alerts::Entry::key);
            state.list.choose(n, key);
            state.detail.0 = 0;
        }
        View::Messages => {
            let state = &mut screens.messages;
            let key = state.rows.get(n).map(|m| m.id);
            state.list.choose(n, key);
            state.follow = false;
            state.body.0 = 0;
        }
        View::Sessions => sessions::choose(&mut screens.sessions, n),
        View::Activity => activity::choose(&mut screens.activity, n),
        View::Worker | View::Task | View::Session => {}
    }
}

/// Selects a row of the overlay.
pub(crate) fn choose_over(model: &mut Model, n: usize) {
    let names: Vec<&'static str> = model.jobs.iter().map(|j| j.name).collect();
    match &mut model.overlay {
        Some(Overlay::Menu(menu)) => menu.list.choose(n, Some(n)),
        Some(Overlay::Palette(palette)) => palette.list.choose(n, Some(n)),
        Some(Overlay::Orders(menu)) => menu.list.choose(n, Some(n)),
        Some(Overlay::Taking(taking)) => taking.list.choose(n, Some(n)),
        Some(Overlay::Daemons(list)) => list.choose(n, names.get(n).copied()),
        _ => {}
    }
}

/// Orders the list by the nth of its orders; the same again reverses it.
pub(crate) fn sort(model: &mut Model, n: usize) {
    if let Some(orders) = model.orders() {
        let reversed = orders.at == n && !orders.reversed;
        model.order_by(n, reversed);
    }
}

/// Turns to the panel under the pointer; `false` where nothing scrolls.
pub(crate) fn face(model: &mut Model, panel: Spot) -> bool {
    if model.view == View::Overview {
        overview::face(model, panel == Spot::Groups);
    }
    true
}
