//! The frontends, compiled with only what stands below them: they know facts and a queue.
#![allow(
    clippy::allow_attributes,
    dead_code,
    unfulfilled_lint_expectations,
    unreachable_pub,
    unused_imports,
    reason = "a layer alone has unused items"
)]
#[path = "../../src/domain/mod.rs"]
mod domain;
#[path = "../../src/headless/mod.rs"]
mod headless;
#[path = "../../src/link/mod.rs"]
mod link;
#[path = "../../src/tui/mod.rs"]
mod tui;

extern crate self as swarmwarden;

fn main() {}
