//! How far is each session, and does what is claimed agree with what there is?

mod columns;
mod state;
mod update;
mod view;

pub(crate) use columns::stage;
pub(crate) use state::State;
pub(crate) use update::{act, derive};
pub(crate) use view::{draw, status};
