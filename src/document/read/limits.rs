//! How much of a document is kept. Status documents are a few kilobytes; these limits only meet the hostile ones.

use crate::domain::text;

/// Bytes of a document that are read.
pub const CAP: usize = 1 << 20;
/// Bytes of one source line that are read.
pub(super) const LINE: usize = 16 << 10;
/// Claims of a document.
pub(super) const CLAIMS: usize = 200;
/// Fields of one claim, and of the head.
pub(super) const FIELDS: usize = 500;
/// Blockers of a document, and of one claim.
pub(super) const BLOCKERS: usize = 500;
/// Tasks of a board.
pub(super) const TASKS: usize = 2000;
/// Agents of a mission.
pub(super) const AGENTS: usize = 2000;
/// Remarks.
pub(super) const REMARKS: usize = 200;
/// Elements of a list within a claim (outputs, next steps, teams).
pub(super) const LIST: usize = 100;
/// Bytes of a key.
pub(super) const KEY: usize = 64;
/// Bytes of a value.
pub(super) const VALUE: usize = 1024;
/// Bytes of a remark.
pub(super) const REMARK_TEXT: usize = 240;
/// Agents that one range may name.
pub(super) const SPAN: u32 = 1000;
/// Depth of YAML that is read.
pub(super) const DEPTH: usize = 32;

/// One neutral line of at most `cap` bytes, with `…` where something was lost. O(cap).
pub(super) fn clean(raw: &str, cap: usize) -> String {
    let raw = raw.trim();
    let head = text::head(raw, cap);
    let mut out = text::line(head).trim().to_owned();
    if head.len() < raw.len() {
        out.push('…');
    }
    out
}
