//! `takeover`.

use super::How;
use clap::Args;

/// `takeover`.
#[derive(Debug, Args)]
pub(crate) struct TakeOver {
    /// The session that is over its limit: number or key.
    pub(crate) session: String,
    /// The session that goes on with it.
    #[arg(long, value_name = "SESSION")]
    pub(crate) by: String,
    /// Branch that the handover document is written to; without it, the successor's.
    #[arg(long, value_name = "BRANCH")]
    pub(crate) branch: Option<String>,
    /// Also push it.
    #[arg(long)]
    pub(crate) push: bool,
    /// Where it is pushed to.
    #[arg(long, value_name = "REMOTE", default_value = "origin")]
    pub(crate) remote: String,
    /// How it is carried out.
    #[command(flatten)]
    pub(crate) how: How,
}
