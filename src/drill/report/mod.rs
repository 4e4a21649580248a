//! What a drill found, in the forms that people and programs read.

mod json;
mod junit;
mod metrics;
mod trail;

pub use json::json;
pub use junit::junit;
pub use metrics::{Metric, metrics};
pub use trail::trail;

use super::{Findings, Outcome, log::number};
use std::fmt::Write as _;

/// Name of the protocol's result file.
pub const RESULTS: &str = "S2-PROTOCOL-V2-TEST-RESULTS.json";
/// Name of the protocol's audit trail.
pub const TRAIL: &str = "S2-PROTOCOL-V2-AUDIT-TRAIL.md";

/// One test, for people, while the others still run.
#[must_use]
pub fn text(outcome: &Outcome) -> String {
    let mut out = String::new();
    let took = outcome.took.as_f64();
    let (word, test, name, speed) = (outcome.word(), outcome.test, outcome.name, outcome.speed);
    let _ = writeln!(
        out,
        "{word}  {test:>2}  {name}  ({took:.1} s at speed {speed})"
    );
    for figure in &outcome.figures {
        let mark = if figure.met() { ' ' } else { '!' };
        let value = format!("{} {}", number(figure.value), figure.unit);
        let _ = writeln!(
            out,
            "    {mark} {:<66} {:>14}  {}",
            figure.name,
            value.trim_end(),
            figure.aim.words()
        );
    }
    for why in &outcome.failures {
        let _ = writeln!(out, "    ! {why}");
    }
    for note in outcome.notes.iter().chain(&outcome.skipped) {
        let _ = writeln!(out, "      note: {note}");
    }
    out
}

/// The end of a report for people: the protocol's table of metrics, and the verdict.
#[must_use]
pub fn table(findings: &Findings) -> String {
    let mut out = String::from("\n");
    let _ = writeln!(
        out,
        "{:<34} {:<10} {:<52} STATUS",
        "METRIC", "TARGET", "MEASURED"
    );
    for metric in metrics(findings) {
        let _ = writeln!(
            out,
            "{:<34} {:<10} {:<52} {}",
            metric.name, metric.target, metric.measured, metric.status
        );
    }
    let _ = writeln!(out, "\n{}", verdict(findings));
    out
}

/// The verdict in one sentence.
fn verdict(findings: &Findings) -> String {
    let of = |word: &str| {
        findings
            .outcomes
            .iter()
            .filter(|o| o.word() == word)
            .count()
    };
    let took = findings.ended.since(findings.began).as_f64();
    let skipped = match of("SKIP") {
        0 => String::new(),
        n => format!(", {n} not run"),
    };
    format!(
        "{} of {} tests passed{skipped}, in {took:.0} s; protocol time at most {} times faster than life, tables {}",
        of("PASS"),
        findings.outcomes.len(),
        findings.speed,
        findings.schema.name(),
    )
}
