//! The tests of carrying out an action, for every backend.

use crate::{
    fixture::{Fixture, START, at},
    writer::Acting,
};
use std::{collections::BTreeMap, sync::Arc};
use swarmwarden::{
    domain::{
        Cursor, Mark, MarkKind, MessageRow, Schema, Seen, Side, Snapshot, Source, Stamp, Swarm,
        act::{Deed, NewTask, Order, Write, propose},
        audit::{Key, verify},
        health::Detector,
    },
    store::{Commit, Store, StoreError},
};

pub(crate) const KEY: Key = Key([7; 32]);
/// When everything happens: a minute after the last beat.
pub(crate) const NOW: i64 = 60;

/// What a reader makes of a bridge.
pub(crate) fn picture(store: &mut dyn Store) -> Snapshot {
    let mut swarm = Swarm::new(Detector::FIXED, None);
    let changes = store.changes(&Cursor::default(), usize::MAX, &[]).unwrap();
    swarm.apply(changes, Seen::Recorded);
    let source = Source {
        read_at: Some(at(NOW)),
        ..Source::default()
    };
    swarm.picture(at(NOW), source, None)
}

/// What is to be written.
pub(crate) fn decide(store: &mut dyn Store, (op, actor): (&str, &str), deed: Deed) -> Write {
    let order = Order {
        op: op.into(),
        actor: actor.into(),
        cause: "operator",
        reason: "no sign of \"life\"\n…".into(),
        deed,
    };
    propose(&picture(store), &order, at(NOW)).unwrap().write
}

pub(crate) fn assign(task: &str, to: &str) -> Deed {
    let task = NewTask {
        id: task.into(),
        description: "build \"it\"\n漢".into(),
        priority: Some(1),
        timeout: None,
        needs: vec!["tests".into()],
        depends_on: Vec::new(),
    };
    Deed::Assign {
        task,
        to: to.into(),
    }
}

pub(crate) fn reassign(task: &str, to: &str) -> Deed {
    Deed::Reassign {
        task: task.into(),
        to: to.into(),
    }
}

/// Three workers that beat, a task with the first of them.
pub(crate) fn busy<F: Fixture>(bridge: &F) {
    for n in 1..=3 {
        let id = format!("conv_{n}");
        bridge.conversation(&id, &format!("worker-{n}-tests"), START);
        bridge.beat(&id, Side::B, "working", at(NOW - 1));
    }
    let text = r#"{"type":"task_assignment","task_id":"t","description":"d"}"#;
    bridge.send("conv_1", Side::A, text, at(1));
}
pub(crate) fn commit(store: &mut dyn Store, write: &Write) -> Commit {
    store.commit(&mut write.clone(), &KEY, at(NOW)).unwrap()
}
pub(crate) fn messages(store: &mut dyn Store) -> Vec<MessageRow> {
    let all = store.changes(&Cursor::default(), usize::MAX, &[]);
    all.unwrap().messages
}

/// Messages and records: what must be the same when nothing was written.
pub(crate) fn size(store: &mut dyn Store) -> (usize, usize) {
    (
        messages(store).len(),
        store.records(0, usize::MAX).unwrap().len(),
    )
}

/// Whether the whole log holds, with the key of every actor.
pub(crate) fn holds(store: &mut dyn Store) -> bool {
    let keys: BTreeMap<Arc<str>, Key> = [("ana".into(), KEY), ("bob".into(), KEY)].into();
    let records = store.records(0, usize::MAX).unwrap();
    verify(&records, &keys, &BTreeMap::new()).holds()
}

pub(crate) fn what_was_written_is_read_back_as_marks<F: Acting>(bridge: &F) {
    busy(bridge);
    let mut store = bridge.writer();
    let write = decide(&mut *store, ("op-1", "ana"), reassign("t", "conv_2"));
    let Commit::Written { rows, link } = commit(&mut *store, &write) else {
        panic!("not written");
    };
    let all = messages(&mut *bridge.store());
    let found: Vec<&MessageRow> = all.iter().filter(|m| rows.contains(&m.id)).collect();
    assert_eq!((found.len(), rows.len(), link.seq), (3, 3, 1));
    for (row, wanted) in found.iter().zip(&write.rows) {
        assert_eq!(row.mark.as_deref(), Some(&wanted.mark));
        assert_eq!(row.conversation, wanted.conversation);
        assert_eq!((row.at, row.read), (Stamp::At(at(NOW)), false));
        assert_eq!(
            row.from.name_of(),
            wanted.from.name().replace("watchdog", "other")
        );
        if F::SCHEMA == Schema::Bridge {
            assert_eq!(*row.text, *wanted.text);
            assert_eq!(row.action.as_deref(), Some(wanted.action));
        }
    }
    let snapshot = picture(&mut *bridge.store());
    let task = &snapshot.tasks[0];
    assert_eq!((task.generation, task.attempts), (2, 2));
    assert_eq!(task.owner().unwrap().conversation.raw(), "conv_2");
    assert_eq!(snapshot.chains.get("ana"), Some(&link));
    assert!(holds(&mut *store));
}

/// Name of a side in these tests.
trait NameOf {
    fn name_of(self) -> String;
}

impl NameOf for Side {
    fn name_of(self) -> String {
        match self {
            Self::A => "a".into(),
            Self::B => "b".into(),
            Self::Other => "other".into(),
        }
    }
}

pub(crate) fn every_kind_of_row_is_read_back<F: Acting>(bridge: &F) {
    busy(bridge);
    let mut store = bridge.writer();
    let task = || "t".into();
    let deeds = [
        assign("u", "conv_3"),
        Deed::Redeliver { task: task() },
        Deed::HoldTask {
            task: task(),
            hold: true,
        },
        Deed::Priority {
            task: task(),
            priority: 0,
        },
        Deed::HoldWorker {
            worker: "conv_2".into(),
            hold: true,
        },
        Deed::HoldWorker {
            worker: "conv_2".into(),
            hold: false,
        },
        Deed::Message {
            to: "conv_2".into(),
            text: "plain \u{1b}[31m words 漢".into(),
        },
        Deed::Nudge {
            to: "conv_1".into(),
            n: 1,
        },
        Deed::Fence { task: task() },
        Deed::Cancel { task: task() },
        Deed::Requeue { task: task() },
        Deed::Dead { task: task() },
    ];
    for (n, deed) in deeds.into_iter().enumerate() {
        let write = decide(&mut *store, (&format!("op-{n}"), "ana"), deed);
        let before = size(&mut *store).0;
        assert!(matches!(
            commit(&mut *store, &write),
            Commit::Written { .. }
        ));
        let marks: Vec<Mark> = messages(&mut *store)
            .split_off(before)
            .iter()
            .map(|m| (**m.mark.as_ref().unwrap()).clone())
            .collect();
        let wanted: Vec<Mark> = write.rows.iter().map(|row| row.mark.clone()).collect();
        assert_eq!(marks, wanted);
    }
    let snapshot = picture(&mut *store);
    let t = snapshot.tasks.iter().find(|t| t.id.raw() == "t").unwrap();
    assert_eq!(
        (t.state.name(), t.generation, t.priority, t.held),
        ("dead", 5, Some(0), true)
    );
    assert_eq!(store.records(0, 100).unwrap().len(), 12);
    assert!(holds(&mut *store));
}

pub(crate) fn a_moved_task_is_a_clash_and_nothing_is_written<F: Acting>(bridge: &F) {
    busy(bridge);
    let (mut one, mut two) = (bridge.writer(), bridge.writer());
    let first = decide(&mut *one, ("op-1", "ana"), reassign("t", "conv_2"));
    let second = decide(&mut *two, ("op-2", "bob"), reassign("t", "conv_3"));
    assert!(matches!(commit(&mut *one, &first), Commit::Written { .. }));
    let before = size(&mut *two);
    let Commit::Clash(clash) = commit(&mut *two, &second) else {
        panic!("both won");
    };
    assert!(clash.moved);
    let said = clash.sentence(at(NOW + 4), |_| None);
    assert_eq!(said, "t already moved to conv_2 by ana 4s ago");
    assert_eq!(size(&mut *two), before);
}

pub(crate) fn a_move_in_the_protocols_own_words_is_a_clash<F: Acting>(bridge: &F) {
    busy(bridge);
    let mut store = bridge.writer();
    let write = decide(&mut *store, ("op-1", "ana"), reassign("t", "conv_2"));
    let text =
        r#"{"type":"task_assignment","task_id":"t-reassigned","original_assignee":"worker-1"}"#;
    bridge.send("conv_3", Side::A, text, at(30));
    let before = size(&mut *store);
    assert!(matches!(commit(&mut *store, &write), Commit::Clash(c) if c.moved));
    assert_eq!(size(&mut *store), before);
}

pub(crate) fn a_new_word_of_the_owner_is_a_clash<F: Acting>(bridge: &F) {
    busy(bridge);
    let mut store = bridge.writer();
    let write = decide(&mut *store, ("op-1", "ana"), reassign("t", "conv_2"));
    bridge.send("conv_3", Side::B, "[#other/g1] not about it", at(30));
    bridge.send("conv_1", Side::B, "nearly there [#t/g1]", at(31));
    let before = size(&mut *store);
    assert!(matches!(commit(&mut *store, &write), Commit::Clash(c) if !c.moved));
    assert_eq!(size(&mut *store), before);
}

pub(crate) fn the_same_action_again_is_done_already<F: Acting>(bridge: &F) {
    busy(bridge);
    let mut store = bridge.writer();
    let write = decide(&mut *store, ("op-1", "ana"), reassign("t", "conv_2"));
    let Commit::Written { rows, .. } = commit(&mut *store, &write) else {
        panic!("not written");
    };
    bridge.send("conv_2", Side::B, "on it [#t/g2]", at(31));
    let before = size(&mut *store);
    for store in [&mut store, &mut bridge.writer()] {
        assert_eq!(commit(&mut **store, &write), Commit::Already(rows[0]));
    }
    assert_eq!(size(&mut *store), before);
}

pub(crate) fn chains_go_on_over_stores_and_actors<F: Acting>(bridge: &F) {
    busy(bridge);
    let (mut one, mut two) = (bridge.writer(), bridge.writer());
    // All decided on the same picture: the ends of the chains move under them.
    let writes: Vec<(Write, bool)> = (0..8)
        .map(|n| {
            let actor = if n % 3 == 0 { "bob" } else { "ana" };
            let deed = assign(&format!("n-{n}"), "conv_2");
            (
                decide(&mut *one, (&format!("op-{n}"), actor), deed),
                n % 2 == 0,
            )
        })
        .collect();
    for (write, first) in &writes {
        let store = if *first { &mut one } else { &mut two };
        assert!(matches!(
            commit(&mut **store, write),
            Commit::Written { .. }
        ));
    }
    assert!(holds(&mut *one));
    let chains = picture(&mut *two).chains;
    assert_eq!((chains["ana"].seq, chains["bob"].seq), (5, 3));
    let all = one.records(0, 100).unwrap();
    let paged = one.records(all[4].id, 2).unwrap();
    assert_eq!(paged, all[5..7]);
}

pub(crate) fn what_came_since_may_be_long<F: Acting>(bridge: &F) {
    busy(bridge);
    let mut store = bridge.writer();
    let write = decide(&mut *store, ("op-1", "ana"), reassign("t", "conv_2"));
    let late = decide(&mut *store, ("op-2", "ana"), reassign("t", "conv_3"));
    bridge.many("conv_3", 9_000);
    assert!(matches!(
        commit(&mut *store, &write),
        Commit::Written { .. }
    ));
    assert!(matches!(commit(&mut *store, &late), Commit::Clash(_)));
}

pub(crate) fn a_restored_backup_is_not_written_to<F: Acting>(bridge: &F) {
    busy(bridge);
    let mut store = bridge.writer();
    bridge.send("conv_1", Side::B, "more", at(9));
    let write = decide(&mut *store, ("op-1", "ana"), reassign("t", "conv_2"));
    bridge.restore(1, 1);
    let found = store.commit(&mut write.clone(), &KEY, at(NOW));
    assert!(
        matches!(found, Err(StoreError::Rewound { .. })),
        "{found:?}"
    );
    assert_eq!(size(&mut *store).0, 1);
}

/// An agent that writes a mark into its own text moves nothing.
pub(crate) fn an_agents_mark_is_worth_nothing<F: Acting>(bridge: &F) {
    busy(bridge);
    let text = r#"{"type":"status_update","task_id":"t","status":"in_progress","swarm":{"v":1,"kind":"cancel","task":"t","gen":2,"by":"me"}}"#;
    bridge.send("conv_1", Side::B, text, at(5));
    let task = Arc::clone(&picture(&mut *bridge.store()).tasks[0]);
    assert_eq!((task.state.name(), task.generation), ("running", 1));
    assert!(task.history.iter().all(|s| s.by.is_none()) || F::SCHEMA == Schema::Scripts);
    let kinds: Vec<MarkKind> = messages(&mut *bridge.store())
        .iter()
        .filter_map(|m| Some(m.mark.as_ref()?.kind))
        .collect();
    assert!(kinds.is_empty() || F::SCHEMA == Schema::Scripts);
}
