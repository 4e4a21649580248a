//! What a recording holds, and what can be asked of it.

use super::{Severity, Snapshot, Span, Timestamp};
use std::sync::Arc;

/// A question to a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Travel {
    /// What there is: a [`Recording`].
    Survey,
    /// The whole swarm at an instant; what lies outside of the recording gives its nearest end.
    To(Timestamp),
    /// The swarm at the event next to an instant: the first after it, or the last before it.
    Step {
        /// From here.
        from: Timestamp,
        /// To the event before, not after.
        back: bool,
    },
}

/// What a recording holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recording {
    /// First instant that can be shown.
    pub from: Timestamp,
    /// Last instant that can be shown.
    pub to: Timestamp,
    /// What was wrong, by beginning; at most 4,096, the worst and newest where there are more.
    pub troubles: Vec<Trouble>,
    /// From when until when nothing was recorded, ascending.
    pub gaps: Vec<(Timestamp, Timestamp)>,
}

impl Recording {
    /// What is worth keeping as an incident, seen from `at`: the worst of what was wrong then, the newest where several are as bad; else what
    /// was wrong last. From `around` before it to `around` after its end, or to the present where it is not over. `None` when nothing was wrong
    /// until `at`. O(troubles).
    #[must_use]
    pub fn incident(&self, at: Timestamp, around: Span) -> Option<(Timestamp, Timestamp)> {
        let begun = self.troubles.iter().filter(|t| t.from <= at);
        let open = |t: &&Trouble| t.until.is_none_or(|until| until >= at);
        let worst = begun.clone().filter(open);
        let worst = worst.max_by_key(|t| (t.severity, t.from));
        let trouble = worst.or_else(|| begun.max_by_key(|t| t.from))?;
        let present = self.to.max(at);
        let to = trouble.until;
        let to = to.map_or(present, |until| until.plus(around).min(present));
        Some((trouble.from.plus(Span(-around.0)), to))
    }
}

/// Something that was wrong for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Since when.
    pub from: Timestamp,
    /// Until when; `None` when it lasted to the end.
    pub until: Option<Timestamp>,
    /// How bad at worst.
    pub severity: Severity,
    /// What, neutralised.
    pub what: Arc<str>,
}

/// The swarm at a recorded instant: a snapshot in [`super::Mode::Recorded`]. Two are the same when they are one picture.
#[derive(Debug, Clone)]
pub struct Moment(pub Arc<Snapshot>);

impl PartialEq for Moment {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Moment {}

#[cfg(test)]
mod tests;
