//! Conversations that a pipe for workers may read, because their tokens were shown on it.

use crate::domain::{ConversationId, Side, credential::Secret};
use std::{collections::BTreeMap, sync::Arc};

/// A side of a conversation with its token.
#[derive(Clone)]
pub struct Proof {
    /// Where.
    pub conversation: ConversationId,
    /// Which side.
    pub side: Side,
    /// Its token.
    pub token: Secret,
}

/// What can be proved at this moment; asked before messages are read.
pub type Proofs = Arc<dyn Fn() -> Vec<Proof> + Send + Sync>;

/// What was shown on one opened pipe, and why it was not taken.
#[derive(Default)]
pub(super) struct Shown(BTreeMap<ConversationId, (Secret, Option<String>)>);

impl Shown {
    /// Whether exactly this was shown.
    pub(super) fn has(&self, proof: &Proof) -> bool {
        let kept = self.0.get(&proof.conversation);
        kept.is_some_and(|(token, _)| token.is(proof.token.reveal()))
    }

    pub(super) fn add(&mut self, proof: Proof, denied: Option<String>) {
        self.0.insert(proof.conversation, (proof.token, denied));
    }

    /// Why nothing can be read; `None` where something can.
    pub(super) fn nothing(&self) -> Option<String> {
        if self.0.values().any(|(_, denied)| denied.is_none()) {
            return None;
        }
        let why = self.0.iter().find_map(|(id, (_, denied))| {
            let why = denied.as_ref()?;
            Some(format!("{id}: {why}"))
        });
        let why = why.unwrap_or_else(|| "no credential is here".to_owned());
        Some(format!(
            "this pipe is for workers, and nothing is proved on it: {why}"
        ))
    }
}
