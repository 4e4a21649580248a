//! In which order to merge, and which files are edited on several branches.

use super::{Branch, Cell, Matrix, MergeStep, Overlap};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// Files that are named in a reason.
const NAMED: usize = 2;
/// Overlaps that are listed.
const LISTED: usize = 1_000;

impl Matrix {
    /// Works out [`Matrix::order`] and [`Matrix::overlaps`] over the cells as they are. O(branches² × files in conflict + files).
    pub fn arrange(&mut self, branches: &[Branch]) {
        let of = |name: &Arc<str>| branches.iter().find(|b| b.name == *name);
        let files: Vec<&[Arc<str>]> = (self.names.iter().enumerate())
            .map(|(row, name)| of(name).filter(|_| row > 0).map_or(&[][..], |b| &b.files))
            .collect();
        self.order = order(self, &files);
        (self.overlaps, self.overlaps_left_out) = overlaps(self, &files);
    }
}

/// What stands in the way of a branch once others are merged.
struct Way {
    files: BTreeSet<Arc<str>>,
    with: Vec<Arc<str>>,
    unsure: Option<Arc<str>>,
}

impl Way {
    fn of(matrix: &Matrix, row: usize, merged: &[usize]) -> Self {
        let mut way = Self {
            files: BTreeSet::new(),
            with: Vec::new(),
            unsure: None,
        };
        for &other in merged {
            let name = matrix.names.get(other);
            match matrix.cell(row, other) {
                Some(Cell::Conflict(files)) => {
                    way.files.extend(files.iter().map(|f| Arc::clone(&f.path)));
                    way.with.extend(name.cloned());
                }
                Some(Cell::Clean) | None => {}
                Some(Cell::Pending) => way.unsure = Some("not worked out yet".into()),
                Some(Cell::Unrelated) => {
                    way.unsure = Some("it has no commit in common with the rest".into());
                }
                Some(Cell::Unknown(why)) => way.unsure = Some(Arc::clone(why)),
            }
        }
        way
    }

    fn reason(&self, changed: usize) -> String {
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        let mut words = match self.files.len() {
            0 => format!("no conflict; {changed} file{}", plural(changed)),
            n => {
                let named: Vec<_> = self.files.iter().take(NAMED).map(|f| &**f).collect();
                let rest = if n > NAMED { ", …" } else { "" };
                format!(
                    "{n} file{} in conflict with {}: {}{rest}",
                    plural(n),
                    self.with.join(", "),
                    named.join(", ")
                )
            }
        };
        if let Some(why) = &self.unsure {
            words = if self.files.is_empty() {
                format!("cannot be told: {why}")
            } else {
                format!("{words}; the rest cannot be told: {why}")
            };
        }
        words
    }
}

/// Next is always the branch with the fewest files in conflict with the base and what was merged before; of those with as many, the one that
/// changes fewer files, then by name. One of which something is not known comes after those that are known.
fn order(matrix: &Matrix, files: &[&[Arc<str>]]) -> Vec<MergeStep> {
    let changed = |row: usize| files.get(row).map_or(0, |f| f.len());
    let mut left: Vec<usize> = (1..matrix.names.len()).collect();
    let mut merged = vec![0];
    let mut steps = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let ways = left.iter().map(|&row| (row, Way::of(matrix, row, &merged)));
        let next = ways.min_by_key(|(row, way)| {
            let name = matrix.names.get(*row).cloned();
            (way.unsure.is_some(), way.files.len(), changed(*row), name)
        });
        let Some((row, way)) = next else { break };
        left.retain(|&other| other != row);
        merged.push(row);
        steps.extend(matrix.names.get(row).map(|name| MergeStep {
            branch: Arc::clone(name),
            new_conflicts: u32::try_from(way.files.len()).unwrap_or(u32::MAX),
            unsure: way.unsure.is_some(),
            reason: way.reason(changed(row)).into(),
        }));
    }
    steps
}

fn overlaps(matrix: &Matrix, files: &[&[Arc<str>]]) -> (Vec<Overlap>, u32) {
    let mut by_path: HashMap<&Arc<str>, Vec<usize>> = HashMap::new();
    for (row, files) in files.iter().enumerate() {
        for path in *files {
            by_path.entry(path).or_default().push(row);
        }
    }
    let mut shared: Vec<_> = by_path
        .into_iter()
        .filter(|(_, rows)| rows.len() > 1)
        .collect();
    shared.sort_by(|(a, x), (b, y)| (y.len(), a).cmp(&(x.len(), b)));
    let left_out = shared.len().saturating_sub(LISTED);
    let name = |row: &usize| matrix.names.get(*row).cloned();
    let listed = shared.into_iter().take(LISTED).map(|(path, rows)| Overlap {
        path: Arc::clone(path),
        branches: rows.iter().filter_map(name).collect(),
    });
    (
        listed.collect(),
        u32::try_from(left_out).unwrap_or(u32::MAX),
    )
}

#[cfg(test)]
mod tests;
