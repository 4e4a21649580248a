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

/// The six metrics. The protocol counts the watchdog's latency from its limit of 300 s: its own figure, less than a minute, is shorter than
/// that limit.
#[must_use]
pub fn metrics(findings: &Findings) -> Vec<Metric> {
    let of = |test, wanted: &[&str]| values(findings, test, wanted);
    let both = |name: &str| [format!("adaptive: {name}"), format!("fixed: {name}")];
    let [adaptive, fixed] = both("last beat to alert");
    let [moved, moved_fixed] = both("alert to reassignment");
    let first = |all: &[f64]| all.first().copied().unwrap_or(f64::NAN);
    let last = |all: &[f64]| all.last().copied().unwrap_or(f64::NAN);
    vec![
        row(
            "Idle detection latency",
            "< 5 min",
            of(9, &[&adaptive, &fixed]),
            |all| {
                let words = format!(
                    "{} s adaptive, {} s fixed at 300 s",
                    number(first(all)),
                    number(last(all))
                );
                (words, first(all) < 300.0)
            },
        ),
        row(
            "Task reassignment latency",
            "< 60 s",
            of(9, &[&moved, &moved_fixed]),
            |all| {
                let words = format!(
                    "{} s adaptive, {} s fixed",
                    number(first(all)),
                    number(last(all))
                );
                (words, all.iter().all(|s| *s < 60.0))
            },
        ),
        row(
            "Credential sync latency",
            "< 2 min",
            of(10, &["commit to joined and ready, longest"]),
            |all| {
                (
                    format!("{} s at most", number(first(all))),
                    first(all) < 120.0,
                )
            },
        ),
        row(
            "Keep-alive message delivery",
            "100 %",
            of(11, &["delivered"]),
            |all| (format!("{} %", number(first(all))), first(all) >= 100.0),
        ),
        row(
            "Watchdog alert latency",
            "< 2 min",
            of(12, &["fixed: limit of 300 s to alert"]),
            |all| {
                (
                    format!("{} s after the limit of 300 s", number(first(all))),
                    first(all) < 120.0,
                )
            },
        ),
        row(
            "Filesystem notification latency",
            "< 100 ms",
            of(13, &["average latency", "longest latency"]),
            |all| {
                let words = format!(
                    "{} ms on average, {} ms at most",
                    number(first(all)),
                    number(last(all))
                );
                (words, first(all) < 100.0)
            },
        ),
    ]
}
