//! Copies of a bridge and what is over, with writers at work, disks that are full, and processes that die in the middle.

mod faults;

use super::{alive::scene::Scene, run};
use rusqlite::Connection;
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};
use swarmwarden::store::SqliteStore;

fn warden(scene: &Scene, args: &[&str]) -> (i32, String, String) {
    run(&mut scene.warden(args))
}

fn files(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).unwrap().flatten();
    let mut names: Vec<_> = names
        .map(|e| e.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A bridge with 400 messages.
fn filled() -> Scene {
    let scene = Scene::bridge(3);
    let db = Connection::open(scene.db()).unwrap();
    db.execute_batch(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
         INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp)
         SELECT 'conv_' || (1 + i % 3), 'a', 'b', i || hex(zeroblob(200)), '2025-11-13T16:00:00' FROM n",
    )
    .unwrap();
    scene
}

#[test]
fn a_copy_made_while_others_write_is_whole_private_and_counted() {
    let scene = filled();
    let stop = Arc::new(AtomicBool::new(false));
    let (over, path) = (Arc::clone(&stop), scene.db());
    let writer = thread::spawn(move || {
        let db = Connection::open(path).unwrap();
        let mut n = 0;
        while !over.load(Ordering::Relaxed) {
            // Two rows in one transaction: a copy holds both or none.
            db.execute_batch(
                "BEGIN IMMEDIATE;
                 INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp) VALUES ('conv_1', 'a', 'b', 'pair', 'x');
                 INSERT INTO audit_log (conversation_id, action, timestamp) VALUES ('conv_1', 'pair', 'x');
                 COMMIT",
            )
            .unwrap();
            n += 1;
        }
        n
    });
    let dir = scene.path("copies");
    for _ in 0..8 {
        let (code, out, err) = warden(&scene, &["backup", "--to", "copies/", "--keep", "3"]);
        assert_eq!(code, 0, "{err}");
        let copy = PathBuf::from(out.trim());
        assert!(err.contains("verified: 3 conversations"), "{err}");
        let facts = fs::metadata(scene.path("").join(&copy)).unwrap();
        assert_eq!(facts.permissions().mode() & 0o777, 0o600, "it holds tokens");
        let db = Connection::open(scene.path("").join(&copy)).unwrap();
        let one = |sql: &str| db.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap();
        let pairs = one("SELECT count(*) FROM messages WHERE message = 'pair'");
        assert_eq!(
            pairs,
            one("SELECT count(*) FROM audit_log WHERE action = 'pair'")
        );
    }
    stop.store(true, Ordering::Relaxed);
    assert!(writer.join().unwrap() > 0);
    let names = files(&dir);
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(
        names
            .iter()
            .all(|n| n.starts_with("bridge.db.2") && n.ends_with(".backup")),
        "{names:?}"
    );
    // What is not ours stays, however old.
    fs::write(dir.join("bridge.db.before-the-holidays.backup"), "x").unwrap();
    warden(&scene, &["backup", "--to", "copies/", "--keep", "1"]);
    assert_eq!(files(&dir).len(), 2);
}

#[test]
fn a_copy_goes_to_a_file_or_to_our_own_directory() {
    let scene = filled();
    let (code, out, _) = warden(&scene, &["backup", "--to", "safe/copy.db"]);
    assert_eq!((code, out.as_str()), (0, "safe/copy.db\n"));
    assert_eq!(files(&scene.path("safe")), ["copy.db"]);
    let (code, out, _) = warden(&scene, &["backup"]);
    assert_eq!(code, 0);
    assert!(
        out.contains(".backups/bridge.db.") && Path::new(out.trim()).is_file(),
        "{out}"
    );
    let (code, _, err) = warden(&scene, &["backup", "--to", "safe/copy.db", "--keep", "2"]);
    assert_eq!(code, 64, "{err}");
    let (code, _, err) = warden(&scene, &["backup", "--db", "missing.db"]);
    assert_eq!(code, 66, "{err}");
}

#[test]
fn a_restored_bridge_is_the_copy_and_what_it_replaces_is_kept() {
    let scene = filled();
    assert_eq!(warden(&scene, &["backup", "--to", "copy.db"]).0, 0);
    scene.sql("DELETE FROM messages WHERE id % 2 = 0; INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp) VALUES ('conv_1', 'b', 'a', 'newer', 'x')");
    let count = || scene.one("SELECT count(*) || '' FROM messages").unwrap();
    assert_eq!(count(), "201");
    // Not without being asked, not with --read-only, not from what is no copy.
    assert_eq!(warden(&scene, &["restore", "copy.db"]).0, 64);
    assert_eq!(
        warden(&scene, &["restore", "copy.db", "--yes", "--read-only"]).0,
        77
    );
    let half = fs::read(scene.path("copy.db")).unwrap();
    fs::write(scene.path("half.db"), &half[..half.len() / 2]).unwrap();
    let (code, _, err) = warden(&scene, &["restore", "half.db", "--yes"]);
    assert_eq!(code, 65, "{err}");
    // Not under somebody's feet, unless that is agreed to.
    let reader = Connection::open(scene.db()).unwrap();
    let seen = |sql: &str| reader.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap();
    assert_eq!(seen("SELECT count(*) FROM messages"), 201);
    let (code, _, err) = warden(&scene, &["restore", "copy.db", "--yes"]);
    assert_eq!(code, 69);
    assert!(
        err.contains(&format!("process {}", std::process::id())) && err.contains("--while-open"),
        "{err}"
    );
    assert_eq!(count(), "201");
    let (code, out, err) = warden(&scene, &["restore", "copy.db", "--yes", "--while-open"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("is as it was in copy.db"), "{out}");
    assert_eq!(
        seen("SELECT count(*) FROM messages"),
        400,
        "who has it open goes on"
    );
    assert_eq!(
        seen("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
        1
    );
    let logged = scene
        .one("SELECT details FROM audit_log WHERE action = 'swarm_restore'")
        .unwrap();
    assert!(logged.contains("copy.db"), "{logged}");
    let kept = err
        .lines()
        .find_map(|l| l.strip_prefix("what it replaces is kept as "))
        .unwrap();
    assert_eq!(
        SqliteStore::verify(kept.as_ref()).unwrap().rows["messages"],
        201
    );
    drop(reader);
    assert_eq!(warden(&scene, &["audit", "verify"]).0, 0);
}

#[test]
fn a_damaged_bridge_is_moved_aside() {
    let scene = filled();
    assert_eq!(warden(&scene, &["backup", "--to", "copy.db"]).0, 0);
    for damage in [
        &b"this is no database any more, only some text that somebody wrote here"[..],
        b"",
    ] {
        for end in ["-wal", "-shm"] {
            let _gone = fs::remove_file(scene.path(&format!("bridge.db{end}")));
        }
        if damage.is_empty() {
            fs::remove_file(scene.db()).unwrap();
        } else {
            fs::write(scene.db(), damage).unwrap();
            fs::set_permissions(scene.db(), fs::Permissions::from_mode(0o640)).unwrap();
        }
        let (code, _, err) = warden(&scene, &["restore", "copy.db", "--yes"]);
        assert_eq!(code, 0, "{err}");
        assert_eq!(
            scene.one("SELECT count(*) || '' FROM messages").unwrap(),
            "400"
        );
        // Whoever could use what was there can use it again; where there was nothing, nobody else.
        let mode = fs::metadata(scene.db()).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if damage.is_empty() { 0o600 } else { 0o640 });
    }
    let kept = files(&scene.path(""))
        .into_iter()
        .filter(|n| n.ends_with(".damaged"));
    assert_eq!(kept.count(), 1);
}

/// `conv_1` lives, `conv_2` expired long ago, `conv_3` an hour ago.
fn aged() -> Scene {
    let scene = filled();
    let hour = swarmwarden::engine::Clock::system().now();
    let hour = hour
        .plus(swarmwarden::domain::Span::seconds(-3_600))
        .naive();
    scene.sql(&format!(
        "UPDATE conversations SET expires_at = '2025-11-01T00:00:00' WHERE id = 'conv_2';
         UPDATE conversations SET expires_at = '{hour}' WHERE id = 'conv_3';
         INSERT INTO session_status VALUES ('conv_2', 'b', 'complete', '2025-11-01T00:00:00');
         INSERT INTO audit_log (conversation_id, action, timestamp) VALUES ('conv_2', 'create_conversation', 'x')"
    ));
    scene
}

#[test]
fn what_is_over_is_listed_first_and_removed_only_when_asked() {
    let scene = aged();
    let before = fs::read(scene.db()).unwrap();
    let (code, out, err) = warden(&scene, &["prune"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("dry run: nothing was removed"), "{err}");
    let row = out.lines().find(|l| l.starts_with("conv_2")).unwrap();
    let words: Vec<_> = row.split_whitespace().collect();
    assert_eq!(
        words[1..4],
        ["worker-2", "2025-11-01T00:00:00Z", "134"],
        "{out}"
    );
    assert!(!out.contains("conv_1") && !out.contains("conv_3"), "{out}");
    assert!(
        out.contains("1 conversations, 134 messages") && out.contains("1 statuses"),
        "{out}"
    );
    assert_eq!(fs::read(scene.db()).unwrap(), before);
    assert_eq!(warden(&scene, &["prune", "--yes", "--read-only"]).0, 77);
}

#[test]
fn what_is_removed_is_logged_and_copied_first() {
    let scene = aged();
    let (code, out, err) = warden(&scene, &["prune", "--yes", "--reason", "spring"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("removed 1 conversations with 134 messages"),
        "{out}"
    );
    let count = |table: &str| {
        scene
            .one(&format!(
                "SELECT count(*) || '' FROM {table} WHERE conversation_id = 'conv_2'"
            ))
            .unwrap()
    };
    assert_eq!(
        [
            count("messages"),
            count("session_status"),
            count("audit_log")
        ],
        ["0", "0", "1"]
    );
    assert_eq!(
        scene
            .one("SELECT group_concat(id) FROM conversations")
            .unwrap(),
        "conv_1,conv_3"
    );
    let logged = scene
        .one("SELECT details FROM audit_log WHERE action = 'swarm_prune'")
        .unwrap();
    assert!(
        logged.contains("conv_2") && logged.contains("spring"),
        "{logged}"
    );
    assert_eq!(warden(&scene, &["audit", "verify"]).0, 0);
    let saved = err
        .lines()
        .find_map(|l| l.strip_prefix("saved as "))
        .unwrap();
    assert_eq!(
        SqliteStore::verify(saved.as_ref()).unwrap().rows["conversations"],
        3
    );
}

#[test]
fn how_long_ago_is_a_matter_of_the_flag() {
    let scene = aged();
    assert_eq!(warden(&scene, &["prune", "--yes", "--no-backup"]).0, 0);
    let (_, out, _) = warden(&scene, &["prune", "--older-than", "30m"]);
    assert!(out.contains("conv_3") && !out.contains("conv_1"), "{out}");
    let (_, out, _) = warden(&scene, &["prune"]);
    assert!(out.contains("nothing expired more than 7d ago"), "{out}");
}

#[test]
fn a_conversation_that_holds_an_open_task_stays() {
    let scene = aged();
    let task = r#"{"type": "task_assignment", "task_id": "T-1", "description": "build"}"#;
    scene.send(2, task);
    let (code, out, _) = warden(&scene, &["prune", "--yes"]);
    assert_eq!(code, 0);
    assert!(
        out.contains("kept: conv_2 (worker-2) holds the open task T-1"),
        "{out}"
    );
    assert_eq!(
        scene
            .one("SELECT count(*) || '' FROM conversations")
            .unwrap(),
        "3"
    );
}

#[test]
fn tables_without_an_expiry_have_nothing_that_is_over() {
    let scene = Scene::scripts(1);
    let (code, _, err) = warden(&scene, &["prune"]);
    assert_eq!(code, 69, "{err}");
    assert!(err.contains("hold no expiry"), "{err}");
}
