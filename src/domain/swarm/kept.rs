//! What is kept for showing: the newest messages, and what happened while we watched.

use super::{KEPT_EVENTS, KEPT_MESSAGES, Seen, Swarm, words};
use crate::domain::{
    Event, Happening, Message, MessageRow, Timestamp, WorkerId, message, text::BODY_CAP,
};
use std::{collections::VecDeque, sync::Arc};

/// A message that is kept and was not shown yet: making it safe to show is most of its cost, and few of a long history are shown.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    pub(super) row: MessageRow,
    pub(super) worker: WorkerId,
    pub(super) read: bool,
}

impl Raw {
    pub(super) fn show(&self) -> Arc<Message> {
        let content = message::read(&self.row.text, self.row.action.as_deref());
        Arc::new(words::message(
            &self.row,
            &content,
            self.worker.clone(),
            self.read,
        ))
    }
}

/// What happened while we watched.
#[derive(Debug, Clone, Default)]
pub(super) struct EventLog {
    pub(super) events: Arc<VecDeque<Arc<Event>>>,
    pub(super) seq: u64,
    /// Of these, changes of states.
    pub(super) turns: u64,
}

impl EventLog {
    pub(super) fn push(&mut self, at: Timestamp, what: Happening) {
        self.seq += 1;
        self.turns += u64::from(!matches!(what, Happening::Message(_)));
        let events = Arc::make_mut(&mut self.events);
        if events.len() == KEPT_EVENTS {
            events.pop_front();
        }
        events.push_back(Arc::new(Event {
            seq: self.seq,
            at,
            what,
        }));
    }
}

impl Swarm {
    /// Keeps a message for showing; only a large one, whose bytes should not wait in memory, is made ready at once.
    pub(super) fn keep_body(&mut self, row: MessageRow, worker: WorkerId, read: bool, seen: Seen) {
        let large = row.text.len() > 4 * BODY_CAP;
        self.raw.push_back(Raw { row, worker, read });
        if self.raw.len() > KEPT_MESSAGES {
            self.raw.pop_front();
        }
        if large || matches!(seen, Seen::Live(_)) {
            self.show_bodies(seen);
        }
    }

    /// Makes the kept messages safe to show.
    pub(super) fn show_bodies(&mut self, seen: Seen) {
        if self.raw.is_empty() {
            return;
        }
        let messages = Arc::make_mut(&mut self.messages);
        for shown in self.raw.drain(..).map(|raw| raw.show()) {
            if let Seen::Live(now) = seen {
                self.log.push(now, Happening::Message(Arc::clone(&shown)));
            }
            if messages.len() == KEPT_MESSAGES {
                messages.pop_front();
            }
            messages.push_back(shown);
        }
    }
}
