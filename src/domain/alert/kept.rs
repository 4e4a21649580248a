//! The book as it is kept between two runs: plain data with the ids as the bridge holds them and times in microseconds, so that a book
//! that was read back is the book that was written.

use super::{Ack, Alert, Alerts, Matcher, Moment, Note, Silence, Status, group::Group, row::Row};
use crate::domain::{ConversationId, Severity, Subject, Timestamp, WorkerId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

type Text = Arc<str>;

#[derive(Serialize, Deserialize)]
struct KeptBook {
    version: u32,
    now: i64,
    reopened: Option<u32>,
    next_silence: u64,
    rows: Vec<KeptRow>,
    silences: Vec<KeptSilence>,
    groups: Vec<KeptGroup>,
}

#[derive(Serialize, Deserialize)]
struct KeptRow {
    key: Text,
    kind: Text,
    severity: Text,
    status: Status,
    /// Conversation and label of the worker.
    worker: Option<(Text, Text)>,
    /// Key of the session.
    session: Option<Text>,
    team: Option<Text>,
    sentence: Text,
    /// since, fired, first, last
    times: [i64; 4],
    count: u32,
    ack: Option<(Text, i64, Text, Text)>,
    silence: Option<u64>,
    inhibited_by: Option<Text>,
    flapping: bool,
    notes: Vec<(Text, i64, Text)>,
    history: Vec<(i64, Text)>,
    group: Text,
    clear: Option<i64>,
    edges: Vec<i64>,
    hushed: bool,
}

#[derive(Serialize, Deserialize)]
struct KeptSilence {
    id: u64,
    matcher: Matcher,
    until: i64,
    by: Text,
    comment: Text,
    at: i64,
}

#[derive(Serialize, Deserialize)]
struct KeptGroup {
    name: Text,
    next: i64,
    sent: Option<i64>,
    told: Vec<(Text, Text)>,
    over: Vec<Text>,
}

/// The severity of a name; an unknown one is the worst.
fn severity(name: &str) -> Severity {
    [
        Severity::Ok,
        Severity::Notice,
        Severity::Warning,
        Severity::Critical,
    ]
    .into_iter()
    .find(|s| s.name() == name)
    .unwrap_or(Severity::Unknown)
}

fn name(severity: Severity) -> Text {
    severity.name().into()
}

impl KeptRow {
    fn of(row: &Row) -> Self {
        let a = &row.alert;
        Self {
            key: Arc::clone(&a.key),
            kind: Arc::clone(&a.kind),
            severity: name(a.severity),
            status: a.status,
            worker: match &a.subject {
                Subject::Worker(conversation, id) => {
                    Some((conversation.raw().into(), id.raw().into()))
                }
                Subject::Source | Subject::Session(_) => None,
            },
            session: match &a.subject {
                Subject::Session(key) => Some(Arc::clone(key)),
                Subject::Source | Subject::Worker(..) => None,
            },
            team: a.team.clone(),
            sentence: Arc::clone(&a.sentence),
            times: [a.since.0, a.fired.0, a.first.0, a.last.0],
            count: a.count,
            ack: a.ack.as_ref().map(|k| {
                let note = Arc::clone(&k.note);
                (Arc::clone(&k.by), k.at.0, note, name(k.severity))
            }),
            silence: a.silence.as_ref().map(|s| s.id),
            inhibited_by: a.inhibited_by.clone(),
            flapping: a.flapping,
            notes: a
                .notes
                .iter()
                .map(|n| (Arc::clone(&n.by), n.at.0, Arc::clone(&n.text)))
                .collect(),
            history: a
                .history
                .iter()
                .map(|m| (m.at.0, Arc::clone(&m.what)))
                .collect(),
            group: Arc::clone(&a.group),
            clear: row.clear.map(|t| t.0),
            edges: row.edges.iter().map(|t| t.0).collect(),
            hushed: row.hushed,
        }
    }

    fn row(self, silences: &[Arc<Silence>]) -> Row {
        let [since, fired, first, last] = self.times.map(Timestamp);
        let silence = self.silence.and_then(|id| {
            let of_id = |s: &&Arc<Silence>| s.id == id;
            silences.iter().find(of_id).cloned()
        });
        let alert = Alert {
            key: self.key,
            kind: self.kind,
            severity: severity(&self.severity),
            status: self.status,
            subject: match (self.worker, self.session) {
                (Some((conversation, id)), _) => {
                    Subject::Worker(ConversationId::new(conversation), WorkerId::new(id))
                }
                (None, Some(key)) => Subject::Session(key),
                (None, None) => Subject::Source,
            },
            team: self.team,
            sentence: self.sentence,
            since,
            fired,
            first,
            last,
            count: self.count,
            ack: self.ack.map(|(by, at, note, was)| Ack {
                by,
                at: Timestamp(at),
                note,
                severity: severity(&was),
            }),
            silence,
            inhibited_by: self.inhibited_by,
            flapping: self.flapping,
            notes: self
                .notes
                .into_iter()
                .map(|(by, at, text)| Note {
                    by,
                    at: Timestamp(at),
                    text,
                })
                .collect(),
            history: self
                .history
                .into_iter()
                .map(|(at, what)| Moment {
                    at: Timestamp(at),
                    what,
                })
                .collect(),
            group: self.group,
        };
        Row {
            before: Some(alert.status),
            alert: Arc::new(alert),
            clear: self.clear.map(Timestamp),
            edges: self.edges.into_iter().map(Timestamp).collect(),
            hushed: self.hushed,
            touched: false,
        }
    }
}

impl KeptBook {
    fn of(book: &Alerts) -> Self {
        Self {
            version: 1,
            now: book.now.0,
            reopened: book.reopened,
            next_silence: book.next_silence,
            rows: book.rows.values().map(KeptRow::of).collect(),
            silences: book.silences.iter().map(|s| KeptSilence::of(s)).collect(),
            groups: book
                .groups
                .iter()
                .map(|(n, group)| KeptGroup {
                    name: Arc::clone(n),
                    next: group.next.0,
                    sent: group.sent.map(|t| t.0),
                    told: group
                        .told
                        .iter()
                        .map(|(key, was)| (Arc::clone(key), name(*was)))
                        .collect(),
                    over: group.over.iter().cloned().collect(),
                })
                .collect(),
        }
    }

    fn book(self) -> Alerts {
        let silences: Vec<Arc<Silence>> = self
            .silences
            .into_iter()
            .map(|s| Arc::new(s.silence()))
            .collect();
        let rows = self.rows.into_iter().map(|row| row.row(&silences));
        let rows = rows.map(|row| (Arc::clone(&row.alert.key), row)).collect();
        let groups = self.groups.into_iter().map(|g| {
            let group = Group {
                next: Timestamp(g.next),
                sent: g.sent.map(Timestamp),
                told: g
                    .told
                    .into_iter()
                    .map(|(key, was)| (key, severity(&was)))
                    .collect(),
                over: g.over.into_iter().collect(),
            };
            (g.name, group)
        });
        Alerts {
            rows,
            groups: groups.collect(),
            silences,
            reopened: self.reopened,
            next_silence: self.next_silence,
            now: Timestamp(self.now),
            revision: 0,
        }
    }
}

impl KeptSilence {
    fn of(s: &Silence) -> Self {
        Self {
            id: s.id,
            matcher: s.matcher.clone(),
            until: s.until.0,
            by: Arc::clone(&s.by),
            comment: Arc::clone(&s.comment),
            at: s.at.0,
        }
    }

    fn silence(self) -> Silence {
        Silence {
            id: self.id,
            matcher: self.matcher,
            until: Timestamp(self.until),
            by: self.by,
            comment: self.comment,
            at: Timestamp(self.at),
        }
    }
}

/// The whole book: written and read back it is the same. A count of replaced files belongs to one run and is dropped by
/// [`Alerts::restarted`].
impl Serialize for Alerts {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        KeptBook::of(self).serialize(s)
    }
}

impl<'de> Deserialize<'de> for Alerts {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        KeptBook::deserialize(d).map(KeptBook::book)
    }
}

impl Alerts {
    /// A book that was read back, for a new run: it counts replaced files anew.
    #[must_use]
    pub fn restarted(mut self) -> Self {
        self.reopened = None;
        self
    }
}
