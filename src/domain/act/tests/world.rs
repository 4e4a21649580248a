//! One task, two workers, two operators: what can happen next, by the real ledger and the real guard.

use super::scene::{NOW, Scene, order};
use crate::domain::{
    ConversationId, Cursor, MessageId, MessageRow, Side, Snapshot, Stamp, Task, TaskId, TaskState,
    WorkerId,
    act::{Check, Deed, Party, Write, propose},
    ledger::{Incoming, Ledger},
    message,
};
use std::sync::Arc;

/// The guards that a variant can do without.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    /// Holds a write against what came since.
    pub(super) check: fn(&Write) -> Check,
    /// How a completion of worker `w` under generation `g` reaches the ledger.
    pub(super) token: fn(usize, u32, &Task) -> (usize, u32),
    /// What was fetched and never answered is written again.
    pub(super) redelivery: bool,
    /// Actions of each operator, crashes of a writer, crashes of a worker.
    pub(super) budget: [u8; 4],
}

pub(super) const FULL: Rules = Rules {
    check: Write::check,
    token: |w, g, _| (w, g),
    redelivery: true,
    budget: [2, 2, 1, 1],
};

/// An operator who looked, and what could be done then.
#[derive(Clone)]
pub(super) struct Look {
    task: Arc<Task>,
    writes: Arc<Vec<Write>>,
}

#[derive(Clone)]
pub(super) struct World {
    pub(super) ledger: Ledger,
    rows: Vec<Arc<MessageRow>>,
    /// Rows of an assignment that wait for a worker, with their generations.
    unread: [Vec<(MessageId, u32)>; 2],
    /// The generation that a worker works on.
    hold: [Option<u32>; 2],
    looks: [Option<Look>; 2],
    /// An action that was written by somebody who did not hear of it.
    unsure: Option<(usize, Write)>,
    budget: [u8; 4],
    pub(super) accepted: u8,
}

/// Everything that the future depends on.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Mark {
    task: Told,
    unread: [Vec<u32>; 2],
    hold: [Option<u32>; 2],
    looks: [Option<(Told, bool)>; 2],
    unsure: Option<usize>,
    budget: [u8; 4],
    accepted: u8,
}

type Told = (
    TaskState,
    u32,
    Option<ConversationId>,
    u32,
    Vec<ConversationId>,
    bool,
);

fn told(task: &Task) -> Told {
    let owner = task.owner().map(|h| h.conversation.clone());
    let holders = task.holders.iter().map(|h| h.conversation.clone());
    let late = task.late.iter().any(|l| l.status == "completed");
    (
        task.state,
        task.generation,
        owner,
        task.attempts,
        holders.collect(),
        late,
    )
}

/// A step: by whom, to where, and the law that it breaks.
pub(super) struct Next {
    pub(super) operator: bool,
    pub(super) world: World,
    pub(super) breaks: Option<&'static str>,
}

impl Next {
    fn of(operator: bool, world: World, breaks: Option<&'static str>) -> Self {
        Self {
            operator,
            world,
            breaks,
        }
    }
}

fn name(w: usize) -> ConversationId {
    if w == 0 { "c1".into() } else { "c2".into() }
}

pub(super) struct Place {
    base: Snapshot,
    rules: Rules,
}

impl Place {
    pub(super) fn new(rules: Rules) -> Self {
        let base = Scene::of(&["worker-1", "worker-2"]).snapshot();
        Self { base, rules }
    }

    /// The task was written to worker 0.
    pub(super) fn start(&self) -> World {
        let mut world = World {
            ledger: Ledger::default(),
            rows: Vec::new(),
            unread: Default::default(),
            hold: [None; 2],
            looks: [None, None],
            unsure: None,
            budget: self.rules.budget,
            accepted: 0,
        };
        let task = super::scene::new_task("t");
        let deed = Deed::Assign { task, to: name(0) };
        let write = self.propose(&world, "first", deed).unwrap();
        world.insert(&write);
        world
    }

    fn propose(&self, world: &World, op: &str, deed: Deed) -> Option<Write> {
        let snapshot = Snapshot {
            tasks: world.ledger.listing(),
            cursor: Cursor {
                message: world.ledger.last().0,
                ..Cursor::default()
            },
            ..self.base.clone()
        };
        Some(propose(&snapshot, &order(op, deed), NOW).ok()?.write)
    }

    /// Everything that an operator who looks now could do.
    fn look(&self, world: &World, operator: usize) -> Look {
        let op = format!("op-{operator}-{}", world.budget[operator]);
        let task = world.task();
        let reassign = |w| Deed::Reassign {
            task: "t".into(),
            to: name(w),
        };
        let mut deeds = vec![reassign(0), reassign(1), Deed::Fence { task: "t".into() }];
        if task.attempts >= Task::MAX_ATTEMPTS {
            deeds.push(Deed::Dead { task: "t".into() });
        }
        if let Some(late) = task.late.iter().find(|l| l.status == "completed") {
            deeds.push(Deed::Adopt {
                task: "t".into(),
                late: late.message,
            });
        }
        let writes = deeds
            .into_iter()
            .filter_map(|d| self.propose(world, &op, d));
        Look {
            task,
            writes: Arc::new(writes.collect()),
        }
    }

    pub(super) fn nexts(&self, world: &World) -> Vec<Next> {
        let mut all = Vec::new();
        for o in 0..2 {
            self.operator(world, o, &mut all);
        }
        if let Some((o, write)) = &world.unsure {
            let mut next = world.clone();
            next.unsure = None;
            let written = next.commit(write.clone(), self.rules);
            let breaks = written.then_some("L9 the same action twice");
            all.push(Next::of(*o < 2, next, breaks));
        }
        for w in 0..2 {
            self.worker(world, w, &mut all);
        }
        self.redeliver(world, &mut all);
        all
    }

    fn operator(&self, world: &World, o: usize, all: &mut Vec<Next>) {
        let open = world.task().state.is_open();
        let Some(look) = &world.looks[o] else {
            if open && world.budget[o] > 0 {
                let mut next = world.clone();
                next.looks[o] = Some(self.look(world, o));
                all.push(Next::of(true, next, None));
            }
            return;
        };
        let stale = look.task.generation != world.task().generation;
        for write in look.writes.iter() {
            let mut next = world.clone();
            next.looks[o] = None;
            next.budget[o] -= 1;
            let written = next.commit(write.clone(), self.rules);
            let breaks = (written && stale).then_some("L7 a generation that nobody saw");
            if written && world.budget[2] > 0 && world.unsure.is_none() {
                let mut crashed = next.clone();
                crashed.budget[2] -= 1;
                crashed.unsure = Some((o, write.clone()));
                all.push(Next::of(true, crashed, breaks));
            }
            all.push(Next::of(true, next, breaks));
        }
    }

    fn worker(&self, world: &World, w: usize, all: &mut Vec<Next>) {
        if !world.unread[w].is_empty() {
            let mut next = world.clone();
            let fetched = std::mem::take(&mut next.unread[w]);
            for (id, _) in &fetched {
                next.ledger.delivered(*id);
            }
            if world.budget[3] > 0 {
                let mut crashed = next.clone();
                crashed.budget[3] -= 1;
                all.push(Next::of(false, crashed, None));
            }
            next.hold[w] = fetched.iter().map(|(_, g)| *g).max().max(next.hold[w]);
            all.push(Next::of(false, next, None));
        }
        let Some(g) = world.hold[w] else { return };
        for tagged in [true, false] {
            let mut next = world.clone();
            next.hold[w] = None;
            let before = world.task();
            let (as_w, as_g) = (self.rules.token)(w, g, &before);
            let text = if tagged {
                format!("done [#t/g{as_g}]")
            } else {
                r#"{"type":"status_update","task_id":"t","status":"completed"}"#.to_owned()
            };
            next.row(&name(as_w), Side::B, &text, "complete", None);
            let done = next.task().state == TaskState::Done && before.state != TaskState::Done;
            let owner = before.owner().map(|h| h.conversation.clone());
            next.accepted += u8::from(done);
            let current = owner == Some(name(w)) && g == before.generation;
            let breaks = (done && !current).then_some("L2 not by its owner");
            all.push(Next::of(false, next, breaks));
        }
    }

    fn redeliver(&self, world: &World, all: &mut Vec<Next>) {
        let task = world.task();
        let Some(owner) = task.owner().filter(|_| self.rules.redelivery) else {
            return;
        };
        let w = usize::from(owner.conversation == name(1));
        let waits = world.unread[w].iter().any(|(_, g)| *g == task.generation);
        if waits || world.hold[w] == Some(task.generation) {
            return;
        }
        let op = format!("again-{}", world.ledger.last());
        let deed = Deed::Redeliver { task: "t".into() };
        if let Some(write) = self.propose(world, &op, deed) {
            let mut next = world.clone();
            assert!(next.commit(write, self.rules));
            all.push(Next::of(false, next, None));
        }
    }
}

impl World {
    pub(super) fn task(&self) -> Arc<Task> {
        Arc::clone(self.ledger.task(&TaskId::from("t")).unwrap())
    }

    pub(super) fn mark(&self) -> Mark {
        let task = self.task();
        let look = |look: &Look| {
            (
                told(&look.task),
                look.task.last_message == task.last_message,
            )
        };
        let generations = |w: usize| {
            let mut all: Vec<u32> = self.unread[w].iter().map(|(_, g)| *g).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        Mark {
            unread: [generations(0), generations(1)],
            hold: self.hold,
            looks: [
                self.looks[0].as_ref().map(look),
                self.looks[1].as_ref().map(look),
            ],
            unsure: self.unsure.as_ref().map(|(o, _)| *o),
            budget: self.budget,
            accepted: self.accepted,
            task: told(&task),
        }
    }

    /// As a store does it: folds what came since, asks the guard, writes all or nothing.
    fn commit(&mut self, mut write: Write, rules: Rules) -> bool {
        let since = |row: &&Arc<MessageRow>| row.id.0 > write.basis.cursor.message;
        let new: Vec<MessageRow> = self
            .rows
            .iter()
            .filter(since)
            .map(|r| (**r).clone())
            .collect();
        write.fold(&new);
        let clear = (rules.check)(&write) == Check::Clear;
        if clear {
            self.insert(&write);
        }
        clear
    }

    fn insert(&mut self, write: &Write) {
        for row in &write.rows {
            let side = match row.from {
                Party::A => Side::A,
                Party::B => Side::B,
                Party::Operator | Party::Watchdog => Side::Other,
            };
            let mark = Some(row.mark.clone());
            let id = self.row(&row.conversation, side, &row.text, row.action, mark);
            let assigns = message::read(&row.text, None).kind == crate::domain::Kind::Assign;
            if let (true, Some(g)) = (assigns, row.mark.generation) {
                let w = usize::from(row.conversation == name(1));
                self.unread[w].push((id, g));
            }
        }
    }

    fn row(
        &mut self,
        to: &ConversationId,
        from: Side,
        text: &str,
        action: &'static str,
        mark: Option<crate::domain::Mark>,
    ) -> MessageId {
        let id = MessageId(self.ledger.last().0 + 1);
        let row = MessageRow {
            id,
            conversation: to.clone(),
            from,
            to: if from == Side::A {
                Side::B
            } else {
                Side::Other
            },
            text: text.into(),
            action: Some(action.into()),
            mark: mark.map(Arc::new),
            at: Stamp::At(NOW),
            read: false,
        };
        self.ledger.apply(&Incoming {
            id,
            conversation: to,
            worker: &WorkerId::from("w"),
            from,
            at: None,
            read: false,
            content: &message::read(text, Some(action)),
            mark: row.mark.as_deref(),
        });
        self.rows.push(Arc::new(row));
        id
    }
}
