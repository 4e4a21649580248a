//! The keys of the audit chains: for each actor 32 random bytes in a file that only its owner reads.

use crate::domain::audit::{Key, fingerprint};
use std::{
    fs::{self, DirBuilder},
    io::{self, Read as _, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// Reads the key of `actor` in `directory`, made with mode 0600 if there is none yet.
///
/// # Errors
/// As the file system says; [`io::ErrorKind::InvalidData`] for a file that holds no key.
pub fn key(directory: &Path, actor: &str) -> io::Result<Key> {
    let path = place(directory, actor);
    let directory = path.parent().unwrap_or(directory);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let mut bytes = [0; 32];
    if !path.exists() {
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        // Whole or not at all: another process may look for it at this moment, or make its own.
        let mut file = NamedTempFile::new_in(directory)?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(&path) {
            Ok(_) => return Ok(Key(bytes)),
            Err(lost) if lost.error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(lost) => return Err(lost.error),
        }
    }
    read(&path)
}

/// Reads the key of `actor` in `directory` when there is one. Makes nothing.
#[must_use]
pub fn known_key(directory: &Path, actor: &str) -> Option<Key> {
    read(&place(directory, actor)).ok()
}

/// The name is made from the actor's, so that any name is one of a file.
fn place(directory: &Path, actor: &str) -> PathBuf {
    let name = format!("{}.key", fingerprint(actor));
    directory.join("keys").join(name)
}

fn read(path: &Path) -> io::Result<Key> {
    let mut bytes = [0; 32];
    fs::File::open(path)?.read_exact(&mut bytes).map_err(|_| {
        let why = format!("{} holds no key of 32 bytes", path.display());
        io::Error::new(io::ErrorKind::InvalidData, why)
    })?;
    Ok(Key(bytes))
}
