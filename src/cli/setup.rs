//! `setup`.

use super::Program;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `setup`.
#[derive(Debug, Args)]
pub(crate) struct Setup {
    /// What.
    #[command(subcommand)]
    pub(crate) command: SetupCommand,
}

/// What can be set up.
#[derive(Debug, Subcommand)]
pub(crate) enum SetupCommand {
    /// The bridge's own program: cloned, with what it needs, tested by its own test, and named in the configuration of an agent's program. Every
    /// step looks first, so that it can be repeated.
    Bridge(SetupBridge),
}

/// `setup bridge`.
#[derive(Debug, Args)]
pub(crate) struct SetupBridge {
    /// Say exactly what would be done.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Where it is cloned from.
    #[arg(
        long,
        value_name = "PATH-or-URL",
        default_value = "https://github.com/dannystocker/mcp-multiagent-bridge"
    )]
    pub(crate) from: String,
    /// Where it is put; without it, `bridge` in our own directory.
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// Whose configuration is written.
    #[arg(long, value_enum, default_value_t = Program::ClaudeCode)]
    pub(crate) program: Program,
    /// The configuration; without it, where the program keeps it.
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The Python that it runs with, 3.10 or newer.
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    pub(crate) python: PathBuf,
}
