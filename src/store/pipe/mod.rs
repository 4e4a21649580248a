//! A bridge on another machine, behind any pair of pipes: `ssh`, `docker exec`, anything that joins a standard input and output to
//! `swarmwarden pipe`. JSON lines, one request and one answer, numbered; the server speaks first, and says unasked when there was a commit.
//!
//! A pipe that dies is opened again, and what may have been carried out is asked again: every call that writes is safe to repeat. Tokens, and
//! the key of the audit chain for the moment of a seal, travel in requests and nowhere else. Nothing that comes in is trusted: lines are
//! bounded on both sides, and what is shown is neutralised.

mod bearing;
mod call;
mod client;
mod deed;
mod dial;
mod ear;
mod fault;
mod form;
mod lines;
mod link;
mod made;
mod plan;
mod proofs;
mod server;
mod words;

pub use call::{PROTOCOL, Purpose, Scope};
pub use client::PipeStore;
pub use dial::{Dial, Ends, Shell, shell_name};
pub use plan::{Patience, Plan};
pub use proofs::{Proof, Proofs};
pub use server::{BURST, Bell, End, Now, Opening, PER_SECOND, Polling, Rang, Serving, serve};

/// Bytes that an answer may have.
pub const LINE: usize = 64 << 20;
/// Bytes that a request may have.
pub const REQUEST: usize = 16 << 20;
