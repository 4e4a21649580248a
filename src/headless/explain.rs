//! `explain`: why a worker is in its state, and what would change it.

use crate::domain::{
    Snapshot, Span, Timestamp, Worker,
    explain::{Explanation, explain, find},
    text::line,
};
use std::io::{self, Write};

/// The one worker that `name` means.
///
/// # Errors
/// A sentence for the operator when there is none, or more than one.
pub fn pick<'a>(snapshot: &'a Snapshot, name: &str) -> Result<&'a Worker, String> {
    let found = find(snapshot.workers.iter().map(AsRef::as_ref), name);
    let shown = line(name);
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(format!(
            "no worker `{shown}`: `swarmwarden status` lists them"
        )),
        many => {
            let names: Vec<String> = many.iter().map(|w| w.id.to_string()).collect();
            Err(format!(
                "`{shown}` means more than one worker: {}",
                names.join(", ")
            ))
        }
    }
}

/// Writes the explanation as JSON, and a line break.
///
/// # Errors
/// When the output cannot be written.
pub fn json(out: &mut dyn Write, worker: &Worker, now: Timestamp) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &explain(worker, now)).map_err(io::Error::from)?;
    writeln!(out)
}

/// Writes the explanation as text.
///
/// # Errors
/// When the output cannot be written.
pub fn text(out: &mut dyn Write, worker: &Worker, now: Timestamp) -> io::Result<()> {
    let e: Explanation<'_> = explain(worker, now);
    let more = if e.recovering { ", recovering" } else { "" };
    writeln!(
        out,
        "{}  {}{more} since {}",
        e.worker,
        e.state.name().to_uppercase(),
        e.since
    )?;
    writeln!(out, "{}", e.reason)?;
    let how = if e.watched { "" } else { "; by recorded times" };
    let t = &e.thresholds;
    write!(out, "{}: {}", t.detector, t.words())?;
    match (t.loss, t.learned) {
        (Some(loss), Some(0)) => writeln!(
            out,
            "; period {}s, {:.1}% lost, cold{how}",
            t.period_s,
            loss * 100.0
        )?,
        (Some(loss), Some(n)) => writeln!(
            out,
            "; period {}s, {:.1}% lost, of {n} beats{how}",
            t.period_s,
            loss * 100.0
        )?,
        _ => writeln!(out, "{how}")?,
    }
    writeln!(
        out,
        "\n{:<11} {:<24} {:>7} {:>7}  {:<11} note",
        "witness", "at", "age", "limit", "vote"
    )?;
    for row in &worker.verdict.evidence {
        let at = row
            .at
            .map_or_else(|| "never".to_owned(), Timestamp::rfc3339);
        let age = row.at.map_or_else(
            || "—".to_owned(),
            |at| Span(now.since(at).0.max(0)).to_string(),
        );
        let limit = row.limit.map_or_else(|| "—".to_owned(), |l| l.to_string());
        writeln!(
            out,
            "{:<11} {at:<24} {age:>7} {limit:>7}  {:<11} {}",
            row.witness, row.vote, row.note
        )?;
    }
    writeln!(out)?;
    for sentence in &e.outlook {
        writeln!(out, "-> {sentence}")?;
    }
    Ok(())
}
