//! The book of alerts, so that a restart neither tells old news again nor forgets who has what.

use super::{Sidecar, SidecarError};
use crate::domain::{Timestamp, alert::Alerts};
use rusqlite::{OptionalExtension as _, params};

impl Sidecar {
    /// The book that was kept last; `None` when there is none, or when it does not read: a book is remade by what is wrong now.
    ///
    /// # Errors
    /// [`SidecarError::Backend`].
    pub fn alerts(&self) -> Result<Option<Alerts>, SidecarError> {
        let text: Option<String> = self.read("reading the alerts", |db| {
            db.query_row("SELECT book FROM alerts WHERE id = 1", [], |row| row.get(0))
                .optional()
        })?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Keeps the book instead of the one before. O(alerts).
    ///
    /// # Errors
    /// [`SidecarError::Backend`]; nothing is then changed.
    pub fn keep_alerts(&mut self, book: &Alerts, now: Timestamp) -> Result<(), SidecarError> {
        let text = serde_json::to_string(book).unwrap_or_default();
        self.write("keeping the alerts", |tx| {
            tx.prepare_cached(
                "INSERT INTO alerts VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE
                 SET kept_at = excluded.kept_at, book = excluded.book",
            )?
            .execute(params![now.0, text])?;
            Ok(())
        })
    }
}
