//! One thing that happened, in the words of the list: who did what to whom.

use crate::{
    domain::{
        ConversationId, Event, Happening, Message, Side, State, StepKind, Task, TaskId, TaskState,
        TaskStep, Timestamp,
        alert::{Alert, Notification, Status},
    },
    tui::{
        screen::task,
        theme::Role,
        widget::{self, Mark},
    },
};
use std::sync::Arc;

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum By {
    /// The operator of this dashboard.
    Me(Arc<str>),
    /// Another operator, the watchdog, an agent by its label: neutralised.
    Other(Arc<str>),
    /// Whoever orchestrates.
    Orchestrator,
    /// What this program found by looking.
    Detector,
    /// The bridge itself.
    Bridge,
}

impl By {
    /// By the name that stands in the rows; `me` is the name of the operator of this dashboard.
    fn named(name: &Arc<str>, me: &str) -> Self {
        let name = Arc::clone(name);
        if *name == *me {
            Self::Me(name)
        } else {
            Self::Other(name)
        }
    }

    fn worker(id: &impl ToString) -> Self {
        Self::Other(id.to_string().into())
    }

    /// For a file: the name that stands in the rows.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Me(name) => name.to_string(),
            other => other.shown(),
        }
    }

    /// For the column.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Me(_) => "» you".to_owned(),
            Self::Other(name) => name.to_string(),
            Self::Orchestrator => "orch".to_owned(),
            Self::Detector => "detector".to_owned(),
            Self::Bridge => "bridge".to_owned(),
        }
    }
}

/// Names an entry, whatever comes before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    /// An event, by its number.
    Event(u64),
    /// A step of a task from before this program watched, by the message that says so.
    Step(TaskId, i64, usize),
}

/// Where Enter leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Goes {
    /// To a worker's detail.
    Worker(ConversationId),
    /// To a task's detail.
    Task(TaskId),
    /// To the messages of a worker, at this one.
    Message(Arc<Message>),
    /// To an alert.
    Alert(Arc<str>),
    /// The bridge has no page.
    Nowhere,
}

/// What it rests on.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// Seen while this program watched.
    Event(Arc<Event>),
    /// Read from the history of a task.
    Step(Arc<Task>, usize),
}

/// One line of the list.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(super) key: Key,
    pub(super) at: Timestamp,
    pub(super) mark: Mark,
    pub(super) by: By,
    /// `worker`, `task`, `message`, `alert`, `notice`, `bridge`.
    pub(super) kind: &'static str,
    pub(super) subject: String,
    pub(super) words: String,
    pub(super) goes: Goes,
    pub(super) source: Source,
}

/// What an event says, before it is put together.
struct Said {
    mark: Mark,
    by: By,
    kind: &'static str,
    subject: String,
    words: String,
    goes: Goes,
}

impl Entry {
    /// Of an event; `me` is the operator of this dashboard.
    pub(super) fn of(event: &Arc<Event>, me: &str) -> Self {
        let said = match &event.what {
            Happening::WorkerSeen(worker) => Said {
                mark: Mark::new("~", "NEW", Role::Unknown),
                by: By::worker(&worker.id),
                kind: "worker",
                subject: worker.id.to_string(),
                words: "appeared".to_owned(),
                goes: Goes::Worker(worker.conversation.clone()),
            },
            Happening::WorkerState(worker, from) => {
                let mark = widget::state(worker.verdict.state);
                let was = widget::state(*from).word;
                let why = match worker.verdict.state {
                    State::Healthy | State::Idle | State::Finished => String::new(),
                    _ => format!(": {}", worker.verdict.reason),
                };
                Said {
                    mark,
                    by: judged(worker.verdict.state, &worker.id),
                    kind: "worker",
                    subject: worker.id.to_string(),
                    words: format!("{}, was {was}{why}", mark.word),
                    goes: Goes::Worker(worker.conversation.clone()),
                }
            }
            Happening::WorkerGone(_, id) => Said {
                mark: Mark::new("-", "GONE", Role::Unknown),
                by: By::Bridge,
                kind: "worker",
                subject: id.to_string(),
                words: "its conversation was removed".to_owned(),
                goes: Goes::Nowhere,
            },
            Happening::TaskState(task, from) => of_task(task, *from, me),
            Happening::Message(message) => of_message(message),
            Happening::Alert(alert, _) => of_alert(alert, me),
            Happening::Notified(notice) => of_notice(notice),
            Happening::Source(words) => Said {
                mark: Mark::new("i", "NOTE", Role::Info),
                by: By::Bridge,
                kind: "bridge",
                subject: "bridge".to_owned(),
                words: words.to_string(),
                goes: Goes::Nowhere,
            },
        };
        Self::put(
            said,
            Key::Event(event.seq),
            event.at,
            Source::Event(Arc::clone(event)),
        )
    }

    /// Of a step in the life of a task, which has a time.
    pub(super) fn step(task: &Arc<Task>, n: usize, me: &str) -> Option<Self> {
        let step = task.history.get(n)?;
        let said = Said {
            mark: task::step_mark(step.kind),
            by: stepped(step, me),
            kind: "task",
            subject: task.id.to_string(),
            words: format!("{} · {}", task::step_words(step, false), task.description),
            goes: Goes::Task(task.id.clone()),
        };
        let key = Key::Step(task.id.clone(), step.message.0, n);
        let source = Source::Step(Arc::clone(task), n);
        Some(Self::put(said, key, step.at?, source))
    }

    fn put(said: Said, key: Key, at: Timestamp, source: Source) -> Self {
        Self {
            key,
            at,
            mark: said.mark,
            by: said.by,
            kind: said.kind,
            subject: said.subject,
            words: said.words,
            goes: said.goes,
            source,
        }
    }

    /// It needs somebody, or did.
    pub(super) fn is_problem(&self) -> bool {
        matches!(self.mark.role, Role::Crit | Role::Warn)
    }
}

/// Who brings a worker into a state: itself by a sign of life, an operator who holds it, else whoever judges.
fn judged(state: State, worker: &impl ToString) -> By {
    match state {
        State::Healthy | State::Idle | State::Finished | State::Blocked | State::New => {
            By::worker(worker)
        }
        State::Held => By::Other("operator".into()),
        _ => By::Detector,
    }
}

/// Who took a step: whoever signed it, else the worker whose report it is, else who hands out work.
fn stepped(step: &TaskStep, me: &str) -> By {
    if let Some((by, _)) = &step.by {
        return By::named(by, me);
    }
    let reports = matches!(
        step.kind,
        StepKind::Accepted
            | StepKind::Progress(_)
            | StepKind::Blocked
            | StepKind::Done
            | StepKind::Failed
            | StepKind::Late(_)
    );
    match &step.worker {
        Some(worker) if reports => By::worker(worker),
        _ => By::Orchestrator,
    }
}

/// The newest step that brings a task into its state.
fn cause(task: &Task) -> Option<&TaskStep> {
    let fits = |kind: StepKind| match task.state {
        TaskState::Sent => matches!(kind, StepKind::Assigned | StepKind::Redelivered),
        TaskState::Running => matches!(kind, StepKind::Accepted | StepKind::Progress(_)),
        TaskState::Blocked => kind == StepKind::Blocked,
        TaskState::Done => matches!(kind, StepKind::Done | StepKind::Adopted),
        TaskState::Failed => kind == StepKind::Failed,
        TaskState::Cancelled => kind == StepKind::Cancelled,
        TaskState::Dead => kind == StepKind::Dead,
        TaskState::Queued => matches!(kind, StepKind::Fenced | StepKind::Requeued),
        TaskState::Delivered => false,
    };
    task.history.iter().rev().find(|step| fits(step.kind))
}

fn of_task(task: &Arc<Task>, from: Option<TaskState>, me: &str) -> Said {
    let mark = widget::task(task.state);
    let owner = task.holder().map(|h| h.worker.to_string());
    let owner = owner.unwrap_or_else(|| "nobody".to_owned());
    let by = match (cause(task), task.state) {
        (Some(step), _) => stepped(step, me),
        (None, TaskState::Sent | TaskState::Queued | TaskState::Cancelled) => By::Orchestrator,
        (None, _) => By::worker(&owner),
    };
    let verb = match (task.state, from) {
        (TaskState::Sent, None) => format!("given to {owner}"),
        (TaskState::Sent, Some(_)) => format!("given again, to {owner}"),
        (TaskState::Delivered, _) => format!("fetched by {owner}"),
        (TaskState::Running, _) => "work began".to_owned(),
        (TaskState::Blocked, _) => "cannot go on".to_owned(),
        (TaskState::Done, _) => "finished".to_owned(),
        (TaskState::Failed, _) => "failed".to_owned(),
        (TaskState::Cancelled, _) => "withdrawn".to_owned(),
        (TaskState::Queued, _) => format!("taken from {owner}"),
        (TaskState::Dead, _) => "given up".to_owned(),
    };
    Said {
        mark,
        by,
        kind: "task",
        subject: task.id.to_string(),
        words: format!("{verb} · {}", task.description),
        goes: Goes::Task(task.id.clone()),
    }
}

fn of_message(message: &Arc<Message>) -> Said {
    let (by, to, symbol) = match message.from {
        Side::B => (By::worker(&message.worker), "orch".to_owned(), "→"),
        Side::A => (By::Orchestrator, message.worker.to_string(), "←"),
        Side::Other => (By::Bridge, message.worker.to_string(), "←"),
    };
    Said {
        mark: Mark::new(symbol, "MSG", widget::kind_role(message.kind)),
        by,
        kind: "message",
        subject: to,
        words: format!("{}: {}", message.kind.name(), message.summary),
        goes: Goes::Message(Arc::clone(message)),
    }
}

fn of_alert(alert: &Arc<Alert>, me: &str) -> Said {
    let by = match (alert.status, &alert.ack, &alert.silence) {
        (Status::Acked, Some(ack), _) => By::named(&ack.by, me),
        (Status::Silenced, _, Some(silence)) => By::named(&silence.by, me),
        _ => By::Detector,
    };
    let mark = if alert.status.is_active() {
        widget::severity(alert.severity)
    } else {
        Mark::new("✓", "OVER", Role::Ok)
    };
    let what = alert.history.back();
    let what = what.map_or(alert.status.name(), |moment| &*moment.what);
    Said {
        mark,
        by,
        kind: "alert",
        subject: alert.name(),
        words: format!("{what}: {}", alert.sentence),
        goes: Goes::Alert(Arc::clone(&alert.key)),
    }
}

fn of_notice(notice: &Notification) -> Said {
    let n = notice.alerts.len();
    let many = if n == 1 { "" } else { "s" };
    Said {
        mark: Mark::new("i", "TOLD", Role::Info),
        by: By::Detector,
        kind: "notice",
        subject: notice.group.to_string(),
        words: format!("people were told: {}, {n} alert{many}", notice.why.name()),
        goes: notice
            .alerts
            .first()
            .map_or(Goes::Nowhere, |alert| Goes::Alert(Arc::clone(&alert.key))),
    }
}
