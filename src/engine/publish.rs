//! Sessions written back: as the documents that sessions exchange, committed to a branch without touching a work tree or an index.

use crate::{
    document::render::{self, MergeError},
    domain::{Timestamp, claim::StatusDoc, text},
    git::{Change, CommitId, Committed, Network, NetworkError, Plumbing, PlumbingError},
};
use std::sync::Arc;

/// Larger documents are not merged with.
const CAP: usize = 1 << 20;

/// How often somebody may be faster.
const ATTEMPTS: usize = 3;

/// Where a branch stands, and where it begins if it does not exist.
struct Tip {
    tip: Option<CommitId>,
    start: Option<CommitId>,
}

/// A document that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// `MULTI-SESSION-STATUS.md`.
    Status,
    /// `INTEGRATION-PROGRESS-TRACKER.md`.
    Tracker,
    /// `SESSION-HANDOVER.md`: beside the protocol of that name, which people write.
    Handover,
    /// A summary for a forge.
    Summary,
}

impl Paper {
    /// Where it stands in the repository.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Status => "MULTI-SESSION-STATUS.md",
            Self::Tracker => "INTEGRATION-PROGRESS-TRACKER.md",
            Self::Handover => "SESSION-HANDOVER.md",
            Self::Summary => "SWARM-REPORT.md",
        }
    }

    /// Its text; the same document gives the same bytes.
    #[must_use]
    pub fn render(self, doc: &StatusDoc) -> String {
        match self {
            Self::Status => render::status_md(doc),
            Self::Tracker => render::tracker_md(doc),
            Self::Handover => render::handover_md(doc),
            Self::Summary => render::markdown(doc),
        }
    }
}

/// Why a document was not written.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The document that stands there cannot be merged with.
    #[error("{path} on {branch}: {why}")]
    Merge {
        /// The document.
        path: &'static str,
        /// The branch, neutralised.
        branch: String,
        /// Why.
        why: MergeError,
    },
    /// The document that stands there is no text.
    #[error(
        "{path} on {branch} is no text in UTF-8, or larger than 1 MiB: move it away, or name another branch"
    )]
    NoText {
        /// The document.
        path: &'static str,
        /// The branch, neutralised.
        branch: String,
    },
    /// The commit was not made.
    #[error(transparent)]
    Plumbing(#[from] PlumbingError),
    /// Others push to the branch all the time.
    #[error(
        "{0}: others push to it all the time; the commit stands here, and goes with the next one"
    )]
    Overtaken(String),
    /// It was not fetched, or committed and not pushed.
    #[error("not pushed: {0}")]
    Network(#[from] NetworkError),
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Where.
    pub path: &'static str,
    /// Commit that holds it, in full.
    pub commit: String,
    /// Whether a commit was made.
    pub new: bool,
    /// What the remote said, masked; `None` when nothing was to be pushed.
    pub pushed: Option<String>,
}

/// Writes documents to a branch.
#[derive(Debug, Clone)]
pub struct Publisher {
    /// The repository.
    pub plumbing: Plumbing,
    /// Its remotes.
    pub network: Network,
    /// Who writes, where git is configured for nobody.
    pub actor: Arc<str>,
    /// To which branch; made when it does not exist.
    pub branch: String,
    /// Where it is pushed to; `None` for nowhere.
    pub remote: Option<String>,
    /// A document that people wrote becomes a note of the generated one; without this it is left alone, and nothing is written.
    pub adopt: bool,
}

/// Name of the notes that belong to the whole document.
const DOCUMENT: &str = "document";

impl Publisher {
    /// Writes a document, with `notes` at the end of its own; the notes of people in the one that stands there are kept byte for byte. The same document again makes no
    /// commit. Blocks.
    ///
    /// # Errors
    /// As the variants of [`PublishError`] say. With [`PublishError::Network`] the commit stands, and the next call pushes it.
    pub fn publish(
        &self,
        paper: Paper,
        doc: &StatusDoc,
        notes: &str,
        now: Timestamp,
    ) -> Result<Published, PublishError> {
        let branch = &*self.branch;
        for _ in 0..ATTEMPTS {
            // Where the remote does not answer the commit is made all the same, and goes with the next one.
            let unreached = match self.catch_up(now) {
                Err(PublishError::Network(error)) => Some(error),
                other => other.map(|()| None)?,
            };
            let (committed, path) = self.write(paper, doc, notes, now)?;
            if let Some(error) = unreached {
                return Err(error.into());
            }
            let pushed = match self.remote.as_deref() {
                None => None,
                Some(remote) => match self.network.push(remote, branch) {
                    Ok(said) => Some(said),
                    // Somebody was faster: once more, on top of that.
                    Err(NetworkError::NonFastForward { .. }) => continue,
                    Err(error) => return Err(error.into()),
                },
            };
            return Ok(Published {
                path,
                commit: committed.tip.to_string(),
                new: committed.new,
                pushed,
            });
        }
        Err(PublishError::Overtaken(text::line(branch).into_owned()))
    }

    /// Brings the branch up to where it stands at the remote.
    fn catch_up(&self, now: Timestamp) -> Result<(), PublishError> {
        let Some(remote) = self.remote.as_deref() else {
            return Ok(());
        };
        match self.network.fetch_branch(remote, &self.branch) {
            Ok(_) => {}
            Err(NetworkError::NoBranch { .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        let there = Network::fetched(remote, &self.branch);
        if let Some(theirs) = self.plumbing.tip(&there)? {
            let who = self.plumbing.who(&self.actor, now);
            self.plumbing.catch_up(&self.branch, theirs, &who)?;
        }
        Ok(())
    }

    /// Whether a document could be written: that the branch is free, and that nothing of a person would be lost.
    ///
    /// # Errors
    /// As [`Publisher::publish`].
    pub fn check(&self, paper: Paper, doc: &StatusDoc) -> Result<(), PublishError> {
        self.plumbing.is_free(&self.branch)?;
        self.text(paper, doc, "").map(drop)
    }

    /// The document as it would be, and the tip that it is made on: of the branch, or of where the branch begins.
    fn text(
        &self,
        paper: Paper,
        doc: &StatusDoc,
        notes: &str,
    ) -> Result<(String, Tip), PublishError> {
        let (path, branch) = (paper.path(), &*self.branch);
        let tip = self.plumbing.tip(&format!("refs/heads/{branch}"))?;
        let start = match tip {
            Some(tip) => Some(tip),
            None => self.start()?,
        };
        let old = start.map_or(Ok(None), |at| self.plumbing.blob(at, path, CAP))?;
        let shown = || text::line(branch).into_owned();
        let old = old.map(String::from_utf8).transpose();
        let old = old.map_err(|_| PublishError::NoText {
            path,
            branch: shown(),
        })?;
        let new = paper.render(doc);
        let merged = match render::merge(old.as_deref(), &new) {
            Err(MergeError::Foreign) if self.adopt => {
                let kept = old.as_deref().unwrap_or_default();
                Ok(render::note(&new, DOCUMENT, kept))
            }
            merged => merged.map(|text| render::note(&text, DOCUMENT, notes)),
        };
        let merged = merged.map_err(|why| PublishError::Merge {
            path,
            branch: shown(),
            why,
        })?;
        Ok((merged, Tip { tip, start }))
    }

    fn write(
        &self,
        paper: Paper,
        doc: &StatusDoc,
        notes: &str,
        now: Timestamp,
    ) -> Result<(Committed, &'static str), PublishError> {
        let (text, Tip { tip, start }) = self.text(paper, doc, notes)?;
        let (path, who) = (paper.path(), self.plumbing.who(&self.actor, now));
        let committed = self.plumbing.commit_files(&Change {
            branch: &self.branch,
            expect: tip,
            start,
            files: &[(path.to_owned(), Some(text.into_bytes()))],
            message: &format!("docs(status): {path} as of {}", now.rfc3339()),
            who: &who,
        })?;
        Ok((committed, path))
    }

    /// Where a branch begins that does not exist here: where it stands at the remote, else at the base.
    fn start(&self) -> Result<Option<CommitId>, PublishError> {
        let remote = self.remote.as_deref().unwrap_or("origin");
        let there = format!("refs/remotes/{remote}/{}", self.branch);
        Ok(match self.plumbing.tip(&there)? {
            Some(tip) => Some(tip),
            None => self.plumbing.base(None)?,
        })
    }
}

#[cfg(test)]
mod tests;
