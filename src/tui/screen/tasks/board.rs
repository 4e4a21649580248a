//! The board: a lane for each kind of state.

use super::{standing::LANES, state::State};
use crate::tui::{
    keymap::Action,
    screen::{Hits, moved},
    theme::Role,
    view::Scene,
    widget::{self, Canvas, Rows, Strip, cells},
};
use ratatui::layout::Rect;

/// Cells that a lane needs at least.
const LEAST: u16 = 19;

/// Lane and place in it of a row.
fn place(lanes: &[Vec<usize>], row: usize) -> Option<(usize, usize)> {
    lanes
        .iter()
        .enumerate()
        .find_map(|(lane, rows)| Some((lane, rows.iter().position(|r| *r == row)?)))
}

/// Where a movement leads.
pub(super) fn target(state: &State, action: Action) -> Option<usize> {
    let lanes = state.lanes();
    let (lane, at) = place(&lanes, state.list.row()?)?;
    let beside = |mut all: Box<dyn Iterator<Item = usize>>| {
        let next = all.find(|l| lanes.get(*l).is_some_and(|rows| !rows.is_empty()))?;
        let rows = lanes.get(next)?;
        rows.get(at.min(rows.len() - 1)).copied()
    };
    match action {
        Action::Right => beside(Box::new(lane + 1..lanes.len())),
        Action::Left => beside(Box::new((0..lane).rev())),
        _ => {
            let rows = lanes.get(lane)?;
            let to = moved(action, at, state.list.page, rows.len().saturating_sub(1))?;
            rows.get(to).copied()
        }
    }
}

/// Cells of each lane that is seen: one that is empty needs its name, the others share the rest.
fn widths(lanes: &[Vec<usize>], seen: std::ops::Range<usize>, width: u16) -> Vec<u16> {
    let empty = |lane: usize| lanes.get(lane).is_some_and(Vec::is_empty);
    let name = |lane: usize| cells(LANES.get(lane).copied().unwrap_or_default()) + 9;
    let idle: u16 = seen.clone().filter(|l| empty(*l)).map(name).sum();
    let full = seen.clone().filter(|l| !empty(*l)).count();
    let full = u16::try_from(full).unwrap_or(1).max(1);
    let share = width.saturating_sub(idle) / full;
    seen.map(|lane| if empty(lane) { name(lane) } else { share })
        .collect()
}

/// Draws the lanes that fit, among them the one of the selection.
pub(super) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, area: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.tasks;
    let lanes = state.lanes();
    let here = state.list.row().and_then(|row| place(&lanes, row));
    let fit = usize::from((area.width / LEAST).max(1)).min(LANES.len());
    let focus = here.map_or(0, |(lane, _)| lane);
    let first = widget::window(0, Some(focus), fit, LANES.len());
    let widths = widths(&lanes, first..first + fit, area.width);
    let mut x = area.x;
    let page = usize::from(area.height.saturating_sub(1));
    for ((lane, rows), width) in lanes.iter().enumerate().skip(first).take(fit).zip(widths) {
        let column = Rect {
            x,
            width: width.saturating_sub(1),
            ..area
        };
        let own = here.filter(|(l, _)| *l == lane).map(|(_, at)| at);
        let top = widget::window(own.map_or(0, |_| state.list.top), own, page, rows.len());
        let mut column_rows = Rows::of(column);
        let name = LANES.get(lane).copied().unwrap_or_default();
        canvas.rule(
            column_rows.line(),
            &Strip::of(format!("{name} {}", rows.len()), Role::Title),
        );
        for (i, row) in rows.iter().enumerate().skip(top).take(page) {
            let line = column_rows.line();
            let Some((task, standing)) = state.rows.get(*row) else {
                continue;
            };
            let mark = standing.mark();
            let star = if state.marks.has(&task.id) { "*" } else { " " };
            let words = Strip::of(format!("{star}{} ", mark.symbol), mark.role)
                .add(format!("{} ", task.id), Role::Title)
                .add(task.description.clone(), Role::Text);
            canvas.strip(line, &words);
            if own == Some(i) {
                canvas.lift(line);
                hits.point(line);
            }
            hits.row(line, *row);
        }
        if own.is_some() {
            (hits.top, hits.page) = (top, page);
        }
        x = x.saturating_add(width);
    }
    if hits.page == 0 {
        hits.page = page.max(1);
    }
}
