//! Signs of life and read marks in memory: the same rules as in a file.

use super::{MemoryStore, State};
use crate::{
    domain::{
        AuditKind, ConversationId, MessageId, Schema, Side, Stamp, StatusRow, Timestamp,
        credential::Secret,
    },
    store::{Bearer, Beaten, Denied, Proved, Taken},
};

impl MemoryStore {
    /// Sets the worker's token of a conversation.
    pub fn know(&self, id: &ConversationId, token: Secret) {
        self.change().tokens.insert(id.clone(), token);
    }
}

impl State {
    fn admit(&self, schema: Schema, bearer: &Bearer<'_>, now: Timestamp) -> Result<(), Denied> {
        let mut rows = self.conversations.iter().map(|(_, row)| row);
        let row = rows.find(|row| row.id == *bearer.conversation);
        let row = row.ok_or(Denied::Unknown)?;
        let kept = self.tokens.get(bearer.conversation);
        let same = kept.is_some_and(|kept| bearer.token.is(kept.reveal()));
        if bearer.side != Side::B || !same {
            return Err(Denied::WrongToken);
        }
        let over = match row.expires.at() {
            Some(at) => at <= now,
            None => schema == Schema::Bridge,
        };
        if over { Err(Denied::Expired) } else { Ok(()) }
    }

    pub(super) fn beat_one(
        &mut self,
        schema: Schema,
        bearer: &Bearer<'_>,
        now: Timestamp,
    ) -> Beaten {
        if let Err(denied) = self.admit(schema, bearer, now) {
            return Beaten::Denied(denied);
        }
        let written = |first| Beaten::Written {
            first,
            proved: true,
        };
        let one = schema == Schema::Scripts;
        let mut rows = self.statuses.iter_mut();
        let found =
            rows.find(|s| s.conversation == *bearer.conversation && (one || s.side == bearer.side));
        if let Some(row) = found {
            row.heartbeat = Stamp::At(now);
            return written(false);
        }
        let first = if one { "active" } else { "waiting" };
        self.statuses.push(StatusRow {
            conversation: bearer.conversation.clone(),
            side: bearer.side,
            status: first.into(),
            heartbeat: Stamp::At(now),
        });
        written(true)
    }

    pub(super) fn prove_one(&self, schema: Schema, bearer: &Bearer<'_>, now: Timestamp) -> Proved {
        self.admit(schema, bearer, now)
            .map_or_else(Proved::Denied, |()| Proved::Yes)
    }

    pub(super) fn take_some(
        &mut self,
        schema: Schema,
        bearer: &Bearer<'_>,
        ids: &[MessageId],
        now: Timestamp,
    ) -> Taken {
        if let Err(denied) = self.admit(schema, bearer, now) {
            return Taken::Denied(denied);
        }
        let mut marked = 0;
        for message in &mut self.messages {
            let theirs = message.conversation == *bearer.conversation && message.to == bearer.side;
            if theirs && !message.read && ids.contains(&message.id) {
                message.read = true;
                marked += 1;
            }
        }
        if marked > 0 && schema == Schema::Bridge {
            let count = AuditKind::Fetched(marked as u64);
            self.note(bearer.conversation, bearer.side, count, now);
        }
        Taken::Marked(marked)
    }
}
