//! Why do you say it is suspect, what is it doing, what happens next?

mod sections;
mod state;
mod timeline;
mod update;
mod view;

pub(crate) use state::State;
pub(crate) use update::{act, open, to_evidence};
pub(crate) use view::{brief, draw, evidence, status};
