//! A long history in a file of its own: a hundred workers in ten teams, task after task.

use rusqlite::{Connection, Transaction, params};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Messages of one task: the assignment, its acknowledgment, five reports and the result.
const PER_TASK: u32 = 8;
const WORKERS: u32 = 100;
const METADATA: &str = r#"{"action_type": "info", "files_involved": []}"#;

const TABLES: &str = "
    CREATE TABLE conversations (id TEXT PRIMARY KEY, session_a_role TEXT NOT NULL, session_b_role TEXT NOT NULL,
        session_a_token TEXT NOT NULL, session_b_token TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL);
    CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT NOT NULL, from_session TEXT NOT NULL,
        to_session TEXT NOT NULL, message TEXT NOT NULL, metadata TEXT, timestamp TEXT NOT NULL, read INTEGER DEFAULT 0,
        FOREIGN KEY (conversation_id) REFERENCES conversations(id));
    CREATE TABLE session_status (conversation_id TEXT NOT NULL, session_id TEXT NOT NULL, status TEXT NOT NULL,
        last_heartbeat TEXT NOT NULL, PRIMARY KEY (conversation_id, session_id));
    CREATE TABLE audit_log (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT, session_id TEXT,
        action TEXT NOT NULL, details TEXT, timestamp TEXT NOT NULL);";

/// A bridge with a history; its directory vanishes with it.
pub(crate) struct History {
    dir: TempDir,
}

impl History {
    /// Writes `messages` messages, and an audit row for each and for every delivery.
    pub(crate) fn new(messages: u32) -> rusqlite::Result<Self> {
        let dir = TempDir::new().map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
        let history = Self { dir };
        let mut db = Connection::open(history.path())?;
        db.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;",
        )?;
        let tx = db.transaction()?;
        tx.execute_batch(TABLES)?;
        people(&tx)?;
        work(&tx, messages)?;
        tx.commit()?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        Ok(history)
    }

    /// The file.
    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().join("bridge.db")
    }
}

fn people(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    for worker in 0..WORKERS {
        let (id, role) = (
            conversation(worker),
            format!("worker-{worker}-team-{}", worker / 10),
        );
        tx.execute(
            "INSERT INTO conversations VALUES (?, 's2-orchestrator', ?, '', '', ?, ?)",
            params![id, role, time(0), time(10_800)],
        )?;
        tx.execute(
            "INSERT INTO session_status VALUES (?, 'b', 'working', ?)",
            params![id, time(7_000)],
        )?;
    }
    Ok(())
}

fn work(tx: &Transaction<'_>, messages: u32) -> rusqlite::Result<()> {
    let mut message = tx.prepare(
        "INSERT INTO messages (conversation_id, from_session, to_session, message, metadata, timestamp, read)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?;
    let mut audit = tx.prepare(
        "INSERT INTO audit_log (conversation_id, session_id, action, details, timestamp) VALUES (?, ?, ?, ?, ?)",
    )?;
    for n in 0..messages {
        let (task, step) = (n / PER_TASK, n % PER_TASK);
        let (id, at) = (conversation(task % WORKERS), time(n / 100));
        let (from, to) = if step == 0 { ("a", "b") } else { ("b", "a") };
        let text = text(task, step);
        message.execute(params![id, from, to, text, METADATA, at, step == 0])?;
        let details = format!(
            r#"{{"to": "{to}", "message_length": {}, "redacted": false}}"#,
            text.len()
        );
        audit.execute(params![id, from, "send_message", details, at])?;
        if step == 0 {
            audit.execute(params![id, "b", "get_messages", r#"{"count": 1}"#, at])?;
        }
    }
    Ok(())
}

/// The message number `step` of a task.
fn text(task: u32, step: u32) -> String {
    let head = format!(r#""task_id": "t-{task:06}""#);
    match step {
        0 => format!(
            r#"{{"type": "task_assignment", {head}, "description": "Task {task}", "priority": "P{}", "timeout": 900}}"#,
            task % 4
        ),
        1 => format!(
            r#"{{"type": "acknowledgment", {head}, "worker_id": "worker-{}"}}"#,
            task % WORKERS
        ),
        7 => format!(
            r#"{{"type": "status_update", {head}, "status": "completed", "progress": 100, "result": "done"}}"#
        ),
        _ => format!(
            r#"{{"type": "status_update", {head}, "status": "in_progress", "progress": {}}}"#,
            step * 14
        ),
    }
}

fn conversation(worker: u32) -> String {
    format!("conv_{worker:016x}")
}

/// So many seconds after 14 o'clock, as the bridge writes it; wraps after a day.
fn time(second: u32) -> String {
    let second = (14 * 3600 + second) % 86_400;
    format!(
        "2025-11-13T{:02}:{:02}:{:02}.{:06}",
        second / 3600,
        second / 60 % 60,
        second % 60,
        second * 7919 % 1_000_000
    )
}

/// Sends one message as the bridge does: two commits, each on a connection of its own.
pub(crate) fn send(path: &Path) -> rusqlite::Result<()> {
    let once = |sql: &str| {
        let db = Connection::open(path)?;
        db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = OFF;")?;
        db.execute(sql, []).map(drop)
    };
    once(
        "INSERT INTO messages (conversation_id, from_session, to_session, message, metadata, timestamp) VALUES
            ('conv_0000000000000001', 'b', 'a', '{\"type\": \"status_update\", \"task_id\": \"t-000001\"}',
            '{\"action_type\": \"info\", \"files_involved\": []}', '2025-11-13T16:00:00.123456')",
    )?;
    once(
        "INSERT INTO audit_log (conversation_id, session_id, action, details, timestamp) VALUES
            ('conv_0000000000000001', 'b', 'send_message', '{\"to\": \"a\"}', '2025-11-13T16:00:00.123456')",
    )
}
