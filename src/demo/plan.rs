//! What happens in a demo, and when: a simulation of an orchestrator and its workers. Pure: the same seed gives the same
//! operations; nothing here reads a clock or touches a file.

use super::{Scenario, Spec, hostile, names, work::conversation, worker::Worker};
use crate::domain::{Side, Span, Timestamp};
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

/// Length of the past that a demo starts with.
pub(super) const PAST: Span = Span::seconds(45 * 60);

/// One call to the bridge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// When, in demo time. Never before the operation that precedes it.
    pub at: Timestamp,
    /// Id of the conversation that it is about.
    pub conversation: Box<str>,
    /// What is done.
    pub act: Act,
}

/// What is done in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A conversation is made between the orchestrator and this role; it expires three hours later.
    Create {
        /// Role of side `b`.
        role: Box<str>,
        /// The tokens of both sides: random, and good for nothing.
        tokens: [Box<str>; 2],
    },
    /// A message is sent to the other side.
    Send {
        /// Sender.
        from: Side,
        /// Body; bytes that are no UTF-8 are stored as they are.
        body: Box<[u8]>,
        /// Metadata as stored.
        metadata: Option<Box<str>>,
        /// A text to store in place of the time.
        stamp: Option<Box<str>>,
    },
    /// Everything unread is delivered to a side; nothing unread makes it a poll.
    Fetch {
        /// Receiver.
        side: Side,
    },
    /// The status row of the worker is overwritten.
    Beat {
        /// Reported status.
        status: Box<str>,
        /// A text to store in place of the time.
        stamp: Option<Box<str>>,
    },
    /// An audit row about a command.
    Command {
        /// `command_blocked`, `command_execute_start` or `command_execute_complete`.
        action: &'static str,
        /// Details as JSON.
        details: Box<str>,
    },
}

/// What the simulation does next. A number is a worker's index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    Join(usize),
    Beat(usize),
    Poll(usize),
    /// A random idle worker gets a task.
    Assign,
    /// This worker gets a long task of the script, by its number there.
    Give(usize, usize),
    Pickup(usize),
    /// The next report of a worker; an old one, whose number is not the worker's turn, is void.
    Step(usize, u32),
    /// Silent, for so many seconds.
    Freeze(usize, i64),
    /// Beats, but does nothing else, for so many seconds.
    Stall(usize, i64),
    Block(usize),
    Answer(usize),
    Finish(usize),
    /// Takes a worker out of the random assignments, or puts it back.
    Reserve(usize, bool),
    /// The task of a silent worker goes to another one, a random one if none is named.
    Reassign(usize, Option<usize>),
    /// The keep-alive is dead for so many seconds; the agent works on.
    Mute(usize, i64),
    /// The keep-alive dies, and comes back, and so on.
    Flap(usize),
    /// Something goes wrong with somebody.
    Incident,
    /// A row that no well-behaved agent writes.
    Odd(usize),
    /// The conversation is followed by a new one before it expires.
    Rotate(usize),
}

/// The operations of a demo in order of time, without an end. Nobody does nothing: without workers it is empty.
pub struct Plan {
    pub(super) rng: fastrand::Rng,
    pub(super) scenario: Scenario,
    pub(super) workers: Vec<Worker>,
    /// The time at which the first frame is seen.
    pub(super) present: Timestamp,
    pub(super) now: Timestamp,
    queue: BinaryHeap<Reverse<(Timestamp, u64, Event)>>,
    queued: u64,
    ready: VecDeque<Operation>,
    /// How many tasks were made.
    pub(super) tasks: usize,
}

impl Plan {
    /// The plan of a demo whose first frame is seen at `present`; it begins 45 minutes earlier.
    #[must_use]
    pub fn new(spec: Spec, present: Timestamp) -> Self {
        let mut rng = fastrand::Rng::with_seed(spec.seed);
        let workers = (names::roles(spec.workers, spec.scenario).into_iter())
            .map(|role| Worker::new(role, conversation(&mut rng)))
            .collect();
        let start = Timestamp(present.0 - PAST.0);
        let mut plan = Self {
            rng,
            scenario: spec.scenario,
            workers,
            present,
            now: start,
            queue: BinaryHeap::new(),
            queued: 0,
            ready: VecDeque::new(),
            tasks: 0,
        };
        if plan.workers.is_empty() {
            return plan;
        }
        for worker in 0..plan.workers.len() {
            let delay = plan.millis(200, 4_000);
            plan.after(delay, Event::Join(worker));
        }
        plan.after(Span::seconds(8), Event::Assign);
        match spec.scenario {
            Scenario::Calm => {}
            Scenario::Incident => plan.script(),
            Scenario::Hostile => plan.after(Span::seconds(30), Event::Odd(0)),
            Scenario::Flap => plan.flapping(),
            Scenario::Stall => plan.stalling(),
        }
        plan
    }

    /// A random span between so many milliseconds; microseconds are never round.
    pub(super) fn millis(&mut self, from: i64, to: i64) -> Span {
        Span(self.rng.i64(from * 1_000..to * 1_000))
    }

    pub(super) fn after(&mut self, delay: Span, event: Event) {
        self.at(self.now.plus(delay), event);
    }

    pub(super) fn at(&mut self, time: Timestamp, event: Event) {
        self.queue.push(Reverse((time, self.queued, event)));
        self.queued += 1;
    }

    pub(super) fn emit(&mut self, conversation: Box<str>, act: Act) {
        let at = self.now;
        self.ready.push_back(Operation {
            at,
            conversation,
            act,
        });
    }

    pub(super) fn send(&mut self, worker: usize, from: Side, text: &str, action: &str) {
        let metadata = format!(r#"{{"action_type": "{action}", "files_involved": []}}"#);
        if let Some(conversation) = self.conversation(worker) {
            self.emit(
                conversation,
                Act::Send {
                    from,
                    body: text.as_bytes().into(),
                    metadata: Some(metadata.into()),
                    stamp: None,
                },
            );
        }
    }

    pub(super) fn conversation(&self, worker: usize) -> Option<Box<str>> {
        self.workers.get(worker).map(|w| w.conversation.clone())
    }

    pub(super) fn fetch(&mut self, worker: usize) {
        if let Some(conversation) = self.conversation(worker) {
            self.emit(conversation, Act::Fetch { side: Side::B });
        }
    }

    pub(super) fn beat(&mut self, worker: usize) {
        if let Some(w) = self
            .workers
            .get(worker)
            .filter(|w| self.now >= w.mute_until)
        {
            let (mut status, mut stamp) = (w.status(), None);
            if self.scenario == Scenario::Hostile {
                status = hostile::status(worker).unwrap_or(status);
                stamp = hostile::stamp(worker);
            }
            let status = status.into();
            self.emit(w.conversation.clone(), Act::Beat { status, stamp });
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Join(w) => self.join(w),
            Event::Beat(w) => self.beat_again(w),
            Event::Poll(w) => self.poll(w),
            Event::Assign => self.assign_any(),
            Event::Give(w, number) => self.give(w, number),
            Event::Pickup(w) => self.pickup(w),
            Event::Step(w, turn) => self.step(w, turn),
            Event::Freeze(w, seconds) => self.freeze(w, seconds),
            Event::Stall(w, seconds) => self.stall(w, seconds),
            Event::Block(w) => self.block(w),
            Event::Answer(w) => self.answer(w),
            Event::Finish(w) => self.finish(w),
            Event::Reserve(w, yes) => self.change(w, |w| w.reserved = yes),
            Event::Reassign(from, to) => self.reassign(from, to),
            Event::Mute(w, seconds) => self.mute(w, seconds),
            Event::Flap(w) => self.flap(w),
            Event::Incident => self.incident(),
            Event::Odd(n) => self.odd(n),
            Event::Rotate(w) => self.rotate(w),
        }
    }
}

impl Iterator for Plan {
    type Item = Operation;

    fn next(&mut self) -> Option<Operation> {
        loop {
            if let Some(operation) = self.ready.pop_front() {
                return Some(operation);
            }
            let Reverse((time, _, event)) = self.queue.pop()?;
            self.now = time;
            self.happen(event);
        }
    }
}

#[cfg(test)]
mod tests;
