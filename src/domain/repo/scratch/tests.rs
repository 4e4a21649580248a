use super::Begun;

#[test]
fn the_directory_stands_beside_the_repository_and_has_a_plain_name() {
    assert_eq!(
        Begun::shown("/srv/repo/", "origin/main", "claude/x y;$(id)"),
        "/srv/repo-merge-origin-main-claude-x-y---id-"
    );
    assert_eq!(Begun::shown("repo", "a", "../b"), "repo-merge-a-..-b");
    let long = Begun::directory("r", &"x".repeat(400), "y");
    assert!(long.len() < 100, "{long}");
}

#[test]
fn commands_are_safe_to_paste() {
    assert_eq!(
        Begun::check("/srv/a b"),
        "swarmwarden git merge --check '/srv/a b'"
    );
    assert_eq!(
        Begun::undo("/srv/it's"),
        r"git -C '/srv/it'\''s' worktree remove --force '/srv/it'\''s'"
    );
    assert_eq!(
        Begun::undo("/a-b"),
        "git -C /a-b worktree remove --force /a-b"
    );
}
