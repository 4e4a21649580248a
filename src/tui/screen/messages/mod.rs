//! What did they say; what is unread?

mod state;
mod update;
mod view;

pub(crate) use state::State;
pub(crate) use update::{
    act, bind, close, derive, found, keep_dropped, page, refused, select, thread_of,
};
pub(crate) use view::{draw, status};
