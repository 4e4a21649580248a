//! Runs a command for every unread message of the workers that are served: one at a time, with a limit, and nothing is marked as read. One that
//! fails is tried again twice; then it is said, and the next one comes.

use super::{Cadence, Job, JobError};
use crate::notify::Outlet;
use crate::{
    domain::text,
    engine::{
        Clock,
        alive::{Inbox, Item, Level, Note, Say},
    },
    store::StoreError,
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Attempts at one message.
const ATTEMPTS: u32 = 3;
/// Longest wait for a message, so that the job says that it lives.
const BEAT: Duration = Duration::from_secs(1);

/// What is run.
pub struct Errands {
    /// The messages.
    pub inbox: Inbox,
    /// Makes of a message what the command reads.
    pub encode: fn(&Item) -> Arc<str>,
    /// The command.
    pub command: Arc<dyn Outlet>,
    /// How long it may take.
    pub limit: Duration,
    /// Where lines go.
    pub say: Say,
}

/// The job.
pub struct Errand {
    inbox: Arc<Mutex<Inbox>>,
    encode: fn(&Item) -> Arc<str>,
    command: Arc<dyn Outlet>,
    limit: Duration,
    say: Say,
    clock: Clock,
    /// What is being done: kept, so that a step that was broken off is taken up again.
    open: Option<(Item, u32)>,
    done: u64,
    /// What was said last about messages that do not come.
    said: String,
}

impl Errand {
    /// Runs as `how` says.
    #[must_use]
    pub fn new(how: Errands, clock: Clock) -> Self {
        Self {
            inbox: Arc::new(Mutex::new(how.inbox)),
            encode: how.encode,
            command: how.command,
            limit: how.limit,
            say: how.say,
            clock,
            open: None,
            done: 0,
            said: String::new(),
        }
    }

    /// Says once why no message comes.
    fn heard(&mut self, error: Option<&JobError>) {
        let words = error.map_or_else(String::new, |error| format!("{error}; it is tried again"));
        if words != self.said {
            if !words.is_empty() {
                let facts = (self.clock.now(), Level::Error, "on-message");
                (self.say)(Note::new(facts, None, &words));
            }
            self.said = words;
        }
    }

    async fn next(&self) -> Result<Option<Item>, JobError> {
        let inbox = Arc::clone(&self.inbox);
        let looked = tokio::task::spawn_blocking(move || {
            let mut inbox = inbox.lock().unwrap_or_else(PoisonError::into_inner);
            let item = inbox.next(BEAT)?;
            if let Some(item) = &item {
                inbox.begin(item).map_err(StepError::Mark)?;
            }
            Ok::<_, StepError>(item)
        });
        let looked = looked
            .await
            .map_err(|e| JobError::Panicked(text::line(&e.to_string()).into_owned()))?;
        Ok(looked?)
    }
}

/// What a look can come to.
enum StepError {
    Store(StoreError),
    Mark(std::io::Error),
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<StepError> for JobError {
    fn from(error: StepError) -> Self {
        match error {
            StepError::Store(error) => Self::Store(error),
            StepError::Mark(error) => Self::Notify(format!(
                "how far it came could not be written down: {error}"
            )),
        }
    }
}

impl Job for Errand {
    fn name(&self) -> &'static str {
        "on-message"
    }

    fn serves(&self) -> Arc<str> {
        format!("{} after {} messages", self.command.name(), self.done).into()
    }

    fn cadence(&self) -> Cadence {
        Cadence::AtOnce
    }

    fn patience(&self) -> Duration {
        self.limit + Duration::from_secs(30)
    }

    async fn step(&mut self) -> Result<(), JobError> {
        if self.open.is_none() {
            let next = self.next().await;
            self.heard(next.as_ref().err());
            self.open = next?.map(|item| (item, 0));
        }
        let Some((item, tried)) = &mut self.open else {
            return Ok(());
        };
        *tried += 1;
        let (json, attempt) = ((self.encode)(item), *tried);
        let told = self.command.tell(json).await;
        if let Err(error) = &told {
            let last = attempt >= ATTEMPTS;
            let more = if last {
                "it is left"
            } else {
                "it is tried again"
            };
            let level = if last { Level::Error } else { Level::Warn };
            let words = format!("message {}: {error}; {more}", item.row.id);
            let facts = (self.clock.now(), level, "on-message");
            (self.say)(Note::new(facts, Some(&item.row.conversation), &words));
            if !last {
                return Err(JobError::Notify(error.to_string()));
            }
        }
        let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = inbox.done(item);
        drop(inbox);
        self.open = None;
        self.done += 1;
        noted.map_err(|e| StepError::Mark(e).into())
    }
}
