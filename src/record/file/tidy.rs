//! What is too old, or too much, is dropped: the oldest first, and never what a later state rests on.

use super::{HOUR, Room, failed, hour_of, state};
use crate::{
    domain::swarm::RECENT,
    record::{
        Head, RecordError,
        pack::{pack, unpack},
    },
};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use std::path::Path;

/// Blocks that are dropped at once.
const BLOCKS: i64 = 16;

/// Drops until the file has room; `true` when that is not possible. `until` is the present, in milliseconds, where it is known.
pub(super) fn tidy(
    db: &mut Connection,
    path: &Path,
    room: &Room,
    until: Option<i64>,
) -> Result<bool, RecordError> {
    let wrong = |e| failed(path, "written", e);
    let keep = room.keep.0 / 1_000;
    if let Some(until) = until {
        let oldest = until.saturating_sub(keep);
        let tx = db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(wrong)?;
        // The last state before the time that is kept is where that time begins to be known.
        let sql = "SELECT max(at) FROM stills WHERE at <= ?1";
        let start: Option<i64> = tx
            .query_row(sql, [oldest], |row| row.get(0))
            .map_err(wrong)?;
        if let Some(start) = start {
            before(&tx, start).map_err(wrong)?;
        }
        state::thin(&tx, until.saturating_sub(24 * HOUR)).map_err(wrong)?;
        tx.commit().map_err(wrong)?;
    }
    let mut full = used(db).map_err(wrong)? > room.bytes;
    while full {
        let tx = db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(wrong)?;
        let dropped = drop_some(&tx);
        tx.commit().map_err(wrong)?;
        if dropped.map_err(wrong)? == 0 {
            break;
        }
        full = used(db).map_err(wrong)? > room.bytes;
    }
    vacuum(db).map_err(wrong)?;
    Ok(full)
}

/// Of what is dropped first, some: heads of messages that are older than anything that can be played, then the oldest time. Gives how much.
fn drop_some(tx: &Transaction<'_>) -> rusqlite::Result<usize> {
    let mut stills =
        tx.prepare("SELECT at, life, (SELECT max(last) FROM heads h WHERE h.life = s.life AND h.at <= s.at) FROM stills s ORDER BY at LIMIT 2")?;
    let stills = stills
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<Vec<(i64, u32, Option<i64>)>>>()?;
    if let Some((_, life, Some(message))) = stills.first() {
        let n = drop_heads(tx, *life, message.saturating_sub(RECENT))?;
        if n > 0 {
            return Ok(n);
        }
    }
    match stills.get(1) {
        Some((next, ..)) => before(tx, *next),
        // One state is left, and with it everything that it needs.
        None => Ok(0),
    }
}

/// Drops the oldest blocks of heads of a life up to a message, but for those of tasks that nobody has reported the end of.
fn drop_heads(tx: &Transaction<'_>, life: u32, until: i64) -> rusqlite::Result<usize> {
    let sql = "SELECT first, list FROM heads WHERE life = ?1 AND last <= ?2 AND at >= 0 ORDER BY first LIMIT ?3";
    let mut found = tx.prepare(sql)?;
    let found = found
        .query_map(params![life, until, BLOCKS], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<Vec<(i64, Vec<u8>)>>>()?;
    for (first, list) in &found {
        let list: Vec<Head> = unpack(list).unwrap_or_default();
        let open: Vec<Head> = list.into_iter().filter(Head::opens_a_task).collect();
        match open.last() {
            // Marked as what was thinned out already.
            Some(_) => tx.execute(
                "UPDATE heads SET at = -1, list = ?3 WHERE life = ?1 AND first = ?2",
                params![life, first, pack(&open)],
            )?,
            None => tx.execute(
                "DELETE FROM heads WHERE life = ?1 AND first = ?2",
                params![life, first],
            )?,
        };
    }
    Ok(found.len())
}

/// Gives the room of what was dropped back. The statement frees a page with every step.
fn vacuum(db: &Connection) -> rusqlite::Result<()> {
    let mut statement = db.prepare("PRAGMA incremental_vacuum")?;
    let mut steps = statement.query([])?;
    while steps.next()?.is_some() {}
    Ok(())
}

/// Drops all that is known only of the time before `start`; gives how many rows.
fn before(tx: &Transaction<'_>, start: i64) -> rusqlite::Result<usize> {
    let hour = hour_of(start);
    let mut n = tx.execute("DELETE FROM stills WHERE at < ?1", [start])?;
    n += state::tidy(tx)?;
    n += tx.execute("DELETE FROM hours WHERE hour < ?1", [hour])?;
    n += tx.execute("DELETE FROM sections WHERE until < ?1", [start])?;
    n += tx.execute("UPDATE sections SET began = ?1 WHERE began < ?1", [start])?;
    n += tx.execute("DELETE FROM troubles WHERE until < ?1", [start * 1_000])?;
    // Of lives that no state is left of.
    for sql in [
        "DELETE FROM heads WHERE life < (SELECT min(life) FROM stills)",
        "DELETE FROM prints WHERE life < (SELECT min(life) FROM stills)",
    ] {
        n += tx.execute(sql, [])?;
    }
    Ok(n)
}

/// Bytes that are in use.
fn used(db: &Connection) -> rusqlite::Result<u64> {
    let pragma = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let pages = pragma("page_count")? - pragma("freelist_count")?;
    Ok(pages
        .saturating_mul(pragma("page_size")?)
        .max(0)
        .unsigned_abs())
}
