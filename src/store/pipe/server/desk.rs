//! Carries out requests, one at a time, as far as whoever asks may.

use super::{
    Now, Opening,
    answer::Out,
    meter::{BURST, Meter, PER_SECOND},
};
use crate::{
    domain::{ConversationId, MessageId, Side, Timestamp, credential::Secret},
    store::{
        Bearer, Proved, Store, StoreError, Word,
        pipe::{
            REQUEST,
            bearing::{
                BearerArgs, BeatenForm, EndedForm, ProvedForm, SaidForm, SayArgs, TakenForm,
            },
            call::{
                Args, CommitArgs, CommitForm, Head, PurposeArgs, Scope, SourceForm, VersionForm,
            },
            fault::Fault,
            made::{ConversationArgs, OpenedForm},
            words::shown,
        },
    },
};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, io};

/// Conversations that one pipe may prove.
const PROOFS: usize = 4_096;

/// Why a request is not carried out.
pub(super) enum Refusal {
    Store(StoreError),
    Fault(Fault),
    Io(io::Error),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Who asks, and what is asked.
pub(super) struct Desk {
    pub(super) store: Box<dyn Store>,
    open: Opening,
    pub(super) scope: Scope,
    pub(super) now: Option<Now>,
    meter: Meter,
    /// Conversations that were proved on this pipe.
    pub(super) proofs: BTreeMap<ConversationId, (Side, Secret)>,
    path: String,
}

impl Desk {
    pub(super) fn new(
        store: Box<dyn Store>,
        open: Opening,
        scope: Scope,
        now: Option<Now>,
    ) -> Self {
        let path = store.source().name.to_string();
        Self {
            store,
            open,
            scope,
            now,
            meter: Meter::default(),
            proofs: BTreeMap::new(),
            path,
        }
    }

    pub(super) fn store(&mut self) -> &mut dyn Store {
        &mut *self.store
    }

    /// Answers a request that was too long to be read.
    pub(super) fn too_long(&self, out: &mut Out<'_>) -> io::Result<()> {
        let why = format!("a request of more than {} MiB", REQUEST >> 20);
        out.error(None, Fault::refused(&self.path, &why))
    }

    /// Answers a request.
    pub(super) fn answer(&mut self, line: &[u8], out: &mut Out<'_>) -> io::Result<()> {
        let Ok(head) = serde_json::from_slice::<Head>(line) else {
            let why = "what was asked is no request";
            return out.error(None, Fault::refused(&self.path, why));
        };
        let refused = match self.carry_out(&head, line, out) {
            Ok(()) => return Ok(()),
            Err(refusal) => refusal,
        };
        let fault = match refused {
            Refusal::Io(error) => return Err(error),
            Refusal::Fault(fault) => fault,
            Refusal::Store(error) => Fault::of(&error),
        };
        out.error(Some(head.n), fault)
    }

    fn carry_out(&mut self, head: &Head, line: &[u8], out: &mut Out<'_>) -> Result<(), Refusal> {
        let n = head.n;
        match head.call.as_str() {
            "version" => {
                let version = self.store.version()?;
                self.say(out, n, &VersionForm { version })
            }
            "open" => self.reopen(n, &self.args(line)?, out),
            "since" => self.since(n, &self.args(line)?, out),
            "beat" | "take" | "prove" => {
                let args = self.args(line)?;
                self.bear(head, args, out)
            }
            "say" => {
                let args: SayArgs = self.args(line)?;
                let now = self.count(&args.conversation, args.now)?;
                let (id, token) = (ConversationId::new(args.conversation), args.token.0);
                let word = Word {
                    conversation: &id,
                    token: &token,
                    text: &args.text,
                };
                let said = self.store.say(&word, now)?;
                self.say(out, n, &SaidForm::from(said))
            }
            known @ ("changes" | "page" | "records" | "commit" | "open_conversation"
            | "end_conversation") => {
                if self.scope == Scope::Workers {
                    let why = format!(
                        "this pipe is for workers, and `{known}` is for operators: use one that was started without --for workers"
                    );
                    return Err(Refusal::Fault(Fault::refused(&self.path, &why)));
                }
                self.operate(head, line, out)
            }
            other => {
                let why = format!(
                    "`{}` is not known to swarmwarden {} on the bridge's host: install the same version on both machines",
                    shown(other),
                    env!("CARGO_PKG_VERSION")
                );
                Err(Refusal::Fault(Fault::refused(&self.path, &why)))
            }
        }
    }

    /// What only operators may.
    fn operate(&mut self, head: &Head, line: &[u8], out: &mut Out<'_>) -> Result<(), Refusal> {
        let n = head.n;
        match head.call.as_str() {
            "changes" => self.changes(n, &self.args(line)?, out),
            "page" => self.page(n, &self.args(line)?, out),
            "records" => self.records(n, &self.args(line)?, out),
            "commit" => {
                let args: CommitArgs = self.args(line)?;
                let mut write = args.write.write().map_err(|why| self.odd(&why))?;
                let now = self.now(args.now);
                let commit = self.store.commit(&mut write, &args.key.0, now)?;
                self.say(out, n, &CommitForm::from(&commit))
            }
            call => {
                let args: ConversationArgs = self.args(line)?;
                let (now, key) = (self.now(args.now), args.key.0);
                let entry = args.entry.entry().map_err(|why| self.odd(&why))?;
                if call == "end_conversation" {
                    let id = ConversationId::new(args.id);
                    let ended = self.store.end_conversation(&id, &entry, &key, now)?;
                    return self.say(out, n, &EndedForm::from(&ended));
                }
                let new = args.new.ok_or_else(|| self.odd("no roles and tokens"))?;
                let new = new.whole(&args.id);
                let opened = self.store.open_conversation(&new, &entry, &key, now)?;
                self.say(out, n, &OpenedForm::from(&opened))
            }
        }
    }

    /// An answer that is always short.
    pub(super) fn say(
        &self,
        out: &mut Out<'_>,
        n: u64,
        value: &impl Serialize,
    ) -> Result<(), Refusal> {
        if out.ok(n, value)? {
            return Ok(());
        }
        Err(self.odd("an answer that is too long for a line"))
    }

    pub(super) fn odd(&self, why: &str) -> Refusal {
        Refusal::Fault(Fault::refused(&self.path, why))
    }

    fn args<T: DeserializeOwned>(&self, line: &[u8]) -> Result<T, Refusal> {
        // What is said of the place holds no value of the request: it may be a token.
        serde_json::from_slice::<Args<T>>(line)
            .map(|all| all.args)
            .map_err(|e| {
                self.odd(&format!(
                    "a request whose arguments do not fit (column {})",
                    e.column()
                ))
            })
    }

    /// The time by which rows are dated and tokens judged.
    fn now(&self, asked: i64) -> Timestamp {
        self.now.as_ref().map_or(Timestamp(asked), |now| now())
    }

    /// Counts a call of a conversation; gives the time.
    fn count(&mut self, conversation: &str, asked: i64) -> Result<Timestamp, Refusal> {
        let now = self.now(asked);
        // Where the other side dates, there is no clock to count by.
        if self.now.is_none() {
            return Ok(now);
        }
        self.meter.count(conversation, now).map_err(|after| {
            let why = format!(
                "a conversation may call {BURST} times at once and {PER_SECOND} times a second"
            );
            Refusal::Fault(Fault::limited(&self.path, &why, after))
        })?;
        Ok(now)
    }

    fn reopen(&mut self, n: u64, args: &PurposeArgs, out: &mut Out<'_>) -> Result<(), Refusal> {
        self.store = (self.open)(args.purpose)?;
        self.path = self.store.source().name.to_string();
        self.say(out, n, &SourceForm::from(self.store.source()))
    }

    fn bear(&mut self, head: &Head, args: BearerArgs, out: &mut Out<'_>) -> Result<(), Refusal> {
        let now = self.count(&args.conversation, args.now)?;
        let id = ConversationId::new(args.conversation);
        let (side, token) = (args.side.into(), args.token.0);
        let bearer = Bearer {
            conversation: &id,
            side,
            token: &token,
        };
        match head.call.as_str() {
            "beat" => {
                let beaten = self.store.beat(&bearer, now)?;
                self.say(out, head.n, &BeatenForm::from(beaten))
            }
            "take" => {
                let ids: Vec<_> = args.ids.into_iter().map(MessageId).collect();
                let done = self.store.take(&bearer, &ids, now)?;
                self.say(out, head.n, &TakenForm::from(done))
            }
            _ => {
                let proved = self.store.prove(&bearer, now)?;
                if proved == Proved::Yes {
                    if self.proofs.len() >= PROOFS && !self.proofs.contains_key(&id) {
                        return Err(
                            self.odd(&format!("one pipe proves at most {PROOFS} conversations"))
                        );
                    }
                    self.proofs.insert(id, (side, token));
                }
                self.say(out, head.n, &ProvedForm::from(proved))
            }
        }
    }
}
