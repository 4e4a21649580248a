//! States to start from: a whole one now and then, which is a base, and of the others what they change in it.

use crate::record::{
    Begin, STILLS,
    block::Broken,
    delta,
    event::ms,
    pack::{pack, unpack},
};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;

/// Writes a state. A new base is begun when the difference to the last one is more than half of it. O(state).
pub(super) fn put(db: &Connection, begin: &Begin) -> rusqlite::Result<()> {
    let whole = pack(begin);
    let found = difference(db, begin)?.filter(|(_, found)| found.len() <= whole.len() / 2);
    let (base, list) = if let Some(found) = found {
        found
    } else {
        db.execute("INSERT INTO bases(state) VALUES (?1)", [&whole])?;
        (db.last_insert_rowid(), pack(&Value::Null))
    };
    let sql = "INSERT OR REPLACE INTO stills VALUES (?1, ?2, ?3, ?4)";
    let row = params![ms(begin.still.at()), begin.life, base, list];
    db.execute(sql, row).map(drop)
}

/// To the newest base, where there is one that reads.
fn difference(db: &Connection, begin: &Begin) -> rusqlite::Result<Option<(i64, Vec<u8>)>> {
    let sql = "SELECT id, state FROM bases ORDER BY id DESC LIMIT 1";
    let found = db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
    let Some((id, base)): Option<(i64, Vec<u8>)> = found.optional()? else {
        return Ok(None);
    };
    let both = unpack::<Value>(&base).ok().zip(written(begin));
    Ok(both.map(|(base, new)| (id, pack(&delta::difference(&base, &new)))))
}

/// As it is written: a number of 32 bits has more digits as one of 64.
fn written(begin: &Begin) -> Option<Value> {
    serde_json::from_slice(&serde_json::to_vec(begin).ok()?).ok()
}

/// The state of an instant; `None` when there is none. O(state).
pub(super) fn get(db: &Connection, at: i64) -> rusqlite::Result<Option<Result<Begin, Broken>>> {
    let sql = "SELECT b.state, s.list FROM stills s JOIN bases b ON b.id = s.base WHERE s.at = ?1";
    let mut found = db.prepare_cached(sql)?;
    let found = found.query_row([at], |row| Ok((row.get(0)?, row.get(1)?)));
    let found: Option<(Vec<u8>, Vec<u8>)> = found.optional()?;
    Ok(found.map(|(base, list)| whole(&base, &list)))
}

fn whole(base: &[u8], list: &[u8]) -> Result<Begin, Broken> {
    let found: Value = unpack(list)?;
    if found.is_null() {
        return unpack(base);
    }
    let mut state: Value = unpack(base)?;
    delta::apply(&mut state, found)?;
    serde_json::from_value(state).map_err(|_| Broken)
}

/// Of what is older than `day`, in milliseconds, every second state goes: who looks that far back waits a little longer for the first picture.
pub(super) fn thin(db: &Connection, day: i64) -> rusqlite::Result<()> {
    let sql = "SELECT at, EXISTS(SELECT 1 FROM sections WHERE began = at) FROM stills WHERE at < ?1 ORDER BY at";
    let mut found = db.prepare_cached(sql)?;
    let all: Vec<(i64, bool)> = found
        .query_map([day], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let (mut last, mut gone) = (None, 0);
    for (at, first) in all {
        if !first && last.is_some_and(|last| at - last < STILLS * 3 / 2) {
            gone += db.execute("DELETE FROM stills WHERE at = ?1", [at])?;
        } else {
            last = Some(at);
        }
    }
    if gone > 0 {
        tidy(db)?;
    }
    Ok(())
}

/// Drops the bases that no state rests on.
pub(super) fn tidy(db: &Connection) -> rusqlite::Result<usize> {
    db.execute(
        "DELETE FROM bases WHERE id NOT IN (SELECT base FROM stills)",
        [],
    )
}

#[cfg(test)]
mod tests;
