//! Why a verdict fell: one sentence, and one row per witness. No ages in words, because they would go stale.

use super::{
    Evidence, State,
    judge::{Detector, Facts, age},
};
use crate::domain::{Span, Timestamp};

/// `since 15:29:33Z`, or `ever`.
fn since(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "ever".to_owned(), |at| format!("since {}", at.clock()))
}

fn clock(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "never".to_owned(), Timestamp::clock)
}

/// One sentence for a state.
pub(super) fn reason(f: &Facts<'_>, d: &Detector, state: State) -> String {
    let says = f
        .reported
        .map(|s| format!("; says {s}"))
        .unwrap_or_default();
    let strong = clock(f.strong.map(|(at, _)| at));
    match state {
        State::Silent => {
            let (beat, activity) = (since(f.beat()), since(f.activity()));
            format!(
                "no heartbeat {beat}, limit {}, and no activity {activity}{says}",
                d.silent
            )
        }
        State::Stalled => {
            let did = f.strong.map_or_else(
                || "has done nothing yet".to_owned(),
                |_| format!("did nothing since {strong}"),
            );
            format!(
                "beats, but {did} while it owes work, limit {}{says}",
                d.stall
            )
        }
        State::NoHeartbeat => format!(
            "active at {}, but no heartbeat since {}: its daemon died",
            clock(f.activity()),
            clock(f.beat())
        ),
        State::Suspect => format!(
            "heartbeat late: last at {}, due every {}",
            clock(f.beat()),
            Span(d.suspect.0 / 2)
        ),
        State::Blocked => f.waiting.map_or_else(
            || format!("reports blocked; last words at {strong}"),
            |(at, what)| format!("its {what} of {} has no answer yet{says}", clock(Some(at))),
        ),
        State::Expired => {
            let beats = f
                .sign()
                .is_some_and(|at| f.expires.is_some_and(|end| at >= end));
            let still = if beats {
                "; still beats, but can deliver nothing"
            } else {
                ""
            };
            format!("the bridge refuses it since {}{still}", clock(f.expires))
        }
        State::Unknown => format!("never seen since it was made at {}", clock(f.created)),
        State::New => format!("made at {}, not heard of yet", clock(f.created)),
        State::Finished => "reports complete and holds no open task".to_owned(),
        State::Idle => "alive, no open task, inbox empty".to_owned(),
        State::Healthy => format!("beats, last activity at {strong}{says}"),
        State::Held => "held by the operator".to_owned(),
    }
}

/// One row per witness that was heard, and always heartbeat and activity.
pub(super) fn evidence(f: &Facts<'_>, d: &Detector, now: Timestamp) -> Vec<Evidence> {
    let mut all = beats(f, d, now);
    all.extend(activity(f, d, now));
    all.extend(debts(f, now));
    all
}

fn row(
    witness: &'static str,
    at: Option<Timestamp>,
    limit: Option<Span>,
    vote: &'static str,
    note: &str,
) -> Evidence {
    Evidence {
        witness,
        at,
        limit,
        vote,
        note: note.to_owned(),
    }
}

fn beats(f: &Facts<'_>, d: &Detector, now: Timestamp) -> Vec<Evidence> {
    let vote = |at: Option<Timestamp>| match at.map(|at| age(now, at)) {
        None => "none",
        Some(old) if old >= d.silent => "silent",
        Some(old) if old >= d.suspect => "suspect",
        Some(_) => "ok",
    };
    let note = format!("session_status; late after {}", d.suspect);
    let mut all = vec![row(
        "heartbeat",
        f.heartbeat,
        Some(d.silent),
        vote(f.heartbeat),
        &note,
    )];
    if f.poll.is_some() {
        all.push(row(
            "poll",
            f.poll,
            Some(d.silent),
            vote(f.poll),
            "fetched nothing: counts as a beat",
        ));
    }
    all
}

fn activity(f: &Facts<'_>, d: &Detector, now: Timestamp) -> Vec<Evidence> {
    let strong = f.strong.map(|(at, _)| at);
    let debt = f.owes(now);
    let vote = match (debt, strong) {
        (Some(oldest), strong) if age(now, strong.unwrap_or(oldest)) > d.stall => "stalled",
        (_, Some(at)) if age(now, at) >= d.silent => "quiet",
        (_, Some(_)) => "ok",
        (_, None) => "none",
    };
    let what = f.strong.map_or("nothing sent yet", |(_, what)| what);
    let mut all = vec![row("activity", strong, debt.map(|_| d.stall), vote, what)];
    if let Some(at) = f.fetch {
        let vote = if age(now, at) < d.silent {
            "ok"
        } else {
            "quiet"
        };
        all.push(row(
            "fetch",
            f.fetch,
            Some(d.silent),
            vote,
            "fetched its messages: alive, not progress",
        ));
    }
    all
}

fn debts(f: &Facts<'_>, now: Timestamp) -> Vec<Evidence> {
    let mut all = Vec::new();
    if let Some((at, what)) = f.waiting {
        all.push(row(
            "answer",
            Some(at),
            None,
            "blocked",
            &format!("its {what} has no answer"),
        ));
    }
    if let Some(at) = f.oldest_unread {
        let vote = if age(now, at) > Detector::INBOX {
            "owes"
        } else {
            "ok"
        };
        all.push(row(
            "inbox",
            Some(at),
            Some(Detector::INBOX),
            vote,
            "oldest unread message",
        ));
    }
    if f.open > 0 {
        all.push(row(
            "task",
            f.oldest_task,
            None,
            "owes",
            &format!("{} open", f.open),
        ));
    }
    if let Some(said) = f.reported {
        let vote = match said {
            "complete" if f.finished() => "finished",
            "blocked" => "blocked",
            "working" => "owes",
            _ => "none",
        };
        all.push(row(
            "status",
            f.reported_since,
            None,
            vote,
            &format!("says {said}"),
        ));
    }
    if let Some(end) = f.expires {
        let vote = if now >= end { "expired" } else { "ok" };
        all.push(row(
            "expiry",
            Some(end),
            None,
            vote,
            &format!("the bridge refuses it from {}", end.clock()),
        ));
    }
    all
}
