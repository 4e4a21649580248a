//! The protocol's table of six metrics, from what was measured.

use crate::drill::{Findings, log::number};

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Name.
    pub name: &'static str,
    /// What the protocol wants.
    pub target: &'static str,
    /// What was measured; `not run` where nothing was.
    pub measured: String,
    /// `PASS`, `FAIL` or `-`.
    pub status: &'static str,
}

/// Values of some figures, with what each is called in the table; `None` when one was not measured.
fn values(findings: &Findings, test: u8, wanted: &[&str]) -> Option<Vec<f64>> {
    let outcome = findings.outcomes.iter().find(|o| o.test == test)?;
    let of = |name: &&str| outcome.figure(name).map(|f| f.value);
    wanted.iter().map(of).collect()
}

fn row(
    name: &'static str,
    target: &'static str,
    found: Option<Vec<f64>>,
    say: impl Fn(&[f64]) -> (String, bool),
) -> Metric {
    let (measured, status) = match found {
        None => ("not run".to_owned(), "-"),
        Some(all) => {
            let (words, met) = say(&all);
            (words, if met { "PASS" } else { "FAIL" })
        }
    };
    Metric {
        name,
        target,
        measured,
        status,
    }
}

/// The first and the last of what was measured.
fn ends(all: &[f64]) -> (f64, f64) {
    let of = |value: Option<&f64>| value.copied().unwrap_or(f64::NAN);
    (of(all.first()), of(all.last()))
}

/// How long both detectors took; the protocol's goal is the adaptive one's.
fn idle(all: &[f64]) -> (String, bool) {
    let (first, last) = ends(all);
    let words = format!(
        "{} s adaptive, {} s fixed at 300 s",
        number(first),
        number(last)
    );
    (words, first < 300.0)
}

/// The six metrics. The protocol counts the watchdog's latency from its limit of 300 s: its own figure, less than a minute, is shorter than
/// that limit.
#[must_use]
pub fn metrics(findings: &Findings) -> Vec<Metric> {
    let of = |test, wanted: &[&str]| values(findings, test, wanted);
    let silent = of(
        9,
        &["adaptive: last beat to alert", "fixed: last beat to alert"],
    );
    let moved = of(
        9,
        &[
            "adaptive: alert to reassignment",
            "fixed: alert to reassignment",
        ],
    );
    let synced = of(10, &["commit to joined and ready, longest"]);
    let warned = of(12, &["fixed: limit of 300 s to alert"]);
    let pushed = of(13, &["average latency", "longest latency"]);
    vec![
        row("Idle detection latency", "< 5 min", silent, idle),
        row("Task reassignment latency", "< 60 s", moved, |all| {
            let (first, last) = ends(all);
            let words = format!("{} s adaptive, {} s fixed", number(first), number(last));
            (words, first.max(last) < 60.0)
        }),
        row("Credential sync latency", "< 2 min", synced, |all| {
            (
                format!("{} s at most", number(ends(all).0)),
                ends(all).0 < 120.0,
            )
        }),
        row(
            "Keep-alive message delivery",
            "100 %",
            of(11, &["delivered"]),
            |all| (format!("{} %", number(ends(all).0)), ends(all).0 >= 100.0),
        ),
        row("Watchdog alert latency", "< 2 min", warned, |all| {
            let words = format!("{} s after the limit of 300 s", number(ends(all).0));
            (words, ends(all).0 < 120.0)
        }),
        row(
            "Filesystem notification latency",
            "< 100 ms",
            pushed,
            |all| {
                let (first, last) = ends(all);
                let words = format!(
                    "{} ms on average, {} ms at most",
                    number(first),
                    number(last)
                );
                (words, first < 100.0)
            },
        ),
    ]
}
