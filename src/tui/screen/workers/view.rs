//! What the list of workers looks like.

use super::{columns, grid, state::Layout, tree};
use crate::tui::{
    keymap::{Action, Context},
    order::Ordered,
    screen::{Hits, Split, Spot, explain, heading, overview, worker},
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
        let esc = scene.model.look.keymap.back();
        let what = match (state.filter.is_empty(), state.problems_only) {
            (true, _) => format!("None of {total} workers needs anybody. {esc} shows all."),
            (false, only) => {
                let only = if only { " among those in need" } else { "" };
                format!("0 of {total} match `{}`{only}. {esc} clears.", state.filter)
            }
        };
        return explain(canvas, place, &[&what]);
    }
    let wanted = match state.layout {
        Layout::List => state.rows.len() + 1,
        Layout::Tree => state.lines.len(),
        Layout::Grid => grid::wanted(state, place.width),
    };
    let least = if state.layout == Layout::Grid { 3 } else { 6 };
    let split = Split::of(scene, place, wanted, (14, least, false), state.on_detail);
    hits.spot(split.main, Spot::List);
    match state.layout {
        Layout::List => list(scene, canvas, split.main, hits),
        Layout::Grid => grid::draw(scene, canvas, split.main, hits),
        Layout::Tree => tree::draw(scene, canvas, split.main, hits),
    }
    if let (Some(aside), Some(worker)) = (split.aside, state.selected()) {
        let inner = split.inner(canvas, aside, hits);
        worker::brief(scene, canvas, inner, worker, hits);
    }
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
    let head = inset(rows.line());
    heading(canvas, head, &columns, hits, state.order, state.reversed);
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
        hits.row(line, i);
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
    match state.layout {
        Layout::List => {}
        Layout::Grid => parts.push("grid by team".to_owned()),
        Layout::Tree => parts.push("tree".to_owned()),
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
    let keymap = &scene.model.look.keymap;
    let again = keymap.key_of(Context::Workers, Action::MarkRange);
    parts.extend(state.marks.words(&again));
    if let Some(row) = state.list.row() {
        parts.push(format!("{}/{shown}", row + 1));
    }
    parts.join(" · ")
}
