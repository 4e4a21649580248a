//! How each worker beats and works, so that a restart does not start cold.

use super::{Sidecar, SidecarError};
use crate::domain::{ConversationId, Span, Timestamp};
use rusqlite::params;

/// A worker that was not heard of for so long is forgotten: a rhythm of last week says nothing of today's, and the memory stays small.
const KEPT: Span = Span::seconds(7 * 86_400);

/// What is kept of one worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RhythmRow {
    /// Whose.
    pub conversation: ConversationId,
    /// When its newest sample was taken.
    pub seen_at: Timestamp,
    /// The state of its estimators, as JSON.
    pub state: Box<str>,
}

impl Sidecar {
    /// Everything that is kept, by conversation. O(rows).
    ///
    /// # Errors
    /// [`SidecarError::Backend`].
    pub fn rhythms(&self) -> Result<Vec<RhythmRow>, SidecarError> {
        self.read("reading the rhythms", |db| {
            let mut all =
                db.prepare_cached("SELECT conversation, seen_at, state FROM rhythms ORDER BY 1")?;
            let rows = all.query_map([], |row| {
                Ok(RhythmRow {
                    conversation: row.get::<_, String>(0)?.as_str().into(),
                    seen_at: Timestamp(row.get(1)?),
                    state: row.get::<_, String>(2)?.into(),
                })
            })?;
            rows.collect()
        })
    }

    /// Replaces what is kept of these workers, in one transaction, and forgets whoever was last seen a week before `now`.
    ///
    /// # Errors
    /// [`SidecarError::Backend`]; nothing is then changed.
    pub fn keep_rhythms(&mut self, rows: &[RhythmRow], now: Timestamp) -> Result<(), SidecarError> {
        self.write("keeping the rhythms", |tx| {
            let mut put = tx.prepare_cached(
                "INSERT INTO rhythms VALUES (?, ?, ?) ON CONFLICT (conversation) DO UPDATE
                 SET seen_at = excluded.seen_at, state = excluded.state WHERE excluded.seen_at >= seen_at",
            )?;
            for row in rows {
                put.execute(params![row.conversation.raw(), row.seen_at.0, &*row.state])?;
            }
            let before = now.plus(Span(-KEPT.0));
            tx.prepare_cached("DELETE FROM rhythms WHERE seen_at < ?")?.execute([before.0])?;
            Ok(())
        })
    }
}
