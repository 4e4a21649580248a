//! Encryption to workers: age files, X25519 keys.

use super::{CAP, CredentialError};
use age::{
    Decryptor, Encryptor,
    secrecy::ExposeSecret as _,
    x25519::{Identity, Recipient},
};
use sha2::{Digest as _, Sha256};
use std::{
    fmt::{self, Write as _},
    io::{Read as _, Write as _},
};
use zeroize::Zeroizing;

/// What an encrypted file may be longer by: a header with a line for each reader.
const OVERHEAD: usize = 256 * 1024;

/// The public half of a worker's key.
#[derive(Clone)]
pub struct PublicKey(Recipient);

impl PublicKey {
    /// Reads `age1…`, with or without a line break at its end.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let raw = raw.trim_end();
        (raw.len() <= 128)
            .then(|| raw.parse().ok().map(Self))
            .flatten()
    }

    /// 128 bits of SHA-256 of the key, in groups of four digits: what people compare.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let hash = Sha256::digest(self.to_string());
        let mut out = String::new();
        for pair in hash.chunks(2).take(8) {
            let gap = if out.is_empty() { "" } else { "-" };
            let [a, b] = [pair.first(), pair.last()].map(|byte| byte.copied().unwrap_or_default());
            let _ = write!(out, "{gap}{a:02x}{b:02x}");
        }
        out
    }

    /// Whether `given` is the fingerprint, or at least sixteen digits of its beginning; case and separators do not matter.
    #[must_use]
    pub fn has_fingerprint(&self, given: &str) -> bool {
        let digits = |text: &str| -> String {
            let kept = text.chars().filter(char::is_ascii_alphanumeric);
            kept.map(|c| c.to_ascii_lowercase()).collect()
        };
        let given = digits(given);
        given.len() >= 16 && digits(&self.fingerprint()).starts_with(&given)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

/// A whole key. It has neither `Debug` nor `Display`.
#[derive(Clone)]
pub struct WorkerKey(Identity);

impl WorkerKey {
    /// A new one, from the operating system's generator.
    #[must_use]
    pub fn generate() -> Self {
        Self(Identity::generate())
    }

    /// Reads `AGE-SECRET-KEY-…`.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        raw.trim().parse().ok().map(Self)
    }

    /// As it is kept in a file.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(self.0.to_string().expose_secret().to_owned());
        text.push('\n');
        text
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.to_public())
    }
}

/// Encrypts to all of `readers`.
///
/// # Errors
/// [`CredentialError::Crypto`], for instance without any reader.
pub fn encrypt(readers: &[&PublicKey], bytes: &[u8]) -> Result<Vec<u8>, CredentialError> {
    let failed = CredentialError::Crypto;
    let recipients = readers.iter().map(|key| &key.0 as &dyn age::Recipient);
    let sealing =
        Encryptor::with_recipients(recipients).map_err(|_| failed("there is no reader"))?;
    let mut out = Vec::with_capacity(bytes.len() + 512);
    let mut writer = sealing
        .wrap_output(&mut out)
        .map_err(|_| failed("no header"))?;
    writer.write_all(bytes).map_err(|_| failed("no body"))?;
    writer.finish().map_err(|_| failed("no end"))?;
    Ok(out)
}

/// Decrypts the file called `file`; at most [`CAP`] bytes come out.
///
/// # Errors
/// [`CredentialError::Refused`] for what is not an age file, is for another key, was changed, or is too large.
pub fn decrypt(
    key: &WorkerKey,
    file: &str,
    bytes: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CredentialError> {
    let refused = |why: &str| CredentialError::refused(file, why);
    if bytes.len() > CAP + OVERHEAD {
        return Err(refused("it is larger than an encrypted credential"));
    }
    let opened = Decryptor::new_buffered(bytes).map_err(|_| refused("it is no age file"))?;
    let keys = std::iter::once(&key.0 as &dyn age::Identity);
    let reader = opened.decrypt(keys).map_err(|_| {
        refused("it is encrypted to another key; the orchestrator accepts this machine's with `swarmwarden credentials accept`")
    })?;
    // Room for all of it: a buffer that grows leaves copies behind.
    let mut out = Zeroizing::new(Vec::with_capacity(CAP + 1));
    let limit = u64::try_from(CAP + 1).unwrap_or(u64::MAX);
    reader
        .take(limit)
        .read_to_end(&mut out)
        .map_err(|_| refused("it was changed or cut"))?;
    if out.len() > CAP {
        return Err(refused("it has more than 64 KiB"));
    }
    Ok(out)
}
