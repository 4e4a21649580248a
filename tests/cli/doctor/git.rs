//! What credentials travel through.

use super::{super::run, Scene, report, says};
use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

fn git(scene: &Scene, args: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@t"])
        .args(args)
        .current_dir(scene.path(""))
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn a_remote_that_is_not_there() {
    let scene = Scene::bridge(1);
    git(&scene, &["init", "-q", "repo"]);
    git(
        &scene,
        &[
            "-C",
            "repo",
            "remote",
            "add",
            "origin",
            "nowhere/at/all.git",
        ],
    );
    let (code, found) = report(&scene, &["--git", "repo"]);
    assert_eq!(code, 2);
    says(
        &found,
        "git.remote",
        "fail",
        &["origin", "ls-remote", "set-url"],
    );
}

#[test]
fn a_credential_that_others_may_read_is_closed_when_asked() {
    let scene = Scene::bridge(1);
    let held = scene.held().join("1.json");
    fs::set_permissions(&held, fs::Permissions::from_mode(0o644)).unwrap();
    let with = |args: &[&str]| {
        let mut command = scene.warden(&["doctor"]);
        command.env("SWARMWARDEN_CREDENTIALS", scene.held());
        run(command.args(args))
    };
    let (code, out, _) = with(&[]);
    assert_eq!(code, 2);
    assert!(
        out.contains("1.json, mode 0644: others may read") && out.contains("doctor --fix"),
        "{out}"
    );
    let (_, out, _) = with(&["--fix"]);
    assert!(
        out.contains("fixed  ") && out.contains("1.json: mode 0600"),
        "{out}"
    );
    assert!(out.contains("OK    git.modes"), "{out}");
    assert_eq!(
        fs::metadata(&held).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn a_worker_that_joined_and_another_that_took_its_place() {
    let scene = Scene::bridge(1);
    git(&scene, &["init", "-q", "--bare", "hub.git"]);
    git(&scene, &["init", "-q", "repo"]);
    git(
        &scene,
        &["-C", "repo", "commit", "-q", "--allow-empty", "-m", "one"],
    );
    git(
        &scene,
        &["-C", "repo", "remote", "add", "origin", "../hub.git"],
    );
    git(&scene, &["-C", "repo", "push", "-q", "origin", "HEAD:main"]);
    let with = |args: &[&str]| {
        let mut command = scene.warden(&["--git", "repo"]);
        run(command.env("SWARMWARDEN_WORKER", "3").args(args))
    };
    let shows = |wanted: &[&str]| {
        let (_, out, _) = with(&["doctor"]);
        for words in wanted {
            assert!(out.contains(words), "{words}: {out}");
        }
    };
    shows(&[
        "WARN  git.key",
        "credentials join --worker 3",
        "WARN  git.branch",
    ]);
    let (code, _, err) = with(&["credentials", "join"]);
    assert_eq!(code, 0, "{err}");
    shows(&[
        "OK    git.remote",
        "OK    git.branch",
        "OK    git.key",
        "worker 3 joined with ",
        "WARN  git.credential",
    ]);
    // Another machine takes its number.
    let (code, _, err) = with(&["credentials", "join", "--replace", "--state", "other"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(with(&["credentials", "list"]).0, 0, "it fetches");
    shows(&["FAIL  git.key", "is the one on the branch", "--replace"]);
    // The branch goes on at the remote, and nobody fetched it.
    git(
        &scene,
        &[
            "clone",
            "-q",
            "-b",
            "claude/s2-test-credentials",
            "hub.git",
            "two",
        ],
    );
    git(
        &scene,
        &["-C", "two", "commit", "-q", "--allow-empty", "-m", "more"],
    );
    git(&scene, &["-C", "two", "push", "-q"]);
    shows(&["WARN  git.branch", "was fetched last at", "sync --once"]);
}
