//! What the program would do by itself: move the tasks of a lost worker, deliver again what nobody accepted, give up what failed too
//! often, tell a worker that came back what it no longer owns. Pure: a snapshot in, deeds out; whoever carries them out waits until
//! the next snapshot shows them.
//!
//! Every deed passes the same compare-and-set as an operator's, so two watchdogs do not move a task twice. Limits of rate and of
//! storm are those of node eviction in Kubernetes: 0.1/s in normal times, none while most workers are gone.

mod guard;
mod rules;

pub use guard::{Bucket, Storm, storm};
pub use rules::moves_at;

use super::{ConversationId, Snapshot, Span, TaskId, Timestamp, act::Deed};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What it may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// Nothing.
    Off,
    /// What follows from what an operator did; everything else is prepared, and waits for a key.
    #[default]
    Suggest,
    /// Everything.
    Auto,
}

impl Policy {
    /// Name in settings and on screen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Suggest => "suggest",
            Self::Auto => "auto",
        }
    }

    /// Reads a name.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        [Self::Off, Self::Suggest, Self::Auto]
            .into_iter()
            .find(|p| p.name() == raw)
    }
}

/// Something to do, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// What.
    pub deed: Deed,
    /// Why, in one word.
    pub cause: &'static str,
    /// Why, in a sentence.
    pub reason: String,
}

/// What it remembers between two looks.
#[derive(Debug, Clone)]
pub struct Watchdog {
    policy: Policy,
    bucket: Bucket,
    /// When a worker was given a task by itself last.
    given: HashMap<ConversationId, Timestamp>,
    /// How often a worker was nudged since it last did something, and when last.
    nudged: HashMap<ConversationId, (u32, Timestamp)>,
    /// What was tried and refused, and when it is tried again.
    refused: HashMap<TaskId, Timestamp>,
    /// Workers whose keep-alive was looked for and does not run, and what became of it.
    perished: Perished,
}

/// Workers whose keep-alive was looked for and does not run any more, and what became of it.
pub type Perished = BTreeMap<ConversationId, &'static str>;

/// After a refusal a task is left alone for so long.
const REST: Span = Span::seconds(30);

impl Watchdog {
    /// Nothing was done yet.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            bucket: Bucket::NORMAL,
            given: HashMap::new(),
            nudged: HashMap::new(),
            refused: HashMap::new(),
            perished: Perished::new(),
        }
    }

    /// Takes in what a look for the keep-alives of silent workers found: whose is gone may lose its tasks sooner.
    pub fn probed(&mut self, perished: Perished) {
        self.perished = perished;
    }

    /// What it may do.
    #[must_use]
    pub const fn policy(&self) -> Policy {
        self.policy
    }

    /// What to do now, at most one deed: the next one is decided on what this one changed. O(tasks × workers) at worst, O(tasks) while
    /// nothing is wrong.
    pub fn next(&mut self, snapshot: &Snapshot, now: Timestamp, random: [u64; 2]) -> Option<Move> {
        if self.policy == Policy::Off || !rules::sees(snapshot, now) {
            return None;
        }
        self.refused.retain(|_, until| *until > now);
        self.given.retain(|_, at| now.since(*at) < rules::BETWEEN);
        let resting: HashSet<TaskId> = self.refused.keys().cloned().collect();
        let open = |id: &TaskId| !resting.contains(id);
        if let Some(told) = rules::revoke(snapshot).filter(|m| m.deed.task().is_none_or(open)) {
            return Some(told);
        }
        if self.policy != Policy::Auto {
            return None;
        }
        let quiet = rules::redeliver(snapshot, now, open)
            .or_else(|| rules::give_up(snapshot, (now, &self.perished), open))
            .or_else(|| self.nudge(snapshot, now));
        if quiet.is_some() {
            return quiet;
        }
        let rate = storm(&snapshot.workers).rate(snapshot.workers.len());
        if !self.bucket.has(rate, now) {
            return None;
        }
        let found = rules::hand_on(snapshot, (now, &self.perished), random, &self.given, open)?;
        self.bucket.take(rate, now);
        if let Deed::Reassign { to, .. } = &found.deed {
            self.given.insert(to.clone(), now);
        }
        Some(found)
    }

    /// A deed was refused: its task is left alone for a while.
    pub fn was_refused(&mut self, deed: &Deed, now: Timestamp) {
        if let Some(task) = deed.task() {
            self.refused.insert(task.clone(), now.plus(REST));
        }
    }

    /// When time alone makes something to do: it looks again then.
    #[must_use]
    pub fn due(&self, snapshot: &Snapshot, now: Timestamp) -> Option<Timestamp> {
        if self.policy != Policy::Auto {
            return None;
        }
        let refused = self.refused.values().copied().min();
        let rules = rules::due(snapshot, now, &self.perished);
        rules
            .into_iter()
            .chain(refused)
            .filter(|at| *at > now)
            .min()
    }

    /// A worker that beats and does not move is asked twice; any activity of its own ends the count.
    fn nudge(&mut self, snapshot: &Snapshot, now: Timestamp) -> Option<Move> {
        let stalled = |id: &ConversationId| {
            snapshot
                .workers
                .iter()
                .any(|w| w.conversation == *id && rules::stalled(w))
        };
        self.nudged.retain(|id, _| stalled(id));
        for worker in snapshot.workers.iter().filter(|w| rules::stalled(w)) {
            let (n, last) = self
                .nudged
                .get(&worker.conversation)
                .copied()
                .unwrap_or((0, Timestamp(i64::MIN)));
            if n >= 2 || now.since(last) < rules::SECOND_NUDGE {
                continue;
            }
            self.nudged
                .insert(worker.conversation.clone(), (n + 1, now));
            return Some(Move {
                deed: Deed::Nudge {
                    to: worker.conversation.clone(),
                    n: n + 1,
                },
                cause: "stalled",
                reason: worker.verdict.reason.clone(),
            });
        }
        None
    }
}
