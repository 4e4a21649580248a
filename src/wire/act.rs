//! Commands that act: propose, show, ask, carry out.

use super::{books, bridge::Bridge, failure::Failure, glance, pen};
use crate::cli::{self, Format, How};
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use swarmwarden::{
    domain::{
        ConversationId, MessageId, Refusal, Snapshot, Task, TaskId, Timestamp, Worker, WorkerId,
        act::{Asks, Deed, Order, Proposal, op_id, propose},
        choose::{Ranking, Wanted, rank},
        message::parse_priority,
    },
    engine::{Pen, end, outcome},
    headless::{self, Exit},
    settings::Settings,
    store::Attempt,
};

/// What is known when a command acts.
pub(super) struct Scene<'a> {
    settings: &'a Settings,
    pub(super) snapshot: Snapshot,
    pub(super) now: Timestamp,
}

/// One thing to do, and whom it was chosen from.
struct Step {
    deed: Deed,
    ranking: Option<Ranking>,
}

impl<'a> Scene<'a> {
    /// Looks at the bridge.
    pub(super) fn new(settings: &'a Settings) -> Result<Self, Failure> {
        let (snapshot, now) = glance(settings, &Bridge::of(settings)?, settings.mode)?;
        Ok(Self {
            settings,
            snapshot,
            now,
        })
    }

    fn worker(&self, name: &str) -> Result<ConversationId, Failure> {
        let found = self.snapshot.worker_named(name).map_err(Failure::Refused)?;
        Ok(found.conversation.clone())
    }

    fn task(&self, name: &str) -> Result<&Task, Failure> {
        let found = self.snapshot.tasks.iter().find(|t| t.id.raw() == name);
        found.map(AsRef::as_ref).ok_or_else(|| {
            Failure::Refused(Refusal::NoSuch(format!("task {}", TaskId::from(name))))
        })
    }

    /// Whom a task goes to: the one that was named, or the best.
    fn choose(&self, to: &str, wanted: &Wanted<'_>) -> Result<(ConversationId, Ranking), Failure> {
        let ranking = rank(&self.snapshot, wanted, self.now);
        if to != "auto" {
            return Ok((self.worker(to)?, ranking));
        }
        let Some(best) = ranking.pick(pen::random()) else {
            let why: Vec<_> = (ranking.refused.iter())
                .map(|r| format!("{} ({})", r.worker, r.why))
                .collect();
            return Err(Failure::Refused(Refusal::Denied(format!(
                "nobody can take it: {}",
                why.join(", ")
            ))));
        };
        Ok((best.worker.conversation.clone(), ranking))
    }

    /// `reassign`.
    pub(super) fn reassign(&self, asked: &cli::Reassign) -> Result<Exit, Failure> {
        if !asked.all_of {
            let task = self.task(&asked.task)?;
            let (to, ranking) = self.choose(&asked.to, &Wanted::of(task, &self.snapshot))?;
            let deed = Deed::Reassign {
                task: task.id.clone(),
                to,
            };
            return self.run(
                vec![Step {
                    deed,
                    ranking: Some(ranking),
                }],
                &asked.how,
            );
        }
        let owner: &Worker = self
            .snapshot
            .worker_named(&asked.task)
            .map_err(Failure::Refused)?;
        if owner.tasks.is_empty() {
            let why = format!("{} owns no open task", owner.id);
            return Err(Failure::Refused(Refusal::Denied(why)));
        }
        // Each task is handed on after the one before it: the next choice sees what the last one took.
        let mut exit = Exit::Ok;
        for id in &owner.tasks {
            let scene = Scene::new(self.settings)?;
            let single = scene.task(id.raw())?;
            let (to, ranking) = scene.choose(&asked.to, &Wanted::of(single, &scene.snapshot))?;
            let deed = Deed::Reassign {
                task: id.clone(),
                to,
            };
            let done = scene.run(
                vec![Step {
                    deed,
                    ranking: Some(ranking),
                }],
                &asked.how,
            )?;
            if done != Exit::Ok {
                exit = done;
            }
        }
        Ok(exit)
    }

    /// `assign`.
    pub(super) fn assign(&self, asked: &cli::Assign) -> Result<Exit, Failure> {
        let tasks = super::tasks::read(asked)?;
        let mut taken: Vec<ConversationId> = Vec::new();
        let mut steps = Vec::new();
        for (worker, task) in tasks {
            let wanted = Wanted {
                needs: &task.needs,
                before: taken.iter().collect(),
                ..Wanted::default()
            };
            let (to, ranking) = self.choose(&worker, &wanted)?;
            taken.push(to.clone());
            let ranking = (worker == "auto").then_some(ranking);
            let deed = Deed::Assign { task, to };
            steps.push(Step { deed, ranking });
        }
        self.run(steps, &asked.how)
    }

    /// An action on a task, by its name.
    pub(super) fn on_task(
        &self,
        name: &str,
        how: &How,
        deed: impl Fn(TaskId) -> Deed,
    ) -> Result<Exit, Failure> {
        let deed = deed(self.task(name)?.id.clone());
        self.run(
            vec![Step {
                deed,
                ranking: None,
            }],
            how,
        )
    }

    /// `hold` and `release`: a task by its name, else a worker.
    pub(super) fn hold(&self, asked: &cli::Named, hold: bool) -> Result<Exit, Failure> {
        let deed = match self.task(&asked.name) {
            Ok(task) => Deed::HoldTask {
                task: task.id.clone(),
                hold,
            },
            Err(_) => Deed::HoldWorker {
                worker: self.worker(&asked.name)?,
                hold,
            },
        };
        self.run(
            vec![Step {
                deed,
                ranking: None,
            }],
            &asked.how,
        )
    }

    /// `adopt`.
    pub(super) fn adopt(&self, asked: &cli::Adopt) -> Result<Exit, Failure> {
        let task = self.task(&asked.task)?;
        let newest = task
            .late
            .iter()
            .rev()
            .find(|l| l.status == "completed")
            .map(|l| l.message);
        let late = asked.message.map(MessageId).or(newest).ok_or_else(|| {
            let why = format!("late completion of {}", task.id);
            Failure::Refused(Refusal::NoSuch(why))
        })?;
        let deed = Deed::Adopt {
            task: task.id.clone(),
            late,
        };
        self.run(
            vec![Step {
                deed,
                ranking: None,
            }],
            &asked.how,
        )
    }

    /// `priority`.
    pub(super) fn priority(&self, asked: &cli::Prioritise) -> Result<Exit, Failure> {
        let priority = parse_priority(&asked.priority)
            .ok_or_else(|| Failure::Usage("a priority is P0, P1, P2 or P3".to_owned()))?;
        self.on_task(&asked.task, &asked.how, |task| Deed::Priority {
            task,
            priority,
        })
    }

    /// `message`.
    pub(super) fn message(&self, asked: &cli::Mail) -> Result<Exit, Failure> {
        let deed = Deed::Message {
            to: self.worker(&asked.worker)?,
            text: asked.text.clone(),
        };
        self.run(
            vec![Step {
                deed,
                ranking: None,
            }],
            &asked.how,
        )
    }

    /// `nudge`.
    pub(super) fn nudge(&self, asked: &cli::Named) -> Result<Exit, Failure> {
        let deed = Deed::Nudge {
            to: self.worker(&asked.name)?,
            n: 1,
        };
        self.run(
            vec![Step {
                deed,
                ranking: None,
            }],
            &asked.how,
        )
    }

    fn run(&self, steps: Vec<Step>, how: &How) -> Result<Exit, Failure> {
        let proposals = self.propose(steps, how)?;
        let silent = how.yes && !how.dry_run;
        if how.output == Format::Text && !silent {
            for (proposal, ranking) in &proposals {
                headless::act::text(&mut io::stdout(), proposal, ranking.as_ref())?;
            }
        }
        if how.dry_run {
            if how.output == Format::Json {
                print_json(&proposals, None)?;
            }
            writeln!(io::stderr(), "dry run: nothing was written")?;
            return Ok(Exit::Ok);
        }
        for (proposal, _) in &proposals {
            agreed(proposal, how)?;
        }
        self.write(&proposals, how)
    }

    /// Everything that would be written.
    fn propose(
        &self,
        steps: Vec<Step>,
        how: &How,
    ) -> Result<Vec<(Proposal, Option<Ranking>)>, Failure> {
        let mut proposals = Vec::new();
        for step in steps {
            let order = Order {
                op: op_id(pen::random()),
                actor: self.settings.actor.clone(),
                cause: "operator",
                reason: how.reason.clone(),
                deed: step.deed,
            };
            let proposal = propose(&self.snapshot, &order, self.now).map_err(|refusal| {
                if !how.dry_run {
                    books::refused(self.settings, &order, &refusal);
                }
                Failure::Refused(refusal)
            })?;
            proposals.push((proposal, step.ranking));
        }
        Ok(proposals)
    }

    /// Part of an action that was agreed to as a whole.
    pub(super) fn agreed(&self, deed: Deed, how: &How) -> Result<Exit, Failure> {
        let ranking = None;
        let proposals = self.propose(vec![Step { deed, ranking }], how)?;
        self.write(&proposals, how)
    }

    fn label(&self, id: &ConversationId) -> Option<WorkerId> {
        let mut all = self.snapshot.workers.iter();
        all.find(|w| w.conversation == *id).map(|w| w.id.clone())
    }

    fn write(&self, proposals: &[(Proposal, Option<Ranking>)], how: &How) -> Result<Exit, Failure> {
        let bridge = Bridge::of(self.settings)?;
        let state = self.settings.state.as_deref();
        let (open, key) = match pen::pen(self.settings, &bridge, self.settings.mode, state) {
            Pen::Ready { open, key } => (open, key),
            Pen::Forbidden(why) => {
                return Err(Failure::Refused(Refusal::ReadOnly(why.to_string())));
            }
        };
        let mut store = open()?;
        let clock = super::clock(self.settings);
        let mut written = Vec::new();
        let mut head = None;
        for (proposal, _) in proposals {
            let mut write = proposal.write.clone();
            // Several actions of one command follow each other in the chain of their actor.
            write.basis.head = head.or(write.basis.head);
            let commit = store.commit(&mut write, &key, clock.now());
            let done = commit
                .map_err(|e| Refusal::NotWritten(Failure::from(e).to_string()))
                .and_then(|commit| outcome(commit, clock.now(), |id| self.label(id)));
            if let Some(books) = books::of(self.settings) {
                let (title, end) = (&proposal.headline, end(&done));
                books.note(&Attempt::of(&write, title, clock.now(), end));
            }
            let done = done.map_err(Failure::Refused)?;
            head = done.link.or(write.basis.head);
            written.push(done.rows.iter().map(|id| id.0).collect::<Vec<_>>());
            if how.output == Format::Text {
                writeln!(io::stdout(), "{}: done", proposal.headline)?;
            }
        }
        if how.output == Format::Json {
            print_json(proposals, Some(&written))?;
        }
        Ok(Exit::Ok)
    }
}

fn print_json(
    proposals: &[(Proposal, Option<Ranking>)],
    written: Option<&[Vec<i64>]>,
) -> Result<(), Failure> {
    for (n, (proposal, ranking)) in proposals.iter().enumerate() {
        let rows = written.and_then(|all| all.get(n)).map(Vec::as_slice);
        writeln!(
            io::stdout(),
            "{}",
            headless::act::json(proposal, ranking.as_ref(), rows)
        )?;
    }
    Ok(())
}

/// The operator agrees: by flag, or by an answer on a terminal.
fn agreed(proposal: &Proposal, how: &How) -> Result<(), Failure> {
    let word = match &proposal.asks {
        Asks::Nothing => return Ok(()),
        Asks::Confirm if how.yes => return Ok(()),
        Asks::Confirm => "y",
        Asks::Type(word) if how.confirm.as_deref() == Some(word) => return Ok(()),
        Asks::Type(word) => word,
    };
    let flag = match &proposal.asks {
        Asks::Type(word) => format!("--confirm {word}"),
        _ => "--yes".to_owned(),
    };
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage(format!(
            "{}: add {flag} to carry it out; nothing was written",
            proposal.headline
        )));
    }
    write!(
        io::stderr(),
        "{}: type {word} to carry it out: ",
        proposal.headline
    )?;
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == word {
        return Ok(());
    }
    Err(Failure::Usage(
        "not confirmed; nothing was written".to_owned(),
    ))
}
