//! The sessions as the documents that sessions exchange.

use super::{
    super::{
        Snapshot, Timestamp,
        claim::{ClaimState, PhaseDoc, SessionDoc, Share, StatusDoc},
        text,
    },
    Outcome, Session, Stage, overall,
};
use std::sync::Arc;

/// What is written into a document about the sessions of a picture: those with a number, by what there is; beside it what is claimed and
/// what contradicts. O(sessions).
#[must_use]
pub fn written(s: &Snapshot, coordination: Option<&str>) -> StatusDoc {
    let survey = s.repo.as_ref().and_then(|r| r.survey.as_deref());
    let numbered = || {
        s.sessions
            .iter()
            .filter_map(|x| Some((x.number?, x.as_ref())))
    };
    let plan = survey.and_then(|survey| survey.plan.as_deref());
    let phase = |number: u32| {
        let planned = plan?.sessions.iter().find(|p| p.number == number)?;
        planned.phase
    };
    let unmet = overall(s)
        .into_iter()
        .filter(|c| c.outcome == Outcome::Unmet);
    StatusDoc {
        generated_at: s.at,
        generator: env!("CARGO_PKG_VERSION").into(),
        source_commit: (s.repo.as_ref())
            .map(|r| Arc::clone(&r.base_commit))
            .filter(|commit| !commit.is_empty()),
        bridge_read_at: s.source.read_at,
        coordination_branch: coordination
            .map(|name| text::line(name).into())
            .or_else(|| plan?.coordination.clone()),
        sessions: numbered().map(|(n, x)| session(n, x, s.at)).collect(),
        phases: (numbered())
            .map(|(n, x)| phase_of(phase(n).unwrap_or(n), n, x))
            .collect(),
        lessons: unmet
            .map(|c| format!("{}: {}", c.what, c.evidence).into())
            .collect(),
    }
}

/// What the evidence says, in the words of documents.
fn state(s: &Session) -> ClaimState {
    match s.stage {
        Stage::Finished | Stage::Merged => ClaimState::Complete,
        Stage::Stuck => ClaimState::Blocked,
        Stage::Started => ClaimState::InProgress,
        // Nothing is there: what was intended is all that can be told. That it is complete, or under way, is not.
        Stage::Absent | Stage::Empty => match s.claim().and_then(|said| said.claim.state) {
            Some(state @ (ClaimState::Planned | ClaimState::Ready | ClaimState::Failed)) => state,
            None => ClaimState::Planned,
            Some(_) => ClaimState::Unknown,
        },
    }
}

fn small(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn items(s: &Session) -> Option<Share> {
    (s.tasks.total > 0).then(|| Share {
        done: Some(small(s.tasks.done)),
        of: Some(small(s.tasks.total)),
    })
}

/// How many of its agents the bridge knows; what is claimed where it knows none.
fn agents(s: &Session) -> Option<Share> {
    let known = s.states.total();
    let claimed = s.claim().and_then(|said| said.claim.agents);
    if known == 0 {
        return claimed;
    }
    Some(Share {
        done: Some(s.states.up()),
        of: claimed.and_then(|share| share.of).or(Some(known)),
    })
}

fn commit(s: &Session) -> Option<Arc<str>> {
    s.branch().map(|b| Arc::clone(&b.commit))
}

fn session(number: u32, s: &Session, now: Timestamp) -> SessionDoc {
    let known = s.ground.as_ref().map(|g| &g.known);
    let claim = s.claim().map(|said| &said.claim);
    let said = claim.and_then(|c| c.status.as_deref());
    let detail = match said {
        Some(said) if !s.contradictions.is_empty() || state(s) == ClaimState::Unknown => {
            Some(format!("claimed: {said}").into())
        }
        _ => None,
    };
    SessionDoc {
        number,
        title: Some(Arc::clone(&s.title)).filter(|t| !t.is_empty()),
        id: claim.and_then(|c| c.id.clone()),
        state: state(s),
        detail,
        agents: agents(s),
        range: known.and_then(|k| k.range),
        teams: known.map_or_else(Vec::new, |k| k.teams.clone()),
        items: items(s),
        percent: s.progress.and_then(|p| u8::try_from(p.percent()).ok()),
        branch: s.branch().map(|b| Arc::clone(&b.name)),
        outputs: known.map_or_else(Vec::new, |k| k.outputs.clone()),
        commit: commit(s),
        blockers: (s.open_blockers())
            .map(|b| Arc::clone(&b.blocker.text))
            .collect(),
        next: claim.map_or_else(Vec::new, |c| c.next.clone()),
        eta: s.eta.map(|eta| eta.to_string().into()),
        updated: Some(now),
        evidence: s
            .evidence
            .iter()
            .map(|f| f.sentence.as_str().into())
            .collect(),
        contradictions: (s.contradictions.iter())
            .map(|c| format!("claims {:?} ({}), but {}", c.claim, c.place, c.evidence).into())
            .collect(),
    }
}

fn phase_of(number: u32, of_session: u32, s: &Session) -> PhaseDoc {
    PhaseDoc {
        number,
        title: Some(Arc::clone(&s.title)).filter(|t| !t.is_empty()),
        state: state(s),
        of_session: Some(of_session),
        items: items(s),
        commit: commit(s),
        eta: s.eta.map(|eta| eta.to_string().into()),
    }
}
