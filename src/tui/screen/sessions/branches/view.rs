//! What the list of branches looks like.

use super::{
    columns, detail, overlaps,
    state::{Order, State},
};
use crate::tui::{
    order::Ordered,
    screen::{Hits, Spot, explain, heading, scroll, sessions::view::git_trouble},
    view::{Scene, Tier},
    widget::{self, Canvas, Rows},
};
use ratatui::layout::Rect;

/// Draws the branches. O(rows on screen + branches for the widths).
pub(in crate::tui::screen::sessions) fn draw(
    scene: Scene<'_>,
    canvas: &mut Canvas<'_>,
    place: Rect,
    hits: &mut Hits,
) {
    let sessions = &scene.model.screens.sessions;
    let state = &sessions.branches;
    if state.rows.is_empty() {
        let filter = (sessions.filter.as_str(), sessions.problems_only);
        return explain(
            canvas,
            place,
            &[&why_empty(scene, state, filter), &git_trouble(scene)],
        );
    }
    let (main, between, below) = split(scene, place);
    hits.spot(main, Spot::List);
    hits.spot(below, Spot::Detail);
    list(scene, canvas, main, hits);
    if between.height > 1 {
        overlaps::draw(canvas, between, state);
    }
    let Some(row) = state.selected() else { return };
    let Some(branch) = state.branch(row).filter(|_| below.height > 1) else {
        return;
    };
    let mut rows = Rows::of(below);
    let head = rows.line();
    canvas.rule(head, &detail::headline(state, row, branch));
    let lines = detail::lines(scene, row, branch, below.width);
    scroll(canvas, rows.rest(), &lines, sessions.detail.0, hits);
    if sessions.on_detail {
        hits.point(head);
    }
}

fn why_empty(scene: Scene<'_>, state: &State, (filter, problems): (&str, bool)) -> String {
    let esc = scene.model.look.keymap.back();
    match (state.count(), filter, problems) {
        (0, ..) => "No branches are known. A branch appears at its first commit.".to_owned(),
        (all, "", _) => format!("Nothing is wrong with any of {all} branches. {esc} shows them."),
        (all, filter, _) => format!("0 of {all} branches match `{filter}`. {esc} clears."),
    }
}

/// Room for the list, for the overlaps, and for the selected branch.
fn split(scene: Scene<'_>, place: Rect) -> (Rect, Rect, Rect) {
    let (sessions, tier) = (&scene.model.screens.sessions, scene.tier);
    let state = &sessions.branches;
    if scene.model.look.zoom {
        let none = Rect { height: 0, ..place };
        return if sessions.on_detail {
            (none, none, place)
        } else {
            (place, none, none)
        };
    }
    let (detail, most) = match tier {
        Tier::Xl => (14, 6),
        Tier::M => (7, 3),
        _ => (0, 0),
    };
    let wanted = u16::try_from(state.rows.len() + 2).unwrap_or(u16::MAX);
    if detail == 0 {
        // The selected branch has what the list leaves.
        let none = Rect { height: 0, ..place };
        let mut rows = Rows::of(place);
        let main = rows.take(wanted.min(place.height));
        return match rows.left() {
            4.. if tier == Tier::S => (main, none, rows.rest()),
            _ => (place, none, none),
        };
    }
    let panel = overlaps::height(state, most);
    let mut rows = Rows::of(place);
    let main = rows.take(wanted.min(place.height.saturating_sub(detail + panel)));
    let between = rows.take(panel);
    (main, between, rows.rest())
}

fn list(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.sessions.branches;
    let mut rows = Rows::of(place);
    let inset = |line: Rect| Rect {
        x: line.x + 1,
        width: line.width.saturating_sub(2),
        ..line
    };
    let columns = columns::fit(scene, place.width.saturating_sub(2));
    if scene.tier > Tier::Xs {
        let head = inset(rows.line());
        heading(canvas, head, &columns, hits, state.order, state.reversed);
    }
    let page = usize::from(rows.left());
    let top = state.list.window(page, state.rows.len());
    for at in (top..state.rows.len()).take(page) {
        let line = rows.line();
        let Some(row) = state.row(at) else { continue };
        let Some(branch) = state.branch(row) else {
            continue;
        };
        widget::place(canvas, inset(line), &columns, |c| {
            columns::cell(scene, (row, branch), c)
        });
        if Some(at) == state.list.row() {
            canvas.select(line);
            hits.point(line);
        }
        hits.row(line, at);
    }
    (hits.top, hits.page) = (top, page);
}

/// For the status line.
pub(in crate::tui::screen::sessions) fn status(scene: Scene<'_>) -> String {
    let state = &scene.model.screens.sessions.branches;
    let (shown, all) = (state.rows.len(), state.count());
    let Some(repo) = state.repo() else {
        return "no repository".to_owned();
    };
    let known = usize::try_from(repo.branch_count)
        .unwrap_or(usize::MAX)
        .max(all);
    let mut parts = vec![match () {
        () if shown < known => format!("{shown} of {known} branches"),
        () => format!("{known} branches"),
    }];
    parts.extend(state.list.row().map(|row| format!("{}/{shown}", row + 1)));
    if state.order != Order::Merge || state.reversed {
        let way = if state.reversed { ", reversed" } else { "" };
        parts.push(format!("by {}{way}", state.order.name()));
    }
    if let Some(base) = &repo.base {
        parts.push(format!("base {base} {}", repo.base_commit));
    }
    parts.push(detail::trees(repo));
    if let Some(matrix) = repo.matrix.as_deref().filter(|m| !m.complete()) {
        parts.push(format!("merge check {}/{}", matrix.done, matrix.of));
    }
    parts.extend(
        repo.fetched
            .map(|at| format!("fetched {}", scene.clock.ago(at))),
    );
    parts.join(" · ")
}
