//! What can be typed to look back.

use super::view::Show;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `replay`.
#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// An incident that `incident export` wrote; without it, what was recorded of the bridge.
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// How much faster than it was. With --plain, lines come at once without it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=900))]
    pub(crate) speed: Option<u32>,
    /// Without a screen: the swarm at that instant.
    #[command(flatten)]
    pub(crate) show: Show,
    /// Where to begin, as it was typed: `--at`.
    #[arg(skip)]
    pub(crate) at: Option<String>,
}

/// `incident`.
#[derive(Debug, Args)]
pub(crate) struct Incident {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: IncidentCommand,
}

/// What can be done with incidents.
#[derive(Debug, Subcommand)]
pub(crate) enum IncidentCommand {
    /// Write a stretch of what was recorded into one file, which plays on another machine: the last trouble, unless times are given.
    Export(Export),
}

/// `incident export`.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Begin here, without it where the worst trouble that is not over began, or the newest: RFC 3339, HH:MM[:SS] in UTC or with a zone, or -15m.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// End here; without it, at the end of the trouble, or of the recording. Times in which nothing was recorded are gaps.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) to: Option<String>,
    /// So much more at both ends.
    #[arg(long, value_name = "10m", default_value = "10m", value_parser = span)]
    pub(crate) around: swarmwarden::domain::Span,
    /// The file; it must not be there yet.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// `whatif`.
#[derive(Debug, Args)]
pub(crate) struct WhatIf {
    /// The other detector: fixed:120s, fixed:60s/120s (late, missed), adaptive, adaptive:phi=7.
    #[arg(long, value_name = "DETECTOR")]
    pub(crate) detector: String,
    /// How sure one must be before work moves by itself.
    #[arg(long, value_name = "PROFILE", value_parser = ["balanced", "cautious"])]
    pub(crate) profile: Option<String>,
    /// Look so far back.
    #[arg(long, value_name = "24h", default_value = "24h", value_parser = span)]
    pub(crate) since: swarmwarden::domain::Span,
    /// Write it into the configuration file: these keys and no others.
    #[arg(long)]
    pub(crate) apply: bool,
    /// Do not ask.
    #[arg(long, requires = "apply")]
    pub(crate) yes: bool,
    /// Format.
    #[arg(short, long, value_enum, default_value_t = Sheet::Table)]
    pub(crate) output: Sheet,
}

/// Format of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sheet {
    /// A table for people.
    #[value(alias = "text")]
    Table,
    /// One JSON object.
    Json,
}

fn span(raw: &str) -> Result<swarmwarden::domain::Span, String> {
    swarmwarden::domain::when::span(raw)
        .ok_or_else(|| "a time such as 90s, 10m, 24h or 7d".to_owned())
}
