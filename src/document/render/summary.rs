//! A summary for a pull request or a terminal that renders Markdown.

use super::{
    escape, keep,
    lines::{self, Page},
};
use crate::domain::claim::StatusDoc;
use std::fmt::Write as _;

/// A table of sessions, then what does not agree and what is held up, then the phases.
/// O(length).
#[must_use]
pub fn markdown(doc: &StatusDoc) -> String {
    let mut page = Page::new("Swarm status", doc);
    sessions(&mut page, doc);
    let of = |n: u32, lines: Vec<String>| -> Vec<String> {
        lines
            .into_iter()
            .map(|l| format!("Session {n}: {l}"))
            .collect()
    };
    let sections = [
        (
            "Contradictions",
            doc.sessions
                .iter()
                .flat_map(|s| of(s.number, lines::elements(&s.contradictions)))
                .collect::<Vec<_>>(),
        ),
        (
            "Blockers",
            doc.sessions
                .iter()
                .flat_map(|s| of(s.number, lines::elements(&s.blockers)))
                .collect(),
        ),
        (
            "Evidence",
            doc.sessions
                .iter()
                .flat_map(|s| of(s.number, lines::elements(&s.evidence)))
                .collect(),
        ),
        (
            "Next",
            doc.sessions
                .iter()
                .flat_map(|s| of(s.number, lines::elements(&s.next)))
                .collect(),
        ),
    ];
    for (title, lines) in sections.into_iter().filter(|(_, lines)| !lines.is_empty()) {
        page.heading(2, title);
        for line in lines {
            let _ = writeln!(page.text, "- {line}");
        }
    }
    phases(&mut page, doc);
    page.notes("document");
    keep::seal(page.text)
}

fn sessions(page: &mut Page, doc: &StatusDoc) {
    if !doc.sessions.is_empty() {
        page.heading(2, "Sessions");
        page.text
            .push_str("| Session | Title | Status | Agents | Items | Branch | Outputs |\n");
        page.text
            .push_str("|--------:|-------|--------|-------:|------:|--------|---------|\n");
    }
    for s in &doc.sessions {
        let outputs: Vec<String> = s.outputs.iter().filter_map(|o| escape::file(o)).collect();
        let percent = s.percent.map_or_else(String::new, |p| format!(" ({p}%)"));
        let _ = writeln!(
            page.text,
            "| {} | {} | {}{percent} | {} | {} | {} | {} |",
            s.number,
            s.title.as_deref().map(escape::title).unwrap_or_default(),
            lines::state(s.state),
            s.agents.and_then(lines::share).unwrap_or_default(),
            s.items.and_then(lines::share).unwrap_or_default(),
            s.branch
                .as_deref()
                .and_then(escape::branch)
                .unwrap_or_default(),
            outputs.join(", "),
        );
    }
}

fn phases(page: &mut Page, doc: &StatusDoc) {
    if doc.phases.is_empty() {
        return;
    }
    page.heading(2, "Phases");
    page.text.push_str("| Phase | Title | Session | Status | APIs | Commit |\n|------:|-------|--------:|--------|-----:|--------|\n");
    for p in &doc.phases {
        let _ = writeln!(
            page.text,
            "| {} | {} | {} | {} | {} | {} |",
            p.number,
            p.title.as_deref().map(escape::title).unwrap_or_default(),
            p.of_session.map(|n| n.to_string()).unwrap_or_default(),
            lines::state(p.state),
            p.items.and_then(lines::share).unwrap_or_default(),
            p.commit
                .as_deref()
                .and_then(escape::commit)
                .unwrap_or_default(),
        );
    }
}
