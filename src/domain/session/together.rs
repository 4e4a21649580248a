//! What must hold of all sessions together.

use super::{super::Span, Checked, Outcome, Session, Survey, evidence::some};
use std::sync::Arc;

/// The criteria of all sessions that have a number. O(sessions + blockers).
#[must_use]
pub fn together(sessions: &[Arc<Session>], survey: &Survey) -> Vec<Checked> {
    let known: Vec<&Session> = (sessions.iter())
        .filter(|s| s.number.is_some() && s.ground.is_some())
        .map(Arc::as_ref)
        .collect();
    if known.is_empty() {
        return Vec::new();
    }
    vec![
        in_time(&known, survey),
        once(survey),
        clean(&known),
        unblocked(survey),
    ]
}

fn in_time(known: &[&Session], survey: &Survey) -> Checked {
    let limit = survey.terms.swarm;
    let over = known.iter().filter(|s| s.stage.is_over()).count();
    let began = known.iter().filter_map(|s| s.started).min();
    let ended = known.iter().filter_map(|s| Some(s.last?.0)).max();
    let took = began.zip(ended).map(|(from, to)| to.since(from));
    let outcome = match took {
        Some(took) if over == known.len() => Outcome::of(took <= limit),
        Some(took) if took > limit => Outcome::Unmet,
        _ => Outcome::Unknown,
    };
    let hours = |span: Span| span.as_seconds() / 3_600;
    let seen = took.map_or_else(
        || "nothing tells how long they took".to_owned(),
        |took| {
            format!(
                "{over} of {} over, {} h from first to last",
                known.len(),
                hours(took)
            )
        },
    );
    let what = format!("all sessions are complete within {} h", hours(limit));
    Checked::new(&what, outcome, seen)
}

fn once(survey: &Survey) -> Checked {
    let twice = survey.duplicates.len();
    let first = survey.duplicates.first().map_or_else(String::new, |d| {
        format!(": {} by {}", d.path, some(&d.sessions))
    });
    let seen = format!("{twice} files{first}");
    Checked::new("no work is done twice", Outcome::of(twice == 0), seen)
}

fn clean(known: &[&Session]) -> Checked {
    let tried = (known.iter()).filter_map(|s| s.ground.as_ref()?.conflicts.as_ref());
    let (told, bad) = tried.fold((0, 0), |(n, bad), files| {
        (n + 1, bad + usize::from(!files.is_empty()))
    });
    let outcome = if told == 0 {
        Outcome::Unknown
    } else {
        Outcome::of(bad == 0)
    };
    let seen = format!("{bad} of {told} branches that were tried conflict");
    Checked::new("no branch conflicts with the base", outcome, seen)
}

fn unblocked(survey: &Survey) -> Checked {
    let of_sessions = survey.grounds.iter().flat_map(|g| &g.blockers);
    let all: Vec<_> = of_sessions.chain(&survey.blockers).collect();
    let open = all.iter().filter(|b| b.blocker.open).count();
    let seen = format!("{open} of {} open", all.len());
    let what = "all blockers are documented and resolved";
    Checked::new(what, Outcome::of(open == 0), seen)
}
