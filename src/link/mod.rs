//! What connects an engine with its frontends, and nothing else: state goes through `watch` (the latest wins, never lags, never
//! grows), commands and answers through bounded `mpsc` (they must arrive; full is a visible `Busy`).

use crate::domain::{
    Command, Message, Moment, Recording, Refusal, Snapshot, Timestamp,
    repo::{Begun, CommitLine},
};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// Depth of the queues of commands and of answers.
pub const QUEUE: usize = 32;

/// What a frontend is given.
#[derive(Debug)]
pub struct Ports {
    /// The swarm: the latest wins. A closed channel means that the engine is gone.
    pub snapshot: watch::Receiver<Arc<Snapshot>>,
    /// Health of every background job, by name.
    pub jobs: watch::Receiver<Arc<[JobHealth]>>,
    /// To the engine.
    pub commands: mpsc::Sender<Envelope>,
    /// From the engine; one answer for every command.
    pub replies: mpsc::Receiver<(RequestId, Reply)>,
}

/// What an engine holds of the same channels.
#[derive(Debug)]
pub struct EnginePorts {
    /// The swarm.
    pub snapshot: watch::Sender<Arc<Snapshot>>,
    /// Health of every background job.
    pub jobs: watch::Sender<Arc<[JobHealth]>>,
    /// From the frontend.
    pub commands: mpsc::Receiver<Envelope>,
    /// To the frontend.
    pub replies: mpsc::Sender<(RequestId, Reply)>,
}

/// Both ends.
#[must_use]
pub fn pair(first: Snapshot) -> (Ports, EnginePorts) {
    let (snapshot_tx, snapshot) = watch::channel(Arc::new(first));
    let (jobs_tx, jobs) = watch::channel(Arc::from([]));
    let (commands, commands_rx) = mpsc::channel(QUEUE);
    let (replies_tx, replies) = mpsc::channel(QUEUE);
    (
        Ports {
            snapshot,
            jobs,
            commands,
            replies,
        },
        EnginePorts {
            snapshot: snapshot_tx,
            jobs: jobs_tx,
            commands: commands_rx,
            replies: replies_tx,
        },
    )
}

/// Names a command until its answer is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId(pub u64);

/// A command on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Comes back with the answer.
    pub id: RequestId,
    /// What is asked.
    pub command: Command,
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It happened; words for the operator.
    Done(String),
    /// An older page of messages, ascending; empty at the beginning of the history.
    Messages(Vec<Arc<Message>>),
    /// Commits of a branch, newest first.
    Commits(Arc<str>, Vec<CommitLine>),
    /// A merge was begun in a work tree of its own.
    Merging(Box<Begun>),
    /// What there is of a recording.
    Recording(Arc<Recording>),
    /// The swarm at a recorded instant.
    Moment(Moment),
    /// A table, line by line; neutralised.
    Lines(Vec<String>),
    /// It did not happen.
    Refused(Refusal),
}

/// What a background job is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Waits for its next run.
    Idle,
    /// Runs.
    Running,
    /// Failed, and waits for the next attempt.
    Backoff {
        /// How many failed in a row.
        attempt: u32,
        /// When it tries again.
        until: Timestamp,
    },
    /// Switched off by the operator.
    Stopped,
    /// Ended without being asked to: it panicked more often than it may.
    Dead,
}

/// Health of one background job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobHealth {
    /// Name, as in commands.
    pub name: &'static str,
    /// What it serves: a database, a repository; neutralised.
    pub serves: Arc<str>,
    /// What it is doing.
    pub phase: Phase,
    /// Last success.
    pub last_ok: Option<Timestamp>,
    /// Last failure, neutralised.
    pub last_error: Option<(Timestamp, Arc<str>)>,
    /// Next run, when it is known.
    pub next_run: Option<Timestamp>,
    /// Steps taken.
    pub runs: u64,
    /// Panics caught.
    pub panics: u32,
}

impl JobHealth {
    /// Nothing to worry about: no error since the last success, and neither stopped nor dead.
    #[must_use]
    pub fn is_well(&self) -> bool {
        matches!(self.phase, Phase::Idle | Phase::Running)
            && self
                .last_error
                .as_ref()
                .is_none_or(|(at, _)| self.last_ok.is_some_and(|ok| ok >= *at))
    }
}
