//! The fold as it is kept: what the workers are like, in numbers, without the messages; these are folded again when it is taken up, because
//! the ledger is made of them.

use super::{
    Seen, Swarm, label,
    worker::{StillWorker, WorkerFold},
};
use crate::domain::{
    ConversationId, Cursor, MessageId, MessageRow, Side, Span, Stamp, Tally, TaskCounts, Timestamp,
    Traffic,
    health::{Detector, Observer, StillObserver, Tick, Turn},
    ledger::{Incoming, Outcomes},
    message,
};
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, sync::Arc};

/// Most workers that are taken up from a file.
const MOST: usize = 100_000;

/// So many of the newest messages belong to a state: those that are shown, and those that tell of the tasks of late.
pub const RECENT: i64 = 8_192;

/// A [`Swarm`] at an instant, written down. Together with the messages from [`Still::recent`] up to [`Still::message`], and those of
/// [`Still::older`], it is the swarm again; but for tasks that the ledger remembered by name only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Still {
    at: i64,
    workers: Vec<StillWorker>,
    observer: StillObserver,
    /// Workers as last counted, and how far the bridge's clock is behind.
    survey: (usize, i64),
    traffic: [u64; 2],
    tasks: TaskCounts,
    unknown: u64,
    tally: Tally,
    cursor: [i64; 2],
    read_until: Option<i64>,
    /// What each worker made of its tasks: done, failed, and how long it takes to accept one.
    #[serde(default)]
    outcomes: Vec<(u32, u32, Option<i64>)>,
    /// Older messages than the newest [`RECENT`] that tasks rest on which the ledger keeps, ascending.
    #[serde(default)]
    older: Vec<i64>,
}

impl Still {
    /// Of which instant.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        Timestamp(self.at)
    }

    /// The highest message that was folded.
    #[must_use]
    pub const fn message(&self) -> MessageId {
        MessageId(self.cursor[0])
    }

    /// From this message on all are needed.
    #[must_use]
    pub const fn recent(&self) -> MessageId {
        MessageId(self.cursor[0].saturating_sub(RECENT))
    }

    /// What is needed of the messages before [`Still::recent`], ascending.
    #[must_use]
    pub fn older(&self) -> &[i64] {
        &self.older
    }
}

impl Swarm {
    /// The fold at `at`, written down. O(workers + tasks).
    #[must_use]
    pub fn still(&self, at: Timestamp) -> Still {
        let recent = self.cursor.message.saturating_sub(RECENT);
        Still {
            older: self.ledger.messages_before(MessageId(recent)),
            at: at.0,
            workers: self.workers.iter().map(WorkerFold::still).collect(),
            outcomes: self.workers.iter().map(|w| self.outcome(w)).collect(),
            observer: self.vigil.observer.still(),
            survey: (self.vigil.workers, self.vigil.skew.0),
            traffic: [self.traffic.messages, self.traffic.audits],
            tasks: self.ledger.counts(),
            unknown: self.ledger.unknown_reports(),
            tally: Tally::clone(&self.tally),
            cursor: [self.cursor.message, self.cursor.audit],
            read_until: self.read_until.map(|at| at.0),
        }
    }

    fn outcome(&self, fold: &WorkerFold) -> (u32, u32, Option<i64>) {
        let Outcomes {
            done,
            failed,
            accepts_after,
        } = self.ledger.outcomes(&fold.conversation);
        (done, failed, accepts_after.map(|span| span.0))
    }

    /// Takes up what was written down, with the messages that it had folded, ascending; younger ones are left out. Totals are those that
    /// were written down, also where old messages are gone. O(messages + workers).
    #[must_use]
    pub fn restore(
        detector: Detector,
        still: &Still,
        messages: impl IntoIterator<Item = MessageRow>,
    ) -> Self {
        let mut swarm = Self::new(detector, None);
        swarm.workers = still
            .workers
            .iter()
            .take(MOST)
            .map(WorkerFold::of)
            .collect();
        label::settle(&mut swarm.workers);
        let named = swarm.workers.iter().enumerate();
        swarm.index = named.map(|(i, w)| (w.conversation.clone(), i)).collect();
        let unread: HashSet<i64> = still
            .workers
            .iter()
            .flat_map(|w| w.unread.iter().map(|(id, _)| *id))
            .collect();
        for row in messages {
            if row.id <= still.message() {
                swarm.recount(row, &unread);
            }
        }
        swarm.ledger.settle(still.tasks, still.unknown);
        for (worker, (done, failed, accepts)) in still.workers.iter().zip(&still.outcomes) {
            let outcomes = Outcomes {
                done: *done,
                failed: *failed,
                accepts_after: accepts.map(Span),
            };
            let conversation = ConversationId::from(&*worker.conversation);
            swarm.ledger.settle_outcomes(conversation, outcomes);
        }
        swarm.traffic = Traffic {
            messages: still.traffic[0],
            audits: still.traffic[1],
            ..Traffic::default()
        };
        swarm.tally = Arc::new(still.tally.clone());
        swarm.cursor = Cursor {
            message: still.cursor[0],
            audit: still.cursor[1],
            ..Cursor::default()
        };
        swarm.read_until = still.read_until.map(Timestamp);
        swarm.vigil.observer = Observer::of(&still.observer);
        (swarm.vigil.workers, swarm.vigil.skew) = (still.survey.0, Span(still.survey.1));
        swarm.vigil.queue_all(&mut swarm.workers);
        // The states that it had are no news.
        swarm.preview = true;
        swarm.evaluate(still.at());
        swarm.preview = false;
        swarm
    }

    /// A message that was folded before: for the ledger, and for showing.
    fn recount(&mut self, row: MessageRow, unread: &HashSet<i64>) {
        let read = if row.to == Side::B {
            !unread.contains(&row.id.0)
        } else {
            row.read
        };
        let content = message::read(&row.text, row.action.as_deref());
        let fold = self.index.get(&row.conversation);
        let fold = fold.and_then(|at| self.workers.get(*at));
        let worker = fold.map_or_else(|| row.conversation.raw().into(), |fold| fold.label.clone());
        let step = self.ledger.apply(&Incoming {
            id: row.id,
            conversation: &row.conversation,
            worker: &worker,
            from: row.from,
            at: row.at.at(),
            read,
            content: &content,
            mark: row.mark.as_deref(),
        });
        self.keep_body(row, worker, read, Seen::Recorded);
        self.task_step(step, Seen::Recorded);
    }

    /// Every row was read at `at`: what comes next was not there then.
    pub const fn looked(&mut self, at: Timestamp) {
        self.read_until = Some(at);
    }

    /// Looks went on without trouble until `at`, and brought nothing.
    pub fn watched(&mut self, at: Timestamp) {
        if self.vigil.observer.watched(at) == Turn::Limits {
            self.touch_all();
        }
    }

    /// A look that was out of the ordinary: `gap` after the last one, with the wall clock set by `step`, or in trouble.
    pub fn odd_look(&mut self, at: Timestamp, gap: Span, step: Span, trouble: bool) {
        let tick: Tick = self.vigil.observer.next(at, gap, step, trouble);
        self.tick(tick);
    }

    /// The status rows of the workers as last read: heartbeat and status as written. O(workers).
    pub fn statuses(&self) -> impl Iterator<Item = (ConversationId, (Stamp, Box<str>))> + '_ {
        self.workers.iter().filter_map(WorkerFold::row)
    }

    /// A worker that a row touched may be in another state now: the others are judged when their time comes.
    #[must_use]
    pub fn restless(&self) -> bool {
        let touched = self.vigil.touched.iter();
        touched
            .filter_map(|at| self.workers.get(*at))
            .any(WorkerFold::restless)
    }

    /// How many workers it knows of, whatever became of them.
    #[must_use]
    pub const fn population(&self) -> usize {
        self.workers.len()
    }

    /// Counts what happened: unchanged when no state of a worker or a task changed.
    #[must_use]
    pub const fn news(&self) -> u64 {
        self.log.turns
    }
}
