//! A task that goes over with its worker to the worker's next conversation.

use super::scene::{NOW, Scene, denied, order, reassign};
use crate::domain::{
    Task, TaskState,
    act::{Check, Order, Proposal, propose},
    ledger::ROTATION,
};

/// `t` is with `c1`; `c2` is the same worker's next conversation, `c3` somebody else's.
fn twins() -> Scene {
    let mut s = Scene::of(&["worker-1-tests", "worker-1-tests", "worker-3-api"]);
    s.assign("c1", "t");
    s
}

fn rotate(s: &mut Scene, op: &str, to: &str) -> Result<Proposal, crate::domain::Refusal> {
    let order = Order {
        cause: ROTATION,
        ..order(op, reassign("t", to))
    };
    propose(&s.snapshot(), &order, NOW)
}

#[test]
fn rotations_use_up_no_attempt() {
    let mut s = twins();
    for n in 2..=7 {
        let to = if n % 2 == 0 { "c2" } else { "c1" };
        let p = rotate(&mut s, &format!("op-{n}"), to).unwrap();
        assert!(p.effects[0].contains("attempt 1 of 3"), "{:?}", p.effects);
        assert_eq!(s.commit(p.write), Check::Clear);
        let t = s.task("t");
        assert_eq!((t.generation, t.attempts, t.state), (n, 1, TaskState::Sent));
        assert_eq!(t.owner().unwrap().conversation.raw(), to);
    }
}

#[test]
fn a_task_without_attempts_left_goes_over_with_its_worker_and_to_nobody_else() {
    let mut s = twins();
    s.act("op-1", reassign("t", "c3"));
    s.act("op-2", reassign("t", "c1"));
    assert_eq!(s.task("t").attempts, Task::MAX_ATTEMPTS);
    assert!(denied(rotate(&mut s, "op-3", "c3")).contains("another worker"));
    let p = rotate(&mut s, "op-3", "c2").unwrap();
    assert_eq!(s.commit(p.write), Check::Clear);
    assert_eq!(s.task("t").attempts, Task::MAX_ATTEMPTS);
    assert!(denied(s.propose(reassign("t", "c3"))).contains("used its 3 attempts"));
}
