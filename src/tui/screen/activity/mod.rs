//! What changed, by whom?

mod detail;
mod entry;
mod facts;
mod state;
mod update;
mod view;

pub(crate) use state::State;
pub(crate) use update::{act, bind, choose, derive, sheet, task, worker};
pub(crate) use view::{draw, status};

#[cfg(test)]
mod tests;
