//! Rows, in pages that fit on a line. One that alone does not fit is cut.

use super::{
    answer::Out,
    desk::{Desk, Refusal},
};
use crate::{
    domain::{ConversationId, Cursor, MessageId, MessageRow, text},
    store::{
        Bearer, Proved,
        pipe::{
            call::{ChangesArgs, FromArgs, RecordsForm, RowsForm, Scope},
            form::ChangesForm,
        },
    },
};
use std::io;

/// Rows of one answer, however many are asked for.
const ROWS: usize = 1 << 14;

impl Desk {
    /// Answers with as many rows as fit on a line; one that alone does not fit is cut.
    pub(super) fn changes(
        &mut self,
        n: u64,
        args: &ChangesArgs,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        let unread: Vec<_> = args.unread.iter().copied().map(MessageId).collect();
        let after = args.after.map(Cursor::from);
        let mut limit = args.limit.min(ROWS);
        loop {
            let mut changes = match &after {
                Some(after) => self.store.changes(after, limit, &unread)?,
                None => self.store.newest(limit)?,
            };
            if out.ok(n, &ChangesForm::from(&changes))? {
                return Ok(());
            }
            let rows = changes.messages.len().max(changes.audits.len());
            if rows <= 1 {
                cut(&mut changes.messages, out);
                return self.say(out, n, &ChangesForm::from(&changes));
            }
            limit = rows / 2;
        }
    }

    pub(super) fn page(
        &mut self,
        n: u64,
        args: &FromArgs,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        let mut limit = args.limit.min(ROWS);
        loop {
            let mut rows = self.store.page(MessageId(args.from), limit)?;
            let next = rows.first().map_or(args.from, |m| m.id.0);
            let more = limit < args.limit;
            if rows_fit(out, n, &rows, (next, more))? {
                return Ok(());
            }
            if rows.len() <= 1 {
                cut(&mut rows, out);
                rows_fit(out, n, &rows, (next, true))?;
                return Ok(());
            }
            limit = rows.len() / 2;
        }
    }

    /// Whether a conversation may be read on this pipe: everything by operators, by workers what they still prove.
    fn readable(&mut self) -> Result<Option<Vec<ConversationId>>, Refusal> {
        if self.scope == Scope::Operators {
            return Ok(None);
        }
        let now = self.now.as_ref().map(|now| now());
        let mut all = Vec::with_capacity(self.proofs.len());
        for (id, (side, token)) in &self.proofs {
            let bearer = Bearer {
                conversation: id,
                side: *side,
                token,
            };
            let proved = match now {
                Some(now) => self.store.prove(&bearer, now)?,
                None => Proved::Yes,
            };
            if proved == Proved::Yes {
                all.push(id.clone());
            }
        }
        Ok(Some(all))
    }

    pub(super) fn since(
        &mut self,
        n: u64,
        args: &FromArgs,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        let own = self.readable()?;
        let mut limit = args.limit.min(ROWS);
        loop {
            let mut rows = self.store.since(MessageId(args.from), limit)?;
            let next = rows.last().map_or(args.from, |m| m.id.0);
            let mut more = limit < args.limit;
            let found = rows.len();
            if let Some(own) = &own {
                more |= found >= limit;
                rows.retain(|row| own.binary_search(&row.conversation).is_ok());
            }
            if rows_fit(out, n, &rows, (next, more))? {
                return Ok(());
            }
            if found <= 1 {
                cut(&mut rows, out);
                rows_fit(out, n, &rows, (next, true))?;
                return Ok(());
            }
            limit = found / 2;
        }
    }

    pub(super) fn records(
        &mut self,
        n: u64,
        args: &FromArgs,
        out: &mut Out<'_>,
    ) -> Result<(), Refusal> {
        let mut limit = args.limit.min(ROWS);
        loop {
            let records = self.store.records(args.from, limit)?;
            let form = RecordsForm {
                records: records.iter().map(Into::into).collect(),
                more: limit < args.limit,
            };
            if out.ok(n, &form)? {
                return Ok(());
            }
            if records.len() <= 1 {
                return Err(self.odd("a row of the audit log that is too long for a line"));
            }
            limit = records.len() / 2;
        }
    }
}

fn rows_fit(
    out: &mut Out<'_>,
    n: u64,
    rows: &[MessageRow],
    (next, more): (i64, bool),
) -> io::Result<bool> {
    let rows = rows.iter().map(Into::into).collect();
    out.ok(n, &RowsForm { rows, next, more })
}

/// Cuts what alone is too long for a line, and says so in its place.
fn cut(rows: &mut [MessageRow], out: &Out<'_>) {
    // A byte of text is at most six of JSON.
    let kept = out.limit() / 16;
    for row in rows {
        let whole = row.text.len();
        if whole > kept {
            let head = text::head(&row.text, kept);
            row.text = format!("{head}… [cut by the pipe: {whole} bytes]").into();
        }
    }
}
