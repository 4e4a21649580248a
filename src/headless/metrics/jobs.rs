//! The processes that keep a swarm alive, on the page of metrics: from the health file that each of them writes.

use super::{Family, seconds};
use crate::domain::{Span, Timestamp};
use crate::headless::doctor::facts::Daemon;
use std::collections::BTreeMap;

/// A health file that is older than this tells of a process that hangs.
const STALE: Span = Span(30_000_000);

pub(super) fn families(daemons: &[Daemon], now: Timestamp) -> Vec<Family> {
    let mut known: BTreeMap<&str, (bool, Option<Timestamp>)> = BTreeMap::new();
    for daemon in daemons {
        let fresh = daemon.age.is_some_and(|age| age <= STALE);
        let well = daemon.alive && fresh && daemon.error.is_none() && daemon.phase != "dead";
        let seen = daemon.age.map(|age| now.plus(Span(-age.0)));
        let one = known.entry(&daemon.job).or_default();
        one.0 |= well;
        one.1 = one.1.max(seen);
    }
    let mut up = Family::gauge(
        "swarm_job_up",
        "1 when a process does this well and said so a moment ago, else 0.",
    );
    let mut last = Family::gauge(
        "swarm_job_last_seen_timestamp_seconds",
        "When a process that does this told of itself last.",
    );
    for (job, (well, seen)) in known {
        up.put(&[("job", job)], f64::from(u8::from(well)));
        if let Some(at) = seen {
            last.put(&[("job", job)], seconds(at));
        }
    }
    vec![up, last]
}
