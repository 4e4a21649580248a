//! Workers on the page of metrics.

use super::{Family, seconds};
use crate::domain::{Snapshot, State, Timestamp, Worker};
use std::collections::{BTreeMap, HashSet};

pub(super) fn families(s: &Snapshot) -> Vec<Family> {
    let mut by: BTreeMap<(&str, &str), [u32; State::ALL.len()]> = BTreeMap::new();
    for worker in &s.workers {
        let counts = by.entry((&worker.session, team(worker))).or_default();
        if let Some(n) = counts.get_mut(worker.verdict.state as usize) {
            *n += 1;
        }
    }
    let mut states = Family::gauge("swarm_workers", "Workers by state.");
    for ((session, team), counts) in by {
        for (state, n) in State::ALL.into_iter().zip(counts) {
            states.put(
                &[
                    ("session", session),
                    ("team", team),
                    ("state", state.name()),
                ],
                f64::from(n),
            );
        }
    }
    vec![states, beats(s), expiry(s)]
}

/// The team of a worker; a role may be anything, and is no label.
fn team(worker: &Worker) -> &str {
    worker.team.as_deref().unwrap_or("")
}

fn beats(s: &Snapshot) -> Family {
    let mut beats = Family::gauge(
        "swarm_worker_last_heartbeat_timestamp_seconds",
        "Newest heartbeat of a worker, whether a daemon beat or the agent polled.",
    );
    // Names come from outside: two workers may have one, and a series stands once on a page.
    let mut seen = HashSet::new();
    for worker in &s.workers {
        let id = worker.id.to_string();
        if let Some(at) = worker.beat()
            && seen.insert((&worker.session, id.clone()))
        {
            beats.put(
                &[
                    ("session", &worker.session),
                    ("team", team(worker)),
                    ("worker", &id),
                ],
                seconds(at),
            );
        }
    }
    beats
}

/// When the bridge refuses the next of the conversations that are in use.
fn expiry(s: &Snapshot) -> Family {
    let mut next: BTreeMap<&str, Timestamp> = BTreeMap::new();
    let over = |w: &Worker| matches!(w.verdict.state, State::Expired | State::Finished);
    for worker in s.workers.iter().filter(|w| !over(w)) {
        if let Some(at) = worker.expires {
            let first = next.entry(&worker.session).or_insert(at);
            *first = at.min(*first);
        }
    }
    let mut family = Family::gauge(
        "swarm_session_expiry_timestamp_seconds",
        "When the next of the session's living conversations ends.",
    );
    for (session, at) in next {
        family.put(&[("session", session)], seconds(at));
    }
    family
}
