//! `INTEGRATION-PROGRESS-TRACKER.md`.

use super::{
    escape, keep,
    lines::{self, Page},
};
use crate::domain::claim::StatusDoc;

/// The phases, each with its session. O(length).
#[must_use]
pub fn tracker_md(doc: &StatusDoc) -> String {
    let mut page = Page::new("Integration Progress Tracker", doc);
    page.notes("document");
    for phase in &doc.phases {
        page.heading(
            2,
            &lines::named("Phase", phase.number, phase.title.as_deref()),
        );
        let session = phase
            .of_session
            .map_or_else(String::new, |n| format!(" (Session {n})"));
        page.field("Status", &format!("{}{session}", lines::state(phase.state)));
        page.maybe("APIs", phase.items.and_then(lines::share));
        page.maybe("Commit", phase.commit.as_deref().and_then(escape::commit));
        page.maybe("ETA", phase.eta.as_deref().and_then(escape::element));
        page.notes(&match phase.of_session {
            Some(session) => format!("phase-{}-session-{session}", phase.number),
            None => format!("phase-{}", phase.number),
        });
    }
    keep::seal(page.text)
}
