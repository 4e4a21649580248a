//! `backup`: a verified copy, and no more of them than wanted.

use super::{Bridge, Failure, place, shown, words};
use crate::{cli, wire::health};
use std::{
    ffi::OsStr,
    fs::{self, DirBuilder},
    io::{self, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};
use swarmwarden::{
    domain::{Timestamp, audit::fingerprint},
    engine::Clock,
    headless::Exit,
    settings::Settings,
    store::{Sidecar, SqliteStore, Tally},
};

/// Ends the name of a copy.
const END: &str = ".backup";

/// `backup`.
pub(in super::super) fn run(settings: &Settings, asked: &cli::Backup) -> Result<Exit, Failure> {
    let db = Bridge::of_file(settings)?;
    let now = Clock::system().now();
    let file = asked.to.as_deref().filter(|to| is_file(to));
    let (to, dir) = match (file, &asked.to) {
        (Some(file), _) => (file.to_owned(), None),
        (None, Some(dir)) => (free(dir, db, &end(db), now), Some(dir.clone())),
        (None, None) => {
            let dir = place(settings, db)?;
            (free(&dir, db, &end(db), now), Some(dir))
        }
    };
    if asked.keep.is_some() && dir.is_none() {
        let why = "--keep counts copies in a directory: name one with --to DIR";
        return Err(Failure::Usage(why.to_owned()));
    }
    let tally = copy(db, &to)?;
    remember(settings, db, &to, now);
    let mut out = io::stdout().lock();
    writeln!(out, "{}", shown(&to))?;
    writeln!(io::stderr(), "verified: {}", words(&tally))?;
    if let Some((dir, keep)) = dir.zip(asked.keep) {
        for gone in rotate(&dir, db, keep)? {
            writeln!(io::stderr(), "removed: {}", shown(&gone))?;
        }
    }
    Ok(Exit::Ok)
}

/// Ends the name of what is noted beside our memory of a bridge: when `backup` copied it last, and where to.
const LAST: &str = "last-backup";

/// Notes that a copy was made, wherever it lies. That it cannot be noted is no reason to have none.
fn remember(settings: &Settings, db: &Path, to: &Path, now: Timestamp) {
    let Some(state) = settings.state.as_deref() else {
        return;
    };
    let words = serde_json::json!({"at": now, "path": shown(to)}).to_string();
    let made = DirBuilder::new().recursive(true).mode(0o700).create(state);
    let _unnoted =
        made.and_then(|()| fs::write(Sidecar::place(state, db).with_extension(LAST), words));
}

/// When `backup` copied this bridge last, from this machine.
pub(super) fn newest(settings: &Settings, db: &Path) -> Option<Timestamp> {
    let path = Sidecar::place(settings.state.as_deref()?, db).with_extension(LAST);
    let noted: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
    Timestamp::parse(noted.get("at")?.as_str()?)
}

/// Whether a place is meant as a file: it is none that exists as a directory, and its name does not end like one.
fn is_file(to: &Path) -> bool {
    let ends = to.as_os_str().as_encoded_bytes().ends_with(b"/");
    to.is_file() || !to.is_dir() && !ends && to.extension().is_some()
}

/// A name in a directory, by the time, so that names sort as the copies were made.
pub(super) fn free(dir: &Path, db: &Path, end: &str, now: Timestamp) -> PathBuf {
    let name = db.file_name().unwrap_or_default().to_string_lossy();
    let second = Timestamp(now.0 - now.0.rem_euclid(1_000_000));
    let stamp = second.naive().replace(['-', ':'], "");
    let fraction = now.0.rem_euclid(1_000_000);
    dir.join(format!("{name}.{stamp}.{fraction:06}Z{end}"))
}

/// A verified copy at `to`.
pub(super) fn copy(db: &Path, to: &Path) -> Result<Tally, Failure> {
    if let Some(dir) = to.parent().filter(|d| !d.as_os_str().is_empty()) {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
        made.map_err(|e| Failure::Place(dir.to_owned(), e))?;
    }
    SqliteStore::sweep_parts(to, health::lives);
    Ok(SqliteStore::back_up(db, to)?)
}

/// Removes all but the newest `keep` copies of this bridge that `backup` made in `dir`.
fn rotate(dir: &Path, db: &Path, keep: u32) -> Result<Vec<PathBuf>, Failure> {
    let failed = |e| Failure::Place(dir.to_owned(), e);
    let (name, end) = (db.file_name().unwrap_or_default(), end(db));
    let entries = fs::read_dir(dir).map_err(failed)?.flatten();
    let own = entries.filter(|e| is_own(&e.file_name(), name, &end));
    let mut all: Vec<PathBuf> = own.map(|e| e.path()).filter(|p| p.is_file()).collect();
    all.sort();
    let keep = usize::try_from(keep).unwrap_or(usize::MAX);
    all.truncate(all.len().saturating_sub(keep));
    for path in &all {
        fs::remove_file(path).map_err(failed)?;
    }
    Ok(all)
}

/// How the names of this bridge's copies end: bridges of one name in different places are told apart.
fn end(db: &Path) -> String {
    let real = db.canonicalize().unwrap_or_else(|_| db.to_owned());
    let mut tag = fingerprint(&real.to_string_lossy());
    tag.truncate(8);
    format!(".{tag}{END}")
}

/// Whether a file is named as `backup` names one of this bridge: `bridge.db.20251113T160800.000001Z.0a1b2c3d.backup`.
fn is_own(file: &OsStr, db: &OsStr, end: &str) -> bool {
    let (file, db) = (file.to_string_lossy(), db.to_string_lossy());
    let middle = file.strip_prefix(&*db).and_then(|f| f.strip_prefix('.'));
    let Some(stamp) = middle.and_then(|f| f.strip_suffix(end)) else {
        return false;
    };
    let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    let whole = stamp.strip_suffix('Z').and_then(|s| s.split_once('.'));
    let parts = whole.and_then(|(second, fraction)| Some((second.split_once('T')?, fraction)));
    parts.is_some_and(|((day, time), fraction)| {
        digits(day, 8) && digits(time, 6) && digits(fraction, 6)
    })
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn only_copies_of_this_bridge_are_ours() {
        let own = |name: &str| is_own(name.as_ref(), "bridge.db".as_ref(), ".0a1b2c3d.backup");
        assert!(own("bridge.db.20251113T160800.000001Z.0a1b2c3d.backup"));
        for other in [
            "bridge.db",
            "bridge.db.backup",
            "bridge.db.20251113T160800.000001Z.ffffffff.backup",
            "bridge.db.20251113.0a1b2c3d.backup",
            "bridge.db.before-the-holidays.0a1b2c3d.backup",
            "other.db.20251113T160800.000001Z.0a1b2c3d.backup",
            "bridge.db.20251113T160800.000001Z.replaced",
            "bridge.db.20251113T160800.00000xZ.0a1b2c3d.backup",
        ] {
            assert!(!own(other), "{other}");
        }
    }
}
