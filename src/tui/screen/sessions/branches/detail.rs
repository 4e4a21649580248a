//! The selected branch: its head, where it is pushed to and checked out, what it conflicts with, its commits.

use super::{row::Row, state::State, upstream};
use crate::{
    domain::{
        Branch, Repo, Worktree,
        repo::{Cell, Matrix},
        text,
    },
    tui::{
        keymap::{Action, Context},
        screen::{
            overview::plural,
            sessions::matrix::{clash, words},
        },
        theme::Role,
        view::Scene,
        widget::{self, Strip},
    },
};

/// Branches that it clashes with, and files shared with others, that are named.
const NAMED: usize = 6;
/// Lines of one conflict.
const LINES: usize = 5;

/// `claude/x  9 commits ahead of origin/main, 3 behind`.
pub(super) fn headline(state: &State, row: &Row, branch: &Branch) -> Strip {
    let base = state.repo().and_then(|repo| repo.base.as_deref());
    let words = match base {
        None => "no base to compare with: name one with git.base".to_owned(),
        Some(base) => {
            let behind = match branch.behind {
                0 => String::new(),
                n => format!(", {n} behind"),
            };
            let ahead = usize::try_from(branch.ahead).unwrap_or(usize::MAX);
            format!("{} ahead of {base}{behind}", plural(ahead, "commit"))
        }
    };
    Strip::of(row.name.to_string(), Role::Title).add(format!("  {words}"), Role::Text)
}

struct Page<'a> {
    scene: Scene<'a>,
    repo: &'a Repo,
    row: &'a Row,
    branch: &'a Branch,
    width: u16,
    out: Vec<Strip>,
}

/// Lines of the pane.
pub(super) fn lines(scene: Scene<'_>, row: &Row, branch: &Branch, width: u16) -> Vec<Strip> {
    let state = &scene.model.screens.sessions.branches;
    let Some(repo) = state.repo() else {
        return Vec::new();
    };
    let mut page = Page {
        scene,
        repo,
        row,
        branch,
        width,
        out: Vec::new(),
    };
    page.head();
    page.base();
    page.upstream();
    page.owner();
    page.worktrees();
    page.commits(state);
    page.others();
    page.overlaps(state);
    page.out
}

impl Page<'_> {
    fn say(&mut self, label: &str, words: &str, role: Role) {
        let room = self.width.saturating_sub(14);
        self.lines(label, widget::paragraph(words, room, true, role));
    }

    fn lines(&mut self, label: &str, text: Vec<Strip>) {
        for (i, line) in text.into_iter().enumerate() {
            let head = if i == 0 { label } else { "" };
            let head = Strip::of(format!("  {head:<10} "), Role::Dim);
            self.out.push(head.join(line));
        }
    }

    fn head(&mut self) {
        let b = self.branch;
        let when = b
            .committed
            .map_or_else(String::new, |at| format!("{}  ", self.scene.clock.ago(at)));
        let head = format!("{}  {when}{}  {}", b.commit, b.author, b.subject);
        self.say("head", &head, Role::Text);
    }

    fn upstream(&mut self) {
        let b = self.branch;
        let (words, role) = match &b.upstream {
            _ if b.remote => {
                let from = b.from.as_deref().and_then(|from| from.split('/').next());
                let from = from.unwrap_or("a remote");
                (format!("only at {from}; no local branch"), Role::Text)
            }
            None if b.ahead > 0 => (
                "never pushed: all of it is on this machine only".to_owned(),
                Role::Warn,
            ),
            None => (
                "never pushed; nothing of its own to push".to_owned(),
                Role::Text,
            ),
            Some(u) if u.gone => (format!("{} is gone", u.name), Role::Warn),
            Some(u) => {
                let role = if u.ahead > 0 { Role::Warn } else { Role::Text };
                let apart = if b.diverged() {
                    "; they went apart"
                } else {
                    ""
                };
                (format!("{}  {}{apart}", u.name, upstream(b)), role)
            }
        };
        self.say("upstream", &words, role);
        if let Some(stat) = b.diffstat {
            let files = usize::try_from(stat.files).unwrap_or(usize::MAX);
            let words = format!(
                "{}  +{} -{}",
                plural(files, "file"),
                stat.added,
                stat.removed
            );
            self.say("changes", &words, Role::Text);
        }
    }

    fn owner(&mut self) {
        let row = self.row;
        let session = row.session_name();
        let (words, role) = match (&session, row.owner(40)) {
            (None, _) => return,
            (Some(session), None) => (format!("{session}; no worker"), Role::Text),
            (Some(session), Some((owner, role))) => {
                let tasks = row.tasks().map_or_else(String::new, |t| format!("  {t}"));
                (format!("{session}  {owner}{tasks}"), role)
            }
        };
        self.say("session", &words, role);
    }

    fn worktrees(&mut self) {
        let name = &*self.row.name;
        let here = |t: &&Worktree| t.branch.as_deref() == Some(name);
        let trees: Vec<_> = self.repo.worktrees.iter().filter(here).collect();
        for tree in trees {
            let (words, role) = worktree(tree);
            let target = self.scene.file(&tree.path).filter(|_| !tree.missing);
            let links: Vec<_> = target
                .map(|to| (0..tree.path.len(), to))
                .into_iter()
                .collect();
            let room = self.width.saturating_sub(14);
            self.lines("worktree", widget::linked(&words, room, true, role, &links));
        }
    }

    /// How it merges with the base.
    fn base(&mut self) {
        let matrix = self.repo.matrix.as_deref();
        if let Some((matrix, row)) = matrix.and_then(|m| Some((m, m.row(&self.row.name)?))) {
            self.pair(matrix, row, 0);
        }
    }

    /// With which other branches it clashes, and when to merge it.
    fn others(&mut self) {
        let matrix = self.repo.matrix.as_deref();
        let Some((matrix, row)) = matrix.and_then(|m| Some((m, m.row(&self.row.name)?))) else {
            return;
        };
        let others = 1..matrix.names.len();
        let clash = |n: &usize| matches!(matrix.cell(row, *n), Some(Cell::Conflict(_)));
        let all: Vec<usize> = others.filter(clash).collect();
        for &n in all.iter().take(NAMED) {
            self.pair(matrix, row, n);
        }
        if all.len() > NAMED {
            let more = all.len() - NAMED;
            let keymap = &self.scene.model.look.keymap;
            let key = keymap.key_of(Context::Sessions, Action::NextLayout);
            let words = format!("and with {more} more; {key} shows the matrix");
            self.say("", &words, Role::Dim);
        }
        let order = matrix.order.iter();
        let step = order.enumerate().find(|(_, s)| *s.branch == *self.row.name);
        if let Some((n, step)) = step {
            let words = format!("{} of {}: {}", n + 1, matrix.order.len(), step.reason);
            self.say("order", &words, Role::Text);
        }
    }

    /// How it merges with another row of the matrix.
    fn pair(&mut self, matrix: &Matrix, row: usize, n: usize) {
        let (Some(cell), Some(other)) = (matrix.cell(row, n), matrix.names.get(n)) else {
            return;
        };
        let role = match cell {
            Cell::Conflict(_) => Role::Crit,
            Cell::Unknown(_) | Cell::Unrelated => Role::Warn,
            Cell::Clean | Cell::Pending => Role::Text,
        };
        self.say("merge", &format!("with {other}: {}", words(cell)), role);
        let sides = if n < row {
            ("there", "here")
        } else {
            ("here", "there")
        };
        self.out.extend(clash(cell, sides, self.width, LINES));
    }

    fn overlaps(&mut self, state: &State) {
        let Some(matrix) = self.repo.matrix.as_deref() else {
            return;
        };
        let places = state.overlapping(&self.row.name);
        if places.is_empty() {
            return;
        }
        let named = places.iter().take(NAMED);
        let named = named.filter_map(|n| matrix.overlaps.get(*n));
        let one =
            |path: &str, others: usize| format!("{path} ({})", plural(others, "other branch"));
        let named: Vec<_> = named
            .map(|o| one(&o.path, o.branches.len().saturating_sub(1)))
            .collect();
        let rest = match places.len().saturating_sub(NAMED) {
            0 => String::new(),
            n => format!(", and {n} more"),
        };
        let words = format!("{}{rest}", named.join(", "));
        self.say("overlaps", &words, Role::Text);
    }

    fn commits(&mut self, state: &State) {
        match state.commits.of(&self.row.name) {
            None => self.say("commits", "reading…", Role::Dim),
            Some(Err(why)) => self.say("commits", &format!("{why}; Enter tries again"), Role::Warn),
            Some(Ok(all)) => {
                for commit in all.iter().take(NAMED) {
                    let when = commit
                        .at
                        .map_or_else(String::new, |at| self.scene.clock.age(at));
                    let id = text::head(&commit.id, 7);
                    let who = text::fit(&commit.author, 12).into_owned();
                    let head = Strip::of(format!("  * {id} "), Role::Dim);
                    self.out.push(
                        head.add(format!("{when:>6}  "), Role::Text)
                            .add(format!("{who:<12}  "), Role::Text)
                            .add(commit.subject.to_string(), Role::Text),
                    );
                }
                if all.len() > NAMED {
                    let words = format!("Enter lists all {}", plural(all.len(), "commit"));
                    self.say("", &words, Role::Dim);
                }
            }
        }
    }
}

/// Where it is, what is changed there, and what is under way.
fn worktree(tree: &Worktree) -> (String, Role) {
    if tree.missing {
        return (
            format!("{}  its directory is missing", tree.path),
            Role::Warn,
        );
    }
    if let Some(error) = &tree.error {
        return (
            format!("{}  cannot be read: {error}", tree.path),
            Role::Warn,
        );
    }
    let mut words = vec![tree.path.to_string()];
    let least = if tree.cut { "≥" } else { "" };
    let counts = [
        (tree.staged, "staged"),
        (tree.unstaged, "changed"),
        (tree.untracked, "unknown"),
        (tree.conflicted, "in conflict"),
    ];
    match tree.read_at {
        None => words.push("not counted yet".to_owned()),
        Some(_) if tree.clean() => words.push("clean".to_owned()),
        Some(_) => words.extend(
            (counts.iter().filter(|(n, _)| *n > 0)).map(|(n, what)| format!("{least}{n} {what}")),
        ),
    }
    let operation = tree.operation.map(|o| format!("{} under way", o.name()));
    let role = match &operation {
        _ if tree.conflicted > 0 => Role::Crit,
        Some(_) => Role::Warn,
        None => Role::Text,
    };
    words.extend(operation);
    words.extend(tree.locked.then(|| "locked".to_owned()));
    (words.join("  "), role)
}

/// The work trees and stashes of the repository, in a few words.
pub(super) fn trees(repo: &Repo) -> String {
    let all = repo.worktrees.len();
    let busy = repo
        .worktrees
        .iter()
        .filter(|t| t.operation.is_some())
        .count();
    let changed = repo.worktrees.iter().filter(|t| !t.clean()).count();
    let changed = (changed > 0).then(|| format!("{changed} changed"));
    let busy = (busy > 0).then(|| format!("{busy} in an operation"));
    let notes: Vec<String> = changed.into_iter().chain(busy).collect();
    let mut words = plural(all, "worktree");
    if !notes.is_empty() {
        words = format!("{words} ({})", notes.join(", "));
    }
    if repo.stashes > 0 {
        let stashes = usize::try_from(repo.stashes).unwrap_or(usize::MAX);
        words = format!("{words} · {}", plural(stashes, "stash"));
    }
    words
}
