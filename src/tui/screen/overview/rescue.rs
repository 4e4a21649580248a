//! What to do about a problem, and which key does it: the last column of NEEDS YOU.

use super::state::State;
use crate::{
    domain::{
        self, Problem, Severity, Snapshot, Subject,
        choose::{Wanted, best},
    },
    tui::{
        facts::Facts,
        keymap::{Action, Binding, Context},
        model::Model,
    },
};
use std::{collections::HashMap, sync::Arc};

/// Problems that are looked at.
const MOST: usize = 4;
/// A swarm beyond this is looked at for the first problem alone.
const LARGE: usize = 2_000;

/// The work of whoever has this problem should go to somebody else.
fn is_lost(worker: &domain::Worker) -> bool {
    use domain::State::{Expired, Silent, Stalled};
    matches!(worker.verdict.state, Silent | Expired | Stalled)
}

/// It has work that should go to somebody else.
pub(in crate::tui::screen) fn owes(worker: &domain::Worker) -> bool {
    is_lost(worker) && !worker.tasks.is_empty()
}

/// Who should take the work of the first workers that lost it. O(workers) for each of them.
pub(super) fn suggested(
    snapshot: &Snapshot,
    state: &State,
    facts: &Facts,
) -> HashMap<Arc<str>, (Arc<str>, i64)> {
    let most = if snapshot.workers.len() > LARGE {
        1
    } else {
        MOST
    };
    let mut out = HashMap::new();
    for row in 0..snapshot.problems.len() {
        let Some(problem) = state.problem(snapshot, row) else {
            break;
        };
        let Subject::Worker(conversation, _) = &problem.subject else {
            continue;
        };
        let worker = facts.worker(conversation).filter(|w| is_lost(w));
        let Some(task) = worker.and_then(|w| facts.main_task(w)) else {
            continue;
        };
        let (first, _) = best(snapshot, &Wanted::of(task, snapshot), snapshot.at, 1);
        if let Some(best) = first.first() {
            let label = best.worker.id.to_string().into();
            out.insert(Arc::clone(&problem.key), (label, best.score));
        }
        if out.len() == most {
            break;
        }
    }
    out
}

/// The key that does something about a problem, and what: `r reassign → worker-9 (91)` where it is `long`.
pub(super) fn next(model: &Model, problem: &Problem, many: usize, long: bool) -> String {
    let key = |context, action: Action| {
        let rows = model.look.keymap.rows(context).iter();
        let mut bound = rows.filter(|b| b.run == action && !b.on.is_empty());
        bound.next().map_or_else(String::new, Binding::key)
    };
    let open = key(Context::Overview, Action::Open);
    if many > 1 {
        return format!("{open} list");
    }
    let (conversation, what) = match &problem.subject {
        Subject::Source => return format!("{open} daemons"),
        Subject::Session(_) => return format!("{open} session"),
        Subject::Worker(conversation, _) => (conversation, "evidence"),
    };
    let worker = model.facts.worker(conversation);
    if worker.is_some_and(|w| owes(w)) {
        let key = key(Context::Global, Action::Reassign);
        let rescue = &model.screens.overview.rescue.1;
        return match rescue.get(&problem.key).filter(|_| long) {
            Some((to, score)) => format!("{key} reassign → {to} ({score})"),
            None => format!("{key} reassign"),
        };
    }
    if worker.is_some_and(|w| w.verdict.state == domain::State::Blocked) {
        return format!("{} answer", key(Context::Global, Action::Compose));
    }
    if problem.severity <= Severity::Notice {
        return format!("{} ack", key(Context::Overview, Action::Ack));
    }
    let what = if long { what } else { "why" };
    format!("{open} {what}")
}
