//! `status` as text: tables whose columns stay in their order and are never cut.

use super::check;
use crate::domain::{
    DataState, Severity, Snapshot, Span, State, Subject, Task, Timestamp, Worker,
    report::judged_from, text::fit,
};
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// Closed tasks that are listed beside the open ones.
const CLOSED: usize = 10;

/// Writes the status of a snapshot.
///
/// # Errors
/// When the output cannot be written.
pub fn write(out: &mut dyn Write, s: &Snapshot, now: Timestamp) -> io::Result<()> {
    let state = match s.source.state(now) {
        DataState::Recorded(at) => format!("RECORDED {at}"),
        DataState::Live => format!("LIVE {now}"),
        other => format!("{} {now}", other.name().to_uppercase()),
    };
    let severity = match s.severity {
        Severity::Ok | Severity::Notice => "OK",
        Severity::Warning => "WARNING",
        Severity::Critical => "CRITICAL",
        Severity::Unknown => "UNKNOWN",
    };
    writeln!(
        out,
        "{}  {state}  {severity}: {}",
        s.source.name,
        check::words(s)
    )?;
    let schema = s
        .source
        .schema
        .map_or("unknown", crate::domain::Schema::name);
    writeln!(
        out,
        "{} conversations ({} folded under newer ones), {} messages, {} unread, schema {schema}; judged from {}",
        s.workers.len() + s.folded,
        s.folded,
        s.traffic.messages,
        s.traffic.unread,
        judged_from(s, now),
    )?;
    for fault in s.source.faults.iter() {
        writeln!(out, "partial: {}: {}", fault.what, fault.remedy)?;
    }
    if let Some(error) = &s.source.error {
        writeln!(out, "stale: {error}")?;
    }
    if let Some(repo) = &s.repo {
        writeln!(out, "{}", git(repo))?;
    }
    problems(out, s, now)?;
    workers(out, s, now)?;
    tasks(out, s, now)
}

fn git(repo: &crate::domain::Repo) -> String {
    if let Some(error) = &repo.error {
        return format!("git: {error}");
    }
    format!(
        "git: {} at {}, {} branches, {} modified, {} untracked, {} in conflict",
        repo.head, repo.commit, repo.branch_count, repo.modified, repo.untracked, repo.conflicted
    )
}

fn problems(out: &mut dyn Write, s: &Snapshot, now: Timestamp) -> io::Result<()> {
    if s.problems.is_empty() {
        return Ok(());
    }
    let rows = s.problems.iter().map(|p| {
        let subject = match &p.subject {
            Subject::Worker(_, id) => id.to_string(),
            Subject::Session(key) => key.to_string(),
            Subject::Source => s.source.name.to_string(),
        };
        let since = format!("{} ago", now.since(p.since));
        vec![
            p.severity.name().to_uppercase(),
            p.kind.to_owned(),
            subject,
            since,
            p.sentence.clone(),
        ]
    });
    table(
        out,
        &["PROBLEM", "KIND", "WORKER", "SINCE", "WHY"],
        rows.collect(),
    )
}

fn workers(out: &mut dyn Write, s: &Snapshot, now: Timestamp) -> io::Result<()> {
    let rows = s.workers.iter().map(|w| {
        let age = |at: Option<Timestamp>| {
            at.map_or_else(|| "never".to_owned(), |at| now.since(at).to_string())
        };
        vec![
            w.id.to_string(),
            w.team.as_deref().unwrap_or("-").to_owned(),
            word(w.verdict.state).to_owned(),
            w.verdict.since.rfc3339(),
            age(w.beat()),
            age(w.activity.map(|(at, _)| at)),
            w.unread.to_string(),
            w.reported.as_deref().unwrap_or("-").to_owned(),
            held(w),
            next(w, now),
        ]
    });
    let head = [
        "WORKER",
        "TEAM",
        "STATE",
        "SINCE",
        "HEARTBEAT",
        "ACTIVITY",
        "UNREAD",
        "SAYS",
        "TASK",
        "NEXT",
    ];
    table(out, &head, rows.collect())
}

fn held(w: &Worker) -> String {
    match w.tasks.as_slice() {
        [] => "-".to_owned(),
        [only] => only.to_string(),
        [first, rest @ ..] => format!("{first} +{}", rest.len()),
    }
}

fn next(w: &Worker, now: Timestamp) -> String {
    w.verdict.next.map_or_else(
        || "-".to_owned(),
        |(at, state)| format!("{} in {}", state.name(), Span(at.since(now).0)),
    )
}

/// The word of a state on screen.
#[must_use]
pub const fn word(state: State) -> &'static str {
    match state {
        State::Healthy => "WORKING",
        State::NoHeartbeat => "NO-BEAT",
        State::Finished => "DONE",
        State::Held => "HOLD",
        State::Silent => "SILENT",
        State::Stalled => "STALLED",
        State::Suspect => "SUSPECT",
        State::Blocked => "BLOCKED",
        State::Expired => "EXPIRED",
        State::Unknown => "UNKNOWN",
        State::New => "NEW",
        State::Idle => "IDLE",
    }
}

fn tasks(out: &mut dyn Write, s: &Snapshot, now: Timestamp) -> io::Result<()> {
    let c = &s.task_counts;
    writeln!(
        out,
        "\n{} tasks: {} done, {} running, {} blocked, {} delivered, {} sent, {} queued, {} failed, {} cancelled, {} dead",
        c.total,
        c.done,
        c.running,
        c.blocked,
        c.delivered,
        c.sent,
        c.queued,
        c.failed,
        c.cancelled,
        c.dead
    )?;
    let open = s.tasks.iter().filter(|t| t.state.is_open());
    let mut closed: Vec<_> = s.tasks.iter().filter(|t| !t.state.is_open()).collect();
    closed.sort_by_key(|t| std::cmp::Reverse((t.moved_from().is_some(), t.closed_at)));
    let rows: Vec<_> = open
        .chain(closed.iter().copied().take(CLOSED))
        .map(|t| row(t, now))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    table(
        out,
        &[
            "TASK",
            "STATE",
            "PRIO",
            "PROGRESS",
            "GEN",
            "WORKER",
            "FROM",
            "REPORTED",
            "DESCRIPTION",
        ],
        rows,
    )?;
    let hidden = closed.len().saturating_sub(CLOSED);
    if hidden > 0 {
        writeln!(out, "and {hidden} more closed tasks; -o json lists them")?;
    }
    Ok(())
}

fn row(t: &Task, now: Timestamp) -> Vec<String> {
    let dash = || "-".to_owned();
    let mut state = t.state.name().to_owned();
    if !t.late.is_empty() {
        state = format!("{state}, {} late", t.late.len());
    }
    vec![
        t.id.to_string(),
        state,
        t.priority.map_or_else(dash, |p| format!("P{p}")),
        t.progress.map_or_else(dash, |p| format!("{p}%")),
        format!("g{}", t.generation),
        t.holder().map_or_else(dash, |h| h.worker.to_string()),
        t.moved_from().map_or_else(dash, |h| h.worker.to_string()),
        t.reported_at
            .map_or_else(dash, |at| format!("{} ago", now.since(at))),
        fit(&t.description, 60).into_owned(),
    ]
}

/// Columns two spaces apart, as wide as their widest cell; the last one is not padded.
pub(super) fn table(out: &mut dyn Write, head: &[&str], rows: Vec<Vec<String>>) -> io::Result<()> {
    writeln!(out)?;
    let mut widths: Vec<usize> = head.iter().map(|h| h.width()).collect();
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let head = head.iter().map(|h| (*h).to_owned()).collect();
    for row in std::iter::once(head).chain(rows) {
        let row: Vec<String> = row;
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(&row) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(
                ' ',
                width.saturating_sub(cell.width()) + 2,
            ));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
