//! What is left, who has it, what is blocked or orphaned?

mod board;
mod columns;
mod standing;
mod state;
mod update;
mod view;

pub(crate) use columns::COLUMNS;
pub(crate) use standing::{Standing, standing};
pub(crate) use state::{Order, State};
pub(crate) use update::{act, chosen, derive};
pub(crate) use view::{draw, status};
