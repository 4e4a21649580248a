//! Who is alive, working, stuck, free?

mod columns;
mod grid;
mod state;
mod update;
mod view;

pub(crate) use state::State;
pub(crate) use update::{act, derive, narrow, select};
pub(crate) use view::{draw, status};
