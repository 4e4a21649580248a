//! What the matrix looks like.

use super::{detail, state::State};
use crate::{
    domain::{
        repo::{Cell, Matrix},
        text,
    },
    tui::{
        screen::{
            Hits, Spot, explain, scroll,
            sessions::{branches::short, view::git_trouble},
        },
        theme::Role,
        view::{Scene, Tier},
        widget::{Canvas, Rows, Strip, cells},
    },
};
use ratatui::layout::Rect;

/// Cells of a numbered column, the blank behind it included.
const NUMBERED: u16 = 4;
/// Cells that a heading in words takes at least, and at most.
const WORDS: (u16, u16) = (9, 16);

/// Draws the matrix. O(cells on screen).
pub(in crate::tui::screen::sessions) fn draw(
    scene: Scene<'_>,
    canvas: &mut Canvas<'_>,
    place: Rect,
    hits: &mut Hits,
) {
    let sessions = &scene.model.screens.sessions;
    let state = &sessions.matrix;
    let Some(matrix) = state.matrix().filter(|_| !state.shown.is_empty()) else {
        return explain(canvas, place, &[&why_empty(scene), &git_trouble(scene)]);
    };
    let (main, below) = split(state, scene.tier, place);
    hits.spot(main, Spot::List);
    hits.spot(below, Spot::Detail);
    grid(state, matrix, canvas, main, hits);
    if below.height == 0 {
        return;
    }
    let mut rows = Rows::of(below);
    let heading = rows.line();
    let headline = detail::headline(state, matrix);
    canvas.rule(heading, &headline);
    let legend = Strip::of(" · clean  – unrelated  ? unknown  … pending ", Role::Dim);
    if headline.width() + legend.width() + 6 < heading.width {
        canvas.strip_right(heading, &legend);
    }
    let lines = detail::lines(state, matrix, below.width);
    scroll(canvas, rows.rest(), &lines, sessions.detail.0, hits);
    if sessions.on_detail {
        hits.point(heading);
    }
}

fn why_empty(scene: Scene<'_>) -> String {
    let esc = scene.model.look.keymap.back();
    let sessions = &scene.model.screens.sessions;
    let repo = scene.model.snapshot().repo.as_deref();
    let live = repo
        .and_then(|repo| repo.matrix.as_deref())
        .map(|m| m.names.len().saturating_sub(1));
    match (live, sessions.filter.as_str(), repo) {
        (Some(0), ..) => {
            "No live branches: every branch is merged, or has no commit of its own.".to_owned()
        }
        (Some(n), "", _) => format!("None of {n} live branches conflicts. {esc} shows them."),
        (Some(n), filter, _) => format!("0 of {n} live branches match `{filter}`. {esc} clears."),
        (None, _, Some(repo)) if repo.base.is_none() && repo.error.is_none() => {
            "No base to compare branches with: name one with git.base.".to_owned()
        }
        (None, ..) => "No branches were compared.".to_owned(),
    }
}

/// Room for the matrix, and for the selected cell.
fn split(state: &State, tier: Tier, place: Rect) -> (Rect, Rect) {
    let least = match tier {
        Tier::Xl => 12,
        Tier::M => 8,
        Tier::S => 6,
        _ => 3,
    };
    let wanted = u16::try_from(state.shown.len() + 2).unwrap_or(u16::MAX);
    let mut rows = Rows::of(place);
    let main = rows.take(wanted.min(place.height.saturating_sub(least)));
    (main, rows.rest())
}

/// How wide things are, and which columns are seen.
struct Frame {
    /// Cells of the names on the left, with number and blanks.
    left: u16,
    /// Cells of one column, with the blank behind it.
    wide: u16,
    /// First column, and how many.
    from: usize,
    columns: usize,
}

impl Frame {
    fn of(state: &State, matrix: &Matrix, width: u16) -> Self {
        let names = state.shown.iter().filter_map(|n| matrix.names.get(*n));
        let label = |name: &str| cells(short(name, 24)).min(24);
        let widest = names.map(|n| label(n)).max().unwrap_or(8);
        let left = widest.min(width / 3).max(8) + 5;
        let room = width.saturating_sub(left);
        let count = u16::try_from(state.shown.len()).unwrap_or(u16::MAX).max(1);
        let wide = match (room / count).min(WORDS.1) {
            fair if fair >= WORDS.0 => fair,
            _ => NUMBERED,
        };
        let columns = usize::from((room / wide).max(1));
        Self {
            left,
            wide,
            from: state.column.window(columns, state.shown.len()),
            columns: columns.min(state.shown.len()),
        }
    }

    /// Where a column stands in a line.
    fn cell(&self, line: Rect, at: usize) -> Rect {
        let n = u16::try_from(at.saturating_sub(self.from)).unwrap_or(u16::MAX);
        Rect {
            x: line
                .x
                .saturating_add(self.left)
                .saturating_add(n.saturating_mul(self.wide)),
            width: self.wide.saturating_sub(1),
            ..line
        }
    }
}

/// A cell in at most three characters.
fn mark(cell: Option<&Cell>) -> (String, Role) {
    let Some(cell) = cell else {
        return ("\\".to_owned(), Role::Dim);
    };
    let symbol = match cell {
        Cell::Pending => "…".to_owned(),
        Cell::Clean => "·".to_owned(),
        Cell::Conflict(files) if files.len() > 99 => "99+".to_owned(),
        Cell::Conflict(files) => files.len().to_string(),
        Cell::Unrelated => "–".to_owned(),
        Cell::Unknown(_) => "?".to_owned(),
    };
    (symbol, detail::role(cell))
}

fn grid(state: &State, matrix: &Matrix, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let frame = Frame::of(state, matrix, place.width);
    let mut rows = Rows::of(place);
    let at = state.at().unwrap_or_default();
    heads(state, matrix, canvas, rows.line(), &frame);
    let page = usize::from(rows.left());
    let top = state.row.window(page, state.shown.len());
    for (i, &n) in state.shown.iter().enumerate().skip(top).take(page) {
        let line = rows.line();
        let name = matrix.names.get(n).map_or("", |name| name);
        let room = frame.left.saturating_sub(5);
        let label = text::fit(short(name, room), room.into()).into_owned();
        let here = i == at.0;
        let (lead, role) = if here {
            ("▌", Role::Title)
        } else {
            (" ", Role::Text)
        };
        let strip = Strip::of(lead, Role::Accent).add(format!("{n:>2} {label}"), role);
        let left = Rect {
            width: frame.left,
            ..line
        };
        canvas.strip(left, &strip);
        for (k, &m) in state
            .shown
            .iter()
            .enumerate()
            .skip(frame.from)
            .take(frame.columns)
        {
            let place = frame.cell(line, k);
            let (symbol, role) = mark(matrix.cell(n, m));
            if (i, k) == at {
                canvas.put(place, &" ".repeat(place.width.into()), role);
            }
            canvas.put_right(place, &symbol, role);
            if (i, k) == at {
                canvas.tint(place, Role::Select);
                hits.point(Rect {
                    x: place.right().saturating_sub(1),
                    ..place
                });
            }
        }
    }
    (hits.top, hits.page) = (top, page);
    (hits.left, hits.across) = (frame.from, frame.columns);
}

/// Numbers over the columns, or names where there is room; arrows where there are more.
fn heads(state: &State, matrix: &Matrix, canvas: &mut Canvas<'_>, line: Rect, frame: &Frame) {
    let shown = state.shown.iter().enumerate();
    for (k, &m) in shown.skip(frame.from).take(frame.columns) {
        let place = frame.cell(line, k);
        let name = matrix.names.get(m).map_or("", |name| name);
        let room = place.width.saturating_sub(3);
        let words = match frame.wide {
            NUMBERED => m.to_string(),
            _ => format!("{m} {}", text::fit(short(name, room), room.into())),
        };
        let here = state.column.row() == Some(k);
        canvas.put_right(place, &words, if here { Role::Title } else { Role::Dim });
    }
    let more = state.shown.len() - (frame.from + frame.columns).min(state.shown.len());
    let words = match (frame.from, more) {
        (0, 0) => "conflicts".to_owned(),
        (0, more) => format!("{more} more →"),
        (less, 0) => format!("← {less} more"),
        (less, more) => format!("← {less} {more} →"),
    };
    let left = Rect {
        x: line.x + 1,
        width: frame.left.saturating_sub(2),
        ..line
    };
    canvas.put(left, &words, Role::Dim);
}

/// For the status line.
pub(in crate::tui::screen::sessions) fn status(scene: Scene<'_>) -> String {
    let state = &scene.model.screens.sessions.matrix;
    let Some(matrix) = state.matrix() else {
        return "no matrix".to_owned();
    };
    let live = matrix.names.len().saturating_sub(1);
    let shown = state.shown.len().saturating_sub(1);
    let mut parts = vec![if shown == live {
        format!("{live} live branches")
    } else {
        format!("{shown} of {live} live branches")
    }];
    parts.push(if matrix.complete() {
        format!("{} pairs compared", matrix.of)
    } else {
        format!("{}/{} pairs compared", matrix.done, matrix.of)
    });
    if matrix.left_out > 0 {
        parts.push(format!("{} older left out", matrix.left_out));
    }
    parts.join(" · ")
}
