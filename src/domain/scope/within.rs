//! A picture cut down to a scope.

use super::{Scope, Session};
use crate::domain::{
    ConversationId, Event, Group, GroupKind, Happening, Severity, Snapshot, StateCounts, Subject,
    Task, TaskCounts, TaskState, Traffic, Worker,
};
use std::{collections::HashSet, sync::Arc};

/// Who and what is in.
struct Inside {
    workers: HashSet<ConversationId>,
    sessions: HashSet<Arc<str>>,
}

impl Snapshot {
    /// The picture of this part of the swarm: its workers, what they hold and say, what is wrong with them, the counts of all that. Counts of
    /// tasks and messages are of what the picture still holds of them. O(workers + tasks + messages + events).
    #[must_use]
    pub fn within(&self, scope: &Scope) -> Self {
        if scope.is_all() {
            return self.clone();
        }
        let mine = |w: &&Arc<Worker>| scope.has(w, self);
        let workers: Vec<Arc<Worker>> = self.workers.iter().filter(mine).cloned().collect();
        let ids = workers.iter().map(|w| w.conversation.clone());
        let mut inside = Inside {
            workers: ids.collect(),
            sessions: HashSet::new(),
        };
        let whole = |s: &&Arc<Session>| {
            scope.session.as_ref() == Some(&s.key)
                || s.workers.iter().any(|id| inside.workers.contains(id))
        };
        let sessions: Vec<Arc<Session>> = self.sessions.iter().filter(whole).cloned().collect();
        inside.sessions = sessions.iter().map(|s| Arc::clone(&s.key)).collect();
        let of_tasks = |t: &&Arc<Task>| inside.task(t);
        let tasks: Vec<Arc<Task>> = self.tasks.iter().filter(of_tasks).cloned().collect();
        let messages = self.messages.iter();
        let messages = messages.filter(|m| inside.workers.contains(&m.conversation));
        let messages = Arc::new(messages.cloned().collect::<std::collections::VecDeque<_>>());
        let problems = self.problems.iter();
        let problems: Vec<_> = problems
            .filter(|p| inside.subject(&p.subject))
            .cloned()
            .collect();
        let events = self.events.iter().filter(|e| inside.event(e));
        let mut closed: Vec<_> = tasks
            .iter()
            .filter(|t| t.state == TaskState::Done)
            .filter_map(|t| t.closed_at)
            .collect();
        closed.sort_unstable();
        Self {
            states: states(&workers),
            task_counts: counts(&tasks),
            groups: groups(self, &workers),
            traffic: Traffic {
                messages: messages.len() as u64,
                unread: workers.iter().map(|w| u64::from(w.unread)).sum(),
                ..self.traffic
            },
            severity: worst(self, &problems),
            alerts: self
                .alerts
                .iter()
                .filter(|a| inside.subject(&a.subject))
                .cloned()
                .collect(),
            events: Arc::new(events.cloned().collect()),
            completions: Arc::new(closed.into_iter().collect()),
            folded: 0,
            workers,
            sessions,
            tasks,
            messages,
            problems,
            ..self.clone()
        }
    }
}

impl Inside {
    /// A worker here holds it or held it last.
    fn task(&self, task: &Task) -> bool {
        let holder = task.owner().or_else(|| task.holder());
        holder.is_some_and(|h| self.workers.contains(&h.conversation))
    }

    fn subject(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Worker(id, _) => self.workers.contains(id),
            Subject::Session(key) => self.sessions.contains(key),
            Subject::Source => true,
        }
    }

    fn event(&self, event: &Event) -> bool {
        match &event.what {
            Happening::WorkerSeen(w) | Happening::WorkerState(w, _) => {
                self.workers.contains(&w.conversation)
            }
            Happening::WorkerGone(id, _) => self.workers.contains(id),
            Happening::TaskState(task, _) => self.task(task),
            Happening::Message(m) => self.workers.contains(&m.conversation),
            Happening::Alert(a, _) => self.subject(&a.subject),
            Happening::Source(_) | Happening::Notified(_) => true,
        }
    }
}

fn states(workers: &[Arc<Worker>]) -> StateCounts {
    let mut states = StateCounts::default();
    for worker in workers {
        states.add(worker.verdict.state);
    }
    states
}

fn counts(tasks: &[Arc<Task>]) -> TaskCounts {
    let mut counts = TaskCounts::default();
    for task in tasks {
        counts.total += 1;
        *counts.slot(task.state) += 1;
    }
    counts
}

/// The groups of these workers, with what these workers have of them.
fn groups(snapshot: &Snapshot, workers: &[Arc<Worker>]) -> Vec<Group> {
    let own = |group: &Group| {
        let mine = workers.iter().filter(|w| match group.kind {
            GroupKind::Session => w.session == group.name,
            GroupKind::Team => w.team.as_ref() == Some(&group.name),
        });
        let mine: Vec<Arc<Worker>> = mine.cloned().collect();
        let states = states(&mine);
        if mine.is_empty() {
            return None;
        }
        if states.total() == group.states.total() {
            return Some(group.clone());
        }
        Some(Group {
            states,
            open: mine.iter().map(|w| w.tasks.len() as u64).sum(),
            done: mine.iter().map(|w| u64::from(w.done)).sum(),
            failed: mine.iter().map(|w| u64::from(w.failed)).sum(),
            at_risk: mine
                .iter()
                .filter(|w| at_risk(w))
                .map(|w| w.tasks.len() as u64)
                .sum(),
            ..group.clone()
        })
    };
    snapshot.groups.iter().filter_map(own).collect()
}

fn at_risk(worker: &Worker) -> bool {
    use crate::domain::State;
    matches!(
        worker.verdict.state,
        State::Silent | State::Expired | State::Stalled
    )
}

/// The worst of the problems; that of the source itself is among them.
fn worst(snapshot: &Snapshot, problems: &[crate::domain::Problem]) -> Severity {
    let worst = problems.iter().map(|p| p.severity).max();
    worst.unwrap_or_default().min(snapshot.severity)
}
