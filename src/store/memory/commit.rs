//! Writing to the bridge in memory: the same rules as in a file.

use super::State;
use crate::{
    domain::{
        AuditKind, AuditRow, MessageId, MessageRow, Schema, Side, Stamp, Timestamp,
        act::{Check, NewRow, Party, Write},
        audit::{Key, Record, Sealed, seal},
    },
    store::Commit,
};
use std::sync::Arc;

impl State {
    pub(super) fn carry_out(
        &mut self,
        schema: Schema,
        write: &mut Write,
        key: &Key,
        now: Timestamp,
    ) -> Commit {
        let above = |m: &&MessageRow| m.id.0 > write.basis.cursor.message;
        let new: Vec<_> = self.messages.iter().filter(above).cloned().collect();
        let links = self
            .audits
            .iter()
            .filter(|a| a.id > write.basis.cursor.audit);
        for link in links.filter_map(|row| row.link.as_deref()) {
            if link.0 == write.entry.actor {
                write.basis.head = Some(link.1.clone());
            }
        }
        write.fold(&new);
        match write.check() {
            Check::Clear => {}
            Check::Already(row) => return Commit::Already(row),
            Check::Clash(clash) => return Commit::Clash(clash),
        }
        let rows: Vec<i64> = (write.rows.iter())
            .map(|row| self.write_message(row, now))
            .collect();
        let session = (schema == Schema::Bridge).then_some("operator");
        let place = (&*now.naive(), session);
        let sealed = seal(&write.entry, write.basis.head.as_ref(), key, place, &rows);
        let link = sealed.link.clone();
        self.write_audit(sealed, now, Arc::clone(&write.entry.actor));
        Commit::Written {
            rows: rows.into_iter().map(MessageId).collect(),
            link,
        }
    }

    fn write_message(&mut self, row: &NewRow, now: Timestamp) -> i64 {
        self.last.message += 1;
        let side = |party| match party {
            Party::A => Side::A,
            Party::B => Side::B,
            Party::Operator | Party::Watchdog => Side::Other,
        };
        self.messages.push(MessageRow {
            id: MessageId(self.last.message),
            conversation: row.conversation.clone(),
            from: side(row.from),
            to: side(row.to),
            text: row.text.as_str().into(),
            action: Some(row.action.into()),
            mark: Some(Arc::new(row.mark.clone())),
            at: Stamp::At(now),
            read: false,
        });
        self.last.message
    }

    pub(super) fn write_audit(&mut self, row: Sealed, now: Timestamp, actor: Arc<str>) {
        self.last.audit += 1;
        self.audits.push(AuditRow {
            id: self.last.audit,
            conversation: row.conversation.as_deref().map(Into::into),
            side: Side::Other,
            kind: AuditKind::Other,
            at: Stamp::At(now),
            link: Some(Arc::new((actor, row.link))),
        });
        self.records.push(Record {
            id: self.last.audit,
            conversation: row.conversation,
            session: row.session.map(Into::into),
            action: row.action.into(),
            details: row.details.into(),
            timestamp: row.timestamp.into(),
        });
    }
}
