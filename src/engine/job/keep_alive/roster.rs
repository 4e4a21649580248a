//! Who is served, and when the next sign of life of each is due: spread over the interval, each a little off its time, never all at once.

use crate::{
    credentials::Credential,
    domain::{ConversationId, Span, Timestamp},
    store::Denied,
};
use std::{collections::BTreeMap, sync::Arc};

/// Shortest pause between the beats of two conversations where there are few.
const APART: Span = Span(250_000);
/// A conversation that was refused is asked about again after this: a clock may have been wrong, a bridge restored.
const AGAIN: Span = Span::seconds(60);
/// Evidence is looked for again after this.
const LOOK: Span = Span::seconds(5);

/// How it goes with a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was written yet.
    New,
    /// It beats.
    Beats,
    /// The bridge refuses it.
    Refused(Denied),
    /// Nobody vouches for its agent, and why.
    Unvouched(String),
    /// Somebody else keeps it alive: who.
    Elsewhere(String),
}

/// A conversation that is served, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Which.
    pub conversation: ConversationId,
    /// The worker's role, neutralised.
    pub role: Arc<str>,
    /// How it goes.
    pub standing: Standing,
    /// Last sign of life that was written.
    pub last: Option<Timestamp>,
    /// How many were.
    pub beats: u64,
}

pub(super) struct Entry {
    pub(super) credential: Credential,
    pub(super) served: Served,
    due: Timestamp,
    /// Its place in the interval, as a share of it.
    place: f64,
}

/// Everybody who is served.
pub(super) struct Roster {
    pub(super) all: BTreeMap<ConversationId, Entry>,
    every: Span,
    begun: Timestamp,
    came: u32,
    free: Timestamp,
    random: fastrand::Rng,
}

impl Roster {
    pub(super) fn new(every: Span, seed: u64, now: Timestamp) -> Self {
        Self {
            all: BTreeMap::new(),
            every,
            begun: now,
            came: 0,
            free: now,
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// Serves a conversation, or another token of it; says whether that is news.
    pub(super) fn take(&mut self, credential: Credential, now: Timestamp) -> bool {
        if let Some(entry) = self.all.get_mut(&credential.conversation) {
            if entry.credential.token.is(credential.token.reveal()) {
                return false;
            }
            entry.credential = credential;
            entry.served.standing = Standing::New;
            entry.due = now;
            return true;
        }
        // The golden section: however many come, no two are close.
        let place = (f64::from(self.came) * 0.618_033_988_749_895).fract();
        self.came += 1;
        let id = credential.conversation.clone();
        let served = Served {
            conversation: id.clone(),
            role: Arc::clone(&credential.role),
            standing: Standing::New,
            last: None,
            beats: 0,
        };
        let entry = Entry {
            credential,
            served,
            due: now,
            place,
        };
        self.all.insert(id, entry);
        true
    }

    /// Whose turn it is, if anybody's. O(conversations).
    pub(super) fn next(&mut self, now: Timestamp) -> Option<ConversationId> {
        if now < self.free {
            return None;
        }
        let first = self.all.values().min_by_key(|e| e.due)?;
        (first.due <= now).then(|| first.served.conversation.clone())
    }

    /// When somebody's turn comes.
    pub(super) fn wait(&self, now: Timestamp) -> Option<Span> {
        let due = self.all.values().map(|e| e.due).min()?;
        Some(Span(due.max(self.free).since(now).0.max(0)))
    }

    /// Puts off a turn that came to nothing: the next one's comes before it.
    pub(super) fn later(&mut self, id: &ConversationId, now: Timestamp) {
        if let Some(entry) = self.all.get_mut(id) {
            entry.due = now.plus(Span(LOOK.0.min(self.every.0)));
        }
    }

    /// Notes how a turn went, and when the next one comes. Says whether that is news.
    pub(super) fn went(&mut self, id: &ConversationId, now: Timestamp, standing: Standing) -> bool {
        let n = i64::try_from(self.all.len()).unwrap_or(i64::MAX).max(1);
        let beat = standing == Standing::Beats;
        if beat {
            self.free = now.plus(Span((self.every.0 / (2 * n)).min(APART.0)));
        }
        let jitter = self.random.f64() / 5.0 - 0.1;
        let Some(entry) = self.all.get_mut(id) else {
            return false;
        };
        let pause = match standing {
            Standing::Beats | Standing::New => {
                spread(self.every, now.since(self.begun), entry.place, jitter)
            }
            Standing::Refused(_) => Span(AGAIN.0.max(self.every.0)),
            Standing::Unvouched(_) | Standing::Elsewhere(_) => Span(LOOK.0.min(self.every.0)),
        };
        entry.due = now.plus(pause);
        if beat {
            entry.served.last = Some(now);
            entry.served.beats += 1;
        }
        let news = !alike(&entry.served.standing, &standing);
        entry.served.standing = standing;
        news
    }

    /// Everybody who was refused is asked about again: the bridge is another one.
    pub(super) fn again(&mut self, now: Timestamp) {
        for entry in self.all.values_mut() {
            if matches!(entry.served.standing, Standing::Refused(_)) {
                entry.due = now;
            }
        }
    }
}

/// How one would say it; ages and holders may differ.
fn alike(a: &Standing, b: &Standing) -> bool {
    match (a, b) {
        (Standing::Refused(a), Standing::Refused(b)) => a == b,
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// To the next occurrence of a place in the interval, at least half of one away; a tenth more or less.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "an interval of seconds, in microseconds"
)]
fn spread(every: Span, since: Span, place: f64, jitter: f64) -> Span {
    let every = every.0.max(1) as f64;
    let at = (since.0 as f64 / every).fract();
    let ahead = (place - at).rem_euclid(1.0);
    let ahead = if ahead < 0.5 { ahead + 1.0 } else { ahead };
    Span(((ahead + jitter) * every) as i64)
}
