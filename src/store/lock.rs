//! Who acts by itself on a bridge: the holder of an advisory lock on a file beside it. It dies with its holder. Safety does not rest
//! on it, only economy: without it two watchdogs would decide the same and one of them be refused.

use crate::domain::Timestamp;
use rustix::fs::{FlockOperation, flock};
use std::{
    ffi::OsString,
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// The lock, held until it is dropped.
#[derive(Debug)]
pub struct ActingLock {
    _file: File,
}

/// What became of an attempt.
#[derive(Debug)]
pub enum Locked {
    /// It is ours.
    Ours(ActingLock),
    /// Somebody else holds it; what they wrote about themselves, raw.
    Theirs(String),
}

impl ActingLock {
    /// Takes the lock on `bridge`: beside it, or in `fallback` where its directory cannot be written.
    ///
    /// # Errors
    /// As the file system says, when neither place can be written.
    pub fn take(
        bridge: &Path,
        fallback: Option<&Path>,
        actor: &str,
        now: Timestamp,
    ) -> io::Result<Locked> {
        let [beside, elsewhere] = Self::both(bridge, fallback);
        let mut file =
            match beside.map_or_else(|| Err(io::ErrorKind::NotFound.into()), |p| open(&p)) {
                Ok(file) => file,
                Err(error) => match elsewhere {
                    Some(path) => open(&path).map_err(|_| error)?,
                    None => return Err(error),
                },
            };
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let mut holder = String::new();
                let _unread = file.take(512).read_to_string(&mut holder);
                return Ok(Locked::Theirs(holder));
            }
            Err(error) => return Err(error.into()),
        }
        let words = format!("pid {}\nactor {actor}\nsince {now}\n", std::process::id());
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(words.as_bytes())?;
        Ok(Locked::Ours(Self { _file: file }))
    }

    /// Where the lock on `bridge` may lie. Makes nothing.
    #[must_use]
    pub fn places(bridge: &Path, fallback: Option<&Path>) -> Vec<PathBuf> {
        Self::both(bridge, fallback).into_iter().flatten().collect()
    }

    fn both(bridge: &Path, fallback: Option<&Path>) -> [Option<PathBuf>; 2] {
        let real = bridge.canonicalize().unwrap_or_else(|_| bridge.to_owned());
        let mut name = OsString::from(real.file_name().unwrap_or_default());
        name.push(".swarmwarden.lock");
        let beside = real.with_file_name(&name);
        [Some(beside), fallback.map(|dir| elsewhere(dir, &real))]
    }

    /// Empties a lock file whose holder is gone. The file stays: somebody may be about to lock it.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when somebody holds it; as the file system says.
    pub fn clear(path: &Path) -> io::Result<()> {
        let file = OpenOptions::new()
            .write(true)
            .custom_flags(NOFOLLOW)
            .open(path)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        file.set_len(0)
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        // In a directory of all, a link may lead to a file of ours.
        .custom_flags(NOFOLLOW)
        .open(path)
}

const NOFOLLOW: i32 = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();

fn elsewhere(dir: &Path, real: &Path) -> PathBuf {
    super::Sidecar::place(dir, real).with_extension("lock")
}

#[cfg(test)]
mod tests {
    use super::{ActingLock, Locked};
    use crate::domain::Timestamp;

    #[test]
    fn one_holds_it_and_it_ends_with_its_holder() {
        let dir = tempfile::tempdir().unwrap();
        let bridge = dir.path().join("bridge.db");
        std::fs::write(&bridge, b"").unwrap();
        let take = |who| ActingLock::take(&bridge, None, who, Timestamp(0)).unwrap();
        let ours = take("ana@desk");
        assert!(matches!(&ours, Locked::Ours(_)));
        let Locked::Theirs(words) = take("bob@desk") else {
            panic!("two hold it");
        };
        assert!(words.contains("ana@desk"), "{words}");
        drop(ours);
        assert!(matches!(take("bob@desk"), Locked::Ours(_)));
    }

    #[test]
    fn where_the_directory_cannot_be_written_it_lies_elsewhere() {
        let dir = tempfile::tempdir().unwrap();
        let bridge = std::path::Path::new("/proc/version");
        let found = ActingLock::take(bridge, Some(dir.path()), "ana", Timestamp(0)).unwrap();
        assert!(matches!(found, Locked::Ours(_)));
        assert!(ActingLock::take(bridge, None, "ana", Timestamp(0)).is_err());
    }
}
