//! Work that nobody owns and nobody can take.

use crate::domain::{
    DataState, Problem, Severity, Snapshot, Span, State, Subject, Task, TaskState, Timestamp,
    Worker,
    choose::{Wanted, anybody},
};
use std::{collections::HashMap, sync::Arc};

/// Of so many, the most urgent, it is found out whether anybody could take them.
const ASKED: usize = 8;

/// A worker may come free, or back, within so long.
const PATIENCE: Span = Span::seconds(60);

/// Each of the most urgent orphans that nobody can take. O(tasks), and O(workers) for each orphan while there are some.
pub(super) fn none(s: &Snapshot, now: Timestamp) -> Vec<Problem> {
    let live = !matches!(s.source.state(now), DataState::Stale | DataState::Offline);
    if s.observer.blind() || s.source.progress.is_some() || !live {
        return Vec::new();
    }
    let waits = |t: &&Arc<Task>| {
        !t.held
            && (t.state.is_open()
                || (t.state == TaskState::Failed && t.attempts < Task::MAX_ATTEMPTS))
    };
    if !s.tasks.iter().any(|t| waits(&t)) {
        return Vec::new();
    }
    let lost: HashMap<_, &Arc<Worker>> = (s.workers.iter())
        .filter(|w| matches!(w.verdict.state, State::Silent | State::Expired))
        .map(|w| (&w.conversation, w))
        .collect();
    let since = |t: &Task| {
        let Some(owner) = t.owner() else {
            return t.history.last().and_then(|step| step.at);
        };
        let w = lost.get(&owner.conversation)?;
        Some(match w.verdict.state {
            State::Expired => w.expires.unwrap_or(w.verdict.since),
            _ => w.verdict.since.plus(w.limits.silent),
        })
    };
    let mut orphans: Vec<(&Arc<Task>, Timestamp)> = (s.tasks.iter())
        .filter(waits)
        .filter_map(|t| Some((t, since(t)?)))
        .filter(|(_, since)| now.since(*since) >= PATIENCE)
        .collect();
    orphans.sort_by_key(|(t, since)| (t.priority.unwrap_or(u8::MAX), *since, &t.id));
    orphans.truncate(ASKED);
    orphans.retain(|(t, _)| !anybody(s, &Wanted::of(t, s), now));
    orphans
        .into_iter()
        .filter_map(|(t, since)| problem(t, since))
        .collect()
}

fn problem(task: &Task, since: Timestamp) -> Option<Problem> {
    let holder = task.holder()?;
    let needs = match &*task.needs {
        [] => String::new(),
        needs => format!("; it needs {}", needs.join(" or ")),
    };
    Some(Problem {
        key: format!("no-capacity/{}", task.id).into(),
        severity: Severity::Critical,
        subject: Subject::Worker(holder.conversation.clone(), holder.worker.clone()),
        kind: "no-capacity",
        sentence: format!(
            "nobody can take {} over from {}{needs}",
            task.id, holder.worker
        ),
        since,
    })
}
