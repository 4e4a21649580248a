#![doc = include_str!("ARCHITECTURE.md")]

pub mod demo;
pub mod domain;
pub mod engine;
pub mod git;
pub mod headless;
pub mod link;
pub mod settings;
pub mod store;
pub mod tui;
pub mod watch;
