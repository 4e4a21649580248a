//! What can be typed to see something.

use clap::{Args, ValueEnum};
use swarmwarden::headless::view;

/// One view.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct Show {
    /// Format.
    #[arg(short, long, value_enum, default_value_t = Shown::Table)]
    pub(crate) output: Shown,
}

/// `sessions`.
#[derive(Debug, Args)]
pub(crate) struct Sessions {
    /// Format.
    #[command(flatten)]
    pub(crate) show: Show,
    /// Also those of which only a branch is known.
    #[arg(long)]
    pub(crate) all: bool,
}

/// Format of a view.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shown {
    /// Tables for people.
    #[default]
    #[value(alias = "text")]
    Table,
    /// With more columns.
    Wide,
    /// The published schema.
    Json,
    /// One JSON object per line.
    Ndjson,
    /// Comma-separated values.
    Csv,
    /// Markdown, below 900 KiB.
    Md,
    /// `JUnit`'s XML: a case for each worker, task, session or branch.
    Junit,
    /// Annotations of a workflow on GitHub.
    Github,
}

impl From<Shown> for view::Format {
    fn from(shown: Shown) -> Self {
        match shown {
            Shown::Table => Self::Table,
            Shown::Wide => Self::Wide,
            Shown::Json => Self::Json,
            Shown::Ndjson => Self::Ndjson,
            Shown::Csv => Self::Csv,
            Shown::Md => Self::Md,
            Shown::Junit => Self::Junit,
            Shown::Github => Self::Github,
        }
    }
}
