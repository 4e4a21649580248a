//! Messages that wait in the old conversation of a worker.

use super::carry::{Look, op};
use crate::{
    domain::{ConversationId, MessageId, MessageRow, Side, Timestamp, act::Deed},
    engine::{IssueError, Issuer},
    store::{Store, StoreError},
};
use std::{collections::HashSet, sync::Arc};

/// Messages that one read takes.
const PAGE: usize = 4_096;

/// What became of the messages of an old conversation.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Forwarded {
    /// Written to the new one again.
    written: usize,
    /// Pointed to in the new one: they cannot be written again.
    pointed: usize,
    /// Some could not even be pointed to.
    pub(super) refused: bool,
    /// What its worker wrote there last and the orchestrator has not read.
    pub(super) unheard: usize,
}

impl Forwarded {
    /// What was done, for people.
    pub(super) fn lines(&self, from: &ConversationId, to: &ConversationId) -> Vec<String> {
        let written = (self.written > 0).then(|| {
            let n = self.written;
            format!("{n} messages of {from} were not fetched: written to {to} again")
        });
        let pointed = (self.pointed > 0).then(|| {
            let n = self.pointed;
            format!("{n} messages of {from} cannot be written again: {to} says where they are")
        });
        written.into_iter().chain(pointed).collect()
    }
}

impl Issuer {
    /// Writes what the worker has not fetched in `from` to `to`, assignments aside: those move with their tasks. What cannot be written there,
    /// such as a message that is too long, is pointed to.
    pub(super) fn forward(
        &self,
        store: &mut dyn Store,
        (from, to): (&ConversationId, &ConversationId),
        since: Timestamp,
        look: Look<'_>,
        now: Timestamp,
    ) -> Result<Forwarded, IssueError> {
        let waiting = undelivered(store, (from, to), since)?;
        let mut out = Forwarded {
            unheard: waiting.unheard,
            ..Forwarded::default()
        };
        for row in waiting.rows.iter().filter(|row| !is_about_a_task(row)) {
            let id = row.id.0.to_string();
            let ops = [op(&[&id, to.raw()]), op(&[&id, to.raw(), "pointer"])];
            if ops.iter().any(|op| waiting.done.contains(op)) {
                continue;
            }
            let picture = look(store)?;
            let [again, pointer] = ops;
            let message = |text: String| Deed::Message {
                to: to.clone(),
                text,
            };
            let whole = message(row.text.to_string());
            let Err(why) = self.act(store, &picture, (again, whole), now)? else {
                out.written += 1;
                continue;
            };
            let words = format!(
                "message {id} of your conversation {from}, {} bytes, is not repeated here: {why}; it waits there until that conversation ends",
                row.text.len()
            );
            match self.act(store, &picture, (pointer, message(words)), now)? {
                Ok(()) => out.pointed += 1,
                Err(_) => out.refused = true,
            }
        }
        Ok(out)
    }
}

/// What waits in an old conversation.
pub(super) struct Waiting {
    /// Messages to the worker that it has not fetched, ascending.
    pub(super) rows: Vec<MessageRow>,
    /// Names of what was written to the new one.
    done: HashSet<Arc<str>>,
    /// Messages of the worker that the orchestrator has not read.
    unheard: usize,
}

/// What waits in `from`, and what was written to `to`. O(messages since).
pub(super) fn undelivered(
    store: &mut dyn Store,
    (from, to): (&ConversationId, &ConversationId),
    since: Timestamp,
) -> Result<Waiting, StoreError> {
    let mut out = Waiting {
        rows: Vec::new(),
        done: HashSet::new(),
        unheard: 0,
    };
    let mut before = MessageId(i64::MAX);
    loop {
        let page = store.page(before, PAGE)?;
        let Some(first) = page.first() else { break };
        before = first.id;
        let old = first.at.at().is_some_and(|at| at < since);
        let last = page.len() < PAGE || old;
        let ours = page.iter().filter(|row| row.conversation == *to);
        (out.done).extend(ours.filter_map(|row| row.mark.as_ref()?.op.clone()));
        for row in page {
            if row.conversation != *from || row.read {
                continue;
            }
            match (row.from, row.to) {
                (_, Side::B) => out.rows.push(row),
                (Side::B, Side::A) => out.unheard += 1,
                _ => {}
            }
        }
        if last {
            break;
        }
    }
    out.rows.sort_by_key(|row| row.id);
    Ok(out)
}

/// Whether a message hands out or takes away work: that follows the task.
fn is_about_a_task(row: &MessageRow) -> bool {
    let marked = row.mark.as_ref().is_some_and(|mark| mark.task.is_some());
    let value: Option<serde_json::Value> = serde_json::from_str(&row.text).ok();
    marked
        || value.is_some_and(|v| v.get("type").and_then(|t| t.as_str()) == Some("task_assignment"))
}
