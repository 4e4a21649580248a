//! What is sent, and when: alerts of one group together, after a short wait, then no more often than an interval; the same again only
//! after a long time.

use super::{Alert, Status, row::Row};
use crate::domain::{Severity, Span, Timestamp};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// From the first alert of a group to its first notification: time for the others to join.
pub const GROUP_WAIT: Span = Span::seconds(10);
/// Between two notifications of one group.
pub const GROUP_INTERVAL: Span = Span::seconds(5 * 60);
/// Until the same is said again.
pub const REPEAT: Span = Span::seconds(4 * 3_600);
/// … when it is critical and nobody has it.
pub const REPEAT_CRITICAL: Span = Span::seconds(3_600);

/// Why something is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// An alert fired that was not told of, or got worse.
    Fired,
    /// Everything that was told of is over.
    Resolved,
    /// It was told long ago and still fires.
    Repeat,
}

impl Why {
    /// Name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fired => "fired",
            Self::Resolved => "resolved",
            Self::Repeat => "repeat",
        }
    }
}

/// One message to a human.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// When.
    pub at: Timestamp,
    /// Group.
    pub group: Arc<str>,
    /// Why.
    pub why: Why,
    /// The worst of `alerts`.
    pub severity: Severity,
    /// What fires and nobody has, worst first; with [`Why::Resolved`] what is over.
    pub alerts: Vec<Arc<Alert>>,
    /// Keys of those that were not told of before.
    pub fresh: Vec<Arc<str>>,
}

/// The notification log of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// Not before this.
    pub(super) next: Timestamp,
    /// When it was last told of.
    pub(super) sent: Option<Timestamp>,
    /// What was told to fire, and how bad.
    pub(super) told: BTreeMap<Arc<str>, Severity>,
    /// What of it is over, and was not told so.
    pub(super) over: BTreeSet<Arc<str>>,
}

impl Group {
    /// A group whose first alert fired now.
    pub(super) const fn new(now: Timestamp) -> Self {
        Self {
            next: now,
            sent: None,
            told: BTreeMap::new(),
            over: BTreeSet::new(),
        }
    }

    /// Looks at its rows: what is over moves from `told` to `over`; what ended unheard is forgotten.
    fn account(&mut self, rows: &BTreeMap<Arc<str>, Row>) {
        let over = &mut self.over;
        self.told.retain(|key, _| match rows.get(key) {
            Some(row) if row.alert.status.is_active() => true,
            Some(row) if row.hushed => false,
            _ => {
                over.insert(Arc::clone(key));
                false
            }
        });
        // Nobody is told that it is over when it has begun again: the new beginning is news by itself.
        over.retain(|key| {
            rows.get(key)
                .is_some_and(|row| !row.alert.status.is_active())
        });
    }

    /// What it would say now; `None` when there is nothing new.
    pub(super) fn turn(
        &mut self,
        name: &Arc<str>,
        members: &[&Row],
        rows: &BTreeMap<Arc<str>, Row>,
        now: Timestamp,
    ) -> Option<Notification> {
        self.account(rows);
        if now < self.next {
            return None;
        }
        let mut audible: Vec<Arc<Alert>> = members
            .iter()
            .filter(|row| row.is_audible())
            .map(|row| Arc::clone(&row.alert))
            .collect();
        audible.sort_by(|a, b| (b.severity, a.fired, &a.key).cmp(&(a.severity, b.fired, &b.key)));
        let fresh: Vec<Arc<str>> = audible
            .iter()
            .filter(|a| self.told.get(&a.key).is_none_or(|was| *was < a.severity))
            .map(|a| Arc::clone(&a.key))
            .collect();
        let worst = audible.first().map(|a| a.severity);
        let say = |why, severity, alerts, fresh| Notification {
            at: now,
            group: Arc::clone(name),
            why,
            severity,
            alerts,
            fresh,
        };
        let said = if !fresh.is_empty() {
            if audible_wait(&audible, &fresh).is_none_or(|at| now < at) {
                return None;
            }
            for alert in &audible {
                let told = self.told.entry(Arc::clone(&alert.key)).or_default();
                *told = alert.severity.max(*told);
            }
            say(Why::Fired, worst.unwrap_or_default(), audible, fresh)
        } else if audible.is_empty() {
            let over: Vec<Arc<Alert>> =
                self.ended(rows).map(|row| Arc::clone(&row.alert)).collect();
            let worst = over.iter().map(|a| a.severity).max()?;
            self.over.retain(|key| over.iter().all(|a| a.key != *key));
            say(Why::Resolved, worst, over, Vec::new())
        } else if self.sent.is_some_and(|at| now.since(at) >= repeat(worst)) {
            say(Why::Repeat, worst.unwrap_or_default(), audible, fresh)
        } else {
            return None;
        };
        self.sent = Some(now);
        self.next = now.plus(GROUP_INTERVAL);
        Some(said)
    }

    /// What is over and will not begin again within a moment.
    fn ended<'a>(&'a self, rows: &'a BTreeMap<Arc<str>, Row>) -> impl Iterator<Item = &'a Row> {
        let rows = self.over.iter().filter_map(|key| rows.get(key));
        rows.filter(|row| row.alert.status == Status::Resolved)
    }

    /// When it may have something to say; `None` when only a new edge can change that.
    pub(super) fn due(
        &self,
        members: &[&Row],
        rows: &BTreeMap<Arc<str>, Row>,
    ) -> Option<Timestamp> {
        let mut audible = members.iter().filter(|r| r.is_audible()).peekable();
        if audible.peek().is_none() {
            return self.ended(rows).next().map(|_| self.next);
        }
        let (mut worst, mut fresh) = (None, None);
        for row in audible {
            let told = self.told.get(&row.alert.key);
            if told.is_none_or(|was| *was < row.alert.severity) {
                let at = row.alert.fired.plus(GROUP_WAIT).max(self.next);
                fresh = Some(fresh.map_or(at, |f: Timestamp| f.min(at)));
            }
            worst = worst.max(Some(row.alert.severity));
        }
        if fresh.is_some() {
            return fresh;
        }
        self.sent.map(|at| at.plus(repeat(worst)).max(self.next))
    }

    /// Nothing was told and nothing fires: it may be forgotten.
    pub(super) fn is_idle(&self) -> bool {
        self.told.is_empty() && self.over.is_empty()
    }
}

/// When the first of those that are news has waited for others to join.
fn audible_wait(audible: &[Arc<Alert>], fresh: &[Arc<str>]) -> Option<Timestamp> {
    let news = audible.iter().filter(|a| fresh.contains(&a.key));
    news.map(|a| a.fired.plus(GROUP_WAIT)).min()
}

fn repeat(worst: Option<Severity>) -> Span {
    if worst >= Some(Severity::Critical) {
        REPEAT_CRITICAL
    } else {
        REPEAT
    }
}
