//! What can be typed to start a session.

use clap::Args;
use std::path::PathBuf;

/// `deploy`.
#[derive(Debug, Args)]
pub(crate) struct Deploy {
    /// Number of the session.
    #[arg(long, value_name = "N")]
    pub(crate) session: u32,
    /// Swarm file, or the name of one that is built in: infrafabric, nine-agents.
    #[arg(long, value_name = "FILE", default_value = "infrafabric")]
    pub(crate) file: PathBuf,
    /// What stands for <session-id> in the name of the branch; without it the branch that exists, or a fixed one.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Directory with mission templates of your own, NAME.md; they win over those built in.
    #[arg(long, value_name = "DIR")]
    pub(crate) templates: Option<PathBuf>,
    /// Say everything that would be done, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Push the branch with the mission, too.
    #[arg(long)]
    pub(crate) push: bool,
}
