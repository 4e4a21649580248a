//! What is too old, or too much, is dropped: the oldest first, and never what a later state rests on.

use super::{Room, failed, hour_of};
use crate::record::RecordError;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior};
use std::path::Path;

/// Drops until the file has room. `until` is the present, in milliseconds.
pub(super) fn tidy(
    db: &mut Connection,
    path: &Path,
    room: &Room,
    until: i64,
) -> Result<(), RecordError> {
    let wrong = |e| failed(path, "written", e);
    let oldest = until.saturating_sub(room.keep.0 / 1_000);
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(wrong)?;
    // The last state before the time that is kept is where that time begins to be known.
    let start: Option<i64> = tx
        .query_row(
            "SELECT max(at) FROM stills WHERE at <= ?1",
            [oldest],
            |row| row.get(0),
        )
        .map_err(wrong)?;
    if let Some(start) = start {
        before(&tx, start).map_err(wrong)?;
    }
    tx.commit().map_err(wrong)?;
    while used(db).map_err(wrong)? > room.bytes {
        let tx = db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(wrong)?;
        let next: Option<i64> = tx
            .query_row(
                "SELECT at FROM stills ORDER BY at LIMIT 1 OFFSET 1",
                [],
                |row| row.get(0),
            )
            .optional()
            .map_err(wrong)?;
        let dropped = match next {
            Some(next) => before(&tx, next),
            // One state is left: then the oldest messages go, and the totals stay.
            None => tx.execute(
                "DELETE FROM heads WHERE (life, first) IN (SELECT life, first FROM heads ORDER BY life, first LIMIT 16)",
                [],
            ),
        };
        tx.commit().map_err(wrong)?;
        if dropped.map_err(wrong)? == 0 {
            break;
        }
    }
    db.execute_batch("PRAGMA incremental_vacuum").map_err(wrong)
}

/// Drops all that is known only of the time before `start`; gives how many rows.
fn before(tx: &Transaction<'_>, start: i64) -> rusqlite::Result<usize> {
    let hour = hour_of(start);
    let mut n = tx.execute("DELETE FROM stills WHERE at < ?1", [start])?;
    n += tx.execute("DELETE FROM blocks WHERE hour < ?1", [hour])?;
    n += tx.execute("DELETE FROM sections WHERE until < ?1", [start])?;
    n += tx.execute("UPDATE sections SET began = ?1 WHERE began < ?1", [start])?;
    n += tx.execute("DELETE FROM troubles WHERE until < ?1", [start * 1_000])?;
    // Of lives that no state is left of.
    n += tx.execute(
        "DELETE FROM heads WHERE life < (SELECT min(life) FROM stills)",
        [],
    )?;
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
