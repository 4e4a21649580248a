//! The fold: rows in, a picture of the swarm out. Pure; rows may come in any number of pieces.
//!
//! Cost of a change: O(rows in it) to fold, O(workers) to picture. Nothing depends on the length of the history.

mod generations;
mod kept;
mod label;
mod picture;
mod pulse;
mod step;
mod still;
mod vigil;
mod words;
mod worker;

use super::{
    AuditKind, AuditRow, Changes, ConversationId, ConversationRow, Cursor, Happening, Message,
    MessageId, MessageRow, Side, StatusRow, Tally, Task, Timestamp, Traffic, WorkerId,
    audit::Link,
    health::Detector,
    ledger::{Incoming, Ledger, Step},
    message,
};
use kept::{EventLog, Raw};
pub(super) use label::natural;
pub(super) use pulse::zone;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};
pub use still::{RECENT, Still};
pub use vigil::Habits;
use vigil::Vigil;
use worker::{Arrival, Listing, WorkerFold};

/// Message bodies that are kept.
pub const KEPT_MESSAGES: usize = 2_000;
/// Events that are kept.
pub const KEPT_EVENTS: usize = 1_024;
/// Completion times that are kept.
const KEPT_COMPLETIONS: usize = 4_096;
/// Unread messages whose mark is looked up again when somebody fetched.
const RECHECKED: usize = 1_000;

/// How rows came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// They were there already: only their own times are known.
    Recorded,
    /// They appeared at this instant, by our clock.
    Live(Timestamp),
}

/// The swarm, as folded so far.
#[derive(Debug, Clone, Default)]
pub struct Swarm {
    vigil: Vigil,
    as_of: Option<Timestamp>,
    workers: Vec<WorkerFold>,
    index: HashMap<ConversationId, usize>,
    ledger: Ledger,
    generations: generations::Generations,
    listing: Option<Vec<Arc<Task>>>,
    messages: Arc<VecDeque<Arc<Message>>>,
    traffic: Traffic,
    fetches: HashMap<ConversationId, Timestamp>,
    marks_from_audit: bool,
    raw: VecDeque<Raw>,
    log: EventLog,
    completions: Arc<VecDeque<Timestamp>>,
    tally: Arc<Tally>,
    chains: Arc<HashMap<Arc<str>, Link>>,
    cursor: Cursor,
    watching: bool,
    preview: bool,
    /// When all rows were read last.
    read_until: Option<Timestamp>,
}

impl Swarm {
    /// An empty swarm. With `as_of`, rows younger than that instant are not known yet.
    #[must_use]
    pub fn new(detector: Detector, as_of: Option<Timestamp>) -> Self {
        Self {
            vigil: Vigil::new(detector),
            as_of,
            ..Self::default()
        }
    }

    /// A swarm of the newest rows only: it is shown until the whole history is folded, and what it takes for a change of state is none.
    #[must_use]
    pub fn preview(detector: Detector) -> Self {
        Self {
            vigil: Vigil::new(detector),
            preview: true,
            ..Self::default()
        }
    }

    /// How far it has come.
    #[must_use]
    pub const fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// Newest unread messages to workers whose mark is worth looking up again; at most 1,000. O(workers + unread).
    #[must_use]
    pub fn unread(&self) -> Vec<MessageId> {
        let mut all: Vec<_> = self
            .workers
            .iter()
            .flat_map(WorkerFold::unread_ids)
            .collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        all.truncate(RECHECKED);
        all
    }

    /// Takes over what only watching can know (events, beats, histories) from the swarm that it replaces. States are judged anew, and
    /// the first ones are no events.
    pub fn inherit(&mut self, old: Self) {
        self.log = old.log;
        self.vigil.observer = old.vigil.observer;
        self.generations.inherit(old.generations, &old.ledger);
        for fold in old.workers {
            if let Some(new) = self
                .index
                .get(&fold.conversation)
                .and_then(|i| self.workers.get_mut(*i))
            {
                new.inherit(fold);
            }
        }
    }

    /// Notes among the events what happened beside the bridge; gives all of them.
    pub fn happened(
        &mut self,
        at: Timestamp,
        what: impl IntoIterator<Item = Happening>,
    ) -> Arc<VecDeque<Arc<crate::domain::Event>>> {
        for what in what {
            self.log.push(at, what);
        }
        Arc::clone(&self.log.events)
    }

    /// Notes something about the source itself among the events.
    pub fn note(&mut self, at: Timestamp, text: &str) {
        self.log
            .push(at, Happening::Source(super::text::line(text).into()));
    }

    /// First pass for an instant of the past: who fetched when, because the read marks of the rows are those of today.
    pub fn learn_fetches(&mut self, audits: &[AuditRow]) {
        for row in audits {
            if let (AuditKind::Fetched(1..), Side::B, Some(conversation), Some(at)) =
                (row.kind, row.side, &row.conversation, row.at.at())
                && self.known(Some(at))
            {
                self.marks_from_audit = true;
                let last = self.fetches.entry(conversation.clone()).or_insert(at);
                *last = at.max(*last);
            }
        }
    }

    /// Folds rows.
    pub fn apply(&mut self, changes: Changes, seen: Seen) {
        if matches!(seen, Seen::Live(_)) {
            self.show_bodies(Seen::Recorded); // what waits from before is no event
        }
        if changes.conversations.is_some()
            || !(changes.messages.is_empty() && changes.audits.is_empty())
            || changes.others > 0
        {
            self.row_came(seen);
        }
        if let Some(rows) = changes.conversations {
            self.conversations(rows, seen);
        }
        for row in changes.statuses.into_iter().flatten() {
            self.status(&row, seen);
        }
        // Fetched before it was answered: as when the rows are read with their marks.
        for id in changes.read {
            self.mark_read(id, seen);
        }
        for row in changes.messages {
            self.message(row, seen);
        }
        for row in changes.audits {
            self.audit(&row, seen);
        }
        self.traffic.audits = self.traffic.audits.saturating_add(changes.others);
        self.cursor = changes.cursor;
        if let Seen::Live(now) = seen {
            self.read_until = Some(now);
        }
    }

    /// Shows rows that are not folded: an older page of the history.
    #[must_use]
    pub fn page(&self, rows: &[MessageRow]) -> Vec<Arc<Message>> {
        let label = |row: &MessageRow| {
            let fold = self
                .index
                .get(&row.conversation)
                .and_then(|i| self.workers.get(*i));
            fold.map_or_else(|| row.conversation.raw().into(), |fold| fold.label.clone())
        };
        let show = |row: &MessageRow| {
            let content = message::read(&row.text, row.action.as_deref());
            Arc::new(words::message(row, &content, label(row), row.read))
        };
        rows.iter()
            .filter(|row| self.known(row.at.at()))
            .map(show)
            .collect()
    }

    const fn arrival(&self, seen: Seen) -> Arrival {
        Arrival {
            seen,
            since: self.read_until,
        }
    }

    /// A row with this time is known at the instant of the view.
    fn known(&self, at: Option<Timestamp>) -> bool {
        self.as_of.zip(at).is_none_or(|(limit, at)| at <= limit)
    }

    /// The worker of a conversation, made if need be: a row may speak of a conversation that no row describes.
    fn worker(&mut self, conversation: &ConversationId) -> Option<&mut WorkerFold> {
        let at = if let Some(at) = self.index.get(conversation) {
            *at
        } else {
            let mut fold = WorkerFold::unlisted(conversation.clone());
            if let Some(habit) = self.vigil.recalled.get(conversation) {
                fold.pulse.habit = habit.clone();
            }
            self.workers.push(fold);
            self.index
                .insert(conversation.clone(), self.workers.len() - 1);
            self.workers.len() - 1
        };
        let fold = self.workers.get_mut(at)?;
        self.vigil.queue(at, fold);
        Some(fold)
    }

    fn conversations(&mut self, rows: Vec<ConversationRow>, seen: Seen) {
        for fold in &mut self.workers {
            if fold.listing == Listing::Listed {
                fold.listing = Listing::Gone;
            }
        }
        for row in rows {
            if self.known(row.created.at())
                && let Some(fold) = self.worker(&row.id)
            {
                fold.describe(row);
            }
        }
        let (gone, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.workers)
            .into_iter()
            .partition(|w| w.listing == Listing::Gone);
        self.workers = kept;
        label::settle(&mut self.workers);
        self.index = self
            .workers
            .iter()
            .enumerate()
            .map(|(i, w)| (w.conversation.clone(), i))
            .collect();
        self.vigil.queue_all(&mut self.workers);
        if let Seen::Live(now) = seen {
            for fold in gone {
                self.log
                    .push(now, Happening::WorkerGone(fold.conversation, fold.label));
            }
        }
    }

    fn status(&mut self, row: &StatusRow, seen: Seen) {
        let arrival = self.arrival(seen);
        if row.side == Side::B
            && self.known(row.heartbeat.at())
            && let Some(fold) = self.worker(&row.conversation)
            && fold.status(row, arrival)
        {
            self.row_came(seen);
        }
    }

    fn audit(&mut self, row: &AuditRow, seen: Seen) {
        if !self.known(row.at.at()) {
            return;
        }
        self.traffic.audits += 1;
        if let Some((actor, link)) = row.link.as_deref() {
            Arc::make_mut(&mut self.chains).insert(Arc::clone(actor), link.clone());
        }
        if row.side != Side::B {
            return;
        }
        let arrival = self.arrival(seen);
        if let Some(fold) = row.conversation.as_ref().and_then(|c| self.worker(c)) {
            fold.audit(row, arrival);
        }
    }

    fn message(&mut self, row: MessageRow, seen: Seen) {
        let at = row.at.at();
        if row.id <= MessageId(self.cursor.message) || !self.known(at) {
            return;
        }
        let fetched = self.fetches.get(&row.conversation).copied();
        let read = if self.marks_from_audit {
            at <= fetched && at.is_some()
        } else {
            row.read
        };
        self.traffic.messages += 1;
        let arrival = self.arrival(seen);
        let content = message::read(&row.text, row.action.as_deref());
        let Some(fold) = self.worker(&row.conversation) else {
            return;
        };
        fold.message(&row, &content, read, arrival);
        let (worker, session) = (fold.label.clone(), Arc::clone(&fold.session));
        Arc::make_mut(&mut self.tally).message(&session, content.kind);
        let incoming = Incoming {
            id: row.id,
            conversation: &row.conversation,
            worker: &worker,
            from: row.from,
            at: at.or(match seen {
                Seen::Live(now) => Some(now),
                Seen::Recorded => None,
            }),
            read,
            content: &content,
            mark: row.mark.as_deref(),
        };
        let step = self.ledger.apply(&incoming);
        let moved = |s: &Step| {
            let last = s.task.holders.last();
            s.task.holders.len() > 1 && last.is_some_and(|h| h.message == row.id)
        };
        if step.as_ref().is_some_and(moved) {
            let cause = row.mark.as_ref().map(|m| m.cause.as_deref().unwrap_or(""));
            Arc::make_mut(&mut self.tally).moved(&session, cause);
        }
        self.keep_body(row, worker, read, seen);
        self.task_step(step, seen);
    }
}

#[cfg(test)]
mod tests;
