//! Which key means what.

/// What a key is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// A state.
    Status,
    /// Agents or items or percent.
    Progress,
    /// Agents.
    Agents,
    /// Numbers of teams.
    Teams,
    /// A branch.
    Branch,
    /// Files.
    Outputs,
    /// A commit.
    Commit,
    /// The id of a session.
    Id,
    /// `Session: Session 3 (…)`.
    Session,
    /// When it is done.
    Eta,
    /// An estimate of how long.
    Estimate,
    /// What holds it up.
    Blockers,
    /// What comes next.
    Next,
    /// When it was written.
    Updated,
    /// When the work was done.
    Finished,
    /// Kept as it is, whatever its items look like.
    Aside,
    /// Pieces of work.
    Items,
}

/// Keys in their normal form ([`super::pair::norm`]).
const KEYS: &[(Slot, &[&str])] = &[
    (
        Slot::Status,
        &[
            "status",
            "state",
            "current status",
            "overall status",
            "session status",
            "phase status",
        ],
    ),
    (
        Slot::Progress,
        &[
            "progress",
            "completion",
            "overall progress",
            "milestone",
            "percent",
            "phase completion percent",
            "progress.phase completion percent",
            "current task.milestone",
        ],
    ),
    (
        Slot::Agents,
        &[
            "agents",
            "total agents",
            "agents deployed",
            "agents completed",
            "agents spawned",
            "agents reporting",
            "agent count",
        ],
    ),
    (Slot::Teams, &["team", "teams", "completed", "your team"]),
    (
        Slot::Branch,
        &[
            "branch",
            "branch name",
            "recommended branch",
            "current branch",
            "target branch",
            "git branch",
            "working branch",
        ],
    ),
    (
        Slot::Outputs,
        &[
            "output",
            "outputs",
            "expected output",
            "expected outputs",
            "findings",
            "deliverable",
            "deliverables",
            "primary output",
            "output file",
            "output files",
            "file",
            "files",
            "files created",
            "deliverable location",
            "your output",
        ],
    ),
    (
        Slot::Commit,
        &[
            "commit",
            "commits",
            "latest commit",
            "last commit",
            "head commit",
        ],
    ),
    (Slot::Id, &["session id", "swarm id"]),
    (Slot::Session, &["session", "session number"]),
    (
        Slot::Eta,
        &[
            "eta",
            "expected completion",
            "estimated completion",
            "estimated completion time",
            "current task.next milestone eta",
        ],
    ),
    (
        Slot::Blockers,
        &[
            "blocker",
            "blockers",
            "blocked by",
            "blocked on",
            "blocked",
            "whats blocked",
            "blocking issues",
            "open blockers",
            "current blockers",
            "tasks blocked",
            "current task.blockers",
        ],
    ),
    (
        Slot::Next,
        &[
            "next",
            "next step",
            "next steps",
            "next action",
            "next actions",
            "next available tasks",
        ],
    ),
    (
        Slot::Updated,
        &[
            "last updated",
            "last update",
            "updated",
            "updated at",
            "timestamp",
            "health.last heartbeat",
        ],
    ),
    (
        Slot::Aside,
        &["evidence", "contradiction", "contradictions", "detail"],
    ),
    (
        Slot::Finished,
        &["date", "completed at", "completion date", "completed on"],
    ),
];

/// What a key means; its normal form is wanted ([`super::pair::norm`]). O(keys).
pub(super) fn slot(norm: &str) -> Option<Slot> {
    if let Some((slot, _)) = KEYS.iter().find(|(_, keys)| keys.contains(&norm)) {
        return Some(*slot);
    }
    let work = |w: &str| {
        matches!(
            w,
            "api" | "apis" | "tasks" | "items" | "integrations" | "reports"
        )
    };
    match norm {
        _ if norm.contains('.') || norm.contains("cost") || norm.contains("budget") => None,
        _ if norm.starts_with("estimated") || norm == "estimate" => Some(Slot::Estimate),
        _ if norm.split(' ').any(work) => Some(Slot::Items),
        _ => None,
    }
}
