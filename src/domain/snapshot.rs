//! Everything known at one instant: what a frontend draws. Facts and verdicts, no ages: an age is the difference to the
//! `now` of whoever shows it.

use super::{
    ConversationId, Cursor, MessageId, Refusal, Repo, Severity, Side, Source, Span, State, Tally,
    Task, TaskCounts, TaskId, TaskState, Timestamp, Verdict, WorkerId,
    alert::{Alert, Notification, Silence, Status},
    audit::Link,
    health::{Limits, Observer},
    ledger::Floors,
    message::Kind,
    session::Session,
};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

/// The swarm at one instant. Collections are shared: a change copies what it touched.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// When the verdicts fell.
    pub at: Timestamp,
    /// Where it comes from, and how fresh it is.
    pub source: Source,
    /// The rows that it rests on.
    pub cursor: Cursor,
    /// The end of each actor's chain in the audit log.
    pub chains: Arc<HashMap<Arc<str>, Link>>,
    /// Generations that tasks had before this program started: a name in here is taken, even where no row holds it any more.
    pub floors: Arc<Floors>,
    /// Workers, by label with numbers in their natural order.
    pub workers: Vec<Arc<Worker>>,
    /// Older conversations that are folded under a newer one of the same role.
    pub folded: usize,
    /// How many workers are in each state, as [`State::ALL`].
    pub states: StateCounts,
    /// Open tasks, then the newest closed ones; each group by id.
    pub tasks: Vec<Arc<Task>>,
    /// How many tasks are in each state, over the whole history.
    pub task_counts: TaskCounts,
    /// Newest messages, ascending.
    pub messages: Arc<VecDeque<Arc<Message>>>,
    /// Messages and unread ones, over the whole history.
    pub traffic: Traffic,
    /// By session, then by team; by name.
    pub groups: Vec<Group>,
    /// Sessions: what is claimed of them, and what there is.
    pub sessions: Vec<Arc<Session>>,
    /// What needs the operator, worst first.
    pub problems: Vec<Problem>,
    /// Problems with a life: in the order of attention. Empty while nobody keeps the book: in one look, and in a recorded instant.
    pub alerts: Vec<Arc<Alert>>,
    /// What operators do not want to hear of.
    pub silences: Vec<Arc<Silence>>,
    /// The worst of `problems` and of the source itself.
    pub severity: Severity,
    /// What happened while this program watched, ascending by `seq`; the newest 1,024.
    pub events: Arc<VecDeque<Arc<Event>>>,
    /// When tasks were completed, ascending; the newest 4,096.
    pub completions: Arc<VecDeque<Timestamp>>,
    /// Totals that only grow, over the whole history.
    pub tally: Arc<Tally>,
    /// How well this program sees.
    pub observer: Observer,
    /// The repository that was asked for, when there is one.
    pub repo: Option<Arc<Repo>>,
}

impl Snapshot {
    /// Says nothing that `other` does not say, but for the time of the last read. Compares identities, not contents: O(workers + tasks).
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let same = |a: &[Arc<Worker>], b: &[Arc<Worker>]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| Arc::ptr_eq(a, b))
        };
        let read = Source {
            read_at: other.source.read_at,
            ..self.source.clone()
        };
        same(&self.workers, &other.workers)
            && read == other.source
            && Arc::ptr_eq(&self.messages, &other.messages)
            && Arc::ptr_eq(&self.events, &other.events)
            && self.observer.says_the_same(&other.observer)
            && self.traffic == other.traffic
            && self.task_counts == other.task_counts
            && self.problems == other.problems
            && self.alerts.len() == other.alerts.len()
            && self
                .alerts
                .iter()
                .zip(&other.alerts)
                .all(|(a, b)| Arc::ptr_eq(a, b))
            && self.silences == other.silences
            && self.repo.as_ref().map(Arc::as_ptr) == other.repo.as_ref().map(Arc::as_ptr)
    }
}

impl Snapshot {
    /// The worker that a name means: its label, its conversation, its number, or a label cut after a whole word (`worker-3` is
    /// `worker-3-tests`). O(workers).
    ///
    /// # Errors
    /// [`Refusal::NoSuch`] for none, [`Refusal::Denied`] for several, with their labels.
    pub fn worker_named(&self, name: &str) -> Result<&Arc<Worker>, Refusal> {
        let exact = |w: &&Arc<Worker>| w.id.raw() == name || w.conversation.raw() == name;
        if let Some(found) = self.workers.iter().find(exact) {
            return Ok(found);
        }
        let number: Option<u32> = name.parse().ok();
        let begins = |w: &&Arc<Worker>| {
            let rest = w.id.raw().strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with('-'))
                || (number.is_some() && w.number == number)
        };
        let mut found = self.workers.iter().filter(begins);
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one),
            (None, _) => Err(Refusal::NoSuch(format!("worker {}", WorkerId::from(name)))),
            (Some(one), Some(two)) => Err(Refusal::Denied(format!(
                "{} may be {} or {}: name one of them",
                WorkerId::from(name),
                one.id,
                two.id
            ))),
        }
    }
}

/// One worker: a conversation, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Identity.
    pub conversation: ConversationId,
    /// Label: the role on side `b`, with the end of the conversation's id where two share one.
    pub id: WorkerId,
    /// Number in the label.
    pub number: Option<u32>,
    /// `tests` of `worker-3-tests`; neutralised.
    pub role: Option<Arc<str>>,
    /// `team-6` of `worker-21-team-6`; neutralised.
    pub team: Option<Arc<str>>,
    /// The orchestrator's role; neutralised.
    pub session: Arc<str>,
    /// When the conversation was made.
    pub created: Option<Timestamp>,
    /// When the bridge refuses it.
    pub expires: Option<Timestamp>,
    /// Status that the agent reports, neutralised; `None` when it never did.
    pub reported: Option<Arc<str>>,
    /// Last heartbeat row.
    pub heartbeat: Option<Timestamp>,
    /// Last poll that fetched nothing: as good as a heartbeat.
    pub poll: Option<Timestamp>,
    /// A time in its rows does not parse.
    pub clock_bad: bool,
    /// Last thing that the agent itself did, and what.
    pub activity: Option<(Timestamp, &'static str)>,
    /// Newest message that it sent.
    pub last_sent: Option<MessageId>,
    /// Messages to it that it has not fetched.
    pub unread: u32,
    /// The oldest of them.
    pub oldest_unread: Option<Timestamp>,
    /// Open tasks that it holds, by id.
    pub tasks: Vec<TaskId>,
    /// Tasks that it completed.
    pub done: u32,
    /// Tasks that failed in its hands.
    pub failed: u32,
    /// How long it takes to accept a task, on average; `None` before the first.
    pub accepts_after: Option<Span>,
    /// Heartbeats that this program saw arrive, ascending; the newest 64.
    pub beats: Arc<VecDeque<Timestamp>>,
    /// States that this program saw begin, ascending; the newest 64.
    pub history: Arc<VecDeque<(Timestamp, State)>>,
    /// Older conversations of the same role that are folded under it.
    pub older: u32,
    /// It was silent and gave one sign of life: it gets no new task until it gives another one soon.
    pub recovering: bool,
    /// How far its clock is behind ours, when that is more than five seconds; negative when it is ahead.
    pub skew: Option<Span>,
    /// This program saw a sign of life come. A worker that was stale already when the program started is not witnessed.
    pub witnessed: bool,
    /// The verdict is as of this instant, and none falls now: the bridge is away, or this program paused.
    pub as_of: Option<Timestamp>,
    /// What it is held against.
    pub limits: Limits,
    /// State, evidence, what comes next.
    pub verdict: Verdict,
}

impl Worker {
    /// Newest heartbeat, whether a daemon beat or the agent polled.
    #[must_use]
    pub fn beat(&self) -> Option<Timestamp> {
        self.heartbeat.max(self.poll)
    }
}

/// One message, safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Key and order.
    pub id: MessageId,
    /// Conversation.
    pub conversation: ConversationId,
    /// Label of the worker's side.
    pub worker: WorkerId,
    /// Sender.
    pub from: Side,
    /// Receiver.
    pub to: Side,
    /// Sender's time; `None` when it does not parse.
    pub at: Option<Timestamp>,
    /// What it says.
    pub kind: Kind,
    /// Task that it names.
    pub task: Option<TaskId>,
    /// One line that says it in short, neutralised.
    pub summary: Arc<str>,
    /// Body, neutralised, redacted, cut at 4 KiB.
    pub body: Arc<str>,
    /// Length of the whole, in bytes.
    pub bytes: usize,
    /// Delivered.
    pub read: bool,
}

/// Totals over the whole history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Messages.
    pub messages: u64,
    /// Messages to workers that are not fetched.
    pub unread: u64,
    /// Rows of the audit log.
    pub audits: u64,
    /// Reports that name a task nobody assigned.
    pub unknown_reports: u64,
}

/// Number of workers in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StateCounts([u32; State::ALL.len()]);

impl StateCounts {
    /// One more in `state`.
    pub fn add(&mut self, state: State) {
        if let Some(n) = self.0.get_mut(state as usize) {
            *n += 1;
        }
    }

    /// How many are in `state`.
    #[must_use]
    pub fn of(&self, state: State) -> u32 {
        self.0.get(state as usize).copied().unwrap_or_default()
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.0.iter().sum()
    }

    /// Those that are up, by [`State::is_up`].
    #[must_use]
    pub fn up(&self) -> u32 {
        State::ALL
            .into_iter()
            .filter(|s| s.is_up())
            .map(|s| self.of(s))
            .sum()
    }
}

/// What a [`Group`] gathers by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupKind {
    /// Workers of one orchestrator.
    Session,
    /// Workers of one team.
    Team,
}

/// Workers that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// By what.
    pub kind: GroupKind,
    /// Name, neutralised.
    pub name: Arc<str>,
    /// How many are in each state.
    pub states: StateCounts,
    /// Open tasks that its workers hold.
    pub open: u64,
    /// Tasks that its workers completed.
    pub done: u64,
    /// Tasks that failed in its workers' hands.
    pub failed: u64,
    /// Open tasks that a worker holds who is silent, expired or stalled.
    pub at_risk: u64,
}

/// Something that needs the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable name: kind and subject, no time in it.
    pub key: Arc<str>,
    /// How bad.
    pub severity: Severity,
    /// Whose.
    pub subject: Subject,
    /// Short name of the kind: `silent`, `stalled`, `waiting-for-answer`, ….
    pub kind: &'static str,
    /// What is wrong, neutralised, without ages.
    pub sentence: String,
    /// Since when.
    pub since: Timestamp,
}

/// Whom a problem concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A worker.
    Worker(ConversationId, WorkerId),
    /// A session, by its key.
    Session(Arc<str>),
    /// The source itself.
    Source,
}

/// Something that happened while this program watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Counts up by one from 1; a gap means that older ones were dropped.
    pub seq: u64,
    /// When it was seen.
    pub at: Timestamp,
    /// What.
    pub what: Happening,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// A worker was seen for the first time.
    WorkerSeen(Arc<Worker>),
    /// A worker changed its state; the worker as it is now, and the state it had.
    WorkerState(Arc<Worker>, State),
    /// A worker's conversation was removed.
    WorkerGone(ConversationId, WorkerId),
    /// A task was assigned, or changed its state; the task as it is now, and the state it had.
    TaskState(Arc<Task>, Option<TaskState>),
    /// A message arrived.
    Message(Arc<Message>),
    /// The source failed, recovered, or was replaced; neutralised.
    Source(Arc<str>),
    /// An alert changed its status; the alert as it is now, and the status it had.
    Alert(Arc<Alert>, Option<Status>),
    /// People were to be told of alerts.
    Notified(Arc<Notification>),
}
