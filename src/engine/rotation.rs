//! A worker goes over from one conversation to the next without losing anything: the new one is made and sent, the worker's first sign of life in
//! it is waited for, what the old one still holds is carried over, and only then does the old one end.

use super::{IssueError, Issuer, Opening};
use crate::{
    credentials::{Issued, Roster, Stage},
    domain::{
        ConversationId, MessageId, MessageRow, Side, Snapshot, Span, TaskId, TaskState, Timestamp,
        act::{Deed, Order, op_id, propose},
        credential::Rotate,
        ledger::ROTATION,
    },
    store::{Commit, Store, StoreError},
};
use sha2::{Digest as _, Sha256};
use std::{collections::HashSet, sync::Arc};

/// So long before an old conversation expires, work that its worker accepted in it moves, too.
const LAST: Span = Span::seconds(5 * 60);
/// Messages that one read takes.
const PAGE: usize = 4_096;

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
        /// Whose conversation.
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
    /// End it, once everything ahead was done.
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
    let mut steps = Vec::new();
    let live: Vec<&Issued> = (roster.issued.iter())
        .filter(|i| !matches!(i.stage, Stage::Retired | Stage::Prepared))
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
        if !alive {
            continue;
        }
        if newest.stage != Stage::Alive {
            steps.push(Step::Alive(newest.id()));
        }
        let older = of_worker
            .iter()
            .filter(|i| i.conversation != newest.conversation);
        let mut clean = true;
        for old in older {
            clean = false;
            over(picture, old, newest, now, &mut steps);
        }
        let due = rotate.due(Timestamp(newest.made), newest.expiry(), now);
        if clean && due && newest.expiry() > now {
            steps.push(Step::Renew {
                worker: newest.worker,
                role: newest.role.clone(),
            });
        }
    }
    steps
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

impl Issuer {
    /// Carries out steps, and sends what waits to be sent. Says what was done, one line each. What cannot be done yet stays for the next time;
    /// nothing is retired before what stands ahead of it was carried over.
    ///
    /// # Errors
    /// As the variants of [`IssueError`] say; trying again is safe.
    pub fn carry_out(
        &self,
        store: &mut dyn Store,
        steps: &[Step],
        picture: impl FnMut(&mut dyn Store) -> Result<Snapshot, StoreError>,
        now: Timestamp,
    ) -> Result<Vec<String>, IssueError> {
        let mut look = picture;
        let mut said = Vec::new();
        let (mut moved, mut carried) = (true, true);
        for step in steps {
            match step {
                Step::Renew { worker, role } => {
                    let by = (true, "rotation");
                    if let Opening::New(new) = self.open(store, (*worker, role), by, now)? {
                        said.push(format!("{role}: new conversation {}", new.id()));
                    }
                }
                Step::Alive(id) => {
                    self.home.edit(|roster| {
                        roster.advance(id.raw(), Stage::Alive);
                        Ok(())
                    })?;
                    said.push(format!("{id}: its worker is there"));
                }
                Step::Move { task, to } => {
                    let deed = Deed::Reassign {
                        task: task.clone(),
                        to: to.clone(),
                    };
                    let (task, to) = (task.clone(), to.clone());
                    let op = op(&[task.raw(), to.raw()]);
                    let picture = look(store)?;
                    said.push(match self.act(store, &picture, (op, deed), now)? {
                        Ok(()) => format!("{task} goes on in {to}"),
                        Err(why) => {
                            moved = false;
                            format!("{task} cannot go on in {to} yet: {why}")
                        }
                    });
                }
                Step::Forward { from, to, since } => {
                    let written = self.forward(store, (from, to), *since, &mut look, now)?;
                    carried &= written.is_some();
                    if let Some(n @ 1..) = written {
                        said.push(format!(
                            "{n} messages of {from} were not fetched: written to {to} again"
                        ));
                    }
                }
                Step::Retire { id, over } => {
                    if carried && (moved || *over) {
                        self.end(store, id, "rotation", now)?;
                        said.push(format!("{id}: over"));
                    }
                    (moved, carried) = (true, true);
                }
            }
        }
        if !self.settle(store)?.is_empty() {
            self.send(now)?;
            said.push("credentials sent".to_owned());
        }
        Ok(said)
    }

    /// Writes what the worker has not fetched in `from` to `to`, assignments aside: those move with their tasks. `None` when some could not be.
    fn forward(
        &self,
        store: &mut dyn Store,
        (from, to): (&ConversationId, &ConversationId),
        since: Timestamp,
        look: &mut impl FnMut(&mut dyn Store) -> Result<Snapshot, StoreError>,
        now: Timestamp,
    ) -> Result<Option<usize>, IssueError> {
        let (waiting, done) = undelivered(store, (from, to), since)?;
        let mut moved = 0;
        for row in waiting.iter().filter(|row| !is_about_a_task(row)) {
            let deed = Deed::Message {
                to: to.clone(),
                text: row.text.to_string(),
            };
            let op = op(&[&row.id.0.to_string(), to.raw()]);
            if done.contains(&op) {
                continue;
            }
            let picture = look(store)?;
            if self.act(store, &picture, (op, deed), now)?.is_err() {
                return Ok(None);
            }
            moved += 1;
        }
        Ok(Some(moved))
    }

    /// Does a deed, unless it was done before; the inner error says why it cannot be done now.
    fn act(
        &self,
        store: &mut dyn Store,
        picture: &Snapshot,
        (op, deed): (Arc<str>, Deed),
        now: Timestamp,
    ) -> Result<Result<(), String>, IssueError> {
        let order = Order {
            op,
            actor: Arc::clone(&self.actor),
            cause: ROTATION,
            reason: "its conversation is renewed".to_owned(),
            deed,
        };
        let mut proposal = match propose(picture, &order, now) {
            Ok(proposal) => proposal,
            Err(refusal) => return Ok(Err(refusal.to_string())),
        };
        let done = store.commit(&mut proposal.write, &self.key, now)?;
        if let (Commit::Written { rows, link }, Some(books)) = (&done, &self.books) {
            let end = crate::store::End::Written(rows.clone(), link.clone());
            let headline = &proposal.headline;
            books.note(&crate::store::Attempt::of(
                &proposal.write,
                headline,
                now,
                end,
            ));
        }
        Ok(match done {
            Commit::Clash(_) => Err("somebody was faster".to_owned()),
            Commit::Written { .. } | Commit::Already(_) => Ok(()),
        })
    }
}

/// The same name for the same deed, so that it is done once whoever tries it.
fn op(parts: &[&str]) -> Arc<str> {
    let hash = Sha256::digest(parts.join("\n"));
    let half = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |n: u64, byte| n << 8 | u64::from(*byte))
    };
    let mut halves = hash.chunks(8).map(half);
    op_id([(); 2].map(|()| halves.next().unwrap_or_default()))
}

/// Messages to the worker in `from` that it has not fetched, ascending, and the names of what was written to `to`. O(messages since).
fn undelivered(
    store: &mut dyn Store,
    (from, to): (&ConversationId, &ConversationId),
    since: Timestamp,
) -> Result<(Vec<MessageRow>, HashSet<Arc<str>>), StoreError> {
    let (mut found, mut done) = (Vec::new(), HashSet::new());
    let mut before = MessageId(i64::MAX);
    loop {
        let page = store.page(before, PAGE)?;
        let Some(first) = page.first() else { break };
        before = first.id;
        let old = first.at.at().is_some_and(|at| at < since);
        let last = page.len() < PAGE || old;
        let ours = page.iter().filter(|row| row.conversation == *to);
        done.extend(ours.filter_map(|row| row.mark.as_ref()?.op.clone()));
        let waits = |row: &MessageRow| row.conversation == *from && row.to == Side::B && !row.read;
        found.extend(page.into_iter().filter(waits));
        if last {
            break;
        }
    }
    found.sort_by_key(|row| row.id);
    Ok((found, done))
}

/// Whether a message hands out or takes away work: that follows the task.
fn is_about_a_task(row: &MessageRow) -> bool {
    let marked = row.mark.as_ref().is_some_and(|mark| mark.task.is_some());
    let value: Option<serde_json::Value> = serde_json::from_str(&row.text).ok();
    marked
        || value.is_some_and(|v| v.get("type").and_then(|t| t.as_str()) == Some("task_assignment"))
}

#[cfg(test)]
mod tests;
