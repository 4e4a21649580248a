//! What can be typed about credentials.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `credentials`.
#[derive(Debug, Args)]
pub(crate) struct Credentials {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: CredentialsCommand,
}

/// What to do with credentials.
#[derive(Debug, Subcommand)]
pub(crate) enum CredentialsCommand {
    /// On a worker's machine: make its key, and offer the public half to the orchestrator.
    Join(Join),
    /// Who has joined, who is accepted, with fingerprints and conversations.
    List,
    /// Accept a worker's key.
    Accept(Accept),
    /// Encrypt what stands in clear on the branch, each to its worker.
    Encrypt,
    /// Make new conversations, carry over what is in flight, end the old ones. Without a worker: those that expire soon.
    Rotate(RotateArgs),
    /// End a worker's conversations, take its credential and its key away.
    Revoke(Revoke),
    /// Share a file with every accepted worker, encrypted.
    Share(Share),
}

/// `credentials join`.
#[derive(Debug, Args)]
pub(crate) struct Join {
    /// Number of this machine's worker.
    #[arg(long, value_name = "N", env = "SWARMWARDEN_WORKER", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) worker: Option<u32>,
    /// Another machine has joined under this number: this one takes its place.
    #[arg(long)]
    pub(crate) replace: bool,
}

/// `credentials accept`.
#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// worker-3, or 3.
    #[arg(value_name = "WORKER", value_parser = worker)]
    pub(crate) worker: u32,
    /// Accept this key only: the fingerprint that `join` printed, or its first sixteen digits.
    #[arg(long, value_name = "F")]
    pub(crate) fingerprint: Option<String>,
}

/// `credentials rotate`.
#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    /// This worker, now.
    #[arg(long, value_name = "N", value_parser = worker)]
    pub(crate) worker: Option<u32>,
    /// Every worker that has a conversation, now.
    #[arg(long, conflicts_with = "worker")]
    pub(crate) all: bool,
}

/// `credentials revoke`.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// worker-3, or 3.
    #[arg(value_name = "WORKER", value_parser = worker)]
    pub(crate) worker: u32,
}

/// `credentials share`.
#[derive(Debug, Args)]
pub(crate) struct Share {
    /// The file.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Its name for the workers; without it, as it is called.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// `sync`.
#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// Look once, and end.
    #[arg(long)]
    pub(crate) once: bool,
    /// Number of this machine's worker.
    #[arg(long, value_name = "N", env = "SWARMWARDEN_WORKER", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) worker: Option<u32>,
}

/// Reads `worker-3` or `3`.
fn worker(raw: &str) -> Result<u32, String> {
    let number = raw.strip_prefix("worker-").unwrap_or(raw);
    let found = number.parse().ok().filter(|n| *n > 0);
    found.ok_or_else(|| "a worker is named worker-3, or 3".to_owned())
}
