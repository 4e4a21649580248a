//! The columns of the list of workers.

use crate::{
    domain::{Task, Worker, text},
    tui::{
        order,
        screen::sessions,
        theme::Role,
        view::Scene,
        widget::{self, Clock, Column, cells},
    },
};
use std::sync::Arc;

/// Which column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Col {
    /// Mark of the operator.
    Mark,
    /// Label.
    Id,
    /// Team, else role.
    Team,
    /// Symbol and word.
    State,
    /// Last heartbeat.
    Beat,
    /// Heartbeats over the last minutes.
    Pulse,
    /// What it is on.
    Task,
    /// How far it is.
    Progress,
    /// Since when it has it.
    OnTask,
    /// Branch of its session.
    Branch,
    /// Commits ahead of the base, and behind it.
    Main,
    /// Messages it has not fetched.
    Unread,
    /// Last thing it did.
    Activity,
}

/// Every column, by its heading.
pub(crate) const COLUMNS: [&str; 10] = [
    "state", "worker", "team", "beat", "pulse", "task", "prog", "on it", "active", "unr",
];

/// Columns that fit, for the workers on show.
pub(super) fn fit(scene: Scene<'_>, width: u16) -> Vec<Column<Col>> {
    let rows = &scene.model.screens.workers.rows;
    let widest = |of: &dyn Fn(&Worker) -> u16, least: u16, most: u16| {
        let most_here = rows.iter().map(|w| of(w)).max().unwrap_or(least);
        most_here.clamp(least, most)
    };
    let id = widest(&|w| cells(&w.id.to_string()), 6, 22);
    let team = widest(&|w| cells(&team(w)), 4, 12);
    // A team that every label names already needs no column.
    let told = |w: &Worker, name: &str| w.id.raw().contains(name);
    let teams = rows.iter().any(|w| {
        let name = w.team.as_deref().or(w.role.as_deref());
        name.is_some_and(|name| !told(w, name))
    });
    let age = scene.clock.width();
    let task = if width >= 74 { 22 } else { 14 };
    let branch = if width >= 110 { 16 } else { 14 };
    let column = |id, title, width, rank, right| Column {
        id,
        title,
        width,
        rank,
        grows: id == Col::Task,
        right,
    };
    let mut list = vec![
        column(Col::State, "state", 9, 0, false),
        column(Col::Id, "worker", id, 0, false),
        column(Col::Team, "team", team, 5, false),
        column(Col::Beat, "beat", age, 1, true),
        column(Col::Pulse, "pulse", 8, 7, false),
        column(Col::Task, "task", task, 2, false),
        column(Col::Progress, "prog", 5, 3, true),
        column(Col::OnTask, "on it", age, 6, true),
        column(Col::Branch, "branch", branch, 4, false),
        column(Col::Main, "±main", 8, 8, false),
        column(Col::Activity, "active", age, 9, true),
        column(Col::Unread, "unr", 4, 7, true),
    ];
    let branches = &scene.model.screens.workers.branches;
    let names = branches.values().map(|(name, ..)| name);
    let several = names.clone().min() != names.max();
    list.retain(|c| match c.id {
        Col::Team => teams,
        // One branch of all is worth a column only where nothing else gives way.
        Col::Branch | Col::Main => several || (width > 150 && !branches.is_empty()),
        _ => true,
    });
    if !scene.model.screens.workers.marks.is_empty() {
        list.insert(0, column(Col::Mark, "", 1, 0, false));
    }
    let list = order::chosen(scene.model, "workers", list);
    widget::fit_columns(&list, width)
}

fn branch<'a>(scene: Scene<'a>, worker: &Worker) -> Option<&'a (Arc<str>, u32, u32)> {
    let branches = &scene.model.screens.workers.branches;
    branches.get(&worker.conversation)
}

fn team(worker: &Worker) -> String {
    let name = worker.team.as_ref().or(worker.role.as_ref());
    name.map_or_else(|| "—".to_owned(), ToString::to_string)
}

/// Text and role of one cell.
pub(super) fn cell(scene: Scene<'_>, worker: &Worker, column: &Column<Col>) -> (String, Role) {
    let clock = scene.clock;
    let none = || ("—".to_owned(), Role::Dim);
    let mark = widget::state(worker.verdict.state);
    let task = || scene.model.facts.main_task(worker);
    match column.id {
        Col::Mark if scene.model.screens.workers.marks.has(&worker.conversation) => {
            ("»".to_owned(), Role::Mark)
        }
        Col::Mark => (String::new(), Role::Text),
        Col::State => (mark.text(), mark.role),
        Col::Id if worker.id.raw().is_empty() => ("(no name)".to_owned(), Role::Dim),
        Col::Id => (
            text::fit(&worker.id.to_string(), usize::from(column.width)).into_owned(),
            Role::Text,
        ),
        Col::Team => (team(worker), Role::Text),
        Col::Beat => match worker.beat() {
            Some(_) if worker.clock_bad => ("bad".to_owned(), Role::Warn),
            Some(at) => (clock.column(at), age_role(worker, "heartbeat", clock)),
            None => ("never".to_owned(), Role::Dim),
        },
        Col::Activity => worker
            .activity
            .map_or_else(none, |(at, _)| (clock.column(at), Role::Text)),
        Col::Pulse => (pulse(worker, clock), Role::Spark),
        Col::Task => task().map_or_else(none, |t| (task_title(worker, t), Role::Text)),
        Col::Progress => task()
            .and_then(|t| t.progress)
            .map_or_else(none, |p| (format!("{p}%"), Role::Text)),
        Col::OnTask => task()
            .and_then(|t| t.holder()?.at)
            .map_or_else(none, |at| (clock.column(at), Role::Text)),
        Col::Branch => branch(scene, worker).map_or_else(none, |(name, ..)| {
            let name = sessions::short(name, column.width);
            (name.to_owned(), Role::Text)
        }),
        Col::Main => branch(scene, worker).map_or_else(none, |(_, ahead, behind)| {
            (format!("+{ahead} -{behind}"), Role::Text)
        }),
        Col::Unread => match worker.unread {
            0 => (String::new(), Role::Dim),
            n if n > 999 => ("999".to_owned(), Role::Warn),
            n => (n.to_string(), Role::Text),
        },
    }
}

/// The role of the state when this witness is beyond its limit.
fn age_role(worker: &Worker, witness: &str, clock: Clock) -> Role {
    let late = worker.verdict.evidence.iter().any(|e| {
        e.witness == witness
            && e.limit
                .zip(e.at)
                .is_some_and(|(limit, at)| clock.now.since(at) > limit)
    });
    if late {
        widget::state(worker.verdict.state).role
    } else {
        Role::Text
    }
}

/// `T-112 CI cache`, with how many more it holds.
fn task_title(worker: &Worker, task: &Arc<Task>) -> String {
    let more = match worker.tasks.len() {
        0 | 1 => String::new(),
        n => format!(" (+{})", n - 1),
    };
    format!("{}{more} {}", task.id, task.description)
}

const EIGHTHS: [&str; 9] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█", "█"];

/// Eight half minutes, the newest last: how many heartbeats we saw; `·` before we watched.
fn pulse(worker: &Worker, clock: Clock) -> String {
    let slot = 30_000_000;
    let watched = worker.history.front().map(|(at, _)| *at);
    (0..8)
        .rev()
        .map(|back: i64| {
            let end = clock.end_of(slot).0.saturating_sub(back * slot);
            let begin = end.saturating_sub(slot);
            if watched.is_none_or(|at| end <= at.0) {
                return "·";
            }
            let n = worker
                .beats
                .iter()
                .filter(|at| at.0 > begin && at.0 <= end)
                .count();
            EIGHTHS.get(n * 2).copied().unwrap_or("█")
        })
        .collect()
}
