//! Rows that this program wrote: what they do is in their mark, not in their words.

use super::{Incoming, Ledger, MAX_GENERATION, Step, note};
use crate::domain::{Mark, MarkKind, MessageId, StepKind, Task, TaskId, TaskState};

impl Ledger {
    /// Folds a marked row. A row that makes a generation counts iff it is above the current one: a row that lost is no event.
    pub(super) fn marked(&mut self, m: &Incoming<'_>, mark: &Mark) -> Option<Step> {
        let raw = mark.task.as_ref()?;
        let id = self.resolve(raw.raw());
        match mark.kind {
            MarkKind::Assign => self.assign_marked(&id, m, mark),
            MarkKind::Redeliver => {
                let same = self.tasks.get(&id).is_some_and(|task| {
                    let owner = task.owner().map(|h| &h.conversation);
                    mark.generation == Some(task.generation) && owner == Some(m.conversation)
                });
                same.then(|| self.redeliver(&id, m)).flatten()
            }
            MarkKind::Fence => self.fenced(&id, m, mark, TaskState::Queued, StepKind::Fenced),
            MarkKind::Cancel => {
                self.fenced(&id, m, mark, TaskState::Cancelled, StepKind::Cancelled)
            }
            MarkKind::Dead => self.fenced(&id, m, mark, TaskState::Dead, StepKind::Dead),
            MarkKind::Requeue => self.requeue(&id, m, mark),
            MarkKind::Adopt => self.adopt(&id, m, mark),
            MarkKind::Hold => self.change(&id, |task| {
                task.held = true;
                note(task, m, StepKind::Held);
            }),
            MarkKind::Release => self.change(&id, |task| {
                task.held = false;
                note(task, m, StepKind::Released);
            }),
            MarkKind::Priority => {
                let priority = mark
                    .value
                    .and_then(|p| u8::try_from(p).ok())
                    .filter(|p| *p <= 3)?;
                self.change(&id, |task| {
                    task.priority = Some(priority);
                    note(task, m, StepKind::Priority(priority));
                })
            }
            MarkKind::Revoke => self.change(&id, |task| {
                if !task.told.contains(m.conversation) {
                    task.told.push(m.conversation.clone());
                }
            }),
            MarkKind::Nudge | MarkKind::Notice | MarkKind::Message | MarkKind::Other => None,
        }
    }

    /// The generation that a row makes, when it is above the current one.
    fn makes(&self, id: &TaskId, mark: &Mark) -> Option<u32> {
        let made = mark
            .generation
            .filter(|g| (1..=MAX_GENERATION).contains(g))?;
        let current = (self.tasks.get(id)).map_or_else(
            || self.names.get(id).map_or(0, |closed| closed.generation),
            |task| task.generation,
        );
        (made > current).then_some(made)
    }

    fn assign_marked(&mut self, id: &TaskId, m: &Incoming<'_>, mark: &Mark) -> Option<Step> {
        let made = self.makes(id, mark)?;
        match self.tasks.get(id).map(|task| task.state) {
            Some(TaskState::Done | TaskState::Cancelled | TaskState::Dead) => None,
            Some(_) => self.hand_over(id, m, Some(made)),
            None if self
                .names
                .get(id)
                .is_some_and(|c| c.state != TaskState::Failed) =>
            {
                None
            }
            None => self.create(id, m, made),
        }
    }

    /// Takes a task from its owner. What is closed stays closed.
    fn fenced(
        &mut self,
        id: &TaskId,
        m: &Incoming<'_>,
        mark: &Mark,
        state: TaskState,
        step: StepKind,
    ) -> Option<Step> {
        let made = self.makes(id, mark)?;
        let now = self.tasks.get(id)?.state;
        if !now.is_open() && now != TaskState::Failed {
            return None;
        }
        self.change(id, |task| {
            task.generation = made;
            task.state = state;
            task.closed_at = if state.is_open() { None } else { m.at };
            note(task, m, step);
        })
    }

    /// Takes up a closed task again, with all its attempts.
    fn requeue(&mut self, id: &TaskId, m: &Incoming<'_>, mark: &Mark) -> Option<Step> {
        let made = self.makes(id, mark)?;
        self.change(id, |task| {
            task.generation = made;
            task.state = TaskState::Queued;
            task.attempts = 0;
            task.adopted = None;
            task.progress = None;
            task.closed_at = None;
            note(task, m, StepKind::Requeued);
        })
    }

    /// Applies the late report that the row names: the task is done, whoever owned it.
    fn adopt(&mut self, id: &TaskId, m: &Incoming<'_>, mark: &Mark) -> Option<Step> {
        let made = self.makes(id, mark)?;
        let late = MessageId(mark.value?);
        let task = self.tasks.get(id)?;
        let open = task.state.is_open() || task.state == TaskState::Failed;
        if !open
            || !task
                .late
                .iter()
                .any(|l| l.message == late && l.status == "completed")
        {
            return None;
        }
        self.change(id, |task| adopted(task, m, made, late))
    }
}

fn adopted(task: &mut Task, m: &Incoming<'_>, made: u32, late: MessageId) {
    task.generation = made;
    task.state = TaskState::Done;
    task.progress = Some(100);
    task.closed_at = m.at;
    task.adopted = Some(late);
    note(task, m, StepKind::Adopted);
}
