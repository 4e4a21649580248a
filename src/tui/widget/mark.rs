//! A symbol and a word for everything that has a state. Colour only repeats them.

use crate::{
    domain::{Kind, Severity, State, TaskState},
    tui::theme::Role,
};

/// How a state is shown. Symbol: one cell. Word: at most seven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// One cell.
    pub(crate) symbol: &'static str,
    /// At most seven cells.
    pub(crate) word: &'static str,
    /// Colour.
    pub(crate) role: Role,
}

impl Mark {
    pub(crate) const fn new(symbol: &'static str, word: &'static str, role: Role) -> Self {
        Self { symbol, word, role }
    }

    /// `✗ SILENT`.
    pub(crate) fn text(self) -> String {
        format!("{} {}", self.symbol, self.word)
    }
}

/// Of a worker.
pub(crate) const fn state(state: State) -> Mark {
    match state {
        State::Silent => Mark::new("✗", "SILENT", Role::Crit),
        State::Stalled => Mark::new("!", "STALLED", Role::Warn),
        State::NoHeartbeat => Mark::new("!", "NO-BEAT", Role::Warn),
        State::Suspect => Mark::new("!", "SUSPECT", Role::Warn),
        State::Blocked => Mark::new("?", "BLOCKED", Role::Info),
        State::Expired => Mark::new("✗", "EXPIRED", Role::Crit),
        State::Unknown => Mark::new("-", "UNKNOWN", Role::Unknown),
        State::New => Mark::new("~", "NEW", Role::Unknown),
        State::Held => Mark::new("=", "HOLD", Role::Hold),
        State::Healthy => Mark::new("▸", "WORKING", Role::Ok),
        State::Idle => Mark::new("◦", "IDLE", Role::Text),
        State::Finished => Mark::new("✓", "DONE", Role::Ok),
    }
}

/// Of a problem.
pub(crate) const fn severity(severity: Severity) -> Mark {
    match severity {
        Severity::Ok => Mark::new("✓", "OK", Role::Ok),
        Severity::Notice => Mark::new("i", "NOTE", Role::Info),
        Severity::Warning => Mark::new("!", "WARN", Role::Warn),
        Severity::Critical => Mark::new("✗", "CRIT", Role::Crit),
        Severity::Unknown => Mark::new("-", "UNKN", Role::Unknown),
    }
}

/// Of a task.
pub(crate) const fn task(state: TaskState) -> Mark {
    match state {
        TaskState::Queued => Mark::new("!", "QUEUED", Role::Warn),
        TaskState::Sent => Mark::new("~", "SENT", Role::Unknown),
        TaskState::Delivered => Mark::new("◦", "TODO", Role::Text),
        TaskState::Running => Mark::new("▸", "RUN", Role::Ok),
        TaskState::Blocked => Mark::new("?", "BLOCKED", Role::Info),
        TaskState::Done => Mark::new("✓", "DONE", Role::Ok),
        TaskState::Failed => Mark::new("✗", "FAILED", Role::Crit),
        TaskState::Cancelled => Mark::new("-", "CANCEL", Role::Unknown),
        TaskState::Dead => Mark::new("✗", "DEAD", Role::Crit),
    }
}

/// Of a message.
pub(crate) const fn kind_role(kind: Kind) -> Role {
    match kind {
        Kind::Failed => Role::Crit,
        Kind::Blocked | Kind::Question => Role::Warn,
        Kind::Done => Role::Ok,
        Kind::Assign | Kind::Proposal => Role::Info,
        Kind::Ack | Kind::Progress | Kind::Drill | Kind::Info => Role::Text,
    }
}
