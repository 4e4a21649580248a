//! Starting sessions.

use super::machines::{Machines, git, mode};
use std::fs;

const DRILL: [&str; 5] = ["deploy", "--session", "1", "--file", "nine-agents"];

fn drill(more: &[&'static str]) -> Vec<&'static str> {
    DRILL.iter().chain(more).copied().collect()
}

#[test]
fn every_session_of_the_protocol_is_shown_without_doing_anything() {
    let swarm = Machines::new(&[]);
    let before = (git(&swarm.clone_of(0), &["for-each-ref"]), swarm.remote());
    let mut roles = 0;
    for session in ["1", "2", "3", "4"] {
        let (code, out, err) = swarm.on(0, &["deploy", "--session", session, "--dry-run"]);
        assert_eq!((code, err.as_str()), (0, "dry run: nothing was written\n"));
        assert!(out.contains(&format!("| **Session**: {session}")), "{out}");
        roles += out
            .lines()
            .filter(|l| l.starts_with("worker-") && l.contains("haiku-"))
            .count();
    }
    assert_eq!(roles, 50);
    assert_eq!(
        (git(&swarm.clone_of(0), &["for-each-ref"]), swarm.remote()),
        before
    );
    assert!(swarm.column("id").is_empty());
    let (code, _, err) = swarm.on(0, &["deploy", "--session", "7", "--dry-run"]);
    assert!(
        code == 65 && err.contains("it has 1, 2, 3, 4"),
        "{code} {err}"
    );
}

#[test]
fn a_session_is_started_once_however_often_it_is_asked_for() {
    let swarm = Machines::new(&[1, 2]);
    let out = swarm.does(0, &DRILL);
    assert!(
        out.contains("S2-BRIDGE-TEST.md committed to claude/s2-drill-"),
        "{out}"
    );
    assert_eq!(out.matches("has not joined").count(), 8, "{out}");
    assert!(swarm.column("id").is_empty());
    swarm.enrols(1);
    swarm.enrols(2);
    let shown = swarm.does(0, &drill(&["--dry-run"]));
    assert!(
        shown.contains(
            "worker-1-backend  new conversation, credentials/s2-worker-1-credentials.json.age"
        ),
        "{shown}"
    );
    let out = swarm.does(0, &drill(&["--push"]));
    assert!(
        out.contains("s1-worker-1-backend assigned") && out.contains("credentials sent"),
        "{out}"
    );
    assert_eq!(out.matches("has not joined").count(), 6, "{out}");
    assert_eq!(
        swarm.column("session_b_role"),
        ["worker-1-backend", "worker-2-frontend"]
    );
    let state = || {
        (
            swarm.column("expires_at"),
            swarm.remote(),
            swarm.rows("SELECT message FROM messages"),
            swarm.rows("SELECT details FROM audit_log"),
        )
    };
    let before = state();
    assert!(
        before.1.contains("refs/heads/claude/s2-test-credentials") && before.1.lines().count() == 3,
        "{}",
        before.1
    );
    for _ in 0..2 {
        let out = swarm.does(0, &drill(&["--push"]));
        assert!(
            out.ends_with("nothing changed: session 1 was started before\n"),
            "{out}"
        );
        assert_eq!(state(), before);
    }
}

#[test]
fn a_mission_is_at_the_remote_and_the_worktree_is_as_it_was() {
    let swarm = Machines::new(&[1]);
    swarm.enrols(1);
    swarm.does(0, &drill(&["--push"]));
    // The chain of the audit log holds, and the worktree was never touched.
    assert!(swarm.does(0, &["audit", "verify"]).contains("ana"));
    assert_eq!(git(&swarm.clone_of(0), &["status", "--porcelain"]), "");
    let branch = swarm
        .remote()
        .lines()
        .find_map(|l| {
            l.split("refs/heads/")
                .nth(1)
                .filter(|b| b.starts_with("claude/s2-drill-") && !b.ends_with("credentials"))
                .map(str::to_owned)
        })
        .unwrap();
    let mission = git(
        &swarm.path("remote.git"),
        &["show", &format!("{branch}:S2-BRIDGE-TEST.md")],
    );
    assert!(mission.contains("worker-8-cloud-codex"), "{mission}");
}

#[test]
fn agents_on_other_machines_get_what_was_made_for_them() {
    let swarm = Machines::new(&[1, 2]);
    swarm.enrols(1);
    swarm.enrols(2);
    swarm.does(0, &DRILL);
    for worker in [1, 2] {
        let number = worker.to_string();
        let sync = ["sync", "--once", "--worker", &number];
        let out = swarm.does(worker, &sync);
        assert!(out.contains("holds conv_"), "{out}");
        let again = swarm.does(worker, &sync);
        assert!(again.contains("nothing new"), "{again}");
        let held = swarm.state_of(worker).join(format!(
            "credentials/s2/held/s2-worker-{worker}-credentials.json"
        ));
        let json: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(&held).unwrap()).unwrap();
        let at = usize::try_from(worker - 1).unwrap();
        assert_eq!(
            json["conversation_id"].as_str().unwrap(),
            swarm.column("id")[at]
        );
        assert_eq!(
            json["worker_token"].as_str().unwrap(),
            swarm.column("session_b_token")[at]
        );
        assert!(json.get("coordinator_token").is_none());
        assert_eq!(mode(&held), 0o600);
    }
    let ready = swarm.rows("SELECT message FROM messages WHERE from_session = 'b' ORDER BY id");
    assert_eq!(
        ready,
        [
            "worker-1-backend joined and ready",
            "worker-2-frontend joined and ready"
        ]
    );
    let all = swarm.objects();
    for token in swarm.tokens() {
        assert!(
            !all.windows(token.len())
                .any(|part| part == token.as_bytes()),
            "a token is in a repository"
        );
    }
    let status = swarm.does(0, &["status"]);
    assert!(
        status.contains("worker-1-backend") && status.contains("s1-worker-2-frontend"),
        "{status}"
    );
}

const OWN: &str = r#"
name = "own"
launch = ["true", "{worker}", "{prompt}"]
[[session]]
number = 3
title = "Ours"
branch = "work/<session-id>"
mission = "docs/MISSION.md"
template = "ours"
agents = [{ number = 5, name = "worker-5-docs", task = "write" }]
"#;

#[test]
fn a_swarm_file_of_ones_own_with_a_template_and_a_command() {
    let swarm = Machines::new(&[5]);
    swarm.enrols(5);
    let file = swarm.path("swarm.toml");

    fs::write(&file, OWN).unwrap();
    fs::write(swarm.path("ours.md"), "# {{title}} on {{branch}}\n").unwrap();
    let (path, dir) = (file.to_str().unwrap().to_owned(), swarm.path(""));
    let run = |more: &[&str]| {
        let mut args = vec![
            "deploy",
            "--session",
            "3",
            "--file",
            &path,
            "--templates",
            dir.to_str().unwrap(),
        ];
        args.extend(more);
        swarm.on(0, &args)
    };
    let (code, out, err) = run(&["--id", "x1"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("worker-5-docs started as process"), "{out}");
    assert_eq!(
        git(&swarm.clone_of(0), &["show", "work/x1:docs/MISSION.md"]),
        "# Ours on work/x1\n"
    );
    // The branch is found again without its id, and nobody is started twice.
    let (_, out, _) = run(&[]);
    assert!(
        out.contains("is on work/x1") && out.contains("nothing changed"),
        "{out}"
    );
}

#[test]
fn a_swarm_file_that_cannot_be_carried_out_is_refused() {
    let swarm = Machines::new(&[]);
    let file = swarm.path("swarm.toml");
    let text = OWN.replace("template = \"ours\"\n", "");
    let run = || {
        swarm.on(
            0,
            &[
                "deploy",
                "--session",
                "3",
                "--id",
                "x1",
                "--file",
                file.to_str().unwrap(),
            ],
        )
    };
    fs::write(&file, &text).unwrap();
    run();
    fs::write(&file, text.replace("title =", "titel =")).unwrap();
    let (code, _, err) = run();
    assert!(
        code == 64 && err.contains("titel") && err.contains("line 6"),
        "{code} {err}"
    );
    fs::write(&file, text.replace("docs/MISSION.md", "../x")).unwrap();
    assert!(run().2.contains("no path inside a repository"));
    git(&swarm.clone_of(0), &["checkout", "-q", "work/x1"]);
    fs::write(
        &file,
        text.replace("\"write\"", "\"other\"")
            .replace("\"Ours\"", "\"Theirs\""),
    )
    .unwrap();
    let (code, _, err) = run();
    assert!(
        code == 65 && err.contains("checked out") && err.contains("name another branch"),
        "{code} {err}"
    );
}

#[test]
fn what_cannot_be_done_is_said() {
    let swarm = Machines::new(&[1]);
    swarm.enrols(1);
    let (code, _, err) = swarm.on(0, &drill(&["--read-only"]));
    assert!(code == 77 && err.contains("read-only"), "{code} {err}");
    git(&swarm.clone_of(0), &["remote", "remove", "origin"]);
    let (code, _, err) = swarm.on(0, &DRILL);
    assert!(
        code == 66 && err.contains("there is no remote origin"),
        "{code} {err}"
    );
    // What was made waits, and goes when the remote is there again.
    git(
        &swarm.clone_of(0),
        &[
            "remote",
            "add",
            "origin",
            swarm.path("remote.git").to_str().unwrap(),
        ],
    );
    let out = swarm.does(0, &DRILL);
    assert!(out.contains("credentials sent"), "{out}");
    assert_eq!(swarm.column("id").len(), 1);
    let scripts = "CREATE TABLE conversations (id TEXT PRIMARY KEY, role_a TEXT, role_b TEXT, token_a TEXT, token_b TEXT, created_at TEXT);
        CREATE TABLE messages (id INTEGER PRIMARY KEY, conversation_id TEXT, sender TEXT, content TEXT, action_type TEXT, created_at TEXT, read_by_a INTEGER, read_by_b INTEGER);
        CREATE TABLE session_status (conversation_id TEXT PRIMARY KEY, session_id TEXT, last_heartbeat TEXT, status TEXT);
        CREATE TABLE audit_log (id INTEGER PRIMARY KEY, event_type TEXT, conversation_id TEXT, metadata TEXT, timestamp TEXT);";
    let swarm = Machines::around(scripts, &[1]);
    swarm.enrols(1);
    let (code, _, err) = swarm.on(0, &DRILL);
    assert!(code == 69 && err.contains("expiry"), "{code} {err}");
    let (code, _, err) = swarm.on(0, &drill(&["--git", "/"]));
    assert!(
        code == 66 && err.contains("not a repository"),
        "{code} {err}"
    );
}
