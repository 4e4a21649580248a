//! Which lines of two versions of a file clash: where both changed the same lines of what they had in common, or lines next to each other.

use crate::domain::repo::{FileClash, Hunk};
use git2::{DiffOptions, Patch};

/// Longer files are not compared line by line.
const LARGE: usize = 4 << 20;

/// Lines from one up to, not including, another; from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Range {
    from: usize,
    to: usize,
}

/// Lines of the common version that one side replaced by lines of its own.
#[derive(Debug, Clone, Copy)]
struct Edit {
    base: Range,
    side: Range,
}

/// Whether a file is not text, as git decides it.
pub(super) fn binary(bytes: &[u8]) -> bool {
    bytes.iter().take(8_000).any(|&b| b == 0)
}

/// Where the two clash, by line; at most [`FileClash::HUNKS`]. Lines that both have alike at the edges of a clash do not belong to it.
/// O(lines), with the cost of two comparisons.
pub(super) fn clashes(base: &[u8], ours: &[u8], theirs: &[u8]) -> Vec<Hunk> {
    if base.len().max(ours.len()).max(theirs.len()) > LARGE {
        return Vec::new();
    }
    let (Ok(mine), Ok(other)) = (edits(base, ours), edits(base, theirs)) else {
        return Vec::new();
    };
    let (lines, others) = (split(ours), split(theirs));
    let groups = groups(&mine, &other).into_iter();
    let trimmed = groups.filter_map(|(a, b)| trim(&lines, a, &others, b));
    trimmed.take(FileClash::HUNKS).collect()
}

fn split(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|&b| b == b'\n').collect()
}

fn edits(base: &[u8], side: &[u8]) -> Result<Vec<Edit>, git2::Error> {
    let mut options = DiffOptions::new();
    options.context_lines(0).force_text(true);
    let patch = Patch::from_buffers(base, None, side, None, Some(&mut options))?;
    // A patch counts from 1, and names the line before where there are none.
    let range = |start: u32, lines: u32| {
        let from = start.saturating_sub(u32::from(lines > 0)) as usize;
        Range {
            from,
            to: from + lines as usize,
        }
    };
    let mut all = Vec::with_capacity(patch.num_hunks());
    for n in 0..patch.num_hunks() {
        let (hunk, _) = patch.hunk(n)?;
        all.push(Edit {
            base: range(hunk.old_start(), hunk.old_lines()),
            side: range(hunk.new_start(), hunk.new_lines()),
        });
    }
    Ok(all)
}

/// Lines of each side where edits of both overlap or touch.
fn groups(mine: &[Edit], other: &[Edit]) -> Vec<(Range, Range)> {
    let (mut a, mut b) = (mine.iter().peekable(), other.iter().peekable());
    let (mut shift_a, mut shift_b) = (0isize, 0isize);
    let mut found = Vec::new();
    loop {
        let first = match (a.peek(), b.peek()) {
            (None, _) | (_, None) => return found,
            (Some(x), Some(y)) => x.base.from.min(y.base.from),
        };
        let (before_a, before_b) = (shift_a, shift_b);
        let (mut end, mut both) = (None, (false, false));
        // Everything that touches what is in the group so far.
        loop {
            let touches = |edit: &&&Edit| end.is_none_or(|end| edit.base.from <= end);
            let mine = a.peek().filter(touches).map(|e| e.base.from);
            let other = b.peek().filter(touches).map(|e| e.base.from);
            let edit = match (mine, other) {
                (None, None) => break,
                (Some(x), y) if y.is_none_or(|y| x <= y) => {
                    both.0 = true;
                    a.next().inspect(|e| shift_a += growth(e))
                }
                _ => {
                    both.1 = true;
                    b.next().inspect(|e| shift_b += growth(e))
                }
            };
            end = end.max(edit.map(|e| e.base.to));
        }
        if both == (true, true) {
            let end = end.unwrap_or(first);
            let range = |before: isize, after: isize| Range {
                from: first.saturating_add_signed(before),
                to: end.saturating_add_signed(after),
            };
            found.push((range(before_a, shift_a), range(before_b, shift_b)));
        }
    }
}

fn growth(edit: &Edit) -> isize {
    let lines = |r: Range| isize::try_from(r.to - r.from).unwrap_or(isize::MAX);
    lines(edit.side) - lines(edit.base)
}

/// The hunk without the lines that both have alike at its edges; `None` when nothing is left.
fn trim(ours: &[&[u8]], a: Range, theirs: &[&[u8]], b: Range) -> Option<Hunk> {
    let x = ours.get(a.from..a.to).unwrap_or_default();
    let y = theirs.get(b.from..b.to).unwrap_or_default();
    let head = x.iter().zip(y).take_while(|(p, q)| p == q).count();
    if head == x.len() && head == y.len() {
        return None;
    }
    let (x, y) = (
        x.get(head..).unwrap_or_default(),
        y.get(head..).unwrap_or_default(),
    );
    let ends = x.iter().rev().zip(y.iter().rev());
    let tail = ends.take_while(|(p, q)| p == q).count();
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Some(Hunk {
        ours: (small(a.from + head + 1), small(x.len() - tail)),
        theirs: (small(b.from + head + 1), small(y.len() - tail)),
    })
}
