//! The adapters, compiled with only the domain below them.
#![allow(
    clippy::allow_attributes,
    dead_code,
    unfulfilled_lint_expectations,
    unreachable_pub,
    unused_imports,
    reason = "a layer alone has unused items"
)]
#[path = "../../src/demo/mod.rs"]
mod demo;
#[path = "../../src/document/mod.rs"]
mod document;
#[path = "../../src/domain/mod.rs"]
mod domain;
#[path = "../../src/git/mod.rs"]
mod git;
#[path = "../../src/settings/mod.rs"]
mod settings;
#[path = "../../src/store/mod.rs"]
mod store;
#[path = "../../src/watch/mod.rs"]
mod watch;
fn main() {}
