//! Why a verdict fell: one sentence, and one row per witness. No ages in words, because they would go stale.

use super::{
    Basis, Evidence, Limits, State,
    judge::{Facts, age},
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
pub(super) fn reason(f: &Facts<'_>, l: &Limits, now: Timestamp, state: State) -> String {
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
                l.silent
            )
        }
        State::Stalled => {
            let did = f.strong.map_or_else(
                || "has done nothing yet".to_owned(),
                |_| format!("did nothing since {strong}"),
            );
            format!(
                "beats, but {did} while it owes work, limit {}{says}",
                l.stall
            )
        }
        State::NoHeartbeat => format!(
            "active at {}, but no heartbeat since {}: its daemon died",
            clock(f.activity()),
            clock(f.beat())
        ),
        State::Suspect => late(f, l, now),
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

fn late(f: &Facts<'_>, l: &Limits, now: Timestamp) -> String {
    let only = match l.mild_until.filter(|until| now < *until) {
        Some(until) => format!(
            "; we watch only since a moment, and say no worse before {}",
            until.clock()
        ),
        None => String::new(),
    };
    format!(
        "heartbeat late: last at {}, due every {}{only}",
        clock(f.beat()),
        l.period
    )
}

/// Where the limits come from, and all that they are.
fn basis(l: &Limits) -> String {
    let times = if l.watched { "" } else { "; by recorded times" };
    match l.basis {
        Basis::Fixed => format!("late after {}, act after {}{times}", l.suspect, l.act),
        Basis::Accrual {
            model,
            silent,
            learned,
            poor,
        } => {
            let m = model.model();
            let from = match learned {
                0 => "cold".to_owned(),
                n => format!("of {n} beats"),
            };
            let slow = match poor {
                0 => String::new(),
                n => format!("; limits x{:.2}, we are slow", 1.0 + f64::from(n) / 4.0),
            };
            format!(
                "late after {} (phi 3), missed from phi {silent}, act after {}; period {:.1}s, {:.1}% lost, {from}{slow}{times}",
                l.suspect,
                l.act,
                m.mu,
                m.p1 * 100.0,
            )
        }
    }
}

/// One row per witness that was heard, and always heartbeat and activity.
pub(super) fn evidence(f: &Facts<'_>, l: &Limits, now: Timestamp) -> Vec<Evidence> {
    let mut all = beats(f, l, now);
    all.extend(activity(f, l, now));
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

fn beats(f: &Facts<'_>, l: &Limits, now: Timestamp) -> Vec<Evidence> {
    let vote = |at: Option<Timestamp>| match at.map(|at| l.age(now, at)) {
        None => "none",
        Some(old) if old >= l.silent => "silent",
        Some(old) if old >= l.suspect => "suspect",
        Some(_) => "ok",
    };
    let note = format!("session_status; {}", basis(l));
    let mut all = vec![row(
        "heartbeat",
        f.heartbeat,
        Some(l.silent),
        vote(f.heartbeat),
        &note,
    )];
    if f.poll.is_some() {
        all.push(row(
            "poll",
            f.poll,
            Some(l.silent),
            vote(f.poll),
            "fetched nothing: counts as a beat",
        ));
    }
    all
}

fn activity(f: &Facts<'_>, l: &Limits, now: Timestamp) -> Vec<Evidence> {
    let strong = f.strong.map(|(at, _)| at);
    let debt = f.owes(now);
    let vote = match (debt, strong) {
        (Some(oldest), strong) if l.age(now, strong.unwrap_or(oldest)) > l.stall => "stalled",
        (_, Some(at)) if l.age(now, at) >= l.silent => "quiet",
        (_, Some(_)) => "ok",
        (_, None) => "none",
    };
    let what = f.strong.map_or("nothing sent yet", |(_, what)| what);
    let mut all = vec![row("activity", strong, debt.map(|_| l.stall), vote, what)];
    if let Some(at) = f.fetch {
        let vote = if l.age(now, at) < l.silent {
            "ok"
        } else {
            "quiet"
        };
        all.push(row(
            "fetch",
            f.fetch,
            Some(l.silent),
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
        let vote = if age(now, at) > Limits::INBOX {
            "owes"
        } else {
            "ok"
        };
        all.push(row(
            "inbox",
            Some(at),
            Some(Limits::INBOX),
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
