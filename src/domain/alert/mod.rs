//! Alerts have a life: a condition that holds long enough fires, is acknowledged, silenced or inhibited, and resolves. One row per key,
//! however often it repeats; a notification for an edge, never for a repetition.
//!
//! ```text
//! inactive --cond--> pending --held `for`--> firing --cond false for `keep`--> resolved --24 h--> gone
//! ```

mod act;
mod book;
mod group;
mod kept;
mod row;
mod rule;

pub use act::NoSuch;
pub use book::{Alerts, Condition, Edge, Outcome};
pub use group::{GROUP_INTERVAL, GROUP_WAIT, Notification, REPEAT, REPEAT_CRITICAL, Why};

use super::{ConversationId, Problem, Severity, Span, Subject, Timestamp, WorkerId};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, sync::Arc};

/// How long a condition of a kind must hold before it fires, and how long it must be gone before it is over.
#[must_use]
pub fn timing(kind: &str) -> (Span, Span) {
    let rule = rule::Rule::of(kind);
    (rule.hold, rule.keep)
}

/// Where an alert is in its life. Declared in the order of attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Its condition holds, and nobody has it.
    Firing,
    /// Somebody has it: nothing is sent until it resolves or gets worse.
    Acked,
    /// An operator does not want to hear of it for a while.
    Silenced,
    /// Another alert explains it.
    Inhibited,
    /// Its condition holds, but not yet for long enough.
    Pending,
    /// Its condition holds no longer.
    Resolved,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 6] = [
        Self::Firing,
        Self::Acked,
        Self::Silenced,
        Self::Inhibited,
        Self::Pending,
        Self::Resolved,
    ];

    /// Name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Acked => "acked",
            Self::Silenced => "silenced",
            Self::Inhibited => "inhibited",
            Self::Pending => "pending",
            Self::Resolved => "resolved",
        }
    }

    /// Fired and not resolved, whoever hears of it.
    #[must_use]
    pub const fn is_active(self) -> bool {
        matches!(
            self,
            Self::Firing | Self::Acked | Self::Silenced | Self::Inhibited
        )
    }
}

/// Who has an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// Operator, neutralised.
    pub by: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// Why, neutralised; may be empty.
    pub note: Arc<str>,
    /// How bad it was then; worse takes the acknowledgement away.
    pub severity: Severity,
}

/// What somebody wrote beside an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Operator, neutralised.
    pub by: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// Words, neutralised.
    pub text: Arc<str>,
}

/// What a silence hides: alerts that equal every part that is set. Nothing set hides nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matcher {
    /// This alert alone.
    pub key: Option<Arc<str>>,
    /// Every alert of a kind.
    pub kind: Option<Arc<str>>,
    /// Of a worker, by the label as shown.
    pub worker: Option<Arc<str>>,
    /// Of exactly this severity, by name.
    pub severity: Option<Arc<str>>,
    /// Of workers of a team.
    pub team: Option<Arc<str>>,
}

impl Matcher {
    /// Hides one alert.
    #[must_use]
    pub fn one(key: Arc<str>) -> Self {
        Self {
            key: Some(key),
            ..Self::default()
        }
    }

    /// The alert equals every part that is set, and some part is.
    #[must_use]
    pub fn matches(&self, alert: &Alert) -> bool {
        let parts = [
            self.key.as_ref().map(|k| *k == alert.key),
            self.kind.as_ref().map(|k| *k == alert.kind),
            self.worker
                .as_ref()
                .map(|w| alert.worker().is_some_and(|id| id.to_string() == **w)),
            self.severity
                .as_ref()
                .map(|s| **s == *alert.severity.name()),
            self.team.as_ref().map(|t| alert.team.as_ref() == Some(t)),
        ];
        let mut set = parts.iter().flatten().peekable();
        set.peek().is_some() && set.all(|is| *is)
    }
}

/// Words for people: `kind silent · team infra`.
impl std::fmt::Display for Matcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [
            ("", &self.key),
            ("kind ", &self.kind),
            ("worker ", &self.worker),
            ("severity ", &self.severity),
            ("team ", &self.team),
        ];
        let words: Vec<String> = parts
            .into_iter()
            .filter_map(|(what, part)| Some(format!("{what}{}", part.as_ref()?)))
            .collect();
        f.pad(&words.join(" · "))
    }
}

/// An operator's wish not to hear of something until a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// Names it; never used twice.
    pub id: u64,
    /// What it hides.
    pub matcher: Matcher,
    /// When it ends.
    pub until: Timestamp,
    /// Operator, neutralised.
    pub by: Arc<str>,
    /// Why, neutralised.
    pub comment: Arc<str>,
    /// When it was made.
    pub at: Timestamp,
}

/// What happened to an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What, neutralised: `fired`, `acked by ann`, ….
    pub what: Arc<str>,
}

/// One alert: one row per key, whatever happens how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// `kind/subject`: no time in it.
    pub key: Arc<str>,
    /// Kind of its condition.
    pub kind: Arc<str>,
    /// How bad, now or when it resolved.
    pub severity: Severity,
    /// Where it is in its life.
    pub status: Status,
    /// Whom it concerns.
    pub subject: Subject,
    /// Team of that worker, neutralised.
    pub team: Option<Arc<str>>,
    /// What is wrong, neutralised, without ages.
    pub sentence: Arc<str>,
    /// Since when, by the evidence.
    pub since: Timestamp,
    /// When this episode fired; for a pending one when it will.
    pub fired: Timestamp,
    /// When the first episode of this row fired.
    pub first: Timestamp,
    /// When it last fired or resolved.
    pub last: Timestamp,
    /// How often it fired.
    pub count: u32,
    /// Who has it.
    pub ack: Option<Ack>,
    /// What silences it: until when, and who said so.
    pub silence: Option<Arc<Silence>>,
    /// Key of the alert that explains it.
    pub inhibited_by: Option<Arc<str>>,
    /// It comes and goes: its edges are not sent.
    pub flapping: bool,
    /// What people wrote beside it, oldest first; the newest 16.
    pub notes: Vec<Note>,
    /// What happened to it, oldest first; the newest 32.
    pub history: VecDeque<Moment>,
    /// It is notified together with others of this name.
    pub group: Arc<str>,
}

impl Alert {
    /// For people: `silent worker-3`, `storm`.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.subject {
            Subject::Worker(_, worker) => format!("{} {worker}", self.kind),
            Subject::Session(key) => format!("{} {key}", self.kind),
            Subject::Source => self.kind.to_string(),
        }
    }

    /// Label of the worker that it concerns.
    #[must_use]
    pub const fn worker(&self) -> Option<&WorkerId> {
        match &self.subject {
            Subject::Worker(_, id) => Some(id),
            Subject::Source | Subject::Session(_) => None,
        }
    }

    /// Conversation of that worker.
    #[must_use]
    pub const fn conversation(&self) -> Option<&ConversationId> {
        match &self.subject {
            Subject::Worker(conversation, _) => Some(conversation),
            Subject::Source | Subject::Session(_) => None,
        }
    }

    /// A problem of a picture for which nobody keeps a book: it fires.
    #[must_use]
    pub fn bare(problem: &Problem) -> Self {
        Self {
            key: Arc::clone(&problem.key),
            kind: problem.kind.into(),
            severity: problem.severity,
            status: Status::Firing,
            subject: problem.subject.clone(),
            team: None,
            sentence: problem.sentence.as_str().into(),
            since: problem.since,
            fired: problem.since,
            first: problem.since,
            last: problem.since,
            count: 0,
            ack: None,
            silence: None,
            inhibited_by: None,
            flapping: false,
            notes: Vec::new(),
            history: VecDeque::new(),
            group: problem.kind.into(),
        }
    }

    /// It fires, and nobody has it, silenced it, or knows a better explanation.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status == Status::Firing
    }
}

#[cfg(test)]
mod tests;
