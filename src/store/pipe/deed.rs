//! An action as it travels: its rows, and of the tasks as much as deciding needs. What is only for people stays here, so that a swarm of
//! two thousand tasks is a few hundred kilobytes.

use super::{
    form::{CursorForm, LinkForm, MarkForm},
    words::shown,
};
use crate::{
    domain::{
        ConversationId, Holder, LateReport, MessageId, StepKind, Task, TaskId, TaskState, TaskStep,
        Timestamp, WorkerId,
        act::{Basis, Clash, NewRow, Party, Seen, Write},
        audit::Entry,
        ledger::Ledger,
    },
    store::{END, OPEN},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;

/// What a deed is called in the log.
const DEEDS: [&str; 18] = [
    "assign",
    "reassign",
    "undo",
    "fence",
    "redeliver",
    "cancel",
    "dead-letter",
    "requeue",
    "adopt",
    "revoke",
    "hold",
    "release",
    "priority",
    "message",
    "nudge",
    "escalate",
    OPEN,
    END,
];
/// What a message is for the bridge.
const ACTIONS: [&str; 5] = ["info", "question", "proposal", "blocked", "complete"];
/// What a late report said.
const REPORTS: [&str; 5] = [
    "acknowledged",
    "in_progress",
    "completed",
    "failed",
    "blocked",
];

fn known(words: &[&'static str], word: &str) -> Result<&'static str, String> {
    let found = words.iter().find(|w| **w == word);
    found
        .copied()
        .ok_or_else(|| format!("`{}` is not known here", shown(word)))
}

#[derive(Serialize, Deserialize)]
struct HolderForm {
    conversation: String,
    worker: String,
    generation: u32,
    message: i64,
    at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    op: Option<(Arc<str>, Arc<str>)>,
}

#[derive(Serialize, Deserialize)]
struct StepForm {
    at: Option<i64>,
    by: Option<(Arc<str>, Option<Arc<str>>)>,
}

#[derive(Serialize, Deserialize)]
struct LateForm {
    message: i64,
    worker: String,
    status: String,
    at: Option<i64>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct TaskForm {
    id: String,
    state: String,
    generation: u32,
    attempts: u32,
    last: i64,
    held: bool,
    holders: Vec<HolderForm>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    told: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    adopted: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    late: Vec<LateForm>,
    /// The newest step of its life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<StepForm>,
}

fn time(at: Option<Timestamp>) -> Option<i64> {
    at.map(|at| at.0)
}

impl From<&Task> for TaskForm {
    fn from(task: &Task) -> Self {
        let holder = |h: &Holder| HolderForm {
            conversation: h.conversation.raw().to_owned(),
            worker: h.worker.raw().to_owned(),
            generation: h.generation,
            message: h.message.0,
            at: time(h.at),
            op: h.op.clone(),
        };
        let late = |l: &LateReport| LateForm {
            message: l.message.0,
            worker: l.worker.raw().to_owned(),
            status: l.status.to_owned(),
            at: time(l.at),
        };
        Self {
            id: task.id.raw().to_owned(),
            state: task.state.name().to_owned(),
            generation: task.generation,
            attempts: task.attempts,
            last: task.last_message.0,
            held: task.held,
            holders: task.holders.iter().map(holder).collect(),
            told: task.told.iter().map(|c| c.raw().to_owned()).collect(),
            adopted: task.adopted.map(|m| m.0),
            late: task.late.iter().map(late).collect(),
            step: task.history.last().map(|step| StepForm {
                at: time(step.at),
                by: step.by.clone(),
            }),
        }
    }
}

impl TaskForm {
    fn task(self) -> Result<Task, String> {
        let (generation, last) = (self.generation, MessageId(self.last));
        let mut late = Vec::with_capacity(self.late.len());
        for l in self.late {
            late.push(LateReport {
                message: MessageId(l.message),
                worker: WorkerId::new(l.worker),
                status: known(&REPORTS, &l.status)?,
                at: l.at.map(Timestamp),
            });
        }
        let words = |(by, cause): (Arc<str>, Option<Arc<str>>)| {
            (shown(&by).into(), cause.map(|c| shown(&c).into()))
        };
        let step = self.step.map(|step| TaskStep {
            message: last,
            at: step.at.map(Timestamp),
            // Which step it was decides nothing.
            kind: StepKind::Assigned,
            generation,
            worker: None,
            by: step.by.map(words),
        });
        let holder = |h: HolderForm| Holder {
            conversation: ConversationId::new(h.conversation),
            worker: WorkerId::new(h.worker),
            generation: h.generation,
            message: MessageId(h.message),
            at: h.at.map(Timestamp),
            op: h.op,
        };
        let state = TaskState::ALL.into_iter().find(|s| s.name() == self.state);
        Ok(Task {
            id: TaskId::new(self.id),
            description: String::new(),
            brief: "".into(),
            needs: Vec::new(),
            priority: None,
            timeout: None,
            depends_on: Vec::new(),
            state: state.ok_or_else(|| format!("no state `{}`", shown(&self.state)))?,
            generation,
            holders: self.holders.into_iter().map(holder).collect(),
            attempts: self.attempts,
            held: self.held,
            progress: None,
            result: None,
            weak: false,
            reported_at: None,
            closed_at: None,
            last_message: last,
            told: self.told.into_iter().map(ConversationId::new).collect(),
            adopted: self.adopted.map(MessageId),
            history: step.into_iter().collect(),
            redeliveries: 0,
            duplicates: 0,
            late,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct SeenForm {
    task: String,
    generation: u32,
    last: i64,
}

#[derive(Serialize, Deserialize)]
struct RowForm {
    conversation: String,
    from: PartyForm,
    to: PartyForm,
    text: String,
    action: String,
    mark: Value,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PartyForm {
    A,
    B,
    Operator,
    Watchdog,
}

impl From<Party> for PartyForm {
    fn from(party: Party) -> Self {
        match party {
            Party::A => Self::A,
            Party::B => Self::B,
            Party::Operator => Self::Operator,
            Party::Watchdog => Self::Watchdog,
        }
    }
}

impl From<PartyForm> for Party {
    fn from(party: PartyForm) -> Self {
        match party {
            PartyForm::A => Self::A,
            PartyForm::B => Self::B,
            PartyForm::Operator => Self::Operator,
            PartyForm::Watchdog => Self::Watchdog,
        }
    }
}

/// The row for the audit log.
#[derive(Serialize, Deserialize)]
pub(super) struct EntryForm {
    action: String,
    conversation: Option<Arc<str>>,
    actor: Arc<str>,
    op: Arc<str>,
    facts: Value,
}

impl From<&Entry> for EntryForm {
    fn from(entry: &Entry) -> Self {
        Self {
            action: entry.action.to_owned(),
            conversation: entry.conversation.clone(),
            actor: Arc::clone(&entry.actor),
            op: Arc::clone(&entry.op),
            facts: entry.facts.clone(),
        }
    }
}

impl EntryForm {
    pub(super) fn entry(self) -> Result<Entry, String> {
        Ok(Entry {
            action: known(&DEEDS, &self.action)?,
            conversation: self.conversation,
            actor: self.actor,
            op: self.op,
            facts: self.facts,
        })
    }
}

/// An action, whole.
#[derive(Serialize, Deserialize)]
pub(super) struct WriteForm {
    op: Arc<str>,
    cursor: CursorForm,
    tasks: Vec<TaskForm>,
    last: i64,
    seen: Vec<SeenForm>,
    head: Option<LinkForm>,
    done: Option<i64>,
    rows: Vec<RowForm>,
    entry: EntryForm,
}

impl From<&Write> for WriteForm {
    fn from(write: &Write) -> Self {
        let basis = &write.basis;
        let seen = |s: &Seen| SeenForm {
            task: s.task.raw().to_owned(),
            generation: s.generation,
            last: s.last.0,
        };
        let row = |row: &NewRow| RowForm {
            conversation: row.conversation.raw().to_owned(),
            from: row.from.into(),
            to: row.to.into(),
            text: row.text.clone(),
            action: row.action.to_owned(),
            mark: serde_json::to_value(MarkForm::from(&row.mark)).unwrap_or_default(),
        };
        Self {
            op: Arc::clone(&write.op),
            cursor: (&basis.cursor).into(),
            tasks: (basis.ledger.listing().iter())
                .map(|task| (&**task).into())
                .collect(),
            last: basis.ledger.last().0,
            seen: basis.seen.iter().map(seen).collect(),
            head: basis.head.as_ref().map(Into::into),
            done: basis.done.map(|m| m.0),
            rows: write.rows.iter().map(row).collect(),
            entry: (&write.entry).into(),
        }
    }
}

impl WriteForm {
    pub(super) fn write(self) -> Result<Write, String> {
        let tasks = self.tasks.into_iter().map(|t| t.task().map(Arc::new));
        let tasks = tasks.collect::<Result<Vec<_>, _>>()?;
        let mut rows = Vec::with_capacity(self.rows.len());
        for row in self.rows {
            let mark = MarkForm::deserialize(&row.mark).map_err(|e| shown(&e.to_string()))?;
            rows.push(NewRow {
                conversation: ConversationId::new(row.conversation),
                from: row.from.into(),
                to: row.to.into(),
                text: row.text,
                action: known(&ACTIONS, &row.action)?,
                mark: mark.into(),
            });
        }
        let seen = |s: SeenForm| Seen {
            task: TaskId::new(s.task),
            generation: s.generation,
            last: MessageId(s.last),
        };
        Ok(Write {
            op: self.op,
            basis: Basis {
                cursor: self.cursor.into(),
                ledger: Ledger::excerpt(&tasks, MessageId(self.last)),
                seen: self.seen.into_iter().map(seen).collect(),
                head: self.head.map(Into::into),
                done: self.done.map(MessageId),
            },
            rows,
            entry: self.entry.entry()?,
        })
    }
}

/// Somebody was faster.
#[derive(Serialize, Deserialize)]
pub(super) struct ClashForm {
    task: String,
    now: Option<TaskForm>,
    moved: bool,
}

impl From<&Clash> for ClashForm {
    fn from(clash: &Clash) -> Self {
        Self {
            task: clash.task.raw().to_owned(),
            now: clash.now.as_deref().map(Into::into),
            moved: clash.moved,
        }
    }
}

impl ClashForm {
    pub(super) fn clash(self) -> Result<Clash, String> {
        Ok(Clash {
            task: TaskId::new(self.task),
            now: self.now.map(|t| t.task().map(Arc::new)).transpose()?,
            moved: self.moved,
        })
    }
}

#[cfg(test)]
mod tests;
