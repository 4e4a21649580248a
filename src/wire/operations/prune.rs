//! `prune`: what is over is listed, and removed when that is asked for.

use super::{Bridge, Failure, agreed, backup, op, pen, place, shown};
use crate::{cli, wire};
use serde_json::json;
use std::{
    io::{self, Write as _},
    path::Path,
    sync::Arc,
};
use swarmwarden::{
    domain::{Refusal, Snapshot, Span, Timestamp, audit::Entry, text},
    engine::Clock,
    headless::Exit,
    settings::Settings,
    store::{Over, Pruned, SqliteStore},
};

/// Name of the deed in the audit log.
const DEED: &str = "prune";

/// `prune`.
pub(in super::super) fn run(settings: &Settings, asked: &cli::Prune) -> Result<Exit, Failure> {
    let db = Bridge::of_file(settings)?;
    let now = Clock::system().now();
    let before = now.plus(Span(-asked.older_than.0.max(0)));
    let mut over = SqliteStore::open(db)?.over(before)?;
    let (snapshot, _) = wire::glance(settings, &Bridge::file(db), settings.mode)?;
    let kept = keep(&mut over, &snapshot);
    list(&over, &kept, asked.older_than)?;
    if over.is_empty() {
        return Ok(Exit::Ok);
    }
    if !asked.yes {
        writeln!(
            io::stderr(),
            "dry run: nothing was removed; --yes removes these"
        )?;
        return Ok(Exit::Ok);
    }
    let (_, key) = pen(settings, db)?;
    agreed("remove them", asked.yes)?;
    let saved = if asked.no_backup {
        None
    } else {
        Some(save(settings, db, now)?)
    };
    let entry = Entry {
        action: DEED,
        conversation: None,
        actor: Arc::clone(&settings.actor),
        op: op(),
        facts: json!({
            "reason": text::redact(text::head(&asked.reason, 1_024)),
            "expired_before": before.rfc3339(),
            "backup": saved,
        }),
    };
    let mut store = SqliteStore::open_for_writing(db)?;
    match store.prune(&over, before, (&entry, &key, now))? {
        Pruned::Gone(gone, _) => {
            let messages: u64 = gone.iter().map(|o| o.messages).sum();
            writeln!(
                io::stdout(),
                "removed {} conversations with {messages} messages; their rows of the audit log stay",
                gone.len()
            )?;
            Ok(Exit::Ok)
        }
        Pruned::Moved => Err(Failure::Refused(Refusal::Unavailable(
            "what is over changed meanwhile; nothing was removed: look again".to_owned(),
        ))),
    }
}

/// Takes those out that hold an open task: with their messages the task would be gone. Says which.
fn keep(over: &mut Vec<Over>, snapshot: &Snapshot) -> Vec<String> {
    let open = snapshot.tasks.iter().filter(|t| t.state.is_open());
    let open: Vec<_> = open.collect();
    let mut kept = Vec::new();
    over.retain(|one| {
        let task = open
            .iter()
            .find(|t| t.holders.iter().any(|h| h.conversation == one.id));
        if let Some(task) = task {
            kept.push(format!(
                "{} ({}) holds the open task {}",
                one.id,
                line(&one.worker),
                task.id
            ));
        }
        task.is_none()
    });
    kept
}

fn line(raw: &str) -> String {
    text::line(text::head(raw, 128)).into_owned()
}

fn list(over: &[Over], kept: &[String], age: Span) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    if over.is_empty() {
        writeln!(out, "nothing expired more than {age} ago")?;
    } else {
        writeln!(
            out,
            "{:<24} {:<28} {:<24} {:>8} {:>10}",
            "CONVERSATION", "WORKER", "EXPIRED", "MESSAGES", "BYTES"
        )?;
    }
    for one in over {
        let (id, worker) = (one.id.to_string(), line(&one.worker));
        let expired = one.expired.rfc3339();
        writeln!(
            out,
            "{id:<24} {worker:<28} {expired:<24} {:>8} {:>10}",
            one.messages, one.bytes
        )?;
    }
    if !over.is_empty() {
        let sum = |of: fn(&Over) -> u64| over.iter().map(of).sum::<u64>();
        let (messages, bytes, statuses) =
            (sum(|o| o.messages), sum(|o| o.bytes), sum(|o| o.statuses));
        writeln!(
            out,
            "{} conversations, {messages} messages of {bytes} bytes, {statuses} statuses",
            over.len()
        )?;
    }
    for one in kept {
        writeln!(out, "kept: {one}; move, cancel or give it up first")?;
    }
    out.flush()
}

fn save(settings: &Settings, db: &Path, now: Timestamp) -> Result<String, Failure> {
    let to = backup::free(&place(settings, db)?, db, ".before-prune", now);
    backup::copy(db, &to)?;
    writeln!(io::stderr(), "saved as {}", shown(&to))?;
    Ok(shown(&to))
}
