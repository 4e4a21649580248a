//! Signs of life and read marks of one side, each in one short transaction that keeps other writers out. The token and the expiry are held
//! against the row in the same transaction; a status that an agent reported is never touched.

use super::{SqliteStore, writing::Writing};
use crate::{
    domain::{MessageId, Schema, Side, Stamp, Timestamp, audit::Sealed},
    store::{Bearer, Beaten, Denied, Proved, StoreError, Taken},
};
use rusqlite::{
    Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior, params,
    types::ValueRef,
};
use std::path::PathBuf;

/// Statements for one side.
struct Statements {
    /// Token and expiry of the conversation `?1`.
    find: String,
    update: String,
    insert: String,
    mark: String,
    /// A token can be verified.
    proves: bool,
}

/// Statements for both sides.
pub(super) struct Bearing([Statements; 2]);

impl Bearing {
    /// Resolves the columns; the inner error names the first one that nothing can be written without.
    pub(super) fn resolve(
        db: &Connection,
        schema: Schema,
    ) -> rusqlite::Result<Result<Self, String>> {
        let columns = |table: &str| -> rusqlite::Result<Vec<String>> {
            let mut names = db.prepare("SELECT lower(name) FROM pragma_table_info(?1)")?;
            names.query_map([table], |row| row.get(0))?.collect()
        };
        let (owners, statuses) = (columns("conversations")?, columns("session_status")?);
        let has = |list: &[String], name: &str| list.iter().any(|c| c == name);
        for needed in ["conversation_id", "session_id", "last_heartbeat"] {
            if !has(&statuses, needed) {
                return Ok(Err(format!("session_status.{needed}")));
            }
        }
        let dated = has(&owners, "expires_at");
        if schema == Schema::Bridge && !dated {
            return Ok(Err("conversations.expires_at".to_owned()));
        }
        let side = |letter: &str| {
            let names = [format!("session_{letter}_token"), format!("token_{letter}")];
            let token = names.into_iter().find(|name| has(&owners, name));
            if token.is_none() && schema == Schema::Bridge {
                return Err(format!("conversations.session_{letter}_token"));
            }
            Ok(Statements::new(
                schema,
                letter,
                token.as_deref(),
                dated,
                has(&statuses, "status"),
            ))
        };
        Ok(side("a").and_then(|a| Ok(Self([a, side("b")?]))))
    }

    const fn of(&self, side: Side) -> Option<&Statements> {
        let [a, b] = &self.0;
        match side {
            Side::A => Some(a),
            Side::B => Some(b),
            Side::Other => None,
        }
    }
}

impl Statements {
    fn new(schema: Schema, letter: &str, token: Option<&str>, dated: bool, reported: bool) -> Self {
        let expires = if dated { "expires_at" } else { "NULL" };
        // The scripts keep one row for a conversation, whoever it is about.
        let (name, row, first) = match schema {
            Schema::Bridge => {
                let upper = letter.to_ascii_uppercase();
                let row = format!(
                    "conversation_id = ?1 AND session_id IN ('{letter}', '{upper}', 'session_{letter}')"
                );
                (letter.to_owned(), row, "waiting")
            }
            Schema::Scripts => (
                format!("session_{letter}"),
                "conversation_id = ?1".to_owned(),
                "active",
            ),
        };
        let insert = if reported {
            format!(
                "INSERT INTO session_status (conversation_id, session_id, status, last_heartbeat) VALUES (?1, '{name}', '{first}', ?2)"
            )
        } else {
            format!(
                "INSERT INTO session_status (conversation_id, session_id, last_heartbeat) VALUES (?1, '{name}', ?2)"
            )
        };
        let mark = match schema {
            Schema::Bridge => format!(
                "UPDATE messages SET read = 1 WHERE id = ?2 AND conversation_id = ?1 AND to_session IN ('{letter}', '{}', 'session_{letter}') AND read = 0",
                letter.to_ascii_uppercase()
            ),
            Schema::Scripts => format!(
                "UPDATE messages SET read_by_{letter} = 1 WHERE id = ?2 AND conversation_id = ?1 AND read_by_{letter} = 0"
            ),
        };
        Self {
            find: format!(
                "SELECT {}, {expires} FROM conversations WHERE id = ?1",
                token.unwrap_or("NULL")
            ),
            update: format!("UPDATE session_status SET last_heartbeat = ?2 WHERE {row}"),
            insert,
            mark,
            proves: token.is_some(),
        }
    }

    /// Holds the bearer against its conversation.
    fn admit(
        &self,
        tx: &Connection,
        schema: Schema,
        bearer: &Bearer<'_>,
        now: Timestamp,
    ) -> rusqlite::Result<Result<(), Denied>> {
        let found = tx
            .prepare_cached(&self.find)?
            .query_row([bearer.conversation.raw()], |row| {
                let same = (row.get_ref(0)?.as_str()).is_ok_and(|token| bearer.token.is(token));
                // A time that is no text is a time that does not parse.
                let expires = match row.get_ref(1)? {
                    ValueRef::Null => None,
                    other => Some(other.as_str().unwrap_or("?").to_owned()),
                };
                Ok((same, expires))
            })
            .optional()?;
        let Some((same, expires)) = found else {
            return Ok(Err(Denied::Unknown));
        };
        if self.proves && !same {
            return Ok(Err(Denied::WrongToken));
        }
        let at = Stamp::parse(expires.as_deref()).at();
        let over = match at {
            Some(at) => at <= now,
            None => schema == Schema::Bridge || expires.is_some(),
        };
        Ok(if over { Err(Denied::Expired) } else { Ok(()) })
    }
}

impl SqliteStore {
    /// As [`SqliteStore::open_for_writing`], for signs of life: there a commit need not be on the disk when it says so, and a missing table
    /// of messages is in nobody's way. Its writer takes part in checkpoints, because it may be the only one for days.
    ///
    /// # Errors
    /// As [`SqliteStore::open`]; [`StoreError::NotWritable`] when a column lacks that tells whose a conversation is.
    pub fn open_for_beats(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut store = Self::open_with(path.into(), flags, configure)?;
        store.bears()?;
        if store.bearing.is_none() {
            return Err(store.unbearable());
        }
        let writing = Writing::resolve(&store.db, &store.layout)
            .map_err(|e| store.subject.error("read the schema", e))?;
        store.writing = writing.ok();
        Ok(store)
    }

    /// Finds out what signs of life are written with.
    pub(super) fn bears(&mut self) -> Result<(), StoreError> {
        let found = Bearing::resolve(&self.db, self.layout.schema)
            .map_err(|e| self.subject.error("read the schema", e))?;
        match found {
            Ok(bearing) => self.bearing = Some(bearing),
            Err(column) => self.unborne = Some(column),
        }
        Ok(())
    }

    fn unbearable(&self) -> StoreError {
        let why = self.unborne.as_ref().map_or_else(
            || "it was opened for reading".to_owned(),
            |column| format!("it has no column {column}"),
        );
        StoreError::NotWritable {
            path: self.subject.name().to_owned(),
            why,
        }
    }

    pub(super) fn beat_one(
        &mut self,
        bearer: &Bearer<'_>,
        now: Timestamp,
    ) -> Result<Beaten, StoreError> {
        self.borne(bearer, now, |tx, statements| {
            let id = bearer.conversation.raw();
            let at = now.naive();
            let updated = tx
                .prepare_cached(&statements.update)?
                .execute(params![id, at])?;
            if updated == 0 {
                tx.prepare_cached(&statements.insert)?
                    .execute(params![id, at])?;
            }
            Ok(Beaten::Written {
                first: updated == 0,
                proved: statements.proves,
            })
        })
        .map(|done| done.unwrap_or_else(Beaten::Denied))
    }

    pub(super) fn take_some(
        &mut self,
        bearer: &Bearer<'_>,
        ids: &[MessageId],
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        let schema = self.layout.schema;
        let writing = self.writing.as_ref();
        self.borne(bearer, now, |tx, statements| {
            let id = bearer.conversation.raw();
            let mut marked = 0;
            let mut statement = tx.prepare_cached(&statements.mark)?;
            for message in ids {
                marked += statement.execute(params![id, message.0])?;
            }
            if let (Schema::Bridge, Some(writing), 1..) = (schema, writing, marked) {
                // Readers look at the marks again where such a row says that something was fetched.
                let letter = if bearer.side == Side::A { "a" } else { "b" };
                let plain = (id, Some(letter), "get_messages");
                writing.log(
                    tx,
                    &Sealed::plain(plain, format!("{{\"count\": {marked}}}"), now),
                )?;
            }
            Ok(Taken::Marked(marked))
        })
        .map(|done| done.unwrap_or_else(Taken::Denied))
    }

    pub(super) fn prove_one(
        &mut self,
        bearer: &Bearer<'_>,
        now: Timestamp,
    ) -> Result<Proved, StoreError> {
        let (db, schema, subject) = (&self.db, self.layout.schema, &self.subject);
        if subject.identify().ok() != Some(self.identity) {
            return Err(subject.replaced());
        }
        let failed = |e| subject.error("read the schema", e);
        let bearing = match (&self.bearing, &mut self.proving) {
            (Some(bearing), _) => bearing,
            (None, Some(Ok(bearing))) => bearing,
            (None, Some(Err(_))) => return Ok(Proved::Unprovable),
            (None, none) => match none.insert(Bearing::resolve(db, schema).map_err(failed)?) {
                Ok(bearing) => bearing,
                Err(_) => return Ok(Proved::Unprovable),
            },
        };
        let Some(statements) = bearing.of(bearer.side) else {
            return Ok(Proved::Denied(Denied::WrongToken));
        };
        let admitted = statements.admit(db, schema, bearer, now);
        let admitted = admitted.map_err(|e| subject.error("hold a token against the bridge", e))?;
        Ok(match admitted {
            Err(denied) => Proved::Denied(denied),
            Ok(()) if statements.proves => Proved::Yes,
            Ok(()) => Proved::Unprovable,
        })
    }

    /// Runs `work` for a bearer that is who it says it is.
    fn borne<T>(
        &self,
        bearer: &Bearer<'_>,
        now: Timestamp,
        work: impl FnOnce(&Connection, &Statements) -> rusqlite::Result<T>,
    ) -> Result<Result<T, Denied>, StoreError> {
        let Some(bearing) = &self.bearing else {
            return Err(self.unbearable());
        };
        let Some(statements) = bearing.of(bearer.side) else {
            return Ok(Err(Denied::WrongToken));
        };
        if self.subject.identify().ok() != Some(self.identity) {
            return Err(self.subject.replaced());
        }
        let failed = |e| self.subject.error("write", e);
        let tx =
            Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate).map_err(failed)?;
        if let Err(denied) = statements
            .admit(&tx, self.layout.schema, bearer, now)
            .map_err(failed)?
        {
            return Ok(Err(denied));
        }
        let done = work(&tx, statements).map_err(failed)?;
        tx.commit().map_err(failed)?;
        Ok(Ok(done))
    }
}

/// A lost beat is made good by the next one: with a write-ahead log none waits for the disk. A rollback journal keeps the full care.
fn configure(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(super::WRITE_WAIT)?;
    db.set_prepared_statement_cache_capacity(super::STATEMENTS);
    db.execute_batch("PRAGMA trusted_schema = OFF;")?;
    let journal: String = db.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    match journal.to_ascii_lowercase().as_str() {
        "wal" => db.execute_batch("PRAGMA synchronous = NORMAL;")?,
        // The journal is cut to nothing instead of being made and removed for every beat; other writers keep their own way.
        "delete" => db.execute_batch("PRAGMA journal_mode = TRUNCATE;")?,
        _ => {}
    }
    // Enough for what one statement touches: many processes keep a bridge open.
    db.execute_batch("PRAGMA cache_size = -512;")
}
