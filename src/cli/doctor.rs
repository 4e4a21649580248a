//! `doctor`.

use super::Format;
use clap::Args;

/// `doctor`.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Mend what is safe to mend: modes of our own files, our own directory, locks of processes that are gone. Never the bridge's data.
    #[arg(long)]
    pub(crate) fix: bool,
    /// Format.
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    pub(crate) output: Format,
}
