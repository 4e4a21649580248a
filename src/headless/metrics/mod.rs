//! The page of metrics, in the text format of Prometheus. Times, never ages: an age is the difference to the time of the query. Every series
//! of a state is there even at 0. No label holds free text: sessions, teams, workers and branches are names.

mod family;
mod jobs;
mod workers;

use crate::domain::{
    Kind, Severity, Snapshot, Task, TaskState, Timestamp, alert::Status, repo::Cell,
    tally::DURATIONS,
};
use crate::headless::doctor::facts::Daemon;
use family::Family;
use prometheus::TextEncoder;
use std::{collections::HashMap, sync::Arc};

/// What a page needs besides the picture.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Size of the database, in bytes, with its log.
    pub size: Option<u64>,
    /// Reads of the bridge that failed since this process began.
    pub errors: u64,
    /// Processes that keep this swarm alive, by their health files.
    pub daemons: Vec<Daemon>,
    /// Also every branch by itself.
    pub branches: bool,
}

/// The page. O(workers × states + tasks + branches).
///
/// # Errors
/// When a family breaks the rules of the format, which no family does that is made here.
pub fn page(s: &Snapshot, around: &Around, now: Timestamp) -> Result<String, String> {
    let mut all = source(s, around, now);
    all.extend(workers::families(s));
    all.extend(tasks(s));
    all.extend(traffic(s));
    all.push(alerts(s));
    all.extend(git(s, around.branches));
    all.extend(jobs::families(&around.daemons, now));
    let encoded: Vec<_> = all.into_iter().filter_map(Family::encoded).collect();
    TextEncoder::new()
        .encode_to_string(&encoded)
        .map_err(|e| e.to_string())
}

/// Seconds since 1970.
fn seconds(at: Timestamp) -> f64 {
    at.since(Timestamp(0)).as_f64()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the format has no other numbers, and counts stay far below 2^53"
)]
const fn number(n: u64) -> f64 {
    n as f64
}

fn source(s: &Snapshot, around: &Around, now: Timestamp) -> Vec<Family> {
    let mut build = Family::gauge("swarm_build_info", "1; the version is its label.");
    build.put(&[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    let live = matches!(
        s.source.state(now),
        crate::domain::DataState::Live | crate::domain::DataState::Recorded(_)
    );
    let mut read = Family::gauge(
        "swarm_bridge_last_read_timestamp_seconds",
        "When the bridge was read last.",
    );
    if let Some(at) = s.source.read_at {
        read.put(&[], seconds(at));
    }
    let mut size = Family::gauge(
        "swarm_bridge_size_bytes",
        "Size of the bridge's database with its log.",
    );
    if let Some(bytes) = around.size {
        size.put(&[], number(bytes));
    }
    vec![
        build,
        Family::gauge(
            "swarm_bridge_up",
            "1 when the bridge was read a moment ago, else 0.",
        )
        .with(f64::from(u8::from(live))),
        read,
        Family::counter(
            "swarm_bridge_read_errors_total",
            "Reads of the bridge that failed since this process began.",
        )
        .with(number(around.errors)),
        size,
    ]
}

/// The session of each conversation that is shown.
fn sessions(s: &Snapshot) -> HashMap<&str, &str> {
    let all = s.workers.iter();
    all.map(|w| (w.conversation.raw(), &*w.session)).collect()
}

fn tasks(s: &Snapshot) -> Vec<Family> {
    let by = sessions(s);
    let mut counts: HashMap<(&str, TaskState), u64> = HashMap::new();
    let mut oldest: HashMap<TaskState, Timestamp> = HashMap::new();
    for task in &s.tasks {
        let holder = task.holder().map(|h| h.conversation.raw());
        let session = holder.and_then(|h| by.get(h)).copied().unwrap_or("");
        *counts.entry((session, task.state)).or_default() += 1;
        if let Some(made) = made(task).filter(|_| task.state.is_open()) {
            let first = oldest.entry(task.state).or_insert(made);
            *first = made.min(*first);
        }
    }
    let mut names: Vec<&str> = by.values().copied().collect();
    names.extend(counts.keys().map(|(session, _)| *session));
    names.sort_unstable();
    names.dedup();
    let mut open = Family::gauge(
        "swarm_tasks",
        "Tasks by state: all that are open, and the newest that are closed.",
    );
    for session in names {
        for state in TaskState::ALL {
            let n = counts.get(&(session, state)).copied().unwrap_or(0);
            open.put(&[("session", session), ("state", state.name())], number(n));
        }
    }
    let mut first = Family::gauge(
        "swarm_oldest_task_created_timestamp_seconds",
        "When the oldest open task in this state was assigned first.",
    );
    for state in TaskState::ALL {
        if let Some(at) = oldest.get(&state) {
            first.put(&[("state", state.name())], seconds(*at));
        }
    }
    let mut done = Family::counter("swarm_tasks_completed_total", "Tasks that were completed.");
    let mut moved = Family::counter(
        "swarm_task_reassignments_total",
        "Tasks that went from one worker to another, by why.",
    );
    for (session, counts) in s.tally.sessions() {
        done.put(&[("session", session)], number(counts.completed));
        for (reason, n) in counts.moved() {
            moved.put(&[("session", session), ("reason", reason)], number(n));
        }
    }
    let d = &s.tally.durations;
    let classes = DURATIONS.into_iter().map(f64::from).zip(d.classes);
    let took = Family::histogram(
        "swarm_task_duration_seconds",
        "From the last assignment of a task to its completion.",
    );
    vec![
        open,
        first,
        done,
        moved,
        took.with_classes(classes, d.sum, d.count),
    ]
}

/// When a task was assigned first.
fn made(task: &Arc<Task>) -> Option<Timestamp> {
    task.holders.first().and_then(|h| h.at)
}

fn traffic(s: &Snapshot) -> Vec<Family> {
    let mut messages = Family::counter(
        "swarm_messages_total",
        "Messages over the whole history, by what they say.",
    );
    for (session, counts) in s.tally.sessions() {
        for kind in Kind::ALL {
            messages.put(
                &[("session", session), ("type", kind.name())],
                number(counts.messages(kind)),
            );
        }
    }
    let mut waiting: HashMap<&str, u64> = HashMap::new();
    for worker in &s.workers {
        *waiting.entry(&worker.session).or_default() += u64::from(worker.unread);
    }
    let mut waiting: Vec<_> = waiting.into_iter().collect();
    waiting.sort_unstable();
    let mut unread = Family::gauge(
        "swarm_messages_unread",
        "Messages to workers that are not fetched.",
    );
    for (session, n) in waiting {
        unread.put(&[("session", session)], number(n));
    }
    vec![messages, unread]
}

fn alerts(s: &Snapshot) -> Family {
    let shown = [Severity::Notice, Severity::Warning, Severity::Critical];
    let mut counts: HashMap<(Severity, &str), u64> = HashMap::new();
    // Nobody keeps the book: what needs the operator fires.
    if s.alerts.is_empty() {
        for problem in &s.problems {
            *counts
                .entry((problem.severity, Status::Firing.name()))
                .or_default() += 1;
        }
    }
    for alert in &s.alerts {
        *counts
            .entry((alert.severity, alert.status.name()))
            .or_default() += 1;
    }
    let mut family = Family::gauge("swarm_alerts", "Alerts by severity and status.");
    for severity in shown {
        for status in Status::ALL {
            let n = counts.get(&(severity, status.name())).copied().unwrap_or(0);
            let labels = [("severity", severity.name()), ("status", status.name())];
            family.put(&labels, number(n));
        }
    }
    family
}

fn git(s: &Snapshot, each: bool) -> Vec<Family> {
    let Some(repo) = s.repo.as_deref() else {
        return Vec::new();
    };
    let matrix = repo.matrix.as_deref();
    let of = |branch: &crate::domain::Branch| {
        if branch.merged {
            return "merged";
        }
        match matrix.and_then(|m| m.with_base(&branch.name)) {
            Some(Cell::Clean) => "clean",
            Some(Cell::Conflict(_)) => "conflict",
            Some(Cell::Unrelated) => "unrelated",
            Some(Cell::Pending | Cell::Unknown(_)) | None => "unknown",
        }
    };
    let mut branches = Family::gauge(
        "swarm_git_branches",
        "Branches by what merging them into the base would do.",
    );
    for merge in ["merged", "clean", "conflict", "unrelated", "unknown"] {
        let n = repo.branches.iter().filter(|b| of(b) == merge).count() as u64;
        branches.put(&[("merge", merge)], number(n));
    }
    let mut commits = Family::gauge(
        "swarm_git_branch_commits",
        "Commits of a branch that the base lacks, and the other way round.",
    );
    for branch in repo.branches.iter().filter(|_| each) {
        for (side, n) in [("ahead", branch.ahead), ("behind", branch.behind)] {
            commits.put(&[("branch", &branch.name), ("side", side)], f64::from(n));
        }
    }
    vec![branches, commits]
}

#[cfg(test)]
mod tests;
