//! Is anything wrong, what first, and will we finish?

mod bridge;
mod charts;
mod lists;
mod recent;
pub(super) mod rescue;
mod state;
mod update;
mod view;

pub(crate) use lists::plural;
pub(crate) use state::State;
pub(crate) use update::{act, choose, derive, face, next_problem, selected, selected_keys};
pub(crate) use view::{draw, empty};
