//! The swarm of four sessions with all that git says: branches in every state, a conflict matrix, work trees, overlaps.

use super::{ago, sessions::sessions};
use std::sync::Arc;
use swarmwarden::domain::{
    Branch, Diffstat, Repo, Snapshot, Worktree,
    repo::{Cell, ClashKind, FileClash, Hunk, Matrix, Operation, Upstream},
};

const BASE: &str = "origin/main";

fn clash(path: &str, kind: ClashKind, hunks: &[(u32, u32, u32, u32)]) -> FileClash {
    let hunk = |&(a, n, b, m): &(u32, u32, u32, u32)| Hunk {
        ours: (a, n),
        theirs: (b, m),
    };
    FileClash {
        path: path.into(),
        kind,
        hunks: hunks.iter().map(hunk).collect(),
    }
}

fn upstream(ahead: u32) -> Upstream {
    Upstream {
        name: "origin/claude/x".into(),
        ahead,
        ..Upstream::default()
    }
}

/// Name, ahead, behind, age of the newest commit.
fn more(name: &str, ahead: u32, behind: u32, age: i64) -> Branch {
    Branch {
        name: name.into(),
        id: format!("{name}-0000000000").into(),
        commit: "abcdef12".into(),
        subject: format!("work on {name}").into(),
        author: "bob".into(),
        committed: Some(ago(age)),
        ahead,
        behind,
        upstream: Some(Upstream::default()),
        ..Branch::default()
    }
}

/// Branches of the fixture of sessions, told apart.
fn told(mut branch: Branch) -> Branch {
    branch.diffstat = Some(Diffstat {
        files: 12,
        added: 300,
        removed: 20,
    });
    let files: &[&str] = match branch.name.split(['/', '-']).nth(1) {
        Some("clouds") => {
            branch.upstream = Some(upstream(3));
            &["INTEGRATIONS-COMPLETE-LIST.md", "clouds.md", "src/lib.rs"]
        }
        Some("payments") => {
            branch.upstream = None;
            &["INTEGRATIONS-COMPLETE-LIST.md", "src/lib.rs"]
        }
        Some("phones") => &["phones.md", "src/lib.rs"],
        _ => &["panels.md"],
    };
    branch.files = files.iter().map(|f| (*f).into()).collect();
    branch
}

fn matrix(branches: &[Branch]) -> Matrix {
    let live = branches.iter().filter(|b| !b.merged && b.ahead > 0);
    let live: Vec<_> = live
        .map(|b| (Arc::clone(&b.name), Arc::clone(&b.id)))
        .collect();
    let base = (BASE.into(), "8d1e0c4a00".into());
    let (names, ids): (Vec<_>, Vec<_>) = [base].into_iter().chain(live).unzip();
    let n = names.len();
    let of = n * (n - 1) / 2;
    let mut cells = vec![Cell::Clean; of];
    let hunks = [(40, 22, 44, 9), (90, 1, 93, 0)];
    let list = clash("INTEGRATIONS-COMPLETE-LIST.md", ClashKind::Content, &hunks);
    let added = clash("clouds.md", ClashKind::BothAdded, &[(1, 120, 1, 80)]);
    let gone = clash("src/lib.rs", ClashKind::DeletedByTheirs, &[]);
    let why = "an object is missing: 4c4ff80a".into();
    for (at, cell) in [
        (0, Cell::Conflict([list.clone(), added].into())),
        (5, Cell::Unrelated),
        (7, Cell::Conflict([list, gone].into())),
        (9, Cell::Unknown(why)),
        (of - 1, Cell::Pending),
    ] {
        if let Some(place) = cells.get_mut(at) {
            *place = cell;
        }
    }
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let mut matrix = Matrix {
        names: names.into(),
        ids: ids.into(),
        cells,
        done: small(of - 1),
        of: small(of),
        left_out: 2,
        ..Matrix::default()
    };
    matrix.arrange(branches);
    matrix
}

fn worktrees() -> [Worktree; 3] {
    let tree = |path: &str, branch: Option<&str>| Worktree {
        path: path.into(),
        branch: branch.map(Into::into),
        head: "8d1e0c4".into(),
        read_at: Some(ago(4)),
        ..Worktree::default()
    };
    [
        tree("/srv/swarm/repo/", Some("main")),
        Worktree {
            staged: 1,
            unstaged: 2,
            conflicted: 1,
            operation: Some(Operation::Rebase),
            ..tree("/srv/swarm/clouds/", Some("claude/clouds-011AbCdEf"))
        },
        Worktree {
            missing: true,
            ..tree("/srv/swarm/gone/", None)
        },
    ]
}

/// The swarm of `n` workers, and a repository whose branches conflict, lag and overlap.
pub(super) fn branches(n: usize) -> Snapshot {
    edited(staffed(sessions(n)), |repo| {
        let own = repo.branches.iter().cloned().map(told);
        let merged = Branch {
            merged: true,
            ..more("feat/vector", 0, 7, 180)
        };
        let others = [
            more("main", 0, 0, 900),
            merged,
            more(
                "old/idea-with-a-very-long-name-that-does-not-fit-anywhere",
                2,
                140,
                400_000,
            ),
            more("docs/site", 0, 42, 300_000),
        ];
        own.chain(others).collect()
    })
}

/// Three workers for the session of the clouds.
fn staffed(mut snapshot: Snapshot) -> Snapshot {
    let crew: Vec<_> = snapshot.workers.iter().skip(6).take(3).cloned().collect();
    for session in &mut snapshot.sessions {
        if session.branch().is_some_and(|b| b.name.contains("clouds")) {
            let session = Arc::make_mut(session);
            session.workers = crew.iter().map(|w| w.conversation.clone()).collect();
            session.open = crew.iter().flat_map(|w| w.tasks.clone()).collect();
        }
    }
    snapshot
}

/// The same with `count` branches more, of names like those that git allows, and worse.
pub(super) fn many(count: usize, name: impl Fn(usize) -> String) -> Snapshot {
    edited(sessions(9), |repo| {
        let own = repo.branches.iter().cloned().map(told);
        let more = (0..count).map(|n| more(&name(n), 1, 2, 86_400));
        own.chain(more).collect()
    })
}

fn edited(mut snapshot: Snapshot, edit: impl Fn(&Repo) -> Vec<Branch>) -> Snapshot {
    let Some(repo) = snapshot.repo.take().map(Arc::unwrap_or_clone) else {
        return snapshot;
    };
    let branches = edit(&repo);
    let live: Vec<_> = branches.iter().take(5 + Matrix::LIVE).cloned().collect();
    snapshot.repo = Some(Arc::new(Repo {
        matrix: Some(Arc::new(matrix(&live))),
        branch_count: u32::try_from(branches.len()).unwrap_or(u32::MAX),
        branches: branches.into(),
        worktrees: worktrees().into(),
        stashes: 2,
        fetched: Some(ago(41)),
        ..repo
    }));
    snapshot
}
