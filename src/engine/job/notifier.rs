//! Hands notifications to the outlets that the operator named: one after the other, limited, and every failure counted.

use super::{Cadence, Job, JobError};
use crate::domain::{Timestamp, alert::Notification};
use crate::engine::Clock;
use crate::notify::{Limit, Outlet, encode};
use std::{sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::timeout};

/// Notifications that wait at most; what comes beyond that is dropped and counted.
pub(crate) const QUEUE: usize = 64;
/// Longest wait, so that the job says that it lives.
const BEAT: Duration = Duration::from_secs(5);

/// The job.
pub(crate) struct Notifier {
    outlets: Vec<(Arc<dyn Outlet>, Limit)>,
    inbox: mpsc::Receiver<Arc<Notification>>,
    clock: Clock,
    failed: u64,
    limited: u64,
}

impl Notifier {
    /// Tells `outlets` of what comes into `inbox`.
    pub(crate) fn new(
        outlets: Vec<Arc<dyn Outlet>>,
        inbox: mpsc::Receiver<Arc<Notification>>,
        clock: Clock,
    ) -> Self {
        let now = clock.now();
        let limited = |outlet| (outlet, Limit::new(now));
        Self {
            outlets: outlets.into_iter().map(limited).collect(),
            inbox,
            clock,
            failed: 0,
            limited: 0,
        }
    }

    /// Tells everybody who wants to hear of it; words about the last who could not be told.
    async fn tell(&mut self, n: &Notification, now: Timestamp) -> Option<String> {
        let json = encode(n);
        let mut trouble = None;
        for (outlet, limit) in &mut self.outlets {
            if n.severity < outlet.least() {
                continue;
            }
            if !limit.take(now) {
                self.limited += 1;
                trouble = Some(format!("{}: too many at once", outlet.name()));
            } else if let Err(error) = outlet.tell(Arc::clone(&json)).await {
                self.failed += 1;
                trouble = Some(error.to_string());
            }
        }
        trouble
    }
}

impl Job for Notifier {
    fn name(&self) -> &'static str {
        "notify"
    }

    fn serves(&self) -> Arc<str> {
        let names: Vec<String> = self
            .outlets
            .iter()
            .map(|(o, _)| o.name().to_string())
            .collect();
        names.join(", ").into()
    }

    fn cadence(&self) -> Cadence {
        Cadence::AtOnce
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(120)
    }

    async fn step(&mut self) -> Result<(), JobError> {
        let Ok(Some(n)) = timeout(BEAT, self.inbox.recv()).await else {
            return Ok(());
        };
        let now = self.clock.now();
        match self.tell(&n, now).await {
            None => Ok(()),
            Some(words) => Err(JobError::Notify(format!(
                "{words} ({} failed, {} not sent)",
                self.failed, self.limited
            ))),
        }
    }
}

#[cfg(test)]
mod tests;
