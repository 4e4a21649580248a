//! The deployment.

use super::{Evidence, Item, UNREAD, daemon, names};
use crate::domain::{Span, State};

/// How long a worker may take to pull its credentials.
const PULL: Span = Span::seconds(120);
/// Two intervals of a keep-alive.
const BEAT: Span = Span::seconds(60);

pub(super) fn judge(e: &Evidence) -> Vec<Item> {
    vec![
        conversations(e),
        committed(e),
        pulled(e),
        started(e),
        healthy(e),
        acknowledged(e),
    ]
}

fn conversations(e: &Evidence) -> Item {
    let asks = "Orchestrator creates 8 conversations";
    if e.facts.rows.is_none() {
        return Item::unknown(asks, UNREAD);
    }
    let n = e.joined.len();
    Item::is(
        asks,
        n > 0,
        format!("{n} conversations live (the protocol has 8 workers, this swarm what it has)"),
    )
}

fn committed(e: &Evidence) -> Item {
    let asks = "Credentials committed to git and pushed";
    let git = &e.facts.git;
    let Some(repository) = &git.repository else {
        return Item::unknown(asks, "no repository here; name one with --git DIR");
    };
    match &git.answer {
        None => Item::unknown(asks, format!("{repository} has no remote {}", git.remote)),
        Some(Err(why)) => Item::unknown(asks, why.clone()),
        Some(Ok(None)) => Item::is(
            asks,
            false,
            format!("{} has no branch {}", git.remote, git.branch),
        ),
        Some(Ok(Some(_))) if git.ahead == Some(true) => Item::is(
            asks,
            false,
            format!(
                "{} has commits here that {} has not",
                git.branch, git.remote
            ),
        ),
        Some(Ok(Some(tip))) => {
            let short: String = tip.chars().take(10).collect();
            Item::is(
                asks,
                true,
                format!("{} stands at {short} at {}", git.branch, git.remote),
            )
        }
    }
}

fn pulled(e: &Evidence) -> Item {
    let asks = "All 8 workers pull credentials within 2 minutes";
    if e.joined.is_empty() {
        return Item::unknown(asks, "no conversation lives");
    }
    let (mut slow, mut worst, mut seen) = (Vec::new(), Span(0), 0);
    for one in &e.joined {
        match one.made.zip(one.first) {
            Some((made, first)) => {
                let took = first.since(made);
                seen += 1;
                worst = worst.max(took);
                if took > PULL {
                    slow.push(one.worker.as_str());
                }
            }
            None if one.made.is_none_or(|made| e.facts.now.since(made) <= PULL) => {}
            None => slow.push(one.worker.as_str()),
        }
    }
    let n = e.joined.len();
    if slow.is_empty() && seen < n {
        return Item::unknown(
            asks,
            format!(
                "of {seen} of {n} workers it is known when they first used their conversation; the others have not had two minutes, or did so before the rows that were read"
            ),
        );
    }
    let late = names(slow.iter().copied());
    let late = if late.is_empty() {
        late
    } else {
        format!("; late or not yet: {late}")
    };
    Item::is(
        asks,
        slow.is_empty(),
        format!(
            "the slowest of {seen} first used its conversation {worst} after it was made{late}"
        ),
    )
}

fn started(e: &Evidence) -> Item {
    let asks = "All 8 keep-alive daemons start successfully";
    let Some(swarm) = &e.swarm else {
        return Item::unknown(asks, UNREAD);
    };
    let now = e.facts.now;
    let all = swarm
        .workers
        .iter()
        .filter(|w| w.verdict.state != State::Expired);
    let all: Vec<_> = all.collect();
    if all.is_empty() {
        return Item::unknown(asks, "no conversation lives");
    }
    let late = all
        .iter()
        .filter(|w| w.heartbeat.is_none_or(|at| now.since(at) > BEAT));
    let late: Vec<_> = late.map(|w| w.id.to_string()).collect();
    let who = names(late.iter().map(String::as_str));
    let who = if who.is_empty() {
        who
    } else {
        format!("; not of {who}")
    };
    Item::is(
        asks,
        late.is_empty(),
        format!(
            "a heartbeat within {BEAT} of {} of {} workers{who}",
            all.len() - late.len(),
            all.len()
        ),
    )
}

fn healthy(e: &Evidence) -> Item {
    let asks = "External watchdog detects all 8 workers as healthy";
    let Some(swarm) = &e.swarm else {
        return Item::unknown(asks, UNREAD);
    };
    let (well, words) = daemon(e, "watchdog");
    let bad = [
        State::Silent,
        State::Stalled,
        State::NoHeartbeat,
        State::Suspect,
        State::Unknown,
    ];
    let all = swarm
        .workers
        .iter()
        .filter(|w| w.verdict.state != State::Expired);
    let all: Vec<_> = all.collect();
    let ill = all.iter().filter(|w| bad.contains(&w.verdict.state));
    let ill: Vec<_> = ill
        .map(|w| format!("{} is {}", w.id, w.verdict.state.name()))
        .collect();
    let who = names(ill.iter().map(String::as_str));
    let who = if who.is_empty() {
        "none in trouble".to_owned()
    } else {
        who
    };
    Item::is(
        asks,
        well && ill.is_empty() && !all.is_empty(),
        format!("the watchdog {words}; {} workers, {who}", all.len()),
    )
}

fn acknowledged(e: &Evidence) -> Item {
    let asks = "Send test task to each worker, verify 8/8 acknowledgments";
    match &e.rollcall {
        None => Item::unknown(
            asks,
            "no roll call in the newest messages: swarmwarden rollcall",
        ),
        Some(called) => {
            let (asked, answered) = called.counts;
            let at = called
                .at
                .map_or_else(String::new, |at| format!(", asked {at}"));
            Item::is(
                asks,
                asked == answered,
                format!("{} was answered {answered}/{asked}{at}", called.id),
            )
        }
    }
}
