//! Lines that a merge loses: a side added them, and the result has fewer of them than if both sides had been kept. Lines are counted over
//! all files together, so that one that moved is not lost.

use crate::domain::{
    repo::{LostLine, MergeSide},
    text,
};
use std::{collections::HashMap, sync::Arc};

/// Lines that are reported.
const REPORTED: usize = 2_000;

/// A file before, with both sides, and in the result; empty where it is not there.
#[derive(Debug, Default)]
pub(super) struct Versions {
    pub(super) path: Arc<str>,
    pub(super) base: Vec<u8>,
    pub(super) ours: Vec<u8>,
    pub(super) theirs: Vec<u8>,
    pub(super) result: Vec<u8>,
}

/// How often a line is there.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    base: usize,
    ours: usize,
    theirs: usize,
    result: usize,
}

impl Count {
    /// How many the result lacks of what a side added. Where both added or both removed the same line, once is enough.
    fn lost(self, side: usize) -> usize {
        let added = self.ours.max(self.theirs).saturating_sub(self.base);
        let removed = self.base.saturating_sub(self.ours.min(self.theirs));
        let expected = (self.base + added).saturating_sub(removed);
        let missing = expected.saturating_sub(self.result);
        missing.min(side.saturating_sub(self.base))
    }
}

/// A line that says something: brackets and blank lines do not.
fn words(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_ascii_end();
    let says = line
        .iter()
        .any(|b| b.is_ascii_alphanumeric() || !b.is_ascii());
    says.then_some(line)
}

fn lines(file: &[u8]) -> impl DoubleEndedIterator<Item = (u32, &[u8])> {
    let all: Vec<_> = file.split(|&b| b == b'\n').collect();
    let numbered = (1..).zip(all).collect::<Vec<_>>();
    numbered
        .into_iter()
        .filter_map(|(n, line)| Some((n, words(line)?)))
}

/// The lines that are lost, by file and line, ours first; at most 2,000. O(bytes).
pub(super) fn lines_of(files: &[Versions]) -> Vec<LostLine> {
    let mut counts: HashMap<&[u8], Count> = HashMap::new();
    for file in files {
        for (_, line) in lines(&file.base) {
            counts.entry(line).or_default().base += 1;
        }
        for (_, line) in lines(&file.ours) {
            counts.entry(line).or_default().ours += 1;
        }
        for (_, line) in lines(&file.theirs) {
            counts.entry(line).or_default().theirs += 1;
        }
        for (_, line) in lines(&file.result) {
            counts.entry(line).or_default().result += 1;
        }
    }
    let mut found = of(MergeSide::Ours, files, &counts);
    found.extend(of(MergeSide::Theirs, files, &counts));
    found.truncate(REPORTED);
    found
}

fn of(side: MergeSide, files: &[Versions], counts: &HashMap<&[u8], Count>) -> Vec<LostLine> {
    let mut left: HashMap<&[u8], usize> = HashMap::new();
    for (line, count) in counts {
        let there = match side {
            MergeSide::Ours => count.ours,
            MergeSide::Theirs => count.theirs,
        };
        left.insert(line, count.lost(there));
    }
    let mut found = Vec::new();
    // Of lines that are alike those that the file of the result has fewer of; from the end, where additions usually stand.
    for file in files.iter().rev() {
        let bytes = match side {
            MergeSide::Ours => &file.ours,
            MergeSide::Theirs => &file.theirs,
        };
        if *bytes == file.result || *bytes == file.base {
            continue;
        }
        for (number, line) in lines(bytes).rev() {
            let Some(n) = left.get_mut(line).filter(|n| **n > 0) else {
                continue;
            };
            *n -= 1;
            let shown = String::from_utf8_lossy(line);
            found.push(LostLine {
                path: Arc::clone(&file.path),
                side,
                line: number,
                text: text::line(&text::redact(text::head(&shown, 512))).into(),
            });
        }
    }
    found.reverse();
    found
}
