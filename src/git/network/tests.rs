use super::*;
use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};
use tempfile::TempDir;

fn git(dir: &Path, args: &[&str]) -> String {
    let done = Command::new("git")
        .current_dir(dir)
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.org",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(args)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

/// A bare remote and two clones of it.
fn clones() -> (TempDir, PathBuf, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &["init", "-q", "--bare", "remote.git"]);
    git(dir.path(), &["clone", "-q", "remote.git", "one"]);
    let one = dir.path().join("one");
    git(&one, &["commit", "-q", "--allow-empty", "-m", "first"]);
    git(&one, &["push", "-q", "origin", "main"]);
    git(dir.path(), &["clone", "-q", "remote.git", "two"]);
    let two = dir.path().join("two");
    (dir, one, two)
}

fn script(dir: &Path, body: &str) -> PathBuf {
    let path = dir.join("script");
    fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn a_branch_goes_from_clone_to_clone_and_no_tracking_branch_moves() {
    let (_dir, one, two) = clones();
    git(&one, &["branch", "creds"]);
    Network::at(&one).push("origin", "creds").unwrap();
    let refs = git(&two, &["for-each-ref", "refs/remotes", "refs/heads"]);
    Network::at(&two).fetch_branch("origin", "creds").unwrap();
    let ours = Network::fetched("origin", "creds");
    assert_eq!(
        git(&two, &["rev-parse", &ours]),
        git(&one, &["rev-parse", "creds"])
    );
    let after = git(&two, &["for-each-ref", "refs/remotes", "refs/heads"]);
    let kept = refs.lines().all(|line| after.contains(line));
    assert!(kept, "{refs}\n{after}");
    // Rewritten at the remote: the fetch says where it is, whatever we had.
    git(&one, &["checkout", "-q", "--orphan", "again"]);
    git(&one, &["commit", "-q", "--allow-empty", "-m", "other"]);
    git(&one, &["push", "-qf", "origin", "again:creds"]);
    Network::at(&two).fetch_branch("origin", "creds").unwrap();
    assert_eq!(
        git(&two, &["rev-parse", &ours]),
        git(&one, &["rev-parse", "again"])
    );
}

#[test]
fn what_went_on_at_the_remote_is_not_overwritten() {
    let (_dir, one, two) = clones();
    git(&one, &["commit", "-q", "--allow-empty", "-m", "second"]);
    Network::at(&one).push("origin", "main").unwrap();
    git(&two, &["commit", "-q", "--allow-empty", "-m", "mine"]);
    let error = Network::at(&two).push("origin", "main").unwrap_err();
    assert!(
        matches!(error, NetworkError::NonFastForward { .. }),
        "{error}"
    );
}

#[test]
fn remotes_and_branches_that_are_not_there_are_named() {
    let (dir, one, _) = clones();
    for remote in ["upstream", "-x", "../remote.git", "file:///x", "a:b"] {
        let error = Network::at(&one).fetch_branch(remote, "main").unwrap_err();
        assert!(
            matches!(error, NetworkError::NoRemote(_)),
            "{remote}: {error}"
        );
    }
    let error = Network::at(&one)
        .fetch_branch("origin", "none")
        .unwrap_err();
    assert!(
        matches!(&error, NetworkError::NoBranch { branch, .. } if branch == "none"),
        "{error}"
    );
    fs::rename(dir.path().join("remote.git"), dir.path().join("moved.git")).unwrap();
    let error = Network::at(&one)
        .fetch_branch("origin", "main")
        .unwrap_err();
    assert!(matches!(error, NetworkError::Unreachable { .. }), "{error}");
    let error = Network::at(&one)
        .with("no-such-git-program")
        .fetch_branch("origin", "main")
        .unwrap_err();
    assert!(matches!(error, NetworkError::NoGit(_)), "{error}");
    let error = Network::at(&one)
        .fetch_branch("origin", "--upload-pack=x")
        .unwrap_err();
    assert!(
        matches!(error, NetworkError::Local(PlumbingError::Branch(_))),
        "{error}"
    );
}

#[test]
fn refused_access_is_said_without_asking_and_without_secrets() {
    let (dir, one, _) = clones();
    let body = format!(
        "echo \"$@\" > {}/args; echo 'git@h: Permission denied (publickey).' >&2; exit 255",
        dir.path().display()
    );
    let ssh = script(dir.path(), &body);
    git(&one, &["config", "core.sshCommand", ssh.to_str().unwrap()]);
    git(
        &one,
        &[
            "remote",
            "add",
            "locked",
            "ssh://ana:hunter22@host.invalid/x.git",
        ],
    );
    let error = Network::at(&one).push("locked", "main").unwrap_err();
    assert!(matches!(error, NetworkError::Refused { .. }), "{error}");
    assert!(!error.to_string().contains("hunter22"), "{error}");
    let args = fs::read_to_string(dir.path().join("args")).unwrap();
    assert!(args.contains("BatchMode=yes"), "{args}");
}

#[test]
fn a_child_that_hangs_is_ended_with_what_it_started() {
    let (dir, one, _) = clones();
    let pipe = dir.path().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    // Whoever lives on keeps the pipe open, and the end of it does not come.
    let body = format!("exec 3>{}; tail -f /dev/null & wait", pipe.display());
    let hanging = script(dir.path(), &body);
    let listen = || {
        let pipe = pipe.clone();
        std::thread::spawn(move || fs::read(pipe).unwrap())
    };
    let (end, late) = (listen(), Duration::from_millis(500));
    let network = Network::at(&one).with(&hanging).within(late);
    let error = network.fetch_branch("origin", "main").unwrap_err();
    assert!(matches!(error, NetworkError::Timeout { .. }), "{error}");
    // Should it have been ended before it opened the pipe, this does.
    drop(
        fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(&pipe)
            .unwrap(),
    );
    assert!(end.join().unwrap().is_empty());
    let stop = Arc::new(AtomicBool::new(true));
    let network = Network::at(&one).with(&hanging).until(stop);
    let end = listen();
    assert!(matches!(
        network.fetch_branch("origin", "main"),
        Err(NetworkError::Stopped)
    ));
    drop(
        fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(&pipe)
            .unwrap(),
    );
    assert!(end.join().unwrap().is_empty());
}

#[test]
fn endless_output_is_kept_in_part() {
    let (dir, one, _) = clones();
    let noisy = script(
        dir.path(),
        "head -c 3000000 /dev/zero | tr '\\0' x; echo; exit 1",
    );
    let error = Network::at(&one)
        .with(noisy)
        .fetch_branch("origin", "main")
        .unwrap_err();
    assert!(error.to_string().len() < 2_000);
}

#[test]
fn the_tip_at_the_remote_is_asked_for_without_fetching() {
    let (_dir, one, two) = clones();
    git(&one, &["commit", "-q", "--allow-empty", "-m", "second"]);
    git(&one, &["push", "-q", "origin", "main:creds"]);
    let refs = git(&two, &["for-each-ref"]);
    let there = Network::at(&two).tip("origin", "creds").unwrap();
    assert_eq!(there, Some(git(&one, &["rev-parse", "main"])));
    assert_eq!(Network::at(&two).tip("origin", "none").unwrap(), None);
    let unknown = Network::at(&two).tip("upstream", "creds").unwrap_err();
    assert!(matches!(unknown, NetworkError::NoRemote(_)), "{unknown}");
    assert_eq!(git(&two, &["for-each-ref"]), refs, "nothing was fetched");
}
