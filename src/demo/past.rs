//! The past of a demo as a reader of its bridge would have seen it: what each operation brought.

use super::{
    Spec,
    plan::{Act, Operation, Plan},
    rows::{LIFETIME, ORCHESTRATOR},
};
use crate::domain::{
    AuditKind, AuditRow, Changes, ConversationId, ConversationRow, Cursor, MessageId, MessageRow,
    Side, Stamp, StatusRow, Timestamp,
};
use std::collections::HashMap;

/// Looks at a bridge, one for every operation up to the present, ascending.
pub struct Past {
    plan: Plan,
    present: Timestamp,
    talks: Vec<ConversationRow>,
    unread: HashMap<(ConversationId, Side), Vec<MessageId>>,
    cursor: Cursor,
}

impl Past {
    /// What was written to the bridge of this demo in the 45 minutes before `present`.
    #[must_use]
    pub fn new(spec: Spec, present: Timestamp) -> Self {
        Self {
            plan: Plan::new(spec, present),
            present,
            talks: Vec::new(),
            unread: HashMap::new(),
            cursor: Cursor::default(),
        }
    }

    fn send(
        &mut self,
        id: &ConversationId,
        from: Side,
        body: &[u8],
        metadata: Option<&str>,
        at: Stamp,
    ) -> MessageRow {
        self.cursor.message += 1;
        let to = if from == Side::A { Side::B } else { Side::A };
        let key = MessageId(self.cursor.message);
        self.unread.entry((id.clone(), to)).or_default().push(key);
        let metadata = metadata.and_then(|raw| serde_json::from_str(raw).ok());
        let metadata: serde_json::Value = metadata.unwrap_or_default();
        let action = metadata.get("action_type").and_then(|name| name.as_str());
        MessageRow {
            id: key,
            conversation: id.clone(),
            from,
            to,
            text: String::from_utf8_lossy(body).into(),
            action: action.map(Into::into),
            mark: None,
            at,
            read: false,
        }
    }

    fn look(&mut self, operation: Operation) -> Changes {
        let Operation {
            at,
            conversation,
            act,
        } = operation;
        let id = ConversationId::from(&*conversation);
        let odd = |stamp: Option<&str>| stamp.map_or(Stamp::At(at), |raw| Stamp::parse(Some(raw)));
        let mut changes = Changes::default();
        let audit = match act {
            Act::Create { role, .. } => {
                self.talks.push(talk(&id, &role, at));
                changes.conversations = Some(self.talks.clone());
                Some((Side::Other, AuditKind::Other))
            }
            Act::Send {
                from,
                body,
                metadata,
                stamp,
            } => {
                let at = odd(stamp.as_deref());
                let row = self.send(&id, from, &body, metadata.as_deref(), at);
                changes.messages.push(row);
                Some((from, AuditKind::Sent))
            }
            Act::Fetch { side } => {
                let read = self.unread.remove(&(id.clone(), side)).unwrap_or_default();
                let n = read.len() as u64;
                if side == Side::B {
                    changes.read = read;
                }
                Some((side, AuditKind::Fetched(n)))
            }
            Act::Beat { status, stamp } => {
                changes.statuses = Some(vec![StatusRow {
                    conversation: id.clone(),
                    side: Side::B,
                    status,
                    heartbeat: odd(stamp.as_deref()),
                }]);
                None
            }
            Act::Command { .. } => Some((Side::B, AuditKind::Command)),
        };
        if let Some((side, kind)) = audit {
            self.cursor.audit += 1;
            changes.audits.push(AuditRow {
                id: self.cursor.audit,
                conversation: Some(id),
                side,
                kind,
                at: Stamp::At(at),
                link: None,
            });
        }
        (changes.cursor, changes.end) = (self.cursor, self.cursor);
        changes
    }
}

fn talk(id: &ConversationId, role: &str, at: Timestamp) -> ConversationRow {
    ConversationRow {
        id: id.clone(),
        role_a: ORCHESTRATOR.into(),
        role_b: role.into(),
        created: Stamp::At(at),
        expires: Stamp::At(at.plus(LIFETIME)),
    }
}

impl Iterator for Past {
    type Item = (Timestamp, Changes);

    fn next(&mut self) -> Option<Self::Item> {
        let operation = self.plan.next().filter(|op| op.at <= self.present)?;
        Some((operation.at, self.look(operation)))
    }
}
