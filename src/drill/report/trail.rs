//! The protocol's audit trail: what was done when, and what was measured. It claims nothing else.

use super::{metrics, verdict};
use crate::drill::{Findings, Outcome, TESTS, log::number};
use std::fmt::Write as _;

/// Text in a cell of a table.
fn cell(words: &str) -> String {
    words.replace('|', "\\|").replace('<', "&lt;")
}

/// The audit trail.
#[must_use]
pub fn trail(findings: &Findings) -> String {
    let mut out =
        String::from("# S² MCP Bridge Protocol V2 - Audit Trail\n\n## Test Execution Summary\n\n");
    let result = match (findings.passed(), findings.outcomes.len()) {
        (true, n) if n == usize::from(TESTS) => "ALL TESTS PASSED",
        (true, _) => "PASSED, not all tests were asked for",
        (false, _) => "FAILED",
    };
    let rows = [
        ("Date", findings.began.rfc3339()),
        ("Protocol Version", "v2.0".to_owned()),
        (
            "Test Suite",
            format!("{} of {TESTS} tests", findings.outcomes.len()),
        ),
        (
            "Duration",
            format!(
                "{:.0} s of life",
                findings.ended.since(findings.began).as_f64()
            ),
        ),
        (
            "Speed",
            format!(
                "protocol time at most {} times faster than life",
                findings.speed
            ),
        ),
        (
            "Program",
            concat!("swarmwarden ", env!("CARGO_PKG_VERSION")).to_owned(),
        ),
        ("Bridge", format!("tables {}", findings.schema.name())),
        ("Result", result.to_owned()),
    ];
    for (name, value) in rows {
        let _ = writeln!(out, "**{name}:** {value}  ");
    }
    let _ = writeln!(out, "\n{}.\n\n## Key Milestones\n", verdict(findings));
    out.push_str("Times are protocol time; each test has a clock of its own.\n");
    for outcome in &findings.outcomes {
        milestones(&mut out, outcome);
    }
    measured(&mut out, findings);
    instead(&mut out, findings);
    success(&mut out, findings);
    out
}

/// Every figure.
fn measured(out: &mut String, findings: &Findings) {
    out.push_str(
        "\n## Findings\n\n| Test | Measured | Value | Target | Status |\n|---|---|---|---|---|\n",
    );
    for outcome in &findings.outcomes {
        for figure in &outcome.figures {
            let value = format!("{} {}", number(figure.value), figure.unit);
            let status = if figure.met() { "PASS" } else { "FAIL" };
            let (name, aim) = (cell(&figure.name), cell(&figure.aim.words()));
            let _ = writeln!(
                out,
                "| {} | {name} | {} | {aim} | {status} |",
                outcome.test,
                value.trim_end()
            );
        }
    }
}

/// The protocol's table.
fn success(out: &mut String, findings: &Findings) {
    out.push_str(
        "\n## Success Metrics\n\n| Metric | Target | Measured | Status |\n|---|---|---|---|\n",
    );
    for metric in metrics(findings) {
        let target = cell(metric.target);
        let _ = writeln!(
            out,
            "| {} | {target} | {} | {} |",
            metric.name,
            cell(&metric.measured),
            metric.status
        );
    }
}

fn milestones(out: &mut String, outcome: &Outcome) {
    let (word, test, name) = (outcome.word(), outcome.test, outcome.name);
    let (speed, took) = (outcome.speed, outcome.took.as_f64());
    let _ = writeln!(
        out,
        "\n### Test {test}: {name} ({word}, {took:.1} s of life at speed {speed})\n"
    );
    for step in &outcome.steps {
        let _ = writeln!(out, "- {} {}", step.at.clock(), cell(&step.words));
    }
    for why in outcome.reasons() {
        let _ = writeln!(out, "- failed: {}", cell(&why));
    }
    if let Some(why) = &outcome.skipped {
        let _ = writeln!(out, "- not run: {}", cell(why));
    }
}

/// What was used instead of what, and what was repeated.
fn instead(out: &mut String, findings: &Findings) {
    let mut notes = findings
        .outcomes
        .iter()
        .flat_map(|o| o.notes.iter().map(move |n| (o.test, n)))
        .peekable();
    if notes.peek().is_none() {
        return;
    }
    out.push_str("\n## Notes\n\n");
    for (test, note) in notes {
        let _ = writeln!(out, "- test {test}: {}", cell(note));
    }
}
