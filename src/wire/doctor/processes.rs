//! Processes of this machine, as far as `/proc` shows them: who has the bridge's file open or holds a lock on it, and which of the protocol's scripts
//! run. Arguments are read for the names of scripts, and never shown: they may hold tokens.

use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt as _, fs::MetadataExt as _},
    path::{Path, PathBuf},
    sync::mpsc::sync_channel,
    time::Duration,
};
use swarmwarden::{
    domain::text,
    headless::doctor::facts::{Holder, Processes},
};

/// Scripts of the protocol, and what runs their steps.
const SCRIPTS: [&str; 5] = [
    "mcp-keepalive-daemon",
    "keepalive_client",
    "mcp-watchdog",
    "s2-credential-sync",
    "mcp-fs-watcher",
];
/// Looks at a lock: whoever holds it in all of them keeps others out.
const LOOKS: usize = 8;
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// First byte of the lock that keeps other writers out, in a file without a write-ahead log: pending, reserved, shared.
const PENDING: u64 = 0x4000_0000;
/// The same in the index of a write-ahead log.
const WAL_WRITE: u64 = 120;

/// What a process does with the file at one look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Held {
    writes: bool,
    alone: bool,
}

/// Looks at every process.
pub(super) fn look(bridge: Option<&Path>) -> Processes {
    let all = numbers();
    let seen = !all.is_empty();
    let scripts = all.iter().filter_map(|pid| Some((script(*pid)?, *pid)));
    let mut found = Processes {
        seen,
        scripts: scripts.collect(),
        holders: Vec::new(),
    };
    let Some(bridge) = bridge.filter(|_| seen) else {
        return found;
    };
    let files = Files::of(bridge);
    let mut holders = files.holders(&all);
    // Nobody sends: it is a pause that needs no clock.
    let (_keep, never) = sync_channel::<()>(1);
    for _ in 1..LOOKS {
        if !holders.iter().any(|(_, held)| held.writes || held.alone) {
            break;
        }
        let _over = never.recv_timeout(PAUSE);
        let again = files.holders(&all);
        for (pid, held) in &mut holders {
            let now = again.iter().find(|(other, _)| other == pid);
            let now = now.map(|(_, held)| *held).unwrap_or_default();
            held.writes &= now.writes;
            held.alone &= now.alone;
        }
    }
    let named = holders.into_iter().map(|(pid, held)| Holder {
        pid,
        command: command(pid),
        writes: held.writes,
        alone: held.alone,
    });
    found.holders = named.collect();
    found
}

/// Numbers of processes, except our own.
fn numbers() -> Vec<u32> {
    let own = std::process::id();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let named = entries.filter_map(|e| e.file_name().to_str()?.parse().ok());
    named.filter(|pid| *pid != own).collect()
}

/// The program, and the script that it runs.
fn command(pid: u32) -> String {
    let words = arguments(pid);
    let name = |word: &Vec<u8>| {
        let path = PathBuf::from(OsStr::from_bytes(word));
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
        name.unwrap_or_default()
    };
    let Some(program) = words.first().map(name) else {
        let comm = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        return text::line(comm.trim()).into_owned();
    };
    let runs = ["python", "bash", "sh", "node", "perl", "ruby"];
    let script = words.get(1).filter(|w| !w.starts_with(b"-")).map(name);
    let script = script.filter(|_| runs.iter().any(|r| program.starts_with(r)));
    let whole = script.map_or_else(|| program.clone(), |script| format!("{program} {script}"));
    text::line(text::head(&whole, 128)).into_owned()
}

fn arguments(pid: u32) -> Vec<Vec<u8>> {
    let raw = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words = raw.split(|b| *b == 0).take(3);
    words
        .filter(|w| !w.is_empty())
        .map(<[u8]>::to_vec)
        .collect()
}

/// The script of the protocol that a process runs: one of its first words names it.
fn script(pid: u32) -> Option<String> {
    let words = arguments(pid);
    let names = words
        .iter()
        .filter_map(|w| Path::new(OsStr::from_bytes(w)).file_name());
    let names: Vec<_> = names.map(OsStr::to_string_lossy).collect();
    let found = SCRIPTS
        .iter()
        .find(|s| names.iter().any(|n| n.starts_with(**s)))?;
    Some((*found).to_owned())
}

/// The files of a bridge.
struct Files {
    all: [PathBuf; 4],
    /// Inodes of the database and of its index.
    inodes: [Option<u64>; 2],
}

impl Files {
    fn of(bridge: &Path) -> Self {
        let with = |end: &str| {
            let mut name = bridge.as_os_str().to_owned();
            name.push(end);
            PathBuf::from(name)
        };
        let inode = |path: &Path| fs::metadata(path).ok().map(|m| m.ino());
        let index = with("-shm");
        Self {
            inodes: [inode(bridge), inode(&index)],
            all: [bridge.to_owned(), with("-wal"), index, with("-journal")],
        }
    }

    /// Who has one of them open or locked. O(processes + their files).
    fn holders(&self, all: &[u32]) -> Vec<(u32, Held)> {
        let mut found: Vec<(u32, Held)> = Vec::new();
        for pid in all {
            if let Some(held) = self.opened(*pid) {
                found.push((*pid, held));
            }
        }
        // Whose files we may not see is still in the list of locks.
        let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
        for lock in locks.lines() {
            let words: Vec<_> = lock.split_whitespace().filter(|w| *w != "->").collect();
            let [_, _, _, _, pid, place, ..] = words.as_slice() else {
                continue;
            };
            let inode = place.rsplit(':').next().and_then(|n| n.parse::<u64>().ok());
            let Some(pid) = pid.parse::<u32>().ok().filter(|pid| all.contains(pid)) else {
                continue;
            };
            let known = found.iter().any(|(other, _)| *other == pid);
            let which = self
                .inodes
                .iter()
                .position(|own| own.is_some() && *own == inode);
            if let Some(which) = which.filter(|_| !known && !readable(pid)) {
                found.push((pid, held(lock, which == 1)));
            }
        }
        found
    }

    /// What a process does with them; `None` when it has none open, or may not be looked into.
    fn opened(&self, pid: u32) -> Option<Held> {
        let mut found: Option<Held> = None;
        for entry in fs::read_dir(format!("/proc/{pid}/fd")).ok()?.flatten() {
            let Ok(to) = fs::read_link(entry.path()) else {
                continue;
            };
            let Some(which) = self.all.iter().position(|own| *own == to) else {
                continue;
            };
            let found = found.get_or_insert_default();
            let number = entry.file_name().to_string_lossy().into_owned();
            let about =
                fs::read_to_string(format!("/proc/{pid}/fdinfo/{number}")).unwrap_or_default();
            for lock in about.lines().filter_map(|l| l.strip_prefix("lock:")) {
                let one = held(lock, which == 2);
                found.writes |= one.writes;
                found.alone |= one.alone;
            }
        }
        found
    }
}

/// Whether we may look into a process.
fn readable(pid: u32) -> bool {
    fs::read_dir(format!("/proc/{pid}/fd")).is_ok()
}

/// What a line of a lock means: `1: POSIX ADVISORY WRITE pid place first last`.
fn held(lock: &str, index: bool) -> Held {
    let words: Vec<_> = lock.split_whitespace().collect();
    let [.., first, last] = words.as_slice() else {
        return Held::default();
    };
    let write = words.contains(&"WRITE");
    let first = first.parse::<u64>().unwrap_or(u64::MAX);
    let last = last.parse::<u64>().unwrap_or(u64::MAX);
    if index {
        let writes = write && (first..=last).contains(&WAL_WRITE);
        return Held {
            writes,
            alone: false,
        };
    }
    // Reserved is one byte, shared ones follow: whoever locks those to write is alone.
    let shared = PENDING + 2;
    Held {
        writes: write && (first..=last).contains(&(PENDING + 1)),
        alone: write && last >= shared && first <= shared + 509,
    }
}

#[cfg(test)]
mod tests {
    use super::held;

    #[test]
    fn a_lock_says_whom_it_keeps_out() {
        let of = |kind: &str, first: u64, last: u64, index| {
            let held = held(
                &format!("1: POSIX ADVISORY {kind} 7 00:2a:99 {first} {last}"),
                index,
            );
            (held.writes, held.alone)
        };
        assert_eq!(of("WRITE", 120, 120, true), (true, false));
        assert_eq!(of("READ", 123, 123, true), (false, false));
        assert_eq!(
            of("WRITE", 1_073_741_825, 1_073_741_825, false),
            (true, false)
        );
        assert_eq!(
            of("WRITE", 1_073_741_824, 1_073_742_335, false),
            (true, true)
        );
        assert_eq!(
            of("READ", 1_073_741_826, 1_073_742_335, false),
            (false, false)
        );
    }
}
