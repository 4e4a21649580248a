//! Conversations that are made and ended, and words that a worker has said for it. Each is one transaction that keeps other writers out.
//! The only statement that names a token is the one that verifies it, and the one that writes two new ones.

use super::{Probe, SqliteStore, writing::Writing};
use crate::{
    domain::{
        ConversationId, MessageId, Schema, Stamp, Timestamp,
        audit::{Entry, Key, Link, Sealed, link, seal},
        credential::NewConversation,
        text,
    },
    store::{Ended, Opened, Said, StoreError, Word, conversation},
};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

/// Columns that a conversation of the bridge has.
const COLUMNS: [&str; 7] = [
    "id",
    "session_a_role",
    "session_b_role",
    "session_a_token",
    "session_b_token",
    "created_at",
    "expires_at",
];
/// Records that one read takes.
const PAGE: usize = 4_096;

/// The newest link of an actor's chain, and the row up to which it was looked for.
pub(super) type Head = (Option<Link>, i64);

impl SqliteStore {
    pub(super) fn open_one(
        &mut self,
        new: &NewConversation,
        entry: &Entry,
        key: &Key,
        now: Timestamp,
    ) -> Result<Opened, StoreError> {
        let head = self.head(&entry.actor, (None, 0))?;
        let mut probe = self.probe.take();
        let done = self.whole(&mut probe, |store, tx, writing, step| {
            if let Some((id, expires)) = lives(tx, new, now)? {
                return Ok(Opened::Already { id, expires });
            }
            let expires = now.plus(new.lifetime);
            step("write the conversation");
            tx.prepare_cached(&insert())?.execute(params![
                new.id.raw(),
                &*new.role_a,
                &*new.role_b,
                new.token_a.reveal(),
                new.token_b.reveal(),
                now.naive(),
                expires.naive(),
            ])?;
            step("write the audit row");
            let details = conversation::roles(&new.role_a, &new.role_b);
            let plain = (new.id.raw(), None, "create_conversation");
            writing.log(tx, &Sealed::plain(plain, details, now))?;
            let link = store.seal_one(tx, writing, head, (entry, key, now))?;
            Ok(Opened::Made { expires, link })
        });
        self.probe = probe;
        done
    }

    pub(super) fn end_one(
        &mut self,
        id: &ConversationId,
        entry: &Entry,
        key: &Key,
        now: Timestamp,
    ) -> Result<Ended, StoreError> {
        let head = self.head(&entry.actor, (None, 0))?;
        let mut probe = self.probe.take();
        let done = self.whole(&mut probe, |store, tx, writing, step| {
            let expiry = "SELECT expires_at FROM conversations WHERE id = ?1";
            let found = tx
                .prepare_cached(expiry)?
                .query_row([id.raw()], |row| row.get::<_, Option<String>>(0))
                .optional()?;
            let over = |raw: Option<String>| {
                Stamp::parse(raw.as_deref())
                    .at()
                    .is_some_and(|at| at <= now)
            };
            if found.is_none_or(over) {
                return Ok(Ended::Before);
            }
            step("write the expiry");
            tx.prepare_cached("UPDATE conversations SET expires_at = ?1 WHERE id = ?2")?
                .execute(params![now.naive(), id.raw()])?;
            step("write the audit row");
            let link = store.seal_one(tx, writing, head, (entry, key, now))?;
            Ok(Ended::Now(link))
        });
        self.probe = probe;
        done
    }

    pub(super) fn say_one(&mut self, word: &Word<'_>, now: Timestamp) -> Result<Said, StoreError> {
        let mut probe = self.probe.take();
        let done = self.whole(&mut probe, |_, tx, writing, step| {
            let id = word.conversation.raw();
            let found = tx
                .prepare_cached("SELECT session_b_token, expires_at FROM conversations WHERE id = ?1")?
                .query_row([id], |row| {
                    let same = row.get_ref(0)?.as_str().is_ok_and(|token| word.token.is(token));
                    Ok((same, row.get::<_, Option<String>>(1)?))
                })
                .optional()?;
            let Some((same, expires)) = found else {
                return Ok(Said::Unknown);
            };
            if !same {
                return Ok(Said::WrongToken);
            }
            let expires = Stamp::parse(expires.as_deref()).at();
            if expires.is_none_or(|at| at <= now) {
                return Ok(Said::Expired);
            }
            let text = text::redact(word.text);
            let before = tx
                .prepare_cached(
                    "SELECT id FROM messages WHERE conversation_id = ?1 AND from_session = 'b' AND message = ?2",
                )?
                .query_row([id, &text], |row| row.get(0))
                .optional()?;
            if let Some(before) = before {
                return Ok(Said::Already(MessageId(before)));
            }
            step("write a message");
            tx.prepare_cached(
                "INSERT INTO messages (conversation_id, from_session, to_session, message, metadata, timestamp)
                 VALUES (?1, 'b', 'a', ?2, '{\"action_type\": \"info\", \"files_involved\": []}', ?3)",
            )?
            .execute(params![id, text, now.naive()])?;
            let row = tx.last_insert_rowid();
            step("write the audit row");
            let details = conversation::sent(&text);
            writing.log(tx, &Sealed::plain((id, Some("b"), "send_message"), details, now))?;
            Ok(Said::Written(MessageId(row)))
        });
        self.probe = probe;
        done
    }

    /// Runs `work` in a transaction that keeps other writers out, on a bridge that has what it needs.
    pub(super) fn whole<T>(
        &mut self,
        probe: &mut Option<Probe>,
        work: impl FnOnce(
            &Self,
            &Connection,
            &Writing,
            &mut dyn FnMut(&'static str),
        ) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let refused = |why: String| StoreError::NotWritable {
            path: self.subject.name().to_owned(),
            why,
        };
        let Some(writing) = &self.writing else {
            return Err(refused("it was opened for reading".to_owned()));
        };
        if self.layout.schema == Schema::Scripts {
            return Err(refused(
                "its tables are those of the scripts, which hold no expiry of conversations; make them with the bridge's own program"
                    .to_owned(),
            ));
        }
        if self.subject.identify().ok() != Some(self.identity) {
            return Err(self.subject.replaced());
        }
        let failed = |e| self.subject.error("write", e);
        if let Some(column) = lacks(&self.db).map_err(failed)? {
            return Err(refused(format!("it has no column conversations.{column}")));
        }
        let mut nothing: Probe = Box::new(|_| {});
        let step = probe.as_mut().unwrap_or(&mut nothing);
        step("begin");
        let tx =
            Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate).map_err(failed)?;
        let done = work(self, &tx, writing, step).map_err(failed)?;
        step("commit");
        tx.commit().map_err(failed)?;
        step("committed");
        Ok(done)
    }

    /// Looks for the newest link of `actor` above a row. O(rows of the log above it).
    pub(super) fn head(&self, actor: &str, from: Head) -> Result<Head, StoreError> {
        self.look(&self.db, actor, from)
            .map_err(|e| self.subject.error("read the audit log", e))
    }

    fn look(&self, db: &Connection, actor: &str, from: Head) -> rusqlite::Result<Head> {
        let (mut newest, mut after) = from;
        let Some(sql) = &self.layout.records else {
            return Ok((newest, after));
        };
        loop {
            let page = super::commit::records(db, sql, after, PAGE)?;
            after = page.last().map_or(after, |record| record.id);
            let own = page.iter().rev().filter_map(|record| link(&record.details));
            if let Some((_, link)) = own.into_iter().find(|(by, _)| &**by == actor) {
                newest = Some(link);
            }
            if page.len() < PAGE {
                return Ok((newest, after));
            }
        }
    }

    /// Writes the next link of the actor's chain, after what came since `head` was looked for.
    pub(super) fn seal_one(
        &self,
        tx: &Connection,
        writing: &Writing,
        head: Head,
        (entry, key, now): (&Entry, &Key, Timestamp),
    ) -> rusqlite::Result<Link> {
        let (head, _) = self.look(tx, &entry.actor, head)?;
        let place = (&*now.naive(), writing.session());
        let sealed = seal(entry, head.as_ref(), key, place, &[]);
        writing.log(tx, &sealed)?;
        Ok(sealed.link)
    }
}

fn insert() -> String {
    let places = ["?"; COLUMNS.len()].join(", ");
    format!(
        "INSERT INTO conversations ({}) VALUES ({places})",
        COLUMNS.join(", ")
    )
}

/// The first column that a conversation needs and the table has not.
fn lacks(db: &Connection) -> rusqlite::Result<Option<&'static str>> {
    let mut names =
        db.prepare_cached("SELECT lower(name) FROM pragma_table_info('conversations')")?;
    let there: Vec<String> = names
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(COLUMNS
        .into_iter()
        .find(|c| !there.iter().any(|name| name == c)))
}

/// The conversation itself, or one between the same roles that lives; the one that lives longest. O(conversations).
fn lives(
    tx: &Connection,
    new: &NewConversation,
    now: Timestamp,
) -> rusqlite::Result<Option<(ConversationId, Option<Timestamp>)>> {
    let sql = "SELECT id, expires_at FROM conversations WHERE id = ?1 OR (session_a_role = ?2 AND session_b_role = ?3)";
    let mut statement = tx.prepare_cached(sql)?;
    let rows = statement.query_map(params![new.id.raw(), &*new.role_a, &*new.role_b], |row| {
        let expires = row.get::<_, Option<String>>(1)?;
        Ok((
            row.get::<_, String>(0)?,
            Stamp::parse(expires.as_deref()).at(),
        ))
    })?;
    let mut found: Option<(ConversationId, Option<Timestamp>)> = None;
    for row in rows {
        let (id, expires) = row?;
        if id == new.id.raw() {
            return Ok(Some((new.id.clone(), expires)));
        }
        let open = new.unless_open && expires.is_some_and(|at| at > now);
        if open && found.as_ref().is_none_or(|(_, best)| *best < expires) {
            found = Some((ConversationId::new(id), expires));
        }
    }
    Ok(found)
}
