//! A checklist as text, JSON by `assets/schema/checklist.v1.json`, and Markdown.

use super::{Item, List, Stand};
use crate::{domain::Timestamp, headless::markdown};
use serde_json::{Value, json};
use std::io::{self, Write};

fn count(items: &[Item], stand: Stand) -> usize {
    items.iter().filter(|i| i.stand == stand).count()
}

fn counts(items: &[Item]) -> String {
    let all = [Stand::Ok, Stand::NotOk, Stand::NotRecorded];
    let all = all.map(|stand| format!("{} {}", count(items, stand), stand.name()));
    all.join(", ")
}

/// Writes lines for people.
///
/// # Errors
/// When the output cannot be written.
pub fn text(out: &mut dyn Write, list: List, items: &[Item]) -> io::Result<()> {
    writeln!(out, "{}", list.title())?;
    for item in items {
        let mark = match item.stand {
            Stand::Ok => "[x]",
            Stand::NotOk => "[!]",
            Stand::NotRecorded => "[ ]",
        };
        writeln!(out, "{mark} {:<12}  {}", item.stand.name(), item.asks)?;
        writeln!(out, "{:<18}{}", "", item.evidence)?;
    }
    writeln!(out, "{}", counts(items))
}

/// Writes Markdown.
///
/// # Errors
/// When the output cannot be written.
pub fn md(out: &mut dyn Write, list: List, items: &[Item]) -> io::Result<()> {
    writeln!(out, "## {}\n", list.title())?;
    writeln!(out, "| | item | state | evidence |\n|---|---|---|---|")?;
    for item in items {
        let mark = if item.stand == Stand::Ok { "x" } else { " " };
        let evidence = markdown::escape(&item.evidence);
        writeln!(
            out,
            "| [{mark}] | {} | {} | {evidence} |",
            markdown::escape(item.asks),
            item.stand.name()
        )?;
    }
    writeln!(out, "\n{}", counts(items))
}

/// The list for programs.
#[must_use]
pub fn json(list: List, items: &[Item], at: Timestamp) -> Value {
    json!({
        "schema": "swarmwarden.checklist/v1",
        "generated_at": at,
        "list": list.name(),
        "title": list.title(),
        "summary": {
            "ok": count(items, Stand::Ok),
            "not_ok": count(items, Stand::NotOk),
            "not_recorded": count(items, Stand::NotRecorded),
        },
        "items": items.iter().map(|i| json!({
            "item": i.asks,
            "state": i.stand.name().replace(' ', "_"),
            "evidence": i.evidence,
        })).collect::<Vec<_>>(),
    })
}
