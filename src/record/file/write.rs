//! Writing: one process at a time, in short transactions.

mod troubles;

use super::{
    HOUR, Room, damaged, failed, held, hour_of, hours, hours::Hour, lock, open, state, tidy,
};
use crate::record::{
    Begin, Beginning, Event, Head, RecordError, What, event::ms, pack::pack, tap::Held,
};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
};

/// Heads in one block.
const HEADS: usize = 512;
/// Writes between two looks at the size of the file.
const LOOK: u32 = 30;

/// The recording of a bridge, for the one process that writes it.
#[derive(Debug)]
pub struct Writer {
    db: Connection,
    room: Room,
    _lock: File,
    now: Now,
}

/// Where the writing stands.
#[derive(Debug, Clone)]
struct Now {
    path: PathBuf,
    section: Option<i64>,
    life: u32,
    /// The hour of what lies in the tail; `None` when there is nothing.
    hour: Option<i64>,
    /// Until when all was seen.
    until: i64,
    /// Since when the clock made no jump that is longer than what is kept.
    steady: i64,
    /// Writes until the size is looked at.
    look: u32,
}

impl Writer {
    /// Opens the recording at `path`; `None` when another process writes it. Makes what is missing. A file that is damaged is moved aside, and
    /// a new one begins.
    ///
    /// # Errors
    /// As [`RecordError`] says.
    pub fn open(path: &Path, room: Room) -> Result<Option<Self>, RecordError> {
        // The lock first: nobody moves a file away under who writes it.
        let Some(mut lock) = lock::take(path)? else {
            return Ok(None);
        };
        match Self::locked(path, room, &mut lock) {
            Err(error @ RecordError::Damaged { .. }) => {
                lock::set_aside(path).map_err(|_| error)?;
                Self::locked(path, room, &mut lock)
            }
            opened => opened,
        }
        .map(Some)
    }

    fn locked(path: &Path, room: Room, lock: &mut File) -> Result<Self, RecordError> {
        let now = Now {
            path: path.to_owned(),
            section: None,
            life: 0,
            hour: None,
            until: i64::MIN,
            steady: i64::MAX,
            look: 0,
        };
        let db = open(path)?;
        // Both are of one lock.
        let lock = lock
            .try_clone()
            .map_err(|e| super::place(path, "locked", e))?;
        let mut writer = Self {
            db,
            room,
            _lock: lock,
            now,
        };
        // What another process left in the tail, in order or not.
        writer.transact(|tx, now| now.pack_tail(tx))?;
        Ok(writer)
    }

    /// What the file holds.
    ///
    /// # Errors
    /// As [`RecordError`] says.
    pub(in crate::record) fn held(&self) -> Result<Held, RecordError> {
        held::read(&self.db).map_err(|e| failed(&self.now.path, "read", e))
    }

    /// A recording begins, or goes on after a gap: a new section.
    ///
    /// # Errors
    /// As [`RecordError`] says; nothing of it was written then.
    pub fn begin(&mut self, beginning: &Beginning) -> Result<(), RecordError> {
        let Beginning { begin, same, heads } = beginning;
        let at = ms(begin.still.at());
        let keep = self.room.keep.0 / 1_000;
        self.transact(|tx, this| {
            this.life = begin.life;
            this.pack_tail(tx)?;
            this.share(tx, *same)?;
            for list in heads.chunks(HEADS) {
                this.heads(tx, list, at)?;
            }
            this.still_in(tx, begin)?;
            let sql = "SELECT max(until) FROM sections";
            let last: Option<i64> = this.run(tx.query_row(sql, [], |row| row.get(0)))?;
            this.run(troubles::close(tx, last.unwrap_or(at)))?;
            this.run(tx.execute("INSERT INTO sections(began, until) VALUES (?1, ?1)", [at]))?;
            this.section = Some(tx.last_insert_rowid());
            let jumped = last.is_some_and(|last| at.saturating_sub(last) > keep);
            this.steady = if jumped { at } else { i64::MIN };
            (this.until, this.look) = (at, 0);
            Ok(())
        })
    }

    /// A state to start from in the middle of a section.
    ///
    /// # Errors
    /// As [`RecordError`] says.
    pub fn still(&mut self, begin: &Begin) -> Result<(), RecordError> {
        self.transact(|tx, this| this.still_in(tx, begin))
    }

    /// What was seen, ascending, and that all was seen until `until`. Packs the hour that is over. `true` when the file is full, and nothing can
    /// be dropped before there is a later state to start from.
    ///
    /// # Errors
    /// As [`RecordError`] says; nothing of it was written then.
    pub fn write(&mut self, events: &[Event], until: i64) -> Result<bool, RecordError> {
        let Some(section) = self.now.section else {
            return Ok(false);
        };
        let now = hour_of(until);
        let over = self.now.hour.is_some_and(|hour| hour < now);
        let keep = self.room.keep.0 / 1_000;
        self.transact(|tx, this| {
            if over {
                this.pack_tail(tx)?;
            }
            if !events.is_empty() {
                let sql = "INSERT INTO tail(life, list) VALUES (?1, ?2)";
                let list = serde_json::to_vec(events).unwrap_or_default();
                this.run(tx.execute(sql, params![this.life, list]))?;
                this.hour.get_or_insert(now);
            }
            if until.saturating_sub(this.until) > keep {
                this.steady = until;
            }
            this.until = this.until.max(until);
            let sql = "UPDATE sections SET until = max(until, ?2) WHERE id = ?1";
            this.run(tx.execute(sql, [section, until])).map(drop)
        })?;
        let look = self.now.look == 0;
        self.now.look = self.now.look.checked_sub(1).unwrap_or(LOOK);
        if over || look {
            return self.tidy(until);
        }
        Ok(false)
    }

    /// Drops what is too old or too much; `true` when there is still too much.
    fn tidy(&mut self, until: i64) -> Result<bool, RecordError> {
        // A clock that was just set far ahead says nothing about what is old.
        let old = until.saturating_sub(self.now.steady) >= HOUR;
        tidy::tidy(
            &mut self.db,
            &self.now.path,
            &self.room,
            old.then_some(until),
        )
    }

    /// The file is full: what lies before this state goes.
    ///
    /// # Errors
    /// As [`RecordError`] says.
    pub(in crate::record) fn only_from(&mut self, begin: &Begin) -> Result<(), RecordError> {
        let until = self.now.until;
        self.transact(|tx, this| {
            this.pack_tail(tx)?;
            this.still_in(tx, begin)
        })?;
        self.tidy(until).map(drop)
    }

    /// All of it, or nothing.
    fn transact(
        &mut self,
        write: impl FnOnce(&Transaction<'_>, &mut Now) -> Result<(), RecordError>,
    ) -> Result<(), RecordError> {
        let before = self.now.clone();
        let wrong = |e| failed(&before.path, "written", e);
        let tx = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(wrong)?;
        let done = write(&tx, &mut self.now).and_then(|()| tx.commit().map_err(wrong));
        if done.is_err() {
            self.now = before;
        }
        done
    }

    fn run<T>(&self, done: rusqlite::Result<T>) -> Result<T, RecordError> {
        self.now.run(done)
    }
}

impl Now {
    fn run<T>(&self, done: rusqlite::Result<T>) -> Result<T, RecordError> {
        done.map_err(|e| failed(&self.path, "written", e))
    }

    fn still_in(&self, tx: &Transaction<'_>, begin: &Begin) -> Result<(), RecordError> {
        self.run(state::put(tx, begin))
    }

    /// A block of heads, ascending.
    fn heads(&self, tx: &Transaction<'_>, list: &[Head], at: i64) -> Result<(), RecordError> {
        let (Some(oldest), Some(newest)) = (list.first(), list.last()) else {
            return Ok(());
        };
        let sql = "INSERT OR REPLACE INTO heads VALUES (?1, ?2, ?3, ?4, ?5)";
        let row = params![self.life, oldest.id, newest.id, at, pack(&list)];
        self.run(tx.execute(sql, row))?;
        let sql = "INSERT OR REPLACE INTO prints VALUES (?1, ?2, ?3)";
        let row = params![self.life, newest.id, newest.print()];
        self.run(tx.execute(sql, row)).map(drop)
    }

    /// What a new life of the bridge has in common with the one before: the messages up to `same`.
    fn share(&self, tx: &Transaction<'_>, same: i64) -> Result<(), RecordError> {
        let Some(before) = self.life.checked_sub(1).filter(|_| same > 0) else {
            return Ok(());
        };
        for sql in [
            "INSERT OR IGNORE INTO heads SELECT ?1, first, last, at, list FROM heads WHERE life = ?2 AND last <= ?3",
            "INSERT OR IGNORE INTO prints SELECT ?1, id, print FROM prints WHERE life = ?2 AND id <= ?3",
        ] {
            self.run(tx.execute(sql, params![self.life, before, same]))?;
        }
        Ok(())
    }

    /// Packs what lies in the tail by hour and worker.
    fn pack_tail(&mut self, tx: &Transaction<'_>) -> Result<(), RecordError> {
        let mut hours: BTreeMap<i64, Hour> = BTreeMap::new();
        let mut heads: BTreeMap<(u32, i64), Head> = BTreeMap::new();
        let read = tx
            .prepare("SELECT life, list FROM tail ORDER BY id")
            .and_then(|mut rows| {
                let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
                rows.collect::<rusqlite::Result<Vec<(u32, Vec<u8>)>>>()
            });
        for (life, list) in self.run(read)? {
            let list: Vec<Event> =
                serde_json::from_slice(&list).map_err(|_| damaged(&self.path, "the last hour"))?;
            for event in list {
                let hour = hours.entry(hour_of(event.ms)).or_default();
                match event.what {
                    What::Message(head) => {
                        let what = What::Kept(head.id);
                        hour.swarm.push(Event { ms: event.ms, what });
                        heads.insert((life, head.id), *head);
                    }
                    What::Beat(ref beat) => hour.of(&beat.who).push(event),
                    What::Act(ref act) => hour.of(&act.who).push(event),
                    _ => hour.swarm.push(event),
                }
            }
        }
        let life = self.life;
        let all: Vec<((u32, i64), Head)> = heads.into_iter().collect();
        for same in all.chunk_by(|a, b| a.0.0 == b.0.0) {
            let list: Vec<Head> = same.iter().map(|(_, head)| head.clone()).collect();
            let at = hours.keys().next().copied().unwrap_or_default();
            self.life = same.first().map_or(life, |(key, _)| key.0);
            for list in list.chunks(HEADS) {
                self.heads(tx, list, at)?;
            }
        }
        self.life = life;
        for (hour, list) in &mut hours {
            self.run(hours::put(tx, *hour, list))?
                .map_err(|_| damaged(&self.path, "a packed hour"))?;
        }
        self.run(tx.execute("DELETE FROM tail", []))?;
        self.hour = None;
        Ok(())
    }
}
