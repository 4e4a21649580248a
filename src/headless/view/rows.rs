//! Each view as a grid. O(rows) each.

use super::grid::{Cell, Column, For, Grid, column};
use crate::{
    domain::{
        Problem, Repo, Snapshot, Subject, Task, Timestamp, Worker, session::Session, text::fit,
    },
    headless::{
        git::{Owner, merge_state},
        text::word,
    },
};

const WORKERS: [Column; 20] = [
    column("WORKER", "worker", For::All),
    column("TEAM", "team", For::All),
    column("STATE", "state", For::All),
    column("SINCE", "since", For::All),
    column("HEARTBEAT", "last_heartbeat", For::All),
    column("ACTIVITY", "last_activity", For::All),
    column("UNREAD", "unread", For::All),
    column("SAYS", "reported", For::All),
    column("TASK", "tasks", For::All),
    column("NEXT", "next", For::People),
    column("NEXT", "next_state", For::Programs),
    column("AT", "next_at", For::Programs),
    column("DONE", "done", For::Wide),
    column("FAILED", "failed", For::Wide),
    column("SESSION", "session", For::Wide),
    column("ROLE", "role", For::Programs),
    column("CONVERSATION", "conversation", For::Wide),
    column("EXPIRES", "expires", For::Wide),
    column("CREATED", "created", For::Programs),
    column("WHY", "reason", For::Wide),
];

pub(crate) fn workers(s: &Snapshot, now: Timestamp) -> Grid {
    let row = |w: &Worker| {
        let next = w.verdict.next;
        let within = |(at, state): (Timestamp, crate::domain::State)| {
            let span = crate::domain::Span(at.since(now).0);
            Cell::Text(format!("{} in {span}", state.name()))
        };
        vec![
            Cell::text(w.id.to_string()),
            Cell::maybe(w.team.as_deref()),
            Cell::text(word(w.verdict.state)),
            Cell::At(w.verdict.since),
            Cell::Age(w.beat()),
            Cell::Age(w.activity.map(|(at, _)| at)),
            Cell::Count(w.unread.into()),
            Cell::maybe(w.reported.as_deref()),
            Cell::Names(w.tasks.iter().map(ToString::to_string).collect()),
            next.map_or(Cell::None, within),
            next.map_or(Cell::None, |(_, state)| Cell::text(state.name())),
            next.map_or(Cell::None, |(at, _)| Cell::At(at)),
            Cell::Count(w.done.into()),
            Cell::Count(w.failed.into()),
            Cell::text(&*w.session),
            Cell::maybe(w.role.as_deref()),
            Cell::text(w.conversation.to_string()),
            w.expires.map_or(Cell::None, Cell::At),
            w.created.map_or(Cell::None, Cell::At),
            Cell::text(&*w.verdict.reason),
        ]
    };
    Grid {
        columns: WORKERS.to_vec(),
        rows: s.workers.iter().map(|w| row(w)).collect(),
    }
}

const TASKS: [Column; 16] = [
    column("TASK", "task", For::All),
    column("STATE", "state", For::All),
    column("PRIO", "priority", For::All),
    column("PROGRESS", "progress", For::All),
    column("GEN", "generation", For::All),
    column("WORKER", "worker", For::All),
    column("FROM", "moved_from", For::All),
    column("REPORTED", "reported_at", For::All),
    column("LATE", "late", For::Wide),
    column("ASSIGNED", "assigned_at", For::Wide),
    column("CLOSED", "closed_at", For::Wide),
    column("DEPENDS", "depends_on", For::Wide),
    column("RESULT", "result", For::Wide),
    column("CONVERSATION", "conversation", For::Programs),
    column("DESCRIPTION", "description", For::Programs),
    column("DESCRIPTION", "", For::People),
];

pub(crate) fn tasks<'a>(all: impl Iterator<Item = &'a Task>) -> Grid {
    let row = |t: &Task| {
        let holder = t.holder();
        let state = match t.late.len() {
            0 => t.state.name().to_owned(),
            n => format!("{}, {n} late", t.state.name()),
        };
        vec![
            Cell::text(t.id.to_string()),
            Cell::Text(state),
            Cell::maybe(t.priority.map(|p| format!("P{p}"))),
            Cell::maybe(t.progress.map(|p| format!("{p}%"))),
            Cell::Text(format!("g{}", t.generation)),
            Cell::maybe(holder.map(|h| h.worker.to_string())),
            Cell::maybe(t.moved_from().map(|h| h.worker.to_string())),
            t.reported_at.map_or(Cell::None, Cell::Ago),
            Cell::Count(t.late.len() as u64),
            holder.and_then(|h| h.at).map_or(Cell::None, Cell::At),
            t.closed_at.map_or(Cell::None, Cell::At),
            Cell::Names(t.depends_on.iter().map(ToString::to_string).collect()),
            Cell::maybe(t.result.as_deref()),
            Cell::maybe(holder.map(|h| h.conversation.to_string())),
            Cell::text(&*t.description),
            Cell::text(fit(&t.description, 60)),
        ]
    };
    Grid {
        columns: TASKS.to_vec(),
        rows: all.map(row).collect(),
    }
}

const ALERTS: [Column; 8] = [
    column("PROBLEM", "severity", For::All),
    column("KIND", "kind", For::All),
    column("WORKER", "subject", For::All),
    column("SINCE", "since", For::All),
    column("STATUS", "status", For::Wide),
    column("ACK", "acked_by", For::Wide),
    column("ID", "id", For::Wide),
    column("WHY", "sentence", For::All),
];

/// Whom a problem concerns, as people call it.
pub(crate) fn subject(s: &Snapshot, p: &Problem) -> String {
    match &p.subject {
        Subject::Worker(_, id) => id.to_string(),
        Subject::Session(key) => key.to_string(),
        Subject::Source => s.source.name.to_string(),
    }
}

pub(crate) fn alerts(s: &Snapshot) -> Grid {
    let row = |p: &Problem| {
        let life = s.alerts.iter().find(|a| a.key == p.key);
        vec![
            Cell::Text(p.severity.name().to_uppercase()),
            Cell::text(p.kind),
            Cell::Text(subject(s, p)),
            Cell::Ago(p.since),
            Cell::text(life.map_or("firing", |a| a.status.name())),
            Cell::maybe(life.and_then(|a| a.ack.as_ref()).map(|k| &*k.by)),
            Cell::text(&*p.key),
            Cell::text(&*p.sentence),
        ]
    };
    Grid {
        columns: ALERTS.to_vec(),
        rows: s.problems.iter().map(row).collect(),
    }
}

const SESSIONS: [Column; 13] = [
    column("SESSION", "session", For::All),
    column("KEY", "key", For::Wide),
    column("CLAIM", "claim", For::All),
    column("EVIDENCE", "stage", For::All),
    column("DONE", "percent", For::All),
    column("TASKS", "tasks_done", For::All),
    column("OF", "tasks", For::Programs),
    column("WORKERS", "workers_up", For::All),
    column("OF", "workers", For::Programs),
    column("ETA", "eta", For::All),
    column("LAST", "last", For::All),
    column("BRANCH", "branch", For::All),
    column("AGAINST", "contradictions", For::Wide),
];

pub(crate) fn sessions<'a>(all: impl Iterator<Item = &'a Session>) -> Grid {
    let of = |n: u64, all: u64| (all > 0).then(|| format!("{n}/{all}"));
    let row = |x: &Session| {
        let (up, workers) = (u64::from(x.states.up()), u64::from(x.states.total()));
        let workers = if x.workers.is_empty() { 0 } else { workers };
        vec![
            Cell::Text(x.name()),
            Cell::text(&*x.key),
            Cell::Text(x.claimed()),
            Cell::text(x.stage.name()),
            Cell::maybe(
                x.progress
                    .map(|p| format!("{}% {}", p.percent(), p.basis.name())),
            ),
            Cell::maybe(of(x.tasks.done, x.tasks.total)),
            Cell::Count(x.tasks.total),
            Cell::maybe(of(up, workers)),
            Cell::Count(workers),
            Cell::maybe(x.eta.map(|eta| eta.to_string())),
            x.last.map_or(Cell::None, |(at, _)| Cell::Ago(at)),
            Cell::maybe(x.branch().map(|b| &*b.name)),
            Cell::Count(x.contradictions.len() as u64),
        ]
    };
    Grid {
        columns: SESSIONS.to_vec(),
        rows: all.map(row).collect(),
    }
}

const BRANCHES: [Column; 10] = [
    column("BRANCH", "branch", For::All),
    column("SESSION", "session", For::All),
    column("WORKER", "worker", For::All),
    column("AHEAD", "ahead", For::All),
    column("BEHIND", "behind", For::All),
    column("MERGE", "merge", For::All),
    column("UNPUSHED", "unpushed", For::All),
    column("LAST", "committed_at", For::All),
    column("COMMIT", "commit", For::Wide),
    column("SUBJECT", "subject", For::All),
];

pub(crate) fn branches(repo: Option<&Repo>, who: Owner<'_>) -> Grid {
    let row = |repo: &Repo, b: &crate::domain::Branch| {
        let owner = who(b);
        vec![
            Cell::text(&*b.name),
            Cell::maybe(owner.session.as_deref()),
            Cell::maybe(owner.worker.as_deref()),
            Cell::Count(b.ahead.into()),
            Cell::Count(b.behind.into()),
            Cell::Text(merge_state(repo, b)),
            Cell::text(if b.unpushed() { "yes" } else { "no" }),
            b.committed.map_or(Cell::None, Cell::Ago),
            Cell::text(&*b.commit),
            Cell::text(&*b.subject),
        ]
    };
    Grid {
        columns: BRANCHES.to_vec(),
        rows: repo.map_or_else(Vec::new, |repo| {
            repo.branches.iter().map(|b| row(repo, b)).collect()
        }),
    }
}
