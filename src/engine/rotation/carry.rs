//! Carries out what was planned. What fails for one worker keeps back nothing of another.

use super::Step;
use crate::{
    credentials::Stage,
    domain::{
        ConversationId, Snapshot, TaskId, Timestamp,
        act::{Deed, Order, op_id, propose},
        ledger::ROTATION,
    },
    engine::{IssueError, Issuer, Opening},
    store::{Commit, Store, StoreError},
};
use sha2::{Digest as _, Sha256};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// What was carried out.
#[derive(Debug, Default)]
pub struct Carried {
    /// What was done, and what waits for something, one line each.
    pub said: Vec<String>,
    /// What failed, and why; it stays for the next time.
    pub failed: Vec<(String, IssueError)>,
}

impl Carried {
    /// Everything in one line each, what failed last.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let failed = self.failed.iter().map(|(what, e)| format!("{what}: {e}"));
        self.said.iter().cloned().chain(failed).collect()
    }
}

/// What is known of conversations that go over to the next.
#[derive(Default)]
struct Work {
    done: Carried,
    /// Tasks of these could not be moved.
    unmoved: HashSet<ConversationId>,
    /// Messages of these could not be carried over.
    uncarried: HashSet<ConversationId>,
    /// So many messages of their workers wait for the orchestrator.
    unheard: HashMap<ConversationId, usize>,
}

/// How the bridge is looked at before something is written.
pub(super) type Look<'a> = &'a mut dyn FnMut(&mut dyn Store) -> Result<Snapshot, StoreError>;

impl Issuer {
    /// Carries out steps, and sends what waits to be sent. Says what was done, and what failed. What cannot be done yet stays for the next
    /// time; nothing is retired before what stands ahead of it was carried over.
    ///
    /// # Errors
    /// As the variants of [`IssueError`] say, when nothing can be sent; trying again is safe.
    pub fn carry_out(
        &self,
        store: &mut dyn Store,
        steps: &[Step],
        mut picture: impl FnMut(&mut dyn Store) -> Result<Snapshot, StoreError>,
        now: Timestamp,
    ) -> Result<Carried, IssueError> {
        let mut work = Work::default();
        for step in steps {
            let Err(error) = self.step(store, step, &mut picture, &mut work, now) else {
                continue;
            };
            match step {
                Step::Move { from, .. } => work.unmoved.insert(from.clone()),
                Step::Forward { from, .. } => work.uncarried.insert(from.clone()),
                _ => false,
            };
            work.done.failed.push((step.subject(), error));
        }
        let settled = self.settle(store);
        let mut issued = self.home.roster()?.issued.into_iter();
        if issued.any(|i| i.stage == Stage::Open) {
            self.send(now)?;
            work.done.said.push("credentials sent".to_owned());
        }
        settled?;
        Ok(work.done)
    }

    fn step(
        &self,
        store: &mut dyn Store,
        step: &Step,
        look: Look<'_>,
        work: &mut Work,
        now: Timestamp,
    ) -> Result<(), IssueError> {
        match step {
            Step::Renew { worker, role } => {
                let by = (true, ROTATION);
                if let Opening::New(new) = self.open(store, (*worker, role), by, now)? {
                    let line = format!("{role}: new conversation {}", new.id());
                    work.done.said.push(line);
                }
            }
            Step::Alive(id) => {
                self.home.edit(|roster| {
                    roster.advance(id.raw(), Stage::Alive);
                    Ok(())
                })?;
                work.done.said.push(format!("{id}: its worker is there"));
            }
            Step::Move { task, from, to } => {
                let picture = look(store)?;
                self.move_one(store, &picture, (task, from, to), work, now)?;
            }
            Step::Forward { from, to, since } => {
                let done = self.forward(store, (from, to), *since, look, now)?;
                work.done.said.extend(done.lines(from, to));
                if done.refused {
                    work.uncarried.insert(from.clone());
                }
                work.unheard.insert(from.clone(), done.unheard);
            }
            Step::End(id) => {
                self.end(store, id, "its worker is revoked", now)?;
                work.done.said.push(format!("{id}: over"));
            }
            Step::Retire { id, over } => {
                let unheard = work.unheard.get(id).copied().unwrap_or_default();
                if work.uncarried.contains(id) || work.unmoved.contains(id) && !over {
                    return Ok(());
                }
                if unheard > 0 && !over {
                    let line = format!(
                        "{id}: ends when the orchestrator has read {unheard} messages in it"
                    );
                    work.done.said.push(line);
                    return Ok(());
                }
                self.end(store, id, ROTATION, now)?;
                work.done.said.push(format!("{id}: over"));
            }
        }
        Ok(())
    }

    /// Hands a task over, unless it left the old conversation meanwhile.
    fn move_one(
        &self,
        store: &mut dyn Store,
        picture: &Snapshot,
        (task, from, to): (&TaskId, &ConversationId, &ConversationId),
        work: &mut Work,
        now: Timestamp,
    ) -> Result<(), IssueError> {
        let found = picture.tasks.iter().find(|t| t.id == *task);
        let owner = found.and_then(|t| t.owner());
        if owner.is_none_or(|held| held.conversation != *from) {
            return Ok(());
        }
        let deed = Deed::Reassign {
            task: task.clone(),
            to: to.clone(),
        };
        let op = op(&[task.raw(), to.raw()]);
        work.done
            .said
            .push(match self.act(store, picture, (op, deed), now)? {
                Ok(()) => format!("{task} goes on in {to}"),
                Err(why) => {
                    work.unmoved.insert(from.clone());
                    format!("{task} cannot go on in {to} yet: {why}")
                }
            });
        Ok(())
    }

    /// Does a deed, unless it was done before; the inner error says why it cannot be done now.
    pub(super) fn act(
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
pub(super) fn op(parts: &[&str]) -> Arc<str> {
    let hash = Sha256::digest(parts.join("\n"));
    let half = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |n: u64, byte| n << 8 | u64::from(*byte))
    };
    let mut halves = hash.chunks(8).map(half);
    op_id([(); 2].map(|()| halves.next().unwrap_or_default()))
}
