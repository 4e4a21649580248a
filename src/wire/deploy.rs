//! `deploy`: a session's mission, conversations, credentials and first tasks.

use super::{
    books,
    credentials::{Bridge, ORCHESTRATOR, Room, repository},
    failure::Failure,
    pen,
};
use crate::cli;
use std::{
    fs,
    io::{self, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};
use swarmwarden::{
    credentials::{CAP, Place, Roster},
    deploy::{Agent, DeployError, Plan, example, plan, template, write},
    domain::{
        Refusal, Snapshot,
        act::{Deed, Order, op_id, propose},
        swarmfile::{FILE_CAP, SwarmFile},
        text,
    },
    engine::{Opening, View, look},
    git::{Change, Network, Plumbing},
    headless::Exit,
    settings::Settings,
    store::{Attempt, Commit, End},
};

/// A session that is being started.
struct Deployment<'a> {
    settings: &'a Settings,
    asked: &'a cli::Deploy,
    swarm: SwarmFile,
    plan: Plan,
    repo: Plumbing,
    room: Room<'a>,
    /// Whether anything was not as planned before.
    changed: bool,
    /// Whose keys are not here yet, or whose conversation is somebody else's.
    left: Vec<String>,
}

/// `deploy`.
pub(super) fn run(settings: &Settings, asked: &cli::Deploy) -> Result<Exit, Failure> {
    let swarm = swarm(&asked.file)?;
    let room = Room::new(settings)?;
    let repo = Plumbing::at(repository(settings)?);
    let branches = branches(&repo, &room.shelf.place)?;
    let session = swarm.session(asked.session);
    let kind = session
        .and_then(|s| s.template.as_deref())
        .unwrap_or("swarm");
    let mission = read_template(asked.templates.as_deref(), kind)?;
    let plan = plan(
        &swarm,
        asked.session,
        (&branches, asked.id.as_deref()),
        &mission,
    )?;
    let deployment = Deployment {
        settings,
        asked,
        swarm,
        plan,
        repo,
        room,
        changed: false,
        left: Vec::new(),
    };
    if asked.dry_run {
        return deployment.show();
    }
    deployment.carry_out()
}

fn swarm(file: &Path) -> Result<SwarmFile, Failure> {
    let name = file.to_string_lossy();
    let raw = match example(&name).filter(|_| !file.exists()) {
        Some(builtin) => builtin.to_owned(),
        None => read(file, FILE_CAP)?,
    };
    SwarmFile::read(&raw).map_err(|wrong| {
        let name = text::line(&name).into_owned();
        Failure::Usage(
            wrong
                .iter()
                .map(|w| format!("{name}: {w}"))
                .collect::<Vec<_>>()
                .join("\n"),
        )
    })
}

fn read(file: &Path, cap: usize) -> Result<String, Failure> {
    let failed = |e: io::Error| Failure::Usage(super::text_of(file, &e));
    let size = fs::metadata(file).map_err(failed)?.len();
    if usize::try_from(size).is_ok_and(|size| size <= cap) {
        return fs::read_to_string(file).map_err(failed);
    }
    let name = text::line(&file.to_string_lossy()).into_owned();
    Err(Failure::Usage(format!(
        "{name}: it is larger than {cap} bytes"
    )))
}

fn read_template(dir: Option<&Path>, name: &str) -> Result<String, Failure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let unknown = || DeployError::NoTemplate(text::line(name).into_owned());
    if !name.chars().all(plain) {
        return Err(unknown().into());
    }
    let own = dir.map(|dir| dir.join(format!("{name}.md")));
    if let Some(own) = own.filter(|own| own.exists()) {
        return read(&own, CAP);
    }
    Ok(template(name).ok_or_else(unknown)?.to_owned())
}

/// Names of branches here and at the remote, the one of credentials aside.
fn branches(repo: &Plumbing, place: &Place) -> Result<Vec<String>, Failure> {
    let remote = format!("refs/remotes/{}/", place.remote);
    let mut all = Vec::new();
    for prefix in ["refs/heads/", &remote] {
        let found = repo.references(prefix)?.into_iter();
        let names = found.filter_map(|name| name.strip_prefix(prefix).map(str::to_owned));
        all.extend(names.filter(|name| *name != place.branch));
    }
    Ok(all)
}

impl Deployment<'_> {
    fn show(&self) -> Result<Exit, Failure> {
        let roster = self.room.home.roster()?;
        let mut out = io::stdout().lock();
        write(&mut out, &self.plan, |worker| {
            self.standing(&roster, worker)
        })?;
        writeln!(io::stderr(), "dry run: nothing was written")?;
        Ok(Exit::Ok)
    }

    fn standing(&self, roster: &Roster, worker: u32) -> String {
        let format = self.settings.credentials.format;
        let place = &self.room.shelf.place;
        let file = place.credential(worker, format.encrypts());
        match roster.current(worker, self.room.now) {
            Some(issued) => format!("has {} until {}, {file}", issued.id(), issued.expiry()),
            None if roster.key(worker).is_none() => {
                format!(
                    "has not joined: no conversation until `credentials join --worker {worker}` and `accept worker-{worker}`"
                )
            }
            None => format!("new conversation, {file}"),
        }
    }

    fn say(&mut self, new: bool, line: &str) -> Result<(), Failure> {
        self.changed |= new;
        writeln!(io::stdout(), "{}", text::line(line))?;
        Ok(())
    }

    fn carry_out(mut self) -> Result<Exit, Failure> {
        self.mission()?;
        let orchestrator = self.swarm.orchestrator.clone();
        let orchestrator = orchestrator.as_deref().unwrap_or(ORCHESTRATOR);
        let mut bridge = self.room.bridge(orchestrator)?;
        let mut started = Vec::new();
        for agent in self.plan.agents.clone() {
            if self.conversation(&mut bridge, &agent)? {
                started.push(agent);
            }
        }
        let view = View {
            mode: self.settings.mode,
            detector: self.settings.detector.clone(),
            habits: Arc::default(),
            floors: Arc::default(),
        };
        // One picture for all: what is written after it is folded before each of them.
        let picture = look(&mut *bridge.store, &view, self.room.now, None)?;
        for agent in self.plan.agents.clone() {
            self.task(&mut bridge, &picture, &agent)?;
        }
        if let Some(sent) = bridge.issuer.send(self.room.now)? {
            let place = &self.room.shelf.place;
            let line = format!("credentials sent to {} on {}", place.remote, place.branch);
            self.say(sent.new, &line)?;
        }
        if !started.is_empty() {
            let own = self.room.home.dir().join("orchestrator");
            self.say(
                true,
                &format!("the orchestrator's own tokens are in {}", own.display()),
            )?;
        }
        for agent in &started {
            self.launch(agent)?;
        }
        for line in std::mem::take(&mut self.left) {
            self.say(false, &line)?;
        }
        if !self.changed {
            writeln!(
                io::stdout(),
                "nothing changed: session {} was started before",
                self.plan.session
            )?;
        }
        Ok(Exit::Ok)
    }

    /// The mission on the session's branch.
    fn mission(&mut self) -> Result<(), Failure> {
        let plan = &self.plan;
        let place = &self.room.shelf.place;
        let who = self.room.who();
        let local = self.repo.tip(&format!("refs/heads/{}", plan.branch))?;
        let tracked = self
            .repo
            .tip(&format!("refs/remotes/{}/{}", place.remote, plan.branch))?;
        if let Some(theirs) = tracked.filter(|_| local.is_none()) {
            self.repo.catch_up(&plan.branch, theirs, &who)?;
        }
        let base = self.swarm.base.as_deref();
        let base = base.or(self.settings.git_base.as_deref());
        let message = format!(
            "docs(swarm-s{}): mission for {} agents",
            plan.session,
            plan.agents.len()
        );
        let files = [(plan.mission.clone(), Some(plan.text.clone().into_bytes()))];
        let done = self.repo.commit_files(&Change {
            branch: &plan.branch,
            expect: None,
            start: self.repo.base(base)?,
            files: &files,
            message: &message,
            who: &who,
        })?;
        let (branch, path) = (plan.branch.clone(), plan.mission.clone());
        let how = if done.new { "committed to" } else { "is on" };
        self.say(done.new, &format!("{path} {how} {branch}"))?;
        if self.asked.push && tracked != Some(done.tip) {
            let remote = self.room.shelf.place.remote.clone();
            Network::at(self.repo.path()).push(&remote, &branch)?;
            // A push moves the tracking branch, so the next run has nothing to push.
            let moved = self.repo.tip(&format!("refs/remotes/{remote}/{branch}"))? != tracked;
            self.say(moved, &format!("{branch} is at {remote}"))?;
        }
        Ok(())
    }

    /// Whether a conversation was made for an agent.
    fn conversation(&mut self, bridge: &mut Bridge, agent: &Agent) -> Result<bool, Failure> {
        let roster = self.room.home.roster()?;
        if roster.key(agent.number).is_none() {
            let standing = self.standing(&roster, agent.number);
            self.left
                .push(format!("worker-{} {standing}", agent.number));
            return Ok(false);
        }
        let reason = format!("session {} is started", self.plan.session);
        let who = (agent.number, agent.role.as_str());
        let now = self.room.now;
        match bridge
            .issuer
            .open(&mut *bridge.store, who, (false, &reason), now)?
        {
            Opening::New(issued) => {
                self.say(
                    true,
                    &format!("{}: {} until {}", agent.role, issued.id(), issued.expiry()),
                )?;
                Ok(true)
            }
            Opening::Kept(_) => Ok(false),
            Opening::Foreign(id) => {
                self.left.push(format!(
                    "{}: {id} was made elsewhere, and its token is not here",
                    agent.role
                ));
                Ok(false)
            }
        }
    }

    /// The first task of an agent that has a conversation, unless it was given before.
    fn task(
        &mut self,
        bridge: &mut Bridge,
        picture: &Snapshot,
        agent: &Agent,
    ) -> Result<(), Failure> {
        let roster = self.room.home.roster()?;
        let now = self.room.now;
        let Some(issued) = roster
            .current(agent.number, now)
            .filter(|i| i.role == agent.role)
        else {
            return Ok(());
        };
        if picture.tasks.iter().any(|t| t.id == agent.task.id) {
            return Ok(());
        }
        let order = Order {
            op: op_id(pen::random()),
            actor: Arc::clone(&self.settings.actor),
            cause: "operator",
            reason: format!("session {} is started", self.plan.session),
            deed: Deed::Assign {
                task: agent.task.clone(),
                to: issued.id(),
            },
        };
        let mut proposal = propose(picture, &order, now).map_err(Failure::Refused)?;
        let done = bridge
            .store
            .commit(&mut proposal.write, &bridge.issuer.key, now)?;
        match done {
            Commit::Written { rows, link } => {
                if let Some(books) = books::of(self.settings) {
                    let end = End::Written(rows, link);
                    books.note(&Attempt::of(&proposal.write, &proposal.headline, now, end));
                }
                self.say(
                    true,
                    &format!("{} assigned to {}", agent.task.id, agent.role),
                )
            }
            Commit::Already(_) => Ok(()),
            Commit::Clash(_) => Err(Failure::Refused(Refusal::Conflict(format!(
                "somebody was faster with {}; run it again",
                agent.task.id
            )))),
        }
    }

    /// Starts an agent whose conversation was made just now. Nobody waits for it, and no secret is in its arguments.
    fn launch(&mut self, agent: &Agent) -> Result<(), Failure> {
        let Some((program, arguments)) = agent.launch.split_first() else {
            return Ok(());
        };
        let started = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match started {
            Ok(child) => self.say(
                true,
                &format!("{} started as process {}", agent.name, child.id()),
            ),
            Err(e) => {
                self.left
                    .push(format!("{} was not started: {program}: {e}", agent.name));
                Ok(())
            }
        }
    }
}
