//! Two instants of one swarm, held against each other: what is different, worst first.

use super::{
    ConversationId, Problem, Snapshot, State, Subject, Task, TaskId, TaskState, Timestamp, Worker,
    WorkerId,
};
use std::{collections::HashMap, sync::Arc};

/// What is different between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The one.
    pub from: Timestamp,
    /// The other.
    pub to: Timestamp,
    /// Workers in another state, of another reported status or with other tasks; those that need the operator first.
    pub workers: Vec<WorkerChange>,
    /// Tasks in another state or with another owner, by id.
    pub tasks: Vec<TaskChange>,
    /// Problems that the other has and the one has not, worst first.
    pub began: Vec<Problem>,
    /// Problems that the one has and the other has not, worst first.
    pub ended: Vec<Problem>,
    /// Messages over the whole history, in the one and in the other.
    pub messages: (u64, u64),
    /// Messages to workers that are not fetched.
    pub unread: (u64, u64),
    /// Tasks done.
    pub done: (u64, u64),
    /// Workers that are up.
    pub up: (u32, u32),
}

/// What a worker says of itself, where it does.
pub type Reported = Option<Arc<str>>;

/// A worker that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerChange {
    /// Identity.
    pub conversation: ConversationId,
    /// Label.
    pub id: WorkerId,
    /// State in the one; `None` where it was not there.
    pub before: Option<State>,
    /// State in the other; `None` where it is gone.
    pub after: Option<State>,
    /// Tasks that only the one has it hold.
    pub lost: Vec<TaskId>,
    /// Tasks that only the other has it hold.
    pub gained: Vec<TaskId>,
    /// Why it is in its state in the other, neutralised; empty where it is gone.
    pub reason: String,
    /// Status that it reported, where that is another.
    pub reported: Option<(Reported, Reported)>,
}

/// How a task stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// State.
    pub state: TaskState,
    /// Who owns it.
    pub owner: Option<WorkerId>,
    /// Fencing token.
    pub generation: u32,
    /// Progress in percent.
    pub progress: Option<u8>,
}

/// A task that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskChange {
    /// Name.
    pub id: TaskId,
    /// In the one; `None` where it is not among those that are kept.
    pub before: Option<Standing>,
    /// In the other.
    pub after: Option<Standing>,
}

impl Comparison {
    /// Holds `from` against `to`. O(workers + tasks + problems), and sorting.
    #[must_use]
    pub fn of(from: &Snapshot, to: &Snapshot) -> Self {
        // Where one of them knows no repository, what only the other says of sessions is no change.
        let sessions = from.repo.is_some() == to.repo.is_some();
        let without = |of: &[Problem], other: &[Problem]| -> Vec<Problem> {
            let known = |p: &&Problem| {
                (sessions || !matches!(p.subject, Subject::Session(_)))
                    && other.iter().all(|o| o.key != p.key)
            };
            of.iter().filter(known).cloned().collect()
        };
        Self {
            from: from.at,
            to: to.at,
            workers: workers(from, to),
            tasks: tasks(from, to),
            began: without(&to.problems, &from.problems),
            ended: without(&from.problems, &to.problems),
            messages: (from.traffic.messages, to.traffic.messages),
            unread: (from.traffic.unread, to.traffic.unread),
            done: (from.task_counts.done, to.task_counts.done),
            up: (from.states.up(), to.states.up()),
        }
    }

    /// Nothing is different that this looks at.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.workers.is_empty()
            && self.tasks.is_empty()
            && self.began.is_empty()
            && self.ended.is_empty()
            && self.messages.0 == self.messages.1
            && self.unread.0 == self.unread.1
    }
}

fn workers(from: &Snapshot, to: &Snapshot) -> Vec<WorkerChange> {
    let mut before: HashMap<&ConversationId, &Arc<Worker>> =
        from.workers.iter().map(|w| (&w.conversation, w)).collect();
    let mut all = Vec::new();
    for after in &to.workers {
        let before = before.remove(&after.conversation);
        if before.is_none_or(|b| !Arc::ptr_eq(b, after)) {
            all.extend(worker(before, Some(after)));
        }
    }
    all.extend(before.into_values().filter_map(|b| worker(Some(b), None)));
    let rank = |c: &WorkerChange| (c.after.is_none(), c.after, c.before);
    all.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.id.cmp(&b.id)));
    all
}

fn worker(before: Option<&Arc<Worker>>, after: Option<&Arc<Worker>>) -> Option<WorkerChange> {
    let named = after.or(before)?;
    let held = |w: Option<&Arc<Worker>>| w.map_or(&[][..], |w| &w.tasks).to_vec();
    let (had, has) = (held(before), held(after));
    let only = |of: &[TaskId], other: &[TaskId]| -> Vec<TaskId> {
        let gone = |id: &&TaskId| !other.contains(id);
        of.iter().filter(gone).cloned().collect()
    };
    let said = |w: Option<&Arc<Worker>>| w.and_then(|w| w.reported.clone());
    let (said, says) = (said(before), said(after));
    let state = |w: Option<&Arc<Worker>>| w.map(|w| w.verdict.state);
    let change = WorkerChange {
        conversation: named.conversation.clone(),
        id: named.id.clone(),
        before: state(before),
        after: state(after),
        lost: only(&had, &has),
        gained: only(&has, &had),
        reason: after.map_or_else(String::new, |w| w.verdict.reason.clone()),
        reported: (before.is_some() && after.is_some() && said != says).then_some((said, says)),
    };
    let differs = change.before != change.after
        || !change.lost.is_empty()
        || !change.gained.is_empty()
        || change.reported.is_some();
    differs.then_some(change)
}

fn tasks(from: &Snapshot, to: &Snapshot) -> Vec<TaskChange> {
    let mut before: HashMap<&TaskId, &Arc<Task>> = from.tasks.iter().map(|t| (&t.id, t)).collect();
    let mut all: Vec<TaskChange> = Vec::new();
    for after in &to.tasks {
        let before = before.remove(&after.id);
        let change = TaskChange {
            id: after.id.clone(),
            before: before.map(|t| standing(t)),
            after: Some(standing(after)),
        };
        if change.before != change.after {
            all.push(change);
        }
    }
    all.extend(before.into_values().map(|task| TaskChange {
        id: task.id.clone(),
        before: Some(standing(task)),
        after: None,
    }));
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

fn standing(task: &Task) -> Standing {
    Standing {
        state: task.state,
        owner: task.owner().map(|holder| holder.worker.clone()),
        generation: task.generation,
        progress: task.progress,
    }
}
