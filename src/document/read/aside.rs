//! What is taken out of a text before it is read as Markdown: notes, and front matter.

use super::{
    markdown::{Block, Line, Shape},
    remark,
};
use crate::domain::claim::Remark;

/// Markers between which a person writes.
pub(in crate::document) const NOTES_BEGIN: &str = "<!-- notes:begin";
/// The end of [`NOTES_BEGIN`].
pub(in crate::document) const NOTES_END: &str = "<!-- notes:end";

/// What stands between note markers is a person's: it becomes notes, and blank lines stay in its place. A marker without
/// its other half is a remark.
pub(super) fn notes(text: &str, blocks: &mut Vec<Block>, remarks: &mut Vec<Remark>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut line = 1;
    while let Some((before, inner, after)) = noted(rest) {
        out.push_str(before);
        out.push_str(&blank(inner));
        line += count(before);
        let lines = inner.lines().zip(line..);
        let own = lines
            .filter(|(t, _)| !t.trim().is_empty() && !t.trim_start().starts_with("<!-- notes:"));
        let lines: Vec<Line> = own.map(|(t, at)| Line::new(t, at)).collect();
        if !lines.is_empty() {
            blocks.push(Block {
                shape: Shape::Note,
                lines,
            });
        }
        line += count(inner);
        rest = after;
    }
    if let Some(at) = rest.find(NOTES_BEGIN) {
        let line = line + count(rest.get(..at).unwrap_or_default());
        remarks.push(remark("notes begin here and do not end", line));
    }
    out.push_str(rest);
    out
}

fn count(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

/// The same number of bytes and lines, with nothing on them.
fn blank(text: &str) -> String {
    text.bytes()
        .map(|b| if b == b'\n' { '\n' } else { ' ' })
        .collect()
}

/// What stands before the next pair of note markers, the pair with what it holds, and the rest.
fn noted(text: &str) -> Option<(&str, &str, &str)> {
    let begin = marker(text, NOTES_BEGIN)?;
    let (before, rest) = text.split_at_checked(begin)?;
    let end = marker(rest, NOTES_END)?;
    let close = rest.get(end..)?.find('\n').map_or(rest.len(), |n| end + n);
    let (inner, after) = rest.split_at_checked(close)?;
    Some((before, inner, after))
}

/// A marker at the start of a line.
fn marker(text: &str, wanted: &str) -> Option<usize> {
    text.match_indices(wanted).map(|(at, _)| at).find(|at| {
        text.get(..*at)
            .is_some_and(|b| b.is_empty() || b.ends_with('\n'))
    })
}

/// Front matter becomes a block of YAML; blank lines stay in its place.
pub(super) fn front(text: &str, blocks: &mut Vec<Block>) -> String {
    let front = text
        .strip_prefix("---\n")
        .and_then(|rest| Some((rest, rest.find("\n---\n")?)))
        .and_then(|(rest, end)| rest.split_at_checked(end + 5))
        .filter(|(head, _)| !head.starts_with('\n'));
    let Some((head, rest)) = front else {
        return text.to_owned();
    };
    let lines = head.trim_end_matches("---\n").lines().zip(2..);
    blocks.push(Block {
        shape: Shape::Fence("yaml".to_owned()),
        lines: lines.map(|(text, at)| Line::new(text, at)).collect(),
    });
    format!("   \n{}{rest}", blank(head))
}
