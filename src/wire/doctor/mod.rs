//! `doctor`: looks at everything that the protocol's guide names, has it judged, and mends what is safe to mend.

mod bridge;
mod git;
mod host;
mod processes;

pub(super) use host::PROGRAM;

use super::{failure::Failure, health};
use crate::cli::{Common, Doctor, Format};
use std::{
    fs::{self, DirBuilder, Permissions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};
use swarmwarden::{
    domain::text,
    engine::{Clock, alive::Claims},
    headless::{
        Exit,
        doctor::{self as report, Facts, Fix, facts, write},
    },
    settings::Settings,
    store::{ActingLock, Sidecar},
};

/// `doctor`.
pub(super) fn run(settings: &Settings, common: &Common, asked: &Doctor) -> Result<Exit, Failure> {
    let (mut facts, mut mended) = (gather(settings, common), Vec::new());
    if asked.fix {
        for fix in report::fixes(&facts) {
            mended.push(mend(settings, &fix));
        }
        if !mended.is_empty() {
            facts = gather(settings, common);
        }
    }
    let findings = report::judge(&facts);
    let mut out = io::BufWriter::new(io::stdout().lock());
    match asked.output {
        Format::Text => write::text(&mut out, &findings, &mended)?,
        Format::Json => {
            let subject = (facts.bridge.path.as_deref(), facts.now);
            let value = write::json(&findings, &mended, subject);
            serde_json::to_writer_pretty(&mut out, &value).map_err(io::Error::from)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(report::exit(&findings))
}

/// Who has the bridge's file open, except us.
pub(super) fn holders(bridge: &Path) -> Vec<facts::Holder> {
    processes::look(Some(bridge)).holders
}

/// Looks at everything.
pub(super) fn gather(settings: &Settings, common: &Common) -> Facts {
    let clock = Clock::system();
    let now = clock.now();
    let bridge = bridge::look(settings, common);
    let real = settings.db.as_deref().and_then(|p| p.canonicalize().ok());
    let rows = bridge::rows(settings.db.as_deref(), now);
    Facts {
        now,
        user: rustix::process::geteuid().as_raw(),
        processes: processes::look(real.as_deref()),
        daemons: health::place(settings).map_or_else(Vec::new, |dir| health::daemons(&dir, &clock)),
        wanted: settings.with.iter().map(|j| j.name().to_owned()).collect(),
        stale: stale(settings),
        host: host::look(settings, common),
        git: git::look(settings, now),
        bridge,
        rows,
    }
}

/// A path as it is shown.
fn shown(path: &Path) -> String {
    text::line(&path.to_string_lossy()).into_owned()
}

/// What a path leads to; `None` when there is nothing.
fn file(path: &Path) -> Option<facts::File> {
    use rustix::fs::{Access, access};
    let found = fs::metadata(path).ok()?;
    Some(facts::File {
        path: shown(path),
        owner: found.uid(),
        mode: found.mode() & 0o7777,
        bytes: found.len(),
        readable: access(path, Access::READ_OK).is_ok(),
        writable: access(path, Access::WRITE_OK).is_ok(),
        is_file: found.is_file(),
    })
}

/// Bytes that we may still write where `path` lies.
fn room(path: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(path).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// What processes left that are gone.
fn stale(settings: &Settings) -> Vec<facts::Stale> {
    let mut all = Vec::new();
    let Some(db) = settings.db.as_deref().filter(|_| health::visible()) else {
        return all;
    };
    let gone = |path: &Path, pid| facts::Stale {
        path: shown(path),
        pid,
    };
    for path in ActingLock::places(db, settings.state.as_deref()) {
        let words = fs::read_to_string(&path).unwrap_or_default();
        let pid = words
            .lines()
            .next()
            .and_then(|l| l.strip_prefix("pid ")?.parse().ok());
        if let Some(pid) = pid.filter(|pid| !health::lives(*pid)) {
            all.push(gone(&path, pid));
        }
    }
    let Some(state) = settings.state.as_deref() else {
        return all;
    };
    let place = Sidecar::place(state, db);
    for kind in ["daemons", "keepalive"] {
        for (path, pid) in health::left(&place.with_extension(kind)) {
            if !health::lives(pid) {
                all.push(gone(&path, pid));
            }
        }
    }
    all
}

fn mend(settings: &Settings, fix: &Fix) -> write::Mended {
    let (what, done) = match fix {
        Fix::Close(path) => {
            let closed = fs::set_permissions(path, Permissions::from_mode(0o600));
            (
                format!("{path}: mode 0600, only its owner may read it now"),
                closed,
            )
        }
        Fix::Make(path) => {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
            (format!("{path}: made, mode 0700"), made)
        }
        Fix::Clear(path, pid) => (
            format!("{path}: cleared, process {pid} is gone"),
            clear(settings, Path::new(path)),
        ),
    };
    write::Mended {
        what,
        error: done.err().map(|e| text::line(&e.to_string()).into_owned()),
    }
}

/// Removes what a process left, unless another took it meanwhile.
fn clear(settings: &Settings, path: &Path) -> io::Result<()> {
    let db = settings.db.as_deref().ok_or(io::ErrorKind::NotFound)?;
    let state = settings.state.as_deref();
    if ActingLock::places(db, state).iter().any(|p| p == path) {
        return ActingLock::clear(path);
    }
    let dir: PathBuf = path.parent().map(Path::to_owned).unwrap_or_default();
    if dir.extension().is_some_and(|e| e == "keepalive") {
        return Claims::sweep(&dir);
    }
    fs::remove_file(path)
}
