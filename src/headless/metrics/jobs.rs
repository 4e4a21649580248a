//! The processes that keep a swarm alive, on the page of metrics: from the health file that each of them writes.

use super::{Family, seconds};
use crate::domain::{Span, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A health file that is older than this tells of a process that hangs.
const STALE: Span = Span(30_000_000);

/// A health file, as far as the page needs it.
#[derive(Debug, Clone, Deserialize)]
pub struct Daemon {
    /// When it was written.
    pub at: Timestamp,
    /// What the process does.
    pub jobs: Vec<DaemonJob>,
}

/// One of the things that a process does.
#[derive(Debug, Clone, Deserialize)]
pub struct DaemonJob {
    /// Name.
    pub name: String,
    /// Nothing to worry about.
    pub well: bool,
    /// Last success.
    pub last_ok: Option<Timestamp>,
    /// Steps taken.
    pub runs: u64,
}

pub(super) fn families(daemons: &[Daemon], now: Timestamp) -> Vec<Family> {
    let mut known: BTreeMap<&str, (bool, Option<Timestamp>)> = BTreeMap::new();
    for daemon in daemons {
        let fresh = now.since(daemon.at) <= STALE;
        for job in &daemon.jobs {
            let one = known.entry(&job.name).or_default();
            one.0 |= fresh && job.well;
            one.1 = one.1.max(job.last_ok);
        }
    }
    let mut up = Family::gauge(
        "swarm_job_up",
        "1 when a process does this well and said so a moment ago, else 0.",
    );
    let mut last = Family::gauge(
        "swarm_job_last_success_timestamp_seconds",
        "When this was done last without an error.",
    );
    for (job, (well, ok)) in known {
        up.put(&[("job", job)], f64::from(u8::from(well)));
        if let Some(at) = ok {
            last.put(&[("job", job)], seconds(at));
        }
    }
    vec![up, last]
}
