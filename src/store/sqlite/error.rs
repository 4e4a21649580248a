//! What a failure of SQLite means to an operator.

use crate::domain::text;
use crate::store::StoreError;
use rusqlite::{Error, ErrorCode};
use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

/// The file that every error is about.
pub(super) struct Subject {
    path: PathBuf,
    name: String,
}

/// Which file a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
    empty: bool,
}

/// What is true around a database that could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Surroundings {
    exists: bool,
    directory_writable: bool,
}

/// What SQLite's code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    NotFound,
    NotADatabase,
    Busy,
    Damaged,
    Replaced,
    NeedsWritableDirectory,
    NotWritable,
    Full,
    Other,
}

/// `SQLITE_READONLY_DBMOVED`.
const MOVED: i32 = 0x0408;
/// `SQLITE_IOERR_SHORT_READ`.
const SHORT_READ: i32 = 0x020a;

fn meaning(code: ErrorCode, extended: i32, around: Surroundings) -> Meaning {
    match code {
        ErrorCode::NotADatabase => Meaning::NotADatabase,
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::FileLockingProtocolFailed => Meaning::Busy,
        ErrorCode::DatabaseCorrupt => Meaning::Damaged,
        ErrorCode::SystemIoFailure if extended == SHORT_READ => Meaning::Damaged,
        ErrorCode::ReadOnly if extended == MOVED => Meaning::Replaced,
        ErrorCode::CannotOpen | ErrorCode::ReadOnly if !around.exists => Meaning::NotFound,
        ErrorCode::CannotOpen | ErrorCode::ReadOnly if !around.directory_writable => {
            Meaning::NeedsWritableDirectory
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Meaning::NotWritable,
        ErrorCode::DiskFull => Meaning::Full,
        _ => Meaning::Other,
    }
}

impl Subject {
    pub(super) fn new(path: PathBuf) -> Self {
        let name = text::line(&path.to_string_lossy()).into_owned();
        Self { path, name }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The path as people read it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Asks for the identity by path; opens nothing.
    pub(super) fn identify(&self) -> Result<Identity, StoreError> {
        let file = fs::metadata(&self.path).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => StoreError::NotFound {
                path: self.name.clone(),
            },
            _ => self.backend("open", e.into()),
        })?;
        if !file.is_file() {
            return Err(StoreError::NotADatabase {
                path: self.name.clone(),
            });
        }
        Ok(Identity {
            device: file.dev(),
            inode: file.ino(),
            empty: file.len() == 0,
        })
    }

    pub(super) fn replaced(&self) -> StoreError {
        StoreError::Replaced {
            path: self.name.clone(),
        }
    }

    pub(super) fn rewound(&self) -> StoreError {
        StoreError::Rewound {
            path: self.name.clone(),
        }
    }

    /// `found` comes from a foreign database and is neutralised here.
    pub(super) fn unknown_schema(&self, found: &str) -> StoreError {
        StoreError::UnknownSchema {
            path: self.name.clone(),
            found: text::line(found).into_owned(),
        }
    }

    pub(super) fn error(&self, operation: &'static str, error: Error) -> StoreError {
        let Some(code) = error.sqlite_error().copied() else {
            return self.backend(operation, error.into());
        };
        let path = self.name.clone();
        match meaning(code.code, code.extended_code, self.surroundings()) {
            Meaning::NotFound => StoreError::NotFound { path },
            Meaning::NotADatabase => StoreError::NotADatabase { path },
            Meaning::Busy => StoreError::Busy { path },
            Meaning::Replaced => StoreError::Replaced { path },
            Meaning::NeedsWritableDirectory => StoreError::NeedsWritableDirectory { path },
            Meaning::NotWritable => StoreError::NotWritable {
                path,
                why: "the file, or its directory, is read-only".to_owned(),
            },
            Meaning::Full => StoreError::Full { path },
            Meaning::Damaged => StoreError::Damaged {
                path,
                detail: text::line(&error.to_string()).into_owned(),
            },
            Meaning::Other => self.backend(operation, error.into()),
        }
    }

    /// What the file system refuses.
    pub(super) fn file(&self, operation: &'static str, error: io::Error) -> StoreError {
        let path = self.name.clone();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                StoreError::NotWritable {
                    path,
                    why: text::line(&error.to_string()).into_owned(),
                }
            }
            _ => self.backend(operation, error.into()),
        }
    }

    fn backend(
        &self,
        operation: &'static str,
        source: Box<dyn std::error::Error + Send + Sync>,
    ) -> StoreError {
        StoreError::Backend {
            operation,
            path: self.name.clone(),
            source,
        }
    }

    fn surroundings(&self) -> Surroundings {
        let directory = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        Surroundings {
            exists: self.path.exists(),
            directory_writable: rustix::fs::access(directory, rustix::fs::Access::WRITE_OK).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests;
