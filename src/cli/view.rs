//! What can be typed to see something.

use clap::{Args, ValueEnum};
use swarmwarden::{domain::filter::Filter, headless::view};

/// One view.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Show {
    /// Format.
    #[arg(short, long, value_enum, default_value_t = Shown::Table)]
    pub(crate) output: Shown,
    /// Only rows that match, such as 'state:suspect,silent team:infra hb>2m' or '!state:done prio<=1'; of the status its workers.
    #[arg(long, value_name = "EXPR", value_parser = filter)]
    pub(crate) filter: Option<Filter>,
}

/// Reads a filter; a flaw is underlined.
pub(super) fn filter(raw: &str) -> Result<Filter, String> {
    Filter::parse(raw).map_err(|flaw| {
        let before = raw.get(..flaw.at.start).unwrap_or_default().chars().count();
        let under = raw.get(flaw.at.clone()).unwrap_or_default().chars().count();
        let line = "~".repeat(under.max(1));
        format!("{}\n  {raw}\n  {}{line}", flaw.words, " ".repeat(before))
    })
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
