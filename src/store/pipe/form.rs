//! Rows as they travel. Names are those of the protocol, not of the program: a member that is added later is ignored by those who do not
//! know it. What comes in is as hostile as a database: words that are shown are neutralised here, as [`crate::store::SqliteStore`] does.

use super::words::{SideForm, StampForm};
use crate::domain::{
    AuditKind, AuditRow, Changes, ConversationId, ConversationRow, Cursor, Mark, MarkKind,
    MessageId, MessageRow, StatusRow, TaskId, audit::Link, text,
};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, sync::Arc};

/// Longest word of a mark that is kept, as in a database.
const WORD_CAP: usize = 128;

#[derive(Serialize, Deserialize)]
pub(super) struct MarkForm<'a> {
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    task: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    generation: Option<u32>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    op: Option<Cow<'a, str>>,
    #[serde(borrow)]
    by: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    cause: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<i64>,
}

impl<'a> From<&'a Mark> for MarkForm<'a> {
    fn from(mark: &'a Mark) -> Self {
        let word = |word: &'a Option<Arc<str>>| word.as_deref().map(Cow::Borrowed);
        Self {
            kind: mark.kind.name().into(),
            task: mark.task.as_ref().map(|t| t.raw().into()),
            generation: mark.generation,
            op: word(&mark.op),
            by: Cow::Borrowed(&mark.by),
            cause: word(&mark.cause),
            value: mark.value,
        }
    }
}

impl From<MarkForm<'_>> for Mark {
    fn from(form: MarkForm<'_>) -> Self {
        let word = |word: Option<Cow<'_, str>>| {
            word.filter(|w| w.len() <= WORD_CAP).map(|w| Arc::from(&*w))
        };
        Self {
            kind: MarkKind::parse(&form.kind),
            task: form.task.map(|t| TaskId::new(&*t)),
            generation: form.generation,
            op: word(form.op),
            by: text::name(&form.by).into(),
            cause: word(form.cause),
            value: form.value,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct MessageForm<'a> {
    pub(super) id: i64,
    #[serde(borrow)]
    conversation: Cow<'a, str>,
    from: SideForm,
    to: SideForm,
    #[serde(borrow)]
    pub(super) text: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    action: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    mark: Option<MarkForm<'a>>,
    at: StampForm,
    read: bool,
}

impl<'a> From<&'a MessageRow> for MessageForm<'a> {
    fn from(row: &'a MessageRow) -> Self {
        Self {
            id: row.id.0,
            conversation: row.conversation.raw().into(),
            from: row.from.into(),
            to: row.to.into(),
            text: Cow::Borrowed(&row.text),
            action: row.action.as_deref().map(Cow::Borrowed),
            mark: row.mark.as_deref().map(Into::into),
            at: StampForm(row.at),
            read: row.read,
        }
    }
}

impl From<MessageForm<'_>> for MessageRow {
    fn from(form: MessageForm<'_>) -> Self {
        Self {
            id: MessageId(form.id),
            conversation: ConversationId::from(&*form.conversation),
            from: form.from.into(),
            to: form.to.into(),
            text: form.text.into(),
            action: (form.action.as_deref()).map(|action| text::redact_name(action).into()),
            mark: form.mark.map(|mark| Arc::new(mark.into())),
            at: form.at.0,
            read: form.read,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct ConversationForm<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    a: Cow<'a, str>,
    #[serde(borrow)]
    b: Cow<'a, str>,
    created: StampForm,
    expires: StampForm,
}

#[derive(Serialize, Deserialize)]
struct StatusForm<'a> {
    #[serde(borrow)]
    conversation: Cow<'a, str>,
    side: SideForm,
    #[serde(borrow)]
    status: Cow<'a, str>,
    at: StampForm,
}

#[derive(Serialize, Deserialize)]
struct AuditForm<'a> {
    id: i64,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    conversation: Option<Cow<'a, str>>,
    side: SideForm,
    kind: KindForm,
    at: StampForm,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    link: Option<ActorForm<'a>>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindForm {
    Fetched(u64),
    Sent,
    Command,
    Other,
}

#[derive(Serialize, Deserialize)]
struct ActorForm<'a> {
    #[serde(borrow)]
    actor: Cow<'a, str>,
    seq: u64,
    #[serde(borrow)]
    hash: Cow<'a, str>,
}

/// The end of a chain.
#[derive(Serialize, Deserialize)]
pub(super) struct LinkForm {
    seq: u64,
    hash: Arc<str>,
}

impl From<&Link> for LinkForm {
    fn from(link: &Link) -> Self {
        Self {
            seq: link.seq,
            hash: Arc::clone(&link.hash),
        }
    }
}

impl From<LinkForm> for Link {
    fn from(form: LinkForm) -> Self {
        Self {
            seq: form.seq,
            hash: form.hash,
        }
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct CursorForm {
    message: i64,
    audit: i64,
    conversations: (u64, i64),
}

impl From<&Cursor> for CursorForm {
    fn from(cursor: &Cursor) -> Self {
        Self {
            message: cursor.message,
            audit: cursor.audit,
            conversations: cursor.conversations,
        }
    }
}

impl From<CursorForm> for Cursor {
    fn from(form: CursorForm) -> Self {
        Self {
            message: form.message,
            audit: form.audit,
            conversations: form.conversations,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct ChangesForm<'a> {
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    conversations: Option<Vec<ConversationForm<'a>>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    statuses: Option<Vec<StatusForm<'a>>>,
    #[serde(borrow)]
    pub(super) messages: Vec<MessageForm<'a>>,
    #[serde(borrow)]
    audits: Vec<AuditForm<'a>>,
    #[serde(default)]
    read: Vec<i64>,
    cursor: CursorForm,
    end: CursorForm,
    more: bool,
}

impl<'a> From<&'a Changes> for ChangesForm<'a> {
    fn from(changes: &'a Changes) -> Self {
        let conversation = |row: &'a ConversationRow| ConversationForm {
            id: row.id.raw().into(),
            a: Cow::Borrowed(&row.role_a),
            b: Cow::Borrowed(&row.role_b),
            created: StampForm(row.created),
            expires: StampForm(row.expires),
        };
        let status = |row: &'a StatusRow| StatusForm {
            conversation: row.conversation.raw().into(),
            side: row.side.into(),
            status: Cow::Borrowed(&row.status),
            at: StampForm(row.heartbeat),
        };
        let all = changes.conversations.as_ref();
        Self {
            conversations: all.map(|all| all.iter().map(conversation).collect()),
            statuses: (changes.statuses.as_ref()).map(|all| all.iter().map(status).collect()),
            messages: changes.messages.iter().map(Into::into).collect(),
            audits: changes.audits.iter().map(audit).collect(),
            read: changes.read.iter().map(|id| id.0).collect(),
            cursor: (&changes.cursor).into(),
            end: (&changes.end).into(),
            more: changes.more,
        }
    }
}

fn audit(row: &AuditRow) -> AuditForm<'_> {
    AuditForm {
        id: row.id,
        conversation: row.conversation.as_ref().map(|c| c.raw().into()),
        side: row.side.into(),
        kind: match row.kind {
            AuditKind::Fetched(count) => KindForm::Fetched(count),
            AuditKind::Sent => KindForm::Sent,
            AuditKind::Command => KindForm::Command,
            AuditKind::Other => KindForm::Other,
        },
        at: StampForm(row.at),
        link: row.link.as_deref().map(|(actor, link)| ActorForm {
            actor: Cow::Borrowed(actor),
            seq: link.seq,
            hash: Cow::Borrowed(&link.hash),
        }),
    }
}

impl From<ConversationForm<'_>> for ConversationRow {
    fn from(form: ConversationForm<'_>) -> Self {
        Self {
            id: ConversationId::from(&*form.id),
            role_a: text::redact_name(&form.a).into(),
            role_b: text::redact_name(&form.b).into(),
            created: form.created.0,
            expires: form.expires.0,
        }
    }
}

impl From<StatusForm<'_>> for StatusRow {
    fn from(form: StatusForm<'_>) -> Self {
        Self {
            conversation: ConversationId::from(&*form.conversation),
            side: form.side.into(),
            status: text::redact_name(&form.status).into(),
            heartbeat: form.at.0,
        }
    }
}

impl From<AuditForm<'_>> for AuditRow {
    fn from(form: AuditForm<'_>) -> Self {
        Self {
            id: form.id,
            conversation: form.conversation.map(|c| ConversationId::from(&*c)),
            side: form.side.into(),
            kind: match form.kind {
                KindForm::Fetched(count) => AuditKind::Fetched(count),
                KindForm::Sent => AuditKind::Sent,
                KindForm::Command => AuditKind::Command,
                KindForm::Other => AuditKind::Other,
            },
            at: form.at.0,
            link: form.link.map(|link| {
                let (seq, hash) = (link.seq, link.hash.into());
                Arc::new((link.actor.into(), Link { seq, hash }))
            }),
        }
    }
}

impl From<ChangesForm<'_>> for Changes {
    fn from(form: ChangesForm<'_>) -> Self {
        fn rows<T: Into<R>, R>(all: Vec<T>) -> Vec<R> {
            all.into_iter().map(Into::into).collect()
        }
        Self {
            conversations: form.conversations.map(rows),
            statuses: form.statuses.map(rows),
            messages: rows(form.messages),
            audits: rows(form.audits),
            others: 0,
            read: form.read.into_iter().map(MessageId).collect(),
            cursor: form.cursor.into(),
            end: form.end.into(),
            more: form.more,
        }
    }
}
