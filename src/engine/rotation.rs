//! A worker goes over from one conversation to the next without losing anything: the new one is made and sent, the worker's first sign of life in
//! it is waited for, what the old one still holds is carried over, and only then does the old one end.

mod carry;
mod forward;

pub use carry::Carried;

use crate::{
    credentials::{Issued, Roster, Stage},
    domain::{ConversationId, Snapshot, Span, TaskId, TaskState, Timestamp, credential::Rotate},
};

/// So long before an old conversation expires, work that its worker accepted in it moves, too.
const LAST: Span = Span::seconds(5 * 60);

/// What is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Make a new conversation for a worker.
    Renew {
        /// Its number.
        worker: u32,
        /// Its role.
        role: String,
    },
    /// Its worker gave a sign of life in it.
    Alive(ConversationId),
    /// Hand a task over to the new conversation.
    Move {
        /// Which.
        task: TaskId,
        /// Old.
        from: ConversationId,
        /// New.
        to: ConversationId,
    },
    /// Write to the new conversation what was not fetched in the old one.
    Forward {
        /// Old.
        from: ConversationId,
        /// New.
        to: ConversationId,
        /// When the old one was made.
        since: Timestamp,
    },
    /// End the conversation of a worker that is revoked.
    End(ConversationId),
    /// End it, once everything ahead was done and the orchestrator has read what its worker wrote there.
    Retire {
        /// Which.
        id: ConversationId,
        /// It expired by itself: tasks that could not be moved wait for the watchdog, not for this.
        over: bool,
    },
}

/// What is to be done, in this order. Pure. O(issued × (workers + tasks)).
#[must_use]
pub fn plan(roster: &Roster, picture: &Snapshot, rotate: Rotate, now: Timestamp) -> Vec<Step> {
    let revoked = roster.issued.iter().filter(|i| i.stage == Stage::Revoked);
    let mut steps: Vec<Step> = revoked.map(|i| Step::End(i.id())).collect();
    let live: Vec<&Issued> = (roster.issued.iter())
        .filter(|i| !matches!(i.stage, Stage::Retired | Stage::Revoked | Stage::Prepared))
        .collect();
    for newest in &live {
        let same = |other: &&&Issued| other.worker == newest.worker;
        let of_worker: Vec<_> = live.iter().filter(same).collect();
        if of_worker
            .last()
            .is_none_or(|last| last.conversation != newest.conversation)
        {
            continue;
        }
        let alive = newest.stage == Stage::Alive || has_sign(picture, &newest.id());
        if alive && newest.stage != Stage::Alive {
            steps.push(Step::Alive(newest.id()));
        }
        let older = of_worker
            .iter()
            .filter(|i| alive && i.conversation != newest.conversation);
        for old in older {
            over(picture, old, newest, now, &mut steps);
        }
        // Whatever stays behind in older ones, or whether anybody came yet: a worker is not left without a conversation.
        let due = rotate.due(Timestamp(newest.made), newest.expiry(), now);
        if due && roster.key(newest.worker).is_some() {
            steps.push(Step::Renew {
                worker: newest.worker,
                role: newest.role.clone(),
            });
        }
    }
    steps
}

impl Step {
    /// What it is about, for people.
    fn subject(&self) -> String {
        match self {
            Self::Renew { role, .. } => role.clone(),
            Self::Move { task, .. } => task.to_string(),
            Self::Alive(id)
            | Self::End(id)
            | Self::Forward { from: id, .. }
            | Self::Retire { id, .. } => id.to_string(),
        }
    }
}

/// From `old` to `new`.
fn over(picture: &Snapshot, old: &Issued, new: &Issued, now: Timestamp, steps: &mut Vec<Step>) {
    let (from, to) = (old.id(), new.id());
    let ending = old.expiry().since(now) <= LAST;
    let mut stays = false;
    for task in &picture.tasks {
        if task
            .owner()
            .is_none_or(|holder| holder.conversation != from)
        {
            continue;
        }
        let accepted = matches!(task.state, TaskState::Running | TaskState::Blocked);
        if accepted && !ending {
            stays = true;
        } else {
            steps.push(Step::Move {
                task: task.id.clone(),
                from: from.clone(),
                to: to.clone(),
            });
        }
    }
    steps.push(Step::Forward {
        from: from.clone(),
        to,
        since: Timestamp(old.made),
    });
    let over = old.expiry() <= now;
    if !stays || over {
        steps.push(Step::Retire { id: from, over });
    }
}

/// Whether the worker itself did something in the conversation.
fn has_sign(picture: &Snapshot, id: &ConversationId) -> bool {
    let mut all = picture.workers.iter();
    all.find(|w| w.conversation == *id)
        .is_some_and(|w| w.activity.is_some() || w.heartbeat.is_some() || w.poll.is_some())
}

#[cfg(test)]
mod tests;
