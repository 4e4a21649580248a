//! What a recording holds of the bridge, for who goes on with it.

use crate::record::tap::Held;
use rusqlite::Connection;
use std::{collections::HashMap, sync::Arc};

/// O(blocks of heads).
pub(super) fn read(db: &Connection) -> rusqlite::Result<Held> {
    // A life without a message has a state all the same.
    let sql = "SELECT max(life) FROM (SELECT life FROM stills UNION SELECT life FROM heads)";
    let life: Option<u32> = db.query_row(sql, [], |row| row.get(0))?;
    let life = life.unwrap_or_default();
    let sql = "SELECT max(last) FROM heads WHERE life = ?1";
    let known: Option<i64> = db.query_row(sql, [life], |row| row.get(0))?;
    let sql = "SELECT max(until) FROM sections";
    let until: Option<i64> = db.query_row(sql, [], |row| row.get(0))?;
    let mut rows = db.prepare("SELECT id, print FROM prints WHERE life = ?1")?;
    let marks = rows
        .query_map([life], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<HashMap<i64, i64>>>()?;
    Ok(Held {
        life,
        known: known.unwrap_or_default(),
        until: until.unwrap_or(i64::MIN),
        marks: Arc::new(marks),
    })
}
