//! What operators do with alerts.

use super::{Ack, Alerts, Matcher, Note, Silence, Status, book::Edge};
use crate::domain::{Timestamp, text};
use std::sync::Arc;

/// Notes kept beside one alert.
const NOTES: usize = 16;

/// Why an operator's wish cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSuch {
    /// No alert has this key.
    #[error("there is no alert {0} any more")]
    Alert(String),
    /// It is over, or has not fired.
    #[error("{0} does not fire now")]
    Quiet(String),
    /// It has no acknowledgement.
    #[error("nobody has {0}")]
    Unacked(String),
    /// There is no such silence.
    #[error("there is no silence {0}")]
    Silence(u64),
    /// The silence would hide nothing, ever.
    #[error("a silence needs something to match, and an end that lies ahead")]
    Empty,
}

/// Words of an operator, neutralised, redacted and at most as long as an id.
fn said(words: &str) -> Arc<str> {
    text::line(text::head(&text::redact(words), text::ID_CAP)).into()
}

/// `, note` when there is one.
fn because(note: &str) -> String {
    if note.is_empty() {
        String::new()
    } else {
        format!(": {note}")
    }
}

impl Alerts {
    /// Somebody takes an alert. Gives the change of its status.
    ///
    /// # Errors
    /// When it does not fire.
    pub fn ack(&mut self, key: &str, by: &str, note: &str, now: Timestamp) -> Result<(), NoSuch> {
        let row = self.rows.get_mut(key);
        let row = row.ok_or_else(|| NoSuch::Alert(key.to_owned()))?;
        if !row.alert.status.is_active() {
            return Err(NoSuch::Quiet(key.to_owned()));
        }
        let (by, note) = (said(by), said(note));
        let severity = row.alert.severity;
        row.remember(now, format!("acked by {by}{}", because(&note)));
        row.write().ack = Some(Ack {
            by,
            at: now,
            note,
            severity,
        });
        Ok(())
    }

    /// Nobody has the alert any more.
    ///
    /// # Errors
    /// When nobody had it.
    pub fn unack(&mut self, key: &str, by: &str, now: Timestamp) -> Result<(), NoSuch> {
        let row = self.rows.get_mut(key);
        let row = row.ok_or_else(|| NoSuch::Alert(key.to_owned()))?;
        if row.write().ack.take().is_none() {
            return Err(NoSuch::Unacked(key.to_owned()));
        }
        row.remember(now, format!("given back by {}", said(by)));
        Ok(())
    }

    /// Nobody wants to hear of what `matcher` names until `until`. Gives the name of the silence.
    ///
    /// # Errors
    /// When it would hide nothing.
    pub fn silence(
        &mut self,
        matcher: Matcher,
        until: Timestamp,
        by: &str,
        comment: &str,
        now: Timestamp,
    ) -> Result<u64, NoSuch> {
        if until <= now || matcher == Matcher::default() {
            return Err(NoSuch::Empty);
        }
        self.next_silence += 1;
        let silence = Silence {
            id: self.next_silence,
            matcher,
            until,
            by: said(by),
            comment: said(comment),
            at: now,
        };
        let words = format!(
            "silenced by {} until {}{}",
            silence.by,
            until.clock(),
            because(&silence.comment)
        );
        for row in self.rows.values_mut() {
            if row.alert.status.is_active() && silence.matcher.matches(&row.alert) {
                row.remember(now, words.as_str());
            }
        }
        self.silences.push(Arc::new(silence));
        Ok(self.next_silence)
    }

    /// Ends a silence.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn unsilence(&mut self, id: u64, by: &str, now: Timestamp) -> Result<(), NoSuch> {
        let at = self.silences.iter().position(|s| s.id == id);
        let silence = self.silences.remove(at.ok_or(NoSuch::Silence(id))?);
        let words = format!("silence ended by {}", said(by));
        for row in self.rows.values_mut() {
            if row.alert.status.is_active() && silence.matcher.matches(&row.alert) {
                row.remember(now, words.as_str());
            }
        }
        Ok(())
    }

    /// Writes something beside an alert.
    ///
    /// # Errors
    /// When there is no such alert.
    pub fn note(&mut self, key: &str, by: &str, words: &str, now: Timestamp) -> Result<(), NoSuch> {
        let row = self.rows.get_mut(key);
        let row = row.ok_or_else(|| NoSuch::Alert(key.to_owned()))?;
        let notes = &mut row.write().notes;
        if notes.len() == NOTES {
            notes.remove(0);
        }
        notes.push(Note {
            by: said(by),
            at: now,
            text: said(words),
        });
        Ok(())
    }

    /// Brings the statuses up to date after an operator's wish; gives what changed.
    pub fn settle(&mut self, now: Timestamp) -> Vec<Edge> {
        let now = now.max(self.now);
        let before: Vec<Status> = self.rows.values().map(|r| r.alert.status).collect();
        self.overlay(now);
        self.count(true);
        let rows = self.rows.values().zip(before);
        rows.filter(|(row, was)| row.alert.status != *was)
            .map(|(row, was)| (Arc::clone(&row.alert), Some(was)))
            .collect()
    }
}
