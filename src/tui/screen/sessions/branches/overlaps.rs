//! Files that several live branches edit, before they conflict.

use super::{short, state::State};
use crate::{
    domain::{repo::Overlap, text},
    tui::{
        theme::Role,
        widget::{Canvas, Rows, Strip},
    },
};
use ratatui::layout::Rect;

/// Branches of one file that are named.
const NAMED: usize = 6;

/// How many lines the panel needs; 0 without overlaps.
pub(super) fn height(state: &State, most: u16) -> u16 {
    let all = matrix_overlaps(state).len();
    match u16::try_from(all).unwrap_or(u16::MAX) {
        0 => 0,
        n => n.saturating_add(2).min(most),
    }
}

fn matrix_overlaps(state: &State) -> &[Overlap] {
    let matrix = state.repo().and_then(|repo| repo.matrix.as_deref());
    matrix.map_or(&[], |m| &m.overlaps)
}

/// Draws the panel; the last line stays blank.
pub(super) fn draw(canvas: &mut Canvas<'_>, place: Rect, state: &State) {
    let all = matrix_overlaps(state);
    let left_out = state
        .repo()
        .and_then(|repo| repo.matrix.as_deref())
        .map_or(0, |m| m.overlaps_left_out);
    let mut rows = Rows::of(place);
    let count = all.len() + usize::try_from(left_out).unwrap_or(0);
    let title = Strip::of(format!("OVERLAPS {count}"), Role::Title);
    let words = "  files edited on 2+ live branches, most branches first";
    canvas.rule(rows.line(), &title.add(words, Role::Text));
    let page = usize::from(rows.left().saturating_sub(1));
    for overlap in all.iter().take(page) {
        let line = rows.line();
        canvas.strip(line, &one(state, overlap, line.width));
    }
}

fn one(state: &State, overlap: &Overlap, width: u16) -> Strip {
    let third = usize::from(width / 3).max(16);
    let path = text::fit(&overlap.path, third);
    let mut strip = Strip::of(format!("  {path}  "), Role::Text);
    for (n, branch) in overlap.branches.iter().enumerate() {
        let row = state.named(branch);
        let owner = row.and_then(|row| row.owner(14));
        let owner = owner.map_or_else(String::new, |(words, _)| format!(" ({words})"));
        let part = format!(" {}{owner} ", text::fit(short(branch, 24), 24));
        let more = format!(" +{}", overlap.branches.len() - n);
        let next = strip.clone().add(part, Role::Text);
        if n == NAMED || next.width() + 5 > width && n > 0 {
            return strip.add(more, Role::Dim);
        }
        strip = next;
    }
    strip
}
