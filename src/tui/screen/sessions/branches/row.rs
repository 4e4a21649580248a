//! A branch as one row: whose it is, how it stands, what is wrong with it. Worked out once for a picture.

use crate::tui::sieve::Shown;
use crate::{
    domain::{
        Branch, ConversationId, Repo, Snapshot, Span, Timestamp, Worker, Worktree,
        repo::{Cell, Matrix},
        session::Session,
        text,
    },
    tui::{
        theme::Role,
        widget::{self, Mark},
    },
};
use std::borrow::Cow;
use std::{collections::HashMap, sync::Arc};

/// A branch that nobody added to for so long is stale.
const STALE: Span = Span::seconds(3 * 86_400);
/// One that somebody added to within this time is at work.
const ACTIVE: Span = Span::seconds(3_600);

/// How a branch stands to the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Merge {
    /// Files in conflict.
    Conflict(usize),
    /// It cannot be told.
    Unknown,
    /// No commit in common.
    Unrelated,
    /// It merges.
    Clean,
    /// Not worked out yet.
    Pending,
    /// Too old to be compared.
    NotCompared,
    /// There is nothing to compare with.
    NoBase,
    /// No commit of its own.
    Nothing,
    /// It is the base.
    Base,
    /// The base has all of it.
    Merged,
}

impl Merge {
    /// On screen, at most 12 cells.
    pub(super) fn words(self) -> String {
        let word = match self {
            Self::Conflict(n) => return format!("conflict {n}"),
            Self::Unknown => "?",
            Self::Unrelated => "unrelated",
            Self::Clean => "clean",
            Self::Pending => "…",
            Self::NotCompared => "not compared",
            Self::NoBase => "no base",
            Self::Nothing => "nothing new",
            Self::Base => "base",
            Self::Merged => "merged",
        };
        word.to_owned()
    }

    pub(super) const fn role(self) -> Role {
        match self {
            Self::Conflict(_) => Role::Crit,
            Self::Unknown | Self::Unrelated => Role::Warn,
            Self::Clean | Self::Merged => Role::Ok,
            Self::Pending | Self::NotCompared | Self::NoBase => Role::Unknown,
            Self::Nothing | Self::Base => Role::Dim,
        }
    }
}

/// A branch.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Its place in [`Repo::branches`].
    pub(super) place: usize,
    pub(super) name: Arc<str>,
    /// Symbol and role.
    pub(super) mark: Mark,
    /// Higher is worse.
    pub(super) weight: u8,
    pub(crate) session: Option<Arc<Session>>,
    /// The first of its workers.
    pub(super) worker: Option<Arc<Worker>>,
    /// How many there are.
    pub(super) workers: usize,
    pub(super) merge: Merge,
    /// What is wrong with it, worst first.
    pub(super) note: String,
}

impl Row {
    /// Its name.
    pub(crate) const fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Conversation of its first worker.
    pub(crate) fn conversation(&self) -> Option<&ConversationId> {
        self.worker.as_ref().map(|w| &w.conversation)
    }

    /// Label, state where it is bad, and how many more.
    pub(super) fn owner(&self, width: usize) -> Option<(String, Role)> {
        let worker = self.worker.as_ref()?;
        let mark = widget::state(worker.verdict.state);
        let bad = matches!(mark.role, Role::Crit | Role::Warn);
        let state = if bad {
            format!(" {}", mark.symbol)
        } else {
            String::new()
        };
        let more = match self.workers {
            0 | 1 => String::new(),
            n => format!(" +{}", n - 1),
        };
        let room = width.saturating_sub(state.chars().count() + more.len());
        let label = worker.id.to_string();
        let role = if bad { mark.role } else { Role::Text };
        Some((format!("{}{state}{more}", text::fit(&label, room)), role))
    }

    /// The first of its open tasks, and how many more.
    pub(super) fn tasks(&self) -> Option<String> {
        let open = &self.session.as_ref()?.open;
        let first = open.first()?;
        Some(match open.len() {
            1 => first.to_string(),
            n => format!("{first} +{}", n - 1),
        })
    }

    /// Its session, unless nothing is known of that but the branch.
    pub(super) fn session_name(&self) -> Option<String> {
        let session = self.session.as_ref().filter(|s| !s.is_bare())?;
        Some(session.name())
    }

    /// Its branch with what is shown of it.
    pub(super) fn words<'a>(&'a self, branch: &'a Branch) -> Shown<'a> {
        let mut words = vec![
            Cow::Borrowed(&*self.name),
            Cow::Borrowed(&*branch.subject),
            Cow::Borrowed(&*branch.author),
            Cow::Owned(self.merge.words()),
            Cow::Borrowed(&*self.note),
        ];
        words.extend(self.session_name().map(Cow::Owned));
        words.extend((self.worker.as_ref()).map(|w| Cow::Owned(w.id.to_string())));
        Shown {
            row: Some(branch),
            words,
        }
    }
}

/// What rows are made from.
struct Index<'a> {
    repo: &'a Repo,
    now: Timestamp,
    sessions: HashMap<&'a str, &'a Arc<Session>>,
    workers: HashMap<&'a ConversationId, &'a Arc<Worker>>,
    live: HashMap<&'a str, usize>,
    trees: HashMap<&'a str, &'a Worktree>,
    /// There is a place to push to.
    pushes: bool,
}

/// Every branch. O(branches + sessions + workers).
pub(super) fn rows(snapshot: &Snapshot, repo: &Repo) -> Vec<Row> {
    let mut sessions = HashMap::new();
    for session in &snapshot.sessions {
        if let Some(branch) = session.branch() {
            sessions.entry(&*branch.name).or_insert(session);
        }
    }
    let names = repo.matrix.iter().flat_map(|m| m.names.iter().enumerate());
    let trees = repo.worktrees.iter();
    let index = Index {
        repo,
        now: snapshot.at,
        sessions,
        workers: snapshot
            .workers
            .iter()
            .map(|w| (&w.conversation, w))
            .collect(),
        live: names.map(|(n, name)| (&**name, n)).collect(),
        trees: trees
            .filter_map(|t| Some((t.branch.as_deref()?, t)))
            .collect(),
        pushes: repo.fetched.is_some()
            || repo
                .branches
                .iter()
                .any(|b| b.remote || b.upstream.is_some()),
    };
    let all = repo.branches.iter().enumerate();
    all.map(|(place, branch)| index.row(place, branch))
        .collect()
}

impl Index<'_> {
    fn merge(&self, branch: &Branch) -> Merge {
        let Some(base) = self.repo.base.as_deref() else {
            return Merge::NoBase;
        };
        let at_remote = base.split_once('/').map(|(_, name)| name);
        let is_base = [Some(base), at_remote].contains(&Some(&*branch.name));
        if branch.ahead == 0 && is_base {
            return Merge::Base;
        }
        if branch.merged {
            return Merge::Merged;
        }
        if branch.ahead == 0 {
            return Merge::Nothing;
        }
        let Some(matrix) = self.repo.matrix.as_deref() else {
            return Merge::Pending;
        };
        let row = self.live.get(&*branch.name);
        match row.and_then(|row| matrix.cell(0, *row)) {
            None if matrix.left_out == 0 => Merge::Pending,
            None => Merge::NotCompared,
            Some(Cell::Pending) => Merge::Pending,
            Some(Cell::Clean) => Merge::Clean,
            Some(Cell::Conflict(files)) => Merge::Conflict(files.len()),
            Some(Cell::Unrelated) => Merge::Unrelated,
            Some(Cell::Unknown(_)) => Merge::Unknown,
        }
    }

    fn row(&self, place: usize, branch: &Branch) -> Row {
        let session = self.sessions.get(&*branch.name).copied();
        let ids = session.map_or(&[][..], |s| &s.workers);
        let first = ids.iter().find_map(|id| self.workers.get(id).copied());
        let merge = self.merge(branch);
        let (note, weight) = self.note(branch, merge, ids);
        let of = |role| move |symbol| Mark::new(symbol, "", role);
        let fresh = branch
            .committed
            .is_some_and(|at| self.now.since(at) < ACTIVE);
        let active = fresh || branch.last_hour > 0 || session.is_some_and(|s| s.active);
        let mark = match (weight, merge) {
            (2, _) => of(Role::Crit)("✗"),
            (1, _) => of(Role::Warn)("!"),
            (_, Merge::Merged) => of(Role::Ok)("✓"),
            (_, Merge::Base | Merge::Nothing) => of(Role::Dim)("◦"),
            _ if active => of(Role::Ok)("▸"),
            _ => of(Role::Dim)("◦"),
        };
        Row {
            place,
            name: Arc::clone(&branch.name),
            mark,
            weight,
            session: session.cloned(),
            worker: first.cloned(),
            workers: ids.len(),
            merge,
            note,
        }
    }

    /// What is wrong with it, and how bad that is: 2 conflicts, 1 must be looked at.
    fn note(&self, branch: &Branch, merge: Merge, ids: &[ConversationId]) -> (String, u8) {
        let open = !matches!(merge, Merge::Merged | Merge::Base | Merge::Nothing);
        let matrix = self.repo.matrix.as_deref();
        let row = self.live.get(&*branch.name).copied();
        let mut words: Vec<String> = Vec::new();
        if let Some(Cell::Conflict(files)) = matrix.zip(row).and_then(|(m, row)| m.cell(0, row)) {
            let rest = if files.len() > 1 { " …" } else { "" };
            words.extend(files.first().map(|f| format!("{}{rest}", f.path)));
        }
        let dead = |id: &&ConversationId| {
            let worker = self.workers.get(*id);
            worker.is_some_and(|w| widget::state(w.verdict.state).role == Role::Crit)
        };
        let lost = ids.iter().filter(dead).count();
        match lost {
            _ if !open => {}
            0 => {}
            n if n == ids.len() => words.push("owner dead".to_owned()),
            n => words.push(format!("{n} of {} dead", ids.len())),
        }
        let operation = self.trees.get(&*branch.name).and_then(|t| t.operation);
        words.extend(operation.map(|o| format!("{} under way", o.name())));
        if branch.unpushed() && self.pushes {
            words.push("unpushed".to_owned());
        }
        let old = branch
            .committed
            .is_some_and(|at| self.now.since(at) > STALE);
        if old && open {
            words.push("stale".to_owned());
        }
        let weight = match merge {
            Merge::Conflict(_) => 2,
            _ => u8::from(!words.is_empty()),
        };
        let others = matrix.zip(row).map_or(0, |(m, row)| clashes(m, row));
        if others > 0 {
            words.push(format!("clashes with {others}"));
        }
        (words.join(", "), weight)
    }
}

/// Branches, the base not among them, with which a live branch clashes.
fn clashes(matrix: &Matrix, row: usize) -> usize {
    let others = 1..matrix.names.len();
    let clash = |n: &usize| matches!(matrix.cell(row, *n), Some(Cell::Conflict(_)));
    others.filter(clash).count()
}
