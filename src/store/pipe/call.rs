//! Requests, answers and the greeting. One line of JSON each; a number ties an answer to its request. The server speaks first.

use super::{
    deed::{ClashForm, WriteForm},
    fault::Fault,
    form::{CursorForm, LinkForm, MessageForm},
    words::shown,
};
use crate::{
    domain::{
        MessageId, Schema, SourceFault, SourceInfo,
        audit::{Key, Record},
        credential::Secret,
    },
    store::Commit,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::sync::Arc;

/// Version of the protocol: another one is not spoken to.
pub const PROTOCOL: u32 = 1;

/// Whom a pipe is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Every call.
    Operators,
    /// What the token of a conversation proves, and nothing else.
    Workers,
}

/// What a store is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// It only reads.
    Reading,
    /// It writes actions, too.
    Writing,
    /// It writes signs of life.
    Beats,
}

/// What a store is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SourceForm {
    /// Its path on its own machine.
    pub(super) path: String,
    /// `bridge/1` or `scripts/1`.
    schema: String,
    #[serde(default)]
    faults: Vec<(String, String)>,
}

impl From<&SourceInfo> for SourceForm {
    fn from(source: &SourceInfo) -> Self {
        let fault = |f: &SourceFault| (f.what.to_string(), f.remedy.to_string());
        Self {
            path: source.name.to_string(),
            schema: source.schema.name().to_owned(),
            faults: source.faults.iter().map(fault).collect(),
        }
    }
}

impl SourceForm {
    /// As a store says it; `None` for a schema that is not known here.
    pub(super) fn info(&self) -> Option<SourceInfo> {
        let all = [Schema::Bridge, Schema::Scripts];
        let faults = self.faults.iter().take(64);
        Some(SourceInfo {
            name: shown(&self.path).into(),
            schema: all.into_iter().find(|s| s.name() == self.schema)?,
            faults: faults
                .map(|(what, remedy)| SourceFault {
                    what: shown(what).into(),
                    remedy: shown(remedy).into(),
                })
                .collect(),
        })
    }
}

/// The first line of a server.
#[derive(Serialize, Deserialize)]
pub(super) struct Greeting {
    #[serde(rename = "swarmwarden-pipe")]
    pub(super) protocol: u32,
    #[serde(default)]
    pub(super) program: String,
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<Scope>,
    /// Which file it is, so that a replaced one is noticed across a death of the pipe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    #[serde(default)]
    pub(super) version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<SourceForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Fault>,
}

/// The beginning of a greeting, by which it is told from what else a login prints.
pub(super) const GREETING: &[u8] = b"{\"swarmwarden-pipe\":";
/// The beginning of what the server says unasked.
pub(super) const EVENT: &[u8] = b"{\"event\":";

/// What the server says unasked.
#[derive(Serialize, Deserialize)]
pub(super) struct Event {
    pub(super) event: Told,
    #[serde(default)]
    pub(super) version: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Told {
    /// There was a commit.
    Moved,
    /// There was none; the server lives.
    Still,
    /// The bridge cannot be read: ask, to hear why.
    Trouble,
    #[serde(other)]
    Other,
}

#[derive(Serialize)]
pub(super) struct Request<'a, T> {
    pub(super) n: u64,
    pub(super) call: &'static str,
    pub(super) args: &'a T,
}

/// What every request begins with.
#[derive(Deserialize)]
pub(super) struct Head {
    pub(super) n: u64,
    pub(super) call: String,
}

#[derive(Deserialize)]
pub(super) struct Args<T> {
    pub(super) args: T,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Answer<T> {
    pub(super) n: Option<u64>,
    #[serde(default = "nothing", skip_serializing_if = "Option::is_none")]
    pub(super) ok: Option<T>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Fault>,
}

const fn nothing<T>() -> Option<T> {
    None
}

/// A secret text, which travels in a request and nowhere else.
pub(super) struct TokenForm(pub(super) Secret);

impl Serialize for TokenForm {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.reveal())
    }
}

impl<'de> Deserialize<'de> for TokenForm {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Secret::deserialize(from).map(Self)
    }
}

/// The key of an actor's chain, for the moment in which the server seals a row with it.
pub(super) struct KeyForm(pub(super) Key);

impl Serialize for KeyForm {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(Secret::hex(&self.0.0).reveal())
    }
}

impl<'de> Deserialize<'de> for KeyForm {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let hex = Secret::deserialize(from)?;
        let wrong = || D::Error::custom("a key of 64 hexadecimal digits");
        let mut key = [0; 32];
        if hex.reveal().len() != 64 {
            return Err(wrong());
        }
        for (n, byte) in key.iter_mut().enumerate() {
            let pair = hex.reveal().get(2 * n..2 * n + 2).ok_or_else(wrong)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong())?;
        }
        Ok(Self(Key(key)))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct Nothing {}

#[derive(Serialize, Deserialize)]
pub(super) struct PurposeArgs {
    #[serde(rename = "for")]
    pub(super) purpose: Purpose,
}

#[derive(Serialize, Deserialize)]
pub(super) struct VersionForm {
    pub(super) version: u64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ChangesArgs {
    /// Without one the newest rows.
    pub(super) after: Option<CursorForm>,
    pub(super) limit: usize,
    pub(super) unread: Vec<i64>,
}

/// Of `page`, `since` and `records`.
#[derive(Serialize, Deserialize)]
pub(super) struct FromArgs {
    pub(super) from: i64,
    pub(super) limit: usize,
}

/// Messages, and how far was looked.
#[derive(Serialize, Deserialize)]
pub(super) struct RowsForm<'a> {
    #[serde(borrow)]
    pub(super) rows: Vec<MessageForm<'a>>,
    /// Where to go on.
    pub(super) next: i64,
    /// There may be more than was handed over, although the limit was not reached.
    pub(super) more: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct RecordForm {
    id: i64,
    conversation: Option<Arc<str>>,
    session: Option<Arc<str>>,
    action: Arc<str>,
    details: Arc<str>,
    timestamp: Arc<str>,
}

impl From<&Record> for RecordForm {
    fn from(r: &Record) -> Self {
        Self {
            id: r.id,
            conversation: r.conversation.clone(),
            session: r.session.clone(),
            action: Arc::clone(&r.action),
            details: Arc::clone(&r.details),
            timestamp: Arc::clone(&r.timestamp),
        }
    }
}

impl From<RecordForm> for Record {
    fn from(form: RecordForm) -> Self {
        Self {
            id: form.id,
            conversation: form.conversation,
            session: form.session,
            action: form.action,
            details: form.details,
            timestamp: form.timestamp,
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct RecordsForm {
    pub(super) records: Vec<RecordForm>,
    pub(super) more: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct CommitArgs {
    pub(super) write: WriteForm,
    pub(super) key: KeyForm,
    pub(super) now: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum CommitForm {
    Written { rows: Vec<i64>, link: LinkForm },
    Already { row: i64 },
    Clash(Box<ClashForm>),
}

impl From<&Commit> for CommitForm {
    fn from(commit: &Commit) -> Self {
        match commit {
            Commit::Written { rows, link } => Self::Written {
                rows: rows.iter().map(|m| m.0).collect(),
                link: link.into(),
            },
            Commit::Already(row) => Self::Already { row: row.0 },
            Commit::Clash(clash) => Self::Clash(Box::new(clash.into())),
        }
    }
}

impl CommitForm {
    pub(super) fn commit(self) -> Result<Commit, String> {
        Ok(match self {
            Self::Written { rows, link } => Commit::Written {
                rows: rows.into_iter().map(MessageId).collect(),
                link: link.into(),
            },
            Self::Already { row } => Commit::Already(MessageId(row)),
            Self::Clash(clash) => Commit::Clash(clash.clash()?),
        })
    }
}
