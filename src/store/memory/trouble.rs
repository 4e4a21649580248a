//! What can happen to a bridge: messages that are read, rows that vanish, a backup that is restored, calls that fail.

use super::MemoryStore;
use crate::{
    domain::{ConversationId, MessageId},
    store::StoreError,
};

impl MemoryStore {
    /// Sets the read mark of messages, and nothing besides.
    pub fn mark_read(&self, ids: &[MessageId]) {
        let mut state = self.change();
        for message in &mut state.messages {
            message.read |= ids.contains(&message.id);
        }
    }

    /// Removes a conversation with its messages and statuses, as the bridge's cleanup does. Numbers are not used again.
    pub fn remove_conversation(&self, id: &ConversationId) {
        let mut state = self.change();
        state.conversations.retain(|(_, c)| c.id != *id);
        state.messages.retain(|m| m.conversation != *id);
        state.statuses.retain(|s| s.conversation != *id);
    }

    /// Goes back to the state after message `message` and audit row `audit`, as a restored backup does.
    pub fn rewind(&self, message: i64, audit: i64) {
        let mut state = self.change();
        state.messages.retain(|m| m.id.0 <= message);
        state.audits.retain(|a| a.id <= audit);
        state.last.message = message;
        state.last.audit = audit;
    }

    /// Every call fails with what `failure` makes, until [`Self::heal`].
    pub fn fail(&self, failure: impl Fn() -> StoreError + Send + 'static) {
        self.change().failure = Some(Box::new(failure));
    }

    /// Calls answer again.
    pub fn heal(&self) {
        self.change().failure = None;
    }
}
