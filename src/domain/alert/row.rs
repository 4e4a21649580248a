//! One row of the book: one key, whatever happens how often.

use super::{
    Alert, Condition, Moment, Status,
    book::RETENTION,
    rule::{Rule, Scope},
};
use crate::domain::{Severity, Span, Timestamp};
use std::{collections::VecDeque, sync::Arc};

/// So many edges within [`FLAP_WINDOW`] are flapping …
const FLAP_EDGES: usize = 5;
const FLAP_WINDOW: Span = Span::seconds(3_600);
/// … until fewer than so many are within this.
const CALM_EDGES: usize = 2;
const CALM_WINDOW: Span = Span::seconds(1_800);
/// Edges remembered of one alert: more than enough to call it flapping.
const EDGES: usize = 64;
/// Moments kept of one alert.
const MOMENTS: usize = 32;

/// One row of the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// As others see it.
    pub(super) alert: Arc<Alert>,
    /// Since when its condition is gone, while it is active.
    pub(super) clear: Option<Timestamp>,
    /// When it fired or resolved, within the last hour.
    pub(super) edges: VecDeque<Timestamp>,
    /// Nobody heard of it when it resolved.
    pub(super) hushed: bool,
    /// Status of the last step.
    pub(super) before: Option<Status>,
    /// Something of it changed since it was last looked at.
    pub(super) touched: bool,
}

impl Row {
    /// Its edges are sent.
    pub(super) fn is_audible(&self) -> bool {
        self.alert.status == Status::Firing && !self.alert.flapping
    }

    /// The alert, to be changed.
    pub(super) fn write(&mut self) -> &mut Alert {
        self.touched = true;
        Arc::make_mut(&mut self.alert)
    }

    /// Writes down what happened.
    pub(super) fn remember(&mut self, at: Timestamp, what: impl Into<Arc<str>>) {
        let history = &mut self.write().history;
        if history.len() == MOMENTS {
            history.pop_front();
        }
        history.push_back(Moment {
            at,
            what: what.into(),
        });
    }

    pub(super) fn fire(&mut self, now: Timestamp) {
        let alert = self.write();
        if alert.count == 0 {
            alert.first = now;
        }
        alert.status = Status::Firing;
        alert.count = alert.count.saturating_add(1);
        (alert.fired, alert.last) = (now, now);
        let severity = alert.severity.name();
        self.hushed = false;
        self.edge(now);
        self.remember(now, format!("fired, {severity}"));
    }

    fn edge(&mut self, now: Timestamp) {
        if self.edges.len() == EDGES {
            self.edges.pop_front();
        }
        self.edges.push_back(now);
    }

    pub(super) fn resolve(&mut self, now: Timestamp) {
        self.hushed = !self.is_audible();
        let alert = self.write();
        alert.status = Status::Resolved;
        alert.last = now;
        alert.ack = None;
        alert.silence = None;
        alert.inhibited_by = None;
        self.clear = None;
        self.edge(now);
        self.remember(now, "resolved");
    }

    /// Takes what its condition says now.
    pub(super) fn observe(&mut self, c: &Condition<'_>, severity: Severity, now: Timestamp) {
        let alert = &self.alert;
        let same = alert.severity == severity
            && *alert.sentence == *c.problem.sentence
            && alert.since == c.problem.since
            && alert.subject == c.problem.subject
            && alert.team.as_ref() == c.team;
        let worse = alert.severity < severity && alert.status.is_active();
        if !same {
            let alert = self.write();
            alert.severity = severity;
            alert.sentence = c.problem.sentence.as_str().into();
            alert.since = c.problem.since;
            alert.subject = c.problem.subject.clone();
            alert.team = c.team.cloned();
        }
        self.touched |= self.clear.take().is_some();
        if !worse {
            return;
        }
        self.remember(now, format!("worse: {}", severity.name()));
        let acked = self.alert.ack.as_ref().map(|a| a.severity);
        if acked.is_some_and(|was| was < severity) {
            self.write().ack = None;
            self.remember(now, "needs somebody again: it got worse");
        }
    }

    /// Counts edges: many in an hour are flapping, until there are few in half of one.
    pub(super) fn flap(&mut self, now: Timestamp) {
        while self
            .edges
            .front()
            .is_some_and(|at| now.since(*at) > FLAP_WINDOW)
        {
            self.edges.pop_front();
        }
        let recent = |span: Span| {
            self.edges
                .iter()
                .filter(|at| now.since(**at) <= span)
                .count()
        };
        let flapping = if self.alert.flapping {
            recent(CALM_WINDOW) >= CALM_EDGES
        } else {
            self.edges.len() >= FLAP_EDGES
        };
        if flapping != self.alert.flapping {
            self.write().flapping = flapping;
            let words = if flapping {
                "flapping: its edges are not sent"
            } else {
                "steady again"
            };
            self.remember(now, words);
        }
    }

    /// When time alone changes it.
    pub(super) fn due(&self) -> Option<Timestamp> {
        match (self.alert.status, self.clear) {
            (Status::Pending, _) => Some(self.alert.fired),
            (_, Some(clear)) => Some(clear.plus(Rule::of(&self.alert.kind).keep)),
            (Status::Resolved, None) => Some(self.alert.last.plus(RETENTION)),
            _ => None,
        }
    }
}

/// A condition that was not there before.
pub(super) fn pending(c: &Condition<'_>, rule: Rule, severity: Severity, now: Timestamp) -> Alert {
    let problem = c.problem;
    let subject = problem.key.split_once('/').map_or("bridge", |(_, s)| s);
    let scope = match rule.scope {
        Scope::Bridge => "bridge",
        Scope::Host => c.host.unwrap_or("bridge"),
        Scope::Worker | Scope::Key => subject,
    };
    Alert {
        key: Arc::clone(&problem.key),
        kind: problem.kind.into(),
        severity,
        status: Status::Pending,
        subject: problem.subject.clone(),
        team: c.team.cloned(),
        sentence: problem.sentence.as_str().into(),
        since: problem.since,
        fired: now.plus(rule.hold),
        first: now,
        last: now,
        count: 0,
        ack: None,
        silence: None,
        inhibited_by: None,
        flapping: false,
        notes: Vec::new(),
        history: VecDeque::new(),
        group: format!("{}@{scope}", problem.kind).into(),
    }
}
