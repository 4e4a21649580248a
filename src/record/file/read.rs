//! Reading, while another process may be writing.

use super::{damaged, existing, failed, hour_of, hours, state};
use crate::{
    domain::{Severity, Timestamp, Trouble, text},
    record::{Event, Head, RecordError, Section, Start, Tape, What, block, pack::unpack},
};
use rusqlite::{Connection, params};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The recording of a bridge, for reading.
#[derive(Debug)]
pub struct Reader {
    db: Connection,
    path: PathBuf,
    who: HashMap<i64, Arc<str>>,
}

impl Reader {
    /// Opens the recording at `path`; `None` when there is none. Makes and changes nothing.
    ///
    /// # Errors
    /// As [`RecordError`] says.
    pub fn open(path: &Path) -> Result<Option<Self>, RecordError> {
        Ok(existing(path)?.map(|db| Self {
            db,
            path: path.to_owned(),
            who: HashMap::new(),
        }))
    }

    fn run<T>(&self, done: rusqlite::Result<T>) -> Result<T, RecordError> {
        done.map_err(|e| failed(&self.path, "read", e))
    }

    fn all<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        row: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, RecordError> {
        let read = self.db.prepare_cached(sql).and_then(|mut rows| {
            let rows = rows.query_map(values, row)?;
            rows.collect()
        });
        self.run(read)
    }

    fn broken(&self, what: &str) -> RecordError {
        damaged(&self.path, what)
    }

    /// Heads of a life between two keys, both included, ascending.
    fn heads(&self, life: u32, from: i64, to: i64) -> Result<Vec<Head>, RecordError> {
        let sql =
            "SELECT list FROM heads WHERE life = ?1 AND last >= ?2 AND first <= ?3 ORDER BY first";
        let lists = self.all(sql, params![life, from, to], |row| row.get::<_, Vec<u8>>(0))?;
        let mut heads = Vec::new();
        for list in lists {
            let list: Vec<Head> = unpack(&list).map_err(|_| self.broken("heads of messages"))?;
            heads.extend(
                list.into_iter()
                    .filter(|head| (from..=to).contains(&head.id)),
            );
        }
        // Blocks that were written after a failure may overlap.
        heads.sort_by_key(|head| head.id);
        heads.dedup_by_key(|head| head.id);
        Ok(heads)
    }

    /// Heads of a life by their keys, ascending; those that are not there are left out. O(blocks that hold one).
    fn chosen(&self, life: u32, ids: &[i64]) -> Result<Vec<Head>, RecordError> {
        let sql = "SELECT last FROM heads WHERE life = ?1 AND first <= ?2 AND last >= ?2";
        let (mut heads, mut rest) = (Vec::new(), ids);
        while let Some(first) = rest.first() {
            let block = self.all(sql, params![life, first], |row| row.get::<_, i64>(0))?;
            let last = block.into_iter().max().unwrap_or(*first);
            let (of_it, others) = rest.split_at(rest.partition_point(|id| *id <= last));
            let found = self.heads(life, *first, last)?.into_iter();
            heads.extend(found.filter(|head| of_it.binary_search(&head.id).is_ok()));
            rest = others;
        }
        Ok(heads)
    }

    /// The events of a packed hour.
    fn packed(&mut self, hour: i64) -> Result<Vec<Event>, RecordError> {
        let packed = self.run(hours::get(&self.db, hour))?;
        let Some(packed) = packed else {
            return Ok(Vec::new());
        };
        let (swarm, blocks) = packed.map_err(|_| self.broken("an hour"))?;
        if blocks.keys().any(|who| !self.who.contains_key(who)) {
            let names = self.all("SELECT id, conversation FROM who", [], |row| {
                Ok((row.get(0)?, row.get::<_, String>(1)?.into()))
            })?;
            self.who = names.into_iter().collect();
        }
        let mut events = self.whole(swarm)?;
        for (who, list) in blocks {
            let name = self.who.get(&who).ok_or_else(|| self.broken("a worker"))?;
            let list = block::decode(hour, name, &list);
            events.extend(list.map_err(|_| self.broken("a worker's hour"))?);
        }
        events.sort_by_key(|event| event.ms);
        Ok(events)
    }

    fn gather(&mut self, from: i64, to: i64) -> Result<Vec<Event>, RecordError> {
        let sql = "SELECT hour FROM hours WHERE hour >= ?1 AND hour < ?2 ORDER BY hour";
        let mut events = Vec::new();
        for hour in self.all(sql, [hour_of(from), to], |row| row.get(0))? {
            events.extend(self.packed(hour)?);
        }
        let sql = "SELECT list FROM tail ORDER BY id";
        for bytes in self.all(sql, [], |row| row.get::<_, Vec<u8>>(0))? {
            let came: Vec<Event> =
                serde_json::from_slice(&bytes).map_err(|_| self.broken("the last hour"))?;
            events.extend(came);
        }
        events.retain(|event| (from..to).contains(&event.ms));
        events.sort_by_key(|event| event.ms);
        Ok(events)
    }

    /// Events whose heads are kept elsewhere, with them. A head that is dropped takes its event with it.
    fn whole(&self, mut events: Vec<Event>) -> Result<Vec<Event>, RecordError> {
        // The same key is another message in another life of the bridge.
        let lives = self.all("SELECT at, life FROM stills ORDER BY at", [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?))
        })?;
        let life = |ms: i64| {
            let before = lives.partition_point(|(at, _)| *at <= ms);
            let found = before.checked_sub(1).and_then(|i| lives.get(i));
            found.or(lives.first()).map_or(0, |(_, life)| *life)
        };
        let mut asked: HashMap<u32, (i64, i64)> = HashMap::new();
        for event in &events {
            if let What::Kept(id) = event.what {
                let (from, to) = asked.entry(life(event.ms)).or_insert((id, id));
                (*from, *to) = (id.min(*from), id.max(*to));
            }
        }
        let mut heads: HashMap<(u32, i64), Head> = HashMap::new();
        for (life, (from, to)) in asked {
            let found = self.heads(life, from, to)?;
            heads.extend(found.into_iter().map(|head| ((life, head.id), head)));
        }
        events.retain_mut(|event| {
            let What::Kept(id) = event.what else {
                return true;
            };
            let head = heads.remove(&(life(event.ms), id));
            let found = head.is_some();
            if let Some(head) = head {
                event.what = What::Message(Box::new(head));
            }
            found
        });
        Ok(events)
    }

    /// Between two statements another process may write: what they read must be one picture.
    fn at_once<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, RecordError>,
    ) -> Result<T, RecordError> {
        let begun = self.db.execute_batch("BEGIN");
        self.run(begun)?;
        let found = read(self);
        let ended = self.db.execute_batch("COMMIT");
        self.run(ended)?;
        found
    }

    fn state(&self, at: i64) -> Result<Start, RecordError> {
        let begin = self.run(state::get(&self.db, at))?;
        let begin = begin.ok_or_else(|| self.broken("a state that is gone"))?;
        let begin = begin.map_err(|_| self.broken("a state"))?;
        let (recent, end) = (begin.still.recent().0, begin.still.message().0);
        let mut heads = self.heads(begin.life, recent, end)?;
        // Those of the hour that is not packed yet.
        let newest = heads.last().map_or(i64::MIN, |head| head.id);
        heads.extend(self.chosen(begin.life, begin.still.older())?);
        let sql = "SELECT list FROM tail WHERE life = ?1 ORDER BY id";
        for list in self.all(sql, [begin.life], |row| row.get::<_, Vec<u8>>(0))? {
            let list: Vec<Event> =
                serde_json::from_slice(&list).map_err(|_| self.broken("the last hour"))?;
            heads.extend(list.into_iter().filter_map(|event| match event.what {
                What::Message(head) if head.id > newest && head.id <= end => Some(*head),
                _ => None,
            }));
        }
        heads.sort_by_key(|head| head.id);
        Ok(Start { begin, heads })
    }
}

impl Tape for Reader {
    fn sections(&mut self) -> Result<Vec<Section>, RecordError> {
        let sql = "SELECT began, until FROM sections WHERE until >= began ORDER BY began";
        self.all(sql, [], |row| {
            Ok(Section {
                from: row.get(0)?,
                until: row.get(1)?,
            })
        })
    }

    fn starts(&mut self) -> Result<Vec<i64>, RecordError> {
        self.all("SELECT at FROM stills ORDER BY at", [], |row| row.get(0))
    }

    fn start(&mut self, at: i64) -> Result<Start, RecordError> {
        self.at_once(|this| this.state(at))
    }

    fn events(&mut self, from: i64, to: i64) -> Result<Vec<Event>, RecordError> {
        self.at_once(|this| this.gather(from, to))
    }

    fn troubles(&mut self) -> Result<Option<Vec<Trouble>>, RecordError> {
        let sql = "SELECT since, until, severity, what FROM troubles ORDER BY since";
        let all = self.all(sql, [], |row| {
            let what: String = row.get(3)?;
            Ok(Trouble {
                from: Timestamp(row.get(0)?),
                until: row.get::<_, Option<i64>>(1)?.map(Timestamp),
                severity: severity(row.get(2)?),
                what: text::line(&what).into(),
            })
        })?;
        Ok(Some(all))
    }
}

fn severity(n: u8) -> Severity {
    [
        Severity::Ok,
        Severity::Notice,
        Severity::Warning,
        Severity::Critical,
    ]
    .into_iter()
    .find(|s| *s as u8 == n)
    .unwrap_or(Severity::Unknown)
}
