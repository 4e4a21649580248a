//! What moves, when, and to whom.

use super::*;

#[test]
fn the_task_of_a_lost_worker_moves_once_and_the_worker_is_told_when_it_returns() {
    let mut w = World::of(4, Policy::Auto);
    w.works(0, "t", "");
    w.alive.remove(&0);
    w.pass(320);
    assert_eq!(w.state(0), State::Silent);
    assert!(
        w.times("reassign").is_empty(),
        "before its act limit: {:?}",
        w.done
    );
    w.pass(60);
    assert_eq!(w.times("reassign").len(), 1, "{:?}", w.done);
    let task = w.task("t");
    assert_eq!((task.generation, task.state), (2, TaskState::Sent));
    assert_eq!(
        task.priority,
        Some(0),
        "raised, because it comes from a lost worker"
    );
    assert_ne!(w.owner("t"), Some(id(0)));
    assert_eq!(
        w.told(0, "task_revoked"),
        0,
        "nothing is written to the dead"
    );
    w.pass(600);
    assert_eq!(w.times("reassign").len(), 1, "{:?}", w.done);

    // It comes back, finishes what it no longer owns, and is told so, once.
    w.alive.insert(0);
    w.report(0, "t", 1, "completed");
    w.pass(120);
    assert_eq!(w.told(0, "task_revoked"), 1);
    let task = w.task("t");
    assert!(task.state.is_open());
    assert_eq!(task.late.len(), 1);

    // Its result can be adopted; the new owner is told to stop.
    let late = task.late[0].message;
    let owner = (0..4).find(|n| Some(id(*n)) == w.owner("t")).unwrap();
    w.operator(Deed::Adopt {
        task: "t".into(),
        late,
    });
    assert!(done(&w.task("t")));
    assert_eq!(w.told(owner, "task_revoked"), 1);
    w.report(owner, "t", 2, "completed");
    let task = w.task("t");
    assert_eq!(
        (task.adopted, task.generation),
        (Some(late), 3),
        "L1: one accepted completion"
    );
}

#[test]
fn under_suggest_only_what_follows_from_an_operator_is_done() {
    let mut w = World::of(3, Policy::Suggest);
    w.works(0, "t", "");
    w.alive.remove(&0);
    w.pass(900);
    assert_eq!(w.done, []);
    w.operator(Deed::Reassign {
        task: "t".into(),
        to: id(1),
    });
    w.pass(120);
    assert_eq!(w.done, []);
    w.alive.insert(0);
    w.pass(90);
    assert_eq!(w.done.iter().map(|d| d.1).collect::<Vec<_>>(), ["revoke"]);
}

#[test]
fn off_does_nothing() {
    let mut w = World::of(3, Policy::Off);
    w.works(0, "t", "");
    w.alive.remove(&0);
    w.pass(1_200);
    assert_eq!(w.done, []);
}

/// H9: at most one move in ten seconds.
#[test]
fn moves_are_paced() {
    let mut w = World::of(12, Policy::Auto);
    for n in 0..4 {
        w.works(n, &format!("t{n}"), "");
        w.alive.remove(&n);
    }
    for _ in 0..30 {
        w.pass(30);
        for n in 0..4 {
            let task = format!("t{n}");
            if w.task(&task).state == TaskState::Sent {
                w.accepts(&task);
            }
        }
    }
    let times = w.times("reassign");
    assert_eq!(times.len(), 4, "{:?}", w.done);
    assert!(times.windows(2).all(|p| p[1] - p[0] >= 10), "{times:?}");
    let owners: BTreeSet<_> = (0..4).filter_map(|n| w.owner(&format!("t{n}"))).collect();
    assert_eq!(owners.len(), 4, "spread, not heaped on one");
}

/// Of twelve, three at most wait for somebody to accept them; what is not fetched within a quarter of an hour moves on.
#[test]
fn few_are_in_flight_and_none_for_ever() {
    let mut w = World::of(12, Policy::Auto);
    for n in 0..4 {
        w.works(n, &format!("t{n}"), "");
        w.alive.remove(&n);
    }
    w.pass(900);
    let waits = |w: &mut World, n: usize| w.task(&format!("t{n}")).state == TaskState::Sent;
    assert_eq!(
        (0..4).filter(|n| waits(&mut w, *n)).count(),
        2,
        "{:?}",
        w.done
    );
    w.pass(3_600);
    let dead = (0..4)
        .filter(|n| w.task(&format!("t{n}")).state == TaskState::Dead)
        .count();
    assert_eq!(dead, 4, "nobody ever took one up: {:?}", w.done);
}

#[test]
fn trap_storm_moves_nothing() {
    for lost in [7, 10] {
        let mut w = World::of(10, Policy::Auto);
        for n in 0..lost {
            w.works(n, &format!("t{n}"), "");
            w.alive.remove(&n);
        }
        w.pass(1_200);
        assert!(w.times("reassign").is_empty(), "{lost} lost: {:?}", w.done);
    }
}

#[test]
fn what_was_delivered_and_never_accepted_is_delivered_again_then_moved() {
    let mut w = World::of(3, Policy::Auto);
    w.give(0, "t", "");
    w.store.fetch(&id(0), Side::B, w.now);
    w.pass(290);
    assert_eq!(w.done, []);
    w.pass(20);
    assert_eq!(w.times("redeliver").len(), 1, "{:?}", w.done);
    for _ in 0..4 {
        w.store.fetch(&id(0), Side::B, w.now);
        w.pass(300);
    }
    assert_eq!(w.times("redeliver").len(), 2, "{:?}", w.done);
    assert_eq!(w.times("reassign").len(), 1, "{:?}", w.done);
    assert_eq!(w.task("t").generation, 2);
}

#[test]
fn what_failed_is_tried_again_by_others_and_given_up_after_three() {
    let mut w = World::of(5, Policy::Auto);
    w.works(0, "t", "");
    w.report(0, "t", 1, "failed");
    w.pass(40);
    assert_eq!(w.done, [], "not before its back-off");
    w.pass(40);
    for generation in [2, 3] {
        let owner = (0..5).find(|n| Some(id(*n)) == w.owner("t")).unwrap();
        assert_ne!(owner, 0);
        w.report(owner, "t", generation, "failed");
        w.pass(400);
    }
    assert_eq!(w.task("t").state, TaskState::Dead, "{:?}", w.done);
    assert_eq!(w.times("reassign").len(), 2);
    w.operator(Deed::Requeue { task: "t".into() });
    w.pass(120);
    assert!(w.owner("t").is_some(), "requeued, it goes on: {:?}", w.done);
}

#[test]
fn when_a_conversation_ends_its_open_tasks_go_on_elsewhere() {
    let mut w = World::of(2, Policy::Auto);
    w.works(0, "t", "");
    w.pass(10_500);
    w.store.conversation("conv_9", "worker-9-tests", w.now);
    w.alive.insert(9);
    w.pass(400);
    assert_eq!(w.state(0), State::Expired);
    assert_eq!(w.owner("t"), Some(id(9)), "{:?}", w.done);
}
