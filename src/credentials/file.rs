//! The shape of a credential, and everything that is refused in one.

use super::{CredentialError, home::read_private};
use crate::domain::{
    ConversationId, Span, Timestamp,
    credential::{LIFETIME, Secret},
    text,
};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::Value;
use std::{path::Path, sync::Arc};
use zeroize::Zeroizing;

/// Bytes that a credential, a key or a shared file may have.
pub const CAP: usize = 64 * 1024;

/// So far clocks of two machines may be apart.
const AHEAD: Span = Span::seconds(5 * 60);
/// Nothing that was made for a conversation lives longer: eight times as long as one lives.
const LONGEST: Span = Span(8 * LIFETIME.0);

/// The right to take part in one conversation as its worker.
#[derive(Clone)]
pub struct Credential {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Number of the worker.
    pub worker: u32,
    /// Its role in the bridge; neutralised.
    pub role: Arc<str>,
    /// Its token.
    pub token: Secret,
    /// When it was made.
    pub created: Timestamp,
    /// When the bridge refuses it.
    pub expires: Timestamp,
}

/// A credential as it was found.
pub struct Found {
    /// It.
    pub credential: Credential,
    /// The orchestrator's token stood beside it: it was left out.
    pub coordinator: bool,
}

/// As it is written: without the coordinator's token, always.
#[derive(Serialize)]
struct Written<'a> {
    conversation_id: &'a str,
    worker_id: u32,
    worker_role: &'a str,
    worker_token: &'a str,
    created_at: String,
    expires_at: String,
}

/// As it is read: also what the protocol's own scripts write.
#[derive(Deserialize)]
struct Raw {
    conversation_id: String,
    worker_id: Value,
    #[serde(default)]
    worker_role: Option<String>,
    #[serde(default)]
    coordinator_token: Option<IgnoredAny>,
    worker_token: Secret,
    created_at: String,
    expires_at: String,
}

impl Credential {
    /// The file's bytes.
    #[must_use]
    pub fn bytes(&self) -> Zeroizing<Vec<u8>> {
        let written = Written {
            conversation_id: self.conversation.raw(),
            worker_id: self.worker,
            worker_role: &self.role,
            worker_token: self.token.reveal(),
            created_at: self.created.naive(),
            expires_at: self.expires.naive(),
        };
        // Texts and a number: nothing here can fail to be JSON.
        Zeroizing::new(serde_json::to_vec_pretty(&written).unwrap_or_default())
    }

    /// Reads a credential, whoever it is for and however old it is, from the private file at `path`; `None` when there is none. O(size).
    ///
    /// # Errors
    /// As [`Credential::read`], and [`CredentialError::Local`] for a file that others may read.
    pub fn at(path: &Path) -> Result<Option<Self>, CredentialError> {
        let Some(bytes) = read_private(path)? else {
            return Ok(None);
        };
        let found = Self::parse(&path.to_string_lossy(), &bytes, None, None)?;
        Ok(Some(found.credential))
    }

    /// Reads the credential of `worker` from the file called `file`. O(size).
    ///
    /// # Errors
    /// [`CredentialError::Refused`] for what is too large, no JSON, of another worker, made in the future, or not what a credential holds;
    /// [`CredentialError::Expired`] when it is over at `now`.
    pub fn read(
        file: &str,
        bytes: &[u8],
        worker: u32,
        now: Timestamp,
    ) -> Result<Found, CredentialError> {
        let found = Self::parse(file, bytes, Some(worker), Some(now))?;
        let expires = found.credential.expires;
        if expires <= now {
            let (file, at) = (text::line(file).into_owned(), expires.rfc3339());
            return Err(CredentialError::Expired { file, at, worker });
        }
        Ok(found)
    }

    fn parse(
        file: &str,
        bytes: &[u8],
        wanted: Option<u32>,
        now: Option<Timestamp>,
    ) -> Result<Found, CredentialError> {
        let refused = |why: &str| CredentialError::refused(file, why);
        if bytes.len() > CAP {
            return Err(refused("it has more than 64 KiB"));
        }
        // What serde says may quote what it read.
        let raw: Raw = serde_json::from_slice(bytes).map_err(|e| {
            let kind = if e.is_data() {
                "a member is missing or of another kind"
            } else {
                "it is not JSON"
            };
            refused(&format!(
                "{kind} (line {}, column {})",
                e.line(),
                e.column()
            ))
        })?;
        let named = worker_of(&raw.worker_id);
        let Some(worker) = named.filter(|n| wanted.is_none_or(|wanted| wanted == *n)) else {
            let whose = named.map_or("nobody".to_owned(), |n| format!("worker {n}"));
            let other = wanted.map_or(String::new(), |n| format!(", not for worker {n}"));
            return Err(refused(&format!("it is for {whose}{other}")));
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let id = &raw.conversation_id;
        if id.is_empty() || id.len() > 128 || !id.chars().all(plain) {
            return Err(refused("conversation_id is no id of a conversation"));
        }
        let token = raw.worker_token.reveal();
        if !(16..=512).contains(&token.len()) || !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(refused("worker_token is no token"));
        }
        let (created, expires) = times(&raw, now).map_err(|why| refused(&why))?;
        let role = raw
            .worker_role
            .unwrap_or_else(|| format!("worker-{worker}"));
        Ok(Found {
            credential: Self {
                conversation: ConversationId::new(id.as_str()),
                worker,
                role: text::line(text::head(&role, 128)).into(),
                token: raw.worker_token,
                created,
                expires,
            },
            coordinator: raw.coordinator_token.is_some(),
        })
    }
}

/// When it was made, and when it expires; or why no credential has such times.
fn times(raw: &Raw, now: Option<Timestamp>) -> Result<(Timestamp, Timestamp), String> {
    let time =
        |name: &str, text: &str| Timestamp::parse(text).ok_or_else(|| format!("{name} is no time"));
    let created = time("created_at", &raw.created_at)?;
    let expires = time("expires_at", &raw.expires_at)?;
    if now.is_some_and(|now| created > now.plus(AHEAD)) {
        return Err(format!(
            "created_at is in the future ({}); if it is right, this machine's clock is not",
            created.rfc3339()
        ));
    }
    if expires.since(created) > LONGEST {
        let why = format!("it lives longer than {LONGEST}, from created_at to expires_at");
        return Err(why);
    }
    Ok((created, expires))
}

/// `3`, `"3"`, `"worker-3"`, `"worker-3-tests"`.
fn worker_of(value: &Value) -> Option<u32> {
    let number = match value {
        Value::Number(n) => u32::try_from(n.as_u64()?).ok(),
        Value::String(word) => {
            let rest = word.strip_prefix("worker-").unwrap_or(word);
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            let (digits, tail) = rest.split_at(end);
            digits
                .parse()
                .ok()
                .filter(|_| tail.is_empty() || tail.starts_with('-'))
        }
        _ => None,
    };
    number.filter(|n| *n > 0)
}
