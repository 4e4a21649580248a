use super::*;
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

/// Runs the real git, as a user does.
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

/// A repository with one commit on `main`, a staged file and an edited one.
fn busy() -> (TempDir, Plumbing) {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &["init", "-q"]);
    fs::create_dir(dir.path().join("docs")).unwrap();
    fs::write(dir.path().join("docs/a.md"), "one\n").unwrap();
    std::os::unix::fs::symlink("docs", dir.path().join("link")).unwrap();
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "-qm", "first"]);
    fs::write(dir.path().join("docs/a.md"), "edited\n").unwrap();
    fs::write(dir.path().join("staged"), "s").unwrap();
    git(dir.path(), &["add", "staged"]);
    let plumbing = Plumbing::at(dir.path());
    (dir, plumbing)
}

fn who() -> Who {
    Who {
        name: "ana".into(),
        email: "ana@example.org".into(),
        at: Timestamp(1_700_000_000_000_000),
    }
}

fn put(path: &str, text: &str) -> (String, Option<Vec<u8>>) {
    (path.to_owned(), Some(text.as_bytes().to_vec()))
}

fn commit(
    plumbing: &Plumbing,
    branch: &str,
    files: &[(String, Option<Vec<u8>>)],
) -> Result<Committed, PlumbingError> {
    let start = plumbing.base(None).unwrap();
    let who = who();
    plumbing.commit_files(&Change {
        branch,
        expect: None,
        start,
        files,
        message: "docs: mission",
        who: &who,
    })
}

#[test]
fn a_commit_leaves_index_and_worktree_alone() {
    let (dir, plumbing) = busy();
    let index = fs::read(dir.path().join(".git/index")).unwrap();
    let status = git(dir.path(), &["status", "--porcelain"]);
    let done = commit(
        &plumbing,
        "claude/cloud",
        &[put("missions/two.md", "go\n"), put("docs/b.md", "b")],
    )
    .unwrap();
    assert!(done.new);
    assert_eq!(fs::read(dir.path().join(".git/index")).unwrap(), index);
    assert_eq!(git(dir.path(), &["status", "--porcelain"]), status);
    assert_eq!(
        git(dir.path(), &["show", "claude/cloud:missions/two.md"]),
        "go"
    );
    assert_eq!(git(dir.path(), &["show", "claude/cloud:docs/a.md"]), "one");
    assert_eq!(
        git(
            dir.path(),
            &["log", "--format=%an %ae %at %s", "-1", "claude/cloud"]
        ),
        "ana ana@example.org 1700000000 docs: mission"
    );
    assert_eq!(
        git(dir.path(), &["rev-list", "--count", "claude/cloud"]),
        "2"
    );
    git(dir.path(), &["fsck", "--strict"]);
}

#[test]
fn the_same_again_commits_nothing() {
    let (dir, plumbing) = busy();
    let files = [put("m.md", "x")];
    let first = commit(&plumbing, "b", &files).unwrap();
    assert_eq!(
        commit(&plumbing, "b", &files).unwrap(),
        Committed {
            tip: first.tip,
            new: false
        }
    );
    assert_eq!(git(dir.path(), &["rev-list", "--count", "b"]), "2");
    let gone = [("m.md".to_owned(), None), ("never/was".to_owned(), None)];
    assert!(commit(&plumbing, "b", &gone).unwrap().new);
    assert!(!commit(&plumbing, "b", &gone).unwrap().new);
    assert_eq!(
        plumbing
            .blob(plumbing.tip("refs/heads/b").unwrap().unwrap(), "m.md", 9)
            .unwrap(),
        None
    );
}

#[test]
fn whoever_was_faster_is_not_overwritten() {
    let (_dir, plumbing) = busy();
    let first = commit(&plumbing, "b", &[put("a", "1")]).unwrap().tip;
    let second = commit(&plumbing, "b", &[put("a", "2")]).unwrap().tip;
    let who = who();
    let files = [put("a", "3")];
    let change = Change {
        branch: "b",
        expect: Some(first),
        start: None,
        files: &files,
        message: "m",
        who: &who,
    };
    let error = plumbing.commit_files(&change).unwrap_err();
    assert!(matches!(error, PlumbingError::Moved(_)), "{error}");
    assert_eq!(plumbing.tip("refs/heads/b").unwrap(), Some(second));
    // The same between the look and the move.
    let repo = plumbing.open().unwrap();
    let moved = swing(&repo, "refs/heads/b", Some(first.0), first.0, "b");
    assert!(matches!(moved, Err(PlumbingError::Moved(_))));
    assert!(matches!(
        swing(&repo, "refs/heads/b", None, first.0, "b"),
        Err(PlumbingError::Moved(_))
    ));
    assert_eq!(plumbing.tip("refs/heads/b").unwrap(), Some(second));
}

#[test]
fn a_branch_that_somebody_works_on_is_refused_with_the_place() {
    let (dir, plumbing) = busy();
    let says = |branch: &str, part: &str| {
        let error = commit(&plumbing, branch, &[put("a", "1")])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(part) && error.contains("name another branch"),
            "{error}"
        );
    };
    says("main", dir.path().file_name().unwrap().to_str().unwrap());
    let other = tempfile::tempdir().unwrap();
    let place = other.path().join("linked");
    git(
        dir.path(),
        &[
            "worktree",
            "add",
            "-q",
            "-b",
            "linked",
            place.to_str().unwrap(),
        ],
    );
    says("linked", "linked");
    // From inside the linked worktree the main one counts, too.
    let inside = Plumbing::at(&place);
    assert!(matches!(
        commit(&inside, "main", &[put("a", "1")]),
        Err(PlumbingError::CheckedOut { .. })
    ));
    // A rebase has its branch although HEAD is detached.
    git(&place, &["checkout", "-q", "--detach"]);
    commit(&plumbing, "linked", &[put("a", "1")]).unwrap();
    let state = dir.path().join(".git/worktrees/linked/rebase-merge");
    fs::create_dir(&state).unwrap();
    fs::write(state.join("head-name"), "refs/heads/linked\n").unwrap();
    says("linked", "linked");
    // A bare repository has nothing checked out.
    let bare = tempfile::tempdir().unwrap();
    git(bare.path(), &["init", "-q", "--bare"]);
    let bare = Plumbing::at(bare.path());
    assert!(commit(&bare, "main", &[put("a", "1")]).unwrap().new);
}

#[test]
fn paths_that_reach_elsewhere_are_refused() {
    let (dir, plumbing) = busy();
    let before = git(dir.path(), &["for-each-ref"]);
    for path in [
        "../x",
        "/x",
        "a/../../x",
        ".git/hooks/x",
        "a/.Git/x",
        "",
        "a//b",
        "a\\b",
        "docs",
        "link",
        "link/x",
        "docs/a.md/x",
    ] {
        let error = commit(&plumbing, "b", &[put("good", "1"), put(path, "x")]).unwrap_err();
        assert!(
            matches!(error, PlumbingError::Path { .. }),
            "{path}: {error}"
        );
    }
    for branch in ["", "-x", "a..b", "x.lock", "HEAD", "../x", "a b"] {
        assert!(
            matches!(
                commit(&plumbing, branch, &[]),
                Err(PlumbingError::Branch(_))
            ),
            "{branch}"
        );
    }
    assert_eq!(git(dir.path(), &["for-each-ref"]), before);
}

#[test]
fn a_branch_without_a_past_can_be_made() {
    let (dir, plumbing) = busy();
    let who = who();
    let files = [put("a", "1")];
    let change = Change {
        branch: "alone",
        expect: None,
        start: None,
        files: &files,
        message: "m",
        who: &who,
    };
    assert!(plumbing.commit_files(&change).unwrap().new);
    assert_eq!(
        git(dir.path(), &["ls-tree", "-r", "--name-only", "alone"]),
        "a"
    );
    assert_eq!(git(dir.path(), &["rev-list", "--count", "alone"]), "1");
}

#[test]
fn both_sides_are_brought_together_in_memory() {
    let (dir, plumbing) = busy();
    let base = plumbing.base(None).unwrap().unwrap();
    let theirs = commit(&plumbing, "theirs", &[put("t", "1")]).unwrap().tip;
    assert_eq!(
        plumbing.catch_up("ours", theirs, &who()).unwrap(),
        theirs,
        "made"
    );
    let ahead = commit(&plumbing, "ours", &[put("o", "1")]).unwrap().tip;
    assert_eq!(
        plumbing.catch_up("ours", theirs, &who()).unwrap(),
        ahead,
        "ahead stays"
    );
    let further = commit(&plumbing, "theirs", &[put("t", "2")]).unwrap().tip;
    let both = plumbing.catch_up("ours", further, &who()).unwrap();
    assert_eq!(git(dir.path(), &["show", "ours:t"]), "2");
    assert_eq!(git(dir.path(), &["show", "ours:o"]), "1");
    assert!(
        plumbing.is_ancestor(ahead, both).unwrap() && plumbing.is_ancestor(further, both).unwrap()
    );
    assert!(!plumbing.is_ancestor(both, base).unwrap());
    commit(&plumbing, "ours", &[put("same", "o")]).unwrap();
    let clash = commit(&plumbing, "theirs", &[put("same", "t")])
        .unwrap()
        .tip;
    let error = plumbing
        .catch_up("ours", clash, &who())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("same") && error.contains("by hand"),
        "{error}"
    );
}

#[test]
fn only_files_are_read() {
    let (_dir, plumbing) = busy();
    let at = plumbing.base(None).unwrap().unwrap();
    assert_eq!(
        plumbing.blob(at, "docs/a.md", 100).unwrap().unwrap(),
        b"one\n"
    );
    assert_eq!(plumbing.blob(at, "docs/none", 100).unwrap(), None);
    assert_eq!(plumbing.blob(at, "docs/a.md/x", 100).unwrap(), None);
    assert!(matches!(
        plumbing.blob(at, "docs/a.md", 3),
        Err(PlumbingError::TooLarge { size: 4, .. })
    ));
    for path in ["link", "link/a.md", "docs"] {
        assert!(
            matches!(
                plumbing.blob(at, path, 100),
                Err(PlumbingError::NoFile { .. })
            ),
            "{path}"
        );
    }
    assert!(matches!(
        plumbing.blob(at, "../x", 100),
        Err(PlumbingError::Path { .. })
    ));
    let names: Vec<_> = plumbing
        .list(at, "docs")
        .unwrap()
        .into_iter()
        .map(|e| (e.name, e.kind))
        .collect();
    assert_eq!(names, [("a.md".to_owned(), EntryKind::File)]);
    assert!(plumbing.list(at, "none").unwrap().is_empty());
    assert!(plumbing.list(at, "link").is_err());
}

#[test]
fn whom_commits_name_is_safe_for_git() {
    let (dir, plumbing) = busy();
    git(dir.path(), &["config", "user.name", "A <b>\u{1b}[31m"]);
    git(dir.path(), &["config", "user.email", "a@example.org"]);
    let who = plumbing.who("operator", Timestamp(0));
    assert!(!who.name.contains(['<', '>', '\u{1b}']), "{}", who.name);
    assert_eq!(&*who.email, "a@example.org");
    let who = Plumbing::at("/nonexistent").who("ana@host", Timestamp(0));
    assert_eq!(&*who.name, "ana@host");
}
