//! What can be typed about metrics.

use clap::Args;
use std::{net::SocketAddr, path::PathBuf};
use swarmwarden::domain::Span;

/// `metrics`.
#[derive(Debug, Args)]
pub(crate) struct Metrics {
    /// Serve the page as `/metrics` at this address until interrupted; a loopback address, unless it is meant to be read from elsewhere.
    #[arg(long, value_name = "127.0.0.1:9631")]
    pub(crate) listen: Option<SocketAddr>,
    /// Write the page to this file, by rename, as the textfile collector wants it; again and again until interrupted.
    #[arg(long, value_name = "FILE.prom")]
    pub(crate) out: Option<PathBuf>,
    /// Between two writes of the file.
    #[arg(long, value_name = "15s", value_parser = super::workers::span, default_value = "15s")]
    pub(crate) every: Span,
    /// Write the file once, and end.
    #[arg(long, requires = "out", conflicts_with = "listen")]
    pub(crate) once: bool,
    /// Also the commits of every branch: one series for each.
    #[arg(long)]
    pub(crate) branches: bool,
}
