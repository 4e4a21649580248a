//! Why credentials were not read, written or taken. Each says the file, and what to do; none holds a secret.

use crate::git::{NetworkError, PlumbingError};
use std::path::Path;

/// Why credentials were not read, written or taken.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The repository does not answer.
    #[error(transparent)]
    Git(#[from] PlumbingError),
    /// The remote does not answer.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A file is refused.
    #[error("{file} is refused: {why}")]
    Refused {
        /// Its path, neutralised.
        file: String,
        /// Why.
        why: String,
    },
    /// The credential is over.
    #[error(
        "{file} expired at {at}; the orchestrator makes a new one with `swarmwarden credentials rotate --worker {worker}`"
    )]
    Expired {
        /// Its path.
        file: String,
        /// When.
        at: String,
        /// Whose.
        worker: u32,
    },
    /// The bridge does not answer now, so that nobody knows whether the credential is genuine.
    #[error("{file} cannot be held against the bridge now, and is tried again: {why}")]
    Unverified {
        /// Its path, neutralised.
        file: String,
        /// Why.
        why: String,
    },
    /// This machine has no key.
    #[error(
        "this machine has no key for worker {0}; make one with `swarmwarden credentials join --worker {0}`"
    )]
    NoKey(u32),
    /// The worker has not joined.
    #[error(
        "worker {0} has not joined: there is no key of it on the branch; it runs `swarmwarden credentials join --worker {0}` on its machine"
    )]
    NotJoined(u32),
    /// The worker is not accepted.
    #[error(
        "worker {0} is not accepted; compare its fingerprint and run `swarmwarden credentials accept worker-{0}`"
    )]
    NotAccepted(u32),
    /// Another machine joined under this number.
    #[error(
        "worker {worker} has joined with another key ({fingerprint}); if this machine takes its place, say --replace"
    )]
    Taken {
        /// Whose.
        worker: u32,
        /// Of the key that is there.
        fingerprint: String,
    },
    /// The key is not the one that was expected.
    #[error(
        "the key of worker {worker} is {found}, not {wanted}: ask whoever runs that machine before you accept it"
    )]
    Fingerprint {
        /// Whose.
        worker: u32,
        /// As it is.
        found: String,
        /// As it should be.
        wanted: String,
    },
    /// A file of our own cannot be used.
    #[error("{path}: {why}")]
    Local {
        /// Its path, neutralised.
        path: String,
        /// Why.
        why: String,
    },
    /// The operating system gives no random bytes, or a library refused.
    #[error("encrypting failed: {0}")]
    Crypto(&'static str),
    /// Others push at the same time.
    #[error("the branch {0} went on at every attempt; try again")]
    Busy(String),
}

impl CredentialError {
    /// A file that is refused.
    pub(super) fn refused(file: &str, why: impl Into<String>) -> Self {
        use crate::domain::text;
        Self::Refused {
            file: text::line(text::head(file, 256)).into_owned(),
            why: text::line(&why.into()).into_owned(),
        }
    }

    /// A file of our own that cannot be used.
    pub(super) fn local(path: &Path, why: &dyn std::fmt::Display) -> Self {
        use crate::domain::text;
        Self::Local {
            path: text::line(&path.to_string_lossy()).into_owned(),
            why: text::line(&why.to_string()).into_owned(),
        }
    }
}
