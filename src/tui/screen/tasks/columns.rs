//! The columns of the list of tasks.

use super::standing::Standing;
use crate::{
    domain::{Task, text},
    tui::{
        order,
        theme::Role,
        view::Scene,
        widget::{self, Column, cells},
    },
};

/// Which column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Col {
    /// Mark of the operator.
    Mark,
    /// Symbol and word.
    State,
    /// Name.
    Id,
    /// How urgent.
    Priority,
    /// What is to be done.
    Title,
    /// Who owes it, and how he is.
    Owner,
    /// Fencing token.
    Generation,
    /// Attempts so far.
    Attempts,
    /// How far it is.
    Progress,
    /// Since when its owner has it.
    Age,
    /// Until when.
    Deadline,
    /// What it waits for, or what waits for it.
    Deps,
}

/// Every column, by its heading.
pub(crate) const COLUMNS: [&str; 11] = [
    "state", "id", "pri", "title", "owner", "gen", "try", "prog", "age", "due", "deps",
];

/// What the rows of a list need of its columns.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Needs {
    /// Widest id.
    id: u16,
    /// Widest owner, with its symbol.
    owner: u16,
    /// Some task was handed on.
    moved: bool,
    /// Some task was tried again.
    tried: bool,
    /// Some task has a time limit.
    due: bool,
}

impl Needs {
    /// O(tasks).
    pub(super) fn of<'a>(tasks: impl Iterator<Item = &'a Task>) -> Self {
        let mut needs = Self::default();
        for task in tasks {
            let owner = task
                .owner()
                .map(|h| 2 + cells(&h.worker.to_string()).min(18));
            needs.id = needs.id.max(cells(&task.id.to_string()));
            needs.owner = needs.owner.max(owner.unwrap_or(1));
            needs.moved |= task.generation > 1;
            needs.tried |= task.attempts > 1;
            needs.due |= task.deadline().is_some();
        }
        needs
    }
}

/// Columns that fit, for the tasks on show.
pub(super) fn fit(scene: Scene<'_>, width: u16) -> Vec<Column<Col>> {
    let state = &scene.model.screens.tasks;
    let (id_most, owner_most) = if width >= 100 { (20, 20) } else { (14, 16) };
    let Needs {
        id,
        owner,
        moved,
        tried,
        due,
    } = state.needs;
    let (id, owner) = (id.clamp(5, id_most), owner.clamp(5, owner_most));
    let title = if width >= 100 { 22 } else { 12 };
    let column = |id, title, width, rank, right| Column {
        id,
        title,
        width,
        rank,
        grows: id == Col::Title,
        right,
    };
    let mut list = vec![
        column(Col::State, "state", 9, 0, false),
        column(Col::Id, "id", id, 0, false),
        column(Col::Priority, "pri", 4, 2, false),
        column(Col::Title, "title", title, 1, false),
        column(Col::Owner, "owner", owner, 1, false),
        column(Col::Generation, "gen", 3, 9, true),
        column(Col::Attempts, "try", 3, 8, true),
        column(Col::Progress, "prog", 5, 3, true),
        column(Col::Age, "age", scene.clock.width(), 4, true),
        column(Col::Deadline, "due", 6, 5, true),
        column(Col::Deps, "deps", 20, 6, false),
    ];
    let hide = |col| match col {
        Col::Generation => !moved,
        Col::Attempts => !tried,
        Col::Deadline => !due,
        _ => false,
    };
    list.retain(|c| !hide(c.id));
    if !state.marks.is_empty() {
        list.insert(0, column(Col::Mark, "", 1, 0, false));
    }
    let list = order::chosen(scene.model, "tasks", list);
    widget::fit_columns(&list, width)
}

/// Label and symbol of whoever owes it.
fn owner(scene: Scene<'_>, task: &Task) -> (String, Role) {
    let Some(holder) = task.owner() else {
        return ("—".to_owned(), Role::Dim);
    };
    let worker = scene.model.facts.worker(&holder.conversation);
    let (symbol, role) = worker.map_or(("-", Role::Unknown), |w| {
        let mark = widget::state(w.verdict.state);
        (mark.symbol, mark.role)
    });
    let name = holder.worker.to_string();
    let role = match role {
        Role::Crit | Role::Warn | Role::Unknown => role,
        _ => Role::Text,
    };
    (format!("{symbol} {}", text::fit(&name, 18)), role)
}

/// `needs T-1 T-2` while it waits, else `blocks T-3` while others wait for it.
pub(super) fn deps(scene: Scene<'_>, task: &Task) -> (String, Role) {
    let facts = &scene.model.facts;
    let waits: Vec<String> = facts.waits_for(task).map(ToString::to_string).collect();
    if !waits.is_empty() {
        return (format!("needs {}", waits.join(" ")), Role::Text);
    }
    let blocks: Vec<String> = facts.blocks(&task.id).map(ToString::to_string).collect();
    if task.state.is_open() && !blocks.is_empty() {
        return (format!("blocks {}", blocks.join(" ")), Role::Text);
    }
    if task.depends_on.is_empty() {
        ("—".to_owned(), Role::Dim)
    } else {
        ("ready".to_owned(), Role::Text)
    }
}

/// How long is left: `12m`; `-3m` beyond it.
pub(super) fn due(scene: Scene<'_>, task: &Task) -> Option<(String, Role)> {
    let left = task.deadline()?.since(scene.clock.now);
    Some(if left.0 < 0 {
        let over = crate::domain::Span(left.0.saturating_neg());
        (over.below(), Role::Crit)
    } else {
        let role = if left.as_seconds() < 300 {
            Role::Warn
        } else {
            Role::Text
        };
        (left.to_string(), role)
    })
}

/// Text and role of one cell.
pub(super) fn cell(
    scene: Scene<'_>,
    (task, standing): (&Task, Standing),
    column: &Column<Col>,
) -> (String, Role) {
    let none = || ("—".to_owned(), Role::Dim);
    let mark = standing.mark();
    match column.id {
        Col::Mark if scene.model.screens.tasks.marks.has(&task.id) => {
            ("*".to_owned(), Role::Accent)
        }
        Col::Mark => (String::new(), Role::Text),
        Col::State => (mark.text(), mark.role),
        Col::Id => (
            text::fit(&task.id.to_string(), usize::from(column.width)).into_owned(),
            Role::Title,
        ),
        Col::Priority => task
            .priority
            .map_or_else(none, |p| (format!("P{p}"), Role::Text)),
        Col::Title => (task.description.clone(), Role::Text),
        Col::Owner => owner(scene, task),
        Col::Generation => (format!("g{}", task.generation), Role::Text),
        Col::Attempts => (task.attempts.to_string(), Role::Text),
        Col::Progress => task
            .progress
            .map_or_else(none, |p| (format!("{p}%"), Role::Text)),
        Col::Age => {
            let at = task.closed_at.or_else(|| task.holder().and_then(|h| h.at));
            at.map_or_else(none, |at| (scene.clock.column(at), Role::Text))
        }
        Col::Deadline => due(scene, task).unwrap_or_else(none),
        Col::Deps => deps(scene, task),
    }
}
