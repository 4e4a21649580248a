//! A bridge in memory: the same answers as a file gives, without one. The fixture of everything above this layer, and
//! one of the backends of the conformance suite.

mod bearer;
mod commit;
mod conversation;
mod trouble;

use super::{
    Bearer, Beaten, Commit, Ended, Opened, Proved, Said, Store, StoreError, Taken, Word, opposite,
};
use crate::domain::{
    AuditKind, AuditRow, Changes, ConversationId, ConversationRow, Cursor, MessageId, MessageRow,
    Schema, Side, SourceFault, SourceInfo, Span, Stamp, StatusRow, Timestamp,
    act::Write,
    audit::{Entry, Key, Record},
    credential::{NewConversation, Secret},
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long a conversation of the bridge lives.
const LIFETIME: Span = Span::seconds(3 * 3600);

/// A handle: clones share one bridge, so that a test can keep one and give the other away as a [`Store`].
#[derive(Clone)]
pub struct MemoryStore {
    source: SourceInfo,
    state: Arc<Mutex<State>>,
}

type Failure = Box<dyn Fn() -> StoreError + Send>;

#[derive(Default)]
struct State {
    version: u64,
    conversations: Vec<(i64, ConversationRow)>,
    statuses: Vec<StatusRow>,
    messages: Vec<MessageRow>,
    audits: Vec<AuditRow>,
    records: Vec<Record>,
    tokens: HashMap<ConversationId, Secret>,
    /// The audit row that says that a conversation was ended last.
    ended: i64,
    last: Cursor,
    failure: Option<Failure>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new(Schema::Bridge)
    }
}

#[expect(
    clippy::must_use_candidate,
    reason = "the mutations are called for their effect on the shared bridge"
)]
impl MemoryStore {
    /// An empty bridge of the given schema, named `memory`.
    #[must_use]
    pub fn new(schema: Schema) -> Self {
        Self {
            source: SourceInfo {
                name: "memory".into(),
                schema,
                faults: Vec::new(),
            },
            state: Arc::default(),
        }
    }

    /// The same bridge under another name and with faults: what a partial source looks like from above.
    #[must_use]
    pub fn described(mut self, name: &str, faults: Vec<SourceFault>) -> Self {
        self.source.name = name.into();
        self.source.faults = faults;
        self
    }

    /// Makes a conversation between `s2-orchestrator` and `role`, which expires three hours later.
    pub fn conversation(&self, id: &str, role: &str, created: Timestamp) -> ConversationId {
        let id = ConversationId::from(id);
        self.add_conversation(ConversationRow {
            id: id.clone(),
            role_a: "s2-orchestrator".into(),
            role_b: role.into(),
            created: Stamp::At(created),
            expires: match self.source.schema {
                Schema::Bridge => Stamp::At(created.plus(LIFETIME)),
                Schema::Scripts => Stamp::None,
            },
        });
        self.log(Some(&id), Side::Other, AuditKind::Other, created);
        id
    }

    /// Adds a conversation exactly as given, without an audit row.
    pub fn add_conversation(&self, row: ConversationRow) {
        let mut state = self.change();
        state.last.conversations.1 += 1;
        let number = state.last.conversations.1;
        state.conversations.push((number, row));
    }

    /// Sends a text to the other side, with the audit row that the bridge writes beside it.
    pub fn send(
        &self,
        conversation: &ConversationId,
        from: Side,
        text: &str,
        at: Timestamp,
    ) -> MessageId {
        let id = self.add_message(MessageRow {
            id: MessageId::default(),
            conversation: conversation.clone(),
            from,
            to: opposite(from),
            text: text.into(),
            action: Some("info".into()),
            mark: None,
            at: Stamp::At(at),
            read: false,
        });
        self.log(Some(conversation), from, AuditKind::Sent, at);
        id
    }

    /// Adds a message as given, except for its number, which is the next one; without an audit row.
    pub fn add_message(&self, row: MessageRow) -> MessageId {
        let mut state = self.change();
        state.last.message += 1;
        let id = MessageId(state.last.message);
        state.messages.push(MessageRow { id, ..row });
        id
    }

    /// Delivers everything unread to `side` and returns how many that were, as a check for messages does.
    pub fn fetch(&self, conversation: &ConversationId, side: Side, at: Timestamp) -> u64 {
        let waiting: Vec<MessageId> = (self.lock().messages.iter())
            .filter(|m| m.conversation == *conversation && m.to == side && !m.read)
            .map(|m| m.id)
            .collect();
        self.mark_read(&waiting);
        let count = waiting.len() as u64;
        self.log(Some(conversation), side, AuditKind::Fetched(count), at);
        count
    }

    /// Overwrites the status row of a side.
    pub fn beat(&self, conversation: &ConversationId, side: Side, status: &str, at: Timestamp) {
        self.add_status(StatusRow {
            conversation: conversation.clone(),
            side,
            status: status.into(),
            heartbeat: Stamp::At(at),
        });
    }

    /// Overwrites the status row that `row` is about.
    pub fn add_status(&self, row: StatusRow) {
        let mut state = self.change();
        (state.statuses).retain(|s| s.conversation != row.conversation || s.side != row.side);
        state.statuses.push(row);
    }

    /// Adds an audit row, whatever the schema; the other methods add theirs on the bridge's schema only.
    pub fn audit(
        &self,
        conversation: Option<&ConversationId>,
        side: Side,
        kind: AuditKind,
        at: Timestamp,
    ) {
        let mut state = self.change();
        state.last.audit += 1;
        let row = AuditRow {
            id: state.last.audit,
            conversation: conversation.cloned(),
            side,
            kind,
            at: Stamp::At(at),
            link: None,
        };
        state.audits.push(row);
    }

    fn log(&self, id: Option<&ConversationId>, side: Side, kind: AuditKind, at: Timestamp) {
        if self.source.schema == Schema::Bridge {
            self.audit(id, side, kind, at);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        state.version += 1;
        state
    }

    fn read(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = self.lock();
        match state.failure.as_ref().map(|make| make()) {
            Some(error) => Err(error),
            None => Ok(state),
        }
    }
}

impl State {
    fn end(&self) -> Cursor {
        Cursor {
            conversations: (
                self.conversations.len() as u64,
                self.conversations
                    .iter()
                    .map(|(n, _)| *n)
                    .max()
                    .unwrap_or(0),
            ),
            ..self.last
        }
    }

    fn conversations(&self) -> Vec<ConversationRow> {
        self.conversations.iter().map(|(_, c)| c.clone()).collect()
    }
}

impl Store for MemoryStore {
    fn source(&self) -> &SourceInfo {
        &self.source
    }

    fn version(&mut self) -> Result<u64, StoreError> {
        Ok(self.read()?.version)
    }

    fn newest(&mut self, limit: usize) -> Result<Changes, StoreError> {
        let state = self.read()?;
        let end = state.end();
        Ok(Changes {
            conversations: Some(state.conversations()),
            statuses: Some(state.statuses.clone()),
            messages: tail(&state.messages, limit),
            audits: tail(&state.audits, limit),
            others: 0,
            read: Vec::new(),
            cursor: end,
            end,
            more: false,
        })
    }

    fn changes(
        &mut self,
        after: &Cursor,
        limit: usize,
        unread: &[MessageId],
    ) -> Result<Changes, StoreError> {
        let state = self.read()?;
        let end = state.end();
        if end.message < after.message || end.audit < after.audit {
            return Err(StoreError::Rewound {
                path: self.source.name.to_string(),
            });
        }
        let messages: Vec<_> = (state.messages.iter())
            .filter(|m| m.id.0 > after.message)
            .take(limit)
            .cloned()
            .collect();
        let audits: Vec<_> = (state.audits.iter())
            .filter(|a| a.id > after.audit)
            .take(limit)
            .cloned()
            .collect();
        let cursor = Cursor {
            message: messages.last().map_or(after.message, |m| m.id.0),
            audit: audits.last().map_or(after.audit, |a| a.id),
            conversations: end.conversations,
        };
        let delivered = self.source.schema == Schema::Scripts || audits.iter().any(is_delivery);
        let read = (state.messages.iter())
            .filter(|m| delivered && m.read && unread.contains(&m.id))
            .map(|m| m.id)
            .collect();
        Ok(Changes {
            conversations: (end.conversations != after.conversations || state.ended > after.audit)
                .then(|| state.conversations()),
            statuses: Some(state.statuses.clone()),
            read,
            more: (state.messages.last()).is_some_and(|m| m.id.0 > cursor.message)
                || (state.audits.last()).is_some_and(|a| a.id > cursor.audit),
            messages,
            audits,
            others: 0,
            cursor,
            end,
        })
    }

    fn page(&mut self, before: MessageId, limit: usize) -> Result<Vec<MessageRow>, StoreError> {
        let state = self.read()?;
        let below = state.messages.partition_point(|m| m.id < before);
        Ok(tail(state.messages.get(..below).unwrap_or_default(), limit))
    }

    fn since(&mut self, after: MessageId, limit: usize) -> Result<Vec<MessageRow>, StoreError> {
        let state = self.read()?;
        if state.last.message < after.0 {
            return Err(StoreError::Rewound {
                path: self.source.name.to_string(),
            });
        }
        let new = state.messages.iter().filter(|m| m.id > after);
        Ok(new.take(limit).cloned().collect())
    }

    fn commit(
        &mut self,
        write: &mut Write,
        key: &Key,
        now: Timestamp,
    ) -> Result<Commit, StoreError> {
        drop(self.read()?);
        let mut state = self.change();
        if state.end().message < write.basis.cursor.message {
            return Err(StoreError::Rewound {
                path: self.source.name.to_string(),
            });
        }
        Ok(state.carry_out(self.source.schema, write, key, now))
    }

    fn records(&mut self, after: i64, limit: usize) -> Result<Vec<Record>, StoreError> {
        let state = self.read()?;
        let new = state.records.iter().filter(|r| r.id > after);
        Ok(new.take(limit).cloned().collect())
    }

    fn open_conversation(
        &mut self,
        new: &NewConversation,
        entry: &Entry,
        key: &Key,
        now: Timestamp,
    ) -> Result<Opened, StoreError> {
        Ok(self.may_converse()?.open_one(new, (entry, key), now))
    }

    fn end_conversation(
        &mut self,
        id: &ConversationId,
        entry: &Entry,
        key: &Key,
        now: Timestamp,
    ) -> Result<Ended, StoreError> {
        Ok(self.may_converse()?.end_one(id, (entry, key), now))
    }

    fn say(&mut self, word: &Word<'_>, now: Timestamp) -> Result<Said, StoreError> {
        Ok(self.may_converse()?.say_one(word, now))
    }

    fn beat(&mut self, bearer: &Bearer<'_>, now: Timestamp) -> Result<Beaten, StoreError> {
        drop(self.read()?);
        Ok(self.change().beat_one(self.source.schema, bearer, now))
    }

    fn take(
        &mut self,
        bearer: &Bearer<'_>,
        ids: &[MessageId],
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        drop(self.read()?);
        let schema = self.source.schema;
        Ok(self.change().take_some(schema, bearer, ids, now))
    }

    fn prove(&mut self, bearer: &Bearer<'_>, now: Timestamp) -> Result<Proved, StoreError> {
        Ok(self.read()?.prove_one(self.source.schema, bearer, now))
    }
}

/// Whether an audit row says that messages were delivered.
const fn is_delivery(row: &AuditRow) -> bool {
    matches!(row.kind, AuditKind::Fetched(1..))
}

fn tail<T: Clone>(rows: &[T], limit: usize) -> Vec<T> {
    rows.get(rows.len().saturating_sub(limit)..)
        .unwrap_or_default()
        .to_vec()
}
