//! An action as text or JSON: who could take the task and why, who could not, and everything that would be written.

use crate::domain::{
    act::{Asks, NewRow, Proposal},
    choose::Ranking,
    text,
};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Writes a proposal for people.
///
/// # Errors
/// When the output cannot be written.
pub fn text(out: &mut dyn Write, proposal: &Proposal, ranking: Option<&Ranking>) -> io::Result<()> {
    writeln!(out, "{}", proposal.headline)?;
    if let Some(ranking) = ranking {
        self::ranking(out, ranking)?;
    }
    writeln!(out, "\nWHAT WILL HAPPEN")?;
    for (n, effect) in proposal.effects.iter().enumerate() {
        writeln!(out, "  {} {effect}", n + 1)?;
    }
    writeln!(out, "\nROWS")?;
    for row in &proposal.write.rows {
        let (from, to) = (row.from.name(), row.to.name());
        writeln!(out, "  messages   {} {from} → {to}", row.conversation)?;
        writeln!(out, "             {}", text::line(&row.text))?;
        writeln!(out, "             {}", mark(row))?;
    }
    let entry = &proposal.write.entry;
    writeln!(
        out,
        "  audit_log  {}{} by {}",
        crate::domain::audit::PREFIX,
        entry.action,
        entry.actor
    )?;
    writeln!(out, "             {}", text::line(&entry.facts.to_string()))?;
    for (n, risk) in proposal.risks.iter().enumerate() {
        writeln!(out, "{}  ! {risk}", if n == 0 { "\nRISKS\n" } else { "" })?;
    }
    writeln!(out, "\nUNDO  {}", proposal.undo)
}

/// Everybody, best first.
fn ranking(out: &mut dyn Write, ranking: &Ranking) -> io::Result<()> {
    writeln!(out, "\nWHO COULD TAKE IT")?;
    if ranking.candidates.is_empty() {
        writeln!(
            out,
            "  nobody; it stays where it is until somebody is free, or is held"
        )?;
    }
    for candidate in &ranking.candidates {
        let parts: Vec<_> = (candidate.parts.iter())
            .map(|part| format!("{} {:+}", part.name, part.points))
            .collect();
        let relaxed = candidate
            .relaxed
            .map_or_else(String::new, |why| format!(" ({why})"));
        let worker = &candidate.worker;
        writeln!(
            out,
            "  {:<24} {:<8} {:>4}  {}{relaxed}",
            worker.id, worker.verdict.state, candidate.score, candidate.why
        )?;
        writeln!(
            out,
            "  {:<24} {:<8} {:>4}  = {}",
            "",
            "",
            "",
            parts.join(" ")
        )?;
    }
    writeln!(out, "\nWHO COULD NOT")?;
    for refused in &ranking.refused {
        writeln!(out, "  {:<24} {}", refused.worker, refused.why)?;
    }
    Ok(())
}

fn mark(row: &NewRow) -> String {
    let m = &row.mark;
    let task = m
        .task
        .as_ref()
        .map_or_else(String::new, |t| format!(" task {t}"));
    let generation = m
        .generation
        .map_or_else(String::new, |g| format!(" generation {g}"));
    format!(
        "metadata.swarm: {}{task}{generation} op {}",
        m.kind.name(),
        m.op.as_deref().unwrap_or("-")
    )
}

/// A proposal for programs.
#[must_use]
pub fn json(proposal: &Proposal, ranking: Option<&Ranking>, written: Option<&[i64]>) -> Value {
    let write = &proposal.write;
    json!({
        "schema": "swarmwarden.action/v1",
        "op": &*write.op,
        "actor": &*write.entry.actor,
        "action": write.entry.action,
        "headline": proposal.headline,
        "effects": proposal.effects,
        "risks": proposal.risks,
        "undo": proposal.undo,
        "asks": match &proposal.asks {
            Asks::Nothing => Value::Null,
            Asks::Confirm => "yes".into(),
            Asks::Type(word) => word.as_str().into(),
        },
        "written": written,
        "rows": write.rows.iter().map(row_json).collect::<Vec<_>>(),
        "audit": write.entry.facts,
        "candidates": ranking.map(|r| r.candidates.iter().map(|c| json!({
            "worker": c.worker.id.to_string(),
            "conversation": c.worker.conversation.to_string(),
            "state": c.worker.verdict.state.name(),
            "score": c.score,
            "parts": c.parts.iter().map(|p| json!({"name": p.name, "points": p.points})).collect::<Vec<_>>(),
            "why": c.why,
            "relaxed": c.relaxed,
        })).collect::<Vec<_>>()),
        "refused": ranking.map(|r| r.refused.iter().map(|c| json!({
            "worker": c.worker.to_string(),
            "conversation": c.conversation.to_string(),
            "why": c.why,
        })).collect::<Vec<_>>()),
    })
}

fn row_json(row: &NewRow) -> Value {
    json!({
        "conversation": row.conversation.to_string(),
        "from": row.from.name(),
        "to": row.to.name(),
        "text": text::body(&row.text),
        "kind": row.mark.kind.name(),
        "generation": row.mark.generation,
    })
}
