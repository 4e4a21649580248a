//! Every branch: whose it is, how it stands to the base and to its upstream, what it conflicts with.

mod columns;
mod commits;
mod detail;
mod overlaps;
mod row;
mod state;
mod view;

pub(crate) use columns::BRANCH_COLUMNS;
pub(crate) use commits::{ask, commits, refused};
pub(crate) use state::{Order as BranchOrder, State};
pub(super) use view::{draw, status};

use crate::{
    domain::Branch,
    tui::{
        model::Model,
        overlay::{Overlay, Page},
        widget::cells,
    },
};
use std::sync::Arc;

/// The commits of the selected branch, in full.
pub(super) fn open(model: &mut Model) {
    let state = &mut model.screens.sessions.branches;
    if let Some(name) = state.selected().map(|row| Arc::clone(&row.name)) {
        state.commits.again();
        model.overlay = Some(Overlay::Page(Box::new(Page::commits(name))));
    }
}

/// A branch; without its folder where there is no room for that.
pub(crate) fn short(branch: &str, width: u16) -> &str {
    let last = branch.rsplit('/').next().unwrap_or(branch);
    if cells(branch) > width { last } else { branch }
}

/// Where it was pushed to, in a word or two.
fn upstream(branch: &Branch) -> String {
    match &branch.upstream {
        _ if branch.remote => "only there".to_owned(),
        None => "never pushed".to_owned(),
        Some(u) if u.gone => "gone".to_owned(),
        Some(u) if u.ahead == 0 && u.behind == 0 => "pushed".to_owned(),
        Some(u) => format!("↑{} ↓{}", u.ahead, u.behind),
    }
}

#[cfg(test)]
mod tests;
