//! The book of alerts: conditions in, edges and notifications out. The whole state machine, as a pure step.

use super::{
    Alert, Matcher, Silence, Status,
    group::{Group, Notification},
    row::{Row, pending},
    rule::{FLAPPING, Rule, explains, is_source},
};
use crate::domain::{ConversationId, Problem, Severity, Snapshot, Span, Subject, Timestamp};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

/// A resolved alert is kept for so long.
pub(super) const RETENTION: Span = Span::seconds(24 * 3_600);
/// Something that is wrong now, with what is known of its subject.
#[derive(Debug, Clone, Copy)]
pub struct Condition<'a> {
    /// What is wrong.
    pub problem: &'a Problem,
    /// Team of the worker.
    pub team: Option<&'a Arc<str>>,
    /// Host of the worker, where it is known.
    pub host: Option<&'a str>,
}

impl<'a> Condition<'a> {
    /// The problems of a picture, each with what the picture knows of its subject. O(workers + problems).
    #[must_use]
    pub fn of(snapshot: &'a Snapshot) -> Vec<Self> {
        if snapshot.problems.is_empty() {
            return Vec::new();
        }
        let teams: HashMap<&ConversationId, &Arc<str>> = snapshot
            .workers
            .iter()
            .filter_map(|w| Some((&w.conversation, w.team.as_ref()?)))
            .collect();
        let problems = snapshot.problems.iter();
        problems
            .map(|problem| Self {
                problem,
                team: match &problem.subject {
                    Subject::Worker(conversation, _) => teams.get(conversation).copied(),
                    Subject::Source | Subject::Session(_) => None,
                },
                host: None,
            })
            .collect()
    }
}

/// A change of an alert's status: the alert as it is now, and the status that it had; `None` at its first.
pub type Edge = (Arc<Alert>, Option<Status>);

/// What one step brought.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Alerts that changed their status, by key. What was pending and cleared is none.
    pub edges: Vec<Edge>,
    /// What to tell people.
    pub notifications: Vec<Notification>,
}

/// Every alert, every silence, and what was sent.
#[derive(Debug, Clone, Default)]
pub struct Alerts {
    pub(super) rows: BTreeMap<Arc<str>, Row>,
    pub(super) silences: Vec<Arc<Silence>>,
    pub(super) groups: BTreeMap<Arc<str>, Group>,
    /// How often the bridge's file had been replaced at the last step.
    pub(super) reopened: Option<u32>,
    pub(super) next_silence: u64,
    pub(super) now: Timestamp,
    /// Counts changes that are worth keeping.
    pub(super) revision: u64,
}

/// The same alerts, silences and log, however often they changed.
impl PartialEq for Alerts {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
            && self.silences == other.silences
            && self.groups == other.groups
            && (self.reopened, self.next_silence, self.now)
                == (other.reopened, other.next_silence, other.now)
    }
}

impl Eq for Alerts {}

impl Alerts {
    /// Takes what is wrong now. `reopened`: how often the bridge's file was replaced. Time never runs backwards here: a step before
    /// the last one counts as one at the same instant. O((rows + conditions) log rows).
    pub fn step(&mut self, conditions: &[Condition<'_>], reopened: u32, now: Timestamp) -> Outcome {
        let now = now.max(self.now);
        self.now = now;
        for row in self.rows.values_mut() {
            row.before = Some(row.alert.status);
        }
        let replaced = self.replaced(reopened, now);
        let unsteady = self.unsteady();
        let own = |problem| Condition {
            problem,
            team: None,
            host: None,
        };
        let mut seen = BTreeSet::new();
        for condition in conditions
            .iter()
            .copied()
            .chain(replaced.iter().map(own))
            .chain(unsteady.iter().map(own))
        {
            self.observe(&condition, now);
            seen.insert(Arc::clone(&condition.problem.key));
        }
        self.clear(&seen, now);
        for row in self.rows.values_mut() {
            row.flap(now);
        }
        self.overlay(now);
        let notifications = self.notify(now);
        let edges = self.edges();
        self.forget(now);
        self.count(!notifications.is_empty());
        Outcome {
            edges,
            notifications,
        }
    }

    fn observe(&mut self, c: &Condition<'_>, now: Timestamp) {
        let problem = c.problem;
        let rule = Rule::of(problem.kind);
        let severity = rule.severity.unwrap_or(problem.severity);
        let row = self
            .rows
            .entry(Arc::clone(&problem.key))
            .or_insert_with(|| Row {
                alert: Arc::new(pending(c, rule, severity, now)),
                clear: None,
                edges: VecDeque::new(),
                hushed: false,
                before: None,
                touched: true,
            });
        if row.alert.status == Status::Resolved {
            let alert = row.write();
            alert.status = Status::Pending;
            alert.fired = now.plus(rule.hold);
            alert.severity = severity;
        }
        row.observe(c, severity, now);
        if row.alert.status == Status::Pending && row.alert.fired <= now {
            row.fire(now);
        }
    }

    /// What is wrong no longer.
    fn clear(&mut self, seen: &BTreeSet<Arc<str>>, now: Timestamp) {
        let gone = |row: &Row| row.alert.status == Status::Pending && row.alert.count == 0;
        self.rows
            .retain(|key, row| seen.contains(key) || !gone(row));
        for (key, row) in &mut self.rows {
            if seen.contains(key) {
                continue;
            }
            match row.alert.status {
                Status::Pending => row.write().status = Status::Resolved,
                Status::Resolved => {}
                _ => {
                    row.touched |= row.clear.is_none();
                    let since = *row.clear.get_or_insert(now);
                    if now.since(since) >= Rule::of(&row.alert.kind).keep {
                        row.resolve(now);
                    }
                }
            }
        }
    }

    /// Lays silences and inhibitions over what is active.
    pub(super) fn overlay(&mut self, now: Timestamp) {
        self.silences.retain(|s| now < s.until);
        let sources: Vec<Arc<Alert>> = self
            .rows
            .values()
            .filter(|row| is_source(&row.alert))
            .map(|row| Arc::clone(&row.alert))
            .collect();
        for row in self.rows.values_mut() {
            if !row.alert.status.is_active() {
                continue;
            }
            let by = sources.iter().find(|s| explains(s, &row.alert));
            let by = by.map(|s| Arc::clone(&s.key));
            let silence = self.silences.iter().find(|s| s.matcher.matches(&row.alert));
            let status = if by.is_some() {
                Status::Inhibited
            } else if silence.is_some() {
                Status::Silenced
            } else if row.alert.ack.is_some() {
                Status::Acked
            } else {
                Status::Firing
            };
            let (was, alert) = (row.alert.status, &row.alert);
            if was == status && alert.inhibited_by == by && alert.silence.as_ref() == silence {
                continue;
            }
            let alert = row.write();
            (alert.status, alert.silence) = (status, silence.cloned());
            let words = (alert.inhibited_by != by)
                .then(|| by.as_ref().map(|key| format!("explained by {key}")))
                .flatten();
            alert.inhibited_by = by;
            if let Some(words) = words {
                row.remember(now, words);
            }
        }
    }

    fn notify(&mut self, now: Timestamp) -> Vec<Notification> {
        let members = members(&self.rows);
        for name in members.keys() {
            if !self.groups.contains_key(name) {
                self.groups.insert(Arc::clone(name), Group::new(now));
            }
        }
        let mut said = Vec::new();
        let none = Vec::new();
        for (name, group) in &mut self.groups {
            let members = members.get(name).unwrap_or(&none);
            said.extend(group.turn(name, members, &self.rows, now));
        }
        // A group that has nothing left begins anew, with a wait.
        self.groups
            .retain(|name, group| members.contains_key(name) || !group.is_idle());
        said
    }

    fn edges(&self) -> Vec<Edge> {
        let changed = |row: &&Row| row.before != Some(row.alert.status);
        let worth = |row: &&Row| {
            let silent = [Some(Status::Pending), Some(Status::Resolved), None];
            row.alert.status != Status::Pending
                && !(row.alert.status == Status::Resolved && silent.contains(&row.before))
        };
        let rows = self.rows.values().filter(changed).filter(worth);
        rows.map(|row| (Arc::clone(&row.alert), row.before))
            .collect()
    }

    fn forget(&mut self, now: Timestamp) {
        self.rows.retain(|_, row| {
            row.alert.status != Status::Resolved || now.since(row.alert.last) < RETENTION
        });
    }

    /// The bridge's file was replaced since the last step.
    fn replaced(&mut self, reopened: u32, now: Timestamp) -> Option<Problem> {
        let before = self.reopened.replace(reopened)?;
        (reopened > before).then(|| Problem {
            key: "bridge-replaced".into(),
            severity: Severity::Critical,
            subject: Subject::Source,
            kind: "bridge-replaced",
            sentence: "the bridge's file was replaced or restored; everything was read anew"
                .to_owned(),
            since: now,
        })
    }

    /// One notice for every alert that flaps.
    fn unsteady(&self) -> Vec<Problem> {
        let flapping = self
            .rows
            .values()
            .filter(|r| r.alert.flapping && &*r.alert.kind != FLAPPING);
        flapping
            .map(|row| Problem {
                key: format!("{FLAPPING}/{}", row.alert.key).into(),
                severity: Severity::Notice,
                subject: row.alert.subject.clone(),
                kind: FLAPPING,
                sentence: format!("{} comes and goes; its edges are not sent", row.alert.kind),
                since: row.edges.front().copied().unwrap_or(row.alert.first),
            })
            .collect()
    }

    /// Counts a change when something was touched or `news` says so.
    pub(super) fn count(&mut self, mut news: bool) {
        for row in self.rows.values_mut() {
            news |= std::mem::take(&mut row.touched);
        }
        self.revision += u64::from(news);
    }

    /// Grows with every change that is worth keeping.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// When time alone changes something; `None` when it never does. O(rows).
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        let rows = self.rows.values().filter_map(Row::due);
        let silences = self.silences.iter().map(|s| s.until);
        let members = members(&self.rows);
        let none = Vec::new();
        let groups = self
            .groups
            .iter()
            .filter_map(|(name, group)| group.due(members.get(name).unwrap_or(&none), &self.rows));
        rows.chain(silences).chain(groups).min()
    }

    /// Every alert, in the order of attention: by status, the worst first, the oldest first; the newest first of what is over.
    #[must_use]
    pub fn listing(&self) -> Vec<Arc<Alert>> {
        let mut all: Vec<Arc<Alert>> = self.rows.values().map(|r| Arc::clone(&r.alert)).collect();
        let age = |a: &Alert| match a.status {
            Status::Resolved => -a.last.0,
            _ => a.since.0,
        };
        all.sort_by(|a, b| {
            let over = a.status == Status::Resolved && b.status == Status::Resolved;
            let worst = if over {
                std::cmp::Ordering::Equal
            } else {
                b.severity.cmp(&a.severity)
            };
            a.status
                .cmp(&b.status)
                .then(worst)
                .then(age(a).cmp(&age(b)))
                .then(a.key.cmp(&b.key))
        });
        all
    }

    /// The alert of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Arc<Alert>> {
        Some(&self.rows.get(key)?.alert)
    }

    /// How many active alerts `matcher` names.
    #[must_use]
    pub fn active(&self, matcher: &Matcher) -> usize {
        let rows = self.rows.values();
        rows.filter(|r| r.alert.status.is_active() && matcher.matches(&r.alert))
            .count()
    }

    /// Silences that have not ended.
    #[must_use]
    pub fn silences(&self) -> &[Arc<Silence>] {
        &self.silences
    }
}

/// Active rows by their group.
fn members(rows: &BTreeMap<Arc<str>, Row>) -> BTreeMap<Arc<str>, Vec<&Row>> {
    let mut groups: BTreeMap<Arc<str>, Vec<&Row>> = BTreeMap::new();
    for row in rows.values().filter(|r| r.alert.status.is_active()) {
        let name = Arc::clone(&row.alert.group);
        groups.entry(name).or_default().push(row);
    }
    groups
}
