//! What is known of each kind of alert: how long its condition must hold, how long it must be gone, with what it is grouped, and what
//! it explains.

use super::Alert;
use crate::domain::{Severity, Span};

/// What alerts of a kind are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The bridge: all of them together.
    Bridge,
    /// The host of the worker; where that is unknown, the bridge.
    Host,
    /// The worker.
    Worker,
    /// The task, or whatever the key names.
    Key,
}

/// How alerts of a kind behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    /// The condition must hold for so long.
    pub(super) hold: Span,
    /// It must be gone for so long.
    pub(super) keep: Span,
    /// With what it is grouped.
    pub(super) scope: Scope,
    /// How bad it is at least, whatever the condition says.
    pub(super) severity: Option<Severity>,
}

impl Rule {
    const fn new(hold: i64, keep: i64, scope: Scope) -> Self {
        Self {
            hold: Span::seconds(hold),
            keep: Span::seconds(keep),
            scope,
            severity: None,
        }
    }

    const fn critical(self) -> Self {
        Self {
            severity: Some(Severity::Critical),
            ..self
        }
    }

    /// The rule of a kind; an unknown kind fires at once and resolves after a minute.
    pub(super) fn of(kind: &str) -> Self {
        match kind {
            "bridge-down" | "bridge-replaced" => Self::new(0, 30, Scope::Bridge).critical(),
            "storm" => Self::new(0, 120, Scope::Bridge).critical(),
            "host-down" => Self::new(0, 60, Scope::Host).critical(),
            "silent" => Self::new(0, 60, Scope::Host),
            "task-dead" | "no-capacity" => Self::new(0, 0, Scope::Key).critical(),
            "late-result" => Self::new(0, 0, Scope::Key),
            "contradiction" | "stale-claim" | "session-over" | "session-blocked"
            | "duplicate-work" | "unpushed" | "swarm-deadline" => Self::new(0, 60, Scope::Key),
            "expiring" | "expired" => Self::new(0, 0, Scope::Worker),
            "no-heartbeat" | "inbox-lag" => Self::new(60, 90, Scope::Worker),
            "clock-skew" | "clock-bad" | FLAPPING => Self::new(300, 300, Scope::Worker),
            "observer-degraded" => Self::new(300, 300, Scope::Bridge),
            "partial" => Self::new(0, 0, Scope::Bridge),
            _ => Self::new(0, 60, Scope::Worker),
        }
    }
}

/// Kind of the notice that an alert comes and goes.
pub(super) const FLAPPING: &str = "flapping";

/// The bridge itself is what is wrong.
fn of_bridge(kind: &str) -> bool {
    matches!(kind, "bridge-down" | "bridge-replaced")
}

/// `source` explains `target`: nobody needs to hear of both. A source that is silenced or inhibited itself still explains.
pub(super) fn explains(source: &Alert, target: &Alert) -> bool {
    if !source.status.is_active() || source.key == target.key {
        return false;
    }
    match &*source.kind {
        kind if of_bridge(kind) => !of_bridge(&target.kind),
        "storm" => &*target.kind == "silent",
        "host-down" => &*target.kind == "silent" && source.group_scope() == target.group_scope(),
        "silent" => {
            matches!(
                &*target.kind,
                "suspect" | "no-heartbeat" | "stalled" | "inbox-lag"
            ) && source.conversation() == target.conversation()
        }
        _ => false,
    }
}

/// Kinds that explain others: only these need be looked at.
pub(super) fn is_source(alert: &Alert) -> bool {
    alert.status.is_active()
        && (of_bridge(&alert.kind) || matches!(&*alert.kind, "storm" | "host-down" | "silent"))
}

impl Alert {
    /// What stands behind the kind in the name of its group.
    fn group_scope(&self) -> &str {
        self.group.split_once('@').map_or("", |(_, scope)| scope)
    }
}
