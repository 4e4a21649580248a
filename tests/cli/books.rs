//! What is remembered of our own writes: the end of the chain, the generations, the log.

use super::*;
use rusqlite::Connection;
use tempfile::TempDir;

#[expect(clippy::unwrap_used, reason = "a helper of tests")]
fn desk() -> (Bridge, TempDir) {
    (nine(), TempDir::new().unwrap())
}

fn act(bridge: &Bridge, state: &TempDir, args: &[&str]) -> (i32, String, String) {
    let mut command = warden();
    command.args(args).arg("--db").arg(bridge.path());
    command.args(["--actor", "ann@desk", "--state"]);
    command.arg(state.path());
    run(&mut command)
}

#[expect(clippy::unwrap_used, reason = "a helper of tests")]
fn sql(bridge: &Bridge, sql: &str) -> usize {
    let db = Connection::open(bridge.path()).unwrap();
    db.execute(sql, []).unwrap()
}

#[expect(clippy::unwrap_used, reason = "a helper of tests")]
fn log(state: &TempDir) -> Vec<Value> {
    let raw = fs::read_to_string(state.path().join("writes.ndjson")).unwrap();
    raw.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// An open task of the scenario.
#[expect(clippy::unwrap_used, reason = "a helper of tests")]
fn task(bridge: &Bridge, state: &TempDir) -> String {
    let (_, out, _) = act(bridge, state, &["status", "-o", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let all = report.get("tasks").and_then(Value::as_array).unwrap();
    let open = all.iter().find(|t| {
        let state = t.get("state").and_then(Value::as_str);
        matches!(state, Some("running" | "delivered" | "sent"))
    });
    let id = open.and_then(|t| t.get("id")).and_then(Value::as_str);
    id.unwrap().to_owned()
}

#[test]
fn a_log_whose_end_was_cut_is_seen() {
    let (bridge, state) = desk();
    let task = task(&bridge, &state);
    for priority in ["P0", "P1", "P2"] {
        let done = act(&bridge, &state, &["priority", &task, priority, "--yes"]);
        assert_eq!(done.0, 0, "{done:?}");
    }
    let whole = act(&bridge, &state, &["audit", "verify"]);
    assert_eq!(whole.0, 0, "{whole:?}");
    let last = "DELETE FROM audit_log WHERE id = (SELECT max(id) FROM audit_log)";
    assert_eq!(sql(&bridge, last), 1);
    let (code, out, _) = act(&bridge, &state, &["audit", "verify"]);
    assert_eq!(code, 65, "{out}");
    assert!(
        out.contains("ann@desk") && out.contains("link 3 was written here, the log ends at 2"),
        "{out}"
    );
    // Going on from there does not make up for it.
    for priority in ["P0", "P1"] {
        act(&bridge, &state, &["priority", &task, priority, "--yes"]);
    }
    let (code, out, _) = act(&bridge, &state, &["audit", "verify"]);
    assert_eq!(code, 65, "{out}");
    assert!(out.contains("another row was written here"), "{out}");
}

#[test]
fn each_actor_has_a_key_and_all_of_them_prove_what_was_written_here() {
    let (bridge, state) = desk();
    let task = task(&bridge, &state);
    act(&bridge, &state, &["priority", &task, "P0", "--yes"]);
    let mut other = warden();
    other.args(["priority", &task, "P1", "--yes", "--actor", "bob"]);
    other.arg("--db").arg(bridge.path());
    other.arg("--state").arg(state.path());
    assert_eq!(run(&mut other).0, 0);
    let keys = fs::read_dir(state.path().join("keys")).unwrap();
    assert_eq!(keys.count(), 2);
    let (code, out, _) = act(&bridge, &state, &["audit", "verify"]);
    assert_eq!((code, out.lines().count()), (0, 2), "{out}");
    assert!(!out.contains("key"), "nothing is unproven: {out}");
}

#[test]
fn a_generation_whose_row_the_cleanup_removed_is_not_made_again() {
    let (bridge, state) = desk();
    let task = task(&bridge, &state);
    let cancel = ["cancel", &task, "--yes", "--confirm", &task];
    let generation = || {
        let (_, out, _) = act(&bridge, &state, &["status", "-o", "json"]);
        let report: Value = serde_json::from_str(&out).unwrap();
        let all = report["tasks"].as_array().unwrap().clone();
        let found = all.into_iter().find(|t| t["id"] == *task).unwrap();
        found["generation"].as_u64().unwrap()
    };
    let before = generation();
    let done = act(&bridge, &state, &cancel);
    assert_eq!(done.0, 0, "{done:?}");
    assert_eq!(generation(), before + 1);
    assert!(
        sql(
            &bridge,
            "DELETE FROM messages WHERE json_extract(metadata, '$.swarm') IS NOT NULL"
        ) > 0
    );
    assert_eq!(generation(), before + 1, "it never falls");
    let done = act(&bridge, &state, &cancel);
    assert_eq!((done.0, generation()), (0, before + 2), "{done:?}");
}

#[test]
fn the_log_has_what_was_written_and_what_was_refused() {
    let (bridge, state) = desk();
    let task = task(&bridge, &state);
    act(&bridge, &state, &["priority", &task, "P0", "--dry-run"]);
    assert!(!state.path().join("writes.ndjson").exists());
    act(&bridge, &state, &["priority", &task, "P0", "--yes"]);
    let refused = act(&bridge, &state, &["requeue", &task, "--yes"]);
    assert_ne!(refused.0, 0);
    let all = log(&state);
    assert_eq!(all.len(), 2, "{all:?}");
    let word = |n: usize, name: &str| all[n][name].clone();
    assert_eq!(
        (word(0, "action"), word(0, "result")),
        ("priority".into(), "written".into())
    );
    assert_eq!(
        (word(0, "actor"), word(0, "task")),
        ("ann@desk".into(), task.into())
    );
    assert_eq!(word(0, "rows").as_array().unwrap().len(), 1);
    assert_eq!(
        (word(1, "action"), word(1, "result")),
        ("requeue".into(), "refused".into())
    );
    assert!(word(1, "why").is_string());
}
