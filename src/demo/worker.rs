//! One simulated worker.

use crate::domain::{Span, Timestamp};

/// A worker and what it is up to.
pub(super) struct Worker {
    pub(super) role: String,
    pub(super) conversation: Box<str>,
    pub(super) joined: bool,
    pub(super) task: Option<Task>,
    /// Number of the report that counts.
    pub(super) turn: u32,
    pub(super) mood: Mood,
    /// Not for random assignments: something is written about it in the script.
    pub(super) reserved: bool,
    /// Neither beats nor works before this time.
    pub(super) frozen_until: Timestamp,
    /// Works, but neither beats nor polls before this time.
    pub(super) mute_until: Timestamp,
    /// Beats, but does not work before this time.
    pub(super) stalled_until: Timestamp,
}

/// Whether it could go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Ready,
    /// Waits for an answer.
    Blocked,
    /// Went home.
    Finished,
}

/// What it works on.
pub(super) struct Task {
    pub(super) id: String,
    pub(super) description: &'static str,
    pub(super) priority: &'static str,
    /// From the first step to the result.
    pub(super) length: Span,
    pub(super) step: u32,
    /// Somebody else has it by now: the next report is a late one.
    pub(super) moved: bool,
}

impl Task {
    pub(super) const fn new(
        id: String,
        description: &'static str,
        priority: &'static str,
        length: Span,
    ) -> Self {
        Self {
            id,
            description,
            priority,
            length,
            step: 0,
            moved: false,
        }
    }

    /// Time between two reports.
    pub(super) const fn pause(&self) -> Span {
        Span(self.length.0 / 6)
    }
}

impl Worker {
    pub(super) const fn new(role: String, conversation: Box<str>) -> Self {
        Self {
            role,
            conversation,
            joined: false,
            task: None,
            turn: 0,
            mood: Mood::Ready,
            reserved: false,
            frozen_until: Timestamp(i64::MIN),
            mute_until: Timestamp(i64::MIN),
            stalled_until: Timestamp(i64::MIN),
        }
    }

    pub(super) fn silent(&self, now: Timestamp) -> bool {
        now < self.frozen_until
    }

    /// When it works again, if it does not now.
    pub(super) fn idle_until(&self, now: Timestamp) -> Option<Timestamp> {
        Some(self.frozen_until.max(self.stalled_until)).filter(|until| now < *until)
    }

    /// Whether nothing is wrong with it.
    pub(super) fn well(&self, now: Timestamp) -> bool {
        self.joined && self.mood == Mood::Ready && !self.reserved && self.idle_until(now).is_none()
    }

    /// Whether it could take a task.
    pub(super) fn free(&self, now: Timestamp) -> bool {
        self.task.is_none() && self.well(now)
    }

    /// What it reports.
    pub(super) const fn status(&self) -> &'static str {
        match self.mood {
            Mood::Finished => "complete",
            Mood::Blocked => "blocked",
            Mood::Ready if self.task.is_some() => "working",
            Mood::Ready => "waiting",
        }
    }
}
