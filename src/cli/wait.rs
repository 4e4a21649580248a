//! What can be typed to wait for something.

use clap::Args;
use swarmwarden::domain::{Span, condition::Condition};

/// `wait`.
#[derive(Debug, Args)]
pub(crate) struct Wait {
    /// Until this holds (exit 0), or no longer can unless somebody undoes what was done (exit 1), such as `all-done`, `silent=0 and tasks.done>=340`, `task:T-112=done`, `severity<critical`.
    #[arg(long, value_name = "EXPR", value_parser = Condition::parse)]
    pub(crate) until: Condition,
    /// No longer than this; without it, for ever.
    #[arg(long, value_name = "10m", value_parser = super::workers::span)]
    pub(crate) timeout: Option<Span>,
    /// It has to hold this long without a break.
    #[arg(long, value_name = "30s", value_parser = super::workers::span)]
    pub(crate) hold: Option<Span>,
}
