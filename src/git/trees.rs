//! What stands in the files of a branch, read from the object database: no work tree is looked at.

use super::{GitError, LocalRepo, branches, change::LINK, refs, safe, when};
use crate::domain::{Timestamp, repo::CommitLine, text};
use git2::{Commit, ObjectType, Oid, Repository, Sort, Tree};
use std::{
    cell::RefCell,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Entries of a tree that are looked at.
const ENTRIES: usize = 200_000;
/// Directories within directories that are looked into.
const DEPTH: usize = 64;
/// Commits that are gone back for the last change of a file.
const HISTORY: usize = 5_000;
/// Last changes that are remembered.
const REMEMBERED: usize = 20_000;

/// A file of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Path in the repository, neutralised.
    pub path: Arc<str>,
    /// Id of its content: the same id is the same content, on every branch.
    pub id: Arc<str>,
    /// Bytes.
    pub size: u64,
}

/// The commit that changed a file last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// Full commit id.
    pub commit: Arc<str>,
    /// When it was made.
    pub at: Option<Timestamp>,
    /// Who wrote it, neutralised.
    pub author: Arc<str>,
    /// First line of its message, neutralised.
    pub subject: Arc<str>,
}

/// Reads branches. A branch is named as in [`crate::domain::Repo::branches`]: the local one of that name, else the one at the remote.
/// Everything is as it was when the reader was made; branches that move meanwhile do so unseen.
pub trait Trees {
    /// Files of a branch whose path `accept` wants, sorted by path. Links and submodules are no files. After 200,000 entries the rest is
    /// not looked at. O(entries of the tree).
    ///
    /// # Errors
    /// [`GitError::NoSuchBranch`], and [`GitError::Backend`] for objects that are not there.
    fn names(&self, branch: &str, accept: &dyn Fn(&str) -> bool) -> Result<Vec<Entry>, GitError>;

    /// The content of a file.
    ///
    /// # Errors
    /// [`GitError::TooLarge`] over `cap` bytes, which are then not read; [`GitError::Backend`] where it is not there.
    fn read(&self, entry: &Entry, cap: u64) -> Result<Vec<u8>, GitError>;

    /// The last commit of a branch that changed a file; `None` when the branch does not have it, and when it lies more than 5,000 commits
    /// back. Of a merge, the side that the file came from. O(commits back to it), once for each head.
    ///
    /// # Errors
    /// As [`Trees::names`].
    fn touched(&self, branch: &str, path: &str) -> Result<Option<Touch>, GitError>;

    /// Commits of a branch beyond the base, newest first, at most `limit`; where there are none, its last ones. O(commits).
    ///
    /// # Errors
    /// As [`Trees::names`].
    fn log(&self, branch: &str, limit: usize) -> Result<Vec<CommitLine>, GitError>;
}

/// Last changes by head and path. What a commit says of a file never changes.
pub(super) type Touches = Mutex<HashMap<(Oid, Vec<u8>), Option<Touch>>>;

/// The branches of a repository, as they are now.
pub(super) struct LocalTrees<'a> {
    of: &'a LocalRepo,
    git: Repository,
    base: Option<Oid>,
    tips: HashMap<Arc<str>, Oid>,
    /// Paths whose bytes are not what is shown.
    raw: RefCell<HashMap<Arc<str>, Vec<u8>>>,
}

impl<'a> LocalTrees<'a> {
    /// O(branches).
    pub(super) fn open(of: &'a LocalRepo) -> Result<Self, git2::Error> {
        let git = of.open()?;
        let base = branches::base(&git, of.base.as_deref());
        let mut tips = HashMap::new();
        for tip in refs::all(&git)? {
            tips.insert(tip.shown, tip.id);
        }
        if let Some(base) = &base {
            tips.entry(Arc::clone(&base.name)).or_insert(base.id);
        }
        Ok(Self {
            of,
            base: base.map(|base| base.id),
            git,
            tips,
            raw: RefCell::default(),
        })
    }

    /// The repository.
    pub(super) const fn git(&self) -> &Repository {
        &self.git
    }

    /// The commit that a branch stands at.
    pub(super) fn id(&self, branch: &str) -> Result<Oid, GitError> {
        let id = self.tips.get(branch).copied();
        id.ok_or_else(|| GitError::NoSuchBranch(safe(branch).to_string()))
    }

    fn tip(&self, branch: &str) -> Result<Commit<'_>, GitError> {
        let id = self.id(branch)?;
        self.git.find_commit(id).map_err(|e| self.of.failed(e))
    }

    fn bytes_of(&self, path: &str) -> Vec<u8> {
        let raw = self.raw.borrow();
        raw.get(path)
            .map_or_else(|| path.as_bytes().to_vec(), Clone::clone)
    }

    fn walk(&self, root: Oid, accept: &dyn Fn(&str) -> bool) -> Result<Vec<Entry>, git2::Error> {
        let odb = self.git.odb()?;
        let (mut found, mut seen) = (Vec::new(), 0usize);
        let mut todo = vec![(Vec::new(), root, 0usize)];
        while let Some((at, tree, depth)) = todo.pop() {
            for entry in &self.git.find_tree(tree)? {
                seen += 1;
                if seen > ENTRIES {
                    break;
                }
                let mut path: Vec<u8> = at.clone();
                path.extend_from_slice(entry.name_bytes());
                match (entry.kind(), entry.filemode()) {
                    (Some(ObjectType::Tree), _) if depth < DEPTH => {
                        path.push(b'/');
                        todo.push((path, entry.id(), depth + 1));
                    }
                    (Some(ObjectType::Blob), mode) if mode != LINK => {
                        let shown = String::from_utf8_lossy(&path);
                        if !accept(&shown) {
                            continue;
                        }
                        let (size, _) = odb.read_header(entry.id())?;
                        let shown: Arc<str> = text::line(&shown).into();
                        if shown.as_bytes() != path {
                            self.raw.borrow_mut().insert(Arc::clone(&shown), path);
                        }
                        found.push(Entry {
                            path: shown,
                            id: entry.id().to_string().into(),
                            size: size as u64,
                        });
                    }
                    _ => {}
                }
            }
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    /// Goes back along the parents that have the same file, to the commit that has not.
    fn last_change(&self, tip: Oid, path: &[u8]) -> Result<Option<Touch>, git2::Error> {
        let mut commit = self.git.find_commit(tip)?;
        let Some(mut here) = steps(&self.git, &commit.tree()?, path)? else {
            return Ok(None);
        };
        for _ in 0..HISTORY {
            let mut same = None;
            // A parent that is not here (a shallow clone) ends the history.
            for parent in commit.parents() {
                let there = if parent.tree_id() == here.root {
                    Some(here.clone())
                } else {
                    steps(&self.git, &parent.tree()?, path)?
                };
                if let Some(there) = there.filter(|there| there.file == here.file) {
                    same = Some((parent, there));
                    break;
                }
            }
            match same {
                Some((parent, there)) => (commit, here) = (parent, there),
                None => return Ok(Some(touch(&commit))),
            }
        }
        Ok(None)
    }
}

/// A file in a tree.
#[derive(Clone)]
struct Steps {
    root: Oid,
    file: Oid,
}

fn steps(git: &Repository, root: &Tree<'_>, path: &[u8]) -> Result<Option<Steps>, git2::Error> {
    let mut parts = path.split(|&b| b == b'/').peekable();
    let mut tree = root.clone();
    while let Some(part) = parts.next() {
        let Some(entry) = tree.get_name_bytes(part) else {
            return Ok(None);
        };
        let (id, kind) = (entry.id(), entry.kind());
        match (parts.peek().is_some(), kind) {
            (false, Some(ObjectType::Blob)) => {
                return Ok(Some(Steps {
                    root: root.id(),
                    file: id,
                }));
            }
            (true, Some(ObjectType::Tree)) => {
                drop(entry);
                tree = git.find_tree(id)?;
            }
            _ => return Ok(None),
        }
    }
    Ok(None)
}

fn touch(commit: &Commit<'_>) -> Touch {
    let line = line_of(commit);
    Touch {
        commit: line.id,
        at: line.at,
        author: line.author,
        subject: line.subject,
    }
}

/// A commit in one line.
pub(super) fn line_of(commit: &Commit<'_>) -> CommitLine {
    let subject = commit.summary_bytes().unwrap_or_default();
    CommitLine {
        id: commit.id().to_string().into(),
        at: Some(when(commit)),
        author: safe(&String::from_utf8_lossy(commit.author().name_bytes())),
        subject: safe(&String::from_utf8_lossy(subject)),
    }
}

impl Trees for LocalTrees<'_> {
    fn names(&self, branch: &str, accept: &dyn Fn(&str) -> bool) -> Result<Vec<Entry>, GitError> {
        let root = self.tip(branch)?.tree_id();
        self.walk(root, accept).map_err(|e| self.of.failed(e))
    }

    fn read(&self, entry: &Entry, cap: u64) -> Result<Vec<u8>, GitError> {
        let failed = |e| self.of.failed(e);
        let id = Oid::from_str(&entry.id).map_err(failed)?;
        let odb = self.git.odb().map_err(failed)?;
        let (size, kind) = odb.read_header(id).map_err(failed)?;
        if size as u64 > cap {
            return Err(GitError::TooLarge {
                path: safe(&entry.path).to_string(),
                size: size as u64,
                cap,
            });
        }
        if kind != ObjectType::Blob {
            return Err(failed(git2::Error::from_str("not a file")));
        }
        Ok(odb.read(id).map_err(failed)?.data().to_vec())
    }

    fn touched(&self, branch: &str, path: &str) -> Result<Option<Touch>, GitError> {
        let tip = self.tip(branch)?.id();
        let key = (tip, self.bytes_of(path));
        let lock = || {
            let touches = self.of.touches.lock();
            touches.unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(known) = lock().get(&key) {
            return Ok(known.clone());
        }
        let found = self.last_change(tip, &key.1);
        let found = found.map_err(|e| self.of.failed(e))?;
        let mut touches = lock();
        if touches.len() >= REMEMBERED {
            touches.clear();
        }
        touches.insert(key, found.clone());
        Ok(found)
    }

    fn log(&self, branch: &str, limit: usize) -> Result<Vec<CommitLine>, GitError> {
        let tip = self.tip(branch)?.id();
        let list = |base: Option<Oid>| -> Result<Vec<CommitLine>, git2::Error> {
            let mut walk = self.git.revwalk()?;
            walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
            walk.push(tip)?;
            if let Some(base) = base {
                walk.hide(base)?;
            }
            let commits = walk.take(limit).map(|id| self.git.find_commit(id?));
            commits.map(|commit| Ok(line_of(&commit?))).collect()
        };
        let beyond = list(self.base).map_err(|e| self.of.failed(e))?;
        match (beyond.is_empty(), self.base) {
            (true, Some(_)) => list(None).map_err(|e| self.of.failed(e)),
            _ => Ok(beyond),
        }
    }
}
