//! The conflict matrix: every live branch against the base and against every other, with the files and lines that clash.

mod clash;
mod detail;
mod state;
mod view;

pub(super) use clash::clash;
pub(crate) use clash::{whole, words};
pub(crate) use state::State;
pub(super) use view::{draw, status};

use super::Layout;
use crate::tui::{
    model::Model,
    overlay::{Overlay, Page},
};
use std::sync::Arc;

/// The files of the selected cell, in full; on the diagonal, the commits of the branch.
pub(super) fn open(model: &mut Model) {
    let state = &model.screens.sessions.matrix;
    let Some((a, b)) = state.selected() else {
        return;
    };
    let page = if a == b {
        Page::commits(a)
    } else {
        Page::cell(a, b)
    };
    model.overlay = Some(Overlay::Page(Box::new(page)));
}

/// Merges that can be begun of what is selected: into which, what.
pub(crate) fn merges(model: &Model) -> Vec<(Arc<str>, Arc<str>)> {
    let state = &model.screens.sessions;
    let pair = match state.layout {
        Layout::Sessions => None,
        Layout::Branches => {
            let repo = model.snapshot().repo.as_ref();
            let base = repo.and_then(|repo| repo.base.clone());
            base.zip(state.branches.selected().map(|row| Arc::clone(row.name())))
        }
        Layout::Matrix => state.matrix.selected(),
    };
    let pair = pair.filter(|(a, b)| a != b);
    pair.map_or_else(Vec::new, |(a, b)| {
        vec![(Arc::clone(&a), Arc::clone(&b)), (b, a)]
    })
}

#[cfg(test)]
mod tests;
