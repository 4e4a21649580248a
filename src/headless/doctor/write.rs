//! The findings as text, and as JSON by `assets/schema/doctor.v1.json`.

use super::{Finding, State};
use crate::domain::Timestamp;
use serde_json::{Value, json};
use std::io::{self, Write};

/// What was mended, or why it was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// What was to be done.
    pub what: String,
    /// Why it was not.
    pub error: Option<String>,
}

const STATES: [State; 4] = [State::Fail, State::Warn, State::Ok, State::Skip];

fn count(all: &[Finding], state: State) -> usize {
    all.iter().filter(|f| f.state == state).count()
}

/// Writes lines for people.
///
/// # Errors
/// When the output cannot be written.
pub fn text(out: &mut dyn Write, all: &[Finding], mended: &[Mended]) -> io::Result<()> {
    for one in mended {
        match &one.error {
            None => writeln!(out, "fixed  {}", one.what)?,
            Some(why) => writeln!(out, "NOT FIXED  {}: {why}", one.what)?,
        }
    }
    for finding in all {
        writeln!(
            out,
            "{:<4}  {:<18}  {}",
            finding.state.name(),
            finding.id,
            finding.seen
        )?;
        if let Some(remedy) = &finding.remedy {
            writeln!(out, "{:<24}  -> {remedy}", "")?;
        }
    }
    let counts: Vec<_> = STATES
        .into_iter()
        .map(|s| format!("{} {}", count(all, s), s.name()))
        .collect();
    writeln!(out, "{}", counts.join(", "))
}

/// The findings for programs.
#[must_use]
pub fn json(all: &[Finding], mended: &[Mended], (bridge, now): (Option<&str>, Timestamp)) -> Value {
    let worst = all.iter().map(|f| f.state).max().unwrap_or(State::Ok);
    let worst = if worst == State::Skip {
        State::Ok
    } else {
        worst
    };
    json!({
        "schema": "swarmwarden.doctor/v1",
        "generated_at": now,
        "bridge": bridge,
        "state": worst.name().to_lowercase(),
        "summary": {
            "ok": count(all, State::Ok),
            "warn": count(all, State::Warn),
            "fail": count(all, State::Fail),
            "skip": count(all, State::Skip),
        },
        "findings": all.iter().map(|f| json!({
            "id": f.id,
            "state": f.state.name().to_lowercase(),
            "seen": f.seen,
            "remedy": f.remedy,
        })).collect::<Vec<_>>(),
        "fixes": mended.iter().map(|m| json!({
            "what": m.what,
            "error": m.error,
        })).collect::<Vec<_>>(),
    })
}
