//! The rows of each view.

use super::Sheet;
use crate::{
    domain::{Subject, Task, Timestamp, Worker, repo::Cell, session::Session},
    tui::{
        facts::Facts,
        model::{Model, View},
        screen::{activity, sessions},
    },
};

fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| at.to_string())
}

fn word(value: Option<&impl ToString>) -> String {
    value.map_or_else(String::new, ToString::to_string)
}

fn joined<T: ToString>(all: &[T]) -> String {
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    all.join(" ")
}

impl Model {
    /// What the view on show lists; of a detail its subject alone. O(rows).
    pub(crate) fn sheet(&self) -> Sheet {
        let screens = &self.screens;
        match self.view {
            View::Overview => problems(self),
            View::Workers => {
                let rows = screens.workers.rows.iter();
                let chosen = screens.workers.chosen();
                let at = rows.clone().position(|w| Some(&w.conversation) == chosen);
                workers(rows.map(|w| worker(&self.facts, w)).collect(), at)
            }
            View::Worker => {
                let id = screens.worker.conversation.as_ref();
                let found = id.and_then(|id| self.facts.worker(id));
                let rows = found.map(|w| worker(&self.facts, w));
                workers(rows.into_iter().collect(), Some(0))
            }
            View::Tasks => {
                let rows = screens.tasks.rows.iter().map(|(t, _)| task(t));
                tasks(rows.collect(), screens.tasks.list.row())
            }
            View::Task => {
                let id = screens.task.id.as_ref();
                let found = id.and_then(|id| self.facts.task(id)).map(|t| task(t));
                tasks(found.into_iter().collect(), Some(0))
            }
            View::Alerts => alerts(self),
            View::Messages => messages(self),
            View::Sessions => listed(self),
            View::Session => {
                let key = screens.session.key.as_ref();
                let all = self.snapshot().sessions.iter();
                let rows = all.filter(|s| Some(&s.key) == key).map(|s| session(s));
                of_sessions(rows.collect(), Some(0))
            }
            View::Activity => activity::sheet(&screens.activity),
        }
    }
}

fn workers(rows: Vec<Vec<String>>, selected: Option<usize>) -> Sheet {
    Sheet {
        name: "workers",
        columns: &[
            "id",
            "conversation",
            "session",
            "team",
            "role",
            "state",
            "reported",
            "since",
            "last_heartbeat",
            "last_activity",
            "tasks",
            "progress",
            "done",
            "failed",
            "unread",
            "reason",
        ],
        rows,
        selected,
    }
}

fn worker(facts: &Facts, w: &Worker) -> Vec<String> {
    let progress = facts.main_task(w).and_then(|t| t.progress);
    vec![
        w.id.to_string(),
        w.conversation.to_string(),
        w.session.to_string(),
        word(w.team.as_ref()),
        word(w.role.as_ref()),
        w.verdict.state.name().to_owned(),
        word(w.reported.as_ref()),
        w.verdict.since.to_string(),
        time(w.beat()),
        time(w.activity.map(|(at, _)| at)),
        joined(&w.tasks),
        word(progress.as_ref()),
        w.done.to_string(),
        w.failed.to_string(),
        w.unread.to_string(),
        w.verdict.reason.clone(),
    ]
}

fn tasks(rows: Vec<Vec<String>>, selected: Option<usize>) -> Sheet {
    Sheet {
        name: "tasks",
        columns: &[
            "id",
            "state",
            "priority",
            "description",
            "owner",
            "progress",
            "generation",
            "attempts",
            "assigned_at",
            "deadline",
            "closed_at",
            "depends_on",
            "result",
        ],
        rows,
        selected,
    }
}

fn task(t: &Task) -> Vec<String> {
    vec![
        t.id.to_string(),
        t.state.name().to_owned(),
        word(t.priority.as_ref()),
        t.description.clone(),
        word(t.owner().map(|h| &h.worker)),
        word(t.progress.as_ref()),
        t.generation.to_string(),
        t.attempts.to_string(),
        time(t.holder().and_then(|h| h.at)),
        time(t.deadline()),
        time(t.closed_at),
        joined(&t.depends_on),
        word(t.result.as_ref()),
    ]
}

fn problems(model: &Model) -> Sheet {
    let snapshot = model.snapshot();
    let selected = crate::tui::screen::overview::selected(model).map(|p| &p.key);
    let row = |p: &crate::domain::Problem| {
        let subject = match &p.subject {
            Subject::Worker(_, id) => id.to_string(),
            Subject::Session(key) => key.to_string(),
            Subject::Source => "bridge".to_owned(),
        };
        vec![
            subject,
            p.severity.name().to_owned(),
            p.kind.to_owned(),
            p.sentence.clone(),
            p.since.to_string(),
        ]
    };
    let problems = &snapshot.problems;
    Sheet {
        name: "problems",
        columns: &["subject", "severity", "kind", "summary", "since"],
        rows: problems.iter().map(row).collect(),
        selected: problems.iter().position(|p| Some(&p.key) == selected),
    }
}

fn alerts(model: &Model) -> Sheet {
    let state = &model.screens.alerts;
    let key = state.selected().and_then(|e| e.first()).map(|a| &a.key);
    let all: Vec<_> = state
        .rows
        .iter()
        .filter_map(|entry| entry.first())
        .collect();
    let rows = all.iter().map(|a| {
        vec![
            a.key.to_string(),
            a.severity.name().to_owned(),
            a.status.name().to_owned(),
            a.kind.to_string(),
            word(a.worker()),
            a.sentence.to_string(),
            a.since.to_string(),
            word(a.ack.as_ref().map(|ack| &ack.by)),
        ]
    });
    Sheet {
        name: "alerts",
        columns: &[
            "id", "severity", "status", "kind", "worker", "summary", "since", "acked_by",
        ],
        rows: rows.collect(),
        selected: all.iter().position(|a| Some(&a.key) == key),
    }
}

fn messages(model: &Model) -> Sheet {
    let state = &model.screens.messages;
    let rows = state.rows.iter().map(|m| {
        vec![
            m.id.to_string(),
            time(m.at),
            m.worker.to_string(),
            if m.from == crate::domain::Side::B {
                "to orchestrator".to_owned()
            } else {
                "from orchestrator".to_owned()
            },
            m.kind.name().to_owned(),
            word(m.task.as_ref()),
            m.read.to_string(),
            m.body.to_string(),
        ]
    });
    Sheet {
        name: "messages",
        columns: &[
            "id",
            "time",
            "worker",
            "direction",
            "type",
            "task",
            "read",
            "text",
        ],
        rows: rows.collect(),
        selected: state.list.row(),
    }
}

fn of_sessions(rows: Vec<Vec<String>>, selected: Option<usize>) -> Sheet {
    Sheet {
        name: "sessions",
        columns: &[
            "id",
            "title",
            "stage",
            "claim",
            "branch",
            "percent",
            "workers",
            "open_tasks",
            "last",
        ],
        rows,
        selected,
    }
}

fn session(s: &Session) -> Vec<String> {
    let percent = s.progress.map(crate::domain::session::Progress::percent);
    vec![
        s.key.to_string(),
        s.name(),
        s.stage.name().to_owned(),
        s.claimed(),
        word(s.branch().map(|b| &b.name)),
        word(percent.as_ref()),
        s.workers.len().to_string(),
        joined(&s.open),
        time(s.last.map(|(at, _)| at)),
    ]
}

fn listed(model: &Model) -> Sheet {
    let state = &model.screens.sessions;
    if state.layout == sessions::Layout::Sessions {
        let rows = state.rows.iter().map(AsRef::as_ref).map(session).collect();
        return of_sessions(rows, state.list.row());
    }
    if state.layout == sessions::Layout::Matrix {
        return matrix(state);
    }
    branches(state)
}

/// The branches as they are listed.
fn branches(state: &sessions::State) -> Sheet {
    let rows = state.branches.listed().map(|b| {
        vec![
            b.name.to_string(),
            b.ahead.to_string(),
            b.behind.to_string(),
            b.merged.to_string(),
            b.author.to_string(),
            time(b.committed),
            b.subject.to_string(),
        ]
    });
    Sheet {
        name: "branches",
        columns: &[
            "branch",
            "ahead",
            "behind",
            "merged",
            "author",
            "committed",
            "subject",
        ],
        rows: rows.collect(),
        selected: state.branches.list.row(),
    }
}

/// The cells of the branches that are shown, each pair once. O(branches²).
fn matrix(state: &sessions::State) -> Sheet {
    let selected = state.matrix.selected();
    let mut at = None;
    let mut rows = Vec::new();
    for (ours, theirs, cell) in state.matrix.cells() {
        let here = |(a, b): &(_, _)| *a == ours && *b == theirs;
        if selected.as_ref().is_some_and(here) {
            at = Some(rows.len());
        }
        let files = match cell {
            Cell::Conflict(files) => files.iter().map(|f| &*f.path).collect(),
            _ => Vec::new(),
        };
        rows.push(vec![
            ours.to_string(),
            theirs.to_string(),
            sessions::words(cell),
            files.join(" "),
        ]);
    }
    Sheet {
        name: "conflicts",
        columns: &["ours", "theirs", "merge", "files"],
        rows,
        selected: at,
    }
}
