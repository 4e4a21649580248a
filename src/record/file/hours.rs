//! What was seen in an hour that is over: of the swarm as a list, of each worker as a block of its own. The blocks of an hour are alike, and
//! deflated together.

use crate::record::{
    Event,
    block::{self, Broken},
    pack::{deflate, inflate, pack, unpack},
};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// What was seen in an hour.
#[derive(Debug, Default)]
pub(super) struct Hour {
    pub(super) swarm: Vec<Event>,
    workers: HashMap<Arc<str>, Vec<Event>>,
}

impl Hour {
    pub(super) fn of(&mut self, who: &Arc<str>) -> &mut Vec<Event> {
        self.workers.entry(Arc::clone(who)).or_default()
    }
}

/// An hour as it is read: of the swarm, and the block of each worker by its number.
type Packed = (Vec<Event>, BTreeMap<i64, Vec<u8>>);

/// The hour that begins at `hour`; `None` when nothing was packed of it. O(bytes).
pub(super) fn get(db: &Connection, hour: i64) -> rusqlite::Result<Option<Result<Packed, Broken>>> {
    let mut found = db.prepare_cached("SELECT swarm, workers FROM hours WHERE hour = ?1")?;
    let found = found.query_row([hour], |row| Ok((row.get(0)?, row.get(1)?)));
    let found: Option<(Vec<u8>, Vec<u8>)> = found.optional()?;
    Ok(found.map(|(swarm, workers)| Ok((unpack(&swarm)?, block::split(&inflate(&workers)?)?))))
}

/// Writes an hour; what was packed of it before is taken along. `Err` inside when that does not read. O(events).
pub(super) fn put(
    db: &Connection,
    hour: i64,
    seen: &mut Hour,
) -> rusqlite::Result<Result<(), Broken>> {
    let (mut swarm, mut blocks) = match get(db, hour)?.transpose() {
        Ok(before) => before.unwrap_or_default(),
        Err(broken) => return Ok(Err(broken)),
    };
    swarm.append(&mut seen.swarm);
    for (name, events) in &mut seen.workers {
        let sql = "INSERT INTO who(conversation) VALUES (?1) ON CONFLICT DO UPDATE SET conversation = excluded.conversation RETURNING id";
        let who: i64 = db
            .prepare_cached(sql)?
            .query_row([&**name], |row| row.get(0))?;
        let before = blocks.get(&who).map(|list| block::decode(hour, name, list));
        let mut all = match before.transpose() {
            Ok(before) => before.unwrap_or_default(),
            Err(broken) => return Ok(Err(broken)),
        };
        all.append(events);
        blocks.insert(who, block::encode(hour, &all));
    }
    let row = params![hour, pack(&swarm), deflate(&block::join(&blocks))];
    let sql = "INSERT OR REPLACE INTO hours VALUES (?1, ?2, ?3)";
    db.execute(sql, row).map(|_| Ok(()))
}
