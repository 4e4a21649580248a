//! What can be typed to keep a bridge in order.

use clap::{Args, ValueEnum};
use std::path::PathBuf;
use swarmwarden::domain::Span;

/// `backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// A directory, in which the copy gets a name with the time in it, or the file itself. Without it, a directory beside our own memory of
    /// the bridge.
    #[arg(long, value_name = "DIR|FILE")]
    pub(crate) to: Option<PathBuf>,
    /// Keep so many of the copies in that directory, the newest; without it, all.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) keep: Option<u32>,
}

/// `restore`.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The copy.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Also while other processes have the bridge open: they see it go back in time.
    #[arg(long)]
    pub(crate) while_open: bool,
    /// Why, for the audit log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) reason: String,
}

/// `prune`.
#[derive(Debug, Args)]
pub(crate) struct Prune {
    /// Only conversations that expired so long ago.
    #[arg(long, value_name = "7d", value_parser = days, default_value = "7d")]
    pub(crate) older_than: Span,
    /// Remove them; without it, they are listed and nothing is removed.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Make no copy of the bridge before.
    #[arg(long)]
    pub(crate) no_backup: bool,
    /// Why, for the audit log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) reason: String,
}

/// `checklist`.
#[derive(Debug, Args)]
pub(crate) struct Checklist {
    /// Which.
    #[arg(value_enum)]
    pub(crate) which: Which,
    /// Format.
    #[arg(short, long, value_enum, default_value_t = Sheet::Text)]
    pub(crate) output: Sheet,
}

/// Which of the protocol's checklists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Which {
    /// Before the deployment.
    Pre,
    /// The deployment.
    Deploy,
    /// The first 24 hours.
    #[value(name = "24h")]
    Day,
    /// Production.
    Operations,
}

/// Format of a checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sheet {
    /// Lines for people.
    Text,
    /// For programs.
    Json,
    /// Markdown.
    Md,
}

/// `rollcall`.
#[derive(Debug, Args)]
pub(crate) struct Rollcall {
    /// How long answers are waited for.
    #[arg(long, value_name = "60s", value_parser = super::workers::span, default_value = "60s")]
    pub(crate) timeout: Span,
    /// How it is carried out.
    #[command(flatten)]
    pub(crate) how: super::How,
}

/// A time as everywhere, and days.
fn days(raw: &str) -> Result<Span, String> {
    let n = raw.strip_suffix('d').and_then(|n| n.parse::<u32>().ok());
    let days = n.map(|n| Span::seconds(i64::from(n) * 86_400));
    let span = days.or_else(|| swarmwarden::settings::duration(raw));
    span.ok_or_else(|| "a time such as 12h, 7d or 30d".to_owned())
}
