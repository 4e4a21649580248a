//! A conflict is resolved in a work tree of its own: the merge is begun there through the user's git, what it loses is told, and the
//! resolution is handed to whoever writes it down. The user's work trees, their indexes and every branch stay as they are.

mod child;
mod lost;

use super::{GitError, LocalRepo, change, hunks::binary, known, safe, trees::LocalTrees};
use crate::domain::{
    Timestamp,
    repo::{Begun, LostLine, MergeSide, Outcome, Resolution, ResolvedFile},
    text,
};
use git2::{ObjectType, Oid, Repository, StatusOptions};
use lost::Versions;
use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    io::Read as _,
    os::unix::ffi::OsStrExt as _,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

/// What is kept beside the work tree's own files of git: names and tips of the merge.
const NOTE: &str = "swarmwarden-merge";
/// Longer files are not compared line by line.
const LARGE: u64 = 4 << 20;

/// A work tree in which two branches are merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scratch {
    /// Where it is.
    pub dir: PathBuf,
    /// Branch that is merged into, neutralised.
    pub ours: Arc<str>,
    /// Branch that is merged, neutralised.
    pub theirs: Arc<str>,
    /// Their full commit ids.
    pub tips: (Arc<str>, Arc<str>),
}

/// How far a merge is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files that were in conflict, and what became of them, by path.
    pub files: Vec<ResolvedFile>,
    /// Lines that a side added and the result has nowhere.
    pub lost: Vec<LostLine>,
}

impl Progress {
    /// No file is left in conflict.
    #[must_use]
    pub fn resolved(&self) -> bool {
        self.files.iter().all(|f| f.outcome != Outcome::Unresolved)
    }
}

/// Where a merge is begun unless a directory is named: beside the main work tree, named after it and both branches.
///
/// # Errors
/// As [`LocalRepo::root`].
pub fn beside(repo: &LocalRepo, ours: &str, theirs: &str) -> Result<PathBuf, GitError> {
    let root = repo.root()?;
    let name = root.file_name().map_or_else(
        || "repo".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    );
    let parent = root.parent().unwrap_or(Path::new("."));
    Ok(parent.join(Begun::directory(&name, ours, theirs)))
}

/// Makes a work tree at `dir`, detached at `ours`, and begins the merge of `theirs` in it without committing. Branches are named as in
/// [`crate::domain::Repo::branches`]; none moves. O(files of the work tree).
///
/// # Errors
/// [`GitError::NoSuchBranch`], and [`GitError::Child`] when git refuses, such as when something is at `dir`; nothing is left there then.
pub fn begin(repo: &LocalRepo, ours: &str, theirs: &str, dir: &Path) -> Result<Scratch, GitError> {
    let trees = LocalTrees::open(repo).map_err(|e| repo.failed(e))?;
    let tips = (trees.id(ours)?.to_string(), trees.id(theirs)?.to_string());
    let from = trees.git().commondir().to_path_buf();
    let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf());
    let add = ["worktree", "add", "--detach"].map(OsStr::new);
    let add = [&add[..], &[dir.as_os_str(), OsStr::new(&tips.0)]].concat();
    child::must(&from, &add)?;
    let scratch = Scratch {
        dir,
        ours: safe(ours),
        theirs: safe(theirs),
        tips: (tips.0.as_str().into(), tips.1.as_str().into()),
    };
    let begun = scratch.note().and_then(|()| {
        let merge = ["merge", "--no-commit", "--no-ff", "--no-verify", &tips.1];
        let ended = child::git(&scratch.dir, &merge)?;
        match ended.code {
            // 1: there are conflicts, which is what the work tree is for.
            Some(0 | 1) => Ok(()),
            _ => Err(scratch.failed("merge", ended.said)),
        }
    });
    match begun {
        Ok(()) => Ok(scratch),
        Err(error) => {
            let _ = scratch.remove();
            Err(error)
        }
    }
}

impl Scratch {
    /// The merge that was begun in `dir`.
    ///
    /// # Errors
    /// [`GitError::Child`] when none was begun there by [`begin`]; [`GitError::NotARepository`].
    pub fn open(dir: &Path) -> Result<Self, GitError> {
        let repo = LocalRepo::at(dir);
        let git = Repository::open(dir).map_err(|e| repo.failed(e))?;
        let none = || GitError::Child {
            what: "merge".to_owned(),
            dir: text::line(&dir.to_string_lossy()).into_owned(),
            why: "no merge was begun here; begin one with `swarmwarden git merge A B --dir DIR`"
                .to_owned(),
        };
        let kept = fs::read_to_string(git.path().join(NOTE)).map_err(|_| none())?;
        let mut lines = kept.lines();
        let mut next = || lines.next().map(safe).ok_or_else(none);
        let (one, other, ours, theirs) = (next()?, next()?, next()?, next()?);
        Ok(Self {
            dir: dir.to_path_buf(),
            ours,
            theirs,
            tips: (one, other),
        })
    }

    /// What became of the conflicts so far, and what the work tree as it is now loses. O(bytes of the files that either side changed).
    ///
    /// # Errors
    /// [`GitError::Backend`] for objects that are not there.
    pub fn progress(&self) -> Result<Progress, GitError> {
        let repo = LocalRepo::at(&self.dir);
        self.look(&repo).map_err(|e| repo.failed(e))
    }

    /// The resolution as it stands, for whoever writes it down.
    ///
    /// # Errors
    /// As [`Scratch::progress`].
    pub fn finish(&self, who: &str, at: Timestamp) -> Result<Resolution, GitError> {
        let files = self.progress()?.files;
        let repo = LocalRepo::at(&self.dir);
        let git = Repository::open(&self.dir).map_err(|e| repo.failed(e))?;
        let head = git.head().and_then(|head| head.peel_to_commit());
        let merged = head.ok().filter(|commit| {
            let parents: Vec<_> = commit.parent_ids().map(|id| id.to_string()).collect();
            parents.iter().any(|id| **id == *self.tips.0)
                && parents.iter().any(|id| **id == *self.tips.1)
        });
        Ok(Resolution {
            ours: Arc::clone(&self.ours),
            theirs: Arc::clone(&self.theirs),
            tips: self.tips.clone(),
            result: merged.map(|commit| commit.id().to_string().into()),
            who: safe(who),
            at,
            files,
        })
    }

    /// Takes the work tree away, with everything that is in it. A merge that was committed there stays in the repository until git
    /// collects it.
    ///
    /// # Errors
    /// [`GitError::Child`] when git refuses.
    pub fn remove(&self) -> Result<(), GitError> {
        let repo = LocalRepo::at(&self.dir);
        let git = Repository::open(&self.dir).map_err(|e| repo.failed(e))?;
        let remove = ["worktree", "remove", "--force"].map(OsStr::new);
        child::must(
            git.commondir(),
            &[&remove[..], &[self.dir.as_os_str()]].concat(),
        )
    }

    fn failed(&self, what: &str, why: String) -> GitError {
        GitError::Child {
            what: what.to_owned(),
            dir: text::line(&self.dir.to_string_lossy()).into_owned(),
            why,
        }
    }

    fn note(&self) -> Result<(), GitError> {
        let repo = LocalRepo::at(&self.dir);
        let git = Repository::open(&self.dir).map_err(|e| repo.failed(e))?;
        let note = [&self.tips.0, &self.tips.1, &self.ours, &self.theirs];
        let note: Vec<&str> = note.iter().map(|part| &***part).collect();
        let written = fs::write(git.path().join(NOTE), note.join("\n"));
        written.map_err(|e| self.failed("worktree add", e.to_string()))
    }

    fn look(&self, repo: &LocalRepo) -> Result<Progress, git2::Error> {
        let git = repo.open()?;
        let (ours, theirs) = (Oid::from_str(&self.tips.0)?, Oid::from_str(&self.tips.1)?);
        let tree = |id: Oid| Ok::<_, git2::Error>(git.find_commit(id)?.tree_id());
        // Nothing in common: there was nothing before.
        let base = git.merge_base(ours, theirs).ok().map(tree).transpose()?;
        let (ours, theirs) = (tree(ours)?, tree(theirs)?);
        let mut paths = BTreeSet::new();
        for side in [ours, theirs] {
            let changed = change::between(&git, base, side)?;
            paths.extend(changed.into_iter().map(|c| c.path));
        }
        let index = git.index()?;
        let conflicts = index.conflicts()?.flatten();
        let conflicts = conflicts.flat_map(|c| [c.ancestor, c.our, c.their]);
        let open: BTreeSet<Vec<u8>> = conflicts.flatten().map(|entry| entry.path).collect();
        // Also what somebody put elsewhere while resolving.
        let mut options = StatusOptions::new();
        options
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .no_refresh(true);
        for entry in git.statuses(Some(&mut options))?.iter() {
            paths.insert(entry.path_bytes().to_vec());
        }
        let mut seen = Vec::new();
        for path in &paths {
            seen.push(self.versions(&git, [base, Some(ours), Some(theirs)], path)?);
        }
        let lost = lost::lines_of(&seen);
        let files = paths.iter().zip(&seen).filter(|(_, v)| both(v));
        let files = files.map(|(path, v)| resolved(v, open.contains(path), &lost));
        Ok(Progress {
            files: files.collect(),
            lost,
        })
    }

    fn versions(
        &self,
        git: &Repository,
        trees: [Option<Oid>; 3],
        path: &[u8],
    ) -> Result<Versions, git2::Error> {
        let [base, ours, theirs] = trees;
        Ok(Versions {
            path: known::path(path),
            base: blob(git, base, path)?,
            ours: blob(git, ours, path)?,
            theirs: blob(git, theirs, path)?,
            result: file(&self.dir, path),
        })
    }
}

/// Both sides changed it, differently: it could be in conflict.
fn both(v: &Versions) -> bool {
    v.ours != v.theirs && v.ours != v.base && v.theirs != v.base
}

fn resolved(v: &Versions, open: bool, lost: &[LostLine]) -> ResolvedFile {
    let lines = |side: MergeSide| {
        let lost = lost.iter().filter(|l| l.side == side && l.path == v.path);
        u32::try_from(lost.count()).unwrap_or(u32::MAX)
    };
    let marker = |start: &[u8]| {
        v.result
            .split(|&b| b == b'\n')
            .any(|line| line.starts_with(start))
    };
    let outcome = match () {
        () if open || (marker(b"<<<<<<< ") && marker(b">>>>>>> ")) => Outcome::Unresolved,
        () if v.result == v.ours => Outcome::Ours,
        () if v.result == v.theirs => Outcome::Theirs,
        () if v.result.is_empty() => Outcome::Deleted,
        () => Outcome::Combined,
    };
    ResolvedFile {
        path: Arc::clone(&v.path),
        outcome,
        lost_ours: lines(MergeSide::Ours),
        lost_theirs: lines(MergeSide::Theirs),
    }
}

/// The text of a file in a tree; empty when it is not there, no text or too large.
fn blob(git: &Repository, root: Option<Oid>, path: &[u8]) -> Result<Vec<u8>, git2::Error> {
    let Some(root) = root else {
        return Ok(Vec::new());
    };
    let mut tree = git.find_tree(root)?;
    let mut parts = path.split(|&b| b == b'/').peekable();
    while let Some(part) = parts.next() {
        let Some((id, kind)) = tree.get_name_bytes(part).map(|e| (e.id(), e.kind())) else {
            return Ok(Vec::new());
        };
        match (parts.peek().is_some(), kind) {
            (true, Some(ObjectType::Tree)) => tree = git.find_tree(id)?,
            (false, Some(ObjectType::Blob)) => {
                let (size, _) = git.odb()?.read_header(id)?;
                if size as u64 > LARGE {
                    return Ok(Vec::new());
                }
                let bytes = git.find_blob(id)?.content().to_vec();
                return Ok(if binary(&bytes) { Vec::new() } else { bytes });
            }
            _ => return Ok(Vec::new()),
        }
    }
    Ok(Vec::new())
}

/// The text of a file of the work tree, under the same rules. Nothing outside of it is read, and no link is followed.
fn file(dir: &Path, path: &[u8]) -> Vec<u8> {
    let path = Path::new(OsStr::from_bytes(path));
    let mut at = dir.to_path_buf();
    for part in path.components() {
        let Component::Normal(name) = part else {
            return Vec::new();
        };
        at.push(name);
        if fs::symlink_metadata(&at).map_or(true, |meta| meta.is_symlink()) {
            return Vec::new();
        }
    }
    let read = |()| {
        let file = fs::File::open(&at)
            .ok()
            .filter(|f| f.metadata().is_ok_and(|m| m.is_file()))?;
        let mut bytes = Vec::new();
        file.take(LARGE + 1).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    };
    let bytes = read(()).unwrap_or_default();
    if bytes.len() as u64 > LARGE || binary(&bytes) {
        return Vec::new();
    }
    bytes
}
