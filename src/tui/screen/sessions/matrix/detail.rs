//! Below the matrix: the selected cell, and in which order to merge.

use super::{
    clash::{clash, words},
    state::State,
};
use crate::{
    domain::repo::{Cell, Matrix},
    tui::{
        screen::sessions::branches::short,
        theme::Role,
        widget::{self, Strip},
    },
};

/// Files of a cell that are listed; Enter lists all.
const FILES: usize = 24;

/// Role of a cell.
pub(super) const fn role(cell: &Cell) -> Role {
    match cell {
        Cell::Conflict(_) => Role::Crit,
        Cell::Unknown(_) => Role::Warn,
        Cell::Clean => Role::Ok,
        Cell::Unrelated => Role::Unknown,
        Cell::Pending => Role::Dim,
    }
}

/// `origin/main × claude/x  conflict in 2 files`.
pub(super) fn headline(state: &State, matrix: &Matrix) -> Strip {
    let Some((ours, theirs)) = state.selected() else {
        return Strip::new();
    };
    if ours == theirs {
        let with = matrix.clashing(&ours).len();
        let words = match with {
            0 => "clashes with no other branch".to_owned(),
            n => format!("clashes with {n} of the other branches"),
        };
        return Strip::of(ours.to_string(), Role::Title).add(format!("  {words}"), Role::Text);
    }
    let Some(cell) = matrix.between(&ours, &theirs) else {
        return Strip::new();
    };
    let names = format!(
        "  ours {} × theirs {}",
        short(&ours, 36),
        short(&theirs, 36)
    );
    Strip::of(words(cell), role(cell)).add(names, Role::Title)
}

/// The files of the selected cell, and the order of merging.
pub(super) fn lines(state: &State, matrix: &Matrix, width: u16) -> Vec<Strip> {
    let mut out = Vec::new();
    if let Some((ours, theirs)) = state.selected() {
        let cell = matrix.between(&ours, &theirs);
        if let Some(Cell::Unknown(why)) = cell {
            let why = widget::lines(why, width.saturating_sub(4), true);
            out.extend(
                why.into_iter()
                    .map(|l| Strip::of(format!("    {l}"), Role::Warn)),
            );
        }
        out.extend(cell.map_or_else(Vec::new, |c| clash(c, ("ours", "theirs"), width, FILES)));
    }
    out.extend(order(matrix));
    out
}

fn order(matrix: &Matrix) -> Vec<Strip> {
    let mut out = Vec::new();
    if matrix.order.is_empty() {
        return out;
    }
    let sure = if matrix.complete() {
        "fewest new conflicts first"
    } else {
        "over what is compared so far"
    };
    let title = Strip::of("  SUGGESTED MERGE ORDER  ", Role::Title);
    out.push(title.add(sure, Role::Dim));
    for (n, step) in matrix.order.iter().enumerate() {
        let (count, role) = match step.new_conflicts {
            _ if step.unsure => ("?".to_owned(), Role::Warn),
            0 => ("·".to_owned(), Role::Ok),
            n => (n.to_string(), Role::Crit),
        };
        let name = crate::domain::text::fit(short(&step.branch, 28), 28).into_owned();
        let pad = usize::from(28u16.saturating_sub(widget::cells(&name)));
        out.push(
            Strip::of(
                format!("  {:>3} {name}{}", n + 1, " ".repeat(pad)),
                Role::Text,
            )
            .add(format!(" {count:>4}  "), role)
            .add(step.reason.to_string(), Role::Text),
        );
    }
    out
}
