//! What of the sessions needs the operator.

use super::{
    super::{Problem, Severity, Snapshot, Subject, Timestamp},
    Session, Survey,
};
use std::sync::Arc;

/// Contradictions, stale claims, sessions over their limit, blockers, work that may be lost. O(sessions).
pub(crate) fn problems(picture: &Snapshot, now: Timestamp) -> Vec<Problem> {
    let mut all: Vec<Problem> = picture.sessions.iter().flat_map(|s| of(s, now)).collect();
    if let Some(survey) = picture.repo.as_ref().and_then(|r| r.survey.as_ref()) {
        all.extend(deadline(picture, survey, now));
        for twice in &survey.duplicates {
            all.push(Problem {
                key: format!("duplicate-work/{}", twice.path).into(),
                severity: Severity::Warning,
                subject: Subject::Source,
                kind: "duplicate-work",
                sentence: format!(
                    "{} is produced by {}",
                    twice.path,
                    twice.sessions.join(" and ")
                ),
                since: survey.read_at,
            });
        }
    }
    all
}

/// Some session is still at work when all of them should be done.
fn deadline(picture: &Snapshot, survey: &Survey, now: Timestamp) -> Option<Problem> {
    let numbered =
        || (picture.sessions.iter()).filter(|s| s.number.is_some() && s.ground.is_some());
    let began = numbered().filter_map(|s| s.started).min()?;
    let ends = began.plus(survey.terms.swarm);
    let left: Vec<String> = numbered()
        .filter(|s| s.active && !s.stage.is_over())
        .map(|s| s.key.to_string())
        .collect();
    (ends <= now && !left.is_empty()).then(|| Problem {
        key: "swarm-deadline".into(),
        severity: Severity::Warning,
        subject: Subject::Source,
        kind: "swarm-deadline",
        sentence: format!(
            "all sessions were to be done by {}; {} at work",
            ends.rfc3339(),
            left.join(", ")
        ),
        since: ends,
    })
}

fn of(s: &Session, now: Timestamp) -> Vec<Problem> {
    let problem =
        |kind: &'static str, severity, sentence: String, since: Option<Timestamp>| Problem {
            key: format!("{kind}/{}", s.key).into(),
            severity,
            subject: Subject::Session(Arc::clone(&s.key)),
            kind,
            sentence,
            since: since.unwrap_or(now).min(now),
        };
    let mut all = Vec::new();
    if let Some(c) = s.contradictions.first() {
        let more = match s.contradictions.len() - 1 {
            0 => String::new(),
            n => format!(" (+{n})"),
        };
        let sentence = format!("claims {:?}, but {}{more}", c.claim, c.evidence);
        all.push(problem("contradiction", c.severity, sentence, c.since));
    }
    if s.stale.is_some() {
        let said = s.claim().map_or_else(String::new, super::Said::place);
        let sentence = format!("its status is not renewed: {said}");
        all.push(problem("stale-claim", Severity::Notice, sentence, s.stale));
    }
    if s.over.is_some() {
        let sentence = "takes longer than a session may".to_owned();
        all.push(problem("session-over", Severity::Warning, sentence, s.over));
    }
    let mut open = s.open_blockers();
    if let Some(first) = open.next() {
        let more = match open.count() {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        let sentence = format!("blocked: {}{more}", first.blocker.text);
        all.push(problem(
            "session-blocked",
            Severity::Warning,
            sentence,
            first.since(),
        ));
    }
    if let Some(since) = s.at_stake {
        let unsafe_work = s.evidence.iter().find(|f| f.question == "safe");
        let sentence = unsafe_work.map_or_else(String::new, |f| f.sentence.clone());
        all.push(problem(
            "unpushed",
            Severity::Warning,
            sentence,
            Some(since),
        ));
    }
    all
}
