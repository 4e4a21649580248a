//! What is left alone.

use super::*;

#[test]
fn a_stalled_worker_is_asked_twice_and_keeps_its_work() {
    let mut w = World::of(3, Policy::Auto);
    w.works(0, "t", "");
    w.pass(3_000);
    assert_eq!(w.state(0), State::Stalled);
    let nudges = w.times("nudge");
    assert_eq!(nudges.len(), 2, "{:?}", w.done);
    assert!(nudges[1] - nudges[0] >= 120);
    assert!(
        w.times("reassign").is_empty(),
        "a stall never moves work by itself"
    );
    assert_eq!(w.told(0, "[#ping 2]"), 1);

    // Any word of its own ends it, and the next stall is asked about anew.
    w.says(0, "still here [#t/g1]");
    assert_ne!(w.state(0), State::Stalled);
    w.pass(1_200);
    assert_eq!(w.times("nudge").len(), 4, "{:?}", w.done);
}

#[test]
fn a_stalled_worker_whose_declared_deadline_passed_loses_the_task() {
    let mut w = World::of(3, Policy::Auto);
    w.works(0, "t", r#","timeout":1200"#);
    w.pass(1_400);
    assert!(w.times("reassign").is_empty(), "{:?}", w.done);
    w.pass(400);
    assert_eq!(w.times("reassign").len(), 1, "{:?}", w.done);
}

#[test]
fn trap_keep_alive_masks_death_is_a_stall_not_a_move() {
    let mut w = World::of(2, Policy::Auto);
    w.works(0, "t", "");
    w.pass(1_000);
    assert_eq!(w.state(0), State::Stalled);
    assert!(w.times("reassign").is_empty());
}

#[test]
fn what_is_held_does_not_move() {
    let mut w = World::of(4, Policy::Auto);
    w.works(0, "t", "");
    w.works(1, "u", "");
    w.operator(Deed::HoldTask {
        task: "t".into(),
        hold: true,
    });
    w.operator(Deed::HoldWorker {
        worker: id(2),
        hold: true,
    });
    w.alive.remove(&0);
    w.alive.remove(&1);
    w.pass(800);
    assert_eq!(w.owner("t"), Some(id(0)), "a held task stays");
    assert_eq!(
        w.owner("u"),
        Some(id(3)),
        "a held worker gets nothing: {:?}",
        w.done
    );
    w.accepts("u");
    w.operator(Deed::HoldTask {
        task: "t".into(),
        hold: false,
    });
    w.pass(120);
    assert_ne!(w.owner("t"), Some(id(0)));
}

/// H8: an outage of ten minutes brings no verdict and moves nothing.
#[test]
fn trap_locked_or_missing_database_for_ten_minutes_moves_nothing() {
    let mut w = World::of(6, Policy::Auto);
    for n in 0..3 {
        w.works(n, &format!("t{n}"), "");
    }
    w.pass(120);
    w.away = true;
    w.pass(600);
    assert_eq!(w.done, []);
    w.away = false;
    w.pass(120);
    assert_eq!(w.done, []);
    for n in 0..3 {
        assert_eq!(w.owner(&format!("t{n}")), Some(id(n)));
        assert_ne!(w.state(n), State::Silent);
    }
}

#[test]
fn a_finished_or_idle_worker_that_dies_moves_nothing() {
    let mut w = World::of(3, Policy::Auto);
    w.works(0, "t", "");
    w.report(0, "t", 1, "completed");
    w.alive.remove(&0);
    w.pass(1_200);
    assert_eq!(w.done, []);
}

#[test]
fn without_anybody_to_take_it_a_task_stays_where_it_is() {
    let mut w = World::of(3, Policy::Auto);
    for n in 0..3 {
        w.works(n, &format!("t{n}"), r#","needs":["database"]"#);
    }
    w.alive.remove(&0);
    w.pass(900);
    assert!(w.times("reassign").is_empty(), "{:?}", w.done);
    assert_eq!(w.owner("t0"), Some(id(0)));
}
