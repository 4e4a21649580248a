//! The background jobs of this process: what each serves, how it is, and the keys that drive it.

use super::frame;
use crate::{
    domain::Timestamp,
    link::{JobHealth, Phase},
    tui::{
        model::Model,
        screen::{Hits, List},
        theme::Role,
        widget::{self, Canvas, Column, Rows, Strip, cells},
    },
};
use ratatui::layout::Rect;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Col {
    Phase,
    Name,
    Serves,
    Ok,
    Next,
    Runs,
    Error,
}

/// Draws the jobs over `body`.
pub(super) fn draw(
    model: &Model,
    canvas: &mut Canvas<'_>,
    body: Rect,
    list: &List<&'static str>,
    hits: &mut Hits,
    now: Timestamp,
) {
    let title = Strip::of(format!("Daemons {}", model.jobs.len()), Role::Title);
    let lines = frame::tall(model.jobs.len().max(1)).saturating_add(6);
    let inner = frame::centred(canvas, body, (116, lines), &title);
    let mut rows = Rows::of(inner);
    if model.jobs.is_empty() {
        let words = " No background jobs run here; this dashboard only reads.";
        canvas.put(rows.line(), words, Role::Text);
        return;
    }
    let columns = columns(model, inner.width.saturating_sub(2));
    widget::place(canvas, inset(rows.line()), &columns, |c| {
        (c.title.to_owned(), Role::Dim)
    });
    let page = usize::from(rows.left().saturating_sub(3)).max(1);
    let top = list.window(page, model.jobs.len());
    for (i, job) in model.jobs.iter().enumerate().skip(top).take(page) {
        let line = rows.line();
        widget::place(canvas, inset(line), &columns, |c| cell(job, c.id, now));
        if Some(i) == list.row() {
            canvas.select(line);
            hits.point(line);
        }
        hits.row(line, i);
    }
    (hits.top, hits.page) = (top, page);
    if let Some(job) = list.row().and_then(|i| model.jobs.get(i)) {
        detail(canvas, rows, job, now);
    }
}

fn inset(line: Rect) -> Rect {
    Rect {
        x: line.x + 1,
        width: line.width.saturating_sub(2),
        ..line
    }
}

fn columns(model: &Model, width: u16) -> Vec<Column<Col>> {
    let widest = |of: &dyn Fn(&JobHealth) -> u16, most: u16| {
        model.jobs.iter().map(of).max().unwrap_or(4).clamp(6, most)
    };
    let column = |id, title, width, rank, right| Column {
        id,
        title,
        width,
        rank,
        grows: id == Col::Error,
        right,
    };
    let list = [
        column(Col::Phase, "phase", 10, 0, false),
        column(Col::Name, "job", widest(&|j| cells(j.name), 14), 0, false),
        column(Col::Ok, "last ok", 7, 1, true),
        column(Col::Next, "next", 6, 2, true),
        column(Col::Runs, "runs", 6, 5, true),
        column(
            Col::Serves,
            "serves",
            widest(&|j| cells(&j.serves), 28),
            4,
            false,
        ),
        column(Col::Error, "last error", 12, 3, false),
    ];
    widget::fit_columns(&list, width)
}

/// Symbol, word and colour of a phase.
fn phase(job: &JobHealth) -> (String, Role) {
    match job.phase {
        Phase::Idle if job.is_well() => ("◦ waits".to_owned(), Role::Ok),
        Phase::Idle => ("! waits".to_owned(), Role::Warn),
        Phase::Running => ("▸ runs".to_owned(), Role::Ok),
        Phase::Backoff { attempt, .. } => (format!("! retry {attempt}"), Role::Warn),
        Phase::Stopped => ("= stopped".to_owned(), Role::Hold),
        Phase::Dead => ("✗ dead".to_owned(), Role::Crit),
    }
}

fn next(job: &JobHealth, now: Timestamp) -> String {
    let at = match job.phase {
        Phase::Backoff { until, .. } => Some(until),
        Phase::Idle | Phase::Running => job.next_run,
        Phase::Stopped | Phase::Dead => None,
    };
    at.map_or_else(|| "—".to_owned(), |at| at.since(now).to_string())
}

fn cell(job: &JobHealth, column: Col, now: Timestamp) -> (String, Role) {
    match column {
        Col::Phase => phase(job),
        Col::Name => (job.name.to_owned(), Role::Title),
        Col::Serves => (job.serves.to_string(), Role::Text),
        Col::Ok => (
            job.last_ok
                .map_or_else(|| "never".to_owned(), |at| now.since(at).to_string()),
            Role::Text,
        ),
        Col::Next => (next(job, now), Role::Text),
        Col::Runs => (job.runs.to_string(), Role::Text),
        Col::Error => job.last_error.as_ref().map_or_else(
            || ("none".to_owned(), Role::Dim),
            |(at, words)| {
                let role = if job.is_well() { Role::Dim } else { Role::Warn };
                (format!("{} ago: {words}", now.since(*at)), role)
            },
        ),
    }
}

/// The selected job in full.
fn detail(canvas: &mut Canvas<'_>, mut rows: Rows, job: &JobHealth, now: Timestamp) {
    canvas.rule(rows.line(), &Strip::of(job.name, Role::Title));
    let panics = match job.panics {
        0 => String::new(),
        n => format!("   {n} panics caught"),
    };
    let serves = format!(" serves {}   {} runs{panics}", job.serves, job.runs);
    canvas.put(rows.line(), &serves, Role::Text);
    if let Some((at, words)) = &job.last_error {
        let error = format!("last error {} ago: {words}", now.since(*at));
        let rest = rows.rest();
        let mut rows = Rows::of(rest);
        for line in widget::lines(&error, rest.width.saturating_sub(2), true) {
            canvas.put(rows.line(), &format!(" {line}"), Role::Warn);
        }
    }
}
