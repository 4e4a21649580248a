//! `report`.

use clap::{Args, ValueEnum};

/// `report`.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Which document.
    #[arg(
        short = 'o',
        long = "output",
        alias = "format",
        short_alias = 'f',
        value_enum,
        default_value_t = Paper::Markdown
    )]
    pub(crate) format: Paper,
    /// What happened in a shift that began so long ago, or at this time: md or json.
    #[arg(long, value_name = "8h|TIME", conflicts_with_all = ["commit", "branch"])]
    pub(crate) since: Option<String>,
    /// Commit it to a branch, without touching a work tree; the notes of people in it are kept.
    #[arg(long, requires = "branch")]
    pub(crate) commit: bool,
    /// The branch; made when it does not exist.
    #[arg(long, value_name = "BRANCH")]
    pub(crate) branch: Option<String>,
    /// Where people wrote a document of that name: keep all of it as a note, instead of leaving it alone.
    #[arg(long, requires = "commit")]
    pub(crate) adopt: bool,
    /// Also push it.
    #[arg(long, requires = "commit")]
    pub(crate) push: bool,
    /// Where it is pushed to.
    #[arg(long, value_name = "REMOTE", default_value = "origin")]
    pub(crate) remote: String,
}

/// Which document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Paper {
    /// MULTI-SESSION-STATUS.md.
    StatusMd,
    /// INTEGRATION-PROGRESS-TRACKER.md.
    TrackerMd,
    /// SESSION-HANDOVER.md.
    HandoverMd,
    /// A summary for a forge.
    #[value(alias = "md")]
    Markdown,
    /// The sessions, by their published schema.
    Json,
}
