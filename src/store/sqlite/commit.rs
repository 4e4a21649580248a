//! One action, all of it or nothing: what came since is folded, what the action rests on is held against it, and only then is
//! anything written. `BEGIN IMMEDIATE` keeps every other writer out from the first read to the commit.

use super::{SqliteStore, configure_writer, reading::Reading};
use crate::{
    domain::{
        Cursor, Timestamp,
        act::{Check, Write},
        audit::{Key, Record, seal},
    },
    store::{Commit, StoreError},
};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::path::PathBuf;

/// Rows of each kind that one statement reads.
const PAGE: usize = 4_096;

/// Called with the name of every step of a commit, before it is taken.
pub type Probe = Box<dyn FnMut(&'static str) + Send>;

impl SqliteStore {
    /// As [`SqliteStore::open`], and it can be written.
    ///
    /// # Errors
    /// As [`SqliteStore::open`]; [`StoreError::NotWritable`] when a table lacks a column that every row needs.
    pub fn open_for_writing(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut store = Self::open_with(path.into(), flags, configure_writer)?;
        let writing = super::writing::Writing::resolve(&store.db, &store.layout)
            .map_err(|e| store.subject.error("read the schema", e))?;
        let writing = writing.map_err(|column| StoreError::NotWritable {
            path: store.subject.name().to_owned(),
            why: format!("it has no column {column}"),
        })?;
        store.writing = Some(writing);
        store.bears()?;
        Ok(store)
    }

    /// Calls `probe` before every step of a commit: the test that a crash between any two leaves all or nothing.
    pub fn probe(&mut self, probe: Probe) {
        self.probe = Some(probe);
    }

    pub(super) fn carry_out(
        &mut self,
        write: &mut Write,
        key: &Key,
        now: Timestamp,
    ) -> Result<Commit, StoreError> {
        let Some(writing) = &self.writing else {
            return Err(StoreError::NotWritable {
                path: self.subject.name().to_owned(),
                why: "it was opened for reading".to_owned(),
            });
        };
        let mut nothing: Probe = Box::new(|_| {});
        let probe = self.probe.as_mut().unwrap_or(&mut nothing);
        let subject = &self.subject;
        if subject.identify().ok() != Some(self.identity) {
            return Err(subject.replaced());
        }
        let failed = |e| subject.error("write", e);
        probe("begin");
        let tx =
            Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate).map_err(failed)?;
        probe("read what came since");
        let caught_up = {
            let mut reading = Reading::new(&tx, &self.layout, &mut self.decoder);
            catch_up(&mut reading, write).map_err(failed)?
        };
        if !caught_up {
            return Err(subject.rewound());
        }
        match write.check() {
            Check::Clear => {}
            Check::Already(row) => return Ok(Commit::Already(row)),
            Check::Clash(clash) => return Ok(Commit::Clash(clash)),
        }
        let mut rows = Vec::with_capacity(write.rows.len());
        for row in &write.rows {
            probe("write a message");
            rows.push(writing.message(&tx, row, now).map_err(failed)?);
        }
        probe("write the audit row");
        let place = (&*now.naive(), writing.session());
        let sealed = seal(&write.entry, write.basis.head.as_ref(), key, place, &rows);
        writing.log(&tx, &sealed).map_err(failed)?;
        probe("commit");
        tx.commit().map_err(failed)?;
        probe("committed");
        Ok(Commit::Written {
            rows: rows.into_iter().map(crate::domain::MessageId).collect(),
            link: sealed.link,
        })
    }

    pub(super) fn read_records(
        &mut self,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let Some(sql) = &self.layout.records else {
            return Ok(Vec::new());
        };
        records(&self.db, sql, after, limit)
            .map_err(|e| self.subject.error("read the audit log", e))
    }
}

/// Folds everything above the basis; `false` when the history is shorter than it.
fn catch_up(reading: &mut Reading<'_>, write: &mut Write) -> rusqlite::Result<bool> {
    let mut cursor: Cursor = write.basis.cursor;
    loop {
        let Some((messages, audits, next)) = reading.rows_after(&cursor, PAGE)? else {
            return Ok(false);
        };
        write.fold(&messages);
        for link in audits.iter().filter_map(|row| row.link.as_deref()) {
            if link.0 == write.entry.actor {
                write.basis.head = Some(link.1.clone());
            }
        }
        match next {
            Some(next) => cursor = next,
            None => return Ok(true),
        }
    }
}

pub(super) fn records(
    db: &Connection,
    sql: &str,
    after: i64,
    limit: usize,
) -> rusqlite::Result<Vec<Record>> {
    let mut statement = db.prepare_cached(sql)?;
    let word = |row: &rusqlite::Row<'_>, at| -> rusqlite::Result<Option<std::sync::Arc<str>>> {
        Ok(row.get::<_, Option<String>>(at)?.map(Into::into))
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    statement
        .query_map([after, limit], |row| {
            Ok(Record {
                id: row.get(0)?,
                conversation: word(row, 1)?,
                session: word(row, 2)?,
                action: word(row, 3)?.unwrap_or_default(),
                details: word(row, 4)?.unwrap_or_default(),
                timestamp: word(row, 5)?.unwrap_or_default(),
            })
        })?
        .collect()
}
