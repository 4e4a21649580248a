//! Where a database really lies.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

/// The directory to watch, and the name of the database in it.
pub(super) struct Place {
    pub(super) directory: PathBuf,
    name: OsString,
}

impl Place {
    /// Follows links, because the database engine does: its log lies beside the target.
    pub(super) fn of(path: &Path) -> Self {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        Self {
            directory: directory.to_owned(),
            name: path.file_name().unwrap_or_default().to_owned(),
        }
    }

    /// The files that a commit writes: the database, its write-ahead log, its rollback journal.
    pub(super) fn names(&self) -> [OsString; 3] {
        ["", "-wal", "-journal"].map(|suffix| {
            let mut name = self.name.clone();
            name.push(OsStr::new(suffix));
            name
        })
    }
}

/// The kind of file system under `path`, when it is one that other machines write to unseen: no events, and no memory shared
/// between the readers and writers of a write-ahead log. `None` for a local one, or when it cannot be found out.
#[must_use]
pub fn network_file_system(path: &Path) -> Option<&'static str> {
    #[cfg(target_os = "linux")]
    {
        let found = rustix::fs::statfs(path).ok()?;
        // Magic numbers are 32 bits wide; the field is wider on some machines and signed on others.
        let magic = u32::try_from(i128::from(found.f_type) & 0xffff_ffff).ok()?;
        kind(magic)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = path;
        None
    }
}

/// The name of a file system by its magic number, as in `linux/magic.h`.
#[cfg(target_os = "linux")]
const fn kind(magic: u32) -> Option<&'static str> {
    match magic {
        0x6969 => Some("NFS"),
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => Some("SMB"),
        0x0102_1997 => Some("9p"),
        0x6573_5546 => Some("FUSE"),
        0x00c3_6400 => Some("Ceph"),
        0x5346_414f => Some("AFS"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
