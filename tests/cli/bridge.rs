//! Real databases, written from the rows of the scenario files.

use rusqlite::{Connection, params};
use serde::Deserialize;
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// Stands in every row for the tokens, and must never be seen.
pub(crate) const TOKEN: &str = "5eC2e7t0000000000000000000000000000000000000000000000000000000ff";

#[derive(Deserialize)]
struct Rows {
    conversations: Vec<[String; 5]>,
    statuses: Vec<[String; 3]>,
    messages: Vec<[String; 7]>,
    audits: Vec<[String; 6]>,
}

/// A bridge's file in a directory of its own.
pub(crate) struct Bridge {
    dir: TempDir,
}

impl Bridge {
    /// The bridge of a scenario file.
    pub(crate) fn of(scenario: &str) -> Result<Self, Box<dyn Error>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
        let rows: Rows = toml::from_str(&fs::read_to_string(
            root.join(scenario).with_extension("toml"),
        )?)?;
        let bridge = Self {
            dir: TempDir::new()?,
        };
        let mut db = Connection::open(bridge.path())?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.execute_batch(TABLES)?;
        let tx = db.transaction()?;
        for [id, a, b, made, expires] in &rows.conversations {
            let sql = "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?)";
            tx.execute(sql, params![id, a, b, TOKEN, TOKEN, made, expires])?;
        }
        for [id, status, beat] in &rows.statuses {
            tx.execute(
                "INSERT INTO session_status VALUES (?, 'b', ?, ?)",
                params![id, status, beat],
            )?;
        }
        for [id, conversation, from, text, action, at, read] in &rows.messages {
            let to = if from == "a" { "b" } else { "a" };
            let metadata = format!(r#"{{"action_type": "{action}", "files_involved": []}}"#);
            let sql = "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
            tx.execute(
                sql,
                params![id, conversation, from, to, text, metadata, at, read],
            )?;
        }
        for [id, conversation, side, action, count, at] in &rows.audits {
            let details = if count.is_empty() {
                "{}".to_owned()
            } else {
                format!(r#"{{"count": {count}}}"#)
            };
            let side = (!side.is_empty()).then_some(side);
            let sql = "INSERT INTO audit_log VALUES (?, ?, ?, ?, ?, ?)";
            tx.execute(sql, params![id, conversation, side, action, details, at])?;
        }
        tx.commit()?;
        Ok(bridge)
    }

    /// Its path.
    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().join("bridge.db")
    }
}

/// The bridge's tables.
pub(crate) const TABLES: &str = "
    CREATE TABLE conversations (id TEXT PRIMARY KEY, session_a_role TEXT NOT NULL, session_b_role TEXT NOT NULL,
        session_a_token TEXT NOT NULL, session_b_token TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL);
    CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT NOT NULL, from_session TEXT NOT NULL,
        to_session TEXT NOT NULL, message TEXT NOT NULL, metadata TEXT, timestamp TEXT NOT NULL, read INTEGER DEFAULT 0);
    CREATE TABLE session_status (conversation_id TEXT NOT NULL, session_id TEXT NOT NULL, status TEXT NOT NULL,
        last_heartbeat TEXT NOT NULL, PRIMARY KEY (conversation_id, session_id));
    CREATE TABLE audit_log (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT, session_id TEXT,
        action TEXT NOT NULL, details TEXT, timestamp TEXT NOT NULL);";
