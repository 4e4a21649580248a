//! On a worker's machine: looks for new credentials, hands them to whoever keeps the worker alive, and says once in every conversation that the
//! worker is there. A credential that the bridge at hand does not know is never taken.

use super::{Cadence, Job, JobError};
use crate::{
    credentials::{Credential, CredentialError, Outcome, Syncer},
    domain::{ConversationId, Timestamp, text},
    engine::{Clock, Opener},
    store::{Said, StoreError, Word},
};
use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;

/// The credential that a keep-alive is to use from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// Where it lies, in a file that only its user may read.
    pub path: PathBuf,
    /// Grows with every credential that is handed over.
    pub generation: u64,
    /// Its conversation.
    pub conversation: ConversationId,
    /// When the bridge refuses it.
    pub expires: Timestamp,
}

/// Where credentials are handed over: the latest wins, and a listener that comes late still sees it.
#[derive(Debug, Clone)]
pub struct Handover(watch::Sender<Option<Arc<Handed>>>);

impl Default for Handover {
    fn default() -> Self {
        Self(watch::channel(None).0)
    }
}

impl Handover {
    /// Listens.
    #[must_use]
    pub fn listen(&self) -> watch::Receiver<Option<Arc<Handed>>> {
        self.0.subscribe()
    }

    fn hand(&self, path: PathBuf, credential: &Credential) {
        self.0.send_if_modified(|last| {
            let same = last
                .as_ref()
                .is_some_and(|l| l.conversation == credential.conversation);
            if !same {
                *last = Some(Arc::new(Handed {
                    path,
                    generation: last.as_ref().map_or(1, |l| l.generation + 1),
                    conversation: credential.conversation.clone(),
                    expires: credential.expires,
                }));
            }
            !same
        });
    }
}

/// How it is done.
#[derive(Clone)]
pub struct Syncing {
    /// Looks.
    pub syncer: Syncer,
    /// Set when this program ends, so that a fetch ends with it.
    pub stop: Arc<AtomicBool>,
    /// How often; up to a tenth more or less, so that many machines do not come at once.
    pub every: Duration,
    /// Opens the bridge where it is at hand; elsewhere nothing is said, and tokens are not verified.
    pub open: Option<Opener>,
    /// That bridge was named for this: a conversation that it does not know is not this worker's.
    pub strict: bool,
    /// Who is to hear of new credentials.
    pub handover: Handover,
    /// Makes the pauses differ between machines.
    pub seed: u64,
}

/// The job.
pub struct Sync {
    how: Syncing,
    clock: Clock,
    random: fastrand::Rng,
    words: Arc<Mutex<Arc<str>>>,
}

impl Sync {
    /// Looks as `how` says.
    #[must_use]
    pub fn new(how: Syncing, clock: Clock) -> Self {
        let place = how.syncer.place();
        let words = format!("worker {} on {}", how.syncer.worker(), place.branch);
        Self {
            random: fastrand::Rng::with_seed(how.seed),
            words: Arc::new(Mutex::new(text::line(&words).into())),
            how,
            clock,
        }
    }

    /// One look. Blocks. Says what it did, for people; neutralised.
    ///
    /// # Errors
    /// As the variants of [`CredentialError`] say.
    pub fn look(how: &Syncing, now: Timestamp) -> Result<Vec<String>, CredentialError> {
        let pass = how.syncer.pass(now, |new| verify(how, new, now))?;
        let mut lines = pass.notes;
        let (credential, line) = match pass.outcome {
            Outcome::NoBranch => {
                lines.push(format!(
                    "{} is not at the remote yet",
                    how.syncer.place().branch
                ));
                return Ok(lines);
            }
            Outcome::Nothing => {
                lines.push("nothing there for it yet".to_owned());
                return Ok(lines);
            }
            Outcome::New(c) => {
                let line = format!("holds {} until {}", c.conversation, c.expires);
                (c, Some(line))
            }
            Outcome::Same(c) => (c, None),
        };
        lines.extend(line);
        how.handover.hand(how.syncer.path(), &credential);
        lines.extend(greet(how, &credential, now)?);
        Ok(lines)
    }
}

/// Whether the bridge agreed that the credential is genuine; `false` where it is not at hand, or is not this worker's.
fn verify(how: &Syncing, new: &Credential, now: Timestamp) -> Result<bool, CredentialError> {
    let file = || how.syncer.place().credential(new.worker, true);
    let refused = |why: &str| {
        let (file, why) = (file(), why.to_owned());
        Err(CredentialError::Refused { file, why })
    };
    match say(how, new, now) {
        Ok(Some(Said::Unknown)) if !how.strict => Ok(false),
        Ok(Some(Said::Unknown | Said::WrongToken)) => {
            refused("the bridge does not know its conversation and token")
        }
        Ok(Some(Said::Expired)) => refused("its conversation is over in the bridge"),
        Ok(Some(Said::Written(_) | Said::Already(_))) => {
            how.syncer.greeted(new.conversation.raw())?;
            Ok(true)
        }
        Ok(None) => Ok(false),
        Err(e) => Err(CredentialError::Unverified {
            file: file(),
            why: text::line(&e.to_string()).into_owned(),
        }),
    }
}

/// Says that the worker is there, unless it was said in this conversation.
fn greet(
    how: &Syncing,
    held: &Credential,
    now: Timestamp,
) -> Result<Option<String>, CredentialError> {
    let id = held.conversation.raw();
    if how.open.is_none() || how.syncer.has_greeted(id) {
        return Ok(None);
    }
    match say(how, held, now) {
        Ok(Some(Said::Written(_) | Said::Already(_))) => how.syncer.greeted(id)?,
        _ => return Ok(None),
    }
    Ok(Some(format!(
        "said in {} that it is there",
        held.conversation
    )))
}

/// `None` where there is no bridge that could be asked; an error where there is one, and it does not answer now.
fn say(how: &Syncing, who: &Credential, now: Timestamp) -> Result<Option<Said>, StoreError> {
    let Some(open) = how.open.as_ref() else {
        return Ok(None);
    };
    let words = format!("{} joined and ready", who.role);
    let word = Word {
        conversation: &who.conversation,
        token: &who.token,
        text: &words,
    };
    let said = open().and_then(|mut store| store.say(&word, now));
    match said {
        Ok(said) => Ok(Some(said)),
        Err(
            StoreError::NotFound { .. }
            | StoreError::NotADatabase { .. }
            | StoreError::UnknownSchema { .. }
            | StoreError::NotWritable { .. }
            | StoreError::NeedsWritableDirectory { .. },
        ) => Ok(None),
        Err(e) => Err(e),
    }
}

impl Drop for Sync {
    fn drop(&mut self) {
        self.how.stop.store(true, Ordering::Relaxed);
    }
}

impl Job for Sync {
    fn name(&self) -> &'static str {
        "sync"
    }

    fn serves(&self) -> Arc<str> {
        Arc::clone(&self.words.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn cadence(&self) -> Cadence {
        let share = 0.9 + self.random.clone().f64() / 5.0;
        Cadence::Every(self.how.every.mul_f64(share))
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(120)
    }

    async fn step(&mut self) -> Result<(), JobError> {
        self.random.u64(..);
        let (how, now) = (self.how.clone(), self.clock.now());
        let looked = tokio::task::spawn_blocking(move || Self::look(&how, now)).await;
        let looked =
            looked.map_err(|e| JobError::Panicked(text::line(&e.to_string()).into_owned()))?;
        if let Some(line) = looked?.last() {
            let words = format!("worker {}: {line}", self.how.syncer.worker());
            *self.words.lock().unwrap_or_else(PoisonError::into_inner) = words.into();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
