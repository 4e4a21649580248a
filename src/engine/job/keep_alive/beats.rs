//! What a turn does: look at the evidence, write the beat, say what changed.

use super::{
    Keeping,
    roster::{Roster, Standing},
};
use crate::{
    domain::{ConversationId, Side, Span, Timestamp},
    engine::{
        alive::{Claims, Level, Loaded, Note},
        job::JobError,
    },
    store::{Bearer, Beaten, Store, StoreError},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
    time::Duration,
};

/// Between two looks for new credentials.
const RESCAN: Span = Span::seconds(2);
/// Between two attempts at a conversation that somebody else serves.
const RECLAIM: Span = Span::seconds(5);
/// Longest wait, so that a machine that slept is noticed, and a stop is heard.
const LONGEST: Span = Span::seconds(1);
/// A clock that was set by more than this is worth a line.
const SET: Span = Span::seconds(5);

pub(super) struct Core {
    how: Keeping,
    roster: Roster,
    store: Option<Box<dyn Store>>,
    claims: Option<Claims>,
    others: BTreeMap<ConversationId, String>,
    rescan: Timestamp,
    reclaim: Timestamp,
    /// What was said last of each thing that goes wrong: said once, until it changes.
    said: BTreeMap<String, String>,
    broken: Option<Timestamp>,
    offset: Span,
    /// What is shown is not what is.
    news: bool,
    show: Timestamp,
    words: Arc<str>,
}

impl Core {
    pub(super) fn new(how: Keeping, now: Timestamp) -> Self {
        Self {
            roster: Roster::new(how.every, how.seed, now),
            how,
            store: None,
            claims: None,
            others: BTreeMap::new(),
            rescan: now,
            reclaim: now,
            said: BTreeMap::new(),
            broken: None,
            offset: Span(0),
            news: true,
            show: now,
            words: "".into(),
        }
    }

    /// Takes over what was handed over.
    pub(super) fn hand(&mut self, path: &Path) {
        self.how.sources.add(path);
        self.rescan = Timestamp(i64::MIN);
    }

    /// What it serves, in words.
    pub(super) fn words(&self) -> Arc<str> {
        Arc::clone(&self.words)
    }

    fn summary(&self) -> Arc<str> {
        let all = &self.roster.all;
        let beats = (all.values())
            .filter(|e| e.served.standing == Standing::Beats)
            .count();
        let odd = all.values().find_map(|e| {
            let why = trouble(&e.served.standing)?;
            Some(format!("; {}: {why}", e.served.conversation))
        });
        match all.len() {
            0 => format!("no credential yet in {}", self.how.sources.words()).into(),
            n => format!(
                "{beats} of {n} conversations beat{}",
                odd.unwrap_or_default()
            )
            .into(),
        }
    }

    pub(super) fn tick(&mut self, now: Timestamp, wall: Timestamp) -> Result<Duration, JobError> {
        let offset = wall.since(now);
        let set = Span(offset.0 - self.offset.0);
        if set.0.abs() > SET.0 {
            let words = format!(
                "the clock of this machine was set by {} s",
                set.as_seconds()
            );
            self.say((now, Level::Warn), None, &words);
            self.offset = offset;
            self.roster.again(now);
        }
        if now >= self.rescan {
            self.rescan = now.plus(RESCAN);
            self.load(now);
        }
        let turn = self.roster.next(now);
        let done = turn.map_or(Ok(()), |id| self.turn(&id, now, wall));
        if self.news || now >= self.show {
            self.news = false;
            self.show = now.plus(LONGEST);
            let all = self.roster.all.values().map(|e| e.served.clone());
            self.how.shown.set(all.collect());
            self.words = self.summary();
        }
        done?;
        let wait = self.roster.wait(now).unwrap_or(LONGEST).0.min(LONGEST.0);
        let wait = wait.min(self.rescan.since(now).0).max(0);
        Ok(Duration::from_micros(wait.unsigned_abs()))
    }

    /// Looks for new credentials, and forgets those that are gone.
    fn load(&mut self, now: Timestamp) {
        if let Some(loaded) = self.how.sources.news() {
            self.take(loaded, now);
        } else if !self.others.is_empty() && now >= self.reclaim {
            self.claim(now);
        }
    }

    /// Serves what was found, and nothing else.
    fn take(&mut self, loaded: Loaded, now: Timestamp) {
        let mut moved = false;
        let found = loaded.credentials.iter();
        let ids: BTreeSet<_> = found.map(|c| c.conversation.clone()).collect();
        let mut faults: BTreeMap<String, String> = BTreeMap::new();
        for (path, why) in loaded.faults {
            faults.insert(path.to_string_lossy().into_owned(), why);
        }
        // A file that is there and cannot be read just now takes nobody's life.
        if !loaded.unreadable {
            let gone: Vec<_> = (self.roster.all.keys())
                .filter(|id| !ids.contains(*id))
                .cloned()
                .collect();
            for id in gone {
                self.roster.all.remove(&id);
                moved = true;
                self.say(
                    (now, Level::Info),
                    Some(&id),
                    "its credential is gone: it is not kept alive any more",
                );
            }
        }
        for credential in loaded.credentials {
            let (id, words) = (
                credential.conversation.clone(),
                format!("{} until {}", credential.role, credential.expires),
            );
            if self.roster.take(credential, now) {
                moved = true;
                self.say((now, Level::Info), Some(&id), &format!("serves {words}"));
            }
        }
        for (path, why) in &faults {
            self.once(now, Level::Warn, path, &format!("{path}: {why}"));
        }
        self.said
            .retain(|what, _| faults.contains_key(what) || !what.contains('/'));
        self.news |= moved;
        if moved {
            self.claim(now);
        }
    }

    fn claim(&mut self, now: Timestamp) {
        self.reclaim = now.plus(RECLAIM);
        let Some(dir) = &self.how.claims else { return };
        let ids: Vec<_> = self.roster.all.keys().cloned().collect();
        let claimed = match &mut self.claims {
            Some(claims) => claims.claim(&ids),
            none => Claims::open(dir, now).and_then(|claims| none.insert(claims).claim(&ids)),
        };
        match claimed {
            Ok(others) => self.others = others,
            Err(error) => {
                let words = format!(
                    "who else keeps workers alive here is not known: {}: {error}",
                    dir.display()
                );
                self.once(now, Level::Warn, "claims", &words);
            }
        }
    }

    fn turn(
        &mut self,
        id: &ConversationId,
        now: Timestamp,
        wall: Timestamp,
    ) -> Result<(), JobError> {
        if let Some(holder) = self.others.get(id) {
            let standing = Standing::Elsewhere(holder.clone());
            self.went(id, now, standing);
            return Ok(());
        }
        let alone = self.roster.all.len() == 1;
        let Some(entry) = self.roster.all.get(id) else {
            return Ok(());
        };
        if let Some(evidence) = &mut self.how.evidence
            && let Err(why) = evidence.of((id, entry.credential.worker, alone), now, wall)
        {
            self.went(id, now, Standing::Unvouched(why));
            return Ok(());
        }
        let bearer = Bearer {
            conversation: id,
            side: Side::B,
            token: &entry.credential.token,
        };
        let beaten = match &mut self.store {
            Some(store) => store.beat(&bearer, wall),
            none => (self.how.open)().and_then(|store| none.insert(store).beat(&bearer, wall)),
        };
        match beaten {
            Ok(beaten) => self.beaten(id, now, beaten),
            Err(error) => {
                if !matches!(error, StoreError::Busy { .. }) {
                    self.store = None;
                }
                self.broken.get_or_insert(now);
                // If it is only this one, the others go on.
                self.roster.later(id, now);
                let words = format!("{}; it is tried again", chain(&error));
                self.once(now, Level::Error, "bridge", &words);
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// The bridge answered.
    fn beaten(&mut self, id: &ConversationId, now: Timestamp, beaten: Beaten) {
        if let Some(since) = self.broken.take() {
            self.said.remove("bridge");
            self.roster.again(now);
            let words = format!("the bridge answers again, after {}", now.since(since));
            self.say((now, Level::Info), None, &words);
        }
        if let Beaten::Written { proved: false, .. } = beaten {
            let words = "the bridge has no column for tokens: they are not verified";
            self.once(now, Level::Warn, "proof", words);
        }
        let standing = match beaten {
            Beaten::Written { .. } => Standing::Beats,
            Beaten::Denied(why) => Standing::Refused(why),
        };
        self.went(id, now, standing);
    }

    fn went(&mut self, id: &ConversationId, now: Timestamp, standing: Standing) {
        let words = trouble(&standing);
        if !self.roster.went(id, now, standing) {
            return;
        }
        self.news = true;
        match words {
            None => self.say((now, Level::Info), Some(id), "it is kept alive"),
            Some(why) => self.say(
                (now, Level::Warn),
                Some(id),
                &format!("it is not kept alive: {why}"),
            ),
        }
    }

    fn once(&mut self, now: Timestamp, level: Level, what: &str, words: &str) {
        if self.said.get(what).is_some_and(|said| said == words) {
            return;
        }
        self.said.insert(what.to_owned(), words.to_owned());
        self.say((now, level), None, words);
    }

    fn say(&self, (now, level): (Timestamp, Level), id: Option<&ConversationId>, words: &str) {
        (self.how.say)(Note::new((now, level, "keepalive"), id, words));
    }
}

/// Why somebody is not kept alive; `None` where all is well.
fn trouble(standing: &Standing) -> Option<String> {
    Some(match standing {
        Standing::New | Standing::Beats => return None,
        Standing::Refused(why) => format!("{why}; a new credential is waited for"),
        Standing::Unvouched(why) => why.clone(),
        Standing::Elsewhere(holder) => format!("{holder} keeps it alive"),
    })
}

/// An error with what caused it.
fn chain(error: &StoreError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
