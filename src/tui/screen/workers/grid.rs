//! The grid: one line or more per team, one mark and label per worker.

use super::state::State;
use crate::{
    domain::{Worker, text},
    tui::{
        keymap::Action,
        screen::{Hits, moved},
        theme::Role,
        view::Scene,
        widget::{self, Canvas, Rows, cells},
    },
};
use ratatui::layout::Rect;
use std::{ops::Range, sync::Arc};

/// What a worker stands under.
pub(super) fn team(worker: &Arc<Worker>) -> Arc<str> {
    let team = worker.team.as_ref().or(worker.role.as_ref());
    Arc::clone(team.unwrap_or(&worker.session))
}

/// The rows of every line, with at most `across` workers of one team in it.
fn lines(rows: &[Arc<Worker>], across: usize) -> Vec<Range<usize>> {
    let across = across.max(1);
    let mut lines: Vec<Range<usize>> = Vec::new();
    for (i, worker) in rows.iter().enumerate() {
        let goes_on = lines.last().is_some_and(|line| {
            line.len() < across
                && rows
                    .get(line.start)
                    .is_some_and(|w| team(w) == team(worker))
        });
        match lines.last_mut() {
            Some(line) if goes_on => line.end = i + 1,
            _ => lines.push(i..i + 1),
        }
    }
    lines
}

/// Lines that the grid takes on a place of this width.
pub(super) fn wanted(state: &State, width: u16) -> usize {
    let (_, _, across) = measure(state, width);
    lines(&state.rows, across).len()
}

/// Cells of the names of teams, cells of labels, workers in a line.
fn measure(state: &State, width: u16) -> (u16, u16, usize) {
    let widest = |all: &mut dyn Iterator<Item = u16>, most: u16| all.max().unwrap_or(1).min(most);
    let name = widest(&mut state.rows.iter().map(|w| cells(&team(w))), 12);
    let label = widest(&mut state.rows.iter().map(|w| cells(&short(w))), 14);
    let across = width.saturating_sub(name + 3) / (label + 2);
    (name, label, usize::from(across))
}

/// Where a movement leads.
pub(super) fn target(state: &State, action: Action) -> Option<usize> {
    let at = state.list.row()?;
    let last = state.rows.len().saturating_sub(1);
    match action {
        Action::Right => Some((at + 1).min(last)),
        Action::Left => Some(at.saturating_sub(1)),
        Action::Top => Some(0),
        Action::Bottom => Some(last),
        _ => {
            let lines = lines(&state.rows, state.across);
            let here = lines.iter().position(|line| line.contains(&at))?;
            let column = at - lines.get(here)?.start;
            let to = moved(action, here, state.list.page, lines.len().saturating_sub(1))?;
            let line = lines.get(to)?;
            Some((line.start + column).min(line.end.saturating_sub(1)))
        }
    }
}

/// Draws the grid.
pub(super) fn draw(scene: Scene<'_>, canvas: &mut Canvas<'_>, place: Rect, hits: &mut Hits) {
    let state = &scene.model.screens.workers;
    let mut rows = Rows::of(place);
    let (name, label, across) = measure(state, place.width);
    let lines = lines(&state.rows, across);
    let at = state.list.row();
    let here = lines
        .iter()
        .position(|line| at.is_some_and(|at| line.contains(&at)));
    let page = usize::from(rows.left());
    let top = widget::window(state.list.top, here, page, lines.len());
    for line in lines.iter().skip(top).take(page) {
        let place = rows.line();
        let workers = state.rows.get(line.clone()).unwrap_or_default();
        let Some(first) = workers.first() else {
            continue;
        };
        let goes_on = line.start > 0
            && state
                .rows
                .get(line.start - 1)
                .is_some_and(|w| team(w) == team(first));
        if !goes_on {
            let head = team(first);
            let head = text::fit(&head, usize::from(name));
            canvas.put(inset(place, 1), &head, Role::Title);
        }
        for (i, worker) in workers.iter().enumerate() {
            let step = u16::try_from(i)
                .unwrap_or(u16::MAX)
                .saturating_mul(label + 2);
            let cell = Rect {
                width: label + 1,
                ..inset(place, (name + 2).saturating_add(step))
            };
            let mark = widget::state(worker.verdict.state);
            let label = text::fit(&short(worker), usize::from(label)).into_owned();
            canvas.put(cell, &format!("{}{label}", mark.symbol), mark.role);
            if at == Some(line.start + i) {
                canvas.lift(cell);
                hits.point(cell);
            }
            hits.row(cell, line.start + i);
        }
    }
    (hits.top, hits.page, hits.across) = (top, page, across);
}

fn inset(place: Rect, by: u16) -> Rect {
    let by = by.min(place.width);
    Rect {
        x: place.x + by,
        width: place.width - by,
        ..place
    }
}

/// The label without what every worker has and what the team says already.
fn short(worker: &Worker) -> String {
    match (worker.number, &worker.team) {
        (Some(n), Some(_)) => format!("w{n}"),
        _ => worker.id.to_string(),
    }
}
