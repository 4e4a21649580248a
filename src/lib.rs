//! The operator's dashboard for multi-agent swarms.

pub mod domain;
pub mod link;
pub mod store;
pub mod tui;
