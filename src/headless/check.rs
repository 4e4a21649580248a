//! `check`: one line for a monitor, by the guidelines of the Monitoring Plugins: `SWARM STATE - words | perfdata`.

use super::Exit;
use crate::domain::{Severity, Snapshot, Timestamp, condition::metric, report::summary, text};
use std::fmt::Write as _;

/// What a count is compared with: at or above it, the state is raised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// Metric and number from which it is a warning.
    pub warn: Vec<(String, u64)>,
    /// Metric and number from which it is critical.
    pub crit: Vec<(String, u64)>,
}

/// Metrics that can have a limit, besides `orphan`: the names of the states, without those that are always well.
pub const METRICS: [&str; 11] = [
    "silent",
    "stalled",
    "no-heartbeat",
    "suspect",
    "blocked",
    "expired",
    "unknown",
    "orphan",
    "unread",
    "contradictions",
    "blockers",
];

impl Limits {
    /// Reads `silent=1,orphan=1`.
    ///
    /// # Errors
    /// A sentence that names the part that is wrong, and what would be right.
    pub fn parse(raw: &str) -> Result<Vec<(String, u64)>, String> {
        raw.split(',')
            .filter(|part| !part.is_empty())
            .map(|part| {
                let (name, number) = part
                    .split_once('=')
                    .ok_or_else(|| format!("`{part}` is not METRIC=NUMBER"))?;
                if !METRICS.contains(&name) {
                    return Err(format!(
                        "no metric called `{name}`; there are {}",
                        METRICS.join(", ")
                    ));
                }
                let number = number
                    .parse()
                    .map_err(|_| format!("`{number}` in `{part}` is not a whole number"))?;
                Ok((name.to_owned(), number))
            })
            .collect()
    }

    fn of(list: &[(String, u64)], name: &str) -> Option<u64> {
        list.iter().rev().find(|(n, _)| n == name).map(|(_, n)| *n)
    }
}

/// The line of `check`, and its exit code. Without limits the worst problem decides; with limits they do. What cannot be read is
/// UNKNOWN in both cases.
#[must_use]
pub fn line(s: &Snapshot, limits: &Limits, now: Timestamp) -> (String, Exit) {
    let sum = summary(s);
    let total = sum.workers.get("total").copied().unwrap_or_default();
    let value = |name: &str| metric(s, &sum, name).unwrap_or_default();
    let over = |list: &[(String, u64)]| list.iter().any(|(name, limit)| value(name) >= *limit);
    let exit = if s.severity == Severity::Unknown {
        Exit::Unknown
    } else if *limits == Limits::default() {
        Exit::of(s.severity)
    } else if over(&limits.crit) {
        Exit::Critical
    } else if over(&limits.warn) {
        Exit::Warning
    } else {
        Exit::Ok
    };
    let mut out = format!("SWARM {} - {} |", word(exit), words(s));
    for name in METRICS {
        perfdata(&mut out, name, value(name), limits, total);
    }
    let up = sum.workers.get("up").copied().unwrap_or_default();
    let _ = write!(out, " 'up'={up};;;0;{total}");
    let t = sum.tasks;
    let _ = write!(
        out,
        " 'tasks_done'={};;;0;{} 'tasks_open'={};;;0;{}",
        t.done,
        t.total,
        t.open(),
        t.total
    );
    if let Some(read) = s.source.read_at {
        let _ = write!(
            out,
            " 'read_age'={:.1}s;5;15;0;",
            now.since(read).as_f64().max(0.0)
        );
    }
    (out, exit)
}

/// `'silent'=2;0;;0;12`.
fn perfdata(out: &mut String, name: &str, value: u64, limits: &Limits, total: u32) {
    let limit = |list| {
        let limit = Limits::of(list, name).map(|n| n.saturating_sub(1).to_string());
        limit.unwrap_or_default()
    };
    let of_workers = !matches!(name, "orphan" | "unread" | "contradictions" | "blockers");
    let max = if of_workers {
        total.to_string()
    } else {
        String::new()
    };
    let (warn, crit) = (limit(&limits.warn), limit(&limits.crit));
    let _ = write!(out, " '{name}'={value};{warn};{crit};0;{max}");
}

/// The line when nothing could be read at all.
#[must_use]
pub fn unreadable(why: &str) -> (String, Exit) {
    (
        format!("SWARM UNKNOWN - {}", text::line(why).replace('|', "¦")),
        Exit::Unknown,
    )
}

const fn word(exit: Exit) -> &'static str {
    match exit {
        Exit::Ok => "OK",
        Exit::Warning => "WARNING",
        Exit::Critical => "CRITICAL",
        _ => "UNKNOWN",
    }
}

/// `2 silent, 1 stalled of 9 workers; 1 orphan task; 2/9 tasks done`.
#[must_use]
pub fn words(s: &Snapshot) -> String {
    let sum = summary(s);
    let bad = [
        "silent",
        "stalled",
        "no-heartbeat",
        "suspect",
        "blocked",
        "unknown",
    ];
    let count = |name: &&str| {
        sum.workers
            .get(*name)
            .filter(|n| **n > 0)
            .map(|n| format!("{n} {name}"))
    };
    let mut counted: Vec<String> = bad.iter().filter_map(count).collect();
    let over = s.problems.iter().filter(|p| p.kind == "expired").count();
    if over > 0 {
        counted.push(format!("{over} expired with open tasks"));
    }
    let total = sum.workers.get("total").copied().unwrap_or_default();
    let mut out = if counted.is_empty() {
        format!("{total} workers, none in trouble")
    } else {
        format!("{} of {total} workers", counted.join(", "))
    };
    if sum.orphans > 0 {
        let _ = write!(
            out,
            "; {} orphan task{}",
            sum.orphans,
            if sum.orphans == 1 { "" } else { "s" }
        );
    }
    if let Some(error) = &s.source.error {
        let _ = write!(out, "; {}", error.replace('|', "¦"));
    }
    let _ = write!(out, "; {}/{} tasks done", sum.tasks.done, sum.tasks.total);
    out
}
