//! The columns of the list of sessions.

use crate::{
    domain::{
        Severity,
        claim::ClaimState,
        session::{Session, Stage},
        text,
    },
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
    /// Number and title.
    Name,
    /// What is claimed.
    Claim,
    /// What there is.
    Stage,
    /// A bar.
    Bar,
    /// In percent.
    Percent,
    /// Tasks done of all.
    Done,
    /// Workers up of all.
    Workers,
    /// Open blockers.
    Blockers,
    /// When it will be done.
    Eta,
    /// Newest sign of life.
    Last,
    /// Its branch.
    Branch,
}

/// Every column that has a heading.
pub(crate) const COLUMNS: [&str; 10] = [
    "session", "claim", "evidence", "progress", "done", "workers", "block", "eta", "last", "branch",
];

/// Columns that fit, for the sessions on show.
pub(super) fn fit(scene: Scene<'_>, width: u16) -> Vec<Column<Col>> {
    let rows = &scene.model.screens.sessions.rows;
    let widest = |of: &dyn Fn(&Session) -> String, least: u16, most: u16| {
        let all = rows.iter().map(|s| cells(&of(s))).max().unwrap_or(least);
        all.clamp(least, most)
    };
    let wide = width >= 100;
    let name = widest(&Session::name, 7, if wide { 26 } else { 18 });
    let claim = widest(&Session::claimed, 5, if wide { 18 } else { 12 });
    let eta = widest(&eta, 3, 12);
    let tasks = rows.iter().any(|s| s.tasks.total > 0);
    let workers = rows.iter().any(|s| !s.workers.is_empty());
    let column = |id, title, width, rank, right| Column {
        id,
        title,
        width,
        rank,
        grows: id == Col::Branch,
        right,
    };
    let mut list = vec![
        column(Col::Mark, "", 1, 0, false),
        column(Col::Name, "session", name, 0, false),
        column(Col::Claim, "claim", claim, 1, false),
        column(Col::Stage, "evidence", 8, 0, false),
        column(Col::Bar, "progress", 10, 7, false),
        column(Col::Percent, "", 4, 2, true),
        column(Col::Done, "done", 9, 3, true),
        column(Col::Workers, "workers", 7, 4, true),
        column(Col::Blockers, "block", 5, 3, true),
        column(Col::Eta, "eta", eta, 5, true),
        column(Col::Last, "last", scene.clock.width(), 6, true),
        column(Col::Branch, "branch", 12, 8, false),
    ];
    let hide = |col| match col {
        Col::Done => !tasks,
        Col::Workers => !workers,
        Col::Blockers => rows.iter().all(|s| s.open_blockers().next().is_none()),
        Col::Eta => rows.iter().all(|s| s.eta.is_none()),
        _ => false,
    };
    list.retain(|c| !hide(c.id));
    let list = order::chosen(scene.model, "sessions", list);
    widget::fit_columns(&list, width)
}

fn eta(s: &Session) -> String {
    s.eta.map_or_else(|| "—".to_owned(), |eta| eta.to_string())
}

/// Symbol and role of what is wrong with it, else of how it stands.
fn mark(s: &Session) -> (&'static str, Role) {
    if s.severity > Severity::Ok {
        let mark = widget::severity(s.severity);
        return (mark.symbol, mark.role);
    }
    match s.stage {
        Stage::Finished | Stage::Merged => ("✓", Role::Ok),
        Stage::Started if s.active => ("▸", Role::Ok),
        Stage::Stuck => ("!", Role::Warn),
        Stage::Absent | Stage::Empty | Stage::Started => ("◦", Role::Dim),
    }
}

/// The word for a stage, and how it is to be seen.
pub(crate) const fn stage(s: &Session) -> (&'static str, Role) {
    let role = match s.stage {
        Stage::Finished | Stage::Merged => Role::Ok,
        Stage::Stuck => Role::Warn,
        Stage::Absent => Role::Dim,
        Stage::Empty | Stage::Started => Role::Text,
    };
    (s.stage.name(), role)
}

/// A branch; without its folder where there is no room for that.
fn short(branch: &str, width: u16) -> String {
    let last = branch.rsplit('/').next().unwrap_or(branch);
    if cells(branch) > width { last } else { branch }.to_owned()
}

/// One cell.
pub(super) fn cell(scene: Scene<'_>, s: &Session, column: &Column<Col>) -> (String, Role) {
    let dash = || "—".to_owned();
    match column.id {
        Col::Mark => {
            let (symbol, role) = mark(s);
            (symbol.to_owned(), role)
        }
        Col::Name => (
            text::fit(&s.name(), column.width.into()).into_owned(),
            Role::Text,
        ),
        Col::Claim => {
            let role = match s.claim().and_then(|said| said.claim.state) {
                _ if !s.contradictions.is_empty() => Role::Warn,
                Some(ClaimState::Blocked | ClaimState::Failed) => Role::Warn,
                None => Role::Dim,
                Some(_) => Role::Text,
            };
            (
                text::fit(&s.claimed(), column.width.into()).into_owned(),
                role,
            )
        }
        Col::Stage => {
            let (word, role) = stage(s);
            (word.to_owned(), role)
        }
        Col::Bar => (String::new(), Role::Text),
        Col::Percent => (
            s.progress
                .map_or_else(dash, |p| format!("{}%", p.percent())),
            Role::Text,
        ),
        Col::Done if s.tasks.total > 0 => {
            (format!("{}/{}", s.tasks.done, s.tasks.total), Role::Text)
        }
        Col::Workers if !s.workers.is_empty() => (
            format!("{}/{}", s.states.up(), s.states.total()),
            Role::Text,
        ),
        Col::Done | Col::Workers => (dash(), Role::Dim),
        Col::Blockers => match s.open_blockers().count() {
            0 => (String::new(), Role::Text),
            n => (format!("!{n}"), Role::Warn),
        },
        Col::Eta => (eta(s), Role::Text),
        Col::Last => (
            s.last.map_or_else(dash, |(at, _)| scene.clock.age(at)),
            Role::Text,
        ),
        Col::Branch => (
            s.branch()
                .map_or_else(dash, |b| short(&b.name, column.width)),
            Role::Text,
        ),
    }
}
