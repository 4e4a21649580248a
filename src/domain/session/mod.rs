//! Sessions: groups of agents that work on branches of their own. What documents claim of them stands beside what git and the bridge
//! show, and is never merged with it; where the two cannot both be true, that is a contradiction with both sides quoted.
//!
//! ```text
//! documents, branches, plan ── identify ──> Known ── probed in git ──> Ground ── judge(workers, tasks, now) ──> Session
//! ```

mod advice;
mod contradict;
mod criteria;
mod eta;
mod evidence;
mod identify;
mod judge;
mod members;
mod pattern;
mod problems;
mod report;
mod together;
mod written;

pub use contradict::{Contradiction, Kind};
pub use criteria::{Checked, Outcome, words};
pub use eta::{Eta, eta};
pub use evidence::{Finding, Stage};
pub use identify::{Found, Known, identify};
pub use judge::{Scene, judge};
pub use pattern::Pattern;
pub(crate) use problems::problems;
pub use report::{SessionsReport, overall};
pub use together::together;
pub use written::written;

use super::{
    Branch, ConversationId, Severity, StateCounts, TaskId, Timestamp,
    claim::{Blocker, BoardTask, Claim, Document, DocumentKind, MissionAgent},
    swarmfile::{Limits, SwarmFile},
};
use std::sync::Arc;

/// A document, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// What it says.
    pub document: Arc<Document>,
    /// Branch that it was read from.
    pub branch: Arc<str>,
    /// Short commit that wrote it there.
    pub commit: Arc<str>,
    /// When that was.
    pub committed: Option<Timestamp>,
    /// This program wrote it: it repeats what was found, and claims nothing.
    pub generated: bool,
}

/// One claim, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What is claimed.
    pub claim: Claim,
    /// Kind of document.
    pub kind: DocumentKind,
    /// Path of the document.
    pub path: Arc<str>,
    /// Its branch.
    pub branch: Arc<str>,
    /// Short commit that wrote it.
    pub commit: Arc<str>,
    /// When that was.
    pub committed: Option<Timestamp>,
    /// When the document says that it was written.
    pub updated: Option<Timestamp>,
    /// This program wrote it: it repeats what was found, and claims nothing.
    pub generated: bool,
}

impl Said {
    /// When it was claimed: the newer of what the document says and when it was committed.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        self.committed.max(self.claim.updated).max(self.updated)
    }

    /// `MULTI-SESSION-STATUS.md:12 on claude/x @1234abcd`.
    #[must_use]
    pub fn place(&self) -> String {
        format!(
            "{}:{} on {} @{}",
            self.path, self.claim.line, self.branch, self.commit
        )
    }
}

/// A file that a session is to produce, looked for on its branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its path.
    pub path: Arc<str>,
    /// What stands there; `None` when there is no such file.
    pub file: Option<OutputFile>,
}

/// A file on a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// Id of its content.
    pub blob: Arc<str>,
    /// Bytes.
    pub bytes: u64,
    /// Lines; `None` for a file that is too large to be read.
    pub lines: Option<u32>,
    /// Short commit that changed it last on that branch.
    pub commit: Arc<str>,
    /// When that was.
    pub at: Option<Timestamp>,
    /// First line of that commit's message, neutralised.
    pub subject: Arc<str>,
    /// The base has the very same file: it is no work of this branch.
    pub of_base: bool,
}

/// A blocker, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Barred {
    /// What it says.
    pub blocker: Blocker,
    /// Path of the document.
    pub path: Arc<str>,
    /// Its branch.
    pub branch: Arc<str>,
    /// When that document was committed.
    pub committed: Option<Timestamp>,
}

impl Barred {
    /// Since when it is known: its own date, else the commit's.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        self.blocker.since.or(self.committed)
    }
}

/// A session, and what git shows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// Who it is, and what was said of it.
    pub known: Known,
    /// Its branch, when there is one.
    pub branch: Option<Branch>,
    /// The repository has a remote: work can be pushed.
    pub shared: bool,
    /// Files that it is to produce.
    pub outputs: Vec<Output>,
    /// Criteria that git can answer.
    pub criteria: Vec<Checked>,
    /// Whether all criteria that rest on files hold; `None` when the plan asks for none.
    pub measured: Option<bool>,
    /// It has no branch any more, and says complete, and the base has everything that it was to produce.
    pub in_base: bool,
    /// What it cannot get past, open or not.
    pub blockers: Vec<Barred>,
    /// Files in which it conflicts with the base; `None` while that is not worked out.
    pub conflicts: Option<Vec<Arc<str>>>,
}

/// Two sessions that produce the same file, each in its own commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The file.
    pub path: Arc<str>,
    /// Keys of the sessions.
    pub sessions: Vec<Arc<str>>,
}

/// What the repository says of all sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Sessions, in the order in which they are shown.
    pub grounds: Vec<Arc<Ground>>,
    /// Every document that was read.
    pub documents: Vec<Filed>,
    /// Blockers that name no session.
    pub blockers: Vec<Barred>,
    /// Work that is done twice.
    pub duplicates: Vec<Duplicate>,
    /// How long things may take.
    pub terms: Limits,
    /// The plan, when there is one.
    pub plan: Option<Arc<SwarmFile>>,
    /// When it was read.
    pub read_at: Timestamp,
    /// What could not be read, neutralised.
    pub faults: Vec<Arc<str>>,
}

/// How many of a session's tasks are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskShare {
    /// All but the withdrawn.
    pub total: u64,
    /// Completed.
    pub done: u64,
    /// Open.
    pub open: u64,
    /// Accepted and not finished.
    pub running: u64,
    /// Failed or given up.
    pub failed: u64,
    /// Open, in the hands of a worker that is silent, expired or stalled.
    pub at_risk: u64,
}

/// On what a progress rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Tasks of the bridge.
    Tasks,
    /// Outputs and criteria found in git.
    Git,
    /// What a document claims; nothing else is known.
    Claim,
}

impl Basis {
    /// Name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tasks => "tasks",
            Self::Git => "git",
            Self::Claim => "claim",
        }
    }
}

/// How far a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Done.
    pub done: u64,
    /// Of so many, not 0.
    pub of: u64,
    /// By what.
    pub basis: Basis,
}

impl Progress {
    /// 0 to 100.
    #[must_use]
    pub fn percent(self) -> u64 {
        (self.done.min(self.of) * 100)
            .checked_div(self.of)
            .unwrap_or_default()
    }
}

/// A session, judged. Facts and verdicts, no ages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Stable name: `session-3`, else the topic of its branch or the role of its orchestrator; neutralised.
    pub key: Arc<str>,
    /// Its number, when it has one.
    pub number: Option<u32>,
    /// What it is about, neutralised; may be empty.
    pub title: Arc<str>,
    /// What git shows of it; `None` for one that only the bridge knows.
    pub ground: Option<Arc<Ground>>,
    /// What everything together shows.
    pub stage: Stage,
    /// The findings that the stage rests on, and others, one question each.
    pub evidence: Vec<Finding>,
    /// Claims that cannot be true with it, worst first.
    pub contradictions: Vec<Contradiction>,
    /// What must hold for it to be a success.
    pub criteria: Vec<Checked>,
    /// Its workers, in the order of the picture.
    pub workers: Vec<ConversationId>,
    /// In which states they are.
    pub states: StateCounts,
    /// Its tasks.
    pub tasks: TaskShare,
    /// Its open tasks, by id.
    pub open: Vec<TaskId>,
    /// How far it is; `None` when nothing says.
    pub progress: Option<Progress>,
    /// When it will be done at the rate that was measured.
    pub eta: Option<Eta>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// Its newest sign of life, and what that was.
    pub last: Option<(Timestamp, &'static str)>,
    /// It is at work: not finished, and a sign of life within the time in which a status is to be renewed.
    pub active: bool,
    /// Its claim is stale since then.
    pub stale: Option<Timestamp>,
    /// It takes longer than it may since then.
    pub over: Option<Timestamp>,
    /// Work that is not pushed is in the hands of somebody whose conversation ends soon, since then.
    pub at_stake: Option<Timestamp>,
    /// The worst of what is wrong with it.
    pub severity: Severity,
}

impl Session {
    /// The newest claim with a status, else the newest claim.
    #[must_use]
    pub fn claim(&self) -> Option<&Said> {
        self.ground.as_ref()?.known.claim()
    }

    /// Its branch.
    #[must_use]
    pub fn branch(&self) -> Option<&Branch> {
        self.ground.as_ref()?.branch.as_ref()
    }

    /// Blockers that are not resolved.
    pub fn open_blockers(&self) -> impl Iterator<Item = &Barred> {
        let all = self.ground.as_ref().map_or(&[][..], |g| &g.blockers);
        all.iter().filter(|b| b.blocker.open)
    }

    /// Only its branch is known: nobody speaks of it, and nobody works at it.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.number.is_none() && self.workers.is_empty() && self.claim().is_none() && !self.active
    }

    /// What is claimed, as it was written; `-` without a claim.
    #[must_use]
    pub fn claimed(&self) -> String {
        let claim = self.claim().map(|said| &said.claim);
        let status = claim.and_then(|c| c.status.as_deref());
        let state = || {
            claim
                .and_then(|c| c.state)
                .map(super::claim::ClaimState::name)
        };
        status.or_else(state).unwrap_or("-").to_owned()
    }

    /// `3 SIP/Communication APIs`, or its key.
    #[must_use]
    pub fn name(&self) -> String {
        match (self.number, &*self.title) {
            (Some(n), "") => format!("session {n}"),
            (Some(n), title) => format!("{n} {title}"),
            (None, "") => self.key.to_string(),
            (None, title) => title.to_owned(),
        }
    }
}

/// Tasks that boards list, and where.
pub fn boards(survey: &Survey) -> impl Iterator<Item = (&Filed, &BoardTask)> {
    let filed = survey.documents.iter();
    filed.flat_map(|filed| filed.document.tasks.iter().map(move |task| (filed, task)))
}

/// Agents that missions list for a session.
#[must_use]
pub fn mission<'a>(survey: &'a Survey, known: &Known) -> Vec<&'a MissionAgent> {
    let range = known.range;
    let agents = survey.documents.iter().flat_map(|f| &f.document.agents);
    let ours = |a: &&MissionAgent| range.is_some_and(|(from, to)| (from..=to).contains(&a.number));
    agents.filter(ours).collect()
}

#[cfg(test)]
pub(crate) mod tests;
