//! Conversations that are made and ended in memory: the same rules as in a file.

use super::{MemoryStore, State};
use crate::{
    domain::{
        AuditKind, AuditRow, ConversationId, ConversationRow, MessageId, MessageRow, Schema, Side,
        Stamp, Timestamp,
        audit::{Entry, Key, Link, link, seal},
        credential::NewConversation,
        text,
    },
    store::{Ended, Opened, Said, StoreError, Word},
};
use std::sync::MutexGuard;

impl State {
    pub(super) fn open_one(
        &mut self,
        new: &NewConversation,
        (entry, key): (&Entry, &Key),
        now: Timestamp,
    ) -> Opened {
        let rows = self.conversations.iter().map(|(_, row)| row);
        let same = |row: &&ConversationRow| {
            row.id == new.id
                || new.unless_open
                    && (&row.role_a, &row.role_b) == (&new.role_a, &new.role_b)
                    && row.expires.at().is_some_and(|at| at > now)
        };
        let found = rows
            .filter(same)
            .max_by_key(|row| (row.id == new.id, row.expires.at()));
        if let Some(row) = found {
            return Opened::Already {
                id: row.id.clone(),
                expires: row.expires.at(),
            };
        }
        let expires = now.plus(new.lifetime);
        self.last.conversations.1 += 1;
        let row = ConversationRow {
            id: new.id.clone(),
            role_a: new.role_a.clone(),
            role_b: new.role_b.clone(),
            created: Stamp::At(now),
            expires: Stamp::At(expires),
        };
        self.conversations.push((self.last.conversations.1, row));
        self.tokens.insert(new.id.clone(), new.token_b.clone());
        self.note(&new.id, Side::Other, AuditKind::Other, now);
        let link = self.chain(entry, key, now);
        Opened::Made { expires, link }
    }

    pub(super) fn end_one(
        &mut self,
        id: &ConversationId,
        (entry, key): (&Entry, &Key),
        now: Timestamp,
    ) -> Ended {
        let mut rows = self.conversations.iter_mut().map(|(_, row)| row);
        let found = rows.find(|row| row.id == *id && row.expires.at().is_none_or(|at| at > now));
        let Some(row) = found else {
            return Ended::Before;
        };
        row.expires = Stamp::At(now);
        self.ended = self.last.audit + 1;
        Ended::Now(self.chain(entry, key, now))
    }

    pub(super) fn say_one(&mut self, word: &Word<'_>, now: Timestamp) -> Said {
        let mut rows = self.conversations.iter().map(|(_, row)| row);
        let Some(row) = rows.find(|row| row.id == *word.conversation) else {
            return Said::Unknown;
        };
        let kept = self.tokens.get(word.conversation);
        if !kept.is_some_and(|kept| word.token.is(kept.reveal())) {
            return Said::WrongToken;
        }
        if row.expires.at().is_none_or(|at| at <= now) {
            return Said::Expired;
        }
        let words = text::redact(word.text);
        let before = (self.messages.iter()).find(|m| {
            m.conversation == *word.conversation && m.from == Side::B && *m.text == *words
        });
        if let Some(before) = before {
            return Said::Already(before.id);
        }
        self.last.message += 1;
        let id = MessageId(self.last.message);
        self.messages.push(MessageRow {
            id,
            conversation: word.conversation.clone(),
            from: Side::B,
            to: Side::A,
            text: (&*words).into(),
            action: Some("info".into()),
            mark: None,
            at: Stamp::At(now),
            read: false,
        });
        self.note(word.conversation, Side::B, AuditKind::Sent, now);
        Said::Written(id)
    }

    pub(super) fn note(
        &mut self,
        id: &ConversationId,
        side: Side,
        kind: AuditKind,
        now: Timestamp,
    ) {
        self.last.audit += 1;
        self.audits.push(AuditRow {
            id: self.last.audit,
            conversation: Some(id.clone()),
            side,
            kind,
            at: Stamp::At(now),
            link: None,
        });
    }

    fn chain(&mut self, entry: &Entry, key: &Key, now: Timestamp) -> Link {
        let own = (self.records.iter().rev()).filter_map(|record| link(&record.details));
        let head = own.into_iter().find(|(by, _)| *by == entry.actor);
        let head = head.map(|(_, link)| link);
        let sealed = seal(
            entry,
            head.as_ref(),
            key,
            (&now.naive(), Some("operator")),
            &[],
        );
        let link = sealed.link.clone();
        self.write_audit(sealed, now, entry.actor.clone());
        link
    }
}

impl MemoryStore {
    /// The state, where conversations can be made.
    pub(super) fn may_converse(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        drop(self.read()?);
        if self.source.schema == Schema::Bridge {
            return Ok(self.change());
        }
        Err(StoreError::NotWritable {
            path: self.source.name.to_string(),
            why: "its tables are those of the scripts, which hold no expiry of conversations"
                .to_owned(),
        })
    }
}
