//! What a drill found, in the forms that people and programs read.

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
            "    {mark} {:<52} {value:>14}  {}",
            figure.name,
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

/// The six metrics.
#[must_use]
pub fn table(_findings: &Findings) -> String {
    String::new()
}

/// The result file.
#[must_use]
pub fn json(_findings: &Findings) -> serde_json::Value {
    serde_json::Value::Null
}

/// The audit trail.
#[must_use]
pub fn trail(_findings: &Findings) -> String {
    String::new()
}

/// JUnit.
#[must_use]
pub fn junit(_findings: &Findings) -> String {
    String::new()
}
