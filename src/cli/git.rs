//! What can be typed to look at git.

use super::Shown;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use swarmwarden::domain::filter::Filter;

/// `git`.
#[derive(Debug, Args)]
pub(crate) struct Git {
    /// What of it; without one, everything at a glance.
    #[command(subcommand)]
    pub(crate) command: Option<GitCommand>,
    /// Format.
    #[arg(short, long, value_enum, default_value_t = Shown::Table, global = true)]
    pub(crate) output: Shown,
    /// Only branches that match, such as 'behind>5 branch~migr'.
    #[arg(long, value_name = "EXPR", value_parser = super::view::filter)]
    pub(crate) filter: Option<Filter>,
}

/// What to show of git.
#[derive(Debug, Subcommand)]
pub(crate) enum GitCommand {
    /// Commits of a branch beyond the base; where there are none, its last ones.
    Log {
        /// The branch.
        branch: String,
        /// How many at most.
        #[arg(short = 'n', long, default_value_t = 50)]
        limit: usize,
    },
    /// Files and lines that clash when two branches are merged; exit 1 when there are any.
    Conflicts {
        /// The branch that is merged into.
        ours: String,
        /// The branch that is merged.
        theirs: String,
    },
    /// Begin a merge in a work tree of its own, or tell what the merge in one loses.
    Merge(Merge),
}

/// `git merge`.
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// The branch that is merged into; it does not move.
    #[arg(required_unless_present_any = ["check", "finish"])]
    pub(crate) ours: Option<String>,
    /// The branch that is merged.
    #[arg(required_unless_present_any = ["check", "finish"])]
    pub(crate) theirs: Option<String>,
    /// Where the work tree is made; without it, beside the repository.
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// Begin nothing: tell which lines the merge in this work tree loses, and what is not resolved; exit 1 when there is any.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["ours", "theirs", "dir"])]
    pub(crate) check: Option<PathBuf>,
    /// Begin nothing: write down how the conflict in this work tree was resolved, by whom and when, into the handover document.
    #[arg(long, value_name = "DIR", requires = "record", conflicts_with_all = ["ours", "theirs", "dir", "check"])]
    pub(crate) finish: Option<PathBuf>,
    /// Branch of that handover document.
    #[arg(long, value_name = "BRANCH", requires = "finish")]
    pub(crate) record: Option<String>,
    /// Also take the work tree away; the merge must be committed, and stand on a branch if it is to last.
    #[arg(long, requires = "finish")]
    pub(crate) remove: bool,
}
