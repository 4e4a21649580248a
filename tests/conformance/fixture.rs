//! What a test needs of a bridge, for every backend: a writer that is not the store, and a store.

use rusqlite::{Connection, params};
use std::{
    cell::RefCell,
    path::{Path, PathBuf},
};
use swarmwarden::{
    domain::{AuditKind, ConversationId, MessageId, MessageRow, Schema, Side, Stamp, Timestamp},
    store::{MemoryStore, SqliteStore, Store},
};
use tempfile::TempDir;

/// 2025-11-13T16:00:00Z.
pub(crate) const START: Timestamp = Timestamp(1_763_049_600_000_000);

/// `seconds` after [`START`].
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp(START.0 + seconds * 1_000_000)
}

/// The time as the bridge writes it.
fn iso(time: Timestamp) -> String {
    let time = time.utc().unwrap();
    time.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

pub(crate) fn letter(side: Side) -> Option<&'static str> {
    match side {
        Side::A => Some("a"),
        Side::B => Some("b"),
        Side::Other => None,
    }
}

/// A bridge, written to by somebody else than the store.
pub(crate) trait Fixture {
    const SCHEMA: Schema;
    fn new() -> Self;
    fn store(&self) -> Box<dyn Store>;
    fn conversation(&self, id: &str, role: &str, time: Timestamp);
    /// The first of the two commits of a send.
    fn message(&self, id: &str, from: Side, text: &str, time: Timestamp) -> MessageId;
    /// The second one; nothing where the schema has no such rows.
    fn audit_sent(&self, id: &str, from: Side, time: Timestamp);
    fn send(&self, id: &str, from: Side, text: &str, time: Timestamp) -> MessageId {
        let message = self.message(id, from, text, time);
        self.audit_sent(id, from, time);
        message
    }
    /// Delivers everything unread to a side.
    fn fetch(&self, id: &str, side: Side, time: Timestamp);
    fn beat(&self, id: &str, side: Side, status: &str, time: Timestamp);
    fn remove(&self, id: &str);
    /// As a restored backup looks: no row above these, and the numbers begin again there.
    fn restore(&self, message: i64, audit: i64);
}

/// A fixture with a file.
pub(crate) trait File: Fixture {
    fn path(&self) -> PathBuf;
    /// Runs SQL as another process would.
    fn sql(&self, sql: &str);
    /// Closes whatever the writer holds open.
    fn close(&self);
}

pub(crate) struct Memory(pub(crate) MemoryStore);

impl Fixture for Memory {
    const SCHEMA: Schema = Schema::Bridge;

    fn new() -> Self {
        Self(MemoryStore::default())
    }

    fn store(&self) -> Box<dyn Store> {
        Box::new(self.0.clone())
    }

    fn conversation(&self, id: &str, role: &str, time: Timestamp) {
        self.0.conversation(id, role, time);
    }

    fn message(&self, id: &str, from: Side, text: &str, time: Timestamp) -> MessageId {
        self.0.add_message(MessageRow {
            id: MessageId(0),
            conversation: id.into(),
            from,
            to: if from == Side::A { Side::B } else { Side::A },
            text: text.into(),
            action: Some("info".into()),
            mark: None,
            at: Stamp::At(time),
            read: false,
        })
    }

    fn audit_sent(&self, id: &str, from: Side, time: Timestamp) {
        self.0.audit(Some(&id.into()), from, AuditKind::Sent, time);
    }

    fn fetch(&self, id: &str, side: Side, time: Timestamp) {
        self.0.fetch(&ConversationId::from(id), side, time);
    }

    fn beat(&self, id: &str, side: Side, status: &str, time: Timestamp) {
        self.0.beat(&ConversationId::from(id), side, status, time);
    }

    fn remove(&self, id: &str) {
        self.0.remove_conversation(&ConversationId::from(id));
    }

    fn restore(&self, message: i64, audit: i64) {
        self.0.rewind(message, audit);
    }
}

/// The tables as the bridge makes them.
pub(crate) const BRIDGE_TABLES: &str = "
    CREATE TABLE conversations (id TEXT PRIMARY KEY, session_a_role TEXT NOT NULL, session_b_role TEXT NOT NULL,
        session_a_token TEXT NOT NULL, session_b_token TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL);
    CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT NOT NULL, from_session TEXT NOT NULL,
        to_session TEXT NOT NULL, message TEXT NOT NULL, metadata TEXT, timestamp TEXT NOT NULL, read INTEGER DEFAULT 0,
        FOREIGN KEY (conversation_id) REFERENCES conversations(id));
    CREATE TABLE session_status (conversation_id TEXT NOT NULL, session_id TEXT NOT NULL, status TEXT NOT NULL,
        last_heartbeat TEXT NOT NULL, PRIMARY KEY (conversation_id, session_id));
    CREATE TABLE audit_log (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT, session_id TEXT,
        action TEXT NOT NULL, details TEXT, timestamp TEXT NOT NULL);";

/// The tables as the scripts expect them.
pub(crate) const SCRIPTS_TABLES: &str = "
    CREATE TABLE conversations (id TEXT PRIMARY KEY, role_a TEXT, role_b TEXT, token_a TEXT, token_b TEXT, created_at TEXT);
    CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT, sender TEXT, content TEXT,
        action_type TEXT, created_at TEXT, read_by_a INTEGER DEFAULT 0, read_by_b INTEGER DEFAULT 0);
    CREATE TABLE session_status (conversation_id TEXT PRIMARY KEY, session_id TEXT NOT NULL, last_heartbeat TEXT NOT NULL,
        status TEXT DEFAULT 'active');
    CREATE TABLE audit_log (id INTEGER PRIMARY KEY AUTOINCREMENT, event_type TEXT, conversation_id TEXT, metadata TEXT,
        timestamp TEXT);";

/// A file with the bridge's tables, and how its writer connects.
struct Tables {
    dir: TempDir,
    journal: &'static str,
    kept: Option<RefCell<Option<Connection>>>,
}

impl Tables {
    fn new(sql: &str, journal: &'static str, keep: bool) -> Self {
        let tables = Self {
            dir: TempDir::new().unwrap(),
            journal,
            kept: keep.then(RefCell::default),
        };
        tables.with(|db| db.execute_batch(sql).unwrap());
        tables
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("bridge.db")
    }

    /// One operation: on the connection that is kept, or on one of its own.
    fn with<T>(&self, run: impl FnOnce(&Connection) -> T) -> T {
        match &self.kept {
            None => run(&connect(&self.path(), self.journal)),
            Some(kept) => run(kept
                .borrow_mut()
                .get_or_insert_with(|| connect(&self.path(), self.journal))),
        }
    }
}

fn connect(path: &Path, journal: &str) -> Connection {
    let db = Connection::open(path).unwrap();
    db.pragma_update(None, "journal_mode", journal).unwrap();
    // Off is the default of the other writers' SQLite.
    db.pragma_update(None, "foreign_keys", false).unwrap();
    db
}

/// The bridge's tables with a write-ahead log.
pub(crate) struct Wal<const KEEP: bool, const LOG: bool = true>(Tables);

/// The bridge: a connection per operation.
pub(crate) type Bridge = Wal<false>;
/// A writer that keeps its connection.
pub(crate) type LongLived = Wal<true>;
/// The bridge's tables with a rollback journal.
pub(crate) type Journal = Wal<false, false>;

/// The scripts' tables, rollback journal.
pub(crate) struct Scripts(Tables);

impl<const KEEP: bool, const LOG: bool> Wal<KEEP, LOG> {
    fn audit(&self, id: &str, side: Option<&str>, action: &str, details: &str, time: Timestamp) {
        self.0.with(|db| {
            db.execute(
                "INSERT INTO audit_log (conversation_id, session_id, action, details, timestamp) VALUES (?, ?, ?, ?, ?)",
                params![id, side, action, details, iso(time)],
            )
            .unwrap()
        });
    }
}

impl<const KEEP: bool, const LOG: bool> Fixture for Wal<KEEP, LOG> {
    const SCHEMA: Schema = Schema::Bridge;

    fn new() -> Self {
        let journal = if LOG { "WAL" } else { "DELETE" };
        Self(Tables::new(BRIDGE_TABLES, journal, KEEP))
    }

    fn store(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open(self.0.path()).unwrap())
    }

    fn conversation(&self, id: &str, role: &str, time: Timestamp) {
        let expires = Timestamp(time.0 + 3 * 3_600_000_000);
        self.0.with(|db| {
            db.execute(
                "INSERT INTO conversations VALUES (?, 's2-orchestrator', ?, 'secret', 'secret', ?, ?)",
                params![id, role, iso(time), iso(expires)],
            )
            .unwrap()
        });
        self.audit(id, None, "create_conversation", "{}", time);
    }

    fn message(&self, id: &str, from: Side, text: &str, time: Timestamp) -> MessageId {
        let to = if from == Side::A { "b" } else { "a" };
        self.0.with(|db| {
            db.execute(
                "INSERT INTO messages (conversation_id, from_session, to_session, message, metadata, timestamp)
                 VALUES (?, ?, ?, ?, '{\"action_type\": \"info\", \"files_involved\": []}', ?)",
                params![id, letter(from), to, text, iso(time)],
            )
            .unwrap();
            MessageId(db.last_insert_rowid())
        })
    }

    fn audit_sent(&self, id: &str, from: Side, time: Timestamp) {
        self.audit(id, letter(from), "send_message", "{\"to\": \"b\"}", time);
    }

    fn fetch(&self, id: &str, side: Side, time: Timestamp) {
        let count = self.0.with(|db| {
            db.execute(
                "UPDATE messages SET read = 1 WHERE conversation_id = ? AND to_session = ? AND read = 0",
                params![id, letter(side)],
            )
            .unwrap()
        });
        let details = format!("{{\"count\": {count}}}");
        self.audit(id, letter(side), "get_messages", &details, time);
    }

    fn beat(&self, id: &str, side: Side, status: &str, time: Timestamp) {
        self.0.with(|db| {
            db.execute(
                "INSERT OR REPLACE INTO session_status VALUES (?, ?, ?, ?)",
                params![id, letter(side), status, iso(time)],
            )
            .unwrap()
        });
    }

    fn remove(&self, id: &str) {
        self.0.with(|db| remove(db, id));
    }

    fn restore(&self, message: i64, audit: i64) {
        self.0.with(|db| restore(db, message, audit));
    }
}

/// Removes a conversation in one commit, as the cleanup does.
fn remove(db: &Connection, id: &str) {
    let tx = db.unchecked_transaction().unwrap();
    for sql in [
        "DELETE FROM messages WHERE conversation_id = ?",
        "DELETE FROM session_status WHERE conversation_id = ?",
        "DELETE FROM conversations WHERE id = ?",
    ] {
        tx.execute(sql, [id]).unwrap();
    }
    tx.commit().unwrap();
}

fn restore(db: &Connection, message: i64, audit: i64) {
    let tx = db.unchecked_transaction().unwrap();
    for (table, last) in [("messages", message), ("audit_log", audit)] {
        tx.execute(&format!("DELETE FROM {table} WHERE id > ?"), [last])
            .unwrap();
        tx.execute(
            "UPDATE sqlite_sequence SET seq = ? WHERE name = ?",
            params![last, table],
        )
        .unwrap();
    }
    tx.commit().unwrap();
}

impl<const KEEP: bool, const LOG: bool> File for Wal<KEEP, LOG> {
    fn path(&self) -> PathBuf {
        self.0.path()
    }

    fn sql(&self, sql: &str) {
        self.0.with(|db| db.execute_batch(sql).unwrap());
    }

    fn close(&self) {
        if let Some(kept) = &self.0.kept {
            kept.borrow_mut().take();
        }
    }
}

impl Fixture for Scripts {
    const SCHEMA: Schema = Schema::Scripts;

    fn new() -> Self {
        Self(Tables::new(SCRIPTS_TABLES, "DELETE", false))
    }

    fn store(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open(self.0.path()).unwrap())
    }

    fn conversation(&self, id: &str, role: &str, time: Timestamp) {
        self.0.with(|db| {
            db.execute(
                "INSERT INTO conversations VALUES (?, 's2-orchestrator', ?, 'secret', 'secret', ?)",
                params![id, role, iso(time)],
            )
            .unwrap()
        });
    }

    fn message(&self, id: &str, from: Side, text: &str, time: Timestamp) -> MessageId {
        self.0.with(|db| {
            db.execute(
                "INSERT INTO messages (conversation_id, sender, content, action_type, created_at)
                 VALUES (?, 'session_' || ?, ?, 'info', ?)",
                params![id, letter(from), text, iso(time)],
            )
            .unwrap();
            MessageId(db.last_insert_rowid())
        })
    }

    fn audit_sent(&self, _: &str, _: Side, _: Timestamp) {}
    fn fetch(&self, id: &str, side: Side, _: Timestamp) {
        let (mark, sender) = match side {
            Side::A => ("read_by_a", "session_b"),
            _ => ("read_by_b", "session_a"),
        };
        self.0.with(|db| {
            db.execute(
                &format!("UPDATE messages SET {mark} = 1 WHERE conversation_id = ? AND sender = ? AND {mark} = 0"),
                [id, sender],
            )
            .unwrap()
        });
    }

    fn beat(&self, id: &str, side: Side, status: &str, time: Timestamp) {
        self.0.with(|db| {
            db.execute(
                "INSERT OR REPLACE INTO session_status (conversation_id, session_id, status, last_heartbeat)
                 VALUES (?, 'session_' || ?, ?, ?)",
                params![id, letter(side), status, iso(time)],
            )
            .unwrap()
        });
    }

    fn remove(&self, id: &str) {
        self.0.with(|db| remove(db, id));
    }

    fn restore(&self, message: i64, audit: i64) {
        self.0.with(|db| restore(db, message, audit));
    }
}

impl File for Scripts {
    fn path(&self) -> PathBuf {
        self.0.path()
    }

    fn sql(&self, sql: &str) {
        self.0.with(|db| db.execute_batch(sql).unwrap());
    }
    fn close(&self) {}
}
