//! Status, tracker, handover, blocker, board and mission documents: text in, claims out, and text again. Pure.
//!
//! Reading never fails and never panics: what was not understood is among the remarks. Everything that is kept passed
//! [`crate::domain::text`]; its size is bounded by [`CAP`] and by the limits in `read::limits`.

pub mod criteria;
mod read;
pub mod render;

pub use read::{CAP, read};
pub use render::is_generated;

use crate::domain::claim::DocumentKind;

/// What a document is, by its file name in whatever folder; `None` for everything that is not read. Backups and
/// histories of a status are old claims under a new name, and are not read. O(length).
#[must_use]
pub fn kind_of(path: &str) -> Option<DocumentKind> {
    let path = path.to_ascii_uppercase();
    let mut parts = path.rsplit(['/', '\\']);
    let name = parts.next()?;
    if parts.any(|p| p == "STATUS-HISTORY") || name.contains(".BACKUP.") {
        return None;
    }
    let (stem, ending) = name.rsplit_once('.')?;
    let (markdown, yaml) = (
        matches!(ending, "MD" | "MARKDOWN"),
        matches!(ending, "YAML" | "YML"),
    );
    Some(match stem {
        "MULTI-SESSION-STATUS" if markdown => DocumentKind::Status,
        "INTEGRATION-PROGRESS-TRACKER" if markdown => DocumentKind::Tracker,
        "BLOCKERS" if markdown => DocumentKind::Blockers,
        "MULTI-SESSION-SWARM-PROTOCOL" if markdown => DocumentKind::Mission,
        _ if markdown && stem.starts_with("SESSION-HANDOVER") => DocumentKind::Handover,
        _ if markdown && stem.starts_with("PHASE-") && stem.ends_with("-TASK-BOARD") => {
            DocumentKind::Board
        }
        _ if markdown && stem.starts_with("HAIKU-SWARM-") => DocumentKind::Mission,
        _ if (markdown || yaml) && own(stem) => DocumentKind::Report,
        _ => return None,
    })
}

/// `STATUS`, `STATUS-…`, `STATUS_…`: not `STATUSES` or `STATUSBAR`.
fn own(stem: &str) -> bool {
    stem.strip_prefix("STATUS")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.']))
}

#[cfg(test)]
mod tests;
