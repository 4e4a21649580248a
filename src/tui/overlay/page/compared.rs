//! Two instants, held against each other, as lines.

use crate::{
    domain::{
        Problem, Subject, TaskId,
        compare::{Comparison, Standing, TaskChange, WorkerChange},
    },
    tui::{
        theme::Role,
        widget::{self, Strip},
    },
};

/// Title and lines, worst first.
pub(super) fn lines(found: &Comparison, width: u16) -> (String, Vec<Strip>) {
    let title = format!(
        "{} → {}, {} apart",
        found.from.clock(),
        found.to.clock(),
        found.to.since(found.from)
    );
    let mut out = vec![totals(found)];
    if found.is_empty() {
        out.push(Strip::of("Nothing else is different.", Role::Text));
        return (title, out);
    }
    section(
        &mut out,
        "BEGAN",
        found.began.iter().map(|p| problem(p, "+", Role::Added)),
    );
    section(
        &mut out,
        "ENDED",
        found.ended.iter().map(|p| problem(p, "-", Role::Removed)),
    );
    let rows = found.workers.iter().flat_map(|w| worker(w, width));
    section(&mut out, "WORKERS", rows);
    section(&mut out, "TASKS", found.tasks.iter().map(task));
    (title, out)
}

fn section(out: &mut Vec<Strip>, title: &str, rows: impl Iterator<Item = Strip>) {
    let mut rows = rows.peekable();
    if rows.peek().is_some() {
        out.push(Strip::new());
        out.push(Strip::of(title, Role::Title));
        out.extend(rows);
    }
}

fn totals(found: &Comparison) -> Strip {
    let pair = |name: &str, before: u64, after: u64| match after.checked_sub(before) {
        Some(0) => format!("{name} {after}"),
        Some(more) => format!("{name} {before} → {after} (+{more})"),
        None => format!("{name} {before} → {after} (-{})", before - after),
    };
    let (up, has) = found.up;
    let words = [
        pair("up", up.into(), has.into()),
        pair("done", found.done.0, found.done.1),
        pair("messages", found.messages.0, found.messages.1),
        pair("unread", found.unread.0, found.unread.1),
    ];
    Strip::of(words.join(" · "), Role::Text)
}

fn problem(problem: &Problem, sign: &str, role: Role) -> Strip {
    let mark = widget::severity(problem.severity);
    Strip::of(format!("{sign} "), role)
        .add(format!("{:<7}", mark.text()), mark.role)
        .add(format!("{:<22}", name(&problem.subject)), Role::Text)
        .add(problem.sentence.clone(), Role::Text)
}

/// Whom it concerns.
fn name(subject: &Subject) -> String {
    match subject {
        Subject::Worker(_, id) => id.to_string(),
        Subject::Session(key) => key.to_string(),
        Subject::Source => "bridge".to_owned(),
    }
}

fn worker(change: &WorkerChange, width: u16) -> Vec<Strip> {
    let state = |state: Option<crate::domain::State>, none: &str| {
        state.map_or_else(
            || (format!("{none:<9}"), Role::Dim),
            |state| {
                let mark = widget::state(state);
                (format!("{:<9}", mark.text()), mark.role)
            },
        )
    };
    let (before, was) = state(change.before, "not there");
    let (after, is) = state(change.after, "gone");
    let name = format!("{:<22}", change.id.to_string());
    let mut line = Strip::of(name, Role::Text)
        .add(before, was)
        .add(" → ", Role::Dim)
        .add(after, is);
    if let Some((said, says)) = &change.reported {
        let words = |w: &Option<std::sync::Arc<str>>| w.as_deref().unwrap_or("nothing").to_owned();
        let words = format!("  says {}, said {}", words(says), words(said));
        line = line.add(words, Role::Dim);
    }
    let mut out = vec![
        line.join(tasks(" +", &change.gained, Role::Added))
            .join(tasks(" -", &change.lost, Role::Removed)),
    ];
    if change.before != change.after && !change.reason.is_empty() {
        let room = width.saturating_sub(4);
        let lines = widget::lines(&change.reason, room, true);
        out.extend(
            lines
                .into_iter()
                .map(|l| Strip::of(format!("    {l}"), Role::Dim)),
        );
    }
    out
}

fn tasks(sign: &str, ids: &[TaskId], role: Role) -> Strip {
    ids.iter().fold(Strip::new(), |line, id| {
        line.add(format!("{sign}{id}"), role)
    })
}

fn task(change: &TaskChange) -> Strip {
    let words = |standing: &Option<Standing>, none| match standing {
        None => Strip::of(none, Role::Dim),
        Some(standing) => {
            let mark = widget::task(standing.state);
            let owner = standing.owner.as_ref().map(ToString::to_string);
            let progress = standing
                .progress
                .map_or_else(String::new, |p| format!(" {p}%"));
            let owner = owner.map_or_else(String::new, |o| format!(" {o}"));
            Strip::of(mark.text(), mark.role).add(
                format!("{owner} g{}{progress}", standing.generation),
                Role::Text,
            )
        }
    };
    Strip::of(format!("{:<22}", change.id.to_string()), Role::Text)
        .join(words(&change.before, "not there yet"))
        .add(" → ", Role::Dim)
        .join(words(&change.after, "not kept"))
}
