//! What rows say of one worker.

mod draw;
mod still;

use super::{Seen, label, pulse::Pulse};
use crate::domain::{
    AuditKind, AuditRow, ConversationId, ConversationRow, Kind, MarkKind, MessageId, MessageRow,
    Side, Stamp, State, StatusRow, Timestamp, Worker, WorkerId, message::Content, text,
};
pub(super) use draw::{Eyes, Turn};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};
pub(super) use still::StillWorker;

/// Beats and states that are kept.
const KEPT: usize = 64;

/// One conversation, folded.
#[derive(Debug, Clone)]
pub(super) struct WorkerFold {
    pub(super) conversation: ConversationId,
    pub(super) label: WorkerId,
    pub(super) session: Arc<str>,
    pub(super) created: Option<Timestamp>,
    /// Shares its label with the one before it, which is newer.
    pub(super) twin: bool,
    pub(super) listing: Listing,
    parts: label::Parts,
    expires: Option<Timestamp>,
    status: Status,
    poll: Option<Timestamp>,
    strong: Option<(Timestamp, &'static str)>,
    fetch: Option<Timestamp>,
    last_sent: Option<(MessageId, Kind, Timestamp)>,
    read_upto: MessageId,
    /// Who holds it, since when.
    held: Option<(Arc<str>, Timestamp)>,
    unread: BTreeMap<MessageId, Option<Timestamp>>,
    beats: Arc<VecDeque<Timestamp>>,
    history: Arc<VecDeque<(Timestamp, State)>>,
    pub(super) pulse: Pulse,
    view: Option<Arc<Worker>>,
    /// A row came since `view` was drawn.
    stale: Stale,
    /// When time alone makes it worth drawing again.
    wake: Option<Timestamp>,
    /// It waits to be drawn.
    pub(super) queued: bool,
    /// For when it is queued by time.
    pub(super) due: Option<Timestamp>,
}

/// Whether a row of `conversations` describes a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    /// None ever did.
    Never,
    /// One does.
    Listed,
    /// One did, and is no longer there.
    Gone,
}

/// The row of `session_status`, and since when it says so.
#[derive(Debug, Clone, Default)]
struct Status {
    raw: Option<Box<str>>,
    reported: Option<Arc<str>>,
    since: Option<Timestamp>,
    stamp: Option<Stamp>,
    /// When the heartbeat counts as having come: by our clock where we saw it come.
    beat: Option<Timestamp>,
    clock_bad: bool,
}

/// How a row came to be known, and what was known before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    pub(super) seen: Seen,
    /// The last read before; the row was not there then.
    pub(super) since: Option<Timestamp>,
}

impl Arrival {
    /// When a row counts as having come: its own time, but not before we last looked without seeing it, nor after we saw it.
    /// Hence a clock that is off cannot make a row older or younger than it is by more than the time between two reads.
    fn counted(self, at: Option<Timestamp>) -> Option<Timestamp> {
        match self.seen {
            Seen::Recorded => at,
            Seen::Live(now) => {
                let since = self
                    .since
                    .map_or(Timestamp(i64::MIN), |since| since.min(now));
                Some(at.map_or(now, |at| at.clamp(since, now)))
            }
        }
    }

    fn is_live(self) -> bool {
        matches!(self.seen, Seen::Live(_))
    }
}

fn keep<T: Clone>(ring: &mut Arc<VecDeque<T>>, item: T) {
    let ring = Arc::make_mut(ring);
    if ring.len() == KEPT {
        ring.pop_front();
    }
    ring.push_back(item);
}

/// Whether what was drawn of a worker holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stale {
    /// It does.
    No,
    /// It gave signs of life since, and nothing else: its ages are not those that were drawn.
    Signs,
    /// It does not.
    Yes,
}

impl WorkerFold {
    /// A worker of whom only other rows speak.
    pub(super) fn unlisted(conversation: ConversationId) -> Self {
        Self {
            label: WorkerId::new(conversation.raw()),
            conversation,
            session: "".into(),
            created: None,
            twin: false,
            listing: Listing::Never,
            parts: label::Parts::default(),
            expires: None,
            status: Status::default(),
            poll: None,
            strong: None,
            fetch: None,
            last_sent: None,
            read_upto: MessageId(0),
            held: None,
            unread: BTreeMap::new(),
            beats: Arc::default(),
            history: Arc::default(),
            pulse: Pulse::default(),
            view: None,
            stale: Stale::Yes,
            wake: None,
            queued: false,
            due: None,
        }
    }

    pub(super) fn describe(&mut self, row: ConversationRow) {
        self.listing = Listing::Listed;
        let role = if row.role_b.trim().is_empty() {
            Arc::from(row.id.raw())
        } else {
            row.role_b
        };
        self.parts = label::parts(&text::name(&role));
        self.label = WorkerId::new(role);
        self.session = text::name(&row.role_a).into();
        self.created = row.created.at();
        self.expires = row.expires.at();
        self.status.clock_bad |= row.created == Stamp::Bad || row.expires == Stamp::Bad;
        self.touch();
    }

    /// What was drawn of it no longer holds.
    pub(super) const fn touch(&mut self) {
        self.stale = Stale::Yes;
    }

    /// It gave a sign of life, and nothing else. The first one, and one that changes its rhythm, changes when it counts as late.
    fn signed(&mut self, first: bool, rhythm: f64) {
        #[expect(clippy::float_cmp, reason = "the same number, or another one")]
        if first || self.pulse.habit.rhythm.period() != rhythm {
            self.touch();
        } else if self.stale == Stale::No {
            self.stale = Stale::Signs;
        }
    }

    /// Drawn anew, it may be in another state.
    pub(super) fn is_pressing(&self, now: Timestamp) -> bool {
        match self.stale {
            Stale::Yes => true,
            Stale::Signs => self.restless() || self.wake.is_none_or(|at| at <= now),
            Stale::No => self.wake.is_none_or(|at| at <= now),
        }
    }

    /// What is drawn now.
    pub(super) const fn view(&self) -> Option<&Arc<Worker>> {
        self.view.as_ref()
    }

    /// When time alone makes it worth drawing again.
    pub(super) const fn wake(&self) -> Option<Timestamp> {
        self.wake
    }

    /// Takes in the status row; `false` when it says nothing new.
    pub(super) fn status(&mut self, row: &StatusRow, arrival: Arrival) -> bool {
        let silent = self.is_silent();
        let s = &mut self.status;
        let beaten = s.stamp != Some(row.heartbeat);
        if !beaten && s.raw.as_deref() == Some(&*row.status) {
            return false;
        }
        let first = s.stamp.is_none();
        let at = row.heartbeat.at();
        let rhythm = self.pulse.habit.rhythm.period();
        if beaten {
            s.stamp = Some(row.heartbeat);
            s.clock_bad |= row.heartbeat == Stamp::Bad;
            if let (Seen::Live(now), false) = (arrival.seen, first) {
                self.pulse.beat(now, at, silent);
            }
            // The first sight of a worker may be as old as it says.
            let arrival = if first {
                Arrival {
                    since: None,
                    ..arrival
                }
            } else {
                arrival
            };
            s.beat = arrival.counted(at);
            if let (Some(beat), true) = (s.beat, arrival.is_live()) {
                keep(&mut self.beats, beat);
            }
        }
        if s.raw.as_deref() == Some(&*row.status) {
            self.signed(first, rhythm);
        } else {
            s.raw = Some(row.status.clone());
            if &*row.status != "active" {
                s.reported = Some(text::name(&row.status).into());
                s.since = s.beat.or(at);
            }
            self.touch();
        }
        true
    }

    fn is_silent(&self) -> bool {
        self.view
            .as_ref()
            .is_some_and(|v| v.verdict.state == State::Silent)
    }

    /// It owed something when it was drawn last.
    fn owed(&self) -> bool {
        self.view
            .as_ref()
            .is_some_and(|v| !v.tasks.is_empty() || v.reported.as_deref() == Some("working"))
    }

    pub(super) fn audit(&mut self, row: &AuditRow, arrival: Arrival) {
        let at = arrival.counted(row.at.at());
        let silent = self.is_silent();
        match row.kind {
            AuditKind::Fetched(0) => {
                let (first, rhythm) = (self.poll.is_none(), self.pulse.habit.rhythm.period());
                self.poll = self.poll.max(at);
                // Who has a daemon is known by its rhythm alone: two mixed rhythms are none.
                if let (Seen::Live(now), None) = (arrival.seen, self.status.stamp) {
                    self.pulse.beat(now, row.at.at(), silent);
                }
                return self.signed(first, rhythm);
            }
            AuditKind::Fetched(_) => self.fetch = self.fetch.max(at),
            AuditKind::Sent => self.act(at, "message", arrival),
            AuditKind::Command => self.act(at, "command", arrival),
            AuditKind::Other => return,
        }
        self.touch();
    }

    fn act(&mut self, at: Option<Timestamp>, what: &'static str, arrival: Arrival) {
        if let Seen::Live(now) = arrival.seen {
            let (owed, silent) = (self.owed(), self.is_silent());
            self.pulse.act(now, owed, silent);
        }
        if let Some(at) = at
            && self.strong.is_none_or(|(last, _)| at > last)
        {
            self.strong = Some((at, what));
        }
    }

    pub(super) fn message(
        &mut self,
        row: &MessageRow,
        content: &Content<'_>,
        read: bool,
        arrival: Arrival,
    ) {
        let at = arrival.counted(row.at.at());
        self.status.clock_bad |= row.at == Stamp::Bad;
        if row.from == Side::B && row.mark.is_none() {
            self.act(at, "message", arrival);
            if let (Some(at), Some(span)) = (at, content.busy) {
                self.pulse.declare(at, span);
            }
            self.last_sent = Some((row.id, content.kind, at.unwrap_or_default()));
        }
        if let Some(mark) = row
            .mark
            .as_deref()
            .filter(|m| m.task.is_none() && row.from != Side::B)
        {
            match mark.kind {
                MarkKind::Hold => self.held = Some((Arc::clone(&mark.by), at.unwrap_or_default())),
                MarkKind::Release => self.held = None,
                _ => {}
            }
        }
        if row.to == Side::B {
            if read {
                self.read_upto = self.read_upto.max(row.id);
            } else {
                self.unread.insert(row.id, at);
            }
        }
        self.touch();
    }

    /// A message to it was fetched; `false` when it is none of its own.
    pub(super) fn mark_read(&mut self, id: MessageId) -> bool {
        let mine = self.unread.remove(&id).is_some();
        if mine {
            self.read_upto = self.read_upto.max(id);
            self.touch();
        }
        mine
    }

    pub(super) fn unread_ids(&self) -> impl Iterator<Item = MessageId> + '_ {
        self.unread.keys().copied()
    }

    pub(super) fn inherit(&mut self, old: Self) {
        self.beats = old.beats;
        self.history = old.history;
        let busy = self.pulse.busy;
        self.pulse = old.pulse;
        self.pulse.busy = busy;
        if let (Some(stamp), Some(beat)) = (old.status.stamp, old.status.beat)
            && self.status.stamp == Some(stamp)
        {
            self.status.beat = Some(beat);
        }
    }

    /// When its conversation ends, by the bridge's own clock.
    pub(super) const fn ends(&self) -> Option<Timestamp> {
        self.expires
    }

    /// The last sign of life of any kind.
    pub(super) fn sign(&self) -> Option<Timestamp> {
        self.status
            .beat
            .max(self.poll)
            .max(self.fetch)
            .max(self.strong.map(|(at, _)| at))
    }
}
