//! What keeps a bridge in order: copies, what is over, the protocol's checklists, who answers.

mod backup;
mod checklist;
mod prune;
mod restore;
mod rollcall;

pub(super) use backup::run as backup;
pub(super) use checklist::run as checklist;
pub(super) use prune::run as prune;
pub(super) use restore::run as restore;
pub(super) use rollcall::run as rollcall;

use super::{bridge::Bridge, failure::Failure};
use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};
use swarmwarden::{
    domain::{Refusal, audit::Key, text},
    engine::{Opener, Pen},
    settings::Settings,
    store::{Sidecar, Tally},
};

/// Where copies of a bridge lie when nobody says.
fn place(settings: &Settings, db: &Path) -> Result<PathBuf, Failure> {
    let state = settings.state.as_deref().ok_or_else(|| {
        Failure::Usage("no place for copies: name one with --to DIR, or --state DIR".to_owned())
    })?;
    Ok(Sidecar::place(state, db).with_extension("backups"))
}

/// The bridge may be written: how, and with which key of the audit log.
fn pen(settings: &Settings, bridge: &Bridge) -> Result<(Opener, Key), Failure> {
    match super::pen::pen(settings, bridge, settings.mode, settings.state.as_deref()) {
        Pen::Forbidden(why) => Err(Failure::Refused(Refusal::ReadOnly(why.to_string()))),
        Pen::Ready { open, key } => Ok((open, key)),
    }
}

/// Names an action.
fn op() -> std::sync::Arc<str> {
    swarmwarden::domain::act::op_id(super::pen::random())
}

/// The operator agrees: by flag, or by an answer on a terminal.
pub(super) fn agreed(what: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage(format!(
            "{what}: add --yes to carry it out; nothing was changed"
        )));
    }
    write!(io::stderr(), "{what}: type y to carry it out: ")?;
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == "y" {
        return Ok(());
    }
    Err(Failure::Usage(
        "not confirmed; nothing was changed".to_owned(),
    ))
}

/// A path as it is shown.
fn shown(path: &Path) -> String {
    text::line(&path.to_string_lossy()).into_owned()
}

/// What a bridge holds, in one line.
fn words(tally: &Tally) -> String {
    let rows = |table: &str| tally.rows.get(table).copied().unwrap_or_default();
    format!(
        "{} conversations, {} messages up to number {}, {} audit rows, {} bytes",
        rows("conversations"),
        rows("messages"),
        tally.newest[0],
        rows("audit_log"),
        tally.bytes
    )
}
