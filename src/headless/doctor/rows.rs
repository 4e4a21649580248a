//! What a bridge holds.

use super::{
    Facts, Finding,
    facts::{Conversation, Rows},
};
use crate::domain::{Span, Timestamp};

/// From here on a conversation ends soon.
const SOON: Span = Span::seconds(30 * 60);
/// From here on a conversation that nobody used is odd.
const UNUSED: Span = Span::seconds(10 * 60);
/// What the bridge lets one process send in a minute, an hour, a day.
const RATES: [(&str, u64); 3] = [("minute", 10), ("hour", 100), ("day", 500)];

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let Some(rows) = &facts.rows else {
        return Vec::new();
    };
    vec![
        clock(rows, facts.now),
        expiry(rows, facts.now),
        unused(rows, facts.now),
        rates(rows),
    ]
}

fn clock(rows: &Rows, now: Timestamp) -> Finding {
    let id = "bridge.clock";
    let Some((what, newest)) = rows.newest else {
        return Finding::skip(id, "no row carries a time");
    };
    let ahead = newest.since(now);
    let remedy = "set the clocks of all machines by NTP: `timedatectl set-ntp true`, and compare `date -u` on each";
    let seen = || {
        format!(
            "the newest {what} is of {newest}, {} ahead of this machine's clock",
            Span(ahead.0.max(0))
        )
    };
    match ahead.as_seconds() {
        60.. => Finding::fail(id, seen(), remedy),
        3.. => Finding::warn(id, seen(), remedy),
        _ => Finding::ok(
            id,
            format!(
                "no row of the future; the newest ({what}) is {} old",
                now.since(newest)
            ),
        ),
    }
}

/// Up to three names, and how many more.
fn names(all: &[&Conversation]) -> String {
    let mut some: Vec<_> = all.iter().take(3).map(|c| c.worker.clone()).collect();
    if all.len() > some.len() {
        some.push(format!("{} more", all.len() - some.len()));
    }
    some.join(", ")
}

fn expiry(rows: &Rows, now: Timestamp) -> Finding {
    let id = "bridge.expiry";
    let all = &rows.conversations;
    if all.iter().all(|c| c.expires.is_none()) {
        return Finding::skip(id, "there is no conversation with an expiry");
    }
    let lives = |c: &&Conversation| c.expires.is_some_and(|at| at > now);
    let over: Vec<_> = all
        .iter()
        .filter(|c| c.expires.is_some_and(|at| at <= now))
        .collect();
    // A name with a living conversation has gone over to it.
    let replaced = |c: &Conversation| {
        all.iter()
            .filter(lives)
            .any(|other| other.worker == c.worker)
    };
    let lost: Vec<_> = over.iter().copied().filter(|c| !replaced(c)).collect();
    let soon: Vec<_> = all
        .iter()
        .filter(lives)
        .filter(|c| c.expires.is_some_and(|at| at.since(now) <= SOON))
        .collect();
    let living = all.iter().filter(lives).count();
    let total = all.len();
    let renew = "swarmwarden credentials rotate --all, or let `swarmwarden watchdog` renew them before they expire";
    if living == 0 {
        return Finding::fail(
            id,
            format!(
                "all {total} conversations are expired, such as {}: the bridge refuses every worker",
                names(&over)
            ),
            renew,
        );
    }
    if !lost.is_empty() {
        return Finding::warn(
            id,
            format!(
                "{} of {total} conversations are expired and their workers have no other: {}",
                lost.len(),
                names(&lost)
            ),
            format!("{renew}; `swarmwarden prune` removes what is over"),
        );
    }
    if !soon.is_empty() {
        return Finding::warn(
            id,
            format!(
                "{} of {living} living conversations expire within {SOON}: {}",
                soon.len(),
                names(&soon)
            ),
            renew,
        );
    }
    Finding::ok(
        id,
        format!("{living} conversations live, {} are over", over.len()),
    )
}

fn unused(rows: &Rows, now: Timestamp) -> Finding {
    let id = "bridge.tokens";
    let old = |c: &&Conversation| {
        c.expires.is_none_or(|at| at > now) && c.made.is_none_or(|at| now.since(at) > UNUSED)
    };
    let idle: Vec<_> = rows
        .conversations
        .iter()
        .filter(old)
        .filter(|c| !c.used)
        .collect();
    if idle.is_empty() {
        return Finding::ok(
            id,
            "every worker has used its token, or has just got it; tokens themselves are not read",
        );
    }
    Finding::warn(
        id,
        format!(
            "{} workers never used their token: {}",
            idle.len(),
            names(&idle)
        ),
        "on the worker's machine: `swarmwarden sync --once`, then `swarmwarden keepalive --once`",
    )
}

fn rates(rows: &Rows) -> Finding {
    let id = "bridge.rates";
    let mut worst: Option<(u64, String, bool)> = None;
    for rate in &rows.rates {
        for ((unit, limit), sent) in RATES.into_iter().zip(rate.sent) {
            let share = sent * 100 / limit;
            if worst.as_ref().is_none_or(|(most, ..)| share > *most) {
                let words = format!(
                    "{} sent {sent} messages in the last {unit} of {limit} that the bridge lets through",
                    rate.who
                );
                worst = Some((share, words, sent >= limit));
            }
        }
    }
    let partial = if rows.partial {
        "; not every row of the day was read"
    } else {
        ""
    };
    match worst {
        None => Finding::ok(id, format!("nobody sent anything in the last day{partial}")),
        Some((80.., words, at)) => Finding::warn(
            id,
            format!(
                "{words}{}{partial}",
                if at { ": more are refused" } else { "" }
            ),
            "raise the limits where the bridge's program makes its RateLimiter (the protocol asks for 100 a minute), or send less",
        ),
        Some((_, words, _)) => Finding::ok(id, format!("{words}{partial}")),
    }
}
