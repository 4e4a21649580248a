//! The lists of the Overview: what needs the operator, sessions and teams, the bridge.

use super::{
    rescue,
    state::{Panel, State},
};
use crate::{
    domain::{
        Group, GroupKind, Problem, Progress, Severity, Subject, alert::Status, session::Session,
        text,
    },
    tui::{
        screen::{Hits, Spot},
        theme::Role,
        view::{Scene, Tier},
        widget::{self, Canvas, Column, Rows, Strip, cells},
    },
};
use ratatui::layout::Rect;

/// `1 worker`, `3 workers`.
pub(crate) fn plural(n: usize, noun: &str) -> String {
    let s = match n {
        1 => "",
        _ if noun.ends_with("ch") || noun.ends_with("sh") => "es",
        _ => "s",
    };
    format!("{n} {noun}{s}")
}

/// Lines that the problems take where there is room for `most`: one each, or one per kind, or `most`.
pub(super) fn wanted(scene: Scene<'_>, most: u16) -> u16 {
    let problems = scene.model.snapshot().problems.len();
    let count = |n: usize| u16::try_from(n.max(1)).unwrap_or(u16::MAX);
    if count(problems) <= most {
        return count(problems);
    }
    let kinds = fold(scene, &scene.model.screens.overview, true).len();
    count(kinds).min(most.max(1))
}

/// One line of NEEDS YOU: a problem, and how many of its kind it stands for.
struct Line<'a> {
    first: &'a Problem,
    many: usize,
    rows: std::ops::Range<usize>,
}

/// NEEDS YOU. One line per problem when they fit, else one per kind.
pub(super) fn problems(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    hits.spot(place, Spot::List);
    let state = &scene.model.screens.overview;
    let snapshot = scene.model.snapshot();
    let mut rows = Rows::of(place);
    let total = snapshot.problems.len();
    let ruled = scene.tier > Tier::Xs;
    let heading = if ruled { rows.line() } else { Rect::ZERO };
    let page = usize::from(rows.left());
    let mut lines = fold(scene, state, page < total);
    let folded = lines.len() < total;
    let at = state.problems.row();
    let at = lines
        .iter()
        .position(|l| at.is_some_and(|at| l.rows.contains(&at)));
    let top = widget::window(0, at, page, lines.len());
    if ruled {
        let some = if total > page || folded {
            " · ! steps through all"
        } else {
            ""
        };
        let title = Strip::of(format!("NEEDS YOU {total}"), Role::Title).add(some, Role::Dim);
        canvas.rule(heading, &title);
    }
    if total == 0 {
        let mark = widget::severity(Severity::Ok);
        let words = if snapshot.source.progress.is_some() {
            "reading the history…".to_owned()
        } else {
            format!("  {} nothing needs you", mark.symbol)
        };
        canvas.put(rows.line(), &words, mark.role);
    }
    let focused = state.focus == Panel::Problems;
    let wide = scene.tier == Tier::Xl;
    let seen = lines.iter().skip(top).take(page);
    let next: Vec<String> = seen
        .map(|line| {
            whose(scene, line)
                .unwrap_or_else(|| rescue::next(scene.model, line.first, line.many, wide))
        })
        .collect();
    let widest = next.iter().map(|words| cells(words)).max().unwrap_or(0);
    for ((i, line), next) in lines.drain(..).enumerate().skip(top).take(page).zip(next) {
        let place = rows.line();
        let next = format!("{next:<w$}", w = usize::from(widest));
        problem(scene, canvas, place, &line, &next);
        if Some(i) == at && focused {
            canvas.select(place);
            hits.point(place);
        }
        hits.row(place, line.rows.start);
    }
    if focused {
        (hits.top, hits.page, hits.folded) = (top, page, folded);
    }
}

fn fold<'a>(scene: Scene<'a>, state: &State, by_kind: bool) -> Vec<Line<'a>> {
    let snapshot = scene.model.snapshot();
    let mut lines: Vec<Line<'a>> = Vec::new();
    for row in 0..snapshot.problems.len() {
        let Some(problem) = state.problem(snapshot, row) else {
            continue;
        };
        match lines.last_mut() {
            Some(last)
                if by_kind
                    && (last.first.severity, last.first.kind)
                        == (problem.severity, problem.kind) =>
            {
                last.many += 1;
                last.rows.end = row + 1;
            }
            _ => lines.push(Line {
                first: problem,
                many: 1,
                rows: row..row + 1,
            }),
        }
    }
    lines
}

/// Who has it: `acked ann`, `muted`, `explained`; nothing when nobody has all of it.
fn whose(scene: Scene<'_>, line: &Line<'_>) -> Option<String> {
    if line.many > 1 {
        let (state, snapshot) = (&scene.model.screens.overview, scene.model.snapshot());
        let rows = line.rows.clone();
        let had = rows
            .filter_map(|row| one_has(scene, state.problem(snapshot, row)?))
            .count();
        return (had > 0).then(|| format!("{had} acked/muted"));
    }
    one_has(scene, line.first)
}

fn one_has(scene: Scene<'_>, problem: &Problem) -> Option<String> {
    let alert = scene.model.facts.alert(&problem.key)?;
    match alert.status {
        Status::Acked => {
            let by = alert.ack.as_ref().map_or("", |a| &*a.by);
            let name = by.split('@').next().unwrap_or_default();
            Some(text::fit(&format!("acked {name}"), 15).into_owned())
        }
        Status::Silenced => Some("muted".to_owned()),
        Status::Inhibited => Some("explained".to_owned()),
        Status::Firing | Status::Pending | Status::Resolved => None,
    }
}

fn problem(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, line: &Line<'_>, next: &str) {
    let mark = widget::severity(line.first.severity);
    let who = match &line.first.subject {
        Subject::Worker(_, id) => id.to_string(),
        Subject::Session(key) => key.to_string(),
        Subject::Source => "bridge".to_owned(),
    };
    let more = match line.many {
        1 => String::new(),
        n => format!(" +{}", n - 1),
    };
    let small = scene.tier < Tier::M;
    let head = if small {
        format!(" {} ", mark.symbol)
    } else {
        format!(" {} ", mark.text())
    };
    let wide = scene.tier == Tier::Xl;
    let id_width = if wide { 26 } else { 20 };
    let room = usize::from(id_width - cells(&more));
    let who = format!("{}{more}", text::fit(&who, room));
    let age = scene.clock.age(line.first.since);
    let tail = match scene.tier {
        Tier::Xl => format!("{age:>7}   {next}  "),
        Tier::M => format!(" {age:>6} {next} "),
        _ => format!(" {age:>6} "),
    };
    let sentence = if line.many == 1 {
        line.first.sentence.clone()
    } else {
        let kind = line.first.kind.replace('-', " ");
        format!("{} × {kind}: {}", line.many, line.first.sentence)
    };
    let used = canvas.put(place, &head, mark.role);
    let rest = Rect {
        x: place.x + used,
        width: place
            .width
            .saturating_sub(used)
            .saturating_sub(cells(&tail)),
        ..place
    };
    let pad = if small {
        Strip::of(format!("{who} "), Role::Title)
    } else {
        Strip::of(
            format!("{who:<w$} ", w = usize::from(id_width)),
            Role::Title,
        )
    };
    canvas.strip(rest, &pad.add(sentence, Role::Text));
    canvas.put_right(place, &tail, Role::Text);
}

/// How a table of groups is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table {
    /// With a line of headings.
    pub(super) heading: bool,
    /// With every column.
    pub(super) full: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Col {
    Name,
    Bar,
    Percent,
    Done,
    Open,
    Risk,
    Workers,
    Eta,
}

/// SESSIONS and TEAMS: how far each of them is.
pub(super) fn groups(
    scene: Scene<'_>,
    canvas: &mut Canvas<'_>,
    place: Rect,
    table: Table,
    hits: &mut Hits,
) {
    hits.spot(place, Spot::Groups);
    let state = &scene.model.screens.overview;
    let all = &scene.model.snapshot().groups;
    let mut rows = Rows::of(place);
    if scene.tier > Tier::Xs {
        let count = |kind| all.iter().filter(|g| g.kind == kind).count();
        let (sessions, teams) = (count(GroupKind::Session), count(GroupKind::Team));
        let title = Strip::of(format!("SESSIONS {sessions}"), Role::Title)
            .add(format!("   TEAMS {teams}"), Role::Title);
        canvas.rule(rows.line(), &title);
    }
    if let Some(progress) = scene.model.snapshot().source.progress {
        return counting(canvas, inset(rows.line()), inset(rows.line()), progress);
    }
    let columns = columns(scene, all, place.width);
    if table.heading {
        let line = inset(rows.line());
        widget::place(canvas, line, &columns, |c| (c.title.to_owned(), Role::Dim));
    }
    let spare = u16::from(table.full);
    let page = usize::from(rows.left().saturating_sub(spare));
    let focused = state.focus == Panel::Groups;
    let top = state.groups.window(page, all.len());
    for (i, group) in all.iter().enumerate().skip(top).take(page) {
        let line = rows.line();
        row(
            canvas,
            inset(line),
            &columns,
            (group, session_of(scene, group)),
        );
        if focused && Some(i) == state.groups.row() {
            canvas.select(line);
            hits.point(line);
        }
        hits.spot(line, Spot::Group(i));
    }
    if focused {
        (hits.top, hits.page) = (top, page);
    }
}

/// In place of counts that are not known yet: how far the history is folded.
fn counting(canvas: &mut Canvas<'_>, bar: Rect, words: Rect, progress: Progress) {
    canvas.bar(bar, progress.done, progress.of, Role::BarFill);
    let text = format!(
        "counting: {} of {} rows of the history",
        progress.done, progress.of
    );
    canvas.strip(words, &Strip::of(text, Role::Dim));
}

fn inset(line: Rect) -> Rect {
    Rect {
        x: line.x + 1,
        width: line.width.saturating_sub(2),
        ..line
    }
}

/// The session that a row stands for.
fn session_of<'a>(scene: Scene<'a>, group: &Group) -> Option<&'a Session> {
    let all = scene.model.snapshot().sessions.iter();
    let mut ours = all.filter(|s| group.kind == GroupKind::Session && s.key == group.name);
    ours.next().map(AsRef::as_ref)
}

fn columns(scene: Scene<'_>, all: &[Group], width: u16) -> Vec<Column<Col>> {
    let tier = scene.tier;
    let name = |g: &Group| session_of(scene, g).map_or_else(|| g.name.to_string(), Session::name);
    let name = all.iter().map(|g| cells(&name(g))).max().unwrap_or(7);
    let etas = scene.model.snapshot().sessions.iter();
    let etas = etas.filter_map(|s| Some(cells(&s.eta?.to_string())));
    let eta = etas.max().map_or(0, |widest| widest.clamp(3, 12));
    let column = |id, title, width, rank, right| Column {
        id,
        title,
        width,
        rank,
        grows: id == Col::Bar,
        right,
    };
    let bar = if tier > Tier::Xs { 10 } else { 4 };
    let list = [
        column(Col::Name, "session/team", name.clamp(7, 18), 0, false),
        column(Col::Bar, "progress", bar, 5, false),
        column(Col::Percent, "", 4, 0, true),
        column(Col::Done, "done", 9, 1, true),
        column(Col::Open, "open", 5, 4, true),
        column(Col::Risk, "risk", 4, 2, true),
        column(Col::Workers, "workers", 7, 3, true),
        column(Col::Eta, "eta", eta, 6, true),
    ];
    let list: Vec<Column<Col>> = list.into_iter().filter(|c| c.width > 0).collect();
    let mut fit = widget::fit_columns(&list, width.saturating_sub(2));
    for column in &mut fit {
        if column.id == Col::Bar {
            column.width = column.width.min(30);
        }
    }
    fit
}

fn row(
    canvas: &mut Canvas<'_>,
    line: Rect,
    columns: &[Column<Col>],
    (group, session): (&Group, Option<&Session>),
) {
    // Of a session without tasks git tells how far it is, else its claim.
    let told = session.and_then(|s| s.progress);
    let total = group.open + group.done + group.failed;
    let (done, of) = told.map_or((group.done, total), |p| (p.done, p.of));
    let percent = (done.min(of) * 100).checked_div(of);
    let mut x = line.x;
    for column in columns {
        if column.id == Col::Bar {
            let at = Rect {
                x,
                width: column.width.min(line.right().saturating_sub(x)),
                ..line
            };
            canvas.bar(at, done, of, Role::BarFill);
        }
        x = x.saturating_add(column.width + 1);
    }
    let dash = || "—".to_owned();
    widget::place(canvas, line, columns, |column| match column.id {
        Col::Name => (
            session.map_or_else(|| group.name.to_string(), Session::name),
            Role::Text,
        ),
        Col::Percent => (percent.map_or_else(dash, |p| format!("{p}%")), Role::Text),
        Col::Done if total == 0 => (dash(), Role::Dim),
        Col::Done => (format!("{}/{total}", group.done), Role::Text),
        Col::Open => (group.open.to_string(), Role::Text),
        Col::Risk if group.at_risk > 0 => (format!("!{}", group.at_risk), Role::Warn),
        Col::Risk if session.is_some_and(|s| s.severity > Severity::Notice) => {
            ("!".to_owned(), Role::Warn)
        }
        Col::Risk | Col::Bar => (String::new(), Role::Text),
        Col::Workers => (
            format!("{}/{}", group.states.up(), group.states.total()),
            Role::Text,
        ),
        Col::Eta => (
            session
                .and_then(|s| s.eta)
                .map_or_else(dash, |eta| eta.to_string()),
            Role::Text,
        ),
    });
}
