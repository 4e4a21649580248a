//! What is written back: documents, a take-over, how a conflict was resolved.

use super::{AT, Bridge, nine, run, sessions::four, warden};
use git2::{BranchType, Repository};
use serde_json::Value;
use std::{fs, path::Path, process::Command};

fn on(dir: &Path, args: &[&str]) -> (i32, String, String) {
    run(warden()
        .args(args)
        .arg("--git")
        .arg(dir)
        .args(["--actor", "ann"]))
}

/// The text of a file on a branch.
#[expect(
    clippy::unwrap_used,
    reason = "a file that is not there fails the test"
)]
fn text(dir: &Path, branch: &str, path: &str) -> String {
    let git = Repository::open(dir).unwrap();
    let branch = git.find_branch(branch, BranchType::Local).unwrap();
    let tree = branch.get().peel_to_tree().unwrap();
    let blob = tree.get_path(Path::new(path)).unwrap().id();
    String::from_utf8(git.find_blob(blob).unwrap().content().to_vec()).unwrap()
}

#[test]
fn the_status_document_that_was_written_gives_the_same_sessions_and_notes_survive() {
    let dir = four();
    let path = dir.path();
    let commit = [
        "report",
        "--format",
        "status-md",
        "--commit",
        "--branch",
        "lead",
    ];
    let (code, out, err) = on(path, &commit);
    assert_eq!(
        (code, &*err),
        (
            65,
            "swarmwarden: MULTI-SESSION-STATUS.md on lead: line 1: this document was not generated, so all of it may be somebody's; move it away, or keep all of it as a note: `report --commit --adopt`\n"
        ),
        "{out}"
    );
    let (code, out, err) = on(path, &[&commit[..], &["--adopt"]].concat());
    assert_eq!((code, &*err), (0, ""));
    assert!(
        out.starts_with("committed: MULTI-SESSION-STATUS.md on lead @"),
        "{out}"
    );
    let first = text(path, "lead", "MULTI-SESSION-STATUS.md");
    let kept = "**Agents:** 10 (Haiku-31 to 40) - Not yet deployed\n";
    assert!(first.contains(kept), "what people wrote is a note now");

    let before = sessions(&on(path, &["sessions", "-o", "json"]).1);
    // Only the generated document is left.
    let git = Repository::open(path).unwrap();
    git.find_branch("main", BranchType::Local).unwrap();
    git.set_head("refs/heads/elsewhere").unwrap();
    git.find_branch("main", BranchType::Local)
        .unwrap()
        .delete()
        .unwrap();
    for topic in ["panels", "clouds", "phones", "payments"] {
        strip(&git, &format!("claude/{topic}-011AbCdEf"));
    }
    let after = on(path, &["sessions", "-o", "json"]).1;
    assert_eq!(sessions(&after), before);
    let report: Value = serde_json::from_str(&after).unwrap();
    let three = &report["sessions"][2];
    assert_eq!(three["claim"]["branch"], "lead");
    assert_eq!(
        three["claim"]["state"], "complete",
        "it tells what was found"
    );

    let (code, out, _) = on(path, &commit);
    assert_eq!(code, 0, "{out}");
    assert!(text(path, "lead", "MULTI-SESSION-STATUS.md").contains(kept));
}

/// Id, title and branch of each session.
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a report that is none fails the test"
)]
fn sessions(out: &str) -> Vec<(String, String, String)> {
    let report: Value = serde_json::from_str(out).unwrap();
    let word = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let all = report["sessions"].as_array().unwrap().iter();
    all.map(|s| {
        (
            word(&s["id"]),
            word(&s["title"]),
            word(&s["branch"]["name"]),
        )
    })
    .collect()
}

/// Takes the status document that people wrote off a branch.
#[expect(
    clippy::unwrap_used,
    reason = "a commit that cannot be made fails the test"
)]
fn strip(git: &Repository, branch: &str) {
    let tip = git.find_branch(branch, BranchType::Local).unwrap();
    let parent = tip.get().peel_to_commit().unwrap();
    let mut tree = git.treebuilder(Some(&parent.tree().unwrap())).unwrap();
    tree.remove("MULTI-SESSION-STATUS.md").unwrap();
    let tree = git.find_tree(tree.write().unwrap()).unwrap();
    let who = parent.author().to_owned();
    let name = tip.get().name().unwrap().to_owned();
    git.commit(Some(&name), &who, &who, "no status", &tree, &[&parent])
        .unwrap();
}

#[test]
fn every_document_is_printed_and_nothing_is_written() {
    let dir = four();
    for (format, begins) in [
        ("status-md", "<!-- "),
        ("tracker-md", "<!-- "),
        ("handover-md", "<!-- "),
        ("markdown", ""),
        ("json", "{"),
    ] {
        let (code, out, err) = on(dir.path(), &["report", "--format", format]);
        assert_eq!((code, &*err), (0, ""), "{format}");
        assert!(
            out.starts_with(begins) && out.contains("Phones"),
            "{format}: {out}"
        );
        assert!(!out.contains(&*dir.path().to_string_lossy()) || format == "json");
    }
    let git = Repository::open(dir.path()).unwrap();
    assert_eq!(git.branches(None).unwrap().count(), 5);
}

const PLAN: &str = "name = \"s\"\n\
[[session]]\nnumber = 1\ntitle = \"Old\"\nroles = [\"worker-5-*\", \"worker-3-*\"]\n\
[[session]]\nnumber = 2\ntitle = \"New\"\nbranch = \"claude/clouds-<session-id>\"\nroles = [\"worker-2-*\", \"worker-1-*\"]\n";

#[expect(
    clippy::unwrap_used,
    reason = "a scenario that cannot be read fails the test"
)]
fn live() -> Bridge {
    Bridge::live("nine-agents", AT).unwrap()
}

#[test]
fn a_take_over_moves_every_open_task_and_writes_the_handover() {
    let (dir, bridge) = (four(), live());
    let plan = dir.path().join("plan.toml");
    fs::write(&plan, PLAN).unwrap();
    let takeover = |more: &[&str]| {
        let mut command = warden();
        command.args(["takeover", "1", "--by", "2", "--reason", "over six hours"]);
        command
            .arg("--db")
            .arg(bridge.path())
            .arg("--swarm")
            .arg(&plan);
        command
            .arg("--git")
            .arg(dir.path())
            .args(["--actor", "ann"])
            .args(more);
        run(&mut command)
    };
    let (code, out, err) = takeover(&["--dry-run"]);
    assert_eq!((code, &*err), (0, "dry run: nothing was written\n"));
    assert!(
        out.contains("session-2 goes on with session-1: 1 open tasks"),
        "{out}"
    );
    assert!(
        out.contains("deploy-staging goes to worker-2-frontend"),
        "{out}"
    );
    let (code, _, err) = takeover(&[]);
    assert_eq!(code, 64);
    assert!(
        err.contains("--confirm session-1") && err.contains("nothing was written"),
        "{err}"
    );
    let (code, out, err) = takeover(&["--confirm", "session-1"]);
    assert_eq!((code, &*err), (0, ""), "{out}");
    assert!(
        out.contains("Reassign deploy-staging to worker-2-frontend: done"),
        "{out}"
    );
    let handover = text(dir.path(), "claude/clouds-011AbCdEf", "SESSION-HANDOVER.md");
    for words in [
        "session-1 was taken over by session-2",
        "handed on: deploy-staging",
        "because: over six hours",
    ] {
        assert!(handover.contains(words), "{words}: {handover}");
    }
    let mut audit = warden();
    audit.args(["audit", "verify", "--db"]).arg(bridge.path());
    assert_eq!(run(&mut audit).0, 0);
}

#[test]
fn a_session_that_is_not_there_is_named_with_the_remedy() {
    let bridge = nine();
    let (code, _, err) = run(warden()
        .args([
            "takeover",
            "9",
            "--by",
            "8",
            "--dry-run",
            "--at",
            AT,
            "--db",
        ])
        .arg(bridge.path()));
    assert_eq!(code, 65);
    assert!(
        err.contains("session 9") && err.contains("sessions --all"),
        "{err}"
    );
}

#[test]
fn how_a_conflict_was_resolved_is_written_into_the_handover() {
    let dir = four();
    let git = |dir: &Path, args: &[&str]| {
        let out = Command::new("git")
            .arg("-C")
            .arg(dir)
            .args(args)
            .output()
            .unwrap();
        assert!(
            out.status.success(),
            "{args:?}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
    };
    let path = dir.path();
    git(path, &["config", "user.name", "ann"]);
    git(path, &["config", "user.email", "ann@example.org"]);
    for (branch, line) in [("left", "one"), ("right", "two")] {
        git(path, &["checkout", "-qb", branch, "main"]);
        fs::write(path.join("both.txt"), format!("{line}\n")).unwrap();
        git(path, &["add", "both.txt"]);
        git(path, &["commit", "-qm", branch]);
    }
    let scratch = dir.path().join("scratch");
    let at = scratch.to_str().unwrap();
    let (code, out, err) = on(path, &["git", "merge", "left", "right", "--dir", at]);
    assert_eq!((code, &*err), (0, ""), "{out}");
    let finish = [
        "git", "merge", "--finish", at, "--record", "lead", "--remove",
    ];
    let (code, _, err) = on(path, &finish);
    assert_eq!(code, 64);
    assert!(err.contains("still in conflict"), "{err}");
    fs::write(scratch.join("both.txt"), "one\ntwo\n").unwrap();
    git(&scratch, &["add", "both.txt"]);
    git(&scratch, &["commit", "-qm", "both"]);
    let (code, out, err) = on(path, &finish);
    assert_eq!((code, &*err), (0, ""), "{out}");
    let handover = text(path, "lead", "SESSION-HANDOVER.md");
    assert!(
        handover.contains("ann merged right into left, as ")
            && handover.contains("both.txt combined"),
        "{handover}"
    );
    assert!(!scratch.exists());
}
