//! Every view in every format: tables for people, rows for programs, pages for forges, cases for CI. Pure functions of a snapshot.

mod cases;
pub(super) mod grid;
pub(super) mod page;
pub(super) mod rows;

use super::{check, git, json, sessions, text};
use crate::domain::{
    Branch, Problem, Repo, Severity, Snapshot, Subject, Timestamp,
    filter::Filter,
    report::{Report, judged_from},
    session::{Session, SessionsReport, overall},
};
use grid::Grid;
use page::{LIMIT, Page};
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    sync::Arc,
};

/// Name and version of the format of a view's JSON.
pub const SCHEMA: &str = "swarmwarden.view/v1";

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Everything at a glance.
    Status,
    /// Workers.
    Workers,
    /// Tasks: open ones, then the newest closed ones.
    Tasks,
    /// Sessions; with `true` also those of which only a branch is known.
    Sessions(bool),
    /// What needs the operator.
    Alerts,
    /// Branches.
    Git,
}

/// How it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Tables for people.
    Table,
    /// With more columns.
    Wide,
    /// The published schema.
    Json,
    /// One JSON object per line.
    Ndjson,
    /// Comma-separated values.
    Csv,
    /// Markdown.
    Md,
    /// `JUnit`'s XML.
    Junit,
    /// Annotations of a workflow on GitHub.
    Github,
}

impl View {
    /// Name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Workers => "workers",
            Self::Tasks => "tasks",
            Self::Sessions(_) => "sessions",
            Self::Alerts => "alerts",
            Self::Git => "git",
        }
    }
}

/// Writes a view. O(what it shows).
///
/// # Errors
/// When the output cannot be written.
pub fn write(
    out: &mut dyn Write,
    s: &Snapshot,
    (view, format): (View, Format),
    now: Timestamp,
) -> io::Result<()> {
    match (format, view) {
        (Format::Table, View::Status) => text::write(out, s, now),
        (Format::Json, View::Status) => json::write(out, s, now),
        (Format::Table, View::Sessions(all)) => sessions::text(out, s, all),
        (Format::Json, View::Sessions(_)) => sessions::json(out, s),
        (Format::Md, View::Sessions(all)) => sessions::markdown(out, s, all),
        (Format::Table | Format::Md | Format::Json, View::Git) => branches(out, s, format, now),
        (Format::Md, _) => out.write_all(markdown(s, view, now).as_bytes()),
        (Format::Table | Format::Wide, _) => tables(out, s, view, format == Format::Wide, now),
        (Format::Csv, _) => grid_of(s, view, now).csv(out),
        (Format::Json, _) => envelope(out, s, view, now),
        (Format::Ndjson, _) => lines(out, s, view, now),
        (Format::Junit, _) => cases::junit(out, "swarm", cases_of(s, view, now)),
        (Format::Github, _) => cases::github(out, &cases_of(s, view, now)),
    }
}

fn shown(s: &Snapshot, all: bool) -> impl Iterator<Item = &Session> {
    let every = s.sessions.iter().map(AsRef::as_ref);
    every.filter(move |x: &&Session| all || !x.is_bare())
}

/// The picture with only those rows of a view that a filter lets through; of the status its workers. What is counted stays as it is. O(rows).
#[must_use]
pub fn narrowed(mut s: Snapshot, view: View, filter: &Filter, now: Timestamp) -> Snapshot {
    match view {
        View::Status | View::Workers => s.workers.retain(|w| filter.matches(&**w, now)),
        View::Tasks => s.tasks.retain(|t| filter.matches(&**t, now)),
        View::Sessions(_) => s.sessions.retain(|x| filter.matches(&**x, now)),
        View::Alerts => s.problems.retain(|p| filter.matches(p, now)),
        View::Git => {
            let repo = s.repo.take().map(|repo| {
                let shown = repo.branches.iter().filter(|b| filter.matches(*b, now));
                let branches = shown.cloned().collect();
                Arc::new(Repo {
                    branches,
                    ..Repo::clone(&repo)
                })
            });
            s.repo = repo;
        }
    }
    s
}

/// The repository whole, where it was read.
fn branches(out: &mut dyn Write, s: &Snapshot, format: Format, now: Timestamp) -> io::Result<()> {
    let Some(repo) = s.repo.as_deref() else {
        return writeln!(out, "no repository was read");
    };
    let who = |b: &Branch| git::whose(s, b);
    match format {
        Format::Md => git::markdown(out, repo, now, &who),
        Format::Json => git::json::write(out, repo, now, &who),
        _ => git::text(out, repo, now, &who),
    }
}

/// The rows of a view; of the status its workers.
fn grid_of(s: &Snapshot, view: View, now: Timestamp) -> Grid {
    match view {
        View::Status | View::Workers => rows::workers(s, now),
        View::Tasks => rows::tasks(s.tasks.iter().map(AsRef::as_ref)),
        View::Sessions(all) => rows::sessions(shown(s, all)),
        View::Alerts => rows::alerts(s),
        View::Git => rows::branches(s.repo.as_deref(), &|b| git::whose(s, b)),
    }
}

fn tables(
    out: &mut dyn Write,
    s: &Snapshot,
    view: View,
    wide: bool,
    now: Timestamp,
) -> io::Result<()> {
    let mut one = |grid: &Grid| {
        let (head, rows) = grid.shown(wide, now);
        text::table(out, &head, rows)
    };
    if view != View::Status {
        return one(&grid_of(s, view, now));
    }
    for view in [View::Alerts, View::Workers, View::Tasks] {
        one(&grid_of(s, view, now))?;
    }
    Ok(())
}

fn cases_of(s: &Snapshot, view: View, now: Timestamp) -> Vec<cases::Case> {
    match view {
        View::Status => {
            let mut all = cases::workers(s);
            all.extend(cases::tasks(s, now));
            all
        }
        View::Workers => cases::workers(s),
        View::Tasks => cases::tasks(s, now),
        View::Sessions(all) => cases::sessions(shown(s, all)),
        View::Alerts => cases::alerts(s),
        View::Git => cases::branches(s),
    }
}

/// The rows of a view as objects, as the status has them.
fn objects(s: &Snapshot, view: View, now: Timestamp) -> io::Result<Vec<Value>> {
    let of = |mut whole: Value, key: &str| match whole.get_mut(key).map(Value::take) {
        Some(Value::Array(rows)) => rows,
        _ => Vec::new(),
    };
    Ok(match view {
        View::Sessions(_) => {
            let overall = overall(s);
            let whole = serde_json::to_value(SessionsReport::new(s, &overall))?;
            of(whole, "sessions")
        }
        View::Git => s.repo.as_deref().map_or_else(Vec::new, |repo| {
            let all = repo.branches.iter();
            all.map(|b| git::json::branch(repo, b, &|b| git::whose(s, b)))
                .collect()
        }),
        View::Status | View::Workers | View::Tasks | View::Alerts => {
            of(serde_json::to_value(Report::new(s, now))?, view.name())
        }
    })
}

fn envelope(out: &mut dyn Write, s: &Snapshot, view: View, now: Timestamp) -> io::Result<()> {
    let whole = json!({
        "schema": SCHEMA, "view": view.name(), "generated_at": now,
        "source": { "path": &*s.source.path, "state": s.source.state(now).name(), "judged_from": judged_from(s, now) },
        "rows": objects(s, view, now)?,
    });
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    writeln!(out)
}

fn lines(out: &mut dyn Write, s: &Snapshot, view: View, now: Timestamp) -> io::Result<()> {
    let all = match view {
        View::Status => &[View::Workers, View::Tasks, View::Alerts][..],
        _ => &[view],
    };
    for view in all {
        for mut row in objects(s, *view, now)? {
            if let Some(object) = row.as_object_mut() {
                object.insert("view".to_owned(), view.name().into());
            }
            writeln!(out, "{row}")?;
        }
    }
    Ok(())
}

/// The verdict in a line.
pub(super) fn verdict(s: &Snapshot) -> String {
    let word = match s.severity {
        Severity::Ok | Severity::Notice => "OK",
        Severity::Warning => "WARNING",
        Severity::Critical => "CRITICAL",
        Severity::Unknown => "UNKNOWN",
    };
    format!("{word}: {}", check::words(s))
}

/// What to type next about a problem.
pub(super) fn next_step(s: &Snapshot, p: &Problem) -> String {
    match &p.subject {
        Subject::Source => "swarmwarden doctor".to_owned(),
        Subject::Session(key) => {
            let session = s.sessions.iter().find(|x| x.key == *key);
            session.and_then(|x| x.advice()).unwrap_or_default()
        }
        Subject::Worker(conversation, id) => {
            let worker = s.workers.iter().find(|w| w.conversation == *conversation);
            let holds = worker.is_some_and(|w| !w.tasks.is_empty());
            match p.kind {
                "silent" | "expired" if holds => {
                    format!("swarmwarden reassign --all-of {id} --to auto")
                }
                "stalled" | "suspect" => format!("swarmwarden nudge {id}"),
                _ => format!("swarmwarden explain {id}"),
            }
        }
    }
}

/// A view as a page of Markdown below 900 KiB; of the status all that it tells.
fn markdown(s: &Snapshot, view: View, now: Timestamp) -> String {
    let mut page = Page::new(LIMIT);
    if view != View::Status {
        page.table(&grid_of(s, view, now), false, now);
        return page.finish();
    }
    let (name, at) = (super::markdown::escape(&s.source.name), now.rfc3339());
    page.line(&format!("**{}** ({name}, {at})", verdict(s)));
    let sessions = rows::sessions(shown(s, false));
    if !sessions.rows.is_empty() {
        page.line("\n### Sessions");
        page.table(&sessions, false, now);
    }
    if !s.problems.is_empty() {
        page.line("\n### Needs you");
        let (mut head, mut all) = rows::alerts(s).shown(false, now);
        head.push("NEXT");
        for (row, problem) in all.iter_mut().zip(&s.problems) {
            row.push(next_step(s, problem));
        }
        page.rows(&head, all);
    }
    let workers = rows::workers(s, now);
    page.folded(&format!("{} workers", workers.rows.len()), &workers, now);
    let tasks = grid_of(s, View::Tasks, now);
    page.folded(&format!("{} tasks", tasks.rows.len()), &tasks, now);
    if let Some(repo) = &s.repo {
        let branches = grid_of(s, View::Git, now);
        page.folded(&format!("{} branches", repo.branch_count), &branches, now);
    }
    page.finish()
}

#[cfg(test)]
mod tests;
