//! Holds, priorities, and words.

use super::{Draft, operator_row};
use crate::domain::{
    ConversationId, MarkKind, Refusal, State, TaskId,
    act::{Asks, NewRow, Party},
    text,
};

/// Longest message that is sent, in bytes.
const LONGEST: usize = 16 * 1024;

/// Words that can be sent.
fn checked(words: &str) -> Result<(), Refusal> {
    if words.trim().is_empty() {
        return Err(Refusal::Denied("there is nothing to send".to_owned()));
    }
    if words.len() > LONGEST {
        return Err(Refusal::Denied(format!(
            "a message has at most {LONGEST} bytes, this has {}",
            words.len()
        )));
    }
    Ok(())
}

impl Draft<'_> {
    pub(super) fn hold_task(&mut self, id: &TaskId, hold: bool) -> Result<(), Refusal> {
        let task = self.task(id)?;
        if task.held == hold {
            let state = if hold { "held already" } else { "not held" };
            return Err(Refusal::Denied(format!("{id} is {state}")));
        }
        let (kind, verb, notice, words) = if hold {
            let words = "kept out of automatic moves";
            (MarkKind::Hold, "Hold", "task_held", words)
        } else {
            (MarkKind::Release, "Release", "task_released", "moves again")
        };
        self.headline = format!("{verb} {id}");
        let mark = self.mark(kind, Some(id), Some(task.generation));
        let row = operator_row(&task, mark, notice, words);
        self.row(row, format!("task {id}: {words}"));
        self.conversation = task.holder().map(|h| h.conversation.clone());
        self.before_after(&task, task.state.name(), task.generation, None);
        "u".clone_into(&mut self.undo);
        Ok(())
    }

    pub(super) fn priority(&mut self, id: &TaskId, priority: u8) -> Result<(), Refusal> {
        let task = self.task(id)?;
        if priority > 3 {
            return Err(Refusal::Denied("a priority is P0, P1, P2 or P3".to_owned()));
        }
        if task.priority == Some(priority) {
            return Err(Refusal::Denied(format!("{id} is P{priority} already")));
        }
        self.headline = format!("Set {id} to P{priority}");
        let mut mark = self.mark(MarkKind::Priority, Some(id), Some(task.generation));
        mark.value = Some(i64::from(priority));
        let row = operator_row(&task, mark, "task_priority", &format!("P{priority}"));
        let was = task
            .priority
            .map_or_else(|| "none".to_owned(), |p| format!("P{p}"));
        self.row(row, format!("task {id}: priority {was} → P{priority}"));
        self.conversation = task.holder().map(|h| h.conversation.clone());
        self.before_after(&task, task.state.name(), task.generation, None);
        self.fact("priority", priority);
        self.fact("priority_before", was);
        "u".clone_into(&mut self.undo);
        Ok(())
    }

    pub(super) fn hold_worker(&mut self, id: &ConversationId, hold: bool) -> Result<(), Refusal> {
        let worker = self.worker(id)?;
        let is_held = worker.verdict.evidence.iter().any(|e| e.witness == "hold");
        if is_held == hold {
            let state = if hold { "held already" } else { "not held" };
            return Err(Refusal::Denied(format!("{} is {state}", worker.id)));
        }
        let (kind, verb) = if hold {
            (MarkKind::Hold, "Hold")
        } else {
            (MarkKind::Release, "Release")
        };
        self.headline = format!("{verb} {}", worker.id);
        let row = NewRow {
            conversation: id.clone(),
            from: Party::Operator,
            to: Party::Operator,
            text: format!(
                "{} {} by {}",
                worker.id,
                if hold { "held" } else { "released" },
                self.order.actor
            ),
            action: "info",
            mark: self.mark(kind, None, None),
        };
        self.row(
            row,
            format!(
                "{}: {}",
                worker.id,
                if hold {
                    "gets no new task"
                } else {
                    "gets tasks again"
                }
            ),
        );
        self.conversation = Some(id.clone());
        self.fact("worker", worker.id.to_string());
        self.fact("state", worker.verdict.state.name());
        "u".clone_into(&mut self.undo);
        Ok(())
    }

    /// Words without what looks like a secret; a risk says that something is left out.
    fn redacted(&mut self, words: &str) -> String {
        let safe = text::redact(words).into_owned();
        if safe != words {
            self.risks
                .push("something in it looks like a secret and is left out".to_owned());
        }
        safe
    }

    pub(super) fn message(&mut self, to: &ConversationId, words: &str) -> Result<(), Refusal> {
        let worker = self.worker(to)?;
        checked(words)?;
        if worker.verdict.state == State::Expired {
            return Err(Refusal::Denied(format!(
                "{} is expired: the bridge would never deliver it",
                worker.id
            )));
        }
        let safe = self.redacted(words);
        self.headline = format!("Message to {}", worker.id);
        let row = NewRow {
            conversation: to.clone(),
            from: Party::A,
            to: Party::B,
            text: safe,
            action: "info",
            mark: self.mark(MarkKind::Message, None, None),
        };
        self.row(
            row,
            format!("message to {}, {} bytes", worker.id, words.len()),
        );
        self.conversation = Some(to.clone());
        self.fact("to", worker.id.to_string());
        self.fact("bytes", words.len());
        self.asks = Asks::Confirm;
        "sent messages stay".clone_into(&mut self.undo);
        Ok(())
    }

    /// Goes to the orchestrator's side, through the worker's conversation while it lasts, else through one of the same orchestrator.
    pub(super) fn escalate(&mut self, about: &ConversationId, words: &str) -> Result<(), Refusal> {
        let worker = self.worker(about)?;
        checked(words)?;
        let open = |state: State| !matches!(state, State::Expired | State::Finished);
        let mut others = self.snapshot.workers.iter();
        let through = if open(worker.verdict.state) {
            Some(worker.conversation.clone())
        } else {
            let other = others.find(|w| w.session == worker.session && open(w.verdict.state));
            other.map(|w| w.conversation.clone())
        };
        let through = through.ok_or_else(|| {
            let why = "every conversation with this orchestrator is over: nothing would reach it";
            Refusal::Denied(why.to_owned())
        })?;
        let safe = self.redacted(words);
        self.headline = format!("Tell the orchestrator of {}", worker.id);
        let row = NewRow {
            conversation: through.clone(),
            from: Party::Operator,
            to: Party::A,
            text: safe,
            action: "info",
            mark: self.mark(MarkKind::Message, None, None),
        };
        let effect = format!(
            "message to the orchestrator {}, {} bytes",
            worker.session,
            words.len()
        );
        self.row(row, effect);
        self.conversation = Some(through);
        self.fact("about", worker.id.to_string());
        self.fact("bytes", words.len());
        self.asks = Asks::Confirm;
        "sent messages stay".clone_into(&mut self.undo);
        Ok(())
    }

    pub(super) fn nudge(&mut self, to: &ConversationId, n: u32) -> Result<(), Refusal> {
        let worker = self.worker(to)?;
        if worker.verdict.state == State::Expired {
            return Err(Refusal::Denied(format!(
                "{} is expired: the bridge would never deliver it",
                worker.id
            )));
        }
        self.headline = format!("Nudge {}", worker.id);
        let row = NewRow {
            conversation: to.clone(),
            from: Party::A,
            to: Party::B,
            text: format!(
                "[#ping {n}] You owe work and said nothing for a while. Reply with your progress, or with [#busy 20m reason] when it takes longer."
            ),
            action: "question",
            mark: self.mark(MarkKind::Nudge, None, None),
        };
        self.row(row, format!("message to {}: ping {n}", worker.id));
        self.conversation = Some(to.clone());
        self.fact("to", worker.id.to_string());
        self.fact("n", n);
        "sent messages stay".clone_into(&mut self.undo);
        Ok(())
    }
}
