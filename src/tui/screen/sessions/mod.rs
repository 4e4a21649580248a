//! How far is each session, and does what is claimed agree with what there is? Which branches conflict, lag, overlap?

mod branches;
mod columns;
mod matrix;
mod state;
mod update;
mod view;

pub(crate) use branches::{BRANCH_COLUMNS, BranchOrder, ask, commits, refused, short};
pub(crate) use columns::{COLUMNS, stage};
pub(crate) use matrix::{merges, whole, words};
pub(crate) use state::{Layout, Order, State};
pub(crate) use update::{act, choose, derive};
pub(crate) use view::{draw, status};
