#![doc = include_str!("ARCHITECTURE.md")]

#[cfg(test)]
extern crate self as swarmwarden;

pub mod credentials;
pub mod demo;
pub mod deploy;
pub mod document;
pub mod domain;
pub mod drill;
pub mod engine;
pub mod git;
pub mod headless;
pub mod link;
pub mod notify;
pub mod record;
pub mod settings;
pub mod store;
pub mod tui;
pub mod watch;
