//! What an operator may ask for, and why it may not happen. Plain data: it can sit in a model and be compared.

use super::{MessageId, Timestamp, Travel, act::Write, alert::Matcher, health::Detector};
use std::sync::Arc;

/// What an operator may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Read everything again now.
    Reread,
    /// The `limit` messages below `before`.
    OlderMessages {
        /// Upper bound, not included.
        before: MessageId,
        /// At most so many.
        limit: usize,
    },
    /// Carry out what was proposed. Boxed: it holds every row that it writes.
    Act(Box<Deal>),
    /// Do something with alerts: kept in our own memory, never on the bridge.
    Alert {
        /// Who asks.
        by: Arc<str>,
        /// For what.
        order: AlertOrder,
    },
    /// The commits of a branch beyond the base, newest first.
    Commits {
        /// Its name, as in [`super::Repo::branches`].
        branch: Arc<str>,
    },
    /// Begin a merge in a work tree of its own, beside the repository; no branch and no other work tree is touched.
    ScratchMerge {
        /// Branch that is merged into, as in [`super::Repo::branches`], or the base.
        ours: Arc<str>,
        /// Branch that is merged.
        theirs: Arc<str>,
    },
    /// Look at what was recorded.
    Travel(Travel),
    /// Write what was recorded between two instants into a new file, which plays on another machine.
    ExportIncident {
        /// First instant.
        from: Timestamp,
        /// Last instant.
        to: Timestamp,
        /// The file.
        path: Arc<str>,
    },
    /// What another detector would have said since an instant: lines of a table.
    WhatIf {
        /// The other one.
        detector: Box<Detector>,
        /// Since when.
        since: Timestamp,
    },
    /// Drive a background job.
    Job {
        /// Which.
        name: &'static str,
        /// How.
        order: JobOrder,
    },
}

/// What an operator agreed to.
#[derive(Debug, Clone)]
pub struct Deal {
    /// What it is, in one line.
    pub headline: String,
    /// What to write, and the state that it rests on.
    pub write: Write,
}

/// Two deals are the same when they are the same action.
impl PartialEq for Deal {
    fn eq(&self, other: &Self) -> bool {
        self.write.op == other.write.op
    }
}

impl Eq for Deal {}

/// What an operator may do with alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertOrder {
    /// Take them: nothing is sent of them until they resolve or get worse.
    Ack {
        /// Their keys.
        keys: Vec<Arc<str>>,
        /// Why; may be empty.
        note: Arc<str>,
    },
    /// Give them back.
    Unack {
        /// Their keys.
        keys: Vec<Arc<str>>,
    },
    /// Hear nothing of what matches.
    Silence {
        /// What.
        matcher: Matcher,
        /// Until when.
        until: Timestamp,
        /// Why; may be empty.
        comment: Arc<str>,
    },
    /// End every silence of exactly this.
    Unsilence {
        /// What it hid.
        matcher: Matcher,
    },
    /// Write something beside an alert.
    Note {
        /// Its key.
        key: Arc<str>,
        /// What.
        text: Arc<str>,
    },
}

/// How to drive a background job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobOrder {
    /// Switch it on.
    Start,
    /// Switch it off.
    Stop,
    /// Off and on again.
    Restart,
    /// Do not wait for the next run.
    RunNow,
}

/// Why a command did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The queue is full.
    #[error("the engine is busy; try again")]
    Busy,
    /// The engine ended.
    #[error("the engine has stopped; what you see is frozen")]
    Gone,
    /// There is no such job, or it cannot be driven so.
    #[error("there is no background job called {0}")]
    NoSuchJob(String),
    /// The source did not answer.
    #[error("{0}")]
    Unavailable(String),
    /// There is no such task, worker or report.
    #[error("there is no {0}")]
    NoSuch(String),
    /// The rules forbid it.
    #[error("{0}")]
    Denied(String),
    /// Somebody was faster; nothing was written.
    #[error("{0}; nothing was written")]
    Conflict(String),
    /// The bridge could not be written; nothing was.
    #[error("{0}; nothing was written")]
    NotWritten(String),
    /// Nothing may be written.
    #[error("read-only: {0}")]
    ReadOnly(String),
    /// What was asked for is not there any more.
    #[error("{0}")]
    Missing(String),
}
