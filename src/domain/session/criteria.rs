//! What must hold for a session to be a success: each criterion with what was seen.

use crate::domain::swarmfile::Criterion;
use std::sync::Arc;

/// What a probe found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It holds.
    Met,
    /// It does not hold.
    Unmet,
    /// It cannot be told.
    Unknown,
}

impl Outcome {
    /// Name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Unmet => "unmet",
            Self::Unknown => "unknown",
        }
    }

    /// [`Outcome::Met`] when it holds.
    #[must_use]
    pub const fn of(holds: bool) -> Self {
        if holds { Self::Met } else { Self::Unmet }
    }
}

/// One criterion, held against what there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What must hold, neutralised.
    pub what: Arc<str>,
    /// Whether it does.
    pub outcome: Outcome,
    /// What was seen, neutralised.
    pub evidence: String,
}

impl Checked {
    /// A criterion with its evidence.
    #[must_use]
    pub fn new(what: &str, outcome: Outcome, evidence: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            outcome,
            evidence: evidence.into(),
        }
    }
}

/// A criterion of a plan in words.
#[must_use]
pub fn words(criterion: &Criterion) -> String {
    match criterion {
        Criterion::File { path } => format!("{path} is committed"),
        Criterion::Matches {
            path,
            at_least,
            what,
            ..
        } => format!(
            "{path} has at least {at_least} {}",
            what.as_deref().unwrap_or("matches")
        ),
        Criterion::Links {
            path,
            at_least,
            level,
        } => format!("every section of level {level} of {path} has at least {at_least} links"),
        Criterion::Heading { path, pattern } => format!("{path} has a heading like {pattern:?}"),
        Criterion::Merged {} => "its branch is merged".to_owned(),
        Criterion::BlockersClosed {} => "all blockers are resolved".to_owned(),
    }
}
