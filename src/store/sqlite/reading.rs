//! The queries of one read transaction.

use super::{
    rows::{self, Audits, Decoder},
    schema::{Layout, Paged},
};
use crate::domain::{
    AuditKind, AuditRow, Changes, ConversationRow, Cursor, MessageId, MessageRow, StatusRow,
};
use rusqlite::{Connection, OptionalExtension as _, Params};

/// A call hands over at most this many bytes of text beyond its first message: a page of giant messages ends early.
const TEXT_BUDGET: usize = 32 << 20;

/// Rows that room is made for at once; a longer page grows.
const ROOM: usize = 1 << 14;

/// One read transaction.
pub(super) struct Reading<'a> {
    db: &'a Connection,
    layout: &'a Layout,
    decoder: &'a mut Decoder,
}

/// Messages, audit rows, and where to go on when there are more.
type News = (Vec<MessageRow>, Vec<AuditRow>, Option<Cursor>);

/// Where the tables end.
struct Ends {
    /// Highest keys that exist.
    cursor: Cursor,
    /// Highest keys that were ever given out, where the database remembers: deleting rows does not lower them.
    given: (i64, i64),
}

impl<'a> Reading<'a> {
    pub(super) const fn new(
        db: &'a Connection,
        layout: &'a Layout,
        decoder: &'a mut Decoder,
    ) -> Self {
        Self {
            db,
            layout,
            decoder,
        }
    }

    /// The first picture.
    pub(super) fn newest(&mut self, limit: usize) -> rusqlite::Result<Changes> {
        let end = self.ends()?.cursor;
        let layout = self.layout;
        let mut messages =
            self.messages(layout.messages.as_ref(), Paged::newest, [bound(limit)])?;
        let mut audits = self.audits(Paged::newest, [bound(limit)])?.rows;
        messages.reverse();
        audits.reverse();
        Ok(Changes {
            conversations: Some(self.conversations()?),
            statuses: self.statuses()?,
            messages,
            audits,
            others: 0,
            read: Vec::new(),
            cursor: end,
            end,
            more: false,
        })
    }

    /// What is new; `None` when the history is shorter than the cursor.
    pub(super) fn since(
        &mut self,
        after: &Cursor,
        limit: usize,
        unread: &[MessageId],
    ) -> rusqlite::Result<Option<Changes>> {
        let Ends { cursor, given } = self.ends()?;
        if given.0 < after.message || given.1 < after.audit {
            return Ok(None);
        }
        let end = Cursor {
            message: cursor.message.max(after.message),
            audit: cursor.audit.max(after.audit),
            conversations: cursor.conversations,
        };
        let layout = self.layout;
        // No more rows than keys.
        let page = |from: i64, to: i64| [from, bound(limit).min(to.saturating_sub(from))];
        let messages = self.messages(
            layout.messages.as_ref(),
            Paged::after,
            page(after.message, end.message),
        )?;
        let Audits { rows: audits, made } =
            self.audits(Paged::after, page(after.audit, end.audit))?;
        let cursor = Cursor {
            message: messages.last().map_or(after.message, |m| m.id.0),
            audit: audits.last().map_or(after.audit, |a| a.id),
            conversations: end.conversations,
        };
        let more = cursor.message < end.message || cursor.audit < end.audit;
        // One removed and one made within a poll may leave number and highest row as they were; its audit row tells.
        let moved = end.conversations != after.conversations || (made && !more);
        let delivered = !layout.logs_deliveries
            || (audits.iter()).any(|a| matches!(a.kind, AuditKind::Fetched(1..)));
        Ok(Some(Changes {
            conversations: moved.then(|| self.conversations()).transpose()?,
            statuses: self.statuses()?,
            read: if delivered {
                self.read(unread)?
            } else {
                Vec::new()
            },
            messages,
            audits,
            others: 0,
            cursor,
            end,
            more,
        }))
    }

    /// Messages and audit rows above a cursor, and where to go on when there are more; `None` when the history is shorter than it.
    pub(super) fn rows_after(
        &mut self,
        after: &Cursor,
        limit: usize,
    ) -> rusqlite::Result<Option<News>> {
        let (message, messages_given) = self.last(self.layout.messages.as_ref())?;
        let (audit, audits_given) = self.last(self.layout.audits.as_ref())?;
        if messages_given < after.message || audits_given < after.audit {
            return Ok(None);
        }
        let layout = self.layout;
        let bounds = |from: i64| [from, bound(limit)];
        let messages = self.messages(
            layout.messages.as_ref(),
            Paged::after,
            bounds(after.message),
        )?;
        let audits = self.audits(Paged::after, bounds(after.audit))?.rows;
        let next = Cursor {
            message: messages.last().map_or(after.message, |m| m.id.0),
            audit: audits.last().map_or(after.audit, |a| a.id),
            ..*after
        };
        let more = next.message < message || next.audit < audit;
        Ok(Some((messages, audits, more.then_some(next))))
    }

    /// Messages above one; `None` when so new a one was never written.
    pub(super) fn above(
        &mut self,
        after: MessageId,
        limit: usize,
    ) -> rusqlite::Result<Option<Vec<MessageRow>>> {
        let layout = self.layout;
        let (_, given) = self.last(layout.messages.as_ref())?;
        if given < after.0 {
            return Ok(None);
        }
        let bounds = [after.0, bound(limit)];
        self.messages(layout.messages.as_ref(), Paged::after, bounds)
            .map(Some)
    }

    /// An older page.
    pub(super) fn before(
        &mut self,
        before: MessageId,
        limit: usize,
    ) -> rusqlite::Result<Vec<MessageRow>> {
        let layout = self.layout;
        let mut page = self.messages(
            layout.messages.as_ref(),
            Paged::before,
            [before.0, bound(limit)],
        )?;
        page.reverse();
        Ok(page)
    }

    fn ends(&self) -> rusqlite::Result<Ends> {
        let conversations = match &self.layout.conversations {
            Some(table) => (self.db.prepare_cached(&table.marks)?).query_row([], |row| {
                Ok((
                    row.get::<_, i64>(0)?.cast_unsigned(),
                    row.get::<_, Option<i64>>(1)?.unwrap_or_default(),
                ))
            })?,
            None => (0, 0),
        };
        let (message, messages_given) = self.last(self.layout.messages.as_ref())?;
        let (audit, audits_given) = self.last(self.layout.audits.as_ref())?;
        Ok(Ends {
            cursor: Cursor {
                message,
                audit,
                conversations,
            },
            given: (messages_given, audits_given),
        })
    }

    /// Highest key of a table, and highest one ever given out.
    fn last(&self, table: Option<&Paged>) -> rusqlite::Result<(i64, i64)> {
        let number = |sql: &str| -> rusqlite::Result<i64> {
            let value = (self.db.prepare_cached(sql)?)
                .query_row([], |row| row.get::<_, Option<i64>>(0))
                .optional()?;
            Ok(value.flatten().unwrap_or_default())
        };
        let Some(table) = table else {
            return Ok((0, 0));
        };
        let last = number(&table.last)?;
        let given = table.given.as_deref().map_or(Ok(last), number)?;
        Ok((last, given.max(last)))
    }

    fn conversations(&mut self) -> rusqlite::Result<Vec<ConversationRow>> {
        let mut found = Vec::new();
        if let Some(table) = &self.layout.conversations {
            let mut statement = self.db.prepare_cached(&table.all)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                found.push(self.decoder.conversation(row)?);
            }
        }
        Ok(found)
    }

    fn statuses(&mut self) -> rusqlite::Result<Option<Vec<StatusRow>>> {
        let Some(sql) = &self.layout.statuses else {
            return Ok(None);
        };
        let mut found = Vec::new();
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            found.push(self.decoder.status(row)?);
        }
        Ok(Some(found))
    }

    fn messages<const N: usize>(
        &mut self,
        table: Option<&Paged>,
        sql: impl Fn(&Paged) -> &str,
        bounds: [i64; N],
    ) -> rusqlite::Result<Vec<MessageRow>>
    where
        [i64; N]: Params,
    {
        let mut found = room(&bounds);
        let mut text = 0;
        if let Some(table) = table {
            let mut statement = self.db.prepare_cached(sql(table))?;
            let mut rows = statement.query(bounds)?;
            while text < TEXT_BUDGET
                && let Some(row) = rows.next()?
            {
                let message = self.decoder.message(row)?;
                text += message.text.len();
                found.push(message);
            }
        }
        Ok(found)
    }

    fn audits<const N: usize>(
        &mut self,
        sql: impl Fn(&Paged) -> &str,
        bounds: [i64; N],
    ) -> rusqlite::Result<Audits>
    where
        [i64; N]: Params,
    {
        let mut found = Audits {
            rows: room(&bounds),
            made: false,
        };
        if let Some(table) = &self.layout.audits {
            let mut statement = self.db.prepare_cached(sql(table))?;
            let mut rows = statement.query(bounds)?;
            while let Some(row) = rows.next()? {
                self.decoder.audit(row, &mut found)?;
            }
        }
        Ok(found)
    }

    /// Which of `unread` are read now.
    fn read(&self, unread: &[MessageId]) -> rusqlite::Result<Vec<MessageId>> {
        let mut found = Vec::new();
        if let (Some(sql), false) = (&self.layout.read_mark, unread.is_empty()) {
            let mut statement = self.db.prepare_cached(sql)?;
            for id in unread {
                let read = statement
                    .query_row([id.0], |row| rows::read_mark(row, self.layout.schema))
                    .optional()?;
                if read == Some(true) {
                    found.push(*id);
                }
            }
        }
        Ok(found)
    }
}

/// Room for as many rows as the limit, which is the last bound, lets expect.
fn room<T>(bounds: &[i64]) -> Vec<T> {
    let limit = bounds.last().copied().unwrap_or_default();
    Vec::with_capacity(usize::try_from(limit).unwrap_or_default().min(ROOM))
}

/// A limit as SQLite takes it.
fn bound(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
