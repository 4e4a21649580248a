//! What status documents claim. Claims are kept as they were made, with the place where they stand; what is true is for
//! [`crate::domain::session`] to hold against git and the bridge.

use super::Timestamp;
use std::sync::Arc;

/// What a document is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    /// `MULTI-SESSION-STATUS.md`: one heading per session.
    Status,
    /// `INTEGRATION-PROGRESS-TRACKER.md`: one heading per phase.
    Tracker,
    /// `SESSION-HANDOVER-PROTOCOL.md`.
    Handover,
    /// `BLOCKERS.md`.
    Blockers,
    /// `PHASE-*-TASK-BOARD.md`.
    Board,
    /// `STATUS*.md`, `STATUS*.yaml`: one session's own.
    Report,
    /// `HAIKU-SWARM-*.md`.
    Mission,
}

impl DocumentKind {
    /// Name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Tracker => "tracker",
            Self::Handover => "handover",
            Self::Blockers => "blockers",
            Self::Board => "board",
            Self::Report => "report",
            Self::Mission => "mission",
        }
    }
}

/// What a claim is about. The number of a phase is not that of a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// `Session 2`.
    #[default]
    Session,
    /// `Phase 17` of a tracker.
    Phase,
    /// `Stream 1` of a handover.
    Stream,
}

/// What a status word or emoji means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimState {
    /// Not begun, and nobody is to begin: planned, pending, waiting, TBD.
    Planned,
    /// To be begun: ready to deploy, awaiting deployment.
    Ready,
    /// Under way.
    InProgress,
    /// Cannot go on.
    Blocked,
    /// Finished.
    Complete,
    /// Given up, or it went wrong.
    Failed,
    /// None of these words.
    #[default]
    Unknown,
}

impl ClaimState {
    /// Name in JSON, and on screen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Ready => "ready",
            Self::InProgress => "in progress",
            Self::Blocked => "blocked",
            Self::Complete => "complete",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// `5/15`: how many of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// So many are done; `None` for a bare total.
    pub done: Option<u32>,
    /// Of so many; `None` where only `60+` was said.
    pub of: Option<u32>,
}

/// One `Key: value`, as it stands there. Neutralised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The key as written.
    pub key: Arc<str>,
    /// The value as written, emphasis removed.
    pub value: Arc<str>,
    /// Line, from 1.
    pub line: u32,
}

/// What a document says of one session or phase. Neutralised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// What it is about.
    pub unit: Unit,
    /// `2` of `Session 2`, `17` of `Phase 17`; `None` for `Phase 2-16`, whose words are in `id`.
    pub number: Option<u32>,
    /// The words after the number.
    pub title: Option<Arc<str>>,
    /// The id that the session calls itself by (`Session ID`, `session: session-4-sip`).
    pub id: Option<Arc<str>>,
    /// Line of the heading, from 1.
    pub line: u32,
    /// What its status means; [`ClaimState::Unknown`] where a status was given that means nothing known.
    pub state: Option<ClaimState>,
    /// The status as written.
    pub status: Option<Arc<str>>,
    /// Agents.
    pub agents: Option<Share>,
    /// `APIs: 5/15 complete` and the like: pieces of work.
    pub items: Option<Share>,
    /// 0 to 100.
    pub percent: Option<u8>,
    /// `Haiku-21 to 30`: numbers of its agents, both ends included.
    pub range: Option<(u32, u32)>,
    /// Numbers of its teams.
    pub teams: Vec<u32>,
    /// Its branch; may hold a placeholder such as `<session-id>`.
    pub branch: Option<Arc<str>>,
    /// Files that it is to produce, relative to the repository.
    pub outputs: Vec<Arc<str>>,
    /// Session of a tracker's phase: `✅ Complete (Session 1)`.
    pub of_session: Option<u32>,
    /// A commit that it names.
    pub commit: Option<Arc<str>>,
    /// When it says that it was written.
    pub updated: Option<Timestamp>,
    /// What holds it up; empty for `None`, `-` and `TBD`.
    pub blockers: Vec<Arc<str>>,
    /// What comes next.
    pub next: Vec<Arc<str>>,
    /// When it says that it will be done, as written (`+2 hours`, `3-4 hours`); `None` for `TBD`, `None`, `-`.
    pub eta: Option<Arc<str>>,
    /// Everything that was said, known or not, in order.
    pub fields: Vec<Field>,
}

/// Something that somebody cannot get past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocker {
    /// What, neutralised.
    pub text: Arc<str>,
    /// Session that it names.
    pub session: Option<u32>,
    /// Who is to deal with it, neutralised.
    pub owner: Option<Arc<str>>,
    /// When it was written down, where it says so.
    pub since: Option<Timestamp>,
    /// Not marked as done.
    pub open: bool,
    /// Line, from 1.
    pub line: u32,
}

/// A row of a task board, neutralised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardTask {
    /// Its id.
    pub id: Arc<str>,
    /// What it is.
    pub title: Arc<str>,
    /// What its status means.
    pub state: ClaimState,
    /// The status as written.
    pub status: Arc<str>,
    /// Who has it; `None` for `-`.
    pub owner: Option<Arc<str>>,
    /// What it waits for.
    pub depends_on: Vec<Arc<str>>,
    /// What it is to produce.
    pub deliverable: Option<Arc<str>>,
    /// Line, from 1.
    pub line: u32,
}

/// One agent of a mission: its number and what it is to do. Neutralised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissionAgent {
    /// `21` of `Haiku-21`.
    pub number: u32,
    /// Its team.
    pub team: Option<u32>,
    /// What it is to do.
    pub task: Arc<str>,
    /// Line, from 1.
    pub line: u32,
}

/// What a line means could not be told; it is shown as it stands. Neutralised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Why, or what stands there.
    pub text: Arc<str>,
    /// Line, from 1; 0 for the whole document.
    pub line: u32,
}

/// A document, read. Never an error: what was not understood is among the remarks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Path in the repository, neutralised.
    pub path: Arc<str>,
    /// What it is.
    pub kind: DocumentKind,
    /// Its `Last Updated`.
    pub updated: Option<Timestamp>,
    /// Sessions, or phases of a tracker.
    pub claims: Vec<Claim>,
    /// Blockers, of any kind of document that lists them.
    pub blockers: Vec<Blocker>,
    /// Tasks of a board.
    pub tasks: Vec<BoardTask>,
    /// Agents of a mission, or of a plan.
    pub agents: Vec<MissionAgent>,
    /// Fields that belong to no session: before the first, and after the last.
    pub head: Vec<Field>,
    /// What was not understood.
    pub remarks: Vec<Remark>,
}

/// What is written into a status document: claims beside evidence. Everything in it is neutral already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusDoc {
    /// When it is written.
    pub generated_at: Timestamp,
    /// Version of the program that writes.
    pub generator: Arc<str>,
    /// Commit that the claims were read from.
    pub source_commit: Option<Arc<str>>,
    /// When the bridge was read; `None` without a bridge.
    pub bridge_read_at: Option<Timestamp>,
    /// Branch that the sessions report to.
    pub coordination_branch: Option<Arc<str>>,
    /// In the order in which they are to stand.
    pub sessions: Vec<SessionDoc>,
    /// Phases of the tracker, in order.
    pub phases: Vec<PhaseDoc>,
    /// What was learned, for whoever takes over.
    pub lessons: Vec<Arc<str>>,
}

/// One session of a [`StatusDoc`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionDoc {
    /// Its number.
    pub number: u32,
    /// Its title.
    pub title: Option<Arc<str>>,
    /// The id that it calls itself by.
    pub id: Option<Arc<str>>,
    /// Its state.
    pub state: ClaimState,
    /// More words on the state.
    pub detail: Option<Arc<str>>,
    /// Agents.
    pub agents: Option<Share>,
    /// Numbers of its agents, both ends included.
    pub range: Option<(u32, u32)>,
    /// Numbers of its teams.
    pub teams: Vec<u32>,
    /// Pieces of work.
    pub items: Option<Share>,
    /// 0 to 100.
    pub percent: Option<u8>,
    /// Its branch.
    pub branch: Option<Arc<str>>,
    /// Files that it is to produce, relative to the repository.
    pub outputs: Vec<Arc<str>>,
    /// Its newest commit.
    pub commit: Option<Arc<str>>,
    /// What holds it up.
    pub blockers: Vec<Arc<str>>,
    /// What comes next.
    pub next: Vec<Arc<str>>,
    /// When it will be done, in words.
    pub eta: Option<Arc<str>>,
    /// When this was last true.
    pub updated: Option<Timestamp>,
    /// What stands in git and in the bridge, a line each.
    pub evidence: Vec<Arc<str>>,
    /// Where claim and evidence differ, both quoted, a line each.
    pub contradictions: Vec<Arc<str>>,
}

/// One phase of a tracker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PhaseDoc {
    /// Its number.
    pub number: u32,
    /// Its title.
    pub title: Option<Arc<str>>,
    /// Its state.
    pub state: ClaimState,
    /// Session that works on it.
    pub of_session: Option<u32>,
    /// APIs, or other pieces of work.
    pub items: Option<Share>,
    /// Its newest commit.
    pub commit: Option<Arc<str>>,
    /// When it will be done, in words.
    pub eta: Option<Arc<str>>,
}
