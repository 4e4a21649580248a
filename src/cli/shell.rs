//! What needs no bridge and no settings: the shell, the manual, the keys and the configuration itself.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What is done with the command line and the configuration alone.
#[derive(Debug, Subcommand)]
pub(crate) enum Shell {
    /// The keys of the dashboard as they are bound now; exit 78 when two actions share one.
    Keys(Keys),
    /// The configuration: where it is, what it comes to, what is wrong with it.
    Config(Config),
    /// A script that completes this program's command line, for a shell to read.
    Completions(Completions),
    /// The manual page, as `man -l -` reads it.
    Man(Man),
}

/// `completions`.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Whose script.
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: Interpreter,
}

/// A shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Interpreter {
    /// Bash.
    Bash,
    /// Zsh.
    Zsh,
    /// Fish.
    Fish,
}

/// `man`.
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Write a page for each command into this directory, instead of one page to standard output.
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
}

/// `keys`.
#[derive(Debug, Args)]
pub(crate) struct Keys {
    /// Format.
    #[arg(short, long, value_enum, default_value_t = Listing::Table)]
    pub(crate) output: Listing,
}

/// Format of a listing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listing {
    /// A table for people.
    #[default]
    Table,
    /// One JSON object.
    Json,
}

/// `config`.
#[derive(Debug, Args)]
pub(crate) struct Config {
    /// What of it.
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

/// What can be asked of the configuration.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Where the file is looked for, and which one is used.
    Path,
    /// Every setting as it is in force, with where it comes from.
    Print,
    /// What is wrong with the file, by line: exit 0 nothing, 78 something.
    Check,
}
