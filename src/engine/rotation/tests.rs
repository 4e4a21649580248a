//! One worker from its first conversation to its next, over real repositories and a bridge in memory.

mod hold;
mod issue;
mod revoked;

use super::{forward::undelivered, *};
use crate::{
    credentials::{
        Delivery, Home,
        tests::{NOW, World},
    },
    domain::{Side, audit::Key, credential::Format, health::Detector},
    engine::{
        Issuer, Opening, View,
        job::{Handover, Sync, Syncing},
        look,
    },
    store::{MemoryStore, Store, StoreError},
};
use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

fn at(minutes: i64) -> Timestamp {
    NOW.plus(Span::seconds(minutes * 60))
}

struct Swarm {
    world: World,
    store: MemoryStore,
    issuer: Issuer,
    syncing: Syncing,
}

impl Swarm {
    /// Worker 3 has joined and is accepted.
    fn new() -> Self {
        let world = World::new();
        world.joins(3);
        world.accepts(3);
        let store = MemoryStore::default();
        let issuer = Issuer {
            home: world.home(0),
            shelf: world.shelf(0),
            format: Format::Age,
            orchestrator: "s2-orchestrator".into(),
            actor: "ana".into(),
            key: Key([7; 32]),
            books: None,
        };
        let opened = store.clone();
        let syncing = Syncing {
            syncer: world.syncer(3),
            stop: AtomicBool::new(false).into(),
            every: Duration::from_secs(60),
            open: Some(Arc::new(move || Ok(Box::new(opened.clone())))),
            strict: true,
            handover: Handover::default(),
            seed: 1,
        };
        Self {
            world,
            store,
            issuer,
            syncing,
        }
    }

    fn open(&self, renew: bool, minutes: i64) -> Opening {
        let mut store = self.store.clone();
        let role = (3, "worker-3-tests");
        self.issuer
            .open(&mut store, role, (renew, "test"), at(minutes))
            .unwrap()
    }

    fn opened(&self, minutes: i64) -> ConversationId {
        let Opening::New(issued) = self.open(false, minutes) else {
            panic!("not new")
        };
        self.issuer.send(at(minutes)).unwrap();
        issued.id()
    }

    fn picture(&self, minutes: i64) -> Snapshot {
        see(&mut self.store.clone(), minutes).unwrap()
    }

    fn plan(&self, minutes: i64) -> Vec<Step> {
        let roster = self.issuer.home.roster().unwrap();
        plan(
            &roster,
            &self.picture(minutes),
            Rotate::BeforeExpiry,
            at(minutes),
        )
    }

    fn carry_out(&self, steps: &[Step], minutes: i64) -> Vec<String> {
        let mut store = self.store.clone();
        let look = |store: &mut dyn Store| see(store, minutes);
        self.issuer
            .carry_out(&mut store, steps, look, at(minutes))
            .unwrap()
            .lines()
    }

    /// The orchestrator reads what it was sent.
    fn reads(&self, id: &ConversationId, minutes: i64) {
        self.store.fetch(id, Side::A, at(minutes));
    }

    fn expiry(&self, id: &ConversationId) -> Option<Timestamp> {
        let rows = self.store.clone().newest(0).unwrap().conversations.unwrap();
        rows.iter().find(|c| c.id == *id)?.expires.at()
    }

    fn syncs(&self, minutes: i64) -> Vec<String> {
        Sync::look(&self.syncing, at(minutes)).unwrap()
    }

    fn give(&self, to: &ConversationId, task: &str, minutes: i64) {
        let text = format!(r#"{{"type":"task_assignment","task_id":"{task}","description":"d"}}"#);
        self.store.send(to, Side::A, &text, at(minutes));
    }

    fn accepts(&self, id: &ConversationId, task: &str, minutes: i64) {
        self.give(id, task, minutes);
        self.store.fetch(id, Side::B, at(minutes));
        let words = format!("on it [#{task}/g1]");
        self.store.send(id, Side::B, &words, at(minutes));
    }

    /// The conversation that was made last.
    fn newest(&self) -> ConversationId {
        self.issuer
            .home
            .roster()
            .unwrap()
            .issued
            .last()
            .unwrap()
            .id()
    }

    fn owner(&self, task: &str, minutes: i64) -> Option<ConversationId> {
        let picture = self.picture(minutes);
        let found = picture.tasks.iter().find(|t| t.id.raw() == task).unwrap();
        found.owner().map(|h| h.conversation.clone())
    }

    fn unread(&self, id: &ConversationId) -> Vec<String> {
        let rows = undelivered(&mut self.store.clone(), (id, id), at(0))
            .unwrap()
            .rows;
        rows.iter().map(|row| row.text.to_string()).collect()
    }
}

fn see(store: &mut dyn Store, minutes: i64) -> Result<Snapshot, StoreError> {
    let view = View {
        mode: crate::domain::Mode::Live,
        detector: Detector::FIXED,
        habits: Arc::default(),
        floors: Arc::default(),
    };
    look(store, &view, at(minutes), None)
}

/// A worker that accepted a task in its first conversation, and has the second one; a task and a message came just before.
fn underway(swarm: &Swarm) -> (ConversationId, ConversationId) {
    let first = swarm.opened(0);
    assert_eq!(swarm.plan(1), [], "nobody is there yet");
    swarm.syncs(1);
    let steps = swarm.plan(2);
    assert_eq!(steps, [Step::Alive(first.clone())]);
    swarm.carry_out(&steps, 2);
    swarm.accepts(&first, "accepted", 3);
    assert_eq!(swarm.plan(149), []);
    let steps = swarm.plan(150);
    assert!(
        matches!(&steps[..], [Step::Renew { worker: 3, .. }]),
        "{steps:?}"
    );
    let said = swarm.carry_out(&steps, 150);
    assert!(said.last().unwrap().contains("sent"), "{said:?}");
    assert_eq!(swarm.plan(151), [], "the new one waits for its worker");
    // Until the worker has it, work goes on in the old one.
    swarm.give(&first, "late", 151);
    swarm
        .store
        .send(&first, Side::A, "mind the flaky test", at(151));
    swarm.syncs(152);
    (first, swarm.newest())
}

#[test]
fn nothing_in_flight_is_lost_when_a_conversation_is_renewed() {
    let swarm = Swarm::new();
    let (first, second) = underway(&swarm);
    let steps = swarm.plan(153);
    let (from, to, since) = (first.clone(), second.clone(), at(0));
    let forward = Step::Forward {
        from,
        to: to.clone(),
        since,
    };
    let task = "late".into();
    let go = Step::Move {
        task,
        from: first.clone(),
        to,
    };
    assert_eq!(
        steps,
        [Step::Alive(second.clone()), go, forward],
        "what was accepted stays"
    );
    for _ in 0..2 {
        swarm.carry_out(&steps, 153);
    }
    assert_eq!(swarm.owner("late", 153), Some(second.clone()));
    assert_eq!(swarm.owner("accepted", 153), Some(first));
    let carried = swarm.unread(&second);
    for part in ["flaky", r#""task_id":"late""#] {
        let times = carried.iter().filter(|t| t.contains(part)).count();
        assert_eq!(times, 1, "{carried:?}");
    }
}

#[test]
fn an_old_conversation_ends_when_its_last_report_is_there() {
    let swarm = Swarm::new();
    let (first, _) = underway(&swarm);
    swarm.carry_out(&swarm.plan(153), 153);
    let done =
        r#"{"type":"status_update","task_id":"accepted","status":"completed","generation":1}"#;
    swarm.store.send(&first, Side::B, done, at(155));
    swarm.reads(&first, 155);
    let steps = swarm.plan(156);
    let id = first.clone();
    assert_eq!(steps.last(), Some(&Step::Retire { id, over: false }));
    swarm.carry_out(&steps, 156);
    assert_eq!(swarm.plan(157), []);
    assert_eq!(swarm.expiry(&first), Some(at(156)));
    let picture = swarm.picture(157);
    let state = |id: &str| {
        picture
            .tasks
            .iter()
            .find(|t| t.id.raw() == id)
            .map(|t| t.state)
    };
    assert_eq!(
        (state("accepted"), state("late")),
        (Some(TaskState::Done), Some(TaskState::Sent))
    );
}

#[test]
fn work_that_was_accepted_moves_before_its_conversation_expires() {
    let swarm = Swarm::new();
    let first = swarm.opened(0);
    swarm.syncs(1);
    swarm.carry_out(&swarm.plan(2), 2);
    swarm.accepts(&first, "long", 100);
    swarm.carry_out(&swarm.plan(150), 150);
    swarm.syncs(151);
    swarm.carry_out(&swarm.plan(152), 152);
    assert_eq!(swarm.owner("long", 170), Some(first.clone()));
    let second = swarm.newest();
    let said = swarm.carry_out(&swarm.plan(176), 176);
    assert!(said[0].contains("yet: "), "it is silent: {said:?}");
    assert_eq!(
        swarm.issuer.home.roster().unwrap().issued[0].stage,
        Stage::Alive
    );
    swarm.store.beat(&second, Side::B, "working", at(177));
    swarm.store.send(&second, Side::B, "still at it", at(177));
    swarm.reads(&first, 177);
    let said = swarm.carry_out(&swarm.plan(177), 177);
    assert!(said[0].contains("goes on"), "{said:?}");
    assert_eq!(swarm.owner("long", 176), Some(second));
    let roster = swarm.issuer.home.roster().unwrap();
    assert_eq!(roster.issued[0].stage, Stage::Retired);
}

#[test]
fn a_remote_that_is_away_delays_and_loses_nothing() {
    let swarm = Swarm::new();
    let first = swarm.opened(0);
    swarm.syncs(1);
    swarm.carry_out(&swarm.plan(2), 2);
    let (remote, away) = (
        swarm.world.dir.path().join("remote.git"),
        swarm.world.dir.path().join("away"),
    );
    std::fs::rename(&remote, &away).unwrap();
    let mut store = swarm.store.clone();
    let steps = swarm.plan(150);
    let look = |store: &mut dyn Store| see(store, 150);
    let failed = swarm.issuer.carry_out(&mut store, &steps, look, at(150));
    assert!(
        failed
            .unwrap_err()
            .to_string()
            .contains("cannot be reached")
    );
    assert_eq!(swarm.plan(151), [], "no second one is made");
    assert_eq!(swarm.issuer.settle(&mut store).unwrap().len(), 1);
    std::fs::rename(&away, &remote).unwrap();
    swarm.carry_out(&[], 152);
    swarm.syncs(153);
    let steps = swarm.plan(154);
    assert_eq!(
        steps.last(),
        Some(&Step::Retire {
            id: first,
            over: false
        })
    );
}

#[test]
fn homes_of_two_swarms_do_not_meet() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (Home::new(dir.path(), "a"), Home::new(dir.path(), "b"));
    a.make_worker_key(1).unwrap();
    assert!(b.worker_key(1).is_err());
}
