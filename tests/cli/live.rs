//! A bridge that can be acted on: its rows are of this minute.

use super::Bridge;
use rusqlite::Connection;
use std::error::Error;
use swarmwarden::{domain::Timestamp, engine::Clock};

impl Bridge {
    /// The same as if `at` were now: what can be acted on.
    pub(crate) fn live(scenario: &str, at: &str) -> Result<Self, Box<dyn Error>> {
        let bridge = Self::of(scenario)?;
        let then = Timestamp::parse(at).ok_or("no time")?;
        let shift = Clock::system().now().since(then).as_seconds();
        let db = Connection::open(bridge.path())?;
        for (table, column) in [
            ("conversations", "created_at"),
            ("conversations", "expires_at"),
            ("session_status", "last_heartbeat"),
            ("messages", "timestamp"),
            ("audit_log", "timestamp"),
        ] {
            let sql = format!(
                "UPDATE {table} SET {column} = strftime('%Y-%m-%dT%H:%M:%f', {column}, '{shift} seconds')"
            );
            db.execute(&sql, [])?;
        }
        Ok(bridge)
    }

    /// Runs SQL as another process would.
    pub(crate) fn sql(&self, sql: &str) -> Result<(), Box<dyn Error>> {
        Ok(Connection::open(self.path())?.execute_batch(sql)?)
    }

    /// How many messages and rows of ours in the log there are.
    pub(crate) fn size(&self) -> Result<(i64, i64), Box<dyn Error>> {
        let sql = "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM audit_log WHERE action LIKE 'swarm%')";
        let both = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        Ok(Connection::open(self.path())?.query_row(sql, [], both)?)
    }
}
