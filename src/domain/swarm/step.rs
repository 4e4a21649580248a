//! What a step in the life of a task changes in the picture.

use super::{KEPT_COMPLETIONS, Seen, Swarm};
use crate::domain::{Happening, MessageId, Task, TaskState, Timestamp, ledger::Step};
use std::sync::Arc;

impl Swarm {
    pub(super) fn task_step(&mut self, step: Option<Step>, seen: Seen) {
        let Some(Step { task, before }) = step else {
            return;
        };
        self.listing = None;
        if matches!(seen, Seen::Live(_)) {
            self.generations.step(&task);
        }
        for holder in task.holders.iter().rev().take(2) {
            if self.index.contains_key(&holder.conversation)
                && let Some(fold) = self.worker(&holder.conversation)
            {
                fold.touch();
            }
        }
        if before == Some(task.state) {
            return;
        }
        if task.state == TaskState::Done
            && let Some(at) = task.closed_at
        {
            self.completed(&task, at);
            let completions = Arc::make_mut(&mut self.completions);
            if completions.len() == KEPT_COMPLETIONS {
                completions.pop_front();
            }
            let place = completions.partition_point(|t| *t <= at);
            completions.insert(place, at);
        }
        if let Seen::Live(now) = seen {
            self.log.push(now, Happening::TaskState(task, before));
        }
    }

    /// Counts a task for the session of whoever held it last.
    fn completed(&mut self, task: &Task, at: Timestamp) {
        let Some(holder) = task.holder() else { return };
        let fold = self.index.get(&holder.conversation);
        let Some(fold) = fold.and_then(|at| self.workers.get(*at)) else {
            return;
        };
        let took = holder.at.map(|from| at.since(from));
        Arc::make_mut(&mut self.tally).completed(&fold.session, took);
    }

    pub(super) fn mark_read(&mut self, id: MessageId, seen: Seen) {
        self.show_bodies(Seen::Recorded);
        let mut messages = self.messages.iter().rev();
        if messages.any(|m| m.id == id && !m.read) {
            let kept = Arc::make_mut(&mut self.messages);
            if let Some(slot) = kept.iter_mut().rev().find(|m| m.id == id) {
                Arc::make_mut(slot).read = true;
            }
        }
        for (at, fold) in self.workers.iter_mut().enumerate() {
            if fold.mark_read(id) {
                self.vigil.queue(at, fold);
                break;
            }
        }
        let step = self.ledger.delivered(id);
        self.task_step(step, seen);
    }
}
