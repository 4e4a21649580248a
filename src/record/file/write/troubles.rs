//! What was wrong when, as the recorder notes it.

use super::Writer;
use crate::{
    domain::{Severity, Timestamp},
    record::RecordError,
};
use rusqlite::{Connection, Transaction, params};
use std::{collections::HashMap, sync::Arc};

/// Something that was wrong and is not over yet, by its number in the file.
type Open = i64;

/// What was wrong at the end of the last time is known to have been so until then, in milliseconds. What it was stays known: it may go on.
pub(super) fn close(tx: &Transaction<'_>, last: i64) -> rusqlite::Result<()> {
    let over = "DELETE FROM open WHERE id NOT IN (SELECT id FROM troubles WHERE until IS NULL)";
    tx.execute(over, [])?;
    let sql = "UPDATE troubles SET until = max(since, 1000 * ?1) WHERE until IS NULL";
    tx.execute(sql, [last]).map(drop)
}

fn standing(db: &Connection) -> rusqlite::Result<HashMap<Arc<str>, Open>> {
    let mut rows = db.prepare("SELECT key, id FROM open")?;
    let rows = rows.query_map([], |row| Ok((row.get::<_, String>(0)?.into(), row.get(1)?)))?;
    rows.collect()
}

impl Writer {
    /// What was not over at the end of the time before the present one, by kind and subject.
    pub(in crate::record) fn standing(&self) -> Result<HashMap<Arc<str>, Open>, RecordError> {
        self.run(standing(&self.db))
    }

    /// Something is wrong since then.
    pub(in crate::record) fn trouble(
        &self,
        key: &str,
        since: Timestamp,
        severity: Severity,
        what: &str,
    ) -> Result<Open, RecordError> {
        let sql = "INSERT INTO troubles(since, severity, what) VALUES (?1, ?2, ?3)";
        self.run(self.db.execute(sql, params![since.0, severity as u8, what]))?;
        let id = self.db.last_insert_rowid();
        let sql = "INSERT OR REPLACE INTO open(id, key) VALUES (?1, ?2)";
        self.run(self.db.execute(sql, params![id, key]))?;
        Ok(id)
    }

    /// It is worse.
    pub(in crate::record) fn change(
        &self,
        id: Open,
        severity: Severity,
    ) -> Result<(), RecordError> {
        let sql = "UPDATE troubles SET severity = max(severity, ?2) WHERE id = ?1";
        self.run(self.db.execute(sql, params![id, severity as u8]))
            .map(drop)
    }

    /// It goes on after a gap; `false` when what was written of it was dropped meanwhile.
    pub(in crate::record) fn goes_on(
        &self,
        id: Open,
        severity: Severity,
    ) -> Result<bool, RecordError> {
        let sql = "UPDATE troubles SET until = NULL, severity = max(severity, ?2) WHERE id = ?1";
        let found = self.run(self.db.execute(sql, params![id, severity as u8]))?;
        Ok(found > 0)
    }

    /// It is over.
    pub(in crate::record) fn over(&self, id: Open, until: Timestamp) -> Result<(), RecordError> {
        let sql = "UPDATE troubles SET until = ?2 WHERE id = ?1";
        self.run(self.db.execute(sql, [id, until.0])).map(drop)
    }
}
