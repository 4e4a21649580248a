//! What acting needs of a bridge besides: a store that may write, and a long history.

use crate::fixture::{File, Fixture, Memory, Scripts, Wal, at};
use swarmwarden::{
    domain::{MessageId, Schema, Side, Timestamp, credential::Secret},
    store::{MemoryStore, SqliteStore, Store},
};

/// A bridge that can be acted on.
pub(crate) trait Acting: Fixture {
    /// A store of its own that may write.
    fn writer(&self) -> Box<dyn Store>;
    /// So many messages of a worker.
    fn many(&self, id: &str, count: u32);
}

impl Acting for Memory {
    fn writer(&self) -> Box<dyn Store> {
        self.store()
    }

    fn many(&self, id: &str, count: u32) {
        for _ in 0..count {
            self.message(id, Side::B, "words", at(2));
        }
    }
}

fn counted(count: u32) -> String {
    format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})")
}

impl<const KEEP: bool, const LOG: bool> Acting for Wal<KEEP, LOG> {
    fn writer(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open_for_writing(self.path()).unwrap())
    }

    fn many(&self, id: &str, count: u32) {
        self.sql(&format!(
            "INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp)
             {} SELECT '{id}', 'b', 'a', 'words', '2025-11-13T16:00:02' FROM n",
            counted(count)
        ));
    }
}

impl Acting for Scripts {
    fn writer(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open_for_writing(self.path()).unwrap())
    }

    fn many(&self, id: &str, count: u32) {
        self.sql(&format!(
            "INSERT INTO messages (conversation_id, sender, content, created_at)
             {} SELECT '{id}', 'session_b', 'words', '2025-11-13T16:00:02' FROM n",
            counted(count)
        ));
    }
}

/// A bridge in memory with the scripts' schema.
pub(crate) struct MemoryScripts(Memory);

impl MemoryScripts {
    pub(crate) fn know(&self, id: &str, token: Secret) {
        self.0.0.know(&id.into(), token);
    }
}

impl Fixture for MemoryScripts {
    const SCHEMA: Schema = Schema::Scripts;

    fn new() -> Self {
        Self(Memory(MemoryStore::new(Schema::Scripts)))
    }

    fn store(&self) -> Box<dyn Store> {
        self.0.store()
    }

    fn conversation(&self, id: &str, role: &str, time: Timestamp) {
        self.0.conversation(id, role, time);
    }

    fn message(&self, id: &str, from: Side, text: &str, time: Timestamp) -> MessageId {
        self.0.message(id, from, text, time)
    }

    fn audit_sent(&self, _: &str, _: Side, _: Timestamp) {}

    fn fetch(&self, id: &str, side: Side, time: Timestamp) {
        self.0.fetch(id, side, time);
    }

    fn beat(&self, id: &str, side: Side, status: &str, time: Timestamp) {
        self.0.beat(id, side, status, time);
    }

    fn remove(&self, id: &str) {
        self.0.remove(id);
    }

    fn restore(&self, message: i64, audit: i64) {
        self.0.restore(message, audit);
    }
}

impl Acting for MemoryScripts {
    fn writer(&self) -> Box<dyn Store> {
        self.store()
    }

    fn many(&self, id: &str, count: u32) {
        self.0.many(id, count);
    }
}
