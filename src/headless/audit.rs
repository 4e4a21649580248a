//! The audit chain as lines, JSON, or the protocol's citation blocks.

use crate::domain::{
    audit::{Record, Report},
    text,
};
use serde_json::{Value, json};
use std::io::{self, Write};

/// One line for each action, oldest first.
///
/// # Errors
/// When the output cannot be written.
pub fn show(out: &mut dyn Write, records: &[Record], by: Option<&str>) -> io::Result<()> {
    for record in records {
        let entry = Entry::of(record);
        if by.is_some_and(|by| entry.actor != by) {
            continue;
        }
        let moved = match (entry.word("from"), entry.word("to")) {
            (Some(from), Some(to)) => format!(" {from} → {to}"),
            (None, Some(to)) => format!(" → {to}"),
            _ => String::new(),
        };
        let subject = entry
            .word("task")
            .or_else(|| entry.word("worker"))
            .unwrap_or_default();
        let why = entry
            .word("reason")
            .filter(|w| !w.is_empty())
            .or_else(|| entry.word("cause"));
        writeln!(
            out,
            "{}  {:<20} {:<12} {subject}{moved}  {}",
            text::line(&record.timestamp),
            entry.actor,
            entry.action(),
            why.unwrap_or_default(),
        )?;
    }
    Ok(())
}

/// What a verification found, and whether all chains hold.
///
/// # Errors
/// When the output cannot be written.
pub fn verdict(out: &mut dyn Write, report: &Report) -> io::Result<bool> {
    for (actor, chain) in &report.chains {
        let actor = text::line(actor);
        let keys = match chain.proven {
            0 if chain.links > 0 => "; its key is not here, so only the hashes are verified",
            _ => "",
        };
        match &chain.broken {
            None => writeln!(out, "ok      {actor}: {} links{keys}", chain.links)?,
            Some(broken) if broken.row == 0 => {
                writeln!(
                    out,
                    "BROKEN  {actor}: after {} links: {}",
                    chain.links, broken.why
                )?;
            }
            Some(broken) => writeln!(
                out,
                "BROKEN  {actor}: row {}: {}{keys}",
                broken.row, broken.why
            )?,
        }
    }
    for row in &report.strangers {
        writeln!(out, "BROKEN  row {row} carries our name and no link")?;
    }
    if report.chains.is_empty() && report.strangers.is_empty() {
        writeln!(out, "ok      no action of ours is in this log")?;
    }
    Ok(report.holds())
}

/// Every entry, one JSON object a line.
///
/// # Errors
/// When the output cannot be written.
pub fn json_lines(out: &mut dyn Write, records: &[Record]) -> io::Result<()> {
    for record in records {
        let entry = Entry::of(record);
        let line = json!({
            "citation_id": entry.citation(record),
            "row": record.id,
            "at": text::line(&record.timestamp),
            "conversation": record.conversation.as_deref().map(text::line),
            "action": entry.action(),
            "actor": entry.actor,
            "details": safe(&entry.details),
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Every entry as a citation block of the protocol: who did what when, on which evidence, and what it changed.
///
/// # Errors
/// When the output cannot be written.
pub fn yaml(out: &mut dyn Write, records: &[Record]) -> io::Result<()> {
    // Every scalar is a JSON string, number or list: JSON is YAML.
    let quote = |word: &str| Value::from(text::line(word).into_owned()).to_string();
    for record in records {
        let entry = Entry::of(record);
        let part = |name: &str| safe(entry.details.get(name).unwrap_or(&Value::Null));
        let swarm = |name: &str| {
            let found = entry.details.get("swarm").and_then(|s| s.get(name));
            safe(found.unwrap_or(&Value::Null))
        };
        writeln!(out, "---\ncitation_id: {}", quote(&entry.citation(record)))?;
        writeln!(out, "source:\n  type: \"swarm_action\"")?;
        writeln!(out, "  author: {}", quote(&entry.actor))?;
        writeln!(out, "  date: {}", quote(&record.timestamp))?;
        writeln!(
            out,
            "  conversation: {}",
            quote(record.conversation.as_deref().unwrap_or_default())
        )?;
        writeln!(out, "  row: {}", record.id)?;
        writeln!(out, "claim: {}", quote(&entry.claim()))?;
        writeln!(
            out,
            "validation:\n  method: \"compare-and-set on the generation, in one transaction\""
        )?;
        writeln!(
            out,
            "  cause: {}\n  reason: {}",
            part("cause"),
            part("reason")
        )?;
        writeln!(out, "  evidence: {}", part("evidence"))?;
        writeln!(
            out,
            "change:\n  before: {}\n  after: {}\n  rows: {}",
            part("before"),
            part("after"),
            part("rows")
        )?;
        writeln!(
            out,
            "chain:\n  seq: {}\n  prev: {}",
            swarm("seq"),
            swarm("prev")
        )?;
        writeln!(out, "  hash: {}\n  mac: {}", swarm("hash"), swarm("mac"))?;
    }
    Ok(())
}

/// A record, read.
pub(super) struct Entry {
    details: Value,
    pub(super) actor: String,
    action: String,
}

impl Entry {
    pub(super) fn of(record: &Record) -> Self {
        let details: Value = serde_json::from_str(&record.details).unwrap_or(Value::Null);
        let actor = details
            .get("swarm")
            .and_then(|s| s.get("actor"))
            .and_then(Value::as_str);
        let action = record.action.strip_prefix(crate::domain::audit::PREFIX);
        Self {
            actor: text::line(actor.unwrap_or("?")).into_owned(),
            action: text::line(action.unwrap_or(&record.action)).into_owned(),
            details,
        }
    }

    fn action(&self) -> &str {
        &self.action
    }

    pub(super) fn word(&self, name: &str) -> Option<String> {
        let word = self.details.get(name)?.as_str()?;
        Some(text::line(word).into_owned())
    }

    pub(super) fn claim(&self) -> String {
        let word = |name| self.word(name);
        let subject = word("task").or_else(|| word("worker")).unwrap_or_default();
        match (word("from"), word("to")) {
            (Some(from), Some(to)) => format!("{} {subject} from {from} to {to}", self.action),
            (None, Some(to)) => format!("{} {subject} to {to}", self.action),
            _ => format!("{} {subject}", self.action),
        }
    }

    /// In the form of the protocol's own: `IF.TTT.2025.007.REASSIGN.op-…`.
    fn citation(&self, record: &Record) -> String {
        let swarm = |name: &str| self.details.get("swarm").and_then(|s| s.get(name));
        let seq = swarm("seq").and_then(Value::as_u64).unwrap_or_default();
        let op = swarm("op").and_then(Value::as_str).unwrap_or_default();
        let year = text::head(&record.timestamp, 4);
        let action = self.action.to_uppercase().replace('-', "_");
        text::line(&format!("IF.TTT.{year}.{seq:03}.{action}.{op}")).into_owned()
    }
}

/// The same value with every string neutralised. A hash looks like a key, and is none.
fn safe(value: &Value) -> Value {
    let hash = |word: &str| word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit());
    match value {
        Value::String(word) if hash(word) => word.as_str().into(),
        Value::String(word) => text::body(word).into(),
        Value::Array(items) => items.iter().map(safe).collect(),
        Value::Object(members) => (members.iter())
            .map(|(name, value)| (text::line(name).into_owned(), safe(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
