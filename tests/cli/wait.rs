//! `wait`: on a bridge that changes meanwhile, with its exit codes.

use super::alive::{Running, Scene};
use super::{AT, nine, on, run};

const ASSIGN: &str = r#"{"type":"task_assignment","task_id":"T-1","description":"x"}"#;

#[test]
fn it_ends_when_the_condition_holds() {
    let scene = Scene::bridge(1);
    scene.send(1, ASSIGN);
    let mut waits = Running::start(scene.process(&[
        "wait",
        "--until",
        "tasks.done=1 and task:T-1=done",
        "--timeout",
        "30s",
    ]));
    scene.sql(r#"INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp) VALUES
        ('conv_1', 'b', 'a', '{"type":"status_update","task_id":"T-1","status":"completed"}', '2025-11-13T16:01:00')"#);
    assert_eq!(waits.code(), 0, "{}", waits.log());
    waits.says("it holds: tasks.done is 1, task T-1 is done");
}

#[test]
fn the_time_is_up_and_what_can_no_longer_be() {
    let scene = Scene::bridge(1);
    scene.send(1, ASSIGN);
    let until = |expr: &str| run(&mut scene.warden(&["wait", "--timeout", "1s", "--until", expr]));
    let (code, out, _) = until("tasks.done=340");
    assert_eq!(code, 124);
    assert_eq!(
        out,
        "it does not hold, and the time is up: tasks.done is 0\n"
    );
    let (code, out, _) = until("tasks.total<1");
    assert_eq!(
        (code, &*out),
        (1, "it can no longer hold: tasks.total is 1\n")
    );
    let (code, _, err) = until("tasks.dnoe=1");
    assert_eq!(code, 64);
    assert!(err.contains("nothing is called `tasks.dnoe`"), "{err}");
    let (code, _, _) = until("silent=0 or task:T-1=done");
    assert_eq!(code, 0);
}

#[test]
fn the_past_is_not_waited_for() {
    let at = |expr: &str| on(&nine(), &["wait", "--at", AT, "--until", expr]);
    assert_eq!(at("silent=2").0, 0);
    assert_eq!(at("silent=0").0, 1);
}

#[test]
fn it_is_interrupted_and_there_must_be_a_bridge() {
    let scene = Scene::bridge(1);
    let mut waits = Running::start(scene.process(&["wait", "--until", "tasks.done=1"]));
    let (code, _, _) =
        run(&mut scene.warden(&["wait", "--until", "all-done", "--db", "nowhere.db"]));
    assert_eq!(code, 66);
    waits.signal("INT");
    let code = waits.code();
    // Before its handler stands, the signal itself ends it.
    assert!(code == 130 || code == 0, "{code}");
}
