//! Handing tasks to workers.

use super::{Draft, is_lost};
use crate::domain::{
    ConversationId, MarkKind, Refusal, State, Task, TaskId, TaskState, Worker, WorkerId,
    act::{
        Asks, Deed, NewRow, NewTask, Party, Seen,
        capsule::{branch_of, capsule},
        words::{self, HandOn},
    },
    choose::{self, Wanted},
    ledger::{ROTATION, UNDO},
    text,
};
use serde_json::Value;
use std::sync::Arc;

impl Draft<'_> {
    pub(super) fn assign(&mut self, task: &NewTask, to: &ConversationId) -> Result<(), Refusal> {
        if task.id.raw().trim().is_empty() {
            return Err(Refusal::Denied("a task needs a name".to_owned()));
        }
        if let Some(known) = self.snapshot.tasks.iter().find(|t| t.id == task.id) {
            return Err(Refusal::Denied(format!(
                "{} exists already: {} under generation {}",
                task.id, known.state, known.generation
            )));
        }
        if let Some(known) = self.snapshot.floors.get(&task.id) {
            return Err(Refusal::Denied(format!(
                "{} was here before, under generation {known}: a report of that time could pass for one of the new task; choose another name",
                task.id
            )));
        }
        let worker = self.worker(to)?;
        match worker.verdict.state {
            State::Silent | State::Expired | State::Held => {
                let state = worker.verdict.state;
                return Err(Refusal::Denied(format!("{} is {state}", worker.id)));
            }
            State::Healthy | State::Idle => {}
            state => self.risks.push(format!("{} is {state}", worker.id)),
        }
        if worker.tasks.len() >= choose::CAPACITY {
            let held = worker.tasks.len();
            self.risks
                .push(format!("{} holds {held} open tasks already", worker.id));
        }
        self.seen.push(Seen::none(task.id.clone()));
        self.headline = format!("Assign {} to {}", task.id, worker.id);
        let row = NewRow {
            conversation: to.clone(),
            from: Party::A,
            to: Party::B,
            text: words::first(task),
            action: "info",
            mark: self.mark(MarkKind::Assign, Some(&task.id), Some(1)),
        };
        self.row(
            row,
            format!("message to {}: {} generation 1", worker.id, task.id),
        );
        self.conversation = Some(to.clone());
        self.fact("task", task.id.to_string());
        self.fact("to", worker.id.to_string());
        self.fact("generation", 1);
        self.fact("before", Value::Null);
        self.fact(
            "after",
            serde_json::json!({"state": "sent", "generation": 1, "owner": worker.id.to_string()}),
        );
        self.undo = format!("`cancel {}` withdraws it", task.id);
        self.asks = Asks::Confirm;
        Ok(())
    }

    pub(super) fn reassign(&mut self, id: &TaskId, to: &ConversationId) -> Result<(), Refusal> {
        let task = self.task(id)?;
        movable(&task)?;
        let worker = self.worker(to)?;
        let follows = self.order.cause == ROTATION;
        if follows && !task.owner().is_some_and(|h| is_same(&h.worker, &worker.id)) {
            let why = format!(
                "another worker than {} holds {id} now, or nobody",
                worker.id
            );
            return Err(Refusal::Denied(why));
        }
        if task.attempts >= Task::MAX_ATTEMPTS && !follows {
            return Err(Refusal::Denied(format!(
                "{id} has used its {} attempts: requeue it to give it as many again, or cancel it",
                task.attempts
            )));
        }
        if task.owner().is_some_and(|h| h.conversation == *to) {
            return Err(Refusal::Denied(format!("{} holds {id} already", worker.id)));
        }
        self.fits(&task, worker)?;
        let owner = self.owner(&task).cloned();
        let lost = owner.as_ref().is_none_or(|w| is_lost(w.verdict.state));
        self.headline = format!("Reassign {id} to {}", worker.id);
        self.asks = match &owner {
            Some(owner) if !lost && owner.verdict.state != State::Suspect => {
                Asks::Type(owner.id.to_string())
            }
            _ => Asks::Confirm,
        };
        self.risks_of(&task, owner.as_deref());
        self.hand(&task, worker, lost);
        if let Some(owner) = owner.filter(|_| !lost) {
            let why = format!("it was given to {}", worker.id);
            self.tell_fenced(&task, task.generation + 1, &owner.conversation, &why);
        } else if let Some(holder) = task.owner() {
            let from = self.label(&holder.conversation);
            self.effects
                .push(format!("{from} is told to stop at its next sign of life"));
        }
        self.undo = format!("u gives {id} back until {} accepts it", worker.id);
        Ok(())
    }

    pub(super) fn undo(&mut self, id: &TaskId, op: &str) -> Result<(), Refusal> {
        let task = self.task(id)?;
        let held = task.owner().cloned();
        let ours = held
            .as_ref()
            .filter(|h| h.op.as_ref().is_some_and(|(o, _)| **o == *op));
        let Some(held) = ours else {
            return Err(Refusal::Denied(format!(
                "{id} moved on since; there is nothing to undo"
            )));
        };
        if !matches!(task.state, TaskState::Sent | TaskState::Delivered) {
            return Err(Refusal::Denied(format!(
                "{} accepted {id}; reassign it instead",
                held.worker
            )));
        }
        let Some(before) = task.moved_from().cloned() else {
            return Err(Refusal::Denied(format!(
                "nobody held {id} before; cancel it instead"
            )));
        };
        let worker = self.worker(&before.conversation)?;
        if worker.verdict.state == State::Expired {
            return Err(Refusal::Denied(format!(
                "{} is expired: the bridge would never deliver it; reassign {id} instead",
                worker.id
            )));
        }
        self.headline = format!("Give {id} back to {}", worker.id);
        self.hand(&task, worker, false);
        for mark in self.rows.iter_mut().map(|row| &mut row.mark) {
            mark.cause = Some(UNDO.into());
        }
        let why = format!("it was given back to {}", worker.id);
        self.tell_fenced(&task, task.generation + 1, &held.conversation, &why);
        "an undo is not undone; reassign instead".clone_into(&mut self.undo);
        Ok(())
    }

    pub(super) fn redeliver(&mut self, id: &TaskId) -> Result<(), Refusal> {
        let task = self.task(id)?;
        let waits = matches!(task.state, TaskState::Sent | TaskState::Delivered);
        let Some(owner) = task.owner().filter(|_| waits) else {
            return Err(Refusal::Denied(format!(
                "{id} is {}; nothing waits for delivery",
                task.state
            )));
        };
        let (conversation, label) = (owner.conversation.clone(), owner.worker.clone());
        let n = task.redeliveries + 2;
        let text = words::again(
            &task,
            HandOn {
                generation: task.generation,
                priority: task.priority,
                delivery: Some(format!("{n} of 3, ignore if already started")),
                from: None,
                capsule: None,
            },
        );
        self.headline = format!("Deliver {id} to {label} again");
        let row = NewRow {
            conversation: conversation.clone(),
            from: Party::A,
            to: Party::B,
            text,
            action: "info",
            mark: self.mark(MarkKind::Redeliver, Some(id), Some(task.generation)),
        };
        self.row(row, format!("message to {label}: {id} again, delivery {n}"));
        self.conversation = Some(conversation);
        self.before_after(&task, task.state.name(), task.generation, Some(label.raw()));
        "sent messages stay".clone_into(&mut self.undo);
        Ok(())
    }

    /// Whether a worker may take a task, by the rules of the ranking.
    fn fits(&self, task: &Task, worker: &Worker) -> Result<(), Refusal> {
        let ranking = choose::rank(self.snapshot, &Wanted::of(task, self.snapshot), self.now);
        if ranking
            .candidates
            .iter()
            .any(|c| c.worker.conversation == worker.conversation)
        {
            return Ok(());
        }
        let why = ranking
            .refused
            .iter()
            .find(|r| r.conversation == worker.conversation);
        match why {
            // Having held it before makes nobody unfit for an operator, who names whom to take.
            Some(refused) if refused.why == choose::HELD_BEFORE => Ok(()),
            Some(refused) => Err(Refusal::Denied(format!(
                "{} cannot take it: {}",
                worker.id, refused.why
            ))),
            None => Err(Refusal::Denied(format!("{} cannot take it", worker.id))),
        }
    }

    /// The assignment, and the word to the orchestrator.
    fn hand(&mut self, task: &Task, worker: &Arc<Worker>, lost: bool) {
        let generation = task.generation + 1;
        let from = task.holder().map(|h| h.worker.raw().to_owned());
        // What nobody accepted was no attempt: giving it back goes on with the one before it.
        let attempt = match self.order.deed {
            Deed::Undo { .. } => task.attempts.saturating_sub(1).max(1),
            _ if self.order.cause == ROTATION => task.attempts,
            _ => task.attempts + 1,
        };
        let capsule = capsule(self.snapshot, task, attempt, self.now);
        let text = words::again(
            task,
            HandOn {
                generation,
                priority: if lost && task.owner().is_some() {
                    Some(0)
                } else {
                    task.priority
                },
                delivery: None,
                from: from.as_deref(),
                capsule: Some(capsule),
            },
        );
        let row = NewRow {
            conversation: worker.conversation.clone(),
            from: Party::A,
            to: Party::B,
            text,
            action: "info",
            mark: self.mark(MarkKind::Assign, Some(&task.id), Some(generation)),
        };
        let old = task
            .owner()
            .map_or_else(|| "nobody".to_owned(), |h| self.label(&h.conversation));
        self.effects.push(format!(
            "task {}: owner {old} → {}, generation {generation}, attempt {attempt} of {}",
            task.id,
            worker.id,
            Task::MAX_ATTEMPTS
        ));
        let branch = branch_of(self.snapshot, task).map_or_else(String::new, |b| {
            format!(", branch {} at {}", b.name, b.commit)
        });
        self.row(
            row,
            format!(
                "message to {}: {} with its handoff capsule{branch}",
                worker.id, task.id
            ),
        );
        self.tell_moved(task, worker, &old);
        self.conversation = Some(worker.conversation.clone());
        self.before_after(task, "sent", generation, Some(worker.id.raw()));
        self.fact("from", old.as_str());
        self.fact("to", worker.id.to_string());
    }

    fn tell_moved(&mut self, task: &Task, worker: &Worker, from: &str) {
        let words = format!(
            "{} moved from {from} to {}: {}",
            task.id, worker.id, self.order.cause
        );
        let told = self.told(task, worker);
        self.tell_orchestrator(
            &told,
            "task_reassigned",
            (&task.id, task.generation + 1),
            &words,
            &[("from", from), ("to", &worker.id.to_string())],
        );
    }

    /// Where the orchestrator is told: in the old owner's conversation, or in the new one's when the old one is over.
    fn told(&self, task: &Task, worker: &Worker) -> ConversationId {
        let old = task.holder().map(|h| &h.conversation);
        let alive =
            |w: &&Arc<Worker>| Some(&w.conversation) == old && w.verdict.state != State::Expired;
        let found = self.snapshot.workers.iter().find(alive);
        found.map_or_else(|| worker.conversation.clone(), |w| w.conversation.clone())
    }

    fn risks_of(&mut self, task: &Task, owner: Option<&Worker>) {
        if let Some(owner) = owner {
            if !is_lost(owner.verdict.state) {
                self.risks.push(format!(
                    "{} is {}: it may go on working",
                    owner.id, owner.verdict.state
                ));
            }
            let branch = branch_of(self.snapshot, task).filter(|b| b.ahead > 0);
            self.risks.push(match branch {
                Some(b) => format!(
                    "{} may have more than the {} commits of {}",
                    owner.id, b.ahead, b.name
                ),
                None => format!("{} may have work that nobody else sees", owner.id),
            });
        }
        if let Some(progress) = task.progress.filter(|p| *p >= 75) {
            self.risks.push(format!(
                "it was at {progress} %: it may be done before it is taken up again"
            ));
        }
        let open = |id: &&TaskId| {
            let found = self.snapshot.tasks.iter().find(|t| t.id == **id);
            found.is_some_and(|t| t.state != TaskState::Done)
        };
        if let Some(first) = task.depends_on.iter().find(open) {
            self.risks
                .push(format!("it waits for {first}, which is not done"));
        }
        if task.brief.len() >= text::BODY_CAP {
            let first = task.holders.first().map_or(0, |h| h.message.0);
            self.risks.push(format!(
                "its description is cut at 4 KiB; message {first} holds all of it"
            ));
        }
    }
}

/// Whether two labels are of conversations of the same role: one of them may end in a part of its conversation's id.
fn is_same(a: &WorkerId, b: &WorkerId) -> bool {
    let (a, b) = (a.raw(), b.raw());
    let (long, short) = if a.len() < b.len() { (b, a) } else { (a, b) };
    let rest = long.strip_prefix(short);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
}

/// Only what is open, or failed, is handed on.
fn movable(task: &Task) -> Result<(), Refusal> {
    match task.state {
        TaskState::Done => Err(Refusal::Denied(format!("{} is done", task.id))),
        TaskState::Cancelled | TaskState::Dead => {
            let (id, state) = (&task.id, task.state);
            Err(Refusal::Denied(format!(
                "{id} is {state}: requeue it first"
            )))
        }
        _ => Ok(()),
    }
}
