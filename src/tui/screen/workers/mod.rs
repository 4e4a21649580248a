//! Who is alive, working, stuck, free?

mod columns;
mod grid;
mod state;
mod tree;
mod update;
mod view;

pub(crate) use columns::COLUMNS;
pub(crate) use state::{Order, State};
pub(crate) use update::{act, choose, chosen, derive, narrow, on_group, select};
pub(crate) use view::{draw, status};
