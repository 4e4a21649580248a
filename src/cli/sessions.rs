//! `sessions`.

use clap::{Args, ValueEnum};

/// `sessions`.
#[derive(Debug, Args)]
pub(crate) struct Sessions {
    /// Format.
    #[arg(short, long, value_enum, default_value_t = View::Table)]
    pub(crate) output: View,
    /// Also those of which only a branch is known.
    #[arg(long)]
    pub(crate) all: bool,
}

/// Format of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum View {
    /// Tables for people.
    #[value(alias = "text")]
    Table,
    /// The published schema.
    Json,
    /// Markdown.
    Md,
}
