//! Claims that cannot be true with what there is. Both sides are quoted.

use super::{
    super::{
        Severity, Timestamp,
        claim::{Claim, ClaimState},
    },
    Said,
    evidence::{Facts, Stage, commits, own, some},
};

/// What is wrong with a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It says that the session has not begun, and it is finished: whoever believes it starts it again.
    Finished,
    /// It says that the session has not begun, and work exists.
    Begun,
    /// It says complete, and what was to be produced is not there.
    Missing,
    /// It says complete, and tasks are open.
    Open,
    /// It says complete, and the work is on one machine only.
    Unpushed,
    /// It says complete, and the branch cannot be merged.
    Conflicting,
    /// It says that work is under way, and there is none.
    Nothing,
    /// It says that nothing holds the session up, and something does.
    Blocked,
    /// It counts more agents than the bridge knows.
    Agents,
}

impl Kind {
    /// Name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Begun => "begun",
            Self::Missing => "missing",
            Self::Open => "open",
            Self::Unpushed => "unpushed",
            Self::Conflicting => "conflicting",
            Self::Nothing => "nothing",
            Self::Blocked => "blocked",
            Self::Agents => "agents",
        }
    }
}

/// A claim, and what speaks against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// What kind.
    pub kind: Kind,
    /// How bad.
    pub severity: Severity,
    /// What is claimed, quoted, neutralised.
    pub claim: String,
    /// Where: document, line, branch, commit.
    pub place: String,
    /// What there is, neutralised.
    pub evidence: String,
    /// Since when both stand.
    pub since: Option<Timestamp>,
}

/// Everything that speaks against what was claimed, worst first.
pub(super) fn contradictions(f: &Facts<'_>, stage: Stage, said: &Said) -> Vec<Contradiction> {
    let claim = &said.claim;
    let mut all = match claim.state {
        Some(ClaimState::Planned | ClaimState::Ready) => unbegun(f, stage, said),
        Some(ClaimState::Complete) => complete(f, said),
        Some(ClaimState::InProgress) => nothing(f, stage, said),
        _ => Vec::new(),
    };
    all.extend(blocked(f, said));
    all.extend(agents(f, said));
    all.sort_by(|a, b| (b.severity, a.kind).cmp(&(a.severity, b.kind)));
    all
}

fn quote(claim: &Claim) -> String {
    claim.status.as_deref().unwrap_or_default().to_owned()
}

fn against(said: &Said, kind: Kind, evidence: String, since: Option<Timestamp>) -> Contradiction {
    Contradiction {
        kind,
        severity: match kind {
            Kind::Blocked | Kind::Agents => Severity::Notice,
            _ => Severity::Warning,
        },
        claim: quote(&said.claim),
        place: said.place(),
        evidence,
        since: since.max(said.at()),
    }
}

fn unbegun(f: &Facts<'_>, stage: Stage, said: &Said) -> Vec<Contradiction> {
    let Some(ground) = f.ground else {
        return Vec::new();
    };
    let outputs: Vec<_> = ground
        .outputs
        .iter()
        .filter_map(|o| Some((o, own(o)?)))
        .collect();
    let branch = ground.branch.as_ref();
    if let Some((output, file)) = outputs.first() {
        let evidence = format!(
            "{} ({} bytes) stands on {} by {} {:?}",
            output.path,
            file.bytes,
            branch.map_or("its branch", |b| &b.name),
            file.commit,
            file.subject
        );
        return vec![against(said, Kind::Finished, evidence, file.at)];
    }
    if stage.is_over() && f.tasks.total > 0 {
        let evidence = format!("{} of {} tasks are done", f.tasks.done, f.tasks.total);
        return vec![against(said, Kind::Finished, evidence, None)];
    }
    // Commits of others that a branch began with are no work of this session: they are older than the claim.
    let newer = branch.filter(|b| b.ahead > 0 && b.committed > said.at());
    let evidence = match newer {
        Some(b) => format!(
            "{} on {} since, the last {} {:?}",
            commits(b.ahead),
            b.name,
            b.commit,
            b.subject
        ),
        None if f.tasks.total > 0 => format!("{} tasks are given out", f.tasks.total),
        None => return Vec::new(),
    };
    let at = branch.and_then(|b| b.committed);
    vec![against(said, Kind::Begun, evidence, at)]
}

fn complete(f: &Facts<'_>, said: &Said) -> Vec<Contradiction> {
    let mut all = Vec::new();
    if let Some(ground) = f.ground {
        let missing: Vec<&str> = (ground.outputs.iter())
            .filter(|_| !ground.in_base)
            .filter(|o| o.file.as_ref().is_none_or(|file| file.bytes == 0))
            .map(|o| &*o.path)
            .collect();
        if !missing.is_empty() {
            let place = ground.branch.as_ref().map_or_else(
                || "there is no branch".to_owned(),
                |b| format!("not on {}", b.name),
            );
            let evidence = format!("{}: {place}", some(&missing));
            all.push(against(said, Kind::Missing, evidence, None));
        }
        let unpushed = f.unpushed();
        if let Some(branch) = ground.branch.as_ref().filter(|_| unpushed > 0) {
            let evidence = format!("{} of {} not pushed", commits(unpushed), branch.name);
            all.push(against(said, Kind::Unpushed, evidence, branch.committed));
        }
        if let Some(files) = ground.conflicts.as_ref().filter(|files| !files.is_empty()) {
            let evidence = format!("conflicts with the base in {}", some(files));
            all.push(against(said, Kind::Conflicting, evidence, None));
        }
    }
    if f.tasks.open > 0 {
        let evidence = format!("{} of {} tasks are open", f.tasks.open, f.tasks.total);
        all.push(against(said, Kind::Open, evidence, None));
    }
    all
}

fn nothing(f: &Facts<'_>, stage: Stage, said: &Said) -> Vec<Contradiction> {
    let evidence = match stage {
        Stage::Absent => "no branch and no worker",
        Stage::Empty if f.states.up() == 0 => "no commit and no worker that is up",
        _ => return Vec::new(),
    };
    vec![against(said, Kind::Nothing, evidence.to_owned(), None)]
}

/// Blockers were denied. That none is mentioned is no denial.
fn blocked(f: &Facts<'_>, said: &Said) -> Option<Contradiction> {
    let field = (said.claim.fields.iter()).find(|field| {
        let key = field.key.to_lowercase();
        key.starts_with("blocker") || key.starts_with("blocked")
    })?;
    let open = f.ground?.blockers.iter().find(|b| b.blocker.open)?;
    if !said.claim.blockers.is_empty() {
        return None;
    }
    let evidence = format!(
        "{}:{} on {}: {}",
        open.path, open.blocker.line, open.branch, open.blocker.text
    );
    let mut found = against(said, Kind::Blocked, evidence, open.since());
    found.claim = format!("{}: {}", field.key, field.value);
    Some(found)
}

/// Agents are counted that the bridge does not know. Only where the bridge knows some: else they may talk elsewhere.
fn agents(f: &Facts<'_>, said: &Said) -> Option<Contradiction> {
    let done = said.claim.agents?.done?;
    let known = f.states.total();
    (known > 0 && done > known).then(|| {
        let evidence = format!("the bridge knows {known} workers of it");
        let mut found = against(said, Kind::Agents, evidence, None);
        found.claim = said
            .claim
            .agents
            .map_or_else(String::new, |share| match share.of {
                Some(of) => format!("{done}/{of} agents"),
                None => format!("{done} agents"),
            });
        found
    })
}
