//! Tells somebody outside: a program of the operator's, or an address, is given each notification as JSON. The trait is what the engine
//! knows; a child process is what it is today.

mod child;
mod limit;

pub use child::Child;
pub use limit::Limit;

use crate::domain::{Severity, Timestamp, alert::Notification};
use serde::Serialize;
use std::{future::Future, pin::Pin, sync::Arc};

/// Name and version of the format.
pub const SCHEMA: &str = "swarmwarden.notify/v1";

/// Why somebody was not told.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The program cannot be started.
    #[error("{name} cannot be started: {source}")]
    Start {
        /// Its name, neutralised.
        name: Arc<str>,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It ended with a failure.
    #[error("{name} failed with {code}: {words}")]
    Failed {
        /// Its name, neutralised.
        name: Arc<str>,
        /// Exit code, or that a signal ended it.
        code: String,
        /// The beginning of what it said, neutralised.
        words: String,
    },
    /// It did not end in time.
    #[error("{name} did not end within {seconds} s")]
    TooSlow {
        /// Its name, neutralised.
        name: Arc<str>,
        /// The limit.
        seconds: u64,
    },
}

/// What a delivery becomes.
pub type Delivery<'a> = Pin<Box<dyn Future<Output = Result<(), NotifyError>> + Send + 'a>>;

/// Somewhere that notifications go.
pub trait Outlet: Send + Sync + 'static {
    /// Its name for people, neutralised.
    fn name(&self) -> Arc<str>;
    /// It hears of notifications that are at least so bad.
    fn least(&self) -> Severity;
    /// Tells it; must end within a bounded time, and dropping it must leave nothing running.
    fn tell(&self, json: Arc<str>) -> Delivery<'_>;
}

#[derive(Serialize)]
struct Letter<'a> {
    schema: &'static str,
    at: Timestamp,
    group: &'a str,
    why: &'static str,
    severity: Severity,
    fresh: &'a [Arc<str>],
    alerts: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    kind: &'a str,
    severity: Severity,
    status: &'static str,
    worker: Option<String>,
    conversation: Option<String>,
    team: Option<&'a str>,
    text: &'a str,
    since: Timestamp,
    fired: Timestamp,
    count: u32,
}

/// A notification as one line of JSON; all text in it is neutralised.
#[must_use]
pub fn encode(n: &Notification) -> Arc<str> {
    let alerts = n.alerts.iter().map(|a| Item {
        id: &a.key,
        kind: &a.kind,
        severity: a.severity,
        status: a.status.name(),
        worker: a.worker().map(ToString::to_string),
        conversation: a.conversation().map(ToString::to_string),
        team: a.team.as_deref(),
        text: &a.sentence,
        since: a.since,
        fired: a.fired,
        count: a.count,
    });
    let letter = Letter {
        schema: SCHEMA,
        at: n.at,
        group: &n.group,
        why: n.why.name(),
        severity: n.severity,
        fresh: &n.fresh,
        alerts: alerts.collect(),
    };
    serde_json::to_string(&letter).unwrap_or_default().into()
}

#[cfg(test)]
mod tests;
