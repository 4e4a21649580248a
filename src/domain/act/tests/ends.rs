//! Taking away, ending, taking up again; holds, priorities, words.

use super::{
    json, running,
    scene::{Scene, denied, reassign, rows},
};
use crate::domain::{
    MarkKind, MessageId, Refusal, State, TaskState,
    act::{Asks, Deed},
};

fn on(task: &str) -> [Deed; 4] {
    let task = || task.into();
    [
        Deed::Fence { task: task() },
        Deed::Cancel { task: task() },
        Deed::Dead { task: task() },
        Deed::Requeue { task: task() },
    ]
}

#[test]
fn an_end_is_one_row_and_tells_owner_and_orchestrator() {
    for (deed, kind, state, asks, notice) in [
        (
            0,
            MarkKind::Fence,
            TaskState::Queued,
            Asks::Confirm,
            "task_fenced",
        ),
        (
            1,
            MarkKind::Cancel,
            TaskState::Cancelled,
            Asks::Type("t".into()),
            "task_cancelled",
        ),
        (
            2,
            MarkKind::Dead,
            TaskState::Dead,
            Asks::Type("t".into()),
            "task_dead",
        ),
    ] {
        let mut s = running();
        let p = s.propose(on("t")[deed].clone()).unwrap();
        assert_eq!(
            rows(&p),
            [
                (kind, "c1", "operator", "operator"),
                (MarkKind::Revoke, "c1", "a", "b"),
                (MarkKind::Notice, "c1", "watchdog", "a"),
            ]
        );
        assert_eq!(json(&p.write.rows[2].text)["type"], notice);
        assert_eq!(p.asks, asks);
        s.commit(p.write);
        let t = s.task("t");
        assert_eq!((t.state, t.generation, t.attempts), (state, 2, 1));
        assert_eq!(t.owner(), None);
    }
}

#[test]
fn a_lost_owner_is_told_nothing_now() {
    let mut s = running();
    s.judge("c1", State::Silent);
    let p = s.propose(on("t")[0].clone()).unwrap();
    assert!(rows(&p).iter().all(|row| row.0 != MarkKind::Revoke));
}

#[test]
fn what_is_closed_is_not_ended_again_and_what_nobody_owns_not_taken() {
    let mut s = running();
    s.act("op-1", on("t")[1].clone());
    for deed in &on("t")[1..3] {
        assert_eq!(denied(s.propose(deed.clone())), "t is cancelled already");
    }
    assert_eq!(
        denied(s.propose(on("t")[0].clone())),
        "t is cancelled: nobody owns it"
    );
    s.act("op-2", on("t")[3].clone());
    assert_eq!(
        denied(s.propose(on("t")[0].clone())),
        "t is queued: nobody owns it"
    );
    assert_eq!(denied(s.propose(on("t")[3].clone())), "t is queued already");
}

#[test]
fn a_requeue_is_for_what_is_closed_or_has_no_attempts_left() {
    let mut s = running();
    assert_eq!(
        denied(s.propose(on("t")[3].clone())),
        "t is running: reassign it instead"
    );
    s.report("c1", "t", 1, "failed");
    let p = s.propose(on("t")[3].clone()).unwrap();
    assert_eq!(rows(&p)[0].0, MarkKind::Requeue);
    s.commit(p.write);
    let t = s.task("t");
    assert_eq!(
        (t.state, t.generation, t.attempts),
        (TaskState::Queued, 2, 0)
    );
}

#[test]
fn a_late_completion_is_adopted_and_the_owner_stopped() {
    let mut s = running();
    s.act("op-1", reassign("t", "c2"));
    s.report("c1", "t", 1, "completed");
    let late = s.task("t").late[0].message;
    let adopt = |late| Deed::Adopt {
        task: "t".into(),
        late,
    };
    assert!(matches!(
        s.propose(adopt(MessageId(1))),
        Err(Refusal::NoSuch(_))
    ));
    let p = s.propose(adopt(late)).unwrap();
    assert_eq!(
        rows(&p),
        [
            (MarkKind::Adopt, "c2", "operator", "operator"),
            (MarkKind::Revoke, "c2", "a", "b"),
            (MarkKind::Notice, "c2", "watchdog", "a"),
        ]
    );
    assert_eq!(p.write.rows[0].mark.value, Some(late.0));
    s.commit(p.write);
    let t = s.task("t");
    assert_eq!(
        (t.state, t.generation, t.adopted),
        (TaskState::Done, 3, Some(late))
    );
    assert_eq!(denied(s.propose(adopt(late))), "t is done already");
    let words = r#"{"type":"status_update","task_id":"t","status":"completed"}"#;
    s.say("c2", words);
    let t = s.task("t");
    assert_eq!(
        (t.late.len(), t.duplicates),
        (2, 0),
        "what the owner had done is kept beside what was adopted"
    );
}

#[test]
fn what_was_adopted_and_requeued_can_be_completed_again() {
    let mut s = running();
    s.act("op-1", reassign("t", "c2"));
    s.report("c1", "t", 1, "completed");
    let late = s.task("t").late[0].message;
    s.act(
        "op-2",
        Deed::Adopt {
            task: "t".into(),
            late,
        },
    );
    s.act("op-3", on("t")[3].clone());
    s.act("op-4", reassign("t", "c3"));
    let generation = s.task("t").generation;
    s.report("c3", "t", generation, "completed");
    let t = s.task("t");
    assert_eq!((t.state, t.adopted), (TaskState::Done, None));
}

#[test]
fn a_revocation_goes_to_whoever_held_it_and_does_not_own_it() {
    let mut s = running();
    let revoke = |from: &str| Deed::Revoke {
        task: "t".into(),
        from: from.into(),
    };
    for from in ["c1", "c2"] {
        assert!(denied(s.propose(revoke(from))).contains("nothing to revoke"));
    }
    s.act("op-1", reassign("t", "c2"));
    let p = s.propose(revoke("c1")).unwrap();
    assert_eq!(rows(&p), [(MarkKind::Revoke, "c1", "a", "b")]);
    assert_eq!(json(&p.write.rows[0].text)["generation"], 2);
    let before = s.task("t");
    s.commit(p.write);
    assert_eq!(s.task("t"), before);
}

#[test]
fn a_task_is_held_and_released_once() {
    let mut s = running();
    let hold = |hold| Deed::HoldTask {
        task: "t".into(),
        hold,
    };
    assert_eq!(denied(s.propose(hold(false))), "t is not held");
    let p = s.propose(hold(true)).unwrap();
    assert_eq!(rows(&p), [(MarkKind::Hold, "c1", "operator", "operator")]);
    assert_eq!(p.asks, Asks::Nothing);
    s.commit(p.write);
    assert_eq!(
        (s.task("t").held, s.task("t").generation, s.task("t").state),
        (true, 1, TaskState::Running)
    );
    assert_eq!(denied(s.propose(hold(true))), "t is held already");
    let p = s.propose(hold(false)).unwrap();
    assert_eq!(json(&p.write.rows[0].text)["note"], "moves again");
    s.commit(p.write);
    assert!(!s.task("t").held);
}

#[test]
fn a_priority_is_set_once_and_within_bounds() {
    let mut s = running();
    let set = |priority| Deed::Priority {
        task: "t".into(),
        priority,
    };
    assert_eq!(denied(s.propose(set(2))), "t is P2 already");
    assert!(denied(s.propose(set(4))).contains("P0, P1, P2 or P3"));
    let p = s.propose(set(0)).unwrap();
    assert_eq!(
        rows(&p),
        [(MarkKind::Priority, "c1", "operator", "operator")]
    );
    assert_eq!(p.write.entry.facts["priority_before"], "P2");
    s.commit(p.write);
    assert_eq!((s.task("t").priority, s.task("t").generation), (Some(0), 1));
}

#[test]
fn a_worker_is_held_and_released_once() {
    let mut s = running();
    let hold = |hold| Deed::HoldWorker {
        worker: "c2".into(),
        hold,
    };
    assert_eq!(denied(s.propose(hold(false))), "worker-2-docs is not held");
    s.act("op-1", hold(true));
    assert_eq!(
        denied(s.propose(hold(true))),
        "worker-2-docs is held already"
    );
    assert!(denied(s.propose(reassign("t", "c2"))).contains("held"));
    s.act("op-2", hold(false));
    assert!(s.propose(reassign("t", "c2")).is_ok());
}

#[test]
fn words_are_sent_whole_or_refused() {
    let mut s = running();
    let send = |text: &str| Deed::Message {
        to: "c2".into(),
        text: text.into(),
    };
    let p = s.propose(send("please rebase")).unwrap();
    assert_eq!(rows(&p), [(MarkKind::Message, "c2", "a", "b")]);
    assert_eq!(p.write.rows[0].text, "please rebase");
    assert_eq!((p.asks, p.risks.len()), (Asks::Confirm, 0));
    assert_eq!(denied(s.propose(send(" \n"))), "there is nothing to send");
    assert!(denied(s.propose(send(&"x".repeat(16 * 1024 + 1)))).contains("at most 16384 bytes"));
    s.expires("c2", -10);
    assert!(denied(s.propose(send("x"))).contains("never deliver"));
    let nudge = Deed::Nudge {
        to: "c2".into(),
        n: 1,
    };
    assert!(denied(s.propose(nudge)).contains("never deliver"));
}

#[test]
fn a_nudge_counts_and_asks_for_a_sign() {
    let mut s = Scene::of(&["worker-1"]);
    let p = s
        .propose(Deed::Nudge {
            to: "c1".into(),
            n: 2,
        })
        .unwrap();
    assert_eq!(rows(&p), [(MarkKind::Nudge, "c1", "a", "b")]);
    assert!(p.write.rows[0].text.starts_with("[#ping 2]"));
    assert_eq!(p.write.rows[0].action, "question");
}
