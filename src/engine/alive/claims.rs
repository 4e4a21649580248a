//! Who keeps which conversation alive on this machine. Each process holds the lock of one file that lists what it serves: a list whose lock is
//! free is that of a process that is gone. One open file for each process, however many conversations.

use crate::domain::{ConversationId, Timestamp, text};
use rustix::fs::{FlockOperation, flock};
use std::{
    collections::BTreeMap,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// Bytes of a list that are read.
const CAP: u64 = 1 << 20;

/// What this process claims. It ends with the process, or when it is dropped.
#[derive(Debug)]
pub struct Claims {
    dir: PathBuf,
    own: PathBuf,
    file: File,
    since: Timestamp,
}

impl Claims {
    /// Takes part, in the directory `dir`, which is made.
    ///
    /// # Errors
    /// As the file system says.
    pub fn open(dir: &Path, now: Timestamp) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let _others_wait = gate(dir)?;
        let taken = (0u32..).find_map(|n| {
            let own = dir.join(format!("{}-{n}", std::process::id()));
            match open(&own) {
                Ok(file) => match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                    Ok(()) => Some(Ok((own, file))),
                    Err(rustix::io::Errno::WOULDBLOCK) if n < 64 => None,
                    Err(error) => Some(Err(error.into())),
                },
                Err(error) => Some(Err(error)),
            }
        });
        let (own, file) = taken.unwrap_or_else(|| Err(io::ErrorKind::ResourceBusy.into()))?;
        Ok(Self {
            dir: dir.to_owned(),
            own,
            file,
            since: now,
        })
    }

    /// Claims these conversations, and no other any more. Those that somebody else serves are left to them: who that is, neutralised.
    /// O(processes + conversations).
    ///
    /// # Errors
    /// As the file system says.
    pub fn claim(
        &mut self,
        wanted: &[ConversationId],
    ) -> io::Result<BTreeMap<ConversationId, String>> {
        let _others_wait = gate(&self.dir)?;
        let mut held = BTreeMap::new();
        for entry in fs::read_dir(&self.dir)?.flatten() {
            let path = entry.path();
            if path == self.own || entry.file_name() == "lock" {
                continue;
            }
            let Ok(other) = open(&path) else { continue };
            if flock(&other, FlockOperation::NonBlockingLockExclusive).is_ok() {
                let _gone = fs::remove_file(&path);
                continue;
            }
            let mut list = String::new();
            let _partly = (&other).take(CAP).read_to_string(&mut list);
            let mut lines = list.lines();
            let holder = text::line(lines.next().unwrap_or_default()).into_owned();
            for id in lines {
                held.insert(id.to_owned(), holder.clone());
            }
        }
        let mut list = self.words();
        let mut refused = BTreeMap::new();
        for id in wanted {
            let line = id.raw().replace(['\n', '\r'], " ");
            if let Some(holder) = held.get(&line) {
                refused.insert(id.clone(), holder.clone());
            } else {
                list.push_str(&line);
                list.push('\n');
            }
        }
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(list.as_bytes())?;
        self.file.set_len(list.len() as u64)?;
        Ok(refused)
    }

    /// Removes the lists of processes that are gone.
    ///
    /// # Errors
    /// As the file system says.
    pub fn sweep(dir: &Path) -> io::Result<()> {
        let _others_wait = gate(dir)?;
        for entry in fs::read_dir(dir)?.flatten() {
            let path = entry.path();
            if entry.file_name() == "lock" {
                continue;
            }
            let Ok(other) = open(&path) else { continue };
            if flock(&other, FlockOperation::NonBlockingLockExclusive).is_ok() {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// Who we are, as the others read it.
    fn words(&self) -> String {
        format!("pid {} since {}\n", std::process::id(), self.since)
    }
}

/// Conversations whose keep-alive on this machine was there and does not run any more, and what became of it: its process is gone without
/// having said goodbye, or it is stopped. Whoever ended in order left no list behind, and nothing is known of him. O(processes +
/// conversations); changes nothing.
#[must_use]
pub fn perished(dir: &Path) -> BTreeMap<ConversationId, &'static str> {
    let (mut lost, mut alive) = (BTreeMap::new(), Vec::new());
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_name() == "lock" {
            continue;
        }
        let Ok(file) = File::open(entry.path()) else {
            continue;
        };
        let free = flock(&file, FlockOperation::NonBlockingLockShared).is_ok();
        let mut words = String::new();
        let _partly = (&file).take(CAP).read_to_string(&mut words);
        let mut lines = words.lines();
        let holder = lines.next().unwrap_or_default();
        let fate = match holder.split(' ').nth(1) {
            _ if free => Some("gone"),
            Some(pid) if stopped(pid) => Some("stopped"),
            _ => None,
        };
        let ids = lines.map(ConversationId::from);
        match fate {
            Some(fate) => lost.extend(ids.map(|id| (id, fate))),
            None => alive.extend(ids),
        }
    }
    for id in alive {
        lost.remove(&id);
    }
    lost
}

/// Whether the process was stopped by a signal. Where `/proc` tells nothing it was not.
fn stopped(pid: &str) -> bool {
    let plain = !pid.is_empty() && pid.bytes().all(|b| b.is_ascii_digit());
    let Some(stat) = plain.then(|| fs::read_to_string(format!("/proc/{pid}/stat"))) else {
        return false;
    };
    // The name of the program stands in parentheses, and may hold anything.
    let state = stat
        .ok()
        .and_then(|s| Some(s.rsplit_once(") ")?.1.chars().next()));
    matches!(state.flatten(), Some('T' | 't'))
}

impl Drop for Claims {
    fn drop(&mut self) {
        let _gone = fs::remove_file(&self.own);
    }
}

/// Keeps the others waiting while a list is read and written: microseconds.
fn gate(dir: &Path) -> io::Result<File> {
    let gate = open(&dir.join("lock"))?;
    flock(&gate, FlockOperation::LockExclusive)?;
    Ok(gate)
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}
