//! A bridge's file, written as the bridge writes it: one connection per operation, and two commits per message.

use super::{
    plan::{Act, Operation},
    rows::{Audit, Conversation, Message, ORCHESTRATOR, Rows, Status, letter},
};
use crate::domain::Side;
use rusqlite::{Connection, Params, types::ValueRef};
use std::{path::PathBuf, str, time::Duration};

/// The tables of the bridge.
pub const TABLES: &str = "
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    session_a_role TEXT NOT NULL,
    session_b_role TEXT NOT NULL,
    session_a_token TEXT NOT NULL,
    session_b_token TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id TEXT NOT NULL,
    from_session TEXT NOT NULL,
    to_session TEXT NOT NULL,
    message TEXT NOT NULL,
    metadata TEXT,
    timestamp TEXT NOT NULL,
    read INTEGER DEFAULT 0,
    FOREIGN KEY (conversation_id) REFERENCES conversations(id)
);
CREATE TABLE session_status (
    conversation_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    status TEXT NOT NULL,
    last_heartbeat TEXT NOT NULL,
    PRIMARY KEY (conversation_id, session_id)
);
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation_id TEXT,
    session_id TEXT,
    action TEXT NOT NULL,
    details TEXT,
    timestamp TEXT NOT NULL
);";

const INSERT_CONVERSATION: &str = "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?)";
const INSERT_MESSAGE: &str = "INSERT INTO messages
    (conversation_id, from_session, to_session, message, metadata, timestamp, read) VALUES (?, ?, ?, ?, ?, ?, ?)";
const PUT_STATUS: &str = "INSERT OR REPLACE INTO session_status VALUES (?, 'b', ?, ?)";
const INSERT_AUDIT: &str =
    "INSERT INTO audit_log (conversation_id, session_id, action, details, timestamp)
    VALUES (?, ?, ?, ?, ?)";
const DELIVER: &str =
    "UPDATE messages SET read = 1 WHERE conversation_id = ? AND to_session = ? AND read = 0";

/// How long a write waits for a lock, as the bridge does.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// Writes to one file.
pub(super) struct Writer {
    path: PathBuf,
}

impl Writer {
    /// A writer of the file at `path`, which it does not touch yet.
    pub(super) const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Makes the tables and fills them, in one transaction. Not durable before the operating system is done with it: a demo
    /// that is lost in a power cut is no loss.
    pub(super) fn fill(&self, rows: &Rows) -> rusqlite::Result<()> {
        let mut db = self.connect()?;
        db.pragma_update(None, "synchronous", false)?;
        let tx = db.transaction()?;
        tx.execute_batch(TABLES)?;
        insert_all(
            &tx,
            INSERT_CONVERSATION,
            &rows.conversations,
            |insert, row| insert.execute(conversation(row)),
        )?;
        insert_all(&tx, INSERT_MESSAGE, &rows.messages, |insert, row| {
            insert.execute(message(row))
        })?;
        insert_all(&tx, PUT_STATUS, &rows.statuses, |put, (id, row)| {
            put.execute(status(id, row))
        })?;
        insert_all(&tx, INSERT_AUDIT, &rows.audits, |insert, row| {
            insert.execute(audit(row))
        })?;
        tx.commit()
    }

    /// Carries out one operation.
    pub(super) fn apply(&self, operation: Operation) -> rusqlite::Result<()> {
        let Operation {
            at,
            conversation: id,
            act,
        } = operation;
        match act {
            Act::Create { role, tokens } => {
                let row = Conversation::new(id.clone(), role, tokens, at);
                self.once(INSERT_CONVERSATION, conversation(&row))?;
                self.log(&Audit::created(id, &row.role, at))
            }
            Act::Send {
                from,
                body,
                metadata,
                stamp,
            } => {
                let row = Message::new(id, from, body, metadata, stamp, at);
                self.once(INSERT_MESSAGE, message(&row))?;
                self.log(&Audit::sent(&row, at))
            }
            Act::Fetch { side } => {
                let count = self.deliver(&id, side)?;
                self.log(&Audit::fetched(id, side, count, at))
            }
            Act::Beat {
                status: reported,
                stamp,
            } => {
                let row = Status::new(reported, stamp, at);
                self.once(PUT_STATUS, status(&id, &row)).map(drop)
            }
            Act::Command { action, details } => self.log(&Audit::command(id, action, &details, at)),
        }
    }

    fn log(&self, row: &Audit) -> rusqlite::Result<()> {
        self.once(INSERT_AUDIT, audit(row)).map(drop)
    }

    /// One statement, one commit, one connection.
    fn once(&self, sql: &str, values: impl Params) -> rusqlite::Result<usize> {
        self.connect()?.execute(sql, values)
    }

    fn deliver(&self, conversation: &str, side: Side) -> rusqlite::Result<usize> {
        self.once(DELIVER, [conversation, letter(side)])
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let db = Connection::open(&self.path)?;
        db.busy_timeout(LOCK_WAIT)?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "foreign_keys", false)?;
        Ok(db)
    }
}

fn insert_all<T>(
    db: &Connection,
    sql: &str,
    rows: impl IntoIterator<Item = T>,
    insert: impl Fn(&mut rusqlite::Statement<'_>, T) -> rusqlite::Result<usize>,
) -> rusqlite::Result<()> {
    let mut statement = db.prepare(sql)?;
    for row in rows {
        insert(&mut statement, row)?;
    }
    Ok(())
}

fn conversation(row: &Conversation) -> impl Params {
    let [a, b] = &row.tokens;
    (
        &*row.id,
        ORCHESTRATOR,
        &*row.role,
        &**a,
        &**b,
        row.created.to_string(),
        row.expires.to_string(),
    )
}

fn message(row: &Message) -> impl Params {
    // Text where it is text; other bytes keep their shape as a blob.
    let body = match str::from_utf8(&row.body) {
        Ok(text) => ValueRef::Text(text.as_bytes()),
        Err(_) => ValueRef::Blob(&row.body),
    };
    (
        &*row.conversation,
        row.from,
        row.to,
        Body(body),
        row.metadata.as_deref(),
        row.time.to_string(),
        row.read,
    )
}

fn status<'a>(id: &'a str, row: &'a Status) -> impl Params + 'a {
    (id, &*row.status, row.heartbeat.to_string())
}

fn audit(row: &Audit) -> impl Params {
    (
        &*row.conversation,
        row.session,
        row.action,
        &*row.details,
        row.time.to_string(),
    )
}

/// A value that is bound as it is.
struct Body<'a>(ValueRef<'a>);

impl rusqlite::ToSql for Body<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::Borrowed(self.0))
    }
}
