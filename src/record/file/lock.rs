//! Who writes: one process at a time, by a lock that dies with it.

use super::{place, private};
use crate::record::RecordError;
use rustix::fs::{FlockOperation, flock};
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// Takes the lock of the recording at `path`; `None` when another process has it.
pub(super) fn take(path: &Path) -> Result<Option<File>, RecordError> {
    private(path).map_err(|e| place(path, "written", e))?;
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path.with_extension("recording"))
        .map_err(|e| place(path, "locked", e))?;
    match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(lock)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(e) => Err(place(path, "locked", e)),
    }
}

/// Moves a file and its companions out of the way; what was moved before is overwritten. Only for who has the lock.
pub(super) fn set_aside(path: &Path) -> io::Result<()> {
    let with = |suffix: &str| {
        let mut name = OsString::from(path);
        name.push(suffix);
        PathBuf::from(name)
    };
    for suffix in ["-wal", "-shm"] {
        if with(suffix).exists() {
            fs::remove_file(with(suffix))?;
        }
    }
    fs::rename(path, with(".damaged"))
}
