//! The conflict matrix: cells that are known are taken, the others are worked out while there is time.

use super::{
    branches::Base,
    merge::{Changes, Merger, turned},
};
use crate::domain::{
    Branch,
    repo::{Cell, Matrix},
};
use git2::{Oid, Repository};
use std::{collections::HashMap, mem, sync::Arc};

/// Cells that went wrong and are tried again in one read.
const RETRIES: usize = 8;

/// What is remembered between two reads.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// Two tips, merged; the smaller id is ours.
    known: HashMap<(Oid, Oid), Cell>,
    pub(super) changes: Changes,
    /// The matrix as it was made last, with the number of files that it was arranged with: nothing of it may have changed.
    last: Option<(Arc<Matrix>, usize)>,
    /// From which cell on those that went wrong are tried again.
    retry: usize,
}

/// Whether a branch takes part in the matrix: it has something that the base has not.
pub(super) fn live(branch: &Branch, base: &str) -> bool {
    !branch.merged && branch.ahead > 0 && *branch.id != *base
}

/// The base and the newest live branches against each other. What is not in `cells` is worked out until it is `late`, and is there
/// afterwards. O(branches² + what is new).
pub(super) fn read(
    git: &Repository,
    base: &Base,
    branches: &[Branch],
    cells: &mut Cells,
    late: &dyn Fn() -> bool,
) -> Arc<Matrix> {
    let base_id = base.id.to_string();
    let mut rows: Vec<&Branch> = branches.iter().filter(|b| live(b, &base_id)).collect();
    rows.sort_by(|a, b| (b.committed, &a.name).cmp(&(a.committed, &b.name)));
    let left_out = u32::try_from(rows.len().saturating_sub(Matrix::LIVE)).unwrap_or(u32::MAX);
    rows.truncate(Matrix::LIVE);
    let names = rows.iter().map(|b| Arc::clone(&b.name));
    let ids = rows.iter().map(|b| Arc::clone(&b.id));
    let mut matrix = Matrix {
        names: [Arc::clone(&base.name)].into_iter().chain(names).collect(),
        ids: [base_id.into()].into_iter().chain(ids).collect(),
        left_out,
        ..Matrix::default()
    };
    let tips: Vec<Oid> = matrix
        .ids
        .iter()
        .filter_map(|id| Oid::from_str(id).ok())
        .collect();
    fill(git, &mut matrix, &tips, cells, late);
    let files = rows.iter().map(|b| b.files.len()).sum();
    if let Some((last, with)) = &cells.last {
        let same = last.names == matrix.names && last.ids == matrix.ids;
        if same && last.left_out == left_out && last.cells == matrix.cells && *with == files {
            return Arc::clone(last);
        }
    }
    matrix.arrange(branches);
    let made = Arc::new(matrix);
    cells.last = Some((Arc::clone(&made), files));
    made
}

fn fill(
    git: &Repository,
    matrix: &mut Matrix,
    tips: &[Oid],
    cells: &mut Cells,
    late: &dyn Fn() -> bool,
) {
    let mut work = Work {
        git,
        merger: None,
        before: mem::take(cells),
        kept: HashMap::new(),
    };
    let pairs = |()| {
        let rows = tips.iter().enumerate();
        rows.flat_map(|(n, a)| tips.iter().skip(n + 1).map(move |b| (*a, *b)))
    };
    matrix.cells = pairs(())
        .map(|(a, b)| work.cell(a, b, false, late))
        .collect();
    // What went wrong once may go well later, when the objects are there: some of it in turn, after everything that was never tried.
    let wrong = |(n, (cell, _)): &(usize, (&mut Cell, _))| {
        *n >= work.before.retry && matches!(cell, Cell::Unknown(_))
    };
    let all = matrix.cells.iter_mut().zip(pairs(())).enumerate();
    let wrong: Vec<_> = all.filter(wrong).take(RETRIES).collect();
    let next = wrong.last().filter(|_| wrong.len() == RETRIES);
    let retry = next.map_or(0, |(n, _)| n + 1);
    for (_, (cell, (a, b))) in wrong {
        *cell = work.cell(a, b, true, late);
    }
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    matrix.of = count(matrix.cells.len());
    let pending = matrix.cells.iter().filter(|c| matches!(c, Cell::Pending));
    matrix.done = matrix.of - count(pending.count());
    let mut changes = work.before.changes;
    changes.sides.retain(|(_, tip), _| tips.contains(tip));
    *cells = Cells {
        known: work.kept,
        changes,
        last: work.before.last,
        retry,
    };
}

struct Work<'a> {
    git: &'a Repository,
    /// Made for the first cell that is worked out.
    merger: Option<Merger>,
    before: Cells,
    kept: HashMap<(Oid, Oid), Cell>,
}

impl Work<'_> {
    fn cell(&mut self, ours: Oid, theirs: Oid, again: bool, late: &dyn Fn() -> bool) -> Cell {
        let key = (ours.min(theirs), ours.max(theirs));
        let known = self.kept.get(&key).cloned();
        let known = known.or_else(|| self.before.known.remove(&key));
        let cell = match known {
            Some(known) if !again || late() => known,
            None if late() => return Cell::Pending,
            _ => self.merge(key),
        };
        self.kept.insert(key, cell.clone());
        if ours == key.0 { cell } else { turned(&cell) }
    }

    fn merge(&mut self, (ours, theirs): (Oid, Oid)) -> Cell {
        if self.merger.is_none() {
            self.merger = Merger::of(self.git).ok();
        }
        let changes = &mut self.before.changes;
        self.merger.as_ref().map_or_else(
            || Cell::Unknown("the repository cannot be opened".into()),
            |merger| merger.cell(ours, theirs, changes),
        )
    }
}
