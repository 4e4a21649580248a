//! `[workers]`: what this process does beside watching.

use crate::domain::Span;
use toml::Value;

/// Its keys.
pub(super) const KEYS: [&str; 2] = ["workers.with", "workers.require_activity"];

/// What can be done beside watching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Job {
    /// Keep workers alive whose credentials are here.
    KeepAlive,
    /// Take over new credentials.
    Sync,
    /// Act on what is found.
    Watchdog,
}

impl Job {
    /// Reads a name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "keepalive" => Some(Self::KeepAlive),
            "sync" => Some(Self::Sync),
            "watchdog" => Some(Self::Watchdog),
            _ => None,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::KeepAlive => "keepalive",
            Self::Sync => "sync",
            Self::Watchdog => "watchdog",
        }
    }
}

/// What the file sets; `None` where it does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkersFile {
    with: Vec<Job>,
    /// `workers.require_activity`.
    pub(super) require_activity: Option<Span>,
}

impl WorkersFile {
    /// What was typed, or what the file says; each once.
    pub(super) fn with(&self, given: Vec<Job>) -> Vec<Job> {
        let mut all = if given.is_empty() {
            self.with.clone()
        } else {
            given
        };
        all.sort_unstable();
        all.dedup();
        all
    }

    pub(super) fn set(
        &mut self,
        name: &str,
        value: &Value,
        span: Option<Span>,
    ) -> Result<(), String> {
        match name {
            "workers.with" => {
                let wrong = || {
                    format!("`{name}` is a list of keepalive, sync, watchdog; the default stays")
                };
                let words = value.as_array().ok_or_else(wrong)?.iter();
                let jobs = words.map(|w| w.as_str().and_then(Job::parse).ok_or_else(wrong));
                self.with = jobs.collect::<Result<_, _>>()?;
            }
            "workers.require_activity" => {
                let wrong = || format!("`{name}` is a time such as \"300s\"; the default stays");
                self.require_activity = Some(span.ok_or_else(wrong)?);
            }
            _ => return Err(super::file::unknown(name)),
        }
        Ok(())
    }
}
