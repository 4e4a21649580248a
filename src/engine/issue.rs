//! Conversations for workers: made in the bridge, their credentials kept first and sent after. Calls block.

use crate::{
    credentials::{
        CredentialError, Home, Issued, Published, Shelf, Stage, pending, prepare, retire, send,
    },
    domain::{
        ConversationId, Timestamp,
        act::op_id,
        audit::Key,
        credential::{Format, NewConversation},
    },
    store::{Books, END, Ended, OPEN, Opened, Store, StoreError, entry},
};
use std::{collections::HashMap, sync::Arc};
use zeroize::Zeroizing;

/// Makes conversations for the workers of one swarm.
#[derive(Clone)]
pub struct Issuer {
    /// What this machine keeps.
    pub home: Home,
    /// The branch that carries credentials.
    pub shelf: Shelf,
    /// In which form they travel.
    pub format: Format,
    /// Role of the orchestrator in the bridge, for a worker's first conversation: each next one keeps that of the one before it.
    pub orchestrator: Arc<str>,
    /// Who acts, neutralised.
    pub actor: Arc<str>,
    /// The key of the audit chain.
    pub key: Key,
    /// Where the end of the actor's chain is written down.
    pub books: Option<Books>,
}

/// What became of a conversation that a worker was to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// It is made, and its credential waits to be sent.
    New(Issued),
    /// The worker has one already.
    Kept(Issued),
    /// One between these roles lives that was made elsewhere: its token is not here, and cannot be sent.
    Foreign(ConversationId),
}

/// Why no conversation was made or ended.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The bridge does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Credentials cannot be kept or sent.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// There are no tokens without it.
    #[error("the operating system gives no random bytes: {0}")]
    Random(String),
}

impl Issuer {
    /// Finishes what an earlier run did not: forgets conversations that the bridge never heard of. Says whose credentials wait to be sent.
    ///
    /// # Errors
    /// As the variants of [`IssueError`] say.
    pub fn settle(&self, store: &mut dyn Store) -> Result<Vec<Issued>, IssueError> {
        let _alone = self.home.alone()?;
        self.settled(store)
    }

    fn settled(&self, store: &mut dyn Store) -> Result<Vec<Issued>, IssueError> {
        let known: Vec<ConversationId> = conversations(store)?.into_keys().collect();
        Ok(pending(&self.home, |issued| known.contains(&issued.id()))?)
    }

    /// Makes a conversation for a worker. Without `renew` only when none between the two roles lives.
    ///
    /// # Errors
    /// As the variants of [`IssueError`] say; trying again is safe.
    pub fn open(
        &self,
        store: &mut dyn Store,
        (worker, role): (u32, &str),
        (renew, reason): (bool, &str),
        now: Timestamp,
    ) -> Result<Opening, IssueError> {
        let _alone = self.home.alone()?;
        self.settled(store)?;
        let roster = self.home.roster()?;
        let revoked = roster.issued.iter().filter(|i| i.stage == Stage::Revoked);
        let again = roster.key(worker).is_some();
        for issued in revoked.filter(|i| again && i.worker == worker) {
            self.end(store, &issued.id(), "its worker was revoked", now)?;
        }
        let all = conversations(store)?;
        let own = roster.issued.iter().rev();
        let own = own.filter(|i| i.worker == worker && i.role == role);
        if !renew {
            let lives = |id: &ConversationId| {
                all.get(id)
                    .is_some_and(|(_, _, expires)| expires.is_some_and(|at| at > now))
            };
            let mut kept = own.clone().filter(|i| i.stage < Stage::Revoked);
            if let Some(issued) = kept.find(|i| lives(&i.id())) {
                return Ok(Opening::Kept(issued.clone()));
            }
            let same = |a: &str, b: &str| a == &*self.orchestrator && b == role;
            let other = all.iter().find(|(id, (a, b, _))| same(a, b) && lives(id));
            if let Some((id, _)) = other {
                return Ok(Opening::Foreign(id.clone()));
            }
        }
        let before = own
            .clone()
            .filter(|_| renew)
            .find_map(|i| match all.get(&i.id()) {
                Some((role_a, _, _)) => Some(Arc::clone(role_a)),
                None => Some(i.orchestrator.as_str().into()).filter(|_| !i.orchestrator.is_empty()),
            });
        let orchestrator = before.unwrap_or_else(|| Arc::clone(&self.orchestrator));
        let mut random = Zeroizing::new([0; 72]);
        getrandom::fill(&mut *random).map_err(|e| IssueError::Random(e.to_string()))?;
        let mut new = NewConversation::from_random(&orchestrator, role, &random);
        new.unless_open = !renew;
        prepare(&self.home, self.format, worker, (&new, now))?;
        let (entry, op) = self.entry(OPEN, &new.id, reason)?;
        match store.open_conversation(&new, &entry, &self.key, now)? {
            Opened::Made { link, .. } => {
                self.note(OPEN, (&new.id, &op), link, now);
                let open = self.settled(store)?;
                let issued = open.into_iter().find(|i| i.id() == new.id);
                let gone = || CredentialError::Busy(self.shelf.place.branch.clone());
                Ok(Opening::New(issued.ok_or_else(gone)?))
            }
            Opened::Already { id, .. } => {
                self.settled(store)?;
                Ok(Opening::Foreign(id))
            }
        }
    }

    /// Has a conversation expire now. Says whether it had not yet.
    ///
    /// # Errors
    /// As the variants of [`IssueError`] say.
    pub fn end(
        &self,
        store: &mut dyn Store,
        id: &ConversationId,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, IssueError> {
        let (entry, op) = self.entry(END, id, reason)?;
        let ended = store.end_conversation(id, &entry, &self.key, now)?;
        retire(&self.home, id)?;
        match ended {
            Ended::Now(link) => {
                self.note(END, (id, &op), link, now);
                Ok(true)
            }
            Ended::Before => Ok(false),
        }
    }

    /// Sends what waits to be sent.
    ///
    /// # Errors
    /// As [`Shelf::publish`] says; what was not sent still waits.
    pub fn send(&self, now: Timestamp) -> Result<Option<Published>, CredentialError> {
        let _alone = self.home.alone()?;
        send(&self.home, &self.shelf, &self.shelf.who(&self.actor, now))
    }

    fn entry(
        &self,
        action: &'static str,
        id: &ConversationId,
        reason: &str,
    ) -> Result<(crate::domain::audit::Entry, Arc<str>), IssueError> {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).map_err(|e| IssueError::Random(e.to_string()))?;
        let (a, b) = bits.split_at(8);
        let half = |bytes: &[u8]| {
            bytes
                .iter()
                .fold(0, |n: u64, byte| n << 8 | u64::from(*byte))
        };
        let op = op_id([half(a), half(b)]);
        Ok((entry(action, id, (&self.actor, &op), reason), op))
    }

    fn note(
        &self,
        action: &'static str,
        (id, op): (&ConversationId, &Arc<str>),
        link: crate::domain::audit::Link,
        at: Timestamp,
    ) {
        let Some(books) = &self.books else { return };
        books.note(&crate::store::Attempt {
            at,
            actor: Arc::clone(&self.actor),
            op: Arc::clone(op),
            action,
            headline: format!("{id}"),
            task: None,
            worker: None,
            generations: crate::domain::ledger::Floors::new(),
            end: crate::store::End::Written(Vec::new(), link),
        });
    }
}

type Known = HashMap<ConversationId, (Arc<str>, Arc<str>, Option<Timestamp>)>;

/// Roles and expiry of every conversation. O(conversations).
fn conversations(store: &mut dyn Store) -> Result<Known, StoreError> {
    let rows = store.newest(0)?.conversations.unwrap_or_default();
    let known = rows
        .into_iter()
        .map(|row| (row.id, (row.role_a, row.role_b, row.expires.at())));
    Ok(known.collect())
}
