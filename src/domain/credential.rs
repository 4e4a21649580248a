//! What credentials are made of, without how they travel: secrets, their form in a repository, when they are renewed, a conversation that is
//! to be made.

use super::{ConversationId, Span};
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};
use std::{fmt::Write as _, sync::Arc};
use zeroize::Zeroizing;

/// How long a conversation of the bridge lives.
pub const LIFETIME: Span = Span::seconds(3 * 3600);

/// A secret text. It has no `Debug` and no `Display`, and its memory is overwritten when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The bytes as hexadecimal digits: a token is 32 random bytes.
    #[must_use]
    pub fn hex(bytes: &[u8]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
        for byte in bytes {
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// The text: only for what verifies, stores or encrypts it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether `other` is the same, in a time that does not tell how much of it is. O(length).
    #[must_use]
    pub fn is(&self, other: &str) -> bool {
        let (a, b) = (Sha256::digest(self.0.as_bytes()), Sha256::digest(other));
        a.iter().zip(b.iter()).fold(0, |odd, (a, b)| odd | (a ^ b)) == 0
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::new)
    }
}

/// In which form credentials stand in the repository.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// Encrypted to their worker.
    #[default]
    Age,
    /// In clear, as the protocol's scripts read them.
    Clear,
    /// Both, for the days in which a swarm goes over.
    Both,
}

impl Format {
    /// Reads `age`, `clear` or `both`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "age" => Some(Self::Age),
            "clear" => Some(Self::Clear),
            "both" => Some(Self::Both),
            _ => None,
        }
    }

    /// Whether an encrypted file is written.
    #[must_use]
    pub const fn encrypts(self) -> bool {
        matches!(self, Self::Age | Self::Both)
    }

    /// Whether a file in clear is written.
    #[must_use]
    pub const fn in_clear(self) -> bool {
        matches!(self, Self::Clear | Self::Both)
    }
}

/// When conversations are renewed by themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rotate {
    /// Never.
    Off,
    /// [`Rotate::AHEAD`] before they expire.
    #[default]
    BeforeExpiry,
    /// Once a day, and before they expire.
    Daily,
}

impl Rotate {
    /// How long before its expiry a conversation is renewed.
    pub const AHEAD: Span = Span::seconds(30 * 60);

    /// Reads `off`, `before-expiry` or `daily`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "off" => Some(Self::Off),
            "before-expiry" => Some(Self::BeforeExpiry),
            "daily" => Some(Self::Daily),
            _ => None,
        }
    }

    /// Whether a conversation that was made and expires then is due at `now`.
    #[must_use]
    pub fn due(
        self,
        made: super::Timestamp,
        expires: super::Timestamp,
        now: super::Timestamp,
    ) -> bool {
        let ending = expires.since(now) <= Self::AHEAD;
        match self {
            Self::Off => false,
            Self::BeforeExpiry => ending,
            Self::Daily => ending || now.since(made) >= Span::seconds(86_400),
        }
    }
}

/// A conversation that is to be made in the bridge.
#[derive(Clone)]
pub struct NewConversation {
    /// Its id, `conv_` and 16 hexadecimal digits.
    pub id: ConversationId,
    /// Role of the orchestrator.
    pub role_a: Arc<str>,
    /// Role of the worker.
    pub role_b: Arc<str>,
    /// Token of the orchestrator.
    pub token_a: Secret,
    /// Token of the worker.
    pub token_b: Secret,
    /// How long it lives.
    pub lifetime: Span,
    /// Not while one between the same roles lives.
    pub unless_open: bool,
}

impl NewConversation {
    /// A conversation from 72 random bytes: 8 for its id, 32 for each token.
    #[must_use]
    pub fn from_random(role_a: &str, role_b: &str, random: &Zeroizing<[u8; 72]>) -> Self {
        let (id, tokens) = random.split_at(8);
        let (a, b) = tokens.split_at(32);
        Self {
            id: ConversationId::new(format!("conv_{}", Secret::hex(id).reveal())),
            role_a: role_a.into(),
            role_b: role_b.into(),
            token_a: Secret::hex(a),
            token_b: Secret::hex(b),
            lifetime: LIFETIME,
            unless_open: false,
        }
    }
}

/// The worker's number in the name of a machine: `…worker-N…`.
#[must_use]
pub fn worker_of_host(host: &str) -> Option<u32> {
    let host = host.to_ascii_lowercase();
    host.match_indices("worker-").find_map(|(at, word)| {
        let rest = host.get(at + word.len()..)?;
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        rest.get(..digits)?.parse().ok().filter(|n| *n > 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn a_conversation_looks_as_the_bridges_own() {
        let mut random = Zeroizing::new([0; 72]);
        (0u8..)
            .zip(random.iter_mut())
            .for_each(|(n, byte)| *byte = n);
        let new = NewConversation::from_random("s2-orchestrator", "worker-1", &random);
        assert_eq!(new.id.raw(), "conv_0001020304050607");
        assert_eq!(
            (new.token_a.reveal().len(), new.token_b.reveal().len()),
            (64, 64)
        );
        assert!(new.token_a.is(new.token_a.reveal()) && !new.token_a.is(new.token_b.reveal()));
        assert!(!new.token_a.is("") && !new.token_a.is(&new.token_a.reveal()[..63]));
    }

    #[test]
    fn workers_are_found_in_host_names() {
        for (host, number) in [
            ("cloud-worker-3", Some(3)),
            ("Worker-12.example.org", Some(12)),
            ("coworker-x-worker-7b", Some(7)),
            ("worker-", None),
            ("worker-0", None),
            ("host", None),
            ("worker-99999999999", None),
        ] {
            assert_eq!(worker_of_host(host), number, "{host}");
        }
    }

    #[test]
    fn conversations_are_due_half_an_hour_ahead() {
        let at = |h: i64, m: i64| Timestamp(0).plus(Span::seconds(h * 3600 + m * 60));
        let due = |rotate: Rotate, now| rotate.due(at(0, 0), at(3, 0), now);
        assert!(!due(Rotate::BeforeExpiry, at(2, 29)) && due(Rotate::BeforeExpiry, at(2, 30)));
        assert!(!due(Rotate::Off, at(5, 0)));
        assert!(Rotate::Daily.due(at(0, 0), at(100, 0), at(24, 0)));
        assert!(!Rotate::Daily.due(at(0, 0), at(100, 0), at(23, 59)));
    }
}
