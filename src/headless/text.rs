//! `status` as text: tables whose columns stay in their order and are never cut.

use super::{
    check,
    view::{grid::Grid, rows},
};
use crate::domain::{DataState, Severity, Snapshot, State, Timestamp, report::judged_from};
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
    if !s.problems.is_empty() {
        grid(out, &rows::alerts(s), now)?;
    }
    grid(out, &rows::workers(s, now), now)?;
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

fn grid(out: &mut dyn Write, grid: &Grid, now: Timestamp) -> io::Result<()> {
    let (head, rows) = grid.shown(false, now);
    table(out, &head, rows)
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
    let shown = rows::tasks(
        open.chain(closed.iter().copied().take(CLOSED))
            .map(AsRef::as_ref),
    );
    if shown.rows.is_empty() {
        return Ok(());
    }
    grid(out, &shown, now)?;
    let hidden = closed.len().saturating_sub(CLOSED);
    if hidden > 0 {
        writeln!(out, "and {hidden} more closed tasks; -o json lists them")?;
    }
    Ok(())
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
        writeln!(out, "{}", inert(line.trim_end()))?;
    }
    Ok(())
}

/// A line that begins as a command of a CI runner does is none any more.
pub(super) fn inert(line: &str) -> std::borrow::Cow<'_, str> {
    if line.trim_start().starts_with("::") {
        format!("'{line}").into()
    } else {
        line.into()
    }
}
