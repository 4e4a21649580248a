//! The first 24 hours, and production.

use super::{DAY, Evidence, Item, UNREAD, daemon, names};
use crate::domain::{Severity, Span, State, Timestamp, alert::Alert};

/// Bytes that a thousand messages may take.
const BYTES: u64 = 100 * 1024;

/// The first 24 hours.
pub(super) fn day(e: &Evidence) -> Vec<Item> {
    vec![
        alerts(e),
        uptime(e),
        reassignments(e),
        schedule(e),
        size(e),
        failures(),
    ]
}

/// Alerts of lost workers that fired after `since`.
fn lost(e: &Evidence, since: Timestamp) -> Vec<&Alert> {
    let kinds = ["silent", "no-heartbeat", "stalled"];
    let all = e.swarm.iter().flat_map(|s| &s.alerts).map(AsRef::as_ref);
    all.filter(|a| kinds.contains(&&*a.kind) && a.last >= since)
        .collect()
}

fn alerts(e: &Evidence) -> Item {
    let asks = "Monitor watchdog log for silent agent alerts";
    let known = matches!(e.facts.host.memory, Some(Ok(true)));
    if !known {
        return Item::unknown(
            asks,
            "nobody keeps the book of alerts: run `swarmwarden watchdog` or the dashboard",
        );
    }
    let since = e.facts.now.plus(Span(-DAY.0));
    let found: Vec<_> = lost(e, since).into_iter().map(Alert::name).collect();
    if found.is_empty() {
        return Item::is(
            asks,
            true,
            "no alert of a silent worker in the book of the last 24 hours",
        );
    }
    Item::is(
        asks,
        false,
        format!(
            "{} in the last 24 hours: {}",
            found.len(),
            names(found.iter().map(String::as_str))
        ),
    )
}

fn uptime(e: &Evidence) -> Item {
    let asks = "Verify keep-alive daemons maintain 100% uptime";
    let Some(swarm) = &e.swarm else {
        return Item::unknown(asks, UNREAD);
    };
    let bad = [State::Silent, State::NoHeartbeat, State::Suspect];
    let late = swarm
        .workers
        .iter()
        .filter(|w| bad.contains(&w.verdict.state));
    let late: Vec<_> = late.map(|w| w.id.to_string()).collect();
    if late.is_empty() {
        return Item::unknown(
            asks,
            "not recorded by this bridge: a heartbeat overwrites the one before; no worker is late now",
        );
    }
    Item::is(
        asks,
        false,
        format!("late now: {}", names(late.iter().map(String::as_str))),
    )
}

fn reassignments(e: &Evidence) -> Item {
    let asks = "Check for task reassignments (should be zero if all healthy)";
    if e.facts.rows.is_none() {
        return Item::unknown(asks, UNREAD);
    }
    let since = e.facts.now.plus(Span(-DAY.0));
    let moved = e
        .actions
        .iter()
        .filter(|(action, _, at)| action == "reassign" && *at >= since);
    let moved: Vec<_> = moved
        .map(|(_, task, _)| task.as_deref().unwrap_or("a task"))
        .collect();
    if moved.is_empty() {
        return Item::is(
            asks,
            true,
            "no reassignment in the audit log of the last 24 hours",
        );
    }
    Item::is(
        asks,
        false,
        format!(
            "{} in the last 24 hours: {}",
            moved.len(),
            names(moved.into_iter())
        ),
    )
}

fn schedule(e: &Evidence) -> Item {
    let asks = "Verify git sync daemon pulls credentials on schedule";
    if e.facts.git.worker.is_none() && !e.facts.daemons.iter().any(|d| d.job == "sync") {
        return Item::unknown(
            asks,
            "on the workers' machines: `swarmwarden check --self sync` there",
        );
    }
    let (well, words) = daemon(e, "sync");
    Item::is(asks, well, words)
}

fn size(e: &Evidence) -> Item {
    let asks = "Monitor SQLite database size (should be <100KB for 1000 messages)";
    let (Some(rows), Some(Ok(pages))) = (&e.facts.rows, &e.facts.bridge.pages) else {
        return Item::unknown(asks, UNREAD);
    };
    let used = pages.bytes.saturating_sub(pages.free);
    // Below a thousand messages the first hundred KB count.
    let limit = BYTES.saturating_mul(rows.messages.max(1_000)) / 1_000;
    let each = used * 1_000 / rows.messages.max(1_000) / 1_024;
    Item::is(
        asks,
        used < limit,
        format!(
            "{used} bytes in use for {} messages: {each} KB for a thousand; `swarmwarden prune` removes what is over",
            rows.messages
        ),
    )
}

fn failures() -> Item {
    Item::unknown(
        "Check audit log for authentication failures (should be zero)",
        "not recorded by this bridge: it refuses a wrong token without a row",
    )
}

/// Production.
pub(super) fn operations(e: &Evidence) -> Vec<Item> {
    vec![review(e), analysis(e), rotation(e), stress(e), backup(e)]
}

fn review(e: &Evidence) -> Item {
    let asks = "Daily review of watchdog alerts";
    let Some(swarm) = e
        .swarm
        .as_ref()
        .filter(|_| matches!(e.facts.host.memory, Some(Ok(true))))
    else {
        return Item::unknown(
            asks,
            "nobody keeps the book of alerts: run `swarmwarden watchdog` or the dashboard",
        );
    };
    let old = e.facts.now.plus(Span(-DAY.0));
    let open = swarm.alerts.iter().filter(|a| {
        a.is_open() && a.severity >= Severity::Warning && a.ack.is_none() && a.fired < old
    });
    let open: Vec<_> = open.map(|a| a.name()).collect();
    if open.is_empty() {
        return Item::is(
            asks,
            true,
            "no alert has been open for a day without anybody taking it",
        );
    }
    Item::is(
        asks,
        false,
        format!(
            "{} open for more than a day, and nobody took them: {}",
            open.len(),
            names(open.iter().map(String::as_str))
        ),
    )
}

fn analysis(e: &Evidence) -> Item {
    let asks = "Weekly audit log analysis";
    match &e.chain {
        None => Item::unknown(asks, "no action of ours is in the audit log"),
        Some(Ok(n)) => Item::is(
            asks,
            true,
            format!("{n} entries of the audit chains verified just now, all hold"),
        ),
        Some(Err(why)) => Item::is(asks, false, format!("{why}: swarmwarden audit verify")),
    }
}

fn rotation(e: &Evidence) -> Item {
    let asks = "Monthly credential rotation (regenerate tokens)";
    if e.joined.is_empty() {
        return Item::unknown(asks, "no conversation lives");
    }
    let month = Span(30 * DAY.0);
    let old = e
        .joined
        .iter()
        .filter(|j| j.made.is_some_and(|at| e.facts.now.since(at) > month));
    let old: Vec<_> = old.map(|j| j.worker.as_str()).collect();
    if e.joined.iter().all(|j| j.made.is_none()) {
        return Item::unknown(asks, "its tables do not hold when a conversation was made");
    }
    let oldest = e
        .joined
        .iter()
        .filter_map(|j| j.made)
        .min()
        .unwrap_or(e.facts.now);
    let words = format!(
        "the oldest token in use is {} old",
        e.facts.now.since(oldest)
    );
    if old.is_empty() {
        return Item::is(asks, true, words);
    }
    Item::is(
        asks,
        false,
        format!(
            "{words}: {}; swarmwarden credentials rotate --all",
            names(old.into_iter())
        ),
    )
}

fn stress(e: &Evidence) -> Item {
    let asks = "Quarterly stress test with 100+ messages";
    match &e.results {
        None => Item::unknown(
            asks,
            "no results of the protocol's tests are here: swarmwarden drill --test all",
        ),
        Some(r) => {
            let age = e.facts.now.since(r.at);
            Item::is(
                asks,
                r.overall && age <= Span(92 * DAY.0),
                format!(
                    "{} is {age} old, {} of {} passed",
                    r.path, r.passed.0, r.passed.1
                ),
            )
        }
    }
}

fn backup(e: &Evidence) -> Item {
    let asks = "Backup conversation database daily";
    match e.backup {
        None => Item::is(
            asks,
            false,
            "`swarmwarden backup` never copied this bridge from this machine",
        ),
        Some(at) => {
            let age = e.facts.now.since(at);
            // A timer that runs once a day may come an hour late.
            let ok = age <= Span(DAY.0 + Span::seconds(3_600).0);
            Item::is(
                asks,
                ok,
                format!("the newest copy was made {at}, {age} ago"),
            )
        }
    }
}
