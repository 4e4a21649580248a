//! Why a command could not be carried out, and which exit code says so.

use std::{io, path::PathBuf};
use swarmwarden::{
    credentials::CredentialError,
    demo::DemoError,
    deploy::DeployError,
    domain::{Refusal, text},
    engine::{IssueError, PublishError},
    git::{GitError, NetworkError, PlumbingError},
    headless::Exit,
    record::{IncidentError, RecordError},
    settings::SettingsError,
    store::StoreError,
};

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The store did not answer.
    #[error("{}", chain(.0))]
    Store(#[from] StoreError),
    /// The command line cannot be followed.
    #[error("{0}")]
    Settings(#[from] SettingsError),
    /// An argument is wrong.
    #[error("{0}")]
    Usage(String),
    /// Nothing was named, and nothing is at the usual places.
    #[error(
        "no bridge database found: name one with --db FILE or $SWARMWARDEN_DB, one on another machine with --via COMMAND, or run `swarmwarden demo` to see a made-up swarm"
    )]
    NoDatabase,
    /// An action was refused.
    #[error("{0}")]
    Refused(Refusal),
    /// Credentials were not read, written or taken.
    #[error("{}", chain(.0))]
    Credential(#[from] CredentialError),
    /// A conversation was not made or ended.
    #[error("{}", chain(.0))]
    Issue(IssueError),
    /// A session cannot be started.
    #[error("{}", text::line(&.0.to_string()))]
    Deploy(#[from] DeployError),
    /// A file or directory of the operator's could not be written.
    #[error("{}: {}", text::line(&.0.to_string_lossy()), text::line(&.1.to_string()))]
    Place(PathBuf, #[source] io::Error),
    /// The demo could not be written.
    #[error("{}", chain(.0))]
    Demo(#[from] DemoError),
    /// The repository was not read.
    #[error("{}", chain(.0))]
    Git(#[from] GitError),
    /// A document was not written.
    #[error("{}", chain(.0))]
    Publish(#[from] PublishError),
    /// An address cannot be listened at.
    #[error("cannot listen at {0}: {1}; name a free address with --listen")]
    Listen(std::net::SocketAddr, #[source] io::Error),
    /// A recording is not written or not played.
    #[error("{}", chain(.0))]
    Record(RecordError),
    /// A file is no incident that can be played.
    #[error("{}", super::record::of_incident(.0, .1))]
    Incident(PathBuf, IncidentError),
    /// The output, the terminal or a thread failed.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl From<IssueError> for Failure {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::Store(e) => Self::Store(e),
            IssueError::Credential(e) => Self::Credential(e),
            other @ IssueError::Random(_) => Self::Issue(other),
        }
    }
}

impl From<PlumbingError> for Failure {
    fn from(error: PlumbingError) -> Self {
        Self::Credential(error.into())
    }
}

impl From<NetworkError> for Failure {
    fn from(error: NetworkError) -> Self {
        Self::Credential(error.into())
    }
}

/// An error with what caused it, in one safe line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut out = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        out = format!("{out}: {inner}");
        cause = inner.source();
    }
    text::line(&out).into_owned()
}

impl Failure {
    /// The exit code that says so.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Store(StoreError::Full { .. })
            | Self::Demo(_)
            | Self::Place(..)
            | Self::Listen(..) => Exit::CannotWrite,
            Self::Store(StoreError::NotFound { .. })
            | Self::NoDatabase
            | Self::Incident(_, IncidentError::Io(_))
            | Self::Git(GitError::NotARepository(_)) => Exit::NoInput,
            Self::Store(
                StoreError::NotADatabase { .. }
                | StoreError::UnknownSchema { .. }
                | StoreError::Damaged { .. },
            )
            | Self::Refused(Refusal::NoSuch(_) | Refusal::Denied(_))
            | Self::Git(GitError::NoSuchBranch(_) | GitError::TooLarge { .. })
            | Self::Publish(PublishError::Merge { .. } | PublishError::NoText { .. })
            | Self::Incident(..)
            | Self::Deploy(_) => Exit::Data,
            Self::Refused(Refusal::Conflict(_)) => Exit::Conflict,
            Self::Refused(Refusal::ReadOnly(_)) | Self::Store(StoreError::Refused { .. }) => {
                Exit::ReadOnly
            }
            Self::Store(_)
            | Self::Refused(_)
            | Self::Issue(_)
            | Self::Git(_)
            | Self::Publish(_) => Exit::Unavailable,
            Self::Credential(error) => of_credentials(error),
            Self::Settings(SettingsError::At(_) | SettingsError::Two) | Self::Usage(_) => {
                Exit::Usage
            }
            Self::Settings(SettingsError::File { .. }) => Exit::Config,
            Self::Record(error) => super::record::exit(error),
            Self::Io(error) => Exit::of_write(error),
        }
    }
}

/// Away and refused are worth another try; what was refused here is not.
fn of_credentials(error: &CredentialError) -> Exit {
    match error {
        CredentialError::Network(
            NetworkError::NoRemote(_) | NetworkError::Local(PlumbingError::Repository(_)),
        )
        | CredentialError::Git(PlumbingError::Repository(_)) => Exit::NoInput,
        CredentialError::Network(NetworkError::Local(_)) => Exit::Data,
        CredentialError::Network(_)
        | CredentialError::Busy(_)
        | CredentialError::Unverified { .. } => Exit::Unavailable,
        CredentialError::Local { .. } => Exit::CannotWrite,
        _ => Exit::Data,
    }
}
