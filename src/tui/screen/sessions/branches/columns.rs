//! The columns of the list of branches.

use super::{row::Row, short, state::State, upstream};
use crate::{
    domain::{Branch, text},
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
    /// How bad.
    Mark,
    /// Name.
    Branch,
    /// Session.
    Session,
    /// The first worker of it.
    Worker,
    /// The first open task of it.
    Task,
    /// Commits that the base lacks.
    Ahead,
    /// Commits of the base that it lacks.
    Behind,
    /// Where it was pushed to.
    Upstream,
    /// How it merges.
    Merge,
    /// Its newest commit.
    Last,
    /// Commits over the last day.
    Spark,
    /// What is wrong with it.
    Note,
    /// First line of its newest commit.
    Subject,
}

/// Every column that has a heading.
pub(crate) const BRANCH_COLUMNS: [&str; 12] = [
    "branch", "session", "worker", "task", "ahead", "behind", "upstream", "merge", "last", "24 h",
    "note", "subject",
];

/// Columns that fit, for the branches on show. O(branches).
pub(super) fn fit(scene: Scene<'_>, width: u16) -> Vec<Column<Col>> {
    let state = &scene.model.screens.sessions.branches;
    let all = |of: &dyn Fn(&Row) -> u16| state.shown().map(of).max().unwrap_or(0);
    let widest = |of: &dyn Fn(&Row) -> u16, least, most| all(of).clamp(least, most);
    let (most, long) = if width >= 100 { (30, 24) } else { (22, 20) };
    let name = widest(&|row| cells(short(&row.name, most)), 6, most);
    let owner = widest(
        &|r| r.owner(14).map_or(0, |(words, _)| cells(&words)),
        0,
        14,
    );
    let task = widest(&|r| r.tasks().map_or(0, |words| cells(&words)), 0, 12);
    let session = widest(
        &|r| r.session_name().map_or(0, |words| cells(&words)),
        0,
        18,
    );
    let note = widest(&|r| cells(&r.note), 0, long);
    let pushed = widest(
        &|r| state.branch(r).map_or(0, |b| cells(&upstream(b))),
        8,
        12,
    );
    let merge = widest(&|r| cells(&r.merge.words()), 5, 12);
    let by = state.by();
    let column = |id, title, width: u16, rank, right| Column {
        id,
        title,
        width: width.max(u16::from(id == by) * (cells(title) + 2)), // room for the mark of the order
        rank,
        grows: id == Col::Subject,
        right,
    };
    let mut list = vec![
        column(Col::Mark, "", 1, 0, false),
        column(Col::Branch, "branch", name, 0, false),
        column(Col::Session, "session", session, 9, false),
        column(Col::Worker, "worker", owner.max(6), 3, false),
        column(Col::Task, "task", task, 5, false),
        column(Col::Ahead, "ahead", 5, 2, true),
        column(Col::Behind, "behind", 6, 4, true),
        column(Col::Upstream, "upstream", pushed, 7, false),
        column(Col::Merge, "merge", merge, 0, false),
        column(Col::Last, "last", scene.clock.width(), 1, true),
        column(Col::Spark, "24 h", 12, 8, false),
        column(Col::Note, "note", note.max(4), 6, false),
        column(Col::Subject, "subject", 14, 10, false),
    ];
    let hide = |col| match col {
        Col::Session => session == 0,
        Col::Worker => owner == 0,
        Col::Task => task == 0,
        Col::Note => note == 0,
        Col::Spark => !active(state),
        _ => false,
    };
    list.retain(|c| !hide(c.id));
    let list = order::chosen(scene.model, "branches", list);
    let need = widest(&|row| cells(&row.name), 0, u16::MAX);
    spread(widget::fit_columns(&list, width), width, need)
}

/// Without subjects the names take what is left, as far as they need it.
fn spread(mut fitted: Vec<Column<Col>>, width: u16, need: u16) -> Vec<Column<Col>> {
    if fitted.iter().any(|c| c.grows) {
        return fitted;
    }
    let used: u16 = fitted.iter().map(|c| c.width + 1).sum();
    let spare = (width + 1).saturating_sub(used);
    if let Some(column) = fitted.iter_mut().find(|c| c.id == Col::Branch) {
        column.width += spare.min(need.saturating_sub(column.width));
    }
    fitted
}

/// Some branch was added to within the last day.
fn active(state: &State) -> bool {
    let added = |row| {
        state
            .branch(row)
            .is_some_and(|b| b.activity.iter().any(|n| *n > 0))
    };
    state.shown().any(added)
}

/// Commits of the last day as bars, one for each two hours; a dot where there was none.
fn spark(activity: &[u16]) -> String {
    const BARS: [&str; 7] = ["▂", "▃", "▄", "▅", "▆", "▇", "█"];
    let sums: Vec<usize> = activity
        .chunks(2)
        .map(|two| two.iter().map(|n| usize::from(*n)).sum())
        .collect();
    let top = sums.iter().copied().max().unwrap_or(0).max(BARS.len());
    let bar = |n: &usize| match n {
        0 => "·",
        n => BARS
            .get((n * BARS.len()).div_ceil(top).saturating_sub(1))
            .copied()
            .unwrap_or("█"),
    };
    sums.iter().map(bar).collect()
}

/// One cell.
pub(super) fn cell(
    scene: Scene<'_>,
    (row, branch): (&Row, &Branch),
    column: &Column<Col>,
) -> (String, Role) {
    let dash = || ("—".to_owned(), Role::Dim);
    let width = usize::from(column.width);
    let fit = |words: &str, role| (text::fit(words, width).into_owned(), role);
    match column.id {
        Col::Mark => (row.mark.symbol.to_owned(), row.mark.role),
        Col::Branch => fit(short(&row.name, column.width), Role::Title),
        Col::Session => row
            .session_name()
            .map_or_else(dash, |s| fit(&s, Role::Text)),
        Col::Worker => row.owner(width).unwrap_or_else(dash),
        Col::Task => row.tasks().map_or_else(dash, |t| fit(&t, Role::Text)),
        Col::Ahead => (format!("+{}", branch.ahead), Role::Text),
        Col::Behind if branch.behind == 0 => ("0".to_owned(), Role::Text),
        Col::Behind => (format!("-{}", branch.behind), Role::Text),
        Col::Upstream => {
            let role = if branch.unpushed() || branch.diverged() {
                Role::Warn
            } else {
                Role::Text
            };
            fit(&upstream(branch), role)
        }
        Col::Merge => fit(&row.merge.words(), row.merge.role()),
        Col::Last => branch
            .committed
            .map_or_else(dash, |at| (scene.clock.column(at), Role::Text)),
        Col::Spark => (spark(&branch.activity), Role::Spark),
        Col::Note => fit(&row.note, row.mark.role),
        Col::Subject => fit(&branch.subject, Role::Text),
    }
}
