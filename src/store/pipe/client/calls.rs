//! The calls.

use super::{PipeStore, decode};
use crate::{
    domain::{
        Changes, ConversationId, Cursor, MessageId, MessageRow, SourceInfo, Timestamp,
        act::Write,
        audit::{Entry, Key, Record},
        credential::NewConversation,
    },
    store::{
        Bearer, Beaten, Commit, Ended, Opened, Proved, Said, Store, StoreError, Taken, Word,
        pipe::{
            bearing::{
                BearerArgs, BeatenForm, EndedForm, ProvedForm, SaidForm, SayArgs, TakenForm,
            },
            call::{
                ChangesArgs, CommitArgs, CommitForm, FromArgs, KeyForm, RecordsForm, RowsForm,
                Scope,
            },
            form::ChangesForm,
            made::{ConversationArgs, OpenedForm},
        },
    },
};

/// Messages, where to go on, and whether there may be more.
type Rows = (Vec<MessageRow>, i64, bool);

/// Rows as they were asked for: not more, in the order of their numbers, on the right side of where it began.
fn checked(
    rows: Vec<MessageRow>,
    limit: usize,
    above: i64,
    below: i64,
) -> Result<Vec<MessageRow>, String> {
    let ascending = rows.is_sorted_by(|a, b| a.id < b.id);
    let within = rows.iter().all(|m| m.id.0 > above && m.id.0 < below);
    if rows.len() > limit || !ascending || !within {
        return Err("rows that were not asked for".to_owned());
    }
    Ok(rows)
}

impl PipeStore {
    fn rows(&mut self, call: &'static str, from: i64, limit: usize) -> Result<Rows, StoreError> {
        let (above, below) = match call {
            "page" => (i64::MIN, from),
            _ => (from, i64::MAX),
        };
        self.ask(call, &FromArgs { from, limit }, &|line| {
            decode(line, |form: RowsForm<'_>| {
                let rows = form.rows.into_iter().map(Into::into).collect();
                let rows = checked(rows, limit, above, below)?;
                Ok((rows, form.next, form.more))
            })
        })
    }

    fn read_changes(
        &mut self,
        after: Option<&Cursor>,
        limit: usize,
        unread: &[MessageId],
    ) -> Result<Changes, StoreError> {
        let args = ChangesArgs {
            after: after.map(Into::into),
            limit,
            unread: unread.iter().map(|id| id.0).collect(),
        };
        let above = after.map_or(i64::MIN, |after| after.message);
        self.ask("changes", &args, &|line| {
            decode(line, |form: ChangesForm<'_>| {
                let mut changes = Changes::from(form);
                let messages = std::mem::take(&mut changes.messages);
                changes.messages = checked(messages, limit, above, i64::MAX)?;
                let moved = after.is_none_or(|after| {
                    let (new, old) = (&changes.cursor, after);
                    new.message > old.message || new.audit > old.audit
                });
                // Whoever reads on while there is more would never end.
                if changes.more && !moved && limit > 0 {
                    return Err("more of nothing".to_owned());
                }
                Ok(changes)
            })
        })
    }
}

impl Store for PipeStore {
    fn source(&self) -> &SourceInfo {
        &self.known.source
    }

    /// For a follower without a question to the other side, as long as that is heard of; else one round trip.
    fn version(&mut self) -> Result<u64, StoreError> {
        let version = match self.told_version() {
            Some(version) => version,
            None => self.asked_version()?,
        };
        Ok(self.epoch << 48 ^ version)
    }

    fn newest(&mut self, limit: usize) -> Result<Changes, StoreError> {
        self.read_changes(None, limit, &[])
    }

    fn changes(
        &mut self,
        after: &Cursor,
        limit: usize,
        unread: &[MessageId],
    ) -> Result<Changes, StoreError> {
        self.read_changes(Some(after), limit, unread)
    }

    fn page(&mut self, before: MessageId, limit: usize) -> Result<Vec<MessageRow>, StoreError> {
        let mut found: Vec<MessageRow> = Vec::new();
        let mut from = before.0;
        loop {
            let (mut rows, next, more) = self.rows("page", from, limit - found.len())?;
            let done = !more || rows.is_empty() || next >= from;
            from = next;
            rows.append(&mut found);
            found = rows;
            if done || found.len() >= limit {
                return Ok(found);
            }
        }
    }

    fn since(&mut self, after: MessageId, limit: usize) -> Result<Vec<MessageRow>, StoreError> {
        self.prove_all()?;
        let mut from = if self.skip.0 == after {
            self.skip.1.0.max(after.0)
        } else {
            after.0
        };
        let mut found: Vec<MessageRow> = Vec::new();
        loop {
            let (rows, next, more) = self.rows("since", from, limit - found.len())?;
            let done = !more || next <= from;
            from = from.max(next);
            found.extend(rows);
            if done || found.len() >= limit {
                break;
            }
        }
        if self.scope == Scope::Workers {
            let last = found.last().map_or(after, |row| row.id);
            self.skip = (last, MessageId(from));
        }
        Ok(found)
    }

    fn commit(
        &mut self,
        write: &mut Write,
        key: &Key,
        now: Timestamp,
    ) -> Result<Commit, StoreError> {
        let args = CommitArgs {
            write: (&*write).into(),
            key: KeyForm(key.clone()),
            now: now.0,
        };
        self.ask("commit", &args, &|line| decode(line, CommitForm::commit))
    }

    fn records(&mut self, after: i64, limit: usize) -> Result<Vec<Record>, StoreError> {
        let mut found: Vec<Record> = Vec::new();
        let mut from = after;
        loop {
            let limit = limit - found.len();
            let args = FromArgs { from, limit };
            let (rows, more) = self.ask("records", &args, &|line| {
                decode(line, |form: RecordsForm| {
                    let rows: Vec<Record> = form.records.into_iter().map(Into::into).collect();
                    let ascending = rows.is_sorted_by(|a, b| a.id < b.id);
                    if !ascending || rows.len() > limit || rows.iter().any(|r| r.id <= from) {
                        return Err("rows that were not asked for".to_owned());
                    }
                    Ok((rows, form.more))
                })
            })?;
            let done = !more || rows.is_empty() || rows.len() >= limit;
            from = rows.last().map_or(from, |r| r.id);
            found.extend(rows);
            if done {
                return Ok(found);
            }
        }
    }

    fn open_conversation(
        &mut self,
        new: &NewConversation,
        entry: &Entry,
        key: &Key,
        now: Timestamp,
    ) -> Result<Opened, StoreError> {
        let args = ConversationArgs {
            id: new.id.raw().to_owned(),
            new: Some(new.into()),
            entry: entry.into(),
            key: KeyForm(key.clone()),
            now: now.0,
        };
        self.ask("open_conversation", &args, &|line| {
            decode(line, |form: OpenedForm| Ok(form.into()))
        })
    }

    fn end_conversation(
        &mut self,
        id: &ConversationId,
        entry: &Entry,
        key: &Key,
        now: Timestamp,
    ) -> Result<Ended, StoreError> {
        let args = ConversationArgs {
            id: id.raw().to_owned(),
            new: None,
            entry: entry.into(),
            key: KeyForm(key.clone()),
            now: now.0,
        };
        self.ask("end_conversation", &args, &|line| {
            decode(line, |form: EndedForm| Ok(form.into()))
        })
    }

    fn say(&mut self, word: &Word<'_>, now: Timestamp) -> Result<Said, StoreError> {
        self.ask("say", &SayArgs::of(word, now.0), &|line| {
            decode(line, |form: SaidForm| Ok(form.into()))
        })
    }

    fn beat(&mut self, bearer: &Bearer<'_>, now: Timestamp) -> Result<Beaten, StoreError> {
        let args = BearerArgs::of(bearer, &[], now.0);
        self.ask("beat", &args, &|line| {
            decode(line, |form: BeatenForm| Ok(form.into()))
        })
    }

    fn take(
        &mut self,
        bearer: &Bearer<'_>,
        ids: &[MessageId],
        now: Timestamp,
    ) -> Result<Taken, StoreError> {
        let args = BearerArgs::of(bearer, ids, now.0);
        self.ask("take", &args, &|line| {
            decode(line, |form: TakenForm| Ok(form.into()))
        })
    }

    fn prove(&mut self, bearer: &Bearer<'_>, now: Timestamp) -> Result<Proved, StoreError> {
        let args = BearerArgs::of(bearer, &[], now.0);
        self.ask("prove", &args, &|line| {
            decode(line, |form: ProvedForm| Ok(form.into()))
        })
    }
}
