//! Whether we see at all.

use crate::domain::{
    DataState, Problem, Severity, Source, Span, Subject, Timestamp, health::Observer,
};

/// From this on our own trouble is worth telling.
const POOR: u8 = 3;
/// Without an observer, a source that was not read for so long is away.
const UNREAD: Span = Span::seconds(10);

/// The bridge is away: it cannot be read, or everybody fell silent at once. One that failed a moment ago is tried again first, by
/// whoever watches; one look has only this look.
pub(super) fn bridge_down(source: &Source, observer: &Observer, now: Timestamp) -> Option<Problem> {
    let state = source.state(now);
    let unread = matches!(state, DataState::Stale | DataState::Offline);
    let watched = observer.started.is_some();
    let old = source.read_at.is_some_and(|at| now.since(at) > UNREAD);
    if observer.down.is_none() && !(unread && (old || !watched)) {
        return None;
    }
    let why = match (&source.error, unread) {
        (Some(error), _) => error.to_string(),
        (None, true) => "no read for more than ten seconds".to_owned(),
        (None, false) => "no row of any kind came for too long: the bridge is away".to_owned(),
    };
    Some(Problem {
        key: "bridge-down".into(),
        severity: Severity::Unknown,
        subject: Subject::Source,
        kind: "bridge-down",
        sentence: why,
        since: observer.down.or(source.read_at).unwrap_or(now),
    })
}

/// We see badly: verdicts come later than they should. A bridge that is away is a matter of its own.
pub(super) fn degraded(observer: &Observer, now: Timestamp) -> Option<Problem> {
    (observer.poor >= POOR && !observer.blind()).then(|| Problem {
        key: "observer-degraded".into(),
        severity: Severity::Notice,
        subject: Subject::Source,
        kind: "observer-degraded",
        sentence: format!(
            "this program reads the bridge late or not at all ({} of 4): verdicts come later",
            observer.poor
        ),
        since: observer.started.unwrap_or(now),
    })
}

/// The bridge lacks something that we can do without.
pub(super) fn partial(source: &Source, now: Timestamp) -> Option<Problem> {
    let first = source.faults.first()?;
    let more = source.faults.len() - 1;
    let rest = if more == 0 {
        String::new()
    } else {
        format!(" (and {more} more)")
    };
    Some(Problem {
        key: "partial".into(),
        severity: Severity::Notice,
        subject: Subject::Source,
        kind: "partial",
        sentence: format!("{}: {}{rest}", first.what, first.remedy),
        since: now,
    })
}
