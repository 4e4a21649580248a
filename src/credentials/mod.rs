//! Credentials of workers: encrypted to each, carried by git, taken over without a restart.
//!
//! A worker's machine makes a key and commits its public half; the orchestrator accepts it by its fingerprint, and from there on writes what is
//! for that worker to it. Files, names and JSON come from a repository: everything in them is checked, and refused by name. What tells a
//! genuine credential from a forged one is the bridge: a token that it does not know is never used.

mod delivery;
mod enrol;
mod error;
mod file;
mod home;
mod outbox;
mod place;
mod seal;
mod shared;
mod shelf;
mod sync;

pub use delivery::Delivery;
pub use enrol::{Joined, Member, Standing, accept, join, members, revoke};
pub use error::CredentialError;
pub use file::{CAP, Credential, Found};
pub use home::{Accepted, Home, Issued, Roster, Stage};
pub use outbox::{encrypt_clear, pending, prepare, retire, send};
pub use place::Place;
pub use seal::{PublicKey, WorkerKey, decrypt, encrypt};
pub use shared::{reseal, share};
pub use shelf::{Published, Shelf};
pub use sync::{Outcome, Pass, Syncer};

#[cfg(test)]
pub(crate) mod tests;
