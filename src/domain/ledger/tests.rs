mod folds;
mod laws;

use super::{Incoming, KEPT_CLOSED, Ledger, Step};
use crate::domain::{ConversationId, MessageId, Side, Task, TaskId, TaskState, WorkerId, message};
use proptest::prelude::*;
use std::sync::Arc;

#[derive(Debug, Default)]
struct Swarm {
    ledger: Ledger,
    next: i64,
}

impl Swarm {
    fn say(
        &mut self,
        conversation: &str,
        from: Side,
        text: &str,
        action: Option<&str>,
    ) -> Option<Step> {
        self.next += 1;
        let content = message::read(text, action);
        self.ledger.apply(&Incoming {
            id: MessageId(self.next),
            conversation: &ConversationId::from(conversation),
            worker: &WorkerId::from(conversation),
            from,
            at: None,
            read: false,
            content: &content,
            mark: None,
        })
    }

    fn assign(&mut self, to: &str, task: &str) {
        self.say(
            to,
            Side::A,
            &format!(r#"{{"type":"task_assignment","task_id":"{task}","description":"d"}}"#),
            None,
        );
    }

    fn report(&mut self, from: &str, task: &str, status: &str) {
        self.say(
            from,
            Side::B,
            &format!(r#"{{"type":"status_update","task_id":"{task}","status":"{status}"}}"#),
            None,
        );
    }

    fn tagged(&mut self, from: &str, task: &str, generation: u32) {
        self.say(
            from,
            Side::B,
            &format!("done [#{task}/g{generation}]"),
            Some("complete"),
        );
    }

    fn task(&self, id: &str) -> Arc<Task> {
        Arc::clone(self.ledger.task(&TaskId::from(id)).unwrap())
    }
}

#[test]
fn a_task_lives_from_sent_to_done() {
    let mut s = Swarm::default();
    s.assign("w1", "t");
    assert_eq!(s.task("t").state, TaskState::Sent);
    s.ledger.delivered(MessageId(1));
    assert_eq!(s.task("t").state, TaskState::Delivered);
    s.say(
        "w1",
        Side::B,
        r#"{"type":"acknowledgment","task_id":"t","worker_id":1}"#,
        None,
    );
    assert_eq!(s.task("t").state, TaskState::Running);
    s.report("w1", "t", "completed");
    let t = s.task("t");
    assert_eq!((t.state, t.generation, t.weak), (TaskState::Done, 1, true));
    assert_eq!(s.ledger.outcomes(&"w1".into()).done, 1);
    assert_eq!(
        (
            s.ledger.counts().total,
            s.ledger.counts().done,
            s.ledger.counts().open()
        ),
        (1, 1, 0)
    );
}

#[test]
fn the_protocols_own_reassignment_folds_into_the_task_that_moved() {
    let mut s = Swarm::default();
    s.assign("w3", "idle");
    s.say(
        "w6",
        Side::A,
        r#"{"type":"task_assignment","task_id":"idle-reassigned","original_assignee":"w3"}"#,
        None,
    );
    s.report("w6", "idle-reassigned", "completed");
    let t = s.task("idle");
    assert_eq!(
        (t.state, t.generation, s.ledger.counts().total),
        (TaskState::Done, 2, 1)
    );
    assert_eq!(t.moved_from().unwrap().conversation, "w3".into());
    assert_eq!(t.holder().unwrap().conversation, "w6".into());
}

#[test]
fn a_moved_task_whose_first_row_was_removed_still_has_two_holders() {
    let mut s = Swarm::default();
    s.say(
        "w6",
        Side::A,
        r#"{"type":"task_assignment","task_id":"x-reassigned","original_assignee":"w3"}"#,
        None,
    );
    let t = s.task("x");
    assert_eq!((t.generation, t.holders.len()), (2, 2));
}

#[test]
fn stale_done_for_a_reused_name_is_refused_and_shown() {
    let mut s = Swarm::default();
    s.assign("w1", "t");
    s.assign("w2", "t");
    s.report("w1", "t", "completed");
    let t = s.task("t");
    assert_eq!(
        (t.state, t.generation, t.late.len()),
        (TaskState::Sent, 2, 1)
    );
    assert_eq!(t.late[0].status, "completed");
    s.tagged("w2", "t", 1);
    assert_eq!(s.task("t").late.len(), 2);
    s.tagged("w2", "t", 2);
    assert_eq!(
        (s.task("t").state, s.task("t").weak),
        (TaskState::Done, false)
    );
}

#[test]
fn a_weak_report_after_coming_back_is_late() {
    let mut s = Swarm::default();
    for worker in ["w1", "w2", "w1"] {
        s.assign(worker, "t");
    }
    s.report("w1", "t", "completed");
    assert_eq!(
        (s.task("t").state, s.task("t").generation),
        (TaskState::Sent, 3)
    );
}

#[test]
fn the_same_assignment_again_is_a_redelivery_and_the_same_report_a_duplicate() {
    let mut s = Swarm::default();
    s.assign("w1", "t");
    s.assign("w1", "t");
    s.report("w1", "t", "completed");
    s.report("w1", "t", "completed");
    let t = s.task("t");
    assert_eq!(
        (t.generation, t.redeliveries, t.duplicates, t.state),
        (1, 1, 1, TaskState::Done)
    );
}

#[test]
fn a_done_task_stays_done_and_a_failed_one_can_be_tried_again() {
    let mut s = Swarm::default();
    s.assign("w1", "a");
    s.report("w1", "a", "completed");
    s.assign("w2", "a");
    assert_eq!(
        (s.task("a").state, s.task("a").generation),
        (TaskState::Done, 1)
    );
    s.assign("w1", "b");
    s.report("w1", "b", "failed");
    s.assign("w1", "b");
    assert_eq!(
        (s.task("b").state, s.task("b").generation),
        (TaskState::Sent, 2)
    );
}

#[test]
fn a_plain_blocker_speaks_of_the_only_open_task() {
    let mut s = Swarm::default();
    s.assign("w7", "smoke");
    s.say("w7", Side::B, "BLOCKED: no VPN", Some("blocked"));
    assert_eq!(s.task("smoke").state, TaskState::Blocked);
    s.assign("w7", "other");
    s.say("w7", Side::B, "all done", Some("complete"));
    assert_eq!(s.ledger.counts().done, 0);
}

#[test]
fn a_report_on_a_task_nobody_assigned_is_counted() {
    let mut s = Swarm::default();
    s.report("w1", "ghost", "completed");
    assert_eq!(
        (s.ledger.unknown_reports(), s.ledger.counts().total),
        (1, 0)
    );
}

#[test]
fn old_closed_tasks_are_remembered_by_name_only() {
    let mut s = Swarm::default();
    for i in 0..KEPT_CLOSED + 5 {
        s.assign("w1", &format!("t{i}"));
        s.report("w1", &format!("t{i}"), "completed");
    }
    assert!(s.ledger.task(&"t0".into()).is_none());
    assert_eq!(s.ledger.listing().len(), KEPT_CLOSED);
    s.assign("w2", "t0");
    assert_eq!(
        usize::try_from(s.ledger.counts().total).unwrap(),
        KEPT_CLOSED + 5
    );
    assert_eq!(s.ledger.counts().open(), 0);
}

#[derive(Debug, Clone)]
enum Op {
    Assign(u8, u8),
    Move(u8, u8),
    Report(u8, u8, &'static str),
    Tagged(u8, u8, u32),
    Deliver(i64),
    Say(u8, &'static str),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let status = prop_oneof![
        Just("in_progress"),
        Just("completed"),
        Just("failed"),
        Just("blocked")
    ];
    let action = prop_oneof![
        Just("complete"),
        Just("blocked"),
        Just("question"),
        Just("info")
    ];
    proptest::collection::vec(
        prop_oneof![
            (0u8..3, 0u8..4).prop_map(|(w, t)| Op::Assign(w, t)),
            (0u8..3, 0u8..4).prop_map(|(w, t)| Op::Move(w, t)),
            (0u8..3, 0u8..4, status).prop_map(|(w, t, s)| Op::Report(w, t, s)),
            (0u8..3, 0u8..4, 0u32..4).prop_map(|(w, t, g)| Op::Tagged(w, t, g)),
            (1i64..40).prop_map(Op::Deliver),
            (0u8..3, action).prop_map(|(w, a)| Op::Say(w, a)),
        ],
        0..60,
    )
}

fn run(ops: &[Op]) -> Swarm {
    let mut s = Swarm::default();
    for op in ops {
        match op {
            Op::Assign(w, t) => s.assign(&format!("w{w}"), &format!("t{t}")),
            Op::Move(w, t) => {
                let text = format!(
                    r#"{{"type":"task_assignment","task_id":"t{t}-reassigned","original_assignee":"w9"}}"#
                );
                s.say(&format!("w{w}"), Side::A, &text, None);
            }
            Op::Report(w, t, status) => s.report(&format!("w{w}"), &format!("t{t}"), status),
            Op::Tagged(w, t, g) => s.tagged(&format!("w{w}"), &format!("t{t}"), *g),
            Op::Deliver(m) => {
                s.ledger.delivered(MessageId(*m));
            }
            Op::Say(w, action) => {
                s.say(&format!("w{w}"), Side::B, "words", Some(action));
            }
        }
    }
    s
}

proptest! {
    #[test]
    fn counts_lists_and_generations_hold(ops in ops()) {
        let mut generations = std::collections::HashMap::new();
        for upto in 0..=ops.len() {
            let s = run(&ops[..upto]);
            let c = s.ledger.counts();
            prop_assert_eq!(c.total, c.open() + c.done + c.failed + c.cancelled);
            prop_assert_eq!(s.ledger.open.values().map(|set| set.len() as u64).sum::<u64>(), c.open());
            for task in s.ledger.listing() {
                let before = generations.insert(task.id.clone(), task.generation);
                prop_assert!(before.is_none_or(|g| task.generation == g || task.generation == g + 1));
                prop_assert_eq!(task.holder().unwrap().generation, task.generation);
            }
        }
    }

    #[test]
    fn folding_again_changes_nothing(ops in ops()) {
        let mut s = run(&ops);
        let before = format!("{:?}", s.ledger.listing());
        s.next = 0;
        for i in 0..s.ledger.last.0 {
            s.assign(&format!("w{}", i % 3), "t1");
        }
        prop_assert_eq!(before, format!("{:?}", s.ledger.listing()));
    }
}

mod floors;
