//! `MULTI-SESSION-STATUS.md`.

use super::{
    escape, keep,
    lines::{self, Page},
};
use crate::domain::claim::{SessionDoc, StatusDoc};
use std::fmt::Write as _;

/// The status of every session, with a place for notes below each and below all. O(length).
#[must_use]
pub fn status_md(doc: &StatusDoc) -> String {
    let mut page = Page::new("Multi-Session Swarm Status", doc);
    page.notes("document");
    for session in &doc.sessions {
        page.heading(
            2,
            &lines::named("Session", session.number, session.title.as_deref()),
        );
        body(&mut page, session);
        page.notes(&format!("session-{}", session.number));
    }
    keep::seal(page.text)
}

/// The fields of a session.
pub(super) fn body(page: &mut Page, session: &SessionDoc) {
    page.field("Status", lines::state(session.state));
    page.maybe("Detail", session.detail.as_deref().map(escape::text));
    page.maybe("Agents", agents(session));
    let teams: Vec<String> = session.teams.iter().map(|t| format!("Team {t}")).collect();
    page.maybe("Teams", Some(teams.join(", ")));
    page.maybe("Items", session.items.and_then(lines::share));
    page.maybe("Progress", session.percent.map(|p| format!("{p}%")));
    page.maybe("Branch", session.branch.as_deref().and_then(escape::branch));
    page.maybe("Commit", session.commit.as_deref().and_then(escape::commit));
    page.maybe("Session ID", session.id.as_deref().map(escape::code));
    page.maybe(
        "Updated",
        session.updated.map(crate::domain::Timestamp::rfc3339),
    );
    page.maybe("ETA", session.eta.as_deref().and_then(escape::element));
    let outputs: Vec<String> = session
        .outputs
        .iter()
        .filter_map(|o| escape::file(o))
        .collect();
    page.list("Outputs", &outputs, None);
    page.list(
        "Blockers",
        &lines::elements(&session.blockers),
        Some("None"),
    );
    page.list("Next Steps", &lines::elements(&session.next), None);
    page.list("Evidence", &lines::elements(&session.evidence), None);
    page.list(
        "Contradictions",
        &lines::elements(&session.contradictions),
        None,
    );
}

fn agents(session: &SessionDoc) -> Option<String> {
    let mut text = session.agents.and_then(lines::share)?;
    if let Some((from, to)) = session.range {
        let _ = write!(text, " (Haiku-{from:02} to {to:02})");
    }
    Some(text)
}
