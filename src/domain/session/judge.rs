//! Everything that is known of each session, together.

use super::{
    super::{Severity, State, StateCounts, Task, TaskState, Timestamp, Worker, swarmfile::Limits},
    Basis, Ground, Progress, Session, Stage, Survey, TaskShare,
    contradict::contradictions,
    criteria::{Checked, Outcome},
    eta::eta,
    evidence::{Facts, own},
    identify::first_heard,
    members::Members,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// What sessions are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// What the repository says; `None` without one.
    pub survey: Option<&'a Survey>,
    /// Workers of the bridge.
    pub workers: &'a [Arc<Worker>],
    /// Its tasks: the open ones and the newest closed ones.
    pub tasks: &'a [Arc<Task>],
    /// Now.
    pub now: Timestamp,
}

/// What the bridge knows of one session.
#[derive(Default)]
struct Crew<'a> {
    workers: Vec<&'a Worker>,
    tasks: Vec<&'a Task>,
}

/// Every session: those of the repository in its order, then those that only the bridge knows, by the role of their orchestrator.
/// O(workers × sessions + tasks).
#[must_use]
pub fn judge(scene: Scene<'_>) -> Vec<Arc<Session>> {
    let empty = Survey::default();
    let survey = scene.survey.unwrap_or(&empty);
    let mut crews: HashMap<Arc<str>, Crew<'_>> = HashMap::new();
    let mut strangers: BTreeMap<Arc<str>, Crew<'_>> = BTreeMap::new();
    let mut of = HashMap::new();
    let mut members = Members::new(survey);
    for worker in scene.workers {
        let known = members.of(worker);
        let key = Arc::clone(known.unwrap_or(&worker.session));
        of.insert(&worker.conversation, (known.is_some(), Arc::clone(&key)));
        let crew = if known.is_some() {
            crews.entry(key).or_default()
        } else {
            strangers.entry(key).or_default()
        };
        crew.workers.push(worker);
    }
    for task in scene.tasks {
        let holder = task.holder().and_then(|h| of.get(&h.conversation));
        let crew = match holder {
            Some((true, key)) => crews.get_mut(key),
            Some((false, key)) => strangers.get_mut(key),
            None => None,
        };
        if let Some(crew) = crew {
            crew.tasks.push(task);
        }
    }
    let terms = survey.terms;
    let known = survey.grounds.iter().map(|ground| {
        let crew = crews.remove(&ground.known.key).unwrap_or_default();
        session(Some(ground), &ground.known.key, &crew, terms, scene.now)
    });
    let mut all: Vec<Arc<Session>> = known.map(Arc::new).collect();
    let others = strangers.iter();
    all.extend(others.map(|(key, crew)| Arc::new(session(None, key, crew, terms, scene.now))));
    all
}

fn session(
    ground: Option<&Arc<Ground>>,
    key: &Arc<str>,
    crew: &Crew<'_>,
    terms: Limits,
    now: Timestamp,
) -> Session {
    let mut states = StateCounts::default();
    for worker in &crew.workers {
        states.add(worker.verdict.state);
    }
    let shown = ground;
    let ground = ground.map(Arc::as_ref);
    let facts = Facts {
        ground,
        states,
        tasks: share(crew),
        // A clock that is ahead proves nothing.
        sign: (crew.workers.iter())
            .filter_map(|w| sign(w).filter(|at| *at <= now))
            .max(),
        expires: ends(crew),
        terms,
        now,
    };
    let stage = facts.stage();
    let active = facts.active(stage);
    let claim = ground.and_then(|g| g.known.claim());
    let contradictions = claim
        .filter(|said| !said.generated)
        .map_or_else(Vec::new, |said| contradictions(&facts, stage, said));
    let started = started(ground, crew);
    let over = started
        .filter(|_| ground.is_some())
        .filter(|_| active || (facts.tasks.open > 0 && !stage.is_over()))
        .map(|at| at.plus(terms.session))
        .filter(|at| *at <= now);
    let mut session = Session {
        key: Arc::clone(key),
        number: ground.and_then(|g| g.known.number),
        title: ground.map_or_else(|| "".into(), |g| Arc::clone(&g.known.title)),
        ground: shown.cloned(),
        stage,
        evidence: facts.findings(),
        contradictions,
        criteria: criteria(&facts),
        workers: crew
            .workers
            .iter()
            .map(|w| w.conversation.clone())
            .collect(),
        states,
        tasks: facts.tasks,
        open: open(crew),
        progress: progress(&facts, claim),
        eta: remaining(&facts, crew, started, stage),
        started,
        last: facts.last(),
        active,
        stale: ground
            .filter(|_| active)
            .and_then(|g| unrenewed(g, terms, now)),
        over,
        at_stake: facts.unsafe_since(),
        severity: Severity::Ok,
    };
    session.severity = severity(&session);
    session
}

/// Since when nothing that was said of it is fresh.
fn unrenewed(ground: &Ground, terms: Limits, now: Timestamp) -> Option<Timestamp> {
    let people = ground.known.said.iter().filter(|said| !said.generated);
    let renewed = people.filter_map(super::Said::at).max()?;
    Some(renewed.plus(terms.update)).filter(|at| *at <= now)
}

fn severity(s: &Session) -> Severity {
    let worst = s.contradictions.iter().map(|c| c.severity).max();
    let warn = s.stale.is_some()
        || s.over.is_some()
        || s.at_stake.is_some()
        || s.open_blockers().next().is_some()
        || s.tasks.at_risk > 0;
    worst
        .into_iter()
        .chain(warn.then_some(Severity::Warning))
        .max()
        .unwrap_or_default()
}

fn sign(worker: &Worker) -> Option<Timestamp> {
    worker.activity.map(|(at, _)| at)
}

fn open(crew: &Crew<'_>) -> Vec<super::TaskId> {
    let open = crew.tasks.iter().filter(|t| t.state.is_open());
    open.map(|t| t.id.clone()).collect()
}

/// When the first conversation ends that owes something.
fn ends(crew: &Crew<'_>) -> Option<Timestamp> {
    let owing = crew.workers.iter().filter(|w| !w.tasks.is_empty());
    owing.filter_map(|w| w.expires).min()
}

/// Completed and failed ones are counted over the whole history, the others from the list.
fn share(crew: &Crew<'_>) -> TaskShare {
    let mut share = TaskShare::default();
    let mut risky: HashMap<_, bool> = HashMap::new();
    for worker in &crew.workers {
        share.done += u64::from(worker.done);
        share.failed += u64::from(worker.failed);
        let state = worker.verdict.state;
        let lost = matches!(state, State::Silent | State::Expired | State::Stalled);
        risky.insert(&worker.conversation, lost);
    }
    for task in &crew.tasks {
        if task.state.is_open() {
            share.open += 1;
            share.running += u64::from(task.state == TaskState::Running);
            let owner = task.owner().and_then(|o| risky.get(&o.conversation));
            share.at_risk += u64::from(owner.copied().unwrap_or(false));
        }
    }
    share.total = share.done + share.failed + share.open;
    share
}

/// When it began: its first commit, its first conversation, or the first that was heard of it while it has neither.
fn started(ground: Option<&Ground>, crew: &Crew<'_>) -> Option<Timestamp> {
    let branch = ground.and_then(|g| g.branch.as_ref());
    let commit = branch.and_then(|b| b.first.or(b.committed.filter(|_| b.ahead > 0)));
    let joined = crew.workers.iter().filter_map(|w| w.created).min();
    let begun = commit.into_iter().chain(joined).min();
    begun.or_else(|| ground.and_then(|g| first_heard(&g.known)))
}

fn progress(facts: &Facts<'_>, claim: Option<&super::Said>) -> Option<Progress> {
    if facts.tasks.total > 0 {
        return Some(Progress {
            done: facts.tasks.done,
            of: facts.tasks.total,
            basis: Basis::Tasks,
        });
    }
    let ground = facts.ground?;
    let wanted = produced(ground);
    if !wanted.is_empty() && ground.branch.is_some() {
        let met = wanted.iter().filter(|c| c.outcome == Outcome::Met).count();
        return Some(Progress {
            done: met as u64,
            of: wanted.len() as u64,
            basis: Basis::Git,
        });
    }
    let claim = &claim?.claim;
    let claimed = |done: u32, of: u32| {
        (of > 0).then(|| Progress {
            done: u64::from(done),
            of: u64::from(of),
            basis: Basis::Claim,
        })
    };
    let share = |s: super::super::claim::Share| claimed(s.done?, s.of?);
    (claim.percent.and_then(|p| claimed(u32::from(p), 100)))
        .or_else(|| claim.items.and_then(share))
        .or_else(|| claim.agents.and_then(share))
}

fn remaining(
    facts: &Facts<'_>,
    crew: &Crew<'_>,
    started: Option<Timestamp>,
    stage: Stage,
) -> Option<super::Eta> {
    if stage.is_over() {
        return None;
    }
    let done: Vec<Timestamp> = (crew.tasks.iter())
        .filter(|t| t.state == TaskState::Done)
        .filter_map(|t| t.closed_at)
        .collect();
    eta(facts.tasks.open, &done, started, facts.now)
}

/// What git answered, and what only the bridge can.
fn criteria(facts: &Facts<'_>) -> Vec<Checked> {
    let mut all = facts.ground.map_or_else(Vec::new, produced);
    let tasks = facts.tasks;
    if tasks.total > 0 {
        all.insert(
            0,
            Checked::new(
                "all tasks are done",
                Outcome::of(tasks.done == tasks.total),
                format!("{} of {} in the bridge", tasks.done, tasks.total),
            ),
        );
    }
    if let Some(ground) = facts.ground {
        let open = ground.blockers.iter().filter(|b| b.blocker.open).count();
        if !ground.blockers.is_empty() {
            let seen = format!("{open} of {} open", ground.blockers.len());
            all.push(Checked::new(
                "all blockers are resolved",
                Outcome::of(open == 0),
                seen,
            ));
        }
        if let Some(files) = &ground.conflicts {
            let seen = match files.len() {
                1 => "1 file conflicts with the base".to_owned(),
                n => format!("{n} files conflict with the base"),
            };
            all.push(Checked::new(
                "it merges without conflict",
                Outcome::of(files.is_empty()),
                seen,
            ));
        }
    }
    all
}

/// What the plan asks for, and that every output is there.
fn produced(ground: &Ground) -> Vec<Checked> {
    let mut all = ground.criteria.clone();
    for output in &ground.outputs {
        let what = format!("{} is committed", output.path);
        if all.iter().any(|c| *c.what == *what) {
            continue;
        }
        let seen = own(output).map_or_else(
            || "not on its branch".to_owned(),
            |f| format!("{} bytes by {}", f.bytes, f.commit),
        );
        let outcome = Outcome::of(own(output).is_some());
        all.push(Checked::new(&what, outcome, seen));
    }
    all
}
