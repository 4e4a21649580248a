//! The key of an actor's audit chain: 32 random bytes in a file that only its owner reads.

use crate::domain::audit::Key;
use std::{
    fs::{self, DirBuilder},
    io::{self, Read as _, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::Path,
};
use tempfile::NamedTempFile;

/// Reads the key in `directory`, made with mode 0600 if there is none yet.
///
/// # Errors
/// As the file system says; [`io::ErrorKind::InvalidData`] for a file that holds no key.
pub fn key(directory: &Path) -> io::Result<Key> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let path = directory.join("audit.key");
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
    fs::File::open(&path)?.read_exact(&mut bytes).map_err(|_| {
        let why = format!("{} holds no key of 32 bytes", path.display());
        io::Error::new(io::ErrorKind::InvalidData, why)
    })?;
    Ok(Key(bytes))
}
