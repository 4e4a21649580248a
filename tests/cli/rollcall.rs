//! `rollcall`: real rows, answered by whoever plays the workers.

use super::{
    alive::scene::{Scene, until},
    run,
};
use rusqlite::Connection;
use serde_json::Value;
use std::thread;

/// Answers the roll call for these workers: by the protocol's acknowledgment, or by words with the tag.
fn play(scene: &Scene, answers: &'static [(u32, bool)]) -> thread::JoinHandle<()> {
    let path = scene.db();
    thread::spawn(move || {
        let db = Connection::open(path).unwrap();
        db.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        for (worker, tag) in answers {
            let sql = format!(
                "SELECT message FROM messages WHERE conversation_id = 'conv_{worker}' AND to_session = 'b'"
            );
            let asked = until("the question", || {
                db.query_row(&sql, [], |r| r.get::<_, String>(0)).ok()
            });
            let asked: Value = serde_json::from_str(&asked).unwrap();
            assert_eq!(asked["type"], "test_task");
            let id = asked["test_id"].as_str().unwrap();
            let answer = if *tag {
                format!("[#{id}] here, at work")
            } else {
                format!(r#"{{"type": "acknowledgment", "test_id": "{id}", "worker_id": {worker}}}"#)
            };
            let sql = "INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp) VALUES (?, 'b', 'a', ?, '2025-11-13T16:00:00')";
            db.execute(sql, [format!("conv_{worker}"), answer]).unwrap();
        }
    })
}

#[test]
fn who_answers_is_counted_and_who_does_not_is_named() {
    let scene = Scene::bridge(3);
    let workers = play(&scene, &[(1, false), (2, true), (3, false)]);
    let (code, out, err) = run(&mut scene.warden(&["rollcall", "--yes", "--timeout", "30s"]));
    workers.join().unwrap();
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.ends_with("3/3\n") && out.contains("worker-2"), "{out}");
    let logged = scene.one("SELECT count(*) || '' FROM audit_log WHERE action = 'swarm_message'");
    assert_eq!(logged.unwrap(), "3");
    assert_eq!(run(&mut scene.warden(&["audit", "verify"])).0, 0);
    // It is no work, and neither are the answers.
    let (_, status, _) = run(&mut scene.warden(&["status", "-o", "json"]));
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["summary"]["tasks"]["total"], 0, "{status:#}");
    scene.sql("DELETE FROM messages");
    let workers = play(&scene, &[(2, false)]);
    let (code, out, _) =
        run(&mut scene.warden(&["rollcall", "--yes", "--timeout", "2s", "-o", "json"]));
    workers.join().unwrap();
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &told["answered"], &told["asked"]),
        (1, &1.into(), &3.into()),
        "{out}"
    );
    let silent = told["workers"].as_array().unwrap().iter();
    let silent: Vec<_> = silent
        .filter(|w| w["answered_after_s"].is_null())
        .map(|w| w["worker"].as_str().unwrap())
        .collect();
    assert_eq!(silent, ["worker-1", "worker-3"]);
}

#[test]
fn nobody_in_time_is_124_and_nothing_is_written_unasked() {
    let scene = Scene::bridge(2);
    let rows = || scene.one("SELECT count(*) || '' FROM messages").unwrap();
    assert_eq!(run(&mut scene.warden(&["rollcall"])).0, 64);
    assert_eq!(
        run(&mut scene.warden(&["rollcall", "--yes", "--read-only"])).0,
        77
    );
    let (code, out, _) = run(&mut scene.warden(&["rollcall", "--dry-run"]));
    assert!(code == 0 && out.contains("to worker-1, worker-2"), "{out}");
    assert_eq!(rows(), "0");
    let (code, out, _) = run(&mut scene.warden(&["rollcall", "--yes", "--timeout", "1s"]));
    assert_eq!(code, 124, "{out}");
    assert!(out.contains("worker-1") && out.ends_with("0/2\n"), "{out}");
    scene.sql("UPDATE conversations SET expires_at = '2025-11-13T16:00:00'");
    let (code, _, err) = run(&mut scene.warden(&["rollcall", "--yes"]));
    assert_eq!(code, 65, "{err}");
}
