//! The engine, compiled without any frontend.
#![allow(
    clippy::allow_attributes,
    dead_code,
    unfulfilled_lint_expectations,
    unreachable_pub,
    unused_imports,
    reason = "a layer alone has unused items"
)]
#[path = "../../src/credentials/mod.rs"]
mod credentials;
#[path = "../../src/document/mod.rs"]
mod document;
#[path = "../../src/domain/mod.rs"]
mod domain;
#[path = "../../src/engine/mod.rs"]
mod engine;
#[path = "../../src/git/mod.rs"]
mod git;
#[path = "../../src/link/mod.rs"]
mod link;
#[path = "../../src/notify/mod.rs"]
mod notify;
#[path = "../../src/record/mod.rs"]
mod record;
#[path = "../../src/store/mod.rs"]
mod store;
#[path = "../../src/watch/mod.rs"]
mod watch;
fn main() {}
