//! `theme`.

use clap::{Args, Subcommand};

/// `theme`.
#[derive(Debug, Args)]
pub(crate) struct Theme {
    /// What.
    #[command(subcommand)]
    pub(crate) command: ThemeCommand,
}

/// What can be done with themes.
#[derive(Debug, Subcommand)]
pub(crate) enum ThemeCommand {
    /// Every theme there is, the shipped ones and your own; the one in use has a star.
    List,
    /// A theme as TOML, with what it inherits: the beginning of one of your own.
    Print {
        /// Its name.
        #[arg(value_name = "NAME")]
        name: String,
    },
}
