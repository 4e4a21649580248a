//! Messages as they are committed.

use super::scene::{Running, Scene, until};
use crate::run;
use serde_json::Value;
use std::fs;

fn follow(scene: &Scene, args: &[&str]) -> Running {
    let mut command = scene.process(&["inbox", "--follow", "--credentials"]);
    command.arg(scene.held()).args(args);
    Running::start(command)
}

fn messages(log: &str) -> Vec<(i64, bool)> {
    let lines = log
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).unwrap());
    let messages = lines.filter(|l| l["type"] == "message");
    messages
        .map(|m| {
            (
                m["id"].as_str().unwrap().parse().unwrap(),
                m["duplicate"].as_bool().unwrap(),
            )
        })
        .collect()
}

#[test]
fn every_consumer_gets_every_message_and_none_is_marked() {
    let scene = Scene::bridge(2);
    scene.send(1, "before \x1b[31m");
    let consumers: Vec<_> = (0..5)
        .map(|n| follow(&scene, &["--consumer", &format!("c{n}")]))
        .collect();
    for c in &consumers {
        assert!(c.says("hello").contains("conv_2"));
        assert!(c.says("before").contains("control bytes"));
    }
    scene.send(2, "after");
    scene.sql("INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp) VALUES ('conv_1', 'b', 'a', 'own', '2025-11-13T16:00:00')");
    scene.send(1, "last");
    for c in &consumers {
        c.says("last");
        assert_eq!(messages(&c.log()), [(1, false), (2, false), (4, false)]);
    }
    assert_eq!(
        scene
            .one("SELECT CAST(sum(read) AS TEXT) FROM messages")
            .as_deref(),
        Some("0")
    );
    let (code, _, err) = run(scene
        .warden(&["inbox", "--consumer", "c1", "--credentials"])
        .arg(scene.held()));
    assert_eq!(code, 64);
    assert!(err.contains(&format!("pid {}", consumers[1].id())), "{err}");
}

#[test]
fn none_is_lost_when_the_consumer_is_killed_and_none_comes_twice_unmarked() {
    let scene = Scene::bridge(1);
    let mut seen: Vec<(i64, bool)> = Vec::new();
    let all = 2_000;
    let db = rusqlite::Connection::open(scene.db()).unwrap();
    let mut sent = 0;
    while sent < all {
        let mut child = follow(&scene, &[]);
        child.says("hello");
        for _ in 0..250 {
            sent += 1;
            let sql = "INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp) VALUES ('conv_1', 'a', 'b', ?, '2025-11-13T16:00:00')";
            db.execute(sql, [format!("words {sent}")]).unwrap();
        }
        child.signal("KILL");
        child.code();
        // A line that was cut off by the end was not handed over.
        let log = child.log();
        let whole: Vec<&str> = log.lines().filter(|l| l.ends_with('}')).collect();
        seen.extend(messages(&whole.join("\n")));
    }
    let (code, out, _) = run(scene.warden(&["inbox", "--credentials"]).arg(scene.held()));
    assert_eq!(code, 0);
    seen.extend(messages(&out));
    let mut ids: Vec<i64> = seen.iter().map(|(id, _)| *id).collect();
    ids.dedup();
    assert_eq!(ids, (1..=all).collect::<Vec<i64>>());
    let mut known = std::collections::BTreeSet::new();
    for (id, again) in seen {
        assert!(
            known.insert(id) || again,
            "{id} came twice and is not marked"
        );
    }
}

#[test]
fn only_the_worker_itself_marks_its_messages_as_read() {
    let scene = Scene::bridge(2);
    scene.send(1, "one");
    scene.send(2, "two");
    let read = || {
        scene
            .one("SELECT group_concat(read, '') FROM messages")
            .unwrap()
    };
    let held = scene.held().join("1.json");
    let (code, out, _) = run(scene
        .warden(&["inbox", "--mark-read", "--credentials"])
        .arg(&held));
    assert_eq!((code, messages(&out)), (0, vec![(1, false)]));
    assert_eq!(read(), "10");
    assert_eq!(
        scene
            .one("SELECT details FROM audit_log WHERE action = 'get_messages'")
            .as_deref(),
        Some("{\"count\": 1}")
    );
    scene.credential_with(2, "0123456789abcdef0123456789abcdef");
    let (_, out, _) = run(scene
        .warden(&["inbox", "--mark-read", "--credentials"])
        .arg(scene.held().join("2.json")));
    assert!(
        out.contains("is not marked as read: the token is not this side's"),
        "{out}"
    );
    assert_eq!(read(), "10");
    let (_, out, _) = run(scene
        .warden(&["inbox", "--conversation", "conv_1", "--since", "0"])
        .env("X", "1"));
    assert_eq!(messages(&out), [(1, true)]);
}

#[test]
fn a_command_runs_for_every_message_and_one_that_hangs_is_ended() {
    let scene = Scene::bridge(1);
    let (got, group) = (scene.path("got"), scene.path("group"));
    // The second one hangs, with a child of its own.
    let line = format!(
        "read m; case $m in *hang*) echo $$ >> {1}; sleep 600 & sleep 600; esac; echo \"$m\" >> {0}",
        got.display(),
        group.display()
    );
    scene.send(1, "first");
    let child = scene.keepalive(&["--on-message", &line, "--on-message-limit", "1s"], |_| {});
    scene.send(1, "hang");
    scene.send(1, "third");
    child.says("did not end within 1 s; it is left");
    let text = until("the third", || {
        fs::read_to_string(&got)
            .ok()
            .filter(|t| t.contains("third"))
    });
    let lines: Vec<Value> = text
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!((lines.len(), &lines[0]["text"]), (2, &"first".into()));
    assert_eq!(
        scene
            .one("SELECT CAST(sum(read) AS TEXT) FROM messages")
            .as_deref(),
        Some("0")
    );
    for leader in fs::read_to_string(&group).unwrap().lines() {
        until("nothing is left of it", || {
            let left = std::process::Command::new("pgrep")
                .args(["-g", leader])
                .output()
                .unwrap();
            left.stdout.is_empty().then_some(())
        });
    }
}

#[test]
fn large_messages_are_all_handed_over() {
    let scene = Scene::bridge(2);
    let mut db = rusqlite::Connection::open(scene.db()).unwrap();
    let tx = db.transaction().unwrap();
    for n in 0..45 {
        // Others' come first: more than one read takes.
        let to = if n < 40 { "conv_2" } else { "conv_1" };
        let sql =
            "INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp)
            VALUES (?, 'a', 'b', hex(zeroblob(500000)), '2025-11-13T16:00:00')";
        tx.execute(sql, [to]).unwrap();
    }
    tx.commit().unwrap();
    let count = |conversation: &str| {
        let mut command = scene.warden(&["inbox", "--conversation", conversation]);
        let (code, out, err) = crate::run(&mut command);
        assert_eq!(code, 0, "{err}");
        messages(&out).len()
    };
    assert_eq!(count("conv_1"), 5);
    assert_eq!(count("conv_2"), 40);
}

#[test]
fn a_restored_backup_is_noticed_by_every_conversation() {
    let scene = Scene::bridge(2);
    for n in 0..10 {
        scene.send(1 + n % 2, "before");
    }
    let copy = scene.path("copy.db");
    scene.sql(&format!("VACUUM INTO '{}'", copy.display()));
    for _ in 0..20 {
        scene.send(1, "after the copy");
    }
    let look = || {
        let mut command = scene.warden(&["inbox", "--credentials"]);
        let (code, out, err) = crate::run(command.arg(scene.held()));
        assert_eq!(code, 0, "{err}");
        messages(&out)
    };
    assert_eq!(look().len(), 30);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(scene.path(&format!("bridge.db{suffix}")));
    }
    std::fs::rename(copy, scene.db()).unwrap();
    for _ in 0..5 {
        scene.send(1, "new");
    }
    // The new ones, and the unread ones of that conversation again.
    let again = look();
    assert_eq!(again.len(), 10, "{again:?}");
}

#[test]
fn a_bad_credential_beside_a_good_one_is_said_and_costs_nothing() {
    let scene = Scene::bridge(1);
    std::fs::write(scene.held().join("bad.json"), "{").unwrap();
    scene.send(1, "hello");
    let mut command = scene.warden(&["inbox", "--credentials"]);
    let (code, out, _) = crate::run(command.arg(scene.held()));
    assert_eq!(code, 0);
    assert_eq!(messages(&out).len(), 1);
    assert!(out.contains("bad.json"), "{out}");
}

#[test]
fn marks_that_a_lock_kept_from_being_made_are_made_afterwards() {
    let scene = Scene::bridge(1);
    let mut push = scene.process(&["push", "--mark-read", "--credentials"]);
    push.arg(scene.held());
    let push = Running::start(push);
    push.says("hello");
    let other = rusqlite::Connection::open(scene.db()).unwrap();
    scene.send(1, "a");
    scene.sql("UPDATE messages SET to_session = 'session_b'");
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    push.says("is not marked as read");
    other.execute_batch("ROLLBACK").unwrap();
    until("the mark", || {
        (scene.one("SELECT read || '' FROM messages")? == "1").then_some(())
    });
}
