//! The watchdog over a bridge in memory, second by second: what it does, how often, and what it leaves alone.

use crate::{
    domain::{
        ConversationId, Deal, MessageId, Mode, Seen, Side, Snapshot, Source, Span, State, Swarm,
        Task, TaskState, Timestamp,
        act::{Deed, Order, op_id, propose},
        audit::Key,
        health::{Detector, Tick},
        watchdog::{Policy, Watchdog},
    },
    store::{Commit, MemoryStore, Store},
};
use std::{collections::BTreeSet, sync::Arc};

mod moves;
mod quiet;

const START: Timestamp = Timestamp(1_763_050_080_000_000);

/// Workers, the bridge that they talk through, and a watchdog that looks at it.
struct World {
    store: MemoryStore,
    swarm: Swarm,
    watchdog: Watchdog,
    now: Timestamp,
    /// Who beats.
    alive: BTreeSet<usize>,
    /// Every deed that was done by itself, with its time and cause.
    done: Vec<(i64, &'static str, &'static str)>,
    /// The bridge cannot be read.
    away: bool,
    ops: u64,
}

fn id(n: usize) -> ConversationId {
    format!("conv_{n}").as_str().into()
}

impl World {
    fn of(workers: usize, policy: Policy) -> Self {
        let store = MemoryStore::default();
        for n in 0..workers {
            store.conversation(id(n).raw(), &format!("worker-{n}-tests"), START);
        }
        let mut world = Self {
            store,
            swarm: Swarm::new(Detector::FIXED, None),
            watchdog: Watchdog::new(policy),
            now: START,
            alive: (0..workers).collect(),
            done: Vec::new(),
            away: false,
            ops: 0,
        };
        world.swarm.familiar();
        world.pass(5);
        world
    }

    fn give(&mut self, n: usize, task: &str, more: &str) {
        let text =
            format!(r#"{{"type":"task_assignment","task_id":"{task}","description":"d"{more}}}"#);
        self.store.send(&id(n), Side::A, &text, self.now);
        self.pass(1);
    }

    fn says(&mut self, n: usize, text: &str) {
        self.store.fetch(&id(n), Side::B, self.now);
        self.store.send(&id(n), Side::B, text, self.now);
        self.pass(1);
    }

    /// Gives a task and has it accepted.
    fn works(&mut self, n: usize, task: &str, more: &str) {
        self.give(n, task, more);
        self.says(n, &format!("on it [#{task}/g1]"));
    }

    fn report(&mut self, n: usize, task: &str, generation: u32, status: &str) {
        self.says(n, &format!(
            r#"{{"type":"status_update","task_id":"{task}","status":"{status}","generation":{generation}}}"#
        ));
    }

    /// Whoever was given something new takes it up.
    fn accepts(&mut self, task: &str) {
        let (owner, generation) = (self.owner(task), self.task(task).generation);
        if let Some(n) = (0..100).find(|n| Some(id(*n)) == owner) {
            self.says(n, &format!("on it [#{task}/g{generation}]"));
        }
    }

    fn picture(&mut self) -> Snapshot {
        let source = Source {
            read_at: Some(self.now),
            mode: Mode::Live,
            error: self.away.then(|| "away".into()),
            ..Source::default()
        };
        self.swarm.picture(self.now, source, None)
    }

    fn read(&mut self) {
        let changes = self
            .store
            .changes(&self.swarm.cursor(), 4_096, &self.swarm.unread());
        self.swarm.apply(changes.unwrap(), Seen::Live(self.now));
    }

    /// So many seconds pass; whoever is alive beats every 30 s, and the watchdog looks every second.
    fn pass(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.now = self.now.plus(Span::seconds(1));
            let second = self.now.since(START).as_seconds();
            for n in &self.alive {
                if (second + i64::try_from(*n).unwrap() * 7) % 30 == 0 {
                    self.store.beat(&id(*n), Side::B, "active", self.now);
                }
            }
            self.swarm.tick(Tick {
                at: self.now,
                steady: Span(self.now.0 - START.0),
                step: Span(0),
                trouble: self.away,
            });
            if self.away {
                self.swarm.unreadable(self.now);
            } else {
                self.swarm.readable(self.now);
                self.read();
            }
            self.look();
        }
    }

    fn look(&mut self) {
        for _ in 0..8 {
            let picture = self.picture();
            let random = [self.ops, self.ops ^ 0x55];
            let Some(next) = self.watchdog.next(&picture, self.now, random) else {
                return;
            };
            let what = next.deed.name();
            if self.act(&picture, next.deed.clone(), next.cause) {
                self.done
                    .push((self.now.since(START).as_seconds(), what, next.cause));
            } else {
                self.watchdog.was_refused(&next.deed, self.now);
            }
        }
        panic!("it does not come to rest: {:?}", self.done);
    }

    /// Carries out a deed; `false` when it was refused.
    fn act(&mut self, picture: &Snapshot, deed: Deed, cause: &'static str) -> bool {
        self.ops += 1;
        let order = Order {
            op: op_id([self.ops, 0]),
            actor: "watchdog".into(),
            cause,
            reason: String::new(),
            deed,
        };
        let Ok(proposal) = propose(picture, &order, self.now) else {
            return false;
        };
        let mut deal = Deal {
            headline: proposal.headline,
            write: proposal.write,
        };
        let commit = self
            .store
            .commit(&mut deal.write, &Key([1; 32]), self.now)
            .unwrap();
        self.read();
        matches!(commit, Commit::Written { .. })
    }

    fn operator(&mut self, deed: Deed) {
        let picture = self.picture();
        assert!(self.act(&picture, deed, "operator"));
        self.pass(1);
    }

    fn task(&mut self, name: &str) -> Arc<Task> {
        let picture = self.picture();
        picture
            .tasks
            .iter()
            .find(|t| t.id.raw() == name)
            .cloned()
            .unwrap()
    }

    fn owner(&mut self, name: &str) -> Option<ConversationId> {
        self.task(name).owner().map(|h| h.conversation.clone())
    }

    fn state(&mut self, n: usize) -> State {
        let picture = self.picture();
        let found = picture.workers.iter().find(|w| w.conversation == id(n));
        found.map(|w| w.verdict.state).unwrap()
    }

    /// Times of deeds of a name.
    fn times(&self, name: &str) -> Vec<i64> {
        self.done
            .iter()
            .filter(|d| d.1 == name)
            .map(|d| d.0)
            .collect()
    }

    /// Messages to a worker whose text holds `words`.
    fn told(&mut self, n: usize, words: &str) -> usize {
        let all = self.store.page(MessageId(i64::MAX), 10_000).unwrap();
        let mine = all
            .iter()
            .filter(|m| m.conversation == id(n) && m.to == Side::B);
        mine.filter(|m| m.text.contains(words)).count()
    }
}

fn done(task: &Task) -> bool {
    task.state == TaskState::Done
}
