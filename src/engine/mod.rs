//! Drives everything that has a pulse: the jobs, and the commands of a frontend. Knows the traits of the adapters, not their libraries.

mod clock;
pub mod job;
mod look;
mod supervisor;

pub use clock::Clock;
pub use look::{PAGE, View, describe, learn, look, pump};
pub use supervisor::Supervisor;

use crate::{
    domain::{Command, Refusal, Snapshot, Source},
    git::Repos,
    link::{EnginePorts, Envelope, Ports, Reply, pair},
    watch::Poker,
};
use job::{Ask, GitStatus, Memory, Open, Recorder, Refresh, Slate, Wires};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// How long an orderly stop may take.
const GRACE: Duration = Duration::from_secs(5);

/// What an engine needs.
pub struct Plan {
    /// Opens the bridge.
    pub open: Open,
    /// Its name for people, neutralised, until it is open.
    pub name: Arc<str>,
    /// How to look at it.
    pub view: View,
    /// Where `now` comes from.
    pub clock: Clock,
    /// The memory of this bridge; `None` runs without one.
    pub memory: Option<Memory>,
    /// What the operator should know from the start, neutralised.
    pub notes: Vec<String>,
    /// Repository to show, and how often to read it.
    pub repos: Option<(Arc<dyn Repos>, Duration)>,
}

/// A running engine. Dropping it cancels its jobs; [`Engine::stop`] also waits for them.
#[derive(Debug)]
pub struct Engine {
    stop: CancellationToken,
    commands: JoinHandle<()>,
}

impl Engine {
    /// Starts the jobs on the current runtime.
    #[must_use]
    pub fn start(plan: Plan) -> (Self, Ports) {
        let source = Source {
            name: look::file_name(&plan.name),
            path: Arc::clone(&plan.name),
            mode: plan.view.mode,
            ..Source::default()
        };
        let (ports, ends) = pair(Snapshot {
            at: plan.clock.now(),
            source,
            ..Snapshot::default()
        });
        let EnginePorts {
            snapshot,
            jobs,
            commands,
            replies,
        } = ends;
        let stop = CancellationToken::new();
        let mut supervisor = Supervisor::new(jobs, plan.clock.clone(), stop.clone());
        let (found, repo) = watch::channel(None);
        if let Some((repos, every)) = plan.repos {
            supervisor.add(GitStatus::new(repos, every, plan.clock.clone(), found));
        }
        let (asks, asked) = mpsc::channel(4);
        let poker = Arc::default();
        let slate = Slate::default();
        if let Some(memory) = &plan.memory {
            let (slate, memory) = (slate.clone(), Arc::clone(memory));
            let name = Arc::clone(&plan.name);
            supervisor.add(Recorder::new(slate, memory, plan.clock.clone(), name));
        }
        let last = plan.memory.map(|memory| (slate.clone(), memory));
        let now = plan.clock.clone();
        let wires = Wires {
            slate,
            notes: plan.notes,
            out: snapshot,
            repo,
            asks: asked,
            replies: replies.clone(),
            poker: Arc::clone(&poker),
        };
        supervisor.add(Refresh::new(
            plan.open, plan.name, plan.view, plan.clock, wires,
        ));
        let desk = Desk {
            supervisor,
            asks,
            poker,
            replies,
            last: last.map(|(slate, memory)| (slate, memory, now)),
        };
        let commands = tokio::spawn(desk.serve(commands, stop.clone()));
        (Self { stop, commands }, ports)
    }

    /// Stops every job and waits for them, at most five seconds.
    pub async fn stop(self) {
        self.stop.cancel();
        let Self {
            stop: _guard,
            mut commands,
        } = self;
        if timeout(GRACE, &mut commands).await.is_err() {
            commands.abort();
        }
    }
}

/// Where commands are carried out.
struct Desk {
    supervisor: Supervisor,
    asks: mpsc::Sender<Ask>,
    poker: Arc<Mutex<Option<Poker>>>,
    replies: mpsc::Sender<(crate::link::RequestId, Reply)>,
    /// What is written at the very end, and where.
    last: Option<(Slate, Memory, Clock)>,
}

impl Desk {
    async fn serve(self, mut commands: mpsc::Receiver<Envelope>, stop: CancellationToken) {
        loop {
            let envelope = tokio::select! {
                () = stop.cancelled() => break,
                envelope = commands.recv() => envelope,
            };
            let Some(Envelope { id, command }) = envelope else {
                break;
            };
            if let Some(reply) = self.execute(id, &command)
                && self.replies.send((id, reply)).await.is_err()
            {
                break;
            }
        }
        stop.cancel();
        self.poke();
        self.supervisor.ended().await;
        if let Some((slate, memory, clock)) = self.last {
            // At the end nobody is left to be told that it failed.
            let write = move || slate.write(&memory, clock.now());
            let _written = tokio::task::spawn_blocking(write).await;
        }
    }

    /// Carries out a command; `None` when the answer comes from a job.
    fn execute(&self, id: crate::link::RequestId, command: &Command) -> Option<Reply> {
        match *command {
            Command::Reread => {
                self.poke();
                Some(Reply::Done("reading again".to_owned()))
            }
            Command::OlderMessages { before, limit } => {
                match self.asks.try_send(Ask { id, before, limit }) {
                    Ok(()) => {
                        self.poke();
                        None
                    }
                    Err(_) => Some(Reply::Refused(Refusal::Busy)),
                }
            }
            Command::Job { name, order } => {
                let done = self.supervisor.order(name, order);
                self.poke();
                Some(done.map_or_else(Reply::Refused, Reply::Done))
            }
        }
    }

    fn poke(&self) {
        if let Some(poker) = self
            .poker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
        {
            poker.poke();
        }
    }
}

#[cfg(test)]
mod tests;
