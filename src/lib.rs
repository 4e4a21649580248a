//! The operator's dashboard for multi-agent swarms.

pub mod demo;
pub mod domain;
pub mod store;
pub mod watch;
