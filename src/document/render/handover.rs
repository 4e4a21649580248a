//! The document that a successor reads.

use super::{
    keep,
    lines::{self, Page},
    status,
};
use crate::domain::claim::{ClaimState, SessionDoc, StatusDoc};

/// What the next one needs: what goes on, what is held up, what is next, what was learned; then every session that is not
/// over, whole, and the others by name. O(length).
#[must_use]
pub fn handover_md(doc: &StatusDoc) -> String {
    let mut page = Page::new("Session Handover", doc);
    let over = |s: &&SessionDoc| matches!(s.state, ClaimState::Complete | ClaimState::Failed);
    let (done, live): (Vec<&SessionDoc>, Vec<&SessionDoc>) = doc.sessions.iter().partition(over);
    let name = |s: &SessionDoc| lines::named("Session", s.number, s.title.as_deref());
    let of = |s: &SessionDoc, lines: Vec<String>| -> Vec<String> {
        lines
            .into_iter()
            .map(|l| format!("{}: {l}", name(s)))
            .collect()
    };
    page.heading(2, "At a glance");
    let going: Vec<String> = live
        .iter()
        .map(|s| format!("{}, {}", name(s), lines::state(s.state)))
        .collect();
    page.list("Unfinished", &going, Some("None"));
    let finished: Vec<String> = done
        .iter()
        .map(|s| format!("{}, {}", name(s), lines::state(s.state)))
        .collect();
    page.list("Finished", &finished, None);
    let held: Vec<String> = live
        .iter()
        .flat_map(|s| of(s, lines::elements(&s.blockers)))
        .collect();
    page.list("Held up", &held, Some("None"));
    let odd: Vec<String> = doc
        .sessions
        .iter()
        .flat_map(|s| of(s, lines::elements(&s.contradictions)))
        .collect();
    page.list("To be settled", &odd, None);
    page.list("Lessons learned", &lines::elements(&doc.lessons), None);
    page.notes("document");
    for session in live {
        page.heading(2, &name(session));
        status::body(&mut page, session);
        page.notes(&format!("session-{}", session.number));
    }
    keep::seal(page.text)
}
