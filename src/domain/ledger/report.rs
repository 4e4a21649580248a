//! Reports: which are applied, which are kept as late, which are repeated.

use super::{Incoming, Ledger, Step, note};
use crate::domain::{
    ConversationId, Kind, LateReport, Span, StepKind, Task, TaskId, TaskState, text,
};

/// Late reports that a task keeps.
const KEPT_LATE: usize = 16;

/// What a report is to the task that it names.
enum Standing {
    /// From its owner, under the current generation; `weak` when it names none.
    Current { weak: bool },
    /// Of an old generation, or from somebody who does not own it.
    Late,
}

impl Ledger {
    /// A message of a worker. A report with a generation is accepted iff task, sender and generation are current; one without
    /// iff the sender owns the task, held it under one generation only, and speaks after it was assigned.
    pub(super) fn report(&mut self, m: &Incoming<'_>) -> Option<Step> {
        let kind = m.content.kind;
        let Some(raw) = m.content.task.as_deref() else {
            return self.untold(m);
        };
        // A tag in prose accepts; in JSON only a report does.
        let says = match kind.report() {
            Some(_) => kind,
            None if !m.content.structured => Kind::Ack,
            None => return None,
        };
        let id = self.resolve(raw);
        let Some(task) = self.tasks.get(&id) else {
            self.unknown += 1;
            return None;
        };
        match standing(task, m) {
            Standing::Current { weak } => self.accept(&id, m, says, weak),
            Standing::Late => self.keep_late(&id, m, says),
        }
    }

    /// A message that names no task: it speaks of the only open one, when there is exactly one.
    fn untold(&mut self, m: &Incoming<'_>) -> Option<Step> {
        let open = self.open_of(m.conversation)?;
        let id = match (open.first(), open.len()) {
            (Some(id), 1) => id.clone(),
            _ => return None,
        };
        let task = self.tasks.get(&id)?;
        let says = match m.content.kind {
            Kind::Done if !m.content.structured => Kind::Done,
            Kind::Blocked => Kind::Blocked,
            _ if matches!(task.state, TaskState::Delivered) => Kind::Ack,
            _ => return None,
        };
        match standing(task, m) {
            Standing::Current { .. } => self.accept(&id, m, says, true),
            Standing::Late => self.keep_late(&id, m, says),
        }
    }

    fn accept(&mut self, id: &TaskId, m: &Incoming<'_>, says: Kind, weak: bool) -> Option<Step> {
        let closed = self.tasks.get(id).is_some_and(|t| !t.state.is_open());
        if closed {
            return self.change(id, |task| {
                task.duplicates += 1;
                task.last_message = m.id;
            });
        }
        self.learn_acceptance(id, m);
        self.change(id, |task| {
            task.weak |= weak;
            task.reported_at = m.at.or(task.reported_at);
            task.progress = m.content.progress.or(task.progress);
            if m.content.structured
                && let Some(words) = m.content.words.as_deref()
            {
                task.result = Some(text::line(&text::redact(text::head(words, 512))).into_owned());
            }
            let (state, step) = match says {
                Kind::Done => (TaskState::Done, StepKind::Done),
                Kind::Failed => (TaskState::Failed, StepKind::Failed),
                Kind::Blocked => (TaskState::Blocked, StepKind::Blocked),
                Kind::Progress => (
                    TaskState::Running,
                    StepKind::Progress(m.content.progress.or(task.progress)),
                ),
                _ => (TaskState::Running, StepKind::Accepted),
            };
            task.state = state;
            note(task, m, step);
            if !task.state.is_open() {
                task.closed_at = m.at;
                if task.state == TaskState::Done {
                    task.progress = Some(100);
                }
            }
        })
    }

    fn keep_late(&mut self, id: &TaskId, m: &Incoming<'_>, says: Kind) -> Option<Step> {
        let late = LateReport {
            message: m.id,
            worker: m.worker.clone(),
            status: says.report().unwrap_or("acknowledged"),
            at: m.at,
        };
        self.change(id, |task| {
            note(task, m, StepKind::Late(late.status));
            if task.late.len() == KEPT_LATE {
                task.late.remove(0);
            }
            task.late.push(late);
        })
    }

    /// The first word of an owner says how long it took to accept.
    fn learn_acceptance(&mut self, id: &TaskId, m: &Incoming<'_>) {
        let waited = self.tasks.get(id).and_then(|task| {
            let waits = matches!(task.state, TaskState::Sent | TaskState::Delivered);
            let since = task.owner()?.at.filter(|_| waits)?;
            Some(Span(m.at?.since(since).0.max(0)))
        });
        if let Some(waited) = waited {
            self.accepted_after(m.conversation, waited);
        }
    }

    fn accepted_after(&mut self, conversation: &ConversationId, waited: Span) {
        let outcomes = self.outcomes.entry(conversation.clone()).or_default();
        outcomes.accepts_after = Some(outcomes.accepts_after.map_or(waited, |mean| {
            Span(mean.0 - mean.0 * 3 / 10 + waited.0 * 3 / 10)
        }));
    }
}

fn standing(task: &Task, m: &Incoming<'_>) -> Standing {
    let taken = matches!(
        task.state,
        TaskState::Queued | TaskState::Cancelled | TaskState::Dead
    );
    let Some(holder) = task
        .holder()
        .filter(|h| !taken && task.adopted.is_none() && h.conversation == *m.conversation)
    else {
        return Standing::Late;
    };
    match m.content.generation {
        Some(g) if g == task.generation => Standing::Current { weak: false },
        Some(_) => Standing::Late,
        None => {
            let terms = task
                .holders
                .iter()
                .filter(|h| h.conversation == *m.conversation)
                .count();
            if terms == 1 && m.id > holder.message {
                Standing::Current { weak: true }
            } else {
                Standing::Late
            }
        }
    }
}
