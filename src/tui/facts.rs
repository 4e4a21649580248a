//! What is known, as the screens read it: the snapshot on show, which is the newest one or a frozen one, and its indexes.

use super::widget::{Clock, TimeForm};
use crate::domain::{
    ConversationId, DataState, Mode, Scope, Severity, Snapshot, Subject, Task, TaskId, TaskState,
    Timestamp, Worker, alert::Alert,
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Facts of the engine. The indexes belong to the snapshot on show.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    latest: Arc<Snapshot>,
    held: Option<Held>,
    gone: Option<Timestamp>,
    scope: Scope,
    /// The part of the picture that is looked at; `None` for all of it.
    cut: Option<Arc<Snapshot>>,
    /// Everybody and everything outside of the cut, too; empty without one.
    outside: (HashSet<ConversationId>, HashSet<TaskId>),
    /// What the indexes are of.
    indexed: Arc<Snapshot>,
    workers: HashMap<ConversationId, usize>,
    tasks: HashMap<TaskId, usize>,
    troubled: HashSet<ConversationId>,
    blocks: HashMap<TaskId, Vec<TaskId>>,
    /// Counts pictures on show.
    turn: u64,
    alerts: Vec<Arc<Alert>>,
    by_key: HashMap<Arc<str>, usize>,
}

/// Which picture is on show, and of when.
pub(crate) type Turn = (u64, Timestamp);

/// A picture that stays, whatever comes.
#[derive(Debug)]
struct Held {
    shown: Arc<Snapshot>,
    /// Of which instant.
    at: Timestamp,
    /// What was the newest when it was held.
    then: Arc<Snapshot>,
    /// When it was held first.
    since: Timestamp,
    /// It comes from a recording.
    past: bool,
}

impl Facts {
    /// The snapshot on show, as far as it is in scope.
    pub(crate) fn shown(&self) -> &Arc<Snapshot> {
        self.cut.as_ref().unwrap_or_else(|| self.whole())
    }

    /// The snapshot on show, whatever is looked at: what is done to the swarm is judged by all of it.
    pub(crate) fn whole(&self) -> &Arc<Snapshot> {
        self.held.as_ref().map_or(&self.latest, |held| &held.shown)
    }

    /// What rows are made of, as far as it comes from the picture on show: while it is the same, the picture says the same.
    pub(crate) fn turn(&self) -> Turn {
        (self.turn, self.shown().at)
    }

    /// The newest snapshot, whatever is on show.
    pub(crate) const fn latest(&self) -> &Arc<Snapshot> {
        &self.latest
    }

    /// What is looked at.
    pub(crate) const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Looks at a part, or at everything.
    pub(crate) fn look_at(&mut self, scope: Scope) {
        self.scope = scope;
        self.index();
    }

    /// A newer snapshot says more than that the bridge was read again.
    pub(crate) fn is_news(&self, snapshot: &Snapshot) -> bool {
        !snapshot.says_the_same(&self.latest)
    }

    /// Takes a newer snapshot.
    pub(crate) fn accept(&mut self, snapshot: Arc<Snapshot>) {
        let news = self.is_news(&snapshot);
        self.latest = snapshot;
        if self.held.is_some() {
            return;
        }
        if news {
            self.index();
        } else if let Some(cut) = &mut self.cut {
            Arc::make_mut(cut).source = self.latest.source.clone();
        }
    }

    /// Shows a recorded instant until [`Facts::thaw`].
    pub(crate) fn travel(&mut self, moment: Arc<Snapshot>) {
        let held = self.held.take();
        let since = held.as_ref().map_or(moment.at, |held| held.since);
        self.held = Some(Held {
            at: moment.at,
            shown: moment,
            then: held.map_or_else(|| Arc::clone(&self.latest), |held| held.then),
            since,
            past: true,
        });
        self.index();
    }

    /// Where the time bar ends: when the picture was held first, or its instant where that is later.
    pub(crate) fn held_to(&self) -> Option<Timestamp> {
        self.held.as_ref().map(|held| held.since.max(held.at))
    }

    /// The instant of the recorded picture on show.
    pub(crate) fn past(&self) -> Option<Timestamp> {
        let held = self.held.as_ref().filter(|held| held.past)?;
        Some(held.at)
    }

    /// Keeps the snapshot on show until [`Facts::thaw`].
    pub(crate) fn freeze(&mut self, now: Timestamp) {
        self.held = Some(Held {
            shown: Arc::clone(&self.latest),
            at: now,
            then: Arc::clone(&self.latest),
            since: now,
            past: false,
        });
    }

    /// Shows the newest again; `false` when it already did.
    pub(crate) fn thaw(&mut self) -> bool {
        let was = self.held.take().is_some();
        if was {
            self.index();
        }
        was
    }

    /// The engine ended.
    pub(crate) fn end(&mut self, now: Timestamp) {
        self.gone.get_or_insert(now);
    }

    /// When the engine ended.
    pub(crate) const fn gone(&self) -> Option<Timestamp> {
        self.gone
    }

    /// The instant of a picture that stays, and how much has happened since it was held.
    pub(crate) fn frozen(&self) -> Option<(Timestamp, u64)> {
        let Held { then, at, .. } = self.held.as_ref()?;
        let seq = |s: &Snapshot| s.events.back().map_or(0, |e| e.seq);
        let events = seq(&self.latest).saturating_sub(seq(then));
        let messages = self
            .latest
            .traffic
            .messages
            .saturating_sub(then.traffic.messages);
        Some((*at, events.max(messages)))
    }

    /// The instant that ages are counted to, and how times are written.
    pub(crate) fn clock(&self, now: Timestamp, form: TimeForm, east: i32) -> Clock {
        let source = &self.shown().source;
        let (at, at_least) = match (self.held.as_ref(), self.gone) {
            (Some(held), _) => (held.at, false),
            (None, Some(gone)) => (gone, true),
            (None, None) => match (source.state(now), source.mode, source.read_at) {
                (DataState::Recorded(at), ..) | (_, Mode::Recorded(at), _) => (at, false),
                (DataState::Stale | DataState::Offline, _, Some(read)) => (read, true),
                _ => (now, false),
            },
        };
        Clock {
            now: at,
            form,
            east,
            at_least,
            coarse: false,
            still: false,
        }
    }

    /// The worker of a conversation.
    pub(crate) fn worker(&self, conversation: &ConversationId) -> Option<&Arc<Worker>> {
        let at = *self.workers.get(conversation)?;
        self.shown().workers.get(at)
    }

    /// A task.
    pub(crate) fn task(&self, id: &TaskId) -> Option<&Arc<Task>> {
        let at = *self.tasks.get(id)?;
        self.shown().tasks.get(at)
    }

    /// The task exists, looked at or not.
    pub(crate) fn knows_task(&self, id: &TaskId) -> bool {
        self.tasks.contains_key(id) || self.outside.1.contains(id)
    }

    /// The worker exists, looked at or not.
    pub(crate) fn knows(&self, id: &ConversationId) -> bool {
        self.workers.contains_key(id) || self.outside.0.contains(id)
    }

    /// What a task waits for: those of its dependencies that are not done. One that is not known is taken for done long ago.
    pub(crate) fn waits_for<'a>(&'a self, task: &'a Task) -> impl Iterator<Item = &'a TaskId> {
        let open = |id: &&TaskId| {
            self.task(id)
                .is_some_and(|t| !matches!(t.state, TaskState::Done | TaskState::Cancelled))
        };
        task.depends_on.iter().filter(open)
    }

    /// Open tasks that wait for this one.
    pub(crate) fn blocks(&self, id: &TaskId) -> impl Iterator<Item = &TaskId> {
        self.blocks.get(id).into_iter().flatten()
    }

    /// The open task that a worker is on: the first that runs or is blocked, else the first.
    pub(crate) fn main_task(&self, worker: &Worker) -> Option<&Arc<Task>> {
        let held = || worker.tasks.iter().filter_map(|id| self.task(id));
        held()
            .find(|t| matches!(t.state, TaskState::Running | TaskState::Blocked))
            .or_else(|| held().next())
    }

    /// Some problem concerns this worker.
    pub(crate) fn is_troubled(&self, conversation: &ConversationId) -> bool {
        self.troubled.contains(conversation)
    }

    /// Alerts, in the order of attention; where nobody keeps the book, every problem as one that fires.
    pub(crate) fn alerts(&self) -> &[Arc<Alert>] {
        &self.alerts
    }

    /// The alert of a key.
    pub(crate) fn alert(&self, key: &str) -> Option<&Arc<Alert>> {
        self.alerts.get(*self.by_key.get(key)?)
    }

    /// How many alerts of this severity fire that nobody has.
    pub(crate) fn open_alerts(&self, severity: Severity) -> usize {
        let open = self.alerts.iter().filter(|a| a.is_open());
        open.filter(|a| a.severity == severity).count()
    }

    /// The same of the whole swarm as it is now, whatever is looked at.
    pub(crate) fn open_everywhere(&self, severity: Severity) -> usize {
        let newest = &self.latest;
        if newest.alerts.is_empty() {
            let problems = newest.problems.iter();
            return problems.filter(|p| p.severity == severity).count();
        }
        let open = newest.alerts.iter().filter(|a| a.is_open());
        open.filter(|a| a.severity == severity).count()
    }

    /// Which tasks wait for which.
    fn find_blocks(&mut self, snapshot: &Snapshot) {
        self.blocks.clear();
        for task in snapshot.tasks.iter().filter(|t| t.state.is_open()) {
            for id in &task.depends_on {
                let waiting = self.blocks.entry(id.clone()).or_default();
                waiting.push(task.id.clone());
            }
        }
    }

    fn index(&mut self) {
        self.turn += 1;
        let all = self.scope.is_all();
        self.cut = (!all).then(|| Arc::new(self.whole().within(&self.scope)));
        let whole = Arc::clone(self.whole());
        let workers = whole.workers.iter().filter(|_| !all);
        let tasks = whole.tasks.iter().filter(|_| !all);
        self.outside = (
            workers.map(|w| w.conversation.clone()).collect(),
            tasks.map(|t| t.id.clone()).collect(),
        );
        let snapshot = &Arc::clone(self.shown());
        self.alerts = if snapshot.alerts.is_empty() {
            let problems = snapshot.problems.iter();
            problems.map(|p| Arc::new(Alert::bare(p))).collect()
        } else {
            snapshot.alerts.clone()
        };
        let alerts = self.alerts.iter().enumerate();
        self.by_key = alerts.map(|(i, a)| (Arc::clone(&a.key), i)).collect();
        let before = std::mem::replace(&mut self.indexed, Arc::clone(snapshot));
        if !alike(&before.workers, &snapshot.workers, |w| &w.conversation) {
            let workers = snapshot.workers.iter().enumerate();
            self.workers = workers.map(|(i, w)| (w.conversation.clone(), i)).collect();
        }
        if !alike(&before.tasks, &snapshot.tasks, |t| &t.id) {
            let tasks = snapshot.tasks.iter().enumerate();
            self.tasks = tasks.map(|(i, t)| (t.id.clone(), i)).collect();
        }
        if !alike(&before.tasks, &snapshot.tasks, Arc::as_ptr) {
            self.find_blocks(snapshot);
        }
        let problems = snapshot.problems.iter();
        self.troubled = problems
            .filter_map(|p| match &p.subject {
                Subject::Worker(conversation, _) => Some(conversation.clone()),
                Subject::Source | Subject::Session(_) => None,
            })
            .collect();
    }
}

/// Both lists have the same keys in the same places. What did not change is the same row, as a rule, and need not be looked at.
fn alike<'a, T, K: PartialEq>(
    a: &'a [Arc<T>],
    b: &'a [Arc<T>],
    key: impl Fn(&'a Arc<T>) -> K,
) -> bool {
    let same = |(a, b): (&'a Arc<T>, &'a Arc<T>)| Arc::ptr_eq(a, b) || key(a) == key(b);
    a.len() == b.len() && a.iter().zip(b).all(same)
}
