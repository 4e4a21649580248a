//! One worker, as it is kept: plain data with the ids as the bridge holds them and times in microseconds.

use super::{Listing, Status, WorkerFold, label};
use crate::domain::{
    ConversationId, Kind, MessageId, Stamp, State, Timestamp, WorkerId, health::Habit,
    swarm::pulse::Pulse, text,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A worker, written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::domain::swarm) struct StillWorker {
    pub(in crate::domain::swarm) conversation: Box<str>,
    label: Box<str>,
    session: Box<str>,
    created: Option<i64>,
    expires: Option<i64>,
    /// A row described it.
    listed: bool,
    /// The status as written, as reported, and since when.
    raw: Option<Box<str>>,
    reported: Option<Box<str>>,
    since: Option<i64>,
    /// The heartbeat as last read: 0 none there, 1 not a time, 2 this time.
    stamp: Option<(u8, i64)>,
    beat: Option<i64>,
    clock_bad: bool,
    poll: Option<i64>,
    strong: Option<(i64, bool)>,
    fetch: Option<i64>,
    last_sent: Option<(i64, u8, i64)>,
    read_upto: i64,
    held: Option<(Box<str>, i64)>,
    pub(in crate::domain::swarm) unread: Vec<(i64, Option<i64>)>,
    /// The first, then how long after the one before.
    beats: Vec<i64>,
    history: Vec<(i64, u8)>,
    pulse: StillPulse,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct StillPulse {
    habit: Habit,
    witnessed: bool,
    hold: Option<i64>,
    restart: Option<i64>,
    recovering: Option<i64>,
    busy: Option<i64>,
    last_beat: Option<i64>,
    last_act: Option<i64>,
    skews: Vec<i64>,
}

fn out(at: Option<Timestamp>) -> Option<i64> {
    at.map(|at| at.0)
}

fn back(at: Option<i64>) -> Option<Timestamp> {
    at.map(Timestamp)
}

/// Numbers as what they grow by.
fn differences(numbers: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut last = 0;
    numbers
        .map(|n| n.saturating_sub(std::mem::replace(&mut last, n)))
        .collect()
}

/// What [`differences`] was made of.
fn sums(differences: &[i64]) -> impl Iterator<Item = i64> + '_ {
    differences.iter().scan(0i64, |sum, by| {
        *sum = sum.saturating_add(*by);
        Some(*sum)
    })
}

const fn stamp_out(stamp: Stamp) -> (u8, i64) {
    match stamp {
        Stamp::None => (0, 0),
        Stamp::Bad => (1, 0),
        Stamp::At(at) => (2, at.0),
    }
}

const fn stamp_back((kind, at): (u8, i64)) -> Stamp {
    match kind {
        0 => Stamp::None,
        1 => Stamp::Bad,
        _ => Stamp::At(Timestamp(at)),
    }
}

impl StillPulse {
    fn of(p: &Pulse) -> Self {
        Self {
            habit: p.habit.clone(),
            witnessed: p.witnessed,
            hold: out(p.hold),
            restart: out(p.restart),
            recovering: out(p.recovering),
            busy: out(p.busy),
            last_beat: out(p.last_beat),
            last_act: out(p.last_act),
            skews: p.skews.iter().copied().collect(),
        }
    }

    fn pulse(&self) -> Pulse {
        Pulse {
            habit: self.habit.clone(),
            fresh: false,
            witnessed: self.witnessed,
            hold: back(self.hold),
            restart: back(self.restart),
            recovering: back(self.recovering),
            busy: back(self.busy),
            last_beat: back(self.last_beat),
            last_act: back(self.last_act),
            skews: self.skews.iter().copied().collect(),
        }
    }
}

impl WorkerFold {
    /// As it is kept: without what looks like a key.
    pub(in crate::domain::swarm) fn still(&self) -> StillWorker {
        let index = |all: &[State], state| all.iter().position(|s| *s == state).unwrap_or_default();
        let state = |s: State| u8::try_from(index(&State::ALL, s)).unwrap_or_default();
        StillWorker {
            conversation: self.conversation.raw().into(),
            label: text::redact_name(self.label.raw()).into(),
            session: (&*self.session).into(),
            created: out(self.created),
            expires: out(self.expires),
            listed: self.listing == Listing::Listed,
            raw: self
                .status
                .raw
                .as_deref()
                .map(|raw| text::redact_name(raw).into()),
            reported: self.status.reported.as_deref().map(Into::into),
            since: out(self.status.since),
            stamp: self.status.stamp.map(stamp_out),
            beat: out(self.status.beat),
            clock_bad: self.status.clock_bad,
            poll: out(self.poll),
            strong: self.strong.map(|(at, what)| (at.0, what == "command")),
            fetch: out(self.fetch),
            last_sent: self
                .last_sent
                .map(|(id, kind, at)| (id.0, kind as u8, at.0)),
            read_upto: self.read_upto.0,
            held: self.held.as_ref().map(|(by, at)| ((&**by).into(), at.0)),
            unread: self
                .unread
                .iter()
                .map(|(id, at)| (id.0, out(*at)))
                .collect(),
            beats: differences(self.beats.iter().map(|at| at.0)),
            history: self
                .history
                .iter()
                .map(|(at, s)| (at.0, state(*s)))
                .collect(),
            pulse: StillPulse::of(&self.pulse),
        }
    }

    /// Its status row as last read: heartbeat and status as written.
    pub(in crate::domain::swarm) fn row(&self) -> Option<(ConversationId, (Stamp, Box<str>))> {
        let raw = self.status.raw.clone().unwrap_or_default();
        Some((self.conversation.clone(), (self.status.stamp?, raw)))
    }

    /// A sign of life may have changed its state, not only put off when its time comes.
    pub(in crate::domain::swarm) fn restless(&self) -> bool {
        self.view.as_ref().is_none_or(|view| {
            let calm = matches!(
                view.verdict.state,
                State::Healthy | State::Idle | State::Blocked | State::Expired | State::Finished
            );
            !calm
                || view.recovering
                || (self.status.reported.is_some() && view.reported != self.status.reported)
        })
    }

    /// As it was kept. Whatever is shown of it goes through the choke point again: a file may have been written by anybody.
    pub(in crate::domain::swarm) fn of(still: &StillWorker) -> Self {
        let id = |raw: &str| Arc::<str>::from(text::name(raw));
        let mut fold = Self::unlisted(ConversationId::from(&*still.conversation));
        fold.label = WorkerId::from(&*still.label);
        fold.parts = label::parts(&text::name(&still.label));
        fold.session = id(&still.session);
        fold.created = back(still.created);
        fold.expires = back(still.expires);
        if still.listed {
            fold.listing = Listing::Listed;
        }
        fold.status = Status {
            raw: still.raw.clone(),
            reported: still.reported.as_deref().map(id),
            since: back(still.since),
            stamp: still.stamp.map(stamp_back),
            beat: back(still.beat),
            clock_bad: still.clock_bad,
        };
        fold.poll = back(still.poll);
        let what = |command: bool| if command { "command" } else { "message" };
        fold.strong = still
            .strong
            .map(|(at, command)| (Timestamp(at), what(command)));
        fold.fetch = back(still.fetch);
        fold.last_sent = still.last_sent.and_then(|(id, kind, at)| {
            let kind = Kind::ALL.get(usize::from(kind)).copied()?;
            Some((MessageId(id), kind, Timestamp(at)))
        });
        fold.read_upto = MessageId(still.read_upto);
        fold.held = still.held.as_ref().map(|(by, at)| (id(by), Timestamp(*at)));
        let unread = still.unread.iter();
        fold.unread = unread.map(|(id, at)| (MessageId(*id), back(*at))).collect();
        let newest = still.beats.len().saturating_sub(super::KEPT);
        let beats = sums(&still.beats).skip(newest).map(Timestamp);
        fold.beats = Arc::new(beats.collect());
        let newest = still.history.len().saturating_sub(super::KEPT);
        let history = still.history.iter().skip(newest).filter_map(|(at, state)| {
            Some((Timestamp(*at), *State::ALL.get(usize::from(*state))?))
        });
        fold.history = Arc::new(history.collect());
        fold.pulse = still.pulse.pulse();
        fold
    }
}
