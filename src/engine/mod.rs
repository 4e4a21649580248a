//! Drives everything that has a pulse: the jobs, and the commands of a frontend. Knows the traits of the adapters, not their libraries.

mod act;
mod alarm;
pub mod alive;
mod clerk;
mod clock;
mod issue;
pub mod job;
mod look;
mod publish;
mod replay;
pub mod rotation;
mod supervisor;
mod survey;
mod travel;

pub use act::{Actor, Opener, Pen, Written, end, outcome};
pub use clock::Clock;
pub use issue::{IssueError, Issuer, Opening};
pub use job::Reporting;
pub use look::{PAGE, View, describe, learn, look, pump};
pub use publish::{Paper, PublishError, Published, Publisher};
pub use replay::RECORDED;
pub use supervisor::Supervisor;
pub use survey::Surveyor;
pub use travel::{OpenTape, recorded};

use crate::notify::Outlet;
use crate::{
    domain::{Command, Refusal, Snapshot, Source, alert::Alerts},
    link::{EnginePorts, Envelope, Ports, Reply, pair},
    store::{Books, Scribe},
    watch::Poker,
};
use alarm::Alarm;
use clerk::Clerk;
use job::{Ask, GitStatus, Keeper, Memory, Notifier, Open, Recorder, Refresh, Slate, Ward, Wires};
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
use travel::Archive;

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
    /// Where what is seen is kept; `None` keeps nothing.
    pub record: Option<job::Keepsake>,
    /// What the operator should know from the start, neutralised.
    pub notes: Vec<String>,
    /// Repository to show, and how often to read it.
    pub repos: Option<(Surveyor, Duration)>,
    /// How to write to the bridge.
    pub pen: Pen,
    /// Where writes are written down; `None` keeps no books.
    pub books: Option<Books>,
    /// What the watchdog does by itself; `None` has none.
    pub warding: Option<job::Warding>,
    /// How this machine's worker gets its credentials; `None` where it has none.
    pub syncing: Option<job::Syncing>,
    /// How workers are kept alive from here; `None` where that is switched off.
    pub keeping: Option<job::Keeping>,
    /// How conversations of workers are renewed; `None` where this machine issues none.
    pub rotating: Option<job::Rotating>,
    /// How the status document is renewed; `None` where that is switched off.
    pub reporting: Option<job::Reporting>,
    /// Who is told that the jobs move.
    pub pulse: Option<alive::Pulse>,
    /// Who is told of alerts.
    pub outlets: Vec<Arc<dyn Outlet>>,
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
    pub fn start(mut plan: Plan) -> (Self, Ports) {
        let source = unread(&plan);
        let (at, rest) = (plan.clock.now(), Snapshot::default());
        let (ports, ends) = pair(Snapshot { at, source, ..rest });
        let EnginePorts {
            snapshot,
            jobs,
            commands,
            replies,
        } = ends;
        let stop = CancellationToken::new();
        let mut supervisor = Supervisor::new(jobs, plan.clock.clone(), stop.clone());
        let clerk = Clerk::of(plan.repos.as_ref().map(|(surveyor, _)| surveyor.repos()));
        let repo = surveyed(&mut supervisor, &mut plan);
        let (alarm, slate) = (alarm(&mut supervisor, &plan), Slate::default());
        remember(&mut supervisor, &plan, &alarm, &slate);
        let clock = plan.clock.clone();
        let last = (plan.memory.clone()).map(|memory| (slate.clone(), memory, clock.clone()));
        let (asks, asked) = mpsc::channel(4);
        let poker = Arc::default();
        let ends = (ports.snapshot.clone(), replies.clone());
        let (archive, taps) = Archive::start(&plan, &mut supervisor, ends);
        let wires = Wires {
            slate,
            notes: plan.notes,
            out: snapshot.clone(),
            repo,
            asks: asked,
            replies: replies.clone(),
            poker: Arc::clone(&poker),
            alarm: alarm.clone(),
            taps,
        };
        let refresh = Refresh::new(plan.open, plan.name, plan.view, plan.clock, wires);
        let pulse = plan.pulse.unwrap_or_default();
        supervisor.add(pulse.of(refresh, clock.clone()));
        let actor = actor(plan.pen, plan.books, clock.clone(), &ports);
        let others = Others {
            warding: plan.warding.map(|how| (how, actor.clone())),
            syncing: plan.syncing,
            keeping: plan.keeping,
            rotating: plan.rotating,
            reporting: plan.reporting,
            pulse,
        };
        beside(&mut supervisor, others, &clock, &ports);
        let desk = Desk {
            actor,
            clerk,
            supervisor,
            asks,
            poker,
            replies,
            alarm,
            snapshot,
            clock,
            archive,
            last,
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

/// What is read of the repository, where there is one.
fn surveyed(
    supervisor: &mut Supervisor,
    plan: &mut Plan,
) -> watch::Receiver<Option<Arc<crate::domain::Repo>>> {
    let (found, repo) = watch::channel(None);
    if let Some((surveyor, every)) = plan.repos.take() {
        supervisor.add(GitStatus::new(surveyor, every, plan.clock.clone(), found));
    }
    repo
}

/// The source before anything of it is read.
fn unread(plan: &Plan) -> Source {
    Source {
        name: look::file_name(&plan.name),
        path: Arc::clone(&plan.name),
        mode: plan.view.mode,
        ..Source::default()
    }
}

/// What is done beside watching.
struct Others {
    warding: Option<(job::Warding, Actor)>,
    syncing: Option<job::Syncing>,
    keeping: Option<job::Keeping>,
    rotating: Option<job::Rotating>,
    reporting: Option<job::Reporting>,
    pulse: alive::Pulse,
}

/// Starts what is done beside watching, as far as it is switched on.
fn beside(supervisor: &mut Supervisor, others: Others, clock: &Clock, ports: &Ports) {
    let snapshot = || ports.snapshot.clone();
    let pulse = others.pulse;
    if let Some((how, actor)) = others.warding {
        let ward = Ward::new(how, actor, clock.clone(), snapshot());
        supervisor.add(pulse.of(ward, clock.clone()));
    }
    if let Some(how) = others.syncing {
        supervisor.add(pulse.of(job::Sync::new(how, clock.clone()), clock.clone()));
    }
    if let Some(how) = others.keeping {
        let job = job::KeepAlive::new(how, clock.clone());
        supervisor.add(pulse.of(job, clock.clone()));
    }
    if let Some(how) = others.rotating {
        supervisor.add(job::Rotation::new(how, clock.clone(), snapshot()));
    }
    if let Some(how) = others.reporting {
        supervisor.add(job::Reporter::new(how, clock.clone(), snapshot()));
    }
}

/// What is written into the memory of the bridge, where there is one.
fn remember(supervisor: &mut Supervisor, plan: &Plan, alarm: &Alarm, slate: &Slate) {
    let Some(memory) = &plan.memory else {
        return alarm.load(Alerts::default());
    };
    let clock = || plan.clock.clone();
    supervisor.add(Keeper::new(Arc::clone(memory), alarm.clone(), clock()));
    let name = Arc::clone(&plan.name);
    let slate = slate.clone();
    supervisor.add(Recorder::new(slate, Arc::clone(memory), clock(), name));
}

/// Who acts, and writes down what it did. Without a thread for the books there are none, and everything else goes on.
fn actor(pen: Pen, books: Option<Books>, clock: Clock, ports: &Ports) -> Actor {
    let scribe = books.and_then(|books| Scribe::start(books).ok());
    Actor::new(pen, clock, ports.snapshot.clone()).noted(scribe.map(Arc::new))
}

/// The book of alerts, and who is told of them.
fn alarm(supervisor: &mut Supervisor, plan: &Plan) -> Alarm {
    if plan.outlets.is_empty() {
        return Alarm::new(None);
    }
    let (out, inbox) = mpsc::channel(job::QUEUE);
    let (outlets, clock) = (plan.outlets.clone(), plan.clock.clone());
    supervisor.add(Notifier::new(outlets, inbox, clock));
    Alarm::new(Some(out))
}

/// Where commands are carried out.
struct Desk {
    actor: Actor,
    clerk: Clerk,
    supervisor: Supervisor,
    asks: mpsc::Sender<Ask>,
    poker: Arc<Mutex<Option<Poker>>>,
    replies: mpsc::Sender<(crate::link::RequestId, Reply)>,
    alarm: Alarm,
    snapshot: watch::Sender<Arc<Snapshot>>,
    clock: Clock,
    archive: Archive,
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
        if let Some(recorder) = self.archive.recorder {
            let write = move || job::write_recording(&recorder);
            let _written = tokio::task::spawn_blocking(write).await;
        }
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
            Command::Act(ref deal) => {
                let (deal, actor) = (Box::clone(deal), self.actor.clone());
                self.later(id, async move { actor.act(*deal).await });
                None
            }
            Command::Commits { ref branch } => {
                self.later(id, self.clerk.commits(Arc::clone(branch)));
                None
            }
            Command::ScratchMerge {
                ref ours,
                ref theirs,
            } => {
                if let Some(why) = self.actor.forbidden() {
                    return Some(Reply::Refused(Refusal::ReadOnly(why.to_string())));
                }
                let (ours, theirs) = (Arc::clone(ours), Arc::clone(theirs));
                self.later(id, self.clerk.merge(ours, theirs));
                None
            }
            Command::Alert { ref by, ref order } => {
                let done = self.alarm.order(by, order, self.clock.now());
                // At once, whether or not the bridge can be read now.
                self.snapshot.send_modify(|shown| {
                    let mut picture = Snapshot::clone(shown);
                    self.alarm.show(&mut picture);
                    *shown = Arc::new(picture);
                });
                self.poke();
                Some(done.map_or_else(Reply::Refused, Reply::Done))
            }
            Command::Travel(_) | Command::ExportIncident { .. } | Command::WhatIf { .. } => {
                self.archive.ask(id, command)
            }
            Command::Job { name, order } => {
                let done = self.supervisor.order(name, order);
                self.poke();
                Some(done.map_or_else(Reply::Refused, Reply::Done))
            }
        }
    }

    /// Answers when the answer is there; meanwhile other commands are carried out.
    fn later(
        &self,
        id: crate::link::RequestId,
        reply: impl Future<Output = Reply> + Send + 'static,
    ) {
        let replies = self.replies.clone();
        tokio::spawn(async move {
            let reply = reply.await;
            let _gone = replies.send((id, reply)).await;
        });
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
