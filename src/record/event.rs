//! What was seen, as it is kept: rows as they changed, with the instant at which they were seen to. Times are microseconds in a file; those
//! of heartbeats and of sightings are whole milliseconds. Tokens are no part of a row and never come here.

use super::head::Head;
use crate::domain::{
    AuditKind, AuditRow, Changes, ConversationId, ConversationRow, MessageId, Side, Span, Stamp,
    StatusRow, Timestamp, alert::Alerts, swarm::Still, text,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Rows that are no sign of life, of one look.
const OTHERS: u64 = 1_000_000_000;

/// Something that was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When, in milliseconds.
    #[serde(rename = "t")]
    pub ms: i64,
    /// What.
    #[serde(rename = "e")]
    pub what: What,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// All conversations that there are now.
    Talks(Vec<Talk>),
    /// A heartbeat, or another status.
    Beat(Beat),
    /// A message is fetched now.
    Read(i64),
    /// A message.
    Message(Box<Head>),
    /// A row of the audit log that is a sign of life.
    Act(Act),
    /// So many rows of the audit log that are none.
    Others(u64),
    /// A look out of the ordinary: microseconds since the last one, how far the wall clock was set, and whether it was in trouble.
    Odd(i64, i64, bool),
    /// The bridge could not be read; neutralised.
    Failed(Arc<str>),
    /// It can be read again.
    Readable,
    /// A message whose head is kept elsewhere in the file.
    Kept(i64),
    /// What operators did to the alerts: the whole book after it.
    Alerts(Box<Alerts>),
    /// The recording begins, or goes on after a gap.
    Begin(Box<Begin>),
    /// It ends in order.
    End,
}

/// The state from which the events lead on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Begin {
    /// The workers and totals.
    pub still: Still,
    /// The book of alerts, where one is kept.
    pub alerts: Option<Alerts>,
    /// Name of the bridge for people, neutralised.
    pub name: Arc<str>,
    /// How often the file had been replaced.
    pub reopened: u32,
    /// Messages of before are those of the same life of the bridge: a restored backup begins another.
    pub life: u32,
}

/// A row of `conversations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talk(pub Box<str>, pub Box<str>, pub Box<str>, pub Time, pub Time);

/// A row of `session_status` of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// Whose.
    #[serde(rename = "w")]
    pub who: Arc<str>,
    /// Status as written, at most 256 bytes.
    #[serde(rename = "s")]
    pub status: Box<str>,
    /// The time in the row.
    #[serde(rename = "a")]
    pub at: Time,
    /// When the bridge was read last without it, in milliseconds; only where the time in the row is older than that.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
}

/// A row of `audit_log` of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Whose.
    #[serde(rename = "w")]
    pub who: Arc<str>,
    /// What: 0 sent, 1 a command, from 2 on fetched so many less two.
    #[serde(rename = "k")]
    pub kind: u64,
    /// The time in the row.
    #[serde(rename = "a")]
    pub at: Time,
    /// As of a [`Beat`].
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
}

/// A [`Stamp`]: none there, not a time, or microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Time {
    /// Microseconds.
    At(i64),
    /// Something that is no time.
    Bad(bool),
    /// Nothing.
    None,
}

impl From<Stamp> for Time {
    fn from(stamp: Stamp) -> Self {
        match stamp {
            Stamp::At(at) => Self::At(at.0),
            Stamp::Bad => Self::Bad(true),
            Stamp::None => Self::None,
        }
    }
}

impl Time {
    pub(super) const fn stamp(self) -> Stamp {
        match self {
            Self::At(at) => Stamp::At(Timestamp(at)),
            Self::Bad(_) => Stamp::Bad,
            Self::None => Stamp::None,
        }
    }

    /// To the millisecond.
    pub(super) const fn coarse(self) -> Self {
        match self {
            Self::At(at) => Self::At(at.div_euclid(1_000) * 1_000),
            other => other,
        }
    }
}

/// Milliseconds of an instant, rounded down.
#[must_use]
pub(super) const fn ms(at: Timestamp) -> i64 {
    at.0.div_euclid(1_000)
}

/// The instant of so many milliseconds.
#[must_use]
pub(super) const fn instant(ms: i64) -> Timestamp {
    Timestamp(ms.saturating_mul(1_000))
}

impl Talk {
    /// Of a row; without what looks like a key. Roles that are longer than an id may be are cut.
    #[must_use]
    pub fn of(row: &ConversationRow) -> Self {
        let cut = |s: &str| text::head(&text::redact_name(s), text::ID_CAP).into();
        Self(
            row.id.raw().into(),
            cut(&row.role_a),
            cut(&row.role_b),
            row.created.into(),
            row.expires.into(),
        )
    }

    fn row(&self) -> ConversationRow {
        ConversationRow {
            id: ConversationId::from(&*self.0),
            role_a: self.1.as_ref().into(),
            role_b: self.2.as_ref().into(),
            created: self.3.stamp(),
            expires: self.4.stamp(),
        }
    }
}

impl Act {
    /// The code of what happened; `None` for what is no sign of life.
    #[must_use]
    pub const fn code(kind: AuditKind) -> Option<u64> {
        match kind {
            AuditKind::Sent => Some(0),
            AuditKind::Command => Some(1),
            AuditKind::Fetched(n) => Some(n.saturating_add(2)),
            AuditKind::Other => None,
        }
    }

    const fn kind(&self) -> AuditKind {
        match self.kind {
            0 => AuditKind::Sent,
            1 => AuditKind::Command,
            n => AuditKind::Fetched(n - 2),
        }
    }
}

/// The rows of one look, put together again.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) changes: Changes,
    /// The last look without them, where that matters.
    pub(super) since: Option<Timestamp>,
    any: bool,
    /// How far in the order in which a look is folded.
    rank: u8,
}

/// The order in which the rows of one look are folded.
const fn rank(what: &What) -> u8 {
    match what {
        What::Talks(_) => 0,
        What::Beat(_) => 1,
        What::Read(_) => 2,
        What::Message(_) => 3,
        _ => 4,
    }
}

impl Rows {
    /// It cannot be of this look: what comes later in one was taken already.
    pub(super) const fn is_behind(&self, what: &What) -> bool {
        self.any && rank(what) < self.rank
    }

    /// Takes a row; gives back what is none.
    pub(super) fn take<'a>(&mut self, what: &'a What) -> Option<&'a What> {
        match what {
            What::Talks(all) => {
                self.changes.conversations = Some(all.iter().map(Talk::row).collect());
            }
            What::Beat(beat) => {
                self.since(beat.since);
                let rows = self.changes.statuses.get_or_insert_default();
                rows.push(StatusRow {
                    conversation: ConversationId::from(&*beat.who),
                    side: Side::B,
                    status: beat.status.clone(),
                    heartbeat: beat.at.stamp(),
                });
            }
            What::Read(id) => self.changes.read.push(MessageId(*id)),
            What::Message(head) => self.changes.messages.push(head.row()),
            What::Act(act) => {
                self.since(act.since);
                self.changes.audits.push(AuditRow {
                    id: 0,
                    conversation: Some(ConversationId::from(&*act.who)),
                    side: Side::B,
                    kind: act.kind(),
                    at: act.at.stamp(),
                    link: None,
                });
            }
            What::Others(n) => {
                let others = &mut self.changes.others;
                *others = others.saturating_add(*n).min(OTHERS);
            }
            other => return Some(other),
        }
        self.any = true;
        self.rank = rank(what);
        None
    }

    fn since(&mut self, ms: Option<i64>) {
        if let Some(at) = ms.map(instant) {
            self.since = Some(self.since.map_or(at, |other| other.max(at)));
        }
    }

    /// What came, when anything did; `cursor` is where the fold stands.
    pub(super) fn finish(
        mut self,
        mut cursor: crate::domain::Cursor,
    ) -> Option<(Changes, Option<Timestamp>)> {
        if !self.any {
            return None;
        }
        self.changes.messages.sort_by_key(|m| m.id);
        let audits = i64::try_from(self.changes.audits.len()).unwrap_or_default();
        let others = i64::try_from(self.changes.others).unwrap_or_default();
        cursor.audit = cursor.audit.saturating_add(audits).saturating_add(others);
        if let Some(last) = self.changes.messages.last() {
            cursor.message = cursor.message.max(last.id.0);
        }
        self.changes.cursor = cursor;
        self.changes.end = cursor;
        Some((self.changes, self.since))
    }
}

/// A look that took longer than it should, or found the clock set.
#[must_use]
pub(super) const fn odd(gap: Span, step: Span, trouble: bool) -> What {
    What::Odd(gap.0, step.0, trouble)
}
