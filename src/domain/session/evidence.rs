//! What git and the bridge show of a session, one question after another.

use super::{
    super::{Branch, Span, State, StateCounts, Timestamp, claim::ClaimState, swarmfile::Limits},
    Ground, Output, TaskShare,
};

/// Where a session stands by what there is, whatever was claimed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nothing of it exists.
    #[default]
    Absent,
    /// It has a branch or workers, and nothing was done.
    Empty,
    /// Work has begun.
    Started,
    /// It has work, and cannot go on: a blocker is open, or no worker with work moves.
    Stuck,
    /// Everything that it is to produce is there, and no task is open.
    Finished,
    /// … and the base has it.
    Merged,
}

impl Stage {
    /// Every stage, in the order of a session's life.
    pub const ALL: [Self; 6] = [
        Self::Absent,
        Self::Empty,
        Self::Started,
        Self::Stuck,
        Self::Finished,
        Self::Merged,
    ];

    /// Name in JSON, and on screen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Empty => "empty",
            Self::Started => "started",
            Self::Stuck => "stuck",
            Self::Finished => "finished",
            Self::Merged => "merged",
        }
    }

    /// Nothing is left to be done on its branch.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Merged)
    }
}

/// What was found on one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `started`, `progress`, `done`, `stuck`, `fresh`, `safe`.
    pub question: &'static str,
    /// What was seen, neutralised, without ages.
    pub sentence: String,
    /// As of when, or since.
    pub at: Option<Timestamp>,
}

impl Finding {
    fn new(question: &'static str, sentence: String, at: Option<Timestamp>) -> Self {
        Self {
            question,
            sentence,
            at,
        }
    }
}

/// The facts about one session.
pub(super) struct Facts<'a> {
    /// What git shows.
    pub(super) ground: Option<&'a Ground>,
    /// Its workers by state.
    pub(super) states: StateCounts,
    /// Its tasks.
    pub(super) tasks: TaskShare,
    /// Newest sign of life of its workers.
    pub(super) sign: Option<Timestamp>,
    /// When the first of its conversations ends that still owes something.
    pub(super) expires: Option<Timestamp>,
    /// How long things may take.
    pub(super) terms: Limits,
    /// Now.
    pub(super) now: Timestamp,
}

impl Facts<'_> {
    /// Every output that it is to produce stands on its branch, as its own work; `None` when it is to produce none.
    pub(super) fn delivered(&self) -> Option<bool> {
        let outputs = &self.ground?.outputs;
        (!outputs.is_empty()).then(|| outputs.iter().all(|o| own(o).is_some()))
    }

    fn commits(&self) -> u32 {
        let branch = self.ground.and_then(|g| g.branch.as_ref());
        branch.map_or(0, |b| b.ahead)
    }

    fn workers(&self) -> u32 {
        self.states.total()
    }

    /// Commits that are on this machine only, while they could be elsewhere.
    pub(super) fn unpushed(&self) -> u32 {
        let ground = self.ground.filter(|g| g.shared);
        ground.and_then(|g| g.branch.as_ref()).map_or(0, unpushed)
    }

    /// None of those who owe something can move.
    fn no_worker_moves(&self) -> bool {
        let stopped = [
            State::Silent,
            State::Stalled,
            State::Blocked,
            State::Expired,
        ];
        let stopped: u32 = stopped.iter().map(|s| self.states.of(*s)).sum();
        self.tasks.open > 0 && stopped > 0 && stopped == self.workers()
    }

    fn open_blockers(&self) -> usize {
        let all = self.ground.map_or(&[][..], |g| &g.blockers);
        all.iter().filter(|b| b.blocker.open).count()
    }

    /// Where it stands.
    pub(super) fn stage(&self) -> Stage {
        let branch = self.ground.and_then(|g| g.branch.as_ref());
        let idle = self.tasks.open == 0;
        let in_base = self.ground.is_some_and(|g| g.in_base);
        // The base went past it: only what it left there tells whether it ever was at work.
        let there = || {
            self.ground.is_some_and(|g| {
                !g.outputs.is_empty() && g.outputs.iter().all(|o| o.file.is_some())
            })
        };
        let worked = |b: &Branch| !b.passed || self.tasks.done > 0 || there();
        if idle && (branch.is_some_and(|b| b.merged && worked(b)) || in_base) {
            return Stage::Merged;
        }
        if idle && self.finished() {
            return Stage::Finished;
        }
        let began = self.commits() > 0 || self.tasks.total > 0;
        if began && (self.open_blockers() > 0 || self.no_worker_moves()) {
            Stage::Stuck
        } else if began {
            Stage::Started
        } else if branch.is_some() || self.workers() > 0 {
            Stage::Empty
        } else {
            Stage::Absent
        }
    }

    /// Everything is there. That a file exists says little while its session says that it still writes it: then the plan's criteria decide,
    /// and without a plan the claim.
    fn finished(&self) -> bool {
        let all_done = self.tasks.total > 0 && self.tasks.done == self.tasks.total;
        let goes_on = |claim: &super::Said| {
            let state = claim.claim.state;
            matches!(state, Some(ClaimState::InProgress | ClaimState::Blocked)) && !claim.generated
        };
        let claimed = self.ground.and_then(|g| g.known.claim());
        match (self.delivered(), self.ground.and_then(|g| g.measured)) {
            (None, _) => all_done,
            (Some(false), _) => false,
            (Some(true), Some(met)) => met && self.open_blockers() == 0,
            (Some(true), None) => {
                self.open_blockers() == 0 && (all_done || !claimed.is_some_and(goes_on))
            }
        }
    }

    /// Newest sign of life: a commit, or something that a worker did.
    pub(super) fn last(&self) -> Option<(Timestamp, &'static str)> {
        let branch = self.ground.and_then(|g| g.branch.as_ref());
        let commit = branch.filter(|b| b.ahead > 0 || b.merged);
        let commit = commit.and_then(|b| Some((b.committed?, "commit")));
        commit.max(self.sign.map(|at| (at, "worker")))
    }

    /// It is at work: not over, and a sign of life within the time in which a status is to be renewed.
    pub(super) fn active(&self, stage: Stage) -> bool {
        let fresh = |at: Timestamp| self.now.since(at) <= self.terms.update;
        !stage.is_over() && self.last().is_some_and(|(at, _)| fresh(at))
    }

    /// Everything that was found.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut all = self.started();
        all.extend(self.progress());
        all.extend(self.done());
        all.extend(self.stuck());
        all.extend(self.safe());
        all
    }

    fn started(&self) -> Vec<Finding> {
        let mut all = Vec::new();
        if let Some(ground) = self.ground {
            all.push(match &ground.branch {
                None if ground.in_base => Finding::new(
                    "started",
                    "what it is to produce is in the base".to_owned(),
                    None,
                ),
                None => {
                    let named: Vec<&str> = ground.known.missing.iter().map(|m| &**m).collect();
                    let which = if named.is_empty() {
                        "no branch is named".to_owned()
                    } else {
                        format!("no branch {}", named.join(", "))
                    };
                    Finding::new("started", which, None)
                }
                Some(b) if b.merged => Finding::new(
                    "started",
                    format!("branch {} is merged at {}", b.name, b.commit),
                    b.committed,
                ),
                Some(b) => Finding::new(
                    "started",
                    format!(
                        "branch {}: {} beyond the base, the last {} {:?}",
                        b.name,
                        commits(b.ahead),
                        b.commit,
                        b.subject
                    ),
                    b.committed,
                ),
            });
        }
        if self.workers() > 0 {
            let (up, total) = (self.states.up(), self.workers());
            let sentence = format!("{up} of {total} workers in the bridge are up");
            all.push(Finding::new("started", sentence, self.sign));
        }
        all
    }

    fn progress(&self) -> Option<Finding> {
        let t = self.tasks;
        (t.total > 0).then(|| {
            let mut sentence = format!("{} of {} tasks done", t.done, t.total);
            for (n, word) in [
                (t.open, "open"),
                (t.failed, "failed"),
                (t.at_risk, "at risk"),
            ] {
                if n > 0 {
                    sentence = format!("{sentence}, {n} {word}");
                }
            }
            Finding::new("progress", sentence, None)
        })
    }

    fn done(&self) -> Vec<Finding> {
        let outputs = self.ground.map_or(&[][..], |g| &g.outputs);
        let mut all: Vec<Finding> = outputs.iter().map(output).collect();
        if let Some(files) = self.ground.and_then(|g| g.conflicts.as_ref())
            && !files.is_empty()
        {
            let sentence = format!("conflicts with the base in {}", some(files));
            all.push(Finding::new("done", sentence, None));
        }
        all
    }

    fn stuck(&self) -> Vec<Finding> {
        let mut all = Vec::new();
        let blockers = self.ground.map_or(&[][..], |g| &g.blockers);
        for b in blockers.iter().filter(|b| b.blocker.open) {
            let place = format!("{}:{} on {}", b.path, b.blocker.line, b.branch);
            let sentence = format!("{place}: {}", b.blocker.text);
            all.push(Finding::new("stuck", sentence, b.since()));
        }
        if self.no_worker_moves() {
            let sentence = format!("none of its {} workers moves", self.workers());
            all.push(Finding::new("stuck", sentence, self.sign));
        }
        all
    }

    fn safe(&self) -> Vec<Finding> {
        let Some(branch) = self.ground.and_then(|g| g.branch.as_ref()) else {
            return Vec::new();
        };
        let mut all = Vec::new();
        let unpushed = self.unpushed();
        if unpushed > 0 {
            let ends = self.expires.map_or_else(String::new, |at| {
                format!("; its conversation ends at {}", at.clock())
            });
            let sentence = format!("{} not pushed{ends}", commits(unpushed));
            all.push(Finding::new("safe", sentence, branch.committed));
        }
        all
    }

    /// Work that exists on one machine only, in the hands of somebody whose conversation ends within an hour.
    pub(super) fn unsafe_since(&self) -> Option<Timestamp> {
        const SOON: Span = Span::seconds(3_600);
        let ends = self.expires.filter(|at| at.since(self.now) <= SOON)?;
        (self.unpushed() > 0).then(|| ends.plus(Span(-SOON.0)))
    }
}

/// The file, if it is this branch's own work.
pub(super) fn own(output: &Output) -> Option<&super::OutputFile> {
    output.file.as_ref().filter(|f| !f.of_base && f.bytes > 0)
}

fn output(output: &Output) -> Finding {
    let path = &output.path;
    match &output.file {
        None => Finding::new("done", format!("no {path} on its branch"), None),
        Some(f) => {
            let lines = f.lines.map_or_else(String::new, |n| format!("{n} lines, "));
            let base = if f.of_base {
                "; the base has the same"
            } else {
                ""
            };
            let sentence = format!(
                "{path}: {lines}{} bytes by {} {:?}{base}",
                f.bytes, f.commit, f.subject
            );
            Finding::new("done", sentence, f.at)
        }
    }
}

/// Commits that are on this machine only.
pub(super) fn unpushed(branch: &Branch) -> u32 {
    if !branch.unpushed() {
        return 0;
    }
    let upstream = branch.upstream.as_ref().filter(|u| !u.gone);
    upstream.map_or(branch.ahead, |u| u.ahead)
}

pub(super) fn commits(n: u32) -> String {
    match n {
        1 => "1 commit".to_owned(),
        n => format!("{n} commits"),
    }
}

/// The first three, and how many more.
pub(super) fn some<T: AsRef<str>>(all: &[T]) -> String {
    let shown: Vec<&str> = all.iter().take(3).map(AsRef::as_ref).collect();
    match all.len().saturating_sub(3) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
