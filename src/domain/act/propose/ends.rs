//! Taking tasks away, ending them, and taking them up again.

use super::{Draft, is_lost, operator_row};
use crate::domain::{
    ConversationId, MarkKind, MessageId, Refusal, Task, TaskId, TaskState, act::Asks,
};

impl Draft<'_> {
    pub(super) fn fence(&mut self, id: &TaskId) -> Result<(), Refusal> {
        let task = self.task(id)?;
        if task.owner().is_none() && task.state != TaskState::Failed {
            return Err(Refusal::Denied(format!(
                "{id} is {}: nobody owns it",
                task.state
            )));
        }
        self.headline = format!("Take {id} back");
        self.end(
            &task,
            MarkKind::Fence,
            ("queued", "task_fenced"),
            "it waits for another worker",
        );
        self.asks = Asks::Confirm;
        "reassign it to whoever should have it".clone_into(&mut self.undo);
        Ok(())
    }

    pub(super) fn cancel(&mut self, id: &TaskId) -> Result<(), Refusal> {
        let task = self.task(id)?;
        if !task.state.is_open() && task.state != TaskState::Failed {
            return Err(Refusal::Denied(format!("{id} is {} already", task.state)));
        }
        self.headline = format!("Cancel {id}");
        self.end(
            &task,
            MarkKind::Cancel,
            ("cancelled", "task_cancelled"),
            "it was cancelled",
        );
        self.asks = Asks::Type(id.to_string());
        self.undo = format!("`requeue {id}` takes it up again");
        Ok(())
    }

    pub(super) fn give_up(&mut self, id: &TaskId) -> Result<(), Refusal> {
        let task = self.task(id)?;
        if !task.state.is_open() && task.state != TaskState::Failed {
            return Err(Refusal::Denied(format!("{id} is {} already", task.state)));
        }
        self.headline = format!("Give {id} up");
        let words = format!("it was given up after {} attempts", task.attempts);
        self.end(&task, MarkKind::Dead, ("dead", "task_dead"), &words);
        self.asks = Asks::Type(id.to_string());
        self.undo = format!("`requeue {id}` takes it up again");
        Ok(())
    }

    pub(super) fn requeue(&mut self, id: &TaskId) -> Result<(), Refusal> {
        let task = self.task(id)?;
        if task.state == TaskState::Queued {
            return Err(Refusal::Denied(format!("{id} is queued already")));
        }
        if task.owner().is_some() && task.attempts < Task::MAX_ATTEMPTS {
            return Err(Refusal::Denied(format!(
                "{id} is {}: reassign it instead",
                task.state
            )));
        }
        self.headline = format!("Requeue {id}");
        let words = "it is taken up again, with all its attempts";
        self.end(&task, MarkKind::Requeue, ("queued", "task_requeued"), words);
        self.asks = Asks::Confirm;
        self.undo = format!("`cancel {id}` withdraws it");
        Ok(())
    }

    pub(super) fn adopt(&mut self, id: &TaskId, late: MessageId) -> Result<(), Refusal> {
        let task = self.task(id)?;
        if !task.state.is_open() && task.state != TaskState::Failed {
            return Err(Refusal::Denied(format!("{id} is {} already", task.state)));
        }
        let report = task
            .late
            .iter()
            .find(|l| l.message == late && l.status == "completed");
        let Some(report) = report else {
            return Err(Refusal::NoSuch(format!("late completion {late} of {id}")));
        };
        self.headline = format!("Adopt {id} as {} completed it", report.worker);
        let generation = task.generation + 1;
        let mut mark = self.mark(MarkKind::Adopt, Some(id), Some(generation));
        mark.value = Some(late.0);
        let words = format!("the completion of {} is accepted", report.worker);
        let row = operator_row(&task, mark, "task_adopted", &words);
        self.row(
            row,
            format!("task {id}: done by message {late}, generation {generation}"),
        );
        if let Some(owner) = task.owner().map(|h| h.conversation.clone()) {
            let why = format!("{} had completed it", report.worker);
            self.tell_fenced(&task, generation, &owner, &why);
            self.tell_orchestrator(&owner, "task_adopted", (id, generation), &words, &[]);
        }
        self.conversation = task.holder().map(|h| h.conversation.clone());
        self.before_after(&task, "done", generation, None);
        self.fact("adopted", late.0);
        self.asks = Asks::Confirm;
        "done stays done".clone_into(&mut self.undo);
        Ok(())
    }

    pub(super) fn revoke(&mut self, id: &TaskId, from: &ConversationId) -> Result<(), Refusal> {
        let task = self.task(id)?;
        let held = task.holders.iter().any(|h| h.conversation == *from);
        if !held || task.owner().is_some_and(|h| h.conversation == *from) {
            return Err(Refusal::Denied(format!(
                "nothing to revoke: {id} was not taken from it"
            )));
        }
        self.headline = format!("Tell {} that it no longer owns {id}", self.label(from));
        let why = task.owner().map_or_else(
            || format!("it is {} now", task.state),
            |h| format!("{} has it now", h.worker),
        );
        self.tell_fenced(&task, task.generation, from, &why);
        self.conversation = Some(from.clone());
        self.before_after(&task, task.state.name(), task.generation, None);
        "sent messages stay".clone_into(&mut self.undo);
        Ok(())
    }

    /// The row that makes a generation without a new owner, and who is told of it.
    fn end(&mut self, task: &Task, kind: MarkKind, (state, notice): (&str, &str), words: &str) {
        let generation = task.generation + 1;
        let mark = self.mark(kind, Some(&task.id), Some(generation));
        let row = operator_row(task, mark, notice, words);
        self.row(
            row,
            format!("task {}: {state}, generation {generation}", task.id),
        );
        let owner = self.owner(task).cloned();
        if let Some(owner) = owner.filter(|w| !is_lost(w.verdict.state)) {
            self.tell_fenced(task, generation, &owner.conversation, words);
        }
        if let Some(told) = task.holder().map(|h| h.conversation.clone()) {
            let words = format!("{}: {words}", task.id);
            self.tell_orchestrator(&told, notice, (&task.id, generation), &words, &[]);
        }
        self.conversation = task.holder().map(|h| h.conversation.clone());
        self.before_after(task, state, generation, None);
    }
}
