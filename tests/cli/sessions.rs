//! `sessions` on a swarm of four in the shape of the protocol: two are done and say so, two are done and say that they are to be started.

use super::{AT, nine, on, run, warden};
use git2::{Repository, Signature, Time};
use serde_json::Value;
use std::{fs, path::Path};

const STATUS: &str = "\
# Sessions

**Last Updated:** 2025-11-13 15:00 UTC

## Session 1: Panels
**Status:** ✅ COMPLETE (2025-11-13)
**Agents:** 20/20 (Haiku-01 to 20)
**Branch:** claude/panels-011AbCdEf
**Output:** PANELS.md

## Session 2: Clouds
**Status:** ✅ COMPLETE
**Agents:** 10/10 (Haiku-21 to 30)
**Branch:** claude/clouds-011AbCdEf
**Output:** CLOUDS.md

## Session 3: Phones
**Status:** 🔄 READY TO DEPLOY
**Agents:** 10 (Haiku-31 to 40) - Not yet deployed
**Expected Output:** PHONES.md
**Branch Name:** claude/phones-<session-id>

## Session 4: Payments
**Status:** 🔄 READY TO DEPLOY
**Expected Output:** PAYMENTS.md
**Branch Name:** claude/payments-<session-id>
";

/// A repository with a branch for each session, each with its output.
#[expect(
    clippy::unwrap_used,
    reason = "a repository that cannot be made fails the test"
)]
pub(super) fn four() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let git = Repository::init(dir.path()).unwrap();
    git.set_head("refs/heads/main").unwrap();
    commit(
        &git,
        "main",
        None,
        "MULTI-SESSION-STATUS.md",
        STATUS,
        "the status",
    );
    for topic in ["panels", "clouds", "phones", "payments"] {
        let branch = format!("claude/{topic}-011AbCdEf");
        let file = format!("{}.md", topic.to_uppercase());
        let words = format!("Complete {topic}");
        commit(&git, &branch, Some("main"), &file, "# all of it\n", &words);
    }
    dir
}

#[expect(
    clippy::unwrap_used,
    reason = "a commit that cannot be made fails the test"
)]
fn commit(git: &Repository, branch: &str, from: Option<&str>, path: &str, body: &str, words: &str) {
    let tip = |name: &str| {
        let name = format!("refs/heads/{name}");
        git.find_reference(&name).ok()?.peel_to_commit().ok()
    };
    let parent = tip(branch).or_else(|| tip(from?));
    let tree = parent.as_ref().map(|p| p.tree().unwrap());
    let mut builder = git.treebuilder(tree.as_ref()).unwrap();
    let blob = git.blob(body.as_bytes()).unwrap();
    builder.insert(path, blob, 0o100_644).unwrap();
    let tree = git.find_tree(builder.write().unwrap()).unwrap();
    let who = Signature::new("ann", "ann@example.org", &Time::new(1_763_049_600, 0)).unwrap();
    let parents: Vec<_> = parent.iter().collect();
    let name = format!("refs/heads/{branch}");
    git.commit(Some(&name), &who, &who, words, &tree, &parents)
        .unwrap();
}

fn sessions(dir: &Path, args: &[&str]) -> (i32, String, String) {
    run(warden().arg("sessions").args(args).arg("--git").arg(dir))
}

#[test]
fn ready_to_deploy_is_held_against_the_finished_branch() {
    let dir = four();
    let (code, out, err) = sessions(dir.path(), &["-o", "json"]);
    assert_eq!((code, &*err), (0, ""));
    let report: Value = serde_json::from_str(&out).unwrap();
    let all = report["sessions"].as_array().unwrap();
    let seen: Vec<_> = all
        .iter()
        .map(|s| {
            let of = |k: &str| s[k].as_str().unwrap();
            let branch = s["branch"]["name"].as_str().unwrap();
            let claim = s["claim"]["state"].as_str().unwrap();
            let against = s["contradictions"].as_array().unwrap().iter();
            let against: Vec<_> = against.map(|c| c["kind"].as_str().unwrap()).collect();
            (of("id"), branch, claim, of("stage"), against.join(" "))
        })
        .collect();
    assert_eq!(
        seen,
        [
            (
                "session-1",
                "claude/panels-011AbCdEf",
                "complete",
                "finished",
                String::new()
            ),
            (
                "session-2",
                "claude/clouds-011AbCdEf",
                "complete",
                "finished",
                String::new()
            ),
            (
                "session-3",
                "claude/phones-011AbCdEf",
                "ready",
                "finished",
                "finished".to_owned()
            ),
            (
                "session-4",
                "claude/payments-011AbCdEf",
                "ready",
                "finished",
                "finished".to_owned()
            ),
        ]
    );
    let place = all[2]["contradictions"][0]["place"].as_str().unwrap();
    assert!(
        place.starts_with("MULTI-SESSION-STATUS.md:17 on main @"),
        "{place}"
    );
}

#[test]
fn json_follows_the_published_schema_with_and_without_a_bridge() {
    let dir = four();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = fs::read_to_string(root.join("assets/schema/sessions.v1.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let check = |out: &str| {
        let report: Value = serde_json::from_str(out).unwrap();
        let wrong: Vec<_> = validator
            .iter_errors(&report)
            .map(|e| format!("{e}"))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        report
    };
    check(&sessions(dir.path(), &["-o", "json"]).1);
    let git = dir.path().to_str().unwrap();
    let bridge = nine();
    let (code, out, _) = on(
        &bridge,
        &["sessions", "-o", "json", "--git", git, "--at", AT],
    );
    assert_eq!(code, 0);
    let report = check(&out);
    let workers: usize = report["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["workers"].as_array().unwrap().len())
        .sum();
    assert_eq!(workers, 9, "every worker belongs to a session");
}

#[test]
fn text_and_markdown_quote_both_sides() {
    let dir = four();
    let (code, out, _) = sessions(dir.path(), &[]);
    assert_eq!(code, 0);
    assert!(out.contains("CONTRADICTION warning finished: claims \"🔄 READY TO DEPLOY\" at MULTI-SESSION-STATUS.md:17 on main"), "{out}");
    assert!(
        out.contains("but PHONES.md (12 bytes) stands on claude/phones-011AbCdEf"),
        "{out}"
    );
    let (_, md, _) = sessions(dir.path(), &["-o", "md"]);
    assert!(
        md.starts_with("| SESSION |") && md.contains("claims “🔄 READY TO DEPLOY”"),
        "{md}"
    );
}

#[test]
fn without_a_repository_the_reason_stands_there_and_the_rest_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (code, out, _) = sessions(dir.path(), &[]);
    assert_eq!(code, 0);
    assert!(out.contains("warning: not a repository"), "{out}");
}
