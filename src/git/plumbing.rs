//! Commits without a worktree: a tree is built from the tip of a branch, and the branch moves only if it is still there. Neither index
//! nor worktree is touched, no hook runs, no network is used. Reads single files at a commit, too.

mod checked_out;
mod merge;
mod tree;

use super::{GitError, LocalRepo};
use crate::domain::{
    Timestamp,
    swarmfile::{is_branch, is_path},
    text,
};
use git2::{Commit, ErrorCode, Oid, Repository, Signature, Time, build::TreeUpdateBuilder};
use std::{fmt, path::PathBuf, sync::Arc};

pub use tree::{Entry, EntryKind};

/// A commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(Oid);

impl CommitId {
    /// Reads 40 hexadecimal digits.
    #[must_use]
    pub fn parse(hex: &str) -> Option<Self> {
        (hex.len() == 40)
            .then(|| Oid::from_str(hex).ok().map(Self))
            .flatten()
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who commits, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Name.
    pub name: Arc<str>,
    /// Address.
    pub email: Arc<str>,
    /// When.
    pub at: Timestamp,
}

/// What a commit changes.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// Name of the branch, without `refs/heads/`.
    pub branch: &'a str,
    /// Where its tip must be; `None` for wherever it is when the tree is built.
    pub expect: Option<CommitId>,
    /// Where a branch that does not exist begins; `None` begins without a past.
    pub start: Option<CommitId>,
    /// Paths and what they hold from now on; `None` removes a file.
    pub files: &'a [(String, Option<Vec<u8>>)],
    /// Message.
    pub message: &'a str,
    /// Who.
    pub who: &'a Who,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The tip of the branch.
    pub tip: CommitId,
    /// Whether a commit was made; `false` when everything stood there already.
    pub new: bool,
}

/// Why nothing was committed or read. Each says the thing, the place and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum PlumbingError {
    /// The repository cannot be opened.
    #[error(transparent)]
    Repository(#[from] GitError),
    /// No branch can have this name.
    #[error("{0} cannot be the name of a branch; name another one")]
    Branch(String),
    /// Somebody works on it.
    #[error(
        "{branch} is checked out in {place}: a commit would leave that worktree behind; name another branch, or check out another one there"
    )]
    CheckedOut {
        /// The branch.
        branch: String,
        /// The worktree.
        place: String,
    },
    /// The path reaches elsewhere.
    #[error("{path:?} is not written: {why}")]
    Path {
        /// The path.
        path: String,
        /// Why not.
        why: &'static str,
    },
    /// A file is larger than what is read.
    #[error("{path:?} has {size} bytes, more than the {cap} that are read")]
    TooLarge {
        /// The path.
        path: String,
        /// Its size.
        size: usize,
        /// The limit.
        cap: usize,
    },
    /// What stands at the path is no file.
    #[error("{path:?} is {what} and is not read")]
    NoFile {
        /// The path.
        path: String,
        /// What it is.
        what: &'static str,
    },
    /// The branch moved.
    #[error("{0} moved meanwhile; try again")]
    Moved(String),
    /// Both sides changed the same files.
    #[error("{branch} and {other} changed the same files: {files}; merge them by hand")]
    Conflict {
        /// The branch.
        branch: String,
        /// What it was to be merged with.
        other: String,
        /// Files, at most ten.
        files: String,
    },
    /// libgit2 says no.
    #[error("{0} failed: {1}")]
    Backend(&'static str, String),
}

pub(super) fn failed(what: &'static str) -> impl Fn(git2::Error) -> PlumbingError {
    move |e| PlumbingError::Backend(what, text::line(text::head(e.message(), 256)).into_owned())
}

/// Commits to a repository and reads files at its commits.
#[derive(Debug, Clone)]
pub struct Plumbing {
    path: PathBuf,
}

impl Plumbing {
    /// The repository that `path` lies in; it is looked up at every call.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The directory that it was made with.
    #[must_use]
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    pub(super) fn open(&self) -> Result<Repository, PlumbingError> {
        let failed = |e| PlumbingError::from(LocalRepo::at(&self.path).failed(e));
        Repository::discover(&self.path).map_err(failed)
    }

    /// Whom commits name: who git is configured for, else `actor`.
    #[must_use]
    pub fn who(&self, actor: &str, at: Timestamp) -> Who {
        let config = self.open().and_then(|repo| {
            let config = repo.config().map_err(failed("reading the configuration"))?;
            let word = |name: &str| config.get_string(name).ok();
            Ok((word("user.name"), word("user.email")))
        });
        let (name, email) = config.unwrap_or_default();
        // Git takes neither angle brackets nor line breaks.
        let clean = |raw: &str| -> Arc<str> {
            let safe = text::line(text::head(raw.trim(), 128)).replace(['<', '>', '⏎'], "");
            let safe = safe.trim();
            if safe.is_empty() { "swarmwarden" } else { safe }.into()
        };
        Who {
            name: clean(name.as_deref().unwrap_or(actor)),
            email: clean(email.as_deref().unwrap_or("swarmwarden@localhost")),
            at,
        }
    }

    /// Whether a branch of this name may be moved: it is checked out nowhere.
    ///
    /// # Errors
    /// [`PlumbingError::Branch`] and [`PlumbingError::CheckedOut`].
    pub fn is_free(&self, branch: &str) -> Result<(), PlumbingError> {
        writable(&self.open()?, branch).map(drop)
    }

    /// The commit of a reference by its full name; `None` when there is no such reference.
    ///
    /// # Errors
    /// As the variants of [`PlumbingError`] say.
    pub fn tip(&self, reference: &str) -> Result<Option<CommitId>, PlumbingError> {
        Ok(tip(&self.open()?, reference)?.map(CommitId))
    }

    /// The commit that work usually starts from: the first of `named`, `origin/main`, `origin/master`, `main`, `master` and `HEAD` that
    /// exists.
    ///
    /// # Errors
    /// As the variants of [`PlumbingError`] say.
    pub fn base(&self, named: Option<&str>) -> Result<Option<CommitId>, PlumbingError> {
        let repo = self.open()?;
        let usual = ["origin/main", "origin/master", "main", "master", "HEAD"];
        for name in named.into_iter().chain(usual) {
            let Ok(found) = repo.resolve_reference_from_short_name(name) else {
                continue;
            };
            if let Ok(commit) = found.peel_to_commit() {
                return Ok(Some(CommitId(commit.id())));
            }
        }
        Ok(None)
    }

    /// Whether `older` is `newer` or one of its ancestors. O(commits between).
    ///
    /// # Errors
    /// As the variants of [`PlumbingError`] say.
    pub fn is_ancestor(&self, older: CommitId, newer: CommitId) -> Result<bool, PlumbingError> {
        let repo = self.open()?;
        let below = repo.graph_descendant_of(newer.0, older.0);
        Ok(older == newer || below.map_err(failed("comparing commits"))?)
    }

    /// Names of the references that begin with `prefix`, at most 10,000.
    ///
    /// # Errors
    /// As the variants of [`PlumbingError`] say.
    pub fn references(&self, prefix: &str) -> Result<Vec<String>, PlumbingError> {
        let repo = self.open()?;
        let all = repo.references().map_err(failed("listing references"))?;
        let names = all
            .flatten()
            .filter_map(|r| r.name().ok().map(str::to_owned));
        Ok(names
            .filter(|n| n.starts_with(prefix))
            .take(10_000)
            .collect())
    }

    /// Commits `change` to its branch. A tree that is the same makes no commit, so that the same change again does nothing.
    /// O(files × depth of their folders).
    ///
    /// # Errors
    /// As the variants of [`PlumbingError`] say; whatever the error, the branch is where it was.
    pub fn commit_files(&self, change: &Change<'_>) -> Result<Committed, PlumbingError> {
        let repo = self.open()?;
        let name = writable(&repo, change.branch)?;
        let now = tip(&repo, &name)?;
        if change
            .expect
            .is_some_and(|expected| now != Some(expected.0))
        {
            return Err(PlumbingError::Moved(change.branch.to_owned()));
        }
        let parent = match now.or(change.start.map(|c| c.0)) {
            Some(id) => Some(repo.find_commit(id).map_err(failed("reading the tip"))?),
            None => None,
        };
        let tree = build(&repo, parent.as_ref(), change.files)?;
        let same = (parent.as_ref()).is_some_and(|parent| parent.tree_id() == tree);
        let id = match &parent {
            Some(parent) if same => parent.id(),
            parent => {
                let parents: Vec<_> = parent.iter().collect();
                record(&repo, change.who, change.message, tree, &parents)?
            }
        };
        if now != Some(id) {
            swing(&repo, &name, now, id, change.branch)?;
        }
        Ok(Committed {
            tip: CommitId(id),
            new: !same,
        })
    }
}

/// The full name of a branch that may be moved.
fn writable(repo: &Repository, branch: &str) -> Result<String, PlumbingError> {
    if !is_branch(branch) {
        return Err(PlumbingError::Branch(text::line(branch).into_owned()));
    }
    let name = format!("refs/heads/{branch}");
    match checked_out::place(repo, &name) {
        None => Ok(name),
        Some(place) => Err(PlumbingError::CheckedOut {
            branch: branch.to_owned(),
            place,
        }),
    }
}

fn tip(repo: &Repository, reference: &str) -> Result<Option<Oid>, PlumbingError> {
    match repo
        .find_reference(reference)
        .and_then(|r| r.peel_to_commit())
    {
        Ok(commit) => Ok(Some(commit.id())),
        Err(e) if e.code() == ErrorCode::NotFound => Ok(None),
        Err(e) => Err(failed("reading a reference")(e)),
    }
}

/// The tree of `parent` with the files in it.
fn build(
    repo: &Repository,
    parent: Option<&Commit<'_>>,
    files: &[(String, Option<Vec<u8>>)],
) -> Result<Oid, PlumbingError> {
    let whole = failed("building the tree");
    let base = match parent {
        Some(parent) => parent.tree(),
        None => repo
            .treebuilder(None)
            .and_then(|empty| repo.find_tree(empty.write()?)),
    };
    let base = base.map_err(&whole)?;
    let mut update = TreeUpdateBuilder::new();
    for (path, bytes) in files {
        if !is_path(path) {
            return Err(PlumbingError::Path {
                path: text::line(text::head(path, 256)).into_owned(),
                why: "it is no plain path inside the repository",
            });
        }
        let there = tree::may_write(repo, &base, path)?;
        match bytes {
            Some(bytes) => {
                let mode = there.unwrap_or(git2::FileMode::Blob);
                let blob = repo.blob(bytes).map_err(failed("writing a file"))?;
                update.upsert(path.as_str(), blob, mode);
            }
            None if there.is_some() => {
                update.remove(path.as_str());
            }
            None => {}
        }
    }
    update.create_updated(repo, &base).map_err(whole)
}

fn record(
    repo: &Repository,
    who: &Who,
    message: &str,
    tree: Oid,
    parents: &[&Commit<'_>],
) -> Result<Oid, PlumbingError> {
    let failed = failed("writing the commit");
    let at = Time::new(who.at.0.div_euclid(1_000_000), 0);
    let who = Signature::new(&who.name, &who.email, &at).map_err(&failed)?;
    let tree = repo.find_tree(tree).map_err(&failed)?;
    repo.commit(None, &who, &who, message, &tree, parents)
        .map_err(failed)
}

/// Moves a branch from `from` to `to`, or makes it, unless somebody was faster.
fn swing(
    repo: &Repository,
    name: &str,
    from: Option<Oid>,
    to: Oid,
    branch: &str,
) -> Result<(), PlumbingError> {
    const LOG: &str = "commit: swarmwarden";
    let moved = match from {
        Some(from) => repo.reference_matching(name, to, true, from, LOG),
        None => repo.reference(name, to, false, LOG),
    };
    match moved {
        Ok(_) => Ok(()),
        Err(e)
            if matches!(
                e.code(),
                ErrorCode::Modified | ErrorCode::Exists | ErrorCode::Locked
            ) =>
        {
            Err(PlumbingError::Moved(branch.to_owned()))
        }
        Err(e) => Err(failed("moving the branch")(e)),
    }
}

#[cfg(test)]
mod tests;
