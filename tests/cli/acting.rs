//! Acting from outside: what is shown, what is asked, what is written, and the exit codes.

use super::{AT, Bridge, STATE, TOKEN, nine, on, run, warden};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use serde_json::Value;
use std::{
    fs,
    io::{Read as _, Write as _},
    path::Path,
    process::Command,
};

#[expect(
    clippy::unwrap_used,
    reason = "a scenario that cannot be read fails the test"
)]
fn live() -> Bridge {
    Bridge::live("nine-agents", AT).unwrap()
}

const MOVE: [&str; 4] = ["reassign", "deploy-staging", "--to", "auto"];

#[test]
fn a_dry_run_names_the_choice_the_reasons_and_every_row_and_writes_nothing() {
    let nine = nine();
    let before = fs::read(nine.path()).unwrap();
    let dry = [&MOVE[..], &["--dry-run", "--at", AT]].concat();
    let (code, out, err) = on(&nine, &dry);
    assert_eq!((code, err.as_str()), (0, "dry run: nothing was written\n"));
    for wanted in [
        "Reassign deploy-staging to worker-2-frontend",
        "worker-2-frontend        healthy    86  holds 1 of 2, accepts after 1m09s",
        "= available +100 load -12 slow to accept -2",
        "worker-1-backend         at capacity: holds 2 tasks",
        "worker-3-tests           silent",
        "worker-99-old-run        expired",
        "owner worker-5-deploy → worker-2-frontend, generation 2, attempt 2 of 3",
        "messages   c2 a → b",
        "messages   c5 watchdog → a",
        "audit_log  swarm_reassign by ",
        "\"type\":\"task_assignment\",\"task_id\":\"deploy-staging\",\"generation\":2",
        "it was at 82 %: it may be done before it is taken up again",
        "UNDO  u gives deploy-staging back",
    ] {
        assert!(out.contains(wanted), "{wanted:?} is not in\n{out}");
    }
    assert!(!out.contains(TOKEN));
    assert_eq!(fs::read(nine.path()).unwrap(), before);
    let (code, out, _) = on(&nine, &[&dry[..], &["-o", "json"]].concat());
    let plan: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0);
    assert_eq!(
        (&plan["action"], &plan["asks"], &plan["written"]),
        (&"reassign".into(), &"yes".into(), &Value::Null)
    );
    assert_eq!(plan["candidates"][0]["worker"], "worker-2-frontend");
    assert_eq!(plan["refused"].as_array().unwrap().len(), 7);
    assert_eq!(plan["rows"][0]["generation"], 2);
    assert_eq!(fs::read(nine.path()).unwrap(), before);
}

#[test]
fn what_is_not_agreed_to_is_not_written() {
    let bridge = live();
    let before = bridge.size().unwrap();
    for (args, flag) in [
        (&MOVE[..], "--yes"),
        (
            &["reassign", "ui-theme", "--to", "worker-6"],
            "--confirm worker-2-frontend",
        ),
        (
            &["reassign", "ui-theme", "--to", "6", "--yes"],
            "--confirm worker-2-frontend",
        ),
        (&["cancel", "ui-theme", "--yes"], "--confirm ui-theme"),
        (
            &["cancel", "ui-theme", "--confirm", "other"],
            "--confirm ui-theme",
        ),
        (&["fence", "ui-theme"], "--yes"),
    ] {
        let (code, _, err) = on(&bridge, args);
        assert_eq!(code, 64, "{args:?}: {err}");
        assert!(err.contains(&format!("add {flag} to")), "{err}");
        assert!(err.contains("nothing was written"), "{err}");
    }
    assert_eq!(bridge.size().unwrap(), before);
}

#[test]
fn what_may_not_be_written_is_77() {
    let bridge = live();
    let before = bridge.size().unwrap();
    let (code, _, err) = on(&bridge, &["hold", "worker-2", "--read-only"]);
    assert_eq!(code, 77, "{err}");
    let nine = nine();
    let (code, _, err) = on(&nine, &[&MOVE[..], &["--yes", "--at", AT]].concat());
    assert_eq!(code, 77, "{err}");
    assert!(err.contains("the past cannot be written"), "{err}");
    assert_eq!(bridge.size().unwrap(), before);
}

#[test]
fn who_or_what_is_not_there_is_65() {
    let bridge = live();
    for args in [
        &["reassign", "ghost", "--to", "auto", "--yes"][..],
        &["reassign", "ui-theme", "--to", "worker-77", "--yes"],
        &["reassign", "ui-theme", "--to", "worker-3", "--yes"],
        &["reassign", "codex-port", "--to", "auto", "--yes"],
        &["adopt", "ui-theme", "--yes"],
        &["requeue", "ui-theme", "--yes"],
        &["redeliver", "ui-theme"],
        &["priority", "ui-theme", "P2"],
        &["release", "ui-theme"],
        &["message", "nobody", "hello", "--yes"],
    ] {
        let (code, _, err) = on(&bridge, args);
        assert_eq!(code, 65, "{args:?}: {err}");
    }
    let (code, _, err) = on(&bridge, &["priority", "ui-theme", "P7"]);
    assert_eq!(code, 64, "{err}");
}

#[test]
fn an_action_is_written_and_shown_by_the_next_look() {
    let bridge = live();
    let (code, out, err) = on(&bridge, &[&MOVE[..], &["--yes", "-o", "json"]].concat());
    assert_eq!((code, err.as_str()), (0, ""));
    let done: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(done["written"].as_array().unwrap().len(), 2);
    assert_eq!(bridge.size().unwrap(), (56, 1));
    let (_, out, _) = on(&bridge, &["status", "-o", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let tasks = report["tasks"].as_array().unwrap();
    let task = tasks.iter().find(|t| t["id"] == "deploy-staging").unwrap();
    assert_eq!(
        (&task["generation"], &task["state"]),
        (&2.into(), &"sent".into())
    );
    let (code, out, _) = on(
        &bridge,
        &[
            "reassign",
            "ui-theme",
            "--to",
            "6",
            "--confirm",
            "worker-2-frontend",
        ],
    );
    assert_eq!(code, 0, "{out}");
}

#[test]
fn nine_tasks_of_a_file_are_handed_out_by_one_process() {
    let bridge = live();
    bridge
        .sql(
            "DELETE FROM messages; DELETE FROM session_status;
             INSERT INTO session_status SELECT id, 'b', 'waiting', strftime('%Y-%m-%dT%H:%M:%f') FROM conversations;
             UPDATE conversations SET created_at = strftime('%Y-%m-%dT%H:%M:%f', 'now', '-1 hours'),
                expires_at = strftime('%Y-%m-%dT%H:%M:%f', 'now', '+2 hours');",
        )
        .unwrap();
    let task =
        |n| format!("[[task]]\nid = \"new-{n}\"\ndescription = \"build {n}\"\npriority = \"P1\"");
    let tasks = (0..9).map(task).collect::<Vec<_>>().join("\n");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("tasks.toml");
    fs::write(&file, tasks).unwrap();
    let from = ["assign", "--from", file.to_str().unwrap(), "--yes"];
    let (code, out, err) = on(&bridge, &from);
    assert_eq!((code, out.lines().count()), (0, 9), "{out}{err}");
    assert_eq!(bridge.size().unwrap(), (9, 9));
    let (_, out, _) = on(&bridge, &["status", "-o", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let mut owners: Vec<_> = (report["tasks"].as_array().unwrap().iter())
        .map(|t| t["worker"].to_string())
        .collect();
    owners.sort();
    owners.dedup();
    assert_eq!(owners.len(), 9, "{owners:?}");
    assert_eq!(on(&bridge, &["audit", "verify"]).0, 0);
    let (code, _, err) = on(&bridge, &from);
    assert_eq!(code, 65, "{err}");
    assert_eq!(bridge.size().unwrap(), (9, 9));
}

/// Answers on a terminal, after somebody else was faster.
#[test]
fn pty_whoever_is_slower_is_told_and_leaves_with_75() {
    let bridge = live();
    let pty = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_swarmwarden"));
    command.env_clear();
    command.env("SWARMWARDEN_STATE", STATE);
    command.cwd(std::env::temp_dir());
    command.args(MOVE);
    command.args(["--db".as_ref(), bridge.path().as_os_str()]);
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let (mut said, mut reader) = (Vec::new(), pty.master.try_clone_reader().unwrap());
    let mut part = [0; 4096];
    while !String::from_utf8_lossy(&said).contains("type y to carry it out") {
        let n = reader.read(&mut part).unwrap();
        assert!(n > 0, "{}", String::from_utf8_lossy(&said));
        said.extend(&part[..n]);
    }
    let faster = ["reassign", "deploy-staging", "--to", "6", "--yes"];
    assert_eq!(on(&bridge, &faster).0, 0);
    let before = bridge.size().unwrap();
    pty.master.take_writer().unwrap().write_all(b"y\r").unwrap();
    while let Ok(n @ 1..) = reader.read(&mut part) {
        said.extend(&part[..n]);
    }
    let said = String::from_utf8_lossy(&said);
    assert_eq!(child.wait().unwrap().exit_code(), 75, "{said}");
    assert!(
        said.contains("deploy-staging already moved to worker-6-review by "),
        "{said}"
    );
    assert!(said.contains("nothing was written"), "{said}");
    assert_eq!(bridge.size().unwrap(), before);
}

#[test]
fn a_file_that_cannot_grow_is_said_and_holds_nothing_of_it() {
    let bridge = live();
    bridge.sql("PRAGMA journal_mode = DELETE; VACUUM;").unwrap();
    let before = bridge.size().unwrap();
    let blocks = fs::metadata(bridge.path()).unwrap().len() / 512;
    let text = "x".repeat(16_000);
    let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let mut command = Command::new("sh");
    command
        .args(["-c", &limited, "sh", env!("CARGO_BIN_EXE_swarmwarden")])
        .args(["message", "worker-2", &text, "--yes", "--db"])
        .arg(bridge.path())
        .env("SWARMWARDEN_STATE", STATE)
        .current_dir(std::env::temp_dir());
    let out = command.output().unwrap();
    let err = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(69), "{err}");
    assert!(err.contains("nothing was written"), "{err}");
    assert_eq!(bridge.size().unwrap(), before);
    let (code, _, err) = on(&bridge, &["message", "worker-2", &text, "--yes"]);
    assert_eq!(code, 0, "{err}");
}

#[test]
fn a_locked_bridge_is_69_and_nothing_was_written() {
    let bridge = live();
    let before = bridge.size().unwrap();
    let other = rusqlite::Connection::open(bridge.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (code, _, err) = on(&bridge, &[&MOVE[..], &["--yes"]].concat());
    assert_eq!(code, 69, "{err}");
    assert!(
        err.contains("is locked by another process; nothing was written"),
        "{err}"
    );
    drop(other);
    assert_eq!(bridge.size().unwrap(), before);
    let none = Path::new("no-such-directory/state");
    let (code, _, err) = run(warden()
        .args(["hold", "worker-2", "--state"])
        .arg(bridge.path().join(none))
        .arg("--db")
        .arg(bridge.path()));
    assert_eq!(code, 77, "{err}");
    assert!(err.contains("no key for the audit chain"), "{err}");
}
