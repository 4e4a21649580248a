//! The protocol's result file: its keys, and beside them everything that was measured.

use super::metrics;
use crate::{
    domain::Span,
    drill::{Findings, Outcome, TESTS, crew::ROLES, log::seconds},
};
use serde_json::{Map, Value, json};

/// Name and version of what we add.
const SCHEMA: &str = "swarmwarden.drill/v1";

/// The result file.
#[must_use]
pub fn json(findings: &Findings) -> Value {
    let tests: Map<_, _> = findings
        .outcomes
        .iter()
        .map(|o| (o.key.to_owned(), test(o)))
        .collect();
    let word = |passed: bool| if passed { "PASS" } else { "FAIL" };
    let whole = findings.outcomes.iter().filter(|o| o.passed()).count() == usize::from(TESTS);
    let wsl = ROLES.iter().filter(|role| role.starts_with("wsl")).count();
    json!({
        "schema": SCHEMA,
        "protocol_version": "v2.0",
        "test_date": findings.began.utc().map(|t| t.format("%Y-%m-%d").to_string()),
        "architecture": {
            "orchestrator": 1, "cloud_workers": ROLES.len() - wsl, "wsl_workers": wsl, "total_agents": ROLES.len() + 1,
        },
        "tests": tests,
        "metrics": metrics(findings).iter().map(|m| json!({
            "name": m.name, "target": m.target, "measured": m.measured, "status": m.status,
        })).collect::<Vec<_>>(),
        "overall_status": word(findings.passed()),
        "production_ready": whole,
        "program": concat!("swarmwarden ", env!("CARGO_PKG_VERSION")),
        "db_schema": findings.schema.name(),
        "speed": findings.speed,
        "started_at": findings.began,
        "duration_seconds": seconds(findings.ended.since(findings.began)),
    })
}

/// One test.
fn test(outcome: &Outcome) -> Value {
    let mut out = outcome.facts.clone();
    let figures = outcome.figures.iter().map(|f| {
        json!({"name": f.name, "value": f.value, "unit": f.unit, "target": f.aim.words(), "met": f.met()})
    });
    let steps = outcome
        .steps
        .iter()
        .map(|s| json!({"at": s.at, "what": s.words}));
    let more = [
        ("status", Value::from(outcome.word())),
        ("result", outcome.word().into()),
        ("number", outcome.test.into()),
        ("name", outcome.name.into()),
        ("reasons", outcome.reasons().into()),
        ("skipped", outcome.skipped.clone().into()),
        ("notes", outcome.notes.clone().into()),
        ("measured", figures.collect()),
        ("done", steps.collect()),
        ("speed", outcome.speed.into()),
        ("took_real_seconds", seconds(Span(outcome.took.0))),
    ];
    out.extend(more.map(|(key, value)| (key.to_owned(), value)));
    out.into()
}
