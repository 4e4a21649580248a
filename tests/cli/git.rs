//! `git`, from outside: on repositories made by git, and without a bridge.

use super::{Value, run, warden};
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

#[expect(clippy::unwrap_used, reason = "git that cannot be run fails the test")]
fn git(dir: &Path, args: &[&str]) {
    let out = Command::new("git")
        .args(args)
        .current_dir(dir)
        .env("HOME", dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .envs([("GIT_AUTHOR_NAME", "Ann"), ("GIT_COMMITTER_NAME", "Ann")])
        .envs([
            ("GIT_AUTHOR_EMAIL", "a@example.org"),
            ("GIT_COMMITTER_EMAIL", "a@example.org"),
        ])
        .output()
        .unwrap();
    assert!(out.status.success(), "git {args:?}: {out:?}");
}

#[expect(
    clippy::unwrap_used,
    reason = "a repository that cannot be made fails the test"
)]
/// `main`, and `one` and `two` that clash in `a`; `three` changes `b`.
fn repo() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("repo");
    fs::create_dir(&path).unwrap();
    git(&path, &["init", "-q", "-b", "main"]);
    let commit = |name: &str, file: &str, text: &str| {
        fs::write(path.join(file), text).unwrap();
        git(&path, &["add", "-A"]);
        git(&path, &["commit", "-q", "-m", name]);
    };
    commit("first", "a", "1\n2\n3\n");
    for (name, file, text) in [
        ("one", "a", "1\none\n3\n"),
        ("two", "a", "1\ntwo\n3\n"),
        ("three", "b", "b|b\n"),
    ] {
        git(&path, &["checkout", "-q", "-b", name, "main"]);
        commit(name, file, text);
    }
    git(&path, &["checkout", "-q", "main"]);
    dir
}

fn at(dir: &TempDir, args: &[&str]) -> (i32, String, String) {
    run(warden()
        .current_dir(dir.path().join("repo"))
        .arg("git")
        .args(args)
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("GIT_COMMITTER_NAME", "Ann")
        .env("GIT_COMMITTER_EMAIL", "a@example.org"))
}

#[test]
fn git_is_shown_without_a_bridge() {
    let dir = repo();
    let (code, out, err) = at(&dir, &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    for words in [
        "main at ",
        "Branches: 4",
        "never pushed",
        "clean, clashes with 1 branch",
        "Work trees",
        "Overlaps: 1 file",
        "6 of 6 pairs",
        "Suggested merge order",
        "1 file in conflict with ",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
    assert_eq!(at(&dir, &["-o", "table"]), at(&dir, &["-o", "text"]));
    let (code, out, _) = at(&dir, &["-o", "md"]);
    assert!(
        code == 0 && out.contains("| BRANCH | SESSION |") && out.contains("\n## Work trees"),
        "{out}"
    );
}

#[test]
fn json_is_what_the_schema_says() {
    let dir = repo();
    let (code, out, _) = at(&dir, &["-o", "json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    let schema = include_str!("../../assets/schema/git.v1.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&found)
        .map(|e| e.to_string())
        .collect();
    assert!(code == 0 && errors.is_empty(), "{errors:?}");
    let cells = found["matrix"]["cells"].as_array().unwrap();
    let clash = cells.iter().find(|c| c["state"] == "conflict").unwrap();
    assert_eq!(clash["files"][0]["path"], "a");
    assert_eq!(clash["files"][0]["hunks"][0]["ours"]["start"], 2);
}

#[test]
fn one_cell_and_one_log_are_told_by_branch() {
    let dir = repo();
    let (code, out, _) = at(&dir, &["conflicts", "one", "two"]);
    assert_eq!(code, 1);
    assert_eq!(
        out,
        "one and two: conflict: a\n  a  both changed\n    one 2 vs two 2\n"
    );
    assert_eq!(at(&dir, &["conflicts", "one", "three"]).0, 0);
    let (code, out, _) = at(&dir, &["log", "one"]);
    assert!(
        code == 0 && out.contains("Ann") && out.lines().count() == 3,
        "{out}"
    );
    let (code, out, err) = at(&dir, &["log", "nowhere"]);
    assert!(
        code == 65 && out.is_empty() && err.contains("no branch nowhere"),
        "{err}"
    );
}

#[test]
fn a_merge_is_begun_beside_the_repository_and_checked() {
    let dir = repo();
    let (code, out, err) = at(&dir, &["merge", "one", "two"]);
    assert!(
        code == 0 && out.contains("resolve 1 files there"),
        "{out}{err}"
    );
    let scratch = dir.path().join("repo-merge-one-two");
    fs::write(scratch.join("a"), "1\none\n3\n").unwrap();
    let check = scratch.to_str().unwrap();
    let (code, out, _) = at(&dir, &["merge", "--check", check]);
    assert!(
        code == 1 && out.contains("1 lines are lost") && out.contains("a:2"),
        "{out}"
    );
    fs::write(scratch.join("a"), "1\none\ntwo\n3\n").unwrap();
    git(&scratch, &["add", "a"]);
    let (code, out, _) = at(&dir, &["merge", "--check", check]);
    assert!(code == 0 && out.contains("no line is lost"), "{out}");
    let (_, out, _) = at(&dir, &["merge", "--check", check, "-o", "json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["files"][0]["outcome"], "combined");
}

#[test]
fn no_repository_is_told_with_the_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let (code, out, err) = run(warden().current_dir(dir.path()).arg("git"));
    assert!(
        code == 66 && out.is_empty() && err.contains("--git DIR"),
        "{err}"
    );
}
