//! Credentials from outside.

use super::machines::{Machines, git};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    io::{BufRead as _, BufReader},
};

#[test]
fn a_worker_is_listed_compared_accepted_and_revoked() {
    let swarm = Machines::new(&[3]);
    assert!(
        swarm
            .does(0, &["credentials", "list"])
            .contains("nobody has joined")
    );
    let (code, _, err) = swarm.on(3, &["credentials", "join"]);
    assert!(code == 64 && err.contains("--worker N"), "{code} {err}");
    let joined = swarm.does(3, &["credentials", "join", "--worker", "3"]);
    let print = joined
        .lines()
        .find_map(|l| l.strip_prefix("fingerprint "))
        .unwrap()
        .to_owned();
    assert!(
        swarm
            .does(3, &["credentials", "join", "--worker", "3"])
            .contains("nothing changed")
    );
    let list = swarm.does(0, &["credentials", "list"]);
    assert!(list.contains(&print) && list.contains("waiting"), "{list}");
    let (code, _, err) = swarm.on(
        0,
        &[
            "credentials",
            "accept",
            "worker-3",
            "--fingerprint",
            "0123-4567-89ab-cdef",
        ],
    );
    assert!(code == 65 && err.contains(&print), "{code} {err}");
    let (code, _, err) = swarm.on(0, &["credentials", "accept", "worker-4"]);
    assert!(code == 65 && err.contains("has not joined"), "{code} {err}");
    swarm.does(
        0,
        &["credentials", "accept", "worker-3", "--fingerprint", &print],
    );
    assert!(
        swarm
            .does(0, &["credentials", "accept", "3"])
            .contains("before")
    );
    assert!(swarm.does(0, &["credentials", "list"]).contains("accepted"));
}

#[test]
fn a_worker_that_is_revoked_has_nothing_left() {
    let swarm = Machines::new(&[3]);
    swarm.enrols(3);
    swarm.does(0, &["deploy", "--session", "1", "--file", "nine-agents"]);
    swarm.does(3, &["sync", "--once", "--worker", "3"]);
    assert!(
        swarm
            .does(0, &["credentials", "list"])
            .contains("sent, until")
    );
    let out = swarm.does(0, &["credentials", "revoke", "worker-3"]);
    assert!(out.contains("over") && out.contains("revoked"), "{out}");
    let over = swarm.rows(
        "SELECT id FROM conversations WHERE expires_at <= strftime('%Y-%m-%dT%H:%M:%f', 'now')",
    );
    assert_eq!(over.len(), 1);
    let names = git(
        &swarm.path("remote.git"),
        &["ls-tree", "-r", "--name-only", "claude/s2-test-credentials"],
    );
    assert!(!names.contains("worker-3"), "{names}");
    assert!(
        swarm
            .does(0, &["credentials", "revoke", "3"])
            .contains("nothing to revoke")
    );
    assert!(swarm.does(0, &["audit", "verify"]).contains("ana"));
}

#[test]
fn another_machine_does_not_become_a_worker_unseen() {
    let swarm = Machines::new(&[3, 4]);
    swarm.enrols(3);
    let (code, _, err) = swarm.on(4, &["credentials", "join", "--worker", "3"]);
    assert!(code == 65 && err.contains("--replace"), "{code} {err}");
    let joined = swarm.does(4, &["credentials", "join", "--worker", "3", "--replace"]);
    let print = joined
        .lines()
        .find_map(|l| l.strip_prefix("fingerprint "))
        .unwrap()
        .to_owned();
    assert!(swarm.does(0, &["credentials", "list"]).contains("CHANGED"));
    let (code, _, err) = swarm.on(0, &["credentials", "accept", "3"]);
    assert!(
        code == 65 && err.contains("before you accept it"),
        "{code} {err}"
    );
    swarm.does(0, &["credentials", "accept", "3", "--fingerprint", &print]);
}

#[test]
fn a_conversation_is_renewed_by_hand_and_ends_when_its_worker_went_over() {
    let swarm = Machines::new(&[3]);
    swarm.enrols(3);
    swarm.does(0, &["deploy", "--session", "1", "--file", "nine-agents"]);
    swarm.does(3, &["sync", "--once", "--worker", "3"]);
    assert!(
        swarm
            .does(0, &["credentials", "rotate"])
            .contains("its worker is there")
    );
    assert!(
        swarm
            .does(0, &["credentials", "rotate"])
            .contains("nothing is due")
    );
    let out = swarm.does(0, &["credentials", "rotate", "--worker", "3"]);
    assert!(
        out.contains("new conversation") && out.contains("credentials sent"),
        "{out}"
    );
    let ids = swarm.column("id");
    assert_eq!(ids.len(), 2);
    let live = || {
        swarm.rows(
            "SELECT id FROM conversations WHERE expires_at > strftime('%Y-%m-%dT%H:%M:%f', 'now')",
        )
    };
    assert_eq!(
        live().len(),
        2,
        "the old one stays until the worker is seen"
    );
    assert!(
        swarm
            .does(3, &["sync", "--once", "--worker", "3"])
            .contains(&ids[1])
    );
    let out = swarm.does(0, &["credentials", "rotate"]);
    assert!(
        out.contains("s1-worker-3-tests goes on in") && out.contains("has read 1 messages"),
        "{out}"
    );
    assert_eq!(live().len(), 2, "its last words are not read yet");
    swarm.orchestrator_reads();
    let out = swarm.does(0, &["credentials", "rotate"]);
    assert!(out.contains(&format!("{}: over", ids[0])), "{out}");
    assert_eq!(live(), [ids[1].clone()]);
    let task = swarm.rows("SELECT conversation_id FROM messages WHERE message LIKE '%task_assignment%' AND to_session = 'b' ORDER BY id DESC LIMIT 1");
    assert_eq!(task, [ids[1].clone()]);
    let (code, _, err) = swarm.on(0, &["credentials", "rotate", "--worker", "9"]);
    assert!(code == 65 && err.contains("deploy"), "{code} {err}");
    assert!(swarm.does(0, &["audit", "verify"]).contains("ana"));
}

#[test]
fn who_is_revoked_gets_no_part_in_a_rotation_of_all() {
    let swarm = Machines::new(&[3, 5]);
    for worker in [3, 5] {
        swarm.enrols(worker);
    }
    swarm.does(0, &["deploy", "--session", "1", "--file", "nine-agents"]);
    swarm.does(0, &["credentials", "revoke", "3"]);
    let before = swarm.column("id").len();
    let out = swarm.does(0, &["credentials", "rotate", "--all"]);
    assert!(
        out.contains("worker-5-deploy: new conversation") && out.contains("credentials sent"),
        "{out}"
    );
    assert!(!out.contains("worker-3"), "{out}");
    assert_eq!(swarm.column("id").len(), before + 1);
    let roles = swarm.rows("SELECT DISTINCT session_a_role FROM conversations");
    assert_eq!(roles.len(), 1, "the orchestrator keeps its name: {roles:?}");
    let (code, _, err) = swarm.on(0, &["credentials", "rotate", "--worker", "3"]);
    assert!(code == 65 && err.contains("deploy"), "{code} {err}");
}

#[test]
fn a_bridge_that_may_not_be_written_keeps_nobody_from_being_revoked() {
    let swarm = Machines::new(&[3]);
    swarm.enrols(3);
    swarm.does(0, &["deploy", "--session", "1", "--file", "nine-agents"]);
    let (code, out, err) = swarm.on(0, &["--read-only", "credentials", "revoke", "3"]);
    assert!(code != 0 && err.contains("--read-only"), "{code} {err}");
    let id = swarm.column("id").remove(0);
    assert!(
        out.contains(&format!("{id} lives still in the bridge")) && out.contains("revoked"),
        "{out}"
    );
    let names = git(
        &swarm.path("remote.git"),
        &["ls-tree", "-r", "--name-only", "claude/s2-test-credentials"],
    );
    assert!(!names.contains("worker-3"), "{names}");
    let list = swarm.does(0, &["credentials", "list"]);
    assert!(list.contains("nobody has joined"), "{list}");
    let out = swarm.does(0, &["credentials", "rotate"]);
    assert!(out.contains(&format!("{id}: over")), "{out}");
    assert!(
        swarm
            .does(0, &["credentials", "revoke", "3"])
            .contains("nothing to revoke")
    );
}

#[test]
fn a_remote_that_is_away_keeps_no_conversation_of_a_revoked_worker_alive() {
    let swarm = Machines::new(&[3]);
    swarm.enrols(3);
    swarm.does(0, &["deploy", "--session", "1", "--file", "nine-agents"]);
    let id = swarm.column("id").remove(0);
    let (remote, away) = (swarm.path("remote.git"), swarm.path("away.git"));
    fs::rename(&remote, &away).unwrap();
    let (code, out, err) = swarm.on(0, &["credentials", "revoke", "3"]);
    assert!(
        code == 69 && err.contains("cannot be reached"),
        "{code} {err}"
    );
    assert!(
        out.contains(&format!("{id}: over")) && out.contains("run this again"),
        "{out}"
    );
    fs::rename(&away, &remote).unwrap();
    assert!(
        swarm
            .does(0, &["credentials", "revoke", "3"])
            .contains("revoked")
    );
}

#[test]
fn shared_files_reach_accepted_workers_only() {
    let swarm = Machines::new(&[3]);
    swarm.enrols(3);
    let file = swarm.path("api.env");
    fs::write(&file, "KEY=a-shared-secret").unwrap();
    let path = file.to_str().unwrap();
    assert!(
        swarm
            .does(0, &["credentials", "share", path])
            .contains("shared with 1")
    );
    assert!(
        swarm
            .does(0, &["credentials", "share", path])
            .contains("already")
    );
    swarm.does(0, &["deploy", "--session", "1", "--file", "nine-agents"]);
    swarm.does(3, &["sync", "--once", "--worker", "3"]);
    let held = swarm.state_of(3).join("credentials/s2/held/shared/api.env");
    assert_eq!(fs::read_to_string(held).unwrap(), "KEY=a-shared-secret");
    let all = swarm.objects();
    assert!(!all.windows(15).any(|part| part == b"a-shared-secret"));
    let (code, _, err) = swarm.on(0, &["credentials", "share", "nothing-here"]);
    assert!(code == 64 && err.contains("nothing-here"), "{code} {err}");
}

#[test]
fn a_failing_remote_is_one_line() {
    let swarm = Machines::new(&[3]);
    swarm.enrols(3);
    let ssh = swarm.path("ssh");
    fs::write(&ssh, "#!/bin/sh\necho 'ana@example.org: Permission denied (publickey,password).' >&2\nexit 255\n").unwrap();
    let mut allow = fs::metadata(&ssh).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut allow, 0o755);
    fs::set_permissions(&ssh, allow).unwrap();
    git(
        &swarm.clone_of(3),
        &["config", "core.sshCommand", ssh.to_str().unwrap()],
    );
    git(
        &swarm.clone_of(3),
        &[
            "remote",
            "set-url",
            "origin",
            "ssh://ana:hunter22@example.org/x.git",
        ],
    );
    for args in [
        &["sync", "--once", "--worker", "3"][..],
        &["credentials", "join", "--worker", "3"],
    ] {
        let (code, _, err) = swarm.on(3, args);
        assert!(
            code == 69 && err.contains("origin refused access") && err.lines().count() == 1,
            "{code} {err}"
        );
        assert!(!err.contains("hunter22"), "{err}");
    }
    let (code, out, err) = swarm.on(3, &["credentials", "list"]);
    assert!(
        code == 0 && err.contains("seen last") && out.contains("worker-3"),
        "{code} {out} {err}"
    );
    git(&swarm.clone_of(3), &["remote", "remove", "origin"]);
    let (code, _, err) = swarm.on(3, &["sync", "--once", "--worker", "3"]);
    assert!(code == 66 && err.contains("git remote add"), "{code} {err}");
}

#[test]
fn sync_goes_on_until_it_is_interrupted() {
    let swarm = Machines::new(&[3]);
    swarm.enrols(3);
    swarm.does(0, &["deploy", "--session", "1", "--file", "nine-agents"]);
    let mut child = swarm.starts(3, &["sync", "--worker", "3"]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let id = swarm.column("id").remove(0);
    assert!(line.contains(&format!("worker 3: holds {id}")), "{line}");
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
