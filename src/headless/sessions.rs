//! `sessions`: claim and evidence of each session side by side, as text, JSON or Markdown.

use super::{
    markdown::escape,
    text::{inert, table},
    view::rows,
};
use crate::domain::{
    Snapshot, Span, Timestamp,
    session::{Checked, Outcome, Session, SessionsReport, overall},
};
use std::io::{self, Write};

/// Writes the sessions as JSON, by `swarmwarden.sessions/v1`, and a line break.
///
/// # Errors
/// When the output cannot be written.
pub fn json(out: &mut dyn Write, s: &Snapshot) -> io::Result<()> {
    let overall = overall(s);
    serde_json::to_writer_pretty(&mut *out, &SessionsReport::new(s, &overall))
        .map_err(io::Error::from)?;
    writeln!(out)
}

/// Writes the sessions as text. `all` lists those, too, of which only a branch is known.
///
/// # Errors
/// When the output cannot be written.
pub fn text(out: &mut dyn Write, s: &Snapshot, all: bool) -> io::Result<()> {
    let (shown, left) = chosen(s, all);
    if shown.is_empty() {
        writeln!(
            out,
            "no sessions: no status document, no branch claude/…, no worker"
        )?;
    } else {
        let (head, rows) = rows::sessions(shown.iter().copied()).shown(false, s.at);
        table(out, &head, rows)?;
    }
    if left > 0 {
        writeln!(
            out,
            "\n{left} more of which only a branch is known: --all lists them"
        )?;
    }
    for session in &shown {
        details(out, session, s.at)?;
    }
    let overall = overall(s);
    if !overall.is_empty() {
        writeln!(out, "\nall sessions together")?;
        criteria(out, &overall)?;
    }
    for warning in warnings(s) {
        writeln!(out, "warning: {warning}")?;
    }
    Ok(())
}

/// Sessions that somebody speaks of or works at; how many there are besides.
fn chosen(s: &Snapshot, all: bool) -> (Vec<&Session>, usize) {
    let of_note = |x: &&Session| all || !x.is_bare();
    let every = || s.sessions.iter().map(AsRef::as_ref);
    let shown: Vec<&Session> = every().filter(of_note).collect();
    let left = s.sessions.len() - shown.len();
    (shown, left)
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    format!("{} ago", Span(now.since(at).0.max(0)))
}

fn details(out: &mut dyn Write, s: &Session, now: Timestamp) -> io::Result<()> {
    if s.contradictions.is_empty() && s.evidence.is_empty() && s.claim().is_none() {
        return Ok(());
    }
    writeln!(out, "\n{}", inert(&format!("{}  {}", s.key, s.name())))?;
    if let Some(said) = s.claim() {
        let when = said
            .at()
            .map_or_else(String::new, |at| format!(", {}", ago(at, now)));
        writeln!(
            out,
            "  claim         {}  ({}{when})",
            s.claimed(),
            said.place()
        )?;
    }
    for f in &s.evidence {
        let when =
            f.at.map_or_else(String::new, |at| format!("  ({})", ago(at, now)));
        writeln!(out, "  evidence      {}{when}", f.sentence)?;
    }
    for c in &s.contradictions {
        writeln!(
            out,
            "  CONTRADICTION {} {}: claims {:?} at {}, but {}",
            c.severity.name(),
            c.kind.name(),
            c.claim,
            c.place,
            c.evidence
        )?;
    }
    if let Some(at) = s.stale {
        writeln!(out, "  stale         not renewed since {}", at.rfc3339())?;
    }
    if let Some(at) = s.over {
        writeln!(out, "  over          its time was up at {}", at.rfc3339())?;
    }
    unmet(out, &s.criteria)?;
    match s.advice() {
        Some(advice) => writeln!(out, "  next          {advice}"),
        None => Ok(()),
    }
}

/// How many are met, and those that are not.
fn unmet(out: &mut dyn Write, all: &[Checked]) -> io::Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let met = |c: &&Checked| c.outcome == Outcome::Met;
    let done = all.iter().filter(met).count();
    writeln!(out, "  criteria      {done} of {} met", all.len())?;
    let rest: Vec<Checked> = all.iter().filter(|c| !met(c)).cloned().collect();
    criteria(out, &rest)
}

fn criteria(out: &mut dyn Write, all: &[Checked]) -> io::Result<()> {
    for c in all {
        writeln!(out, "  {:<13} {}: {}", c.outcome.name(), c.what, c.evidence)?;
    }
    Ok(())
}

fn warnings(s: &Snapshot) -> Vec<&str> {
    let repo = s.repo.as_deref();
    let survey = repo.and_then(|r| r.survey.as_deref());
    let faults = survey.map_or(&[][..], |survey| &survey.faults);
    let error = repo.and_then(|r| r.error.as_deref());
    faults.iter().map(AsRef::as_ref).chain(error).collect()
}

/// Writes the sessions as Markdown for a page on a forge.
///
/// # Errors
/// When the output cannot be written.
pub fn markdown(out: &mut dyn Write, s: &Snapshot, all: bool) -> io::Result<()> {
    let (shown, left) = chosen(s, all);
    let (head, rows) = rows::sessions(shown.iter().copied()).shown(false, s.at);
    writeln!(
        out,
        "| {} |\n|{}",
        head.join(" | "),
        "---|".repeat(head.len())
    )?;
    for row in rows {
        let cells: Vec<String> = row.iter().map(|c| escape(c)).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    if left > 0 {
        writeln!(out, "\n{left} more of which only a branch is known.")?;
    }
    for session in shown.iter().filter(|x| !x.contradictions.is_empty()) {
        writeln!(out, "\n### {}", escape(&session.name()))?;
        for c in &session.contradictions {
            writeln!(
                out,
                "- **{}**: claims “{}” ({}), but {}",
                c.kind.name(),
                escape(&c.claim),
                escape(&c.place),
                escape(&c.evidence)
            )?;
        }
    }
    let overall = overall(s);
    if !overall.is_empty() {
        writeln!(out, "\n### All sessions together")?;
        for c in &overall {
            let mark = if c.outcome.name() == "met" { "x" } else { " " };
            writeln!(
                out,
                "- [{mark}] {}: {}",
                escape(&c.what),
                escape(&c.evidence)
            )?;
        }
    }
    Ok(())
}
