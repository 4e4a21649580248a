//! How a task stands: its own state, and what is known of whoever owes it.

use crate::{
    domain::{State, Task, TaskState, Timestamp},
    tui::{
        facts::Facts,
        theme::Role,
        widget::{self, Mark},
    },
};

/// In the order of attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Whoever owes it is silent, expired or gone.
    Orphan,
    /// Given up.
    Dead,
    /// Its owner says that it failed.
    Failed,
    /// Its time is up.
    Overdue,
    /// Its owner is late, or does not move.
    Risk,
    /// Its owner cannot go on.
    Blocked,
    /// Nobody owns it, and somebody could.
    Ready,
    /// Worked on.
    Running,
    /// Fetched, not accepted.
    Delivered,
    /// Written, not fetched.
    Sent,
    /// Nobody owns it, and it waits for another task.
    Waiting,
    /// The operator keeps it out of automatic moves.
    Held,
    /// Completed.
    Done,
    /// Withdrawn.
    Cancelled,
}

impl Standing {
    /// Symbol and word.
    pub(crate) const fn mark(self) -> Mark {
        match self {
            Self::Orphan => Mark::new("!", "ORPH", Role::Crit),
            Self::Dead => widget::task(TaskState::Dead),
            Self::Failed => widget::task(TaskState::Failed),
            Self::Overdue => Mark::new("!", "OVERDUE", Role::Warn),
            Self::Risk => Mark::new("!", "RISK", Role::Warn),
            Self::Blocked => widget::task(TaskState::Blocked),
            Self::Ready => Mark::new("◦", "READY", Role::Info),
            Self::Running => widget::task(TaskState::Running),
            Self::Delivered => widget::task(TaskState::Delivered),
            Self::Sent => widget::task(TaskState::Sent),
            Self::Waiting => Mark::new("◦", "WAITS", Role::Text),
            Self::Held => Mark::new("=", "HOLD", Role::Hold),
            Self::Done => widget::task(TaskState::Done),
            Self::Cancelled => widget::task(TaskState::Cancelled),
        }
    }

    /// Somebody must look at it.
    pub(crate) fn needs(self) -> bool {
        self <= Self::Blocked
    }

    /// Nothing is left to do.
    pub(crate) const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }

    /// Which lane of the board, as [`LANES`].
    pub(crate) const fn lane(self) -> usize {
        match self {
            Self::Ready | Self::Waiting | Self::Held | Self::Sent | Self::Delivered => 0,
            Self::Running => 1,
            Self::Blocked => 2,
            Self::Orphan | Self::Dead | Self::Failed | Self::Overdue | Self::Risk => 3,
            Self::Done | Self::Cancelled => 4,
        }
    }
}

/// Lanes of the board, from the left.
pub(crate) const LANES: [&str; 5] = ["TODO", "RUN", "BLOCKED", "AT RISK", "DONE"];

/// How a task stands at `now`.
pub(crate) fn standing(facts: &Facts, task: &Task, now: Timestamp) -> Standing {
    match task.state {
        TaskState::Dead => return Standing::Dead,
        TaskState::Failed => return Standing::Failed,
        TaskState::Done => return Standing::Done,
        TaskState::Cancelled => return Standing::Cancelled,
        TaskState::Queued if task.held => return Standing::Held,
        TaskState::Queued if facts.waits_for(task).next().is_some() => return Standing::Waiting,
        TaskState::Queued => return Standing::Ready,
        _ => {}
    }
    let owner = task.owner().map(|h| facts.worker(&h.conversation));
    match owner.flatten().map(|w| w.verdict.state) {
        None | Some(State::Silent | State::Expired) => return Standing::Orphan,
        _ if task.held => return Standing::Held,
        _ if task.deadline().is_some_and(|at| at < now) => return Standing::Overdue,
        Some(State::Stalled | State::NoHeartbeat | State::Suspect) => return Standing::Risk,
        Some(_) => {}
    }
    match task.state {
        TaskState::Blocked => Standing::Blocked,
        TaskState::Delivered => Standing::Delivered,
        TaskState::Sent => Standing::Sent,
        _ => Standing::Running,
    }
}
