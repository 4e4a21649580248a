//! What stands in the tree of a commit: files, and what only looks like one.

use super::{CommitId, Plumbing, PlumbingError, failed};
use crate::domain::{swarmfile::is_path, text};
use git2::{ErrorCode, FileMode, ObjectType, Repository, Tree};
use std::path::Path;

/// Entries of a folder that are listed.
const CAP: usize = 10_000;

const FOLDER: i32 = 0o040_000;
const LINK: i32 = 0o120_000;
const MODULE: i32 = 0o160_000;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// Another repository.
    Module,
}

impl EntryKind {
    const fn of(mode: i32) -> Self {
        match mode {
            FOLDER => Self::Folder,
            LINK => Self::Link,
            MODULE => Self::Module,
            _ => Self::File,
        }
    }

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::Folder => "a folder",
            Self::Link => "a symbolic link",
            Self::Module => "a submodule",
        }
    }
}

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name as git holds it, invalid UTF-8 as U+FFFD: to compare, not to show.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// The object, in hex.
    pub object: String,
}

impl Plumbing {
    /// The file at `path` in a commit; `None` when nothing stands there. O(depth + size).
    ///
    /// # Errors
    /// [`PlumbingError::NoFile`] for a link, a folder or a submodule at the path or above it, [`PlumbingError::TooLarge`] beyond `cap` bytes.
    pub fn blob(
        &self,
        at: CommitId,
        path: &str,
        cap: usize,
    ) -> Result<Option<Vec<u8>>, PlumbingError> {
        let repo = self.open()?;
        let tree = tree_of(&repo, at)?;
        let safe = || text::line(text::head(path, 256)).into_owned();
        if !is_path(path) {
            return Err(PlumbingError::Path {
                path: safe(),
                why: "it is no plain path inside the repository",
            });
        }
        let Some((id, kind)) = find(&repo, &tree, path)? else {
            return Ok(None);
        };
        if kind != EntryKind::File {
            return Err(PlumbingError::NoFile {
                path: safe(),
                what: kind.words(),
            });
        }
        let reading = failed("reading a file");
        let (size, what) = (repo.odb())
            .and_then(|odb| odb.read_header(id))
            .map_err(&reading)?;
        if size > cap || what != ObjectType::Blob {
            let path = safe();
            return Err(PlumbingError::TooLarge { path, size, cap });
        }
        let blob = repo.find_blob(id).map_err(reading)?;
        Ok(Some(blob.content().to_vec()))
    }

    /// What a folder of a commit holds, by name, at most 10,000; nothing when there is no such folder. O(entries).
    ///
    /// # Errors
    /// [`PlumbingError::NoFile`] when a link or a file stands in its place.
    pub fn list(&self, at: CommitId, folder: &str) -> Result<Vec<Entry>, PlumbingError> {
        let repo = self.open()?;
        let root = tree_of(&repo, at)?;
        let tree = match find(&repo, &root, folder)? {
            None => return Ok(Vec::new()),
            Some((id, EntryKind::Folder)) => {
                repo.find_tree(id).map_err(failed("reading a folder"))?
            }
            Some((_, kind)) => {
                return Err(PlumbingError::NoFile {
                    path: text::line(text::head(folder, 256)).into_owned(),
                    what: kind.words(),
                });
            }
        };
        let entries = tree.iter().take(CAP).map(|entry| Entry {
            name: String::from_utf8_lossy(entry.name_bytes()).into_owned(),
            kind: EntryKind::of(entry.filemode_raw()),
            object: entry.id().to_string(),
        });
        Ok(entries.collect())
    }
}

fn tree_of(repo: &Repository, at: CommitId) -> Result<Tree<'_>, PlumbingError> {
    let tree = repo.find_commit(at.0).and_then(|commit| commit.tree());
    tree.map_err(failed("reading a commit"))
}

/// What stands at `path`, found name by name: a link on the way is not followed, it is what is found.
fn find(
    repo: &Repository,
    root: &Tree<'_>,
    path: &str,
) -> Result<Option<(git2::Oid, EntryKind)>, PlumbingError> {
    let mut here = root.id();
    let mut kind = EntryKind::Folder;
    for name in path.split('/') {
        if kind != EntryKind::Folder {
            // A file with something below it is nothing; a link or a module says so.
            return Ok((kind != EntryKind::File).then_some((here, kind)));
        }
        let tree = repo.find_tree(here).map_err(failed("reading a folder"))?;
        let Some(entry) = tree.get_name(name) else {
            return Ok(None);
        };
        (here, kind) = (entry.id(), EntryKind::of(entry.filemode_raw()));
    }
    Ok(Some((here, kind)))
}

/// Whether a file may be written at `path`: nothing on the way, or at it, is a link, a submodule or a file in place of a folder. Says the mode
/// of the file that stands there.
pub(super) fn may_write(
    repo: &Repository,
    tree: &Tree<'_>,
    path: &str,
) -> Result<Option<FileMode>, PlumbingError> {
    let refused = |why| PlumbingError::Path {
        path: text::line(text::head(path, 256)).into_owned(),
        why,
    };
    let ends = path.match_indices('/').map(|(at, _)| at);
    for end in ends {
        let folder = path.get(..end).unwrap_or_default();
        match find(repo, tree, folder)? {
            None => return Ok(None),
            Some((_, EntryKind::Folder)) => {}
            Some((_, EntryKind::Link)) => {
                return Err(refused("a folder above it is a symbolic link"));
            }
            Some(_) => return Err(refused("what stands above it is no folder")),
        }
    }
    match tree.get_path(Path::new(path)) {
        Err(e) if e.code() == ErrorCode::NotFound => Ok(None),
        Err(e) => Err(failed("reading a folder")(e)),
        Ok(entry) => match EntryKind::of(entry.filemode_raw()) {
            EntryKind::File if entry.filemode_raw() == 0o100_755 => {
                Ok(Some(FileMode::BlobExecutable))
            }
            EntryKind::File => Ok(Some(FileMode::Blob)),
            EntryKind::Link => Err(refused("a symbolic link stands there")),
            EntryKind::Folder => Err(refused("a folder stands there")),
            EntryKind::Module => Err(refused("a submodule stands there")),
        },
    }
}
