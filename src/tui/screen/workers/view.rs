//! What the list of workers looks like.

use super::{columns, grid, state::Layout};
use crate::domain::ConversationId;
use crate::tui::{
    order::{Ordered, heading},
    screen::{Hits, explain, overview, worker},
    theme::Role,
    view::{Scene, Tier},
    widget::{self, Canvas, Rows},
};
use ratatui::layout::Rect;

/// Draws the view.
pub(crate) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.workers;
    let snapshot = scene.model.snapshot();
    if snapshot.workers.is_empty() {
        return overview::empty(scene, canvas, place);
    }
    if state.rows.is_empty() {
        let total = snapshot.workers.len();
        let what = match (state.filter.is_empty(), state.problems_only) {
            (true, _) => format!("None of {total} workers needs anybody. Esc shows all."),
            (false, only) => {
                let only = if only { " among those in need" } else { "" };
                format!("0 of {total} match `{}`{only}. Esc clears.", state.filter)
            }
        };
        return explain(canvas, place, &[&what]);
    }
    let (main, beside) = split(scene, place);
    match state.layout {
        Layout::List => list(scene, canvas, main, hits),
        Layout::Grid => grid::draw(scene, canvas, main, hits),
    }
    if let Some(beside) = beside {
        let wide = beside.y == place.y;
        let inner = if wide {
            canvas.wall(beside);
            Rect {
                x: beside.x + 1,
                width: beside.width - 1,
                ..beside
            }
        } else {
            beside
        };
        if let Some(worker) = state.selected() {
            worker::brief(scene, canvas, inner, worker, hits);
        }
    }
}

/// Room for the list, and for the detail of the selected worker: beside it, below it, or nowhere.
fn split(scene: Scene<'_>, place: Rect) -> (Rect, Option<Rect>) {
    let state = &scene.model.screens.workers;
    if scene.tier == Tier::Xl {
        let width = (place.width / 3).clamp(40, 60);
        let main = Rect {
            width: place.width - width,
            ..place
        };
        let beside = Rect {
            x: main.right(),
            width,
            ..place
        };
        return (main, Some(beside));
    }
    let wanted = u16::try_from(state.rows.len() + 1).unwrap_or(u16::MAX);
    let left = place.height.saturating_sub(wanted.saturating_add(1));
    if scene.tier < Tier::M || left < 6 || state.layout == Layout::Grid {
        return (place, None);
    }
    let main = Rect {
        height: wanted + 1,
        ..place
    };
    let below = Rect {
        y: main.bottom(),
        height: place.height - main.height,
        ..place
    };
    (main, Some(below))
}

fn list(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.workers;
    let mut rows = Rows::of(place);
    let inset = |line: Rect| Rect {
        x: line.x + 1,
        width: line.width.saturating_sub(2),
        ..line
    };
    let columns = columns::fit(scene, place.width.saturating_sub(2));
    let by = state.order.column();
    let head = inset(rows.line());
    widget::place(canvas, head, &columns, |c| {
        (heading(c, by, state.reversed), Role::Dim)
    });
    let page = usize::from(rows.left());
    let top = state.list.window(page, state.rows.len());
    for (i, worker) in state.rows.iter().enumerate().skip(top).take(page) {
        let line = rows.line();
        widget::place(canvas, inset(line), &columns, |c| {
            columns::cell(scene, worker, c)
        });
        if Some(i) == state.list.row() {
            canvas.select(line);
            hits.point(line);
        }
    }
    (hits.top, hits.page) = (top, page);
}

/// For the status line.
pub(crate) fn status(scene: Scene<'_>) -> String {
    let state = &scene.model.screens.workers;
    let snapshot = scene.model.snapshot();
    let total = snapshot.workers.len();
    let shown = state.rows.len();
    let count = if shown == total {
        overview::plural(total, "worker")
    } else {
        format!("{shown}/{total} workers")
    };
    let arrow = if state.reversed { "▴" } else { "▾" };
    let mut parts = vec![count, format!("{} {arrow}", state.order.name())];
    if state.layout == Layout::Grid {
        parts.push("grid by team".to_owned());
    }
    if state.problems_only {
        parts.push("problems only".to_owned());
    }
    if !state.filter.is_empty() && !scene.model.typed.prompt {
        parts.push(format!("filter `{}`", state.filter));
    }
    if snapshot.folded > 0 && (scene.tier == Tier::Xl || state.layout == Layout::List) {
        parts.push(format!("{} older folded", snapshot.folded));
    }
    let rows = &state.rows;
    let seen = |id: &ConversationId| rows.iter().any(|w| w.conversation == *id);
    parts.extend(state.marks.words(seen));
    if let Some(row) = state.list.row() {
        parts.push(format!("{}/{shown}", row + 1));
    }
    parts.join(" · ")
}
