//! The eight workers of the protocol: a conversation, a keep-alive process and an agent process each.

use super::{
    Fault, Trouble,
    client::{Client, Conversation, Sent},
    process::Process,
    stage::Stage,
};
use crate::domain::{ConversationId, Schema, Side, Span};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

/// Roles of the workers, in the protocol's order.
pub(super) const ROLES: [&str; 8] = [
    "backend",
    "frontend",
    "tests",
    "docs",
    "deploy",
    "review",
    "wsl-cli",
    "cloud-codex",
];
/// Role of the orchestrator.
pub(super) const ORCHESTRATOR: &str = "s2-orchestrator";
/// How long everybody may take to be there.
const JOIN: Span = Span::seconds(300);

/// How an agent behaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Protocol time that a task takes it.
    pub(super) work: Span,
    /// Progress reports on the way.
    pub(super) reports: u32,
    /// Asks so often instead of being told.
    pub(super) poll: Option<Span>,
}

impl Manner {
    /// Works so long.
    pub(super) const fn works(seconds: i64) -> Self {
        Self {
            work: Span::seconds(seconds),
            reports: 0,
            poll: None,
        }
    }
}

/// A worker.
pub(super) struct Worker {
    pub(super) number: u32,
    pub(super) role: String,
    pub(super) talk: Conversation,
    file: PathBuf,
    pub(super) keepalive: Option<Process>,
    pub(super) agent: Option<Process>,
}

impl Worker {
    pub(super) const fn id(&self) -> &ConversationId {
        &self.talk.id
    }

    /// Starts what keeps it alive.
    pub(super) fn lives(&mut self, stage: &Stage<'_>) -> Result<(), Trouble> {
        let mut command = stage.command("state", &["keepalive", "--log", "json", "--credentials"]);
        command.arg(&self.file);
        self.keepalive = Some(stage.start(command)?);
        Ok(())
    }

    /// The same, but on another machine: it reaches the bridge through a pipe only.
    pub(super) fn lives_behind_a_pipe(&mut self, stage: &Stage<'_>) -> Result<(), Trouble> {
        let quoted =
            |path: &Path| format!("'{}'", path.display().to_string().replace('\'', "'\\''"));
        let via = format!(
            "{} pipe --db {}",
            quoted(&stage.spec.program),
            quoted(stage.db())
        );
        let args = ["keepalive", "--log", "json", "--via", &via, "--credentials"];
        let mut command = stage.command("elsewhere", &args);
        command.arg(&self.file).env_remove("SWARMWARDEN_DB");
        self.keepalive = Some(stage.start(command)?);
        Ok(())
    }

    /// Starts its agent.
    pub(super) fn works(&mut self, stage: &Stage<'_>, manner: Manner) -> Result<(), Trouble> {
        let (work, reports) = (
            manner.work.as_seconds().to_string(),
            manner.reports.to_string(),
        );
        let mut command = stage.command(
            "state",
            &[
                "drill-agent",
                "--work",
                &work,
                "--reports",
                &reports,
                "--credentials",
            ],
        );
        command.arg(&self.file);
        if let Some(poll) = manner.poll {
            command.arg("--poll").arg(poll.as_seconds().to_string());
        }
        if stage.spec.breaks(Fault::Redaction) {
            command.arg("--unredacted");
        }
        self.agent = Some(stage.start(command)?);
        Ok(())
    }

    /// The processes that it has.
    pub(super) fn processes(&mut self) -> impl Iterator<Item = &mut Process> {
        self.keepalive.iter_mut().chain(self.agent.iter_mut())
    }

    /// Sends a signal to all of them.
    pub(super) fn signal(&mut self, signal: Signal) {
        self.processes().for_each(|p| p.signal(signal));
    }

    /// The agent listens.
    fn is_there(&self) -> bool {
        let ready = |p: &Process| p.lines(0).iter().any(|(_, l)| l.contains("\"ready\""));
        self.agent.as_ref().is_none_or(ready)
    }

    /// What its agent noted of the messages that it got.
    pub(super) fn receipts(&self) -> Vec<Receipt> {
        let lines = self.agent.as_ref().map_or_else(Vec::new, |a| a.lines(0));
        lines
            .iter()
            .filter_map(|(_, line)| Receipt::read(line))
            .collect()
    }
}

/// An agent got a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Receipt {
    /// The message.
    pub(super) id: i64,
    /// When, by the steady clock.
    pub(super) steady: Span,
    /// The task or the test that it names.
    pub(super) name: String,
    /// Its agent may have had it before.
    pub(super) again: bool,
}

impl Receipt {
    fn read(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        (value.get("type")?.as_str()? == "receipt").then_some(())?;
        Some(Self {
            id: value.get("id")?.as_i64()?,
            steady: Span(value.get("steady")?.as_i64()?),
            name: value
                .get("name")?
                .as_str()
                .unwrap_or_default()
                .trim_matches('"')
                .to_owned(),
            again: value.get("duplicate")?.as_bool()?,
        })
    }
}

/// All of them.
pub(super) struct Crew {
    pub(super) workers: Vec<Worker>,
    pub(super) orchestrator: Client,
}

impl Crew {
    /// Makes a conversation and a credential for each; no process runs yet.
    pub(super) fn hire(stage: &Stage<'_>) -> Result<Self, Trouble> {
        let orchestrator = stage.client()?;
        let lifetime = stage.spec.breaks(Fault::Expiry).then_some(Span(0));
        // On a bridge that is there they have names of their own.
        let drill = match &stage.spec.db {
            Some(_) => stage.name(""),
            None => String::new(),
        };
        let mut workers = Vec::new();
        for (number, role) in (1..).zip(ROLES) {
            let role = format!("{drill}worker-{number}-{role}");
            let talk = orchestrator.create(&format!("{drill}{ORCHESTRATOR}"), &role, lifetime)?;
            let file = credential(stage, number, &talk)?;
            workers.push(Worker {
                number,
                role,
                talk,
                file,
                keepalive: None,
                agent: None,
            });
        }
        if stage.spec.breaks(Fault::Tokens) && stage.schema() == Schema::Bridge {
            let sql = "UPDATE conversations SET session_b_token = session_a_token";
            orchestrator.raw().execute_batch(sql)?;
        }
        Ok(Self {
            workers,
            orchestrator,
        })
    }

    /// The worker with this number.
    pub(super) fn worker(&mut self, number: u32) -> Result<&mut Worker, Trouble> {
        let found = self.workers.iter_mut().find(|w| w.number == number);
        found.ok_or_else(|| Trouble::Refused(format!("there is no worker {number}")))
    }

    /// Sends words of the orchestrator to a worker.
    pub(super) fn tell(&self, number: u32, words: &Value) -> Result<Sent, Trouble> {
        let worker = self.workers.iter().find(|w| w.number == number);
        let Some(worker) = worker else {
            return Err(Trouble::Refused(format!("there is no worker {number}")));
        };
        let side = (Side::A, &worker.talk.orchestrator);
        self.orchestrator
            .send(worker.id(), side, &words.to_string())
    }

    /// Hands out a task.
    pub(super) fn assign(&self, number: u32, task: &str, what: &str) -> Result<Sent, Trouble> {
        let words = json!({
            "type": "task_assignment", "task_id": task, "description": what, "priority": "P1", "timeout": 300,
        });
        self.tell(number, &words)
    }

    /// Starts the agents of all, and waits until they listen.
    pub(super) fn work(&mut self, stage: &Stage<'_>, manner: Manner) -> Result<(), Trouble> {
        for worker in &mut self.workers {
            worker.works(stage, manner)?;
        }
        self.listen(stage)
    }

    /// Starts the keep-alives of all.
    pub(super) fn live(&mut self, stage: &Stage<'_>) -> Result<(), Trouble> {
        self.workers.iter_mut().try_for_each(|w| w.lives(stage))
    }

    /// What all agents noted of the messages that they got.
    pub(super) fn receipts(&self) -> Vec<Receipt> {
        self.workers.iter().flat_map(Worker::receipts).collect()
    }

    /// Waits until every agent listens.
    pub(super) fn listen(&self, stage: &Stage<'_>) -> Result<(), Trouble> {
        stage.until("every agent listens", JOIN, || {
            Ok(self.workers.iter().all(Worker::is_there).then_some(()))
        })
    }

    /// The tokens of all conversations, for whoever looks whether one is shown.
    pub(super) fn tokens(&self) -> Vec<String> {
        let both = |w: &Worker| {
            [
                w.talk.orchestrator.reveal().to_owned(),
                w.talk.worker.reveal().to_owned(),
            ]
        };
        self.workers.iter().flat_map(both).collect()
    }

    /// Ends every process and every conversation.
    pub(super) fn dismiss(&mut self) -> Result<(), Trouble> {
        for worker in &mut self.workers {
            worker.processes().for_each(Process::kill);
        }
        for worker in &self.workers {
            self.orchestrator.close(worker.id())?;
        }
        Ok(())
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        // On the way out of a test that failed; what ended before stays as it is.
        let _unreached = self.dismiss();
    }
}

/// Writes the credential of a worker, for its eyes only.
pub(super) fn credential(
    stage: &Stage<'_>,
    number: u32,
    talk: &Conversation,
) -> Result<PathBuf, Trouble> {
    let name = format!("worker-{number}.json");
    let words = json!({
        "conversation_id": talk.id, "worker_id": number, "worker_role": talk.role, "worker_token": talk.worker.reveal(),
        "created_at": talk.created.naive(), "expires_at": talk.expires.naive(),
    });
    let path = stage.write(&name, "")?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(Trouble::io(&name))?;
    stage.write(&name, &words.to_string())
}
