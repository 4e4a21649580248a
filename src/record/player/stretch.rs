//! What of a stretch of time was recorded.

use super::Player;
use crate::{
    domain::Timestamp,
    record::{RecordError, Section, event::instant},
};

impl Player {
    /// What of a stretch was recorded: times without a gap, ascending, of which one may end where the next begins; the nearest instant where
    /// there is none.
    ///
    /// # Errors
    /// As [`RecordError`] says.
    pub(in crate::record) fn stretch(
        &mut self,
        from: i64,
        to: i64,
    ) -> Result<Vec<Section>, RecordError> {
        self.refresh()?;
        let mut found = Vec::new();
        for (n, s) in self.sections.iter().enumerate() {
            let next = self.sections.get(n + 1).map_or(i64::MAX, |next| next.from);
            let part = Section {
                from: s.from.max(from),
                // By a clock that was set back, another time began before this one ended: what plays is the later.
                until: s.until.min(to).min(next),
            };
            if part.from < part.until || (part.from == part.until && part.from != next) {
                found.push(part);
            }
        }
        if found.is_empty() {
            let (_, at) = self.place(to).ok_or(RecordError::Empty)?;
            found.push(Section {
                from: at,
                until: at,
            });
        }
        Ok(found)
    }
}

/// Between times without a gap, ascending: from when until when nothing was recorded.
pub(in crate::record) fn gaps(sections: &[Section]) -> Vec<(Timestamp, Timestamp)> {
    let gap = |pair: &[Section]| match pair {
        [a, b] if b.from > a.until => Some((instant(a.until), instant(b.from))),
        _ => None,
    };
    sections.windows(2).filter_map(gap).collect()
}
