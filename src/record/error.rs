//! Why a recording is not written or not played.

/// What went wrong. Paths and foreign text are neutralised.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file cannot be made, written or read.
    #[error("the recording {path} cannot be {what}")]
    Place {
        /// Its path.
        path: String,
        /// What was tried.
        what: &'static str,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It was written by a newer program.
    #[error(
        "the recording {path} is of a newer swarmwarden (version {found}, this one knows {known})"
    )]
    Newer {
        /// Its path.
        path: String,
        /// Its version.
        found: i64,
        /// The version that this program writes.
        known: i64,
    },
    /// It does not hold together.
    #[error("the recording {path} is damaged: {what}; move it aside, and a new one begins")]
    Damaged {
        /// Its path.
        path: String,
        /// What does not read.
        what: String,
    },
    /// There is nothing in it.
    #[error(
        "nothing is recorded yet: a dashboard, a watchdog or `run` records while it runs (`--recording`)"
    )]
    Empty,
}
