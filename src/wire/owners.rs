//! Whose messages are wanted here, and the tokens that prove it.

use super::{failure::Failure, keepalive};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};
use swarmwarden::{
    credentials::Credential,
    domain::{ConversationId, Side, Span, Timestamp, text},
    engine::{Clock, alive::Sources},
    settings::Settings,
    store::pipe::{Proof, Proofs},
};

/// Between two looks for credentials.
const RESCAN: Span = Span::seconds(2);

/// Where credentials are, when that was looked at, what was found, and why it could not be.
type Found = (
    Option<Sources>,
    Timestamp,
    BTreeMap<ConversationId, Credential>,
    Option<String>,
);

/// Whose messages are wanted, and the tokens that prove it.
pub(super) struct Owners {
    named: Arc<[ConversationId]>,
    state: Mutex<Found>,
    pub(super) clock: Clock,
}

impl Owners {
    /// Those that are named, or all whose credentials are in `files` or at the usual places. Without credentials it is an error where
    /// they are needed: reading a file needs no token.
    pub(super) fn new(
        settings: &Settings,
        files: &[PathBuf],
        (named, needed): (&[String], bool),
    ) -> Result<Self, Failure> {
        let clock = super::clock(settings);
        let sources = match keepalive::sources(settings, files, clock.now()) {
            Ok(sources) => Some(sources),
            Err(error) if needed || named.is_empty() => return Err(error),
            Err(_) => None,
        };
        Ok(Self {
            named: named.iter().map(|id| id.as_str().into()).collect(),
            state: Mutex::new((sources, Timestamp(i64::MIN / 2), BTreeMap::new(), None)),
            clock,
        })
    }

    /// Their tokens, for a pipe that hands over only what is proved.
    pub(super) fn proofs(self: &Arc<Self>) -> Proofs {
        let owners = Arc::clone(self);
        Arc::new(move || {
            let ids = owners.ids();
            let known = ids.iter().filter_map(|id| owners.of(id));
            let proof = |credential: Credential| Proof {
                conversation: credential.conversation,
                side: Side::B,
                token: credential.token,
            };
            known.map(proof).collect()
        })
    }

    /// The conversations as they are now.
    pub(super) fn ids(&self) -> Arc<[ConversationId]> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        if now.since(state.1) >= RESCAN
            && let Some(sources) = &mut state.0
        {
            let loaded = sources.load();
            // One that cannot be read now does not end what it was for.
            if !loaded.unreadable {
                state.2.clear();
            }
            let all = loaded.credentials.into_iter();
            state.2.extend(all.map(|c| (c.conversation.clone(), c)));
            state.3 = loaded.faults.into_iter().next().map(|(path, why)| {
                let path = text::line(&path.to_string_lossy()).into_owned();
                format!("{path}: {why}")
            });
            state.1 = now;
        }
        if self.named.is_empty() {
            return state.2.keys().cloned().collect();
        }
        Arc::clone(&self.named)
    }

    /// What of the credentials could not be read at the last look.
    pub(super) fn fault(&self) -> Option<String> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.3.clone()
    }

    pub(super) fn of(&self, id: &ConversationId) -> Option<Credential> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.2.get(id).cloned()
    }
}
