//! What git says, as tables of words: text and Markdown differ only in how they draw them.

use super::{Owner, cell};
use crate::domain::{
    Branch, Repo, Timestamp, Worktree,
    repo::{Cell, Matrix},
};

/// Overlaps that are listed.
const OVERLAPS: usize = 20;

/// A table with its heading.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Section {
    fn new(title: impl Into<String>, head: &[&str], rows: Vec<Vec<String>>) -> Self {
        Self {
            title: title.into(),
            head: head.iter().map(|&h| h.to_owned()).collect(),
            rows,
        }
    }
}

/// The repository in one line.
pub(super) fn head(repo: &Repo, now: Timestamp) -> String {
    let base = match &repo.base {
        Some(base) => format!("base {base} {}", repo.base_commit),
        None => "no base: name one with git.base".to_owned(),
    };
    let fetched = match repo.fetched {
        Some(at) => format!("fetched {} ago", now.since(at)),
        None => "never fetched here".to_owned(),
    };
    format!(
        "{}  {} at {}, {base}, {} branches, {} stashes, {fetched}",
        repo.path, repo.head, repo.commit, repo.branch_count, repo.stashes
    )
}

/// Every table that has something to say.
pub(super) fn all(repo: &Repo, now: Timestamp, who: Owner<'_>) -> Vec<Section> {
    let mut all = vec![branches(repo, now, who)];
    if !repo.worktrees.is_empty() {
        let rows = repo.worktrees.iter().map(worktree).collect();
        let head = [
            "PATH",
            "BRANCH",
            "HEAD",
            "STAGED",
            "CHANGED",
            "UNKNOWN",
            "CONFLICTS",
            "STATE",
        ];
        all.push(Section::new("Work trees", &head, rows));
    }
    if let Some(matrix) = repo.matrix.as_deref() {
        all.extend(overlaps(matrix));
        all.push(grid(matrix));
        if !matrix.order.is_empty() {
            all.push(order(matrix));
        }
    }
    all
}

fn branches(repo: &Repo, now: Timestamp, who: Owner<'_>) -> Section {
    let rows = repo.branches.iter().map(|b| {
        let who = who(b);
        let word = |name: Option<std::sync::Arc<str>>| name.map_or("-".into(), |n| n.to_string());
        vec![
            b.name.to_string(),
            word(who.session),
            word(who.worker),
            format!("+{}", b.ahead),
            format!("-{}", b.behind),
            upstream(b),
            merge_state(repo, b),
            age(b.committed, now),
            spark(&b.activity),
            b.author.to_string(),
            b.subject.to_string(),
        ]
    });
    let head = [
        "BRANCH", "SESSION", "WORKER", "AHEAD", "BEHIND", "UPSTREAM", "MERGE", "LAST", "24H",
        "AUTHOR", "SUBJECT",
    ];
    let listed = repo.branches.len();
    let title = match usize::try_from(repo.branch_count).unwrap_or(usize::MAX) {
        count if count > listed => format!("Branches: {listed} of {count}"),
        count => format!("Branches: {count}"),
    };
    Section::new(title, &head, rows.collect())
}

fn upstream(branch: &Branch) -> String {
    match &branch.upstream {
        None => "never pushed".to_owned(),
        Some(u) if u.gone => format!("{} is gone", u.name),
        Some(_) if branch.remote => "only there".to_owned(),
        Some(u) if u.ahead == 0 && u.behind == 0 => "pushed".to_owned(),
        Some(u) if u.behind == 0 => format!("{} unpushed", u.ahead),
        Some(u) if u.ahead == 0 => format!("{} to pull", u.behind),
        Some(u) => format!("diverged +{} -{}", u.ahead, u.behind),
    }
}

/// How a branch stands to the base and to other branches, in a word or two.
pub(in crate::headless) fn merge_state(repo: &Repo, branch: &Branch) -> String {
    if branch.merged {
        return "merged".to_owned();
    }
    if branch.ahead == 0 {
        return "nothing new".to_owned();
    }
    let Some(matrix) = repo.matrix.as_deref() else {
        return "-".to_owned();
    };
    match matrix.with_base(&branch.name) {
        None => "not compared".to_owned(),
        Some(Cell::Clean) => match matrix.clashing(&branch.name).len() {
            0 => "clean".to_owned(),
            1 => "clean, clashes with 1 branch".to_owned(),
            n => format!("clean, clashes with {n} branches"),
        },
        Some(other) => cell::words(other),
    }
}

/// Commits per hour as a row of bars; a dot where there was none.
pub(super) fn spark(activity: &[u16]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let top = usize::from(activity.iter().copied().max().unwrap_or(0)).max(BARS.len());
    let bar = |&n: &u16| match usize::from(n) {
        0 => '·',
        n => BARS
            .get((n * BARS.len()).div_ceil(top).saturating_sub(1))
            .copied()
            .unwrap_or('█'),
    };
    activity.iter().map(bar).collect()
}

pub(super) fn age(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map_or_else(|| "-".to_owned(), |at| now.since(at).to_string())
}

fn worktree(tree: &Worktree) -> Vec<String> {
    let mut state: Vec<String> = tree
        .operation
        .iter()
        .map(|o| format!("{} under way", o.name()))
        .collect();
    let notes = [
        (tree.missing, "directory is missing"),
        (tree.locked, "locked"),
        (tree.cut, "too many files"),
    ];
    state.extend(
        notes
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, word)| (*word).to_owned()),
    );
    state.extend(tree.error.iter().map(ToString::to_string));
    let counted = tree.read_at.is_some() && !tree.missing && tree.error.is_none();
    let count = |n: u32| {
        if counted {
            n.to_string()
        } else {
            "-".to_owned()
        }
    };
    vec![
        tree.path.to_string(),
        tree.branch.as_deref().unwrap_or("-").to_owned(),
        tree.head.to_string(),
        count(tree.staged),
        count(tree.unstaged),
        count(tree.untracked),
        count(tree.conflicted),
        if state.is_empty() {
            "-".to_owned()
        } else {
            state.join(", ")
        },
    ]
}

fn overlaps(matrix: &Matrix) -> Option<Section> {
    let all = matrix.overlaps.len() + usize::try_from(matrix.overlaps_left_out).unwrap_or(0);
    let rows = matrix.overlaps.iter().take(OVERLAPS).map(|overlap| {
        let branches: Vec<_> = overlap.branches.iter().map(|b| &**b).collect();
        vec![
            overlap.path.to_string(),
            branches.len().to_string(),
            branches.join(", "),
        ]
    });
    let title = match all {
        n if n > OVERLAPS => format!(
            "Overlaps: {n} files edited on two or more live branches; the {OVERLAPS} of most branches, more with -o json"
        ),
        n => format!("Overlaps: {n} files edited on two or more live branches"),
    };
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| Section::new(title, &["FILE", "BRANCHES", "WHICH"], rows))
}

fn grid(matrix: &Matrix) -> Section {
    let count = matrix.names.len();
    let mut head = vec!["#".to_owned(), "BRANCH".to_owned()];
    head.extend((0..count).map(|n| n.to_string()));
    let rows = matrix.names.iter().enumerate().map(|(row, name)| {
        let mut cells = vec![row.to_string(), name.to_string()];
        cells.extend(
            (0..count).map(|column| matrix.cell(row, column).map_or("\\".into(), cell::mark)),
        );
        cells
    });
    let mut title = format!(
        "Conflicts, in files: {} of {} pairs (. none, / unrelated, ? unknown)",
        matrix.done, matrix.of
    );
    if matrix.left_out > 0 {
        title = format!("{title}; {} older branches are left out", matrix.left_out);
    }
    Section {
        title,
        head,
        rows: rows.collect(),
    }
}

fn order(matrix: &Matrix) -> Section {
    let rows = matrix.order.iter().enumerate().map(|(n, step)| {
        vec![
            (n + 1).to_string(),
            step.branch.to_string(),
            if step.unsure {
                "?".to_owned()
            } else {
                step.new_conflicts.to_string()
            },
            step.reason.to_string(),
        ]
    });
    Section::new(
        "Suggested merge order",
        &["#", "BRANCH", "NEW", "WHY"],
        rows.collect(),
    )
}
