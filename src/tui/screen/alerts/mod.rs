//! What needs me now, who has it, since when?

mod deeds;
mod detail;
mod state;
mod update;
mod view;

pub(crate) use deeds::{key, meant, muted, past, several, unmute, worker};
pub(crate) use state::{Entry, Order, State};
pub(crate) use update::{act, derive, select, selected};
pub(crate) use view::COLUMNS;
pub(crate) use view::{draw, status};
