//! Conversations that are over, and their end: rows, messages and statuses, in one transaction with the row of the audit log that says so.

use super::SqliteStore;
use crate::{
    domain::{
        ConversationId, Schema, Stamp, Timestamp,
        audit::{Entry, Key, Link},
    },
    store::StoreError,
};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Conversations that the audit log names.
const NAMED: usize = 1_000;

/// A conversation that is over, and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    /// Which.
    pub id: ConversationId,
    /// Role of its worker, raw.
    pub worker: String,
    /// When it expired.
    pub expired: Timestamp,
    /// Messages in it.
    pub messages: u64,
    /// Bytes of their texts.
    pub bytes: u64,
    /// Rows of statuses.
    pub statuses: u64,
}

/// What became of a removal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pruned {
    /// These are gone; the end of the actor's chain.
    Gone(Vec<Over>, Link),
    /// What is over is not what was agreed to; nothing was removed.
    Moved,
}

impl SqliteStore {
    /// Conversations that expired before `before`, by the time of their expiry. One whose expiry cannot be read is not among them. Writes nothing.
    /// O(conversations + messages).
    ///
    /// # Errors
    /// As the variants of [`StoreError`] say; [`StoreError::NotWritable`] on tables that hold no expiry.
    pub fn over(&mut self, before: Timestamp) -> Result<Vec<Over>, StoreError> {
        self.expiries()?;
        over(&self.db, before).map_err(|e| self.subject.error("read what is over", e))
    }

    /// Removes those of `agreed`, exactly, when they are still what is over before `before`, as the bridge's own cleanup does: each with its messages
    /// and statuses. Rows of the audit log stay, and one more tells of it. One transaction. O(conversations + messages + rows of the log).
    ///
    /// # Errors
    /// As the variants of [`StoreError`] say; nothing was removed then.
    pub fn prune(
        &mut self,
        agreed: &[Over],
        before: Timestamp,
        (entry, key, now): (&Entry, &Key, Timestamp),
    ) -> Result<Pruned, StoreError> {
        self.expiries()?;
        let head = self.head(&entry.actor, (None, 0))?;
        let mut probe = self.probe.take();
        let done = self.whole(&mut probe, |store, tx, writing, step| {
            let found = over(tx, before)?;
            let found: HashMap<_, _> = found.into_iter().map(|o| (o.id.clone(), o)).collect();
            // As they are now: messages may have come since.
            let today = agreed.iter().map(|one| {
                let same = |found: &&Over| found.expired == one.expired;
                found.get(&one.id).filter(same).cloned()
            });
            let Some(gone) = today.collect::<Option<Vec<Over>>>() else {
                return Ok(Pruned::Moved);
            };
            let ids: Vec<_> = gone.iter().map(|o| Value::from(o.id.raw())).collect();
            let ids = Value::Array(ids).to_string();
            for table in ["messages", "session_status"] {
                step("remove rows");
                let sql = format!("DELETE FROM {table} WHERE conversation_id IN (SELECT value FROM json_each(?1))");
                tx.execute(&sql, [&ids])?;
            }
            step("remove conversations");
            let sql = "DELETE FROM conversations WHERE id IN (SELECT value FROM json_each(?1)) AND expires_at IS NOT NULL";
            tx.execute(sql, [&ids])?;
            step("write the audit row");
            let mut entry = entry.clone();
            if let Value::Object(facts) = &mut entry.facts {
                let count = |of: fn(&Over) -> u64| gone.iter().map(of).sum::<u64>();
                facts.insert("conversations".to_owned(), json!(gone.iter().take(NAMED).map(|o| o.id.raw()).collect::<Vec<_>>()));
                facts.insert("count".to_owned(), gone.len().into());
                facts.insert("messages".to_owned(), count(|o| o.messages).into());
                facts.insert("bytes".to_owned(), count(|o| o.bytes).into());
            }
            let link = store.seal_one(tx, writing, head, (&entry, key, now))?;
            Ok(Pruned::Gone(gone, link))
        });
        self.probe = probe;
        done
    }

    /// Writes one row of our own into the audit log, and nothing else. O(rows of the log).
    ///
    /// # Errors
    /// As the variants of [`StoreError`] say.
    pub fn chronicle(
        &mut self,
        entry: &Entry,
        key: &Key,
        now: Timestamp,
    ) -> Result<Link, StoreError> {
        let head = self.head(&entry.actor, (None, 0))?;
        let Some(writing) = &self.writing else {
            return Err(StoreError::NotWritable {
                path: self.subject.name().to_owned(),
                why: "it was opened for reading".to_owned(),
            });
        };
        let write = || -> rusqlite::Result<Link> {
            let tx = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
            let link = self.seal_one(&tx, writing, head, (entry, key, now))?;
            tx.commit().map(|()| link)
        };
        write().map_err(|e| self.subject.error("write", e))
    }

    fn expiries(&self) -> Result<(), StoreError> {
        if self.layout.schema == Schema::Bridge {
            return Ok(());
        }
        Err(StoreError::NotWritable {
            path: self.subject.name().to_owned(),
            why: "its tables are those of the scripts, which hold no expiry: nothing in it is ever over".to_owned(),
        })
    }
}

/// One pass over the messages, whatever the number of conversations.
fn over(db: &Connection, before: Timestamp) -> rusqlite::Result<Vec<Over>> {
    let sql = "SELECT id, session_b_role, expires_at FROM conversations";
    let mut rows = db.prepare_cached(sql)?;
    let rows = rows.query_map([], |row| {
        let text = |at: usize| row.get::<_, Option<String>>(at);
        Ok((row.get::<_, String>(0)?, text(1)?, text(2)?))
    })?;
    let mut all = Vec::new();
    for row in rows {
        let (id, worker, raw) = row?;
        let Some(expired) = Stamp::parse(raw.as_deref()).at().filter(|at| *at < before) else {
            continue;
        };
        all.push(Over {
            id: ConversationId::new(id),
            worker: worker.unwrap_or_default(),
            expired,
            messages: 0,
            bytes: 0,
            statuses: 0,
        });
    }
    all.sort_by(|a, b| (a.expired, a.id.raw()).cmp(&(b.expired, b.id.raw())));
    let ids: Vec<_> = all.iter().map(|o| Value::from(o.id.raw())).collect();
    let ids = Value::Array(ids).to_string();
    let sums = "SELECT conversation_id, count(*), coalesce(sum(length(CAST(message AS BLOB)) + coalesce(length(CAST(metadata AS BLOB)), 0)), 0)
        FROM messages WHERE conversation_id IN (SELECT value FROM json_each(?1)) GROUP BY conversation_id";
    let beats = "SELECT conversation_id, count(*), 0 FROM session_status
        WHERE conversation_id IN (SELECT value FROM json_each(?1)) GROUP BY conversation_id";
    let places = all
        .iter()
        .enumerate()
        .map(|(n, o)| (o.id.raw().to_owned(), n));
    let places: HashMap<String, usize> = places.collect();
    for (sql, status) in [(sums, false), (beats, true)] {
        let mut rows = db.prepare_cached(sql)?;
        let counted = rows.query_map(params![ids], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, i64>(2)?,
            ))
        })?;
        for row in counted {
            let (id, rows, bytes) = row?;
            let Some(one) = places.get(&id).and_then(|n| all.get_mut(*n)) else {
                continue;
            };
            let rows = rows.max(0).unsigned_abs();
            if status {
                one.statuses = rows;
            } else {
                (one.messages, one.bytes) = (rows, bytes.max(0).unsigned_abs());
            }
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::super::SqliteStore;
    use crate::domain::{
        Timestamp,
        audit::{Entry, Key},
    };
    use rusqlite::Connection;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    const TABLES: &str = "
        CREATE TABLE conversations (id TEXT PRIMARY KEY, session_a_role TEXT, session_b_role TEXT, session_a_token TEXT,
            session_b_token TEXT, created_at TEXT, expires_at TEXT);
        CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT, from_session TEXT, to_session TEXT,
            message TEXT, metadata TEXT, timestamp TEXT, read INTEGER);
        CREATE TABLE session_status (conversation_id TEXT, session_id TEXT, status TEXT, last_heartbeat TEXT);
        CREATE TABLE audit_log (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT, session_id TEXT, action TEXT,
            details TEXT, timestamp TEXT);
        INSERT INTO conversations VALUES ('old', 'a', 'b', 'x', 'y', '2025-11-01T00:00:00', '2025-11-01T03:00:00'),
            ('odd', 'a', 'b', 'x', 'y', 'never', 'sometime');
        INSERT INTO messages (conversation_id, message) VALUES ('old', 'one'), ('odd', 'two');
        INSERT INTO session_status VALUES ('old', 'b', 'complete', '2025-11-01T00:00:00');";

    #[test]
    fn a_death_at_any_step_leaves_everything() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("bridge.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch(TABLES)
            .unwrap();
        let now = Timestamp::parse("2025-11-13T16:00:00Z").unwrap();
        let entry = Entry {
            action: "prune",
            conversation: None,
            actor: "ana".into(),
            op: "op".into(),
            facts: serde_json::json!({}),
        };
        let rows = || {
            let db = Connection::open(&path).unwrap();
            ["conversations", "messages", "session_status", "audit_log"].map(|table| {
                let sql = format!("SELECT count(*) FROM {table}");
                db.query_row(&sql, [], |r| r.get::<_, i64>(0)).unwrap()
            })
        };
        for step in [
            "remove rows",
            "remove conversations",
            "write the audit row",
            "commit",
        ] {
            let mut store = SqliteStore::open_for_writing(&path).unwrap();
            let over = store.over(now).unwrap();
            assert_eq!(over.len(), 1, "one without a readable expiry is not over");
            store.probe(Box::new(move |at| assert_ne!(at, step, "dies here")));
            let pruned = || store.prune(&over, now, (&entry, &Key([7; 32]), now));
            catch_unwind(AssertUnwindSafe(pruned)).unwrap_err();
            assert_eq!(rows(), [2, 2, 1, 0], "{step}");
        }
        let mut store = SqliteStore::open_for_writing(&path).unwrap();
        let over = store.over(now).unwrap();
        // Somebody lets it live on meanwhile.
        let other = Connection::open(&path).unwrap();
        other
            .execute_batch(
                "UPDATE conversations SET expires_at = '2099-01-01T00:00:00' WHERE id = 'old'",
            )
            .unwrap();
        let done = store
            .prune(&over, now, (&entry, &Key([7; 32]), now))
            .unwrap();
        assert_eq!(done, super::Pruned::Moved);
        assert_eq!(rows(), [2, 2, 1, 0]);
        other
            .execute_batch(
                "UPDATE conversations SET expires_at = '2025-11-01T03:00:00' WHERE id = 'old'",
            )
            .unwrap();
        store
            .prune(&over, now, (&entry, &Key([7; 32]), now))
            .unwrap();
        assert_eq!(rows(), [1, 1, 0, 1]);
    }
}
