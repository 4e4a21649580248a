//! Every deed: what is written, who is told, what is refused and why.

mod ends;
mod guards;
mod model;
mod rotation;
pub(crate) mod scene;
mod world;

use super::{Asks, Deed, op_id};
use crate::domain::{MarkKind, Refusal, Snapshot, State, TaskState};
use scene::{Scene, denied, new_task, order, reassign, rows};
use serde_json::Value;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// `t` is with `c1`, accepted; `c2` and `c3` are free.
fn running() -> Scene {
    let mut s = Scene::of(&["worker-1-tests", "worker-2-docs", "worker-3-api"]);
    s.assign("c1", "t");
    s.fetched();
    s.report("c1", "t", 1, "in_progress");
    s
}

#[test]
fn an_operation_is_named_by_128_bits() {
    assert_eq!(
        &*op_id([1, u64::MAX]),
        "op-0000000000000001ffffffffffffffff"
    );
}

#[test]
fn nothing_is_proposed_before_the_history_is_counted() {
    let found = super::propose(
        &Snapshot::default(),
        &order("op", reassign("t", "c1")),
        scene::NOW,
    );
    assert!(matches!(found, Err(Refusal::Unavailable(_))), "{found:?}");
}

#[test]
fn assign_writes_one_row_under_generation_one() {
    let mut s = running();
    let mut task = new_task("new");
    task.needs = vec!["docs".into()];
    task.depends_on = vec!["t".into()];
    let p = s
        .propose(Deed::Assign {
            task,
            to: "c2".into(),
        })
        .unwrap();
    assert_eq!(rows(&p), [(MarkKind::Assign, "c2", "a", "b")]);
    assert_eq!(
        json(&p.write.rows[0].text),
        serde_json::json!({"type": "task_assignment", "task_id": "new", "generation": 1, "description": "build new",
            "priority": "P1", "timeout": 600, "needs": ["docs"], "depends_on": ["t"],
            "reply_with": "[#new/g1] in the text, or JSON with task_id and generation"})
    );
    let mark = &p.write.rows[0].mark;
    assert_eq!(
        (mark.generation, mark.op.as_deref(), &*mark.by),
        (Some(1), Some("op-1"), "ana@host")
    );
    assert_eq!((p.asks, p.risks.len()), (Asks::Confirm, 0));
    assert_eq!(
        (p.write.entry.action, &*p.write.entry.op),
        ("assign", "op-1")
    );
    assert_eq!(p.write.entry.facts["after"]["owner"], "worker-2-docs");
    s.commit(p.write);
    let t = s.task("new");
    assert_eq!((t.state, t.generation, t.attempts), (TaskState::Sent, 1, 1));
    assert_eq!(t.needs, ["docs"]);
}

#[test]
fn assign_is_refused_for_no_name_a_known_name_and_whoever_is_lost() {
    let mut s = running();
    s.judge("c2", State::Silent);
    let to = |task: &str, to: &str| Deed::Assign {
        task: new_task(task),
        to: to.into(),
    };
    assert_eq!(denied(s.propose(to("  ", "c3"))), "a task needs a name");
    assert_eq!(
        denied(s.propose(to("t", "c3"))),
        "t exists already: running under generation 1"
    );
    assert_eq!(denied(s.propose(to("x", "c2"))), "worker-2-docs is silent");
    assert!(matches!(s.propose(to("x", "c9")), Err(Refusal::NoSuch(_))));
    s.act(
        "h",
        Deed::HoldWorker {
            worker: "c3".into(),
            hold: true,
        },
    );
    assert_eq!(denied(s.propose(to("x", "c3"))), "worker-3-api is held");
    for task in ["a", "b"] {
        s.assign("c1", task);
    }
    let p = s.propose(to("x", "c1")).unwrap();
    assert_eq!(p.risks, ["worker-1-tests holds 3 open tasks already"]);
}

#[test]
fn reassign_from_a_live_owner_asks_to_type_its_name_and_tells_it_to_stop() {
    let mut s = running();
    let p = s.propose(reassign("t", "c2")).unwrap();
    assert_eq!(p.asks, Asks::Type("worker-1-tests".into()));
    assert_eq!(
        rows(&p),
        [
            (MarkKind::Assign, "c2", "a", "b"),
            (MarkKind::Notice, "c1", "watchdog", "a"),
            (MarkKind::Revoke, "c1", "a", "b"),
        ]
    );
    let text = json(&p.write.rows[0].text);
    assert_eq!(
        (
            &text["generation"],
            &text["priority"],
            &text["original_assignee"]
        ),
        (&2.into(), &"P2".into(), &"worker-1-tests".into())
    );
    assert_eq!(json(&p.write.rows[1].text)["type"], "task_reassigned");
    assert_eq!(json(&p.write.rows[2].text)["type"], "task_revoked");
    assert!(p.risks[0].contains("may go on working"), "{:?}", p.risks);
    assert!(p.effects[0].contains("generation 2, attempt 2 of 3"));
    assert!(p.undo.contains("until worker-2-docs accepts it"));
    let facts = &p.write.entry.facts;
    assert_eq!(
        (&facts["from"], &facts["to"], &facts["before"]["owner"]),
        (
            &"worker-1-tests".into(),
            &"worker-2-docs".into(),
            &"worker-1-tests".into()
        )
    );
    assert_eq!(facts["evidence"]["state"], "healthy");
    s.commit(p.write);
    let t = s.task("t");
    assert_eq!((t.generation, t.attempts), (2, 2));
    assert_eq!(t.owner().unwrap().conversation.raw(), "c2");
}

#[test]
fn reassign_from_a_lost_owner_asks_little_and_is_urgent() {
    let mut s = running();
    s.judge("c1", State::Silent);
    let p = s.propose(reassign("t", "c2")).unwrap();
    assert_eq!(p.asks, Asks::Confirm);
    assert_eq!(json(&p.write.rows[0].text)["priority"], "P0");
    assert!(rows(&p).iter().all(|r| r.0 != MarkKind::Revoke));
    assert!(
        p.effects
            .contains(&"worker-1-tests is told to stop at its next sign of life".to_owned())
    );
    s.commit(p.write);
    assert_eq!(s.task("t").priority, Some(0));
}

#[test]
fn the_orchestrator_hears_of_it_in_a_conversation_that_is_not_over() {
    let mut s = running();
    s.expires("c1", -10);
    let p = s.propose(reassign("t", "c2")).unwrap();
    assert_eq!(rows(&p)[1], (MarkKind::Notice, "c2", "watchdog", "a"));
}

#[test]
fn reassign_is_refused_with_the_rule_that_forbids_it() {
    let mut s = running();
    assert_eq!(
        denied(s.propose(reassign("t", "c1"))),
        "worker-1-tests holds t already"
    );
    s.judge("c3", State::Silent);
    assert_eq!(
        denied(s.propose(reassign("t", "c3"))),
        "worker-3-api cannot take it: silent"
    );
    assert!(matches!(
        s.propose(reassign("ghost", "c2")),
        Err(Refusal::NoSuch(_))
    ));
    assert!(matches!(
        s.propose(reassign("t", "c9")),
        Err(Refusal::NoSuch(_))
    ));
    s.report("c1", "t", 1, "completed");
    assert_eq!(denied(s.propose(reassign("t", "c2"))), "t is done");
    s.assign("c1", "u");
    s.act("op-c", Deed::Cancel { task: "u".into() });
    assert_eq!(
        denied(s.propose(reassign("u", "c2"))),
        "u is cancelled: requeue it first"
    );
}

#[test]
fn whoever_held_it_before_may_be_named_by_the_operator() {
    let mut s = running();
    s.act("op-1", reassign("t", "c2"));
    let p = s.propose(reassign("t", "c1")).unwrap();
    assert_eq!(rows(&p)[0], (MarkKind::Assign, "c1", "a", "b"));
}

#[test]
fn three_attempts_are_the_limit_until_it_is_requeued() {
    let mut s = running();
    s.act("op-1", reassign("t", "c2"));
    s.act("op-2", reassign("t", "c3"));
    assert_eq!(s.task("t").attempts, 3);
    assert_eq!(
        denied(s.propose(reassign("t", "c1"))),
        "t has used its 3 attempts: requeue it to give it as many again, or cancel it"
    );
    s.act("op-3", Deed::Requeue { task: "t".into() });
    assert_eq!(
        (s.task("t").state, s.task("t").attempts),
        (TaskState::Queued, 0)
    );
    s.act("op-4", reassign("t", "c1"));
    assert_eq!(s.task("t").attempts, 1);
}

fn undo(op: &str) -> Deed {
    Deed::Undo {
        task: "t".into(),
        op: op.into(),
    }
}

#[test]
fn an_undo_gives_it_back_until_it_is_accepted() {
    let mut s = running();
    s.act("op-1", reassign("t", "c2"));
    assert!(denied(s.propose(undo("op-other"))).contains("moved on since"));
    let p = s.propose(undo("op-1")).unwrap();
    assert_eq!(
        rows(&p),
        [
            (MarkKind::Assign, "c1", "a", "b"),
            (MarkKind::Notice, "c2", "watchdog", "a"),
            (MarkKind::Revoke, "c2", "a", "b"),
        ]
    );
    assert!(
        p.effects[0].contains("generation 3, attempt 1 of 3"),
        "{:?}",
        p.effects
    );
    s.fetched();
    assert_eq!(s.task("t").state, TaskState::Delivered);
    let late = s.propose(undo("op-1")).unwrap();
    s.report("c2", "t", 2, "in_progress");
    assert_eq!(
        denied(s.propose(undo("op-1"))),
        "worker-2-docs accepted t; reassign it instead"
    );
    assert!(matches!(s.commit(late.write), super::Check::Clash(_)));
}

#[test]
fn what_was_undone_was_no_attempt() {
    let mut s = running();
    s.act("op-1", reassign("t", "c2"));
    s.act("op-2", reassign("t", "c3"));
    s.act("op-3", undo("op-2"));
    let t = s.task("t");
    assert_eq!((t.generation, t.attempts), (4, 2));
    assert_eq!(t.owner().unwrap().conversation.raw(), "c2");
    s.act("op-4", reassign("t", "c3"));
    assert_eq!(s.task("t").attempts, 3);
}

#[test]
fn an_undo_needs_somebody_who_held_it_and_can_be_reached() {
    let mut s = running();
    s.act(
        "op-1",
        Deed::Assign {
            task: new_task("x"),
            to: "c2".into(),
        },
    );
    let first = Deed::Undo {
        task: "x".into(),
        op: "op-1".into(),
    };
    assert_eq!(
        denied(s.propose(first)),
        "nobody held x before; cancel it instead"
    );
    s.act("op-2", reassign("t", "c3"));
    s.expires("c1", -10);
    assert!(denied(s.propose(undo("op-2"))).contains("worker-1-tests is expired"));
}

#[test]
fn redelivery_writes_the_same_generation_while_nobody_accepted() {
    let mut s = Scene::of(&["worker-1", "worker-2"]);
    s.assign("c1", "t");
    let p = s.propose(Deed::Redeliver { task: "t".into() }).unwrap();
    assert_eq!(rows(&p), [(MarkKind::Redeliver, "c1", "a", "b")]);
    let text = json(&p.write.rows[0].text);
    assert_eq!(
        (&text["generation"], &text["delivery"]),
        (&1.into(), &"2 of 3, ignore if already started".into())
    );
    s.commit(p.write);
    let t = s.task("t");
    assert_eq!((t.generation, t.redeliveries, t.attempts), (1, 1, 1));
    s.fetched();
    s.report("c1", "t", 1, "in_progress");
    assert_eq!(
        denied(s.propose(Deed::Redeliver { task: "t".into() })),
        "t is running; nothing waits for delivery"
    );
}
