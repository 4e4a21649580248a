//! `takeover`: another session goes on with what one has left undone.

use super::{Failure, act::Scene, report};
use crate::cli::{How, TakeOver};
use std::{
    collections::HashMap,
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    sync::Arc,
};
use swarmwarden::{
    domain::{
        ConversationId, Refusal, Snapshot, State, TaskId, Timestamp,
        act::Deed,
        choose::{CAPACITY, Wanted, rank},
        session::{Session, written},
    },
    engine::Paper,
    headless::Exit,
    settings::Settings,
};

/// A session by its number, its key or the beginning of its title.
fn session<'a>(s: &'a Snapshot, name: &str) -> Result<&'a Arc<Session>, Failure> {
    let number: Option<u32> = name.parse().ok();
    let all = || s.sessions.iter();
    let found = (all().find(|x| *x.key == *name))
        .or_else(|| all().find(|x| number.is_some() && x.number == number));
    found.ok_or_else(|| {
        let name = swarmwarden::domain::text::line(name);
        Failure::Refused(Refusal::NoSuch(format!(
            "session {name}: `swarmwarden sessions --all` lists them"
        )))
    })
}

/// What becomes of each open task: somebody of the successor takes it, the best first, nobody more than he can hold; one that nobody can
/// take is taken from a lost owner and waits, and stays with an owner that is alive.
fn plan(s: &Snapshot, from: &Session, by: &Session, now: Timestamp) -> Vec<(TaskId, Option<Deed>)> {
    let mut given: HashMap<ConversationId, usize> = HashMap::new();
    let mut one = |id: &TaskId| -> Option<Deed> {
        let task = s.tasks.iter().find(|t| t.id == *id)?;
        let ranking = rank(s, &Wanted::of(task, s), now);
        let best = ranking.candidates.iter().find(|c| {
            let more = given.get(&c.worker.conversation).copied().unwrap_or(0);
            by.workers.contains(&c.worker.conversation) && c.worker.tasks.len() + more < CAPACITY
        });
        if let Some(best) = best {
            let to = best.worker.conversation.clone();
            *given.entry(to.clone()).or_default() += 1;
            return Some(Deed::Reassign {
                task: id.clone(),
                to,
            });
        }
        let owner = task.owner()?;
        let owner = s
            .workers
            .iter()
            .find(|w| w.conversation == owner.conversation);
        let lost = owner.is_none_or(|w| {
            matches!(
                w.verdict.state,
                State::Silent | State::Expired | State::Stalled
            )
        });
        lost.then(|| Deed::Fence { task: id.clone() })
    };
    let open = from.open.iter();
    open.map(|id| (id.clone(), one(id))).collect()
}

fn words(s: &Snapshot, id: &TaskId, deed: Option<&Deed>) -> String {
    match deed {
        Some(Deed::Reassign { to, .. }) => {
            let worker = s.workers.iter().find(|w| w.conversation == *to);
            let name = worker.map_or_else(|| to.to_string(), |w| w.id.to_string());
            format!("{id} goes to {name}")
        }
        Some(_) => {
            format!(
                "{id} is taken from its lost owner and waits: nobody of the successor can take it now"
            )
        }
        None => format!("{id} stays where it is: nobody of the successor can take it now"),
    }
}

/// Takes over: every open task is fenced and goes to a worker of the successor, the best first; one that nobody there can take waits.
/// Then the handover document is written to the successor's branch, whatever became of single tasks.
pub(super) fn run(settings: &Settings, asked: &TakeOver) -> Result<Exit, Failure> {
    let scene = Scene::new(settings)?;
    let from = Arc::clone(session(&scene.snapshot, &asked.session)?);
    let by = Arc::clone(session(&scene.snapshot, &asked.by)?);
    if from.key == by.key {
        let why = format!("{} cannot take over from itself", by.key);
        return Err(Failure::Refused(Refusal::Denied(why)));
    }
    let named = asked.branch.clone();
    let branch = named.or_else(|| Some(by.branch()?.name.to_string()));
    let branch = branch.ok_or_else(|| {
        let words = "has no branch for the handover document: name one with --branch";
        Failure::Usage(format!("{} {words}", by.key))
    })?;
    let steps = plan(&scene.snapshot, &from, &by, scene.now);
    foretell(&scene, (&from, &by), &steps, &branch)?;
    let remote = asked.push.then_some(asked.remote.as_str());
    let publisher = report::publisher(settings, &branch, remote);
    // What cannot be written at the end is known at the beginning.
    publisher.check(Paper::Handover, &written(&scene.snapshot, None))?;
    if asked.how.dry_run {
        writeln!(io::stderr(), "dry run: nothing was written")?;
        return Ok(Exit::Ok);
    }
    confirm(&from.key, &asked.how)?;
    let done = hand_over(settings, (&from, &by), steps, &asked.how)?;
    let after = Scene::new(settings)?;
    let mut lesson = format!(
        "- {} was taken over by {} at {}{}",
        from.key,
        by.key,
        after.now.rfc3339(),
        done.words()
    );
    if !asked.how.reason.is_empty() {
        let reason = swarmwarden::domain::text::line(&asked.how.reason);
        lesson = format!("{lesson}; because: {reason}");
    }
    let doc = written(&after.snapshot, None);
    let written = publisher.publish(Paper::Handover, &doc, &lesson, after.now)?;
    let short = swarmwarden::domain::text::head(&written.commit, 8);
    writeln!(io::stdout(), "{} on {branch} @{short}", written.path)?;
    Ok(if done.left.is_empty() {
        Exit::Ok
    } else {
        Exit::Conflict
    })
}

/// Everything that would be done.
fn foretell(
    scene: &Scene<'_>,
    (from, by): (&Session, &Session),
    steps: &[(TaskId, Option<Deed>)],
    branch: &str,
) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let (old, new, n) = (&from.key, &by.key, from.open.len());
    writeln!(out, "{new} goes on with {old}: {n} open tasks")?;
    for (id, deed) in steps {
        writeln!(out, "  {}", words(&scene.snapshot, id, deed.as_ref()))?;
    }
    writeln!(out, "  {} is written to {branch}", Paper::Handover.path())?;
    Ok(())
}

/// What became of the tasks.
#[derive(Default)]
struct Done {
    moved: Vec<String>,
    waits: Vec<String>,
    left: Vec<String>,
}

impl Done {
    fn words(&self) -> String {
        let all = [
            (&self.moved, "handed on"),
            (&self.waits, "waiting for a worker"),
            (&self.left, "left where they are"),
        ];
        let some = all.into_iter().filter(|(ids, _)| !ids.is_empty());
        let some: Vec<String> = some
            .map(|(ids, what)| format!("; {what}: {}", ids.join(", ")))
            .collect();
        some.concat()
    }
}

/// Carries out the plan. A task that somebody moved meanwhile is left, and said.
fn hand_over(
    settings: &Settings,
    (from, by): (&Session, &Session),
    steps: Vec<(TaskId, Option<Deed>)>,
    asked: &How,
) -> Result<Done, Failure> {
    let mut done = Done::default();
    for (id, deed) in steps {
        let Some(deed) = deed else {
            done.left.push(id.to_string());
            continue;
        };
        // Each is proposed on what the one before it left.
        let scene = Scene::new(settings)?;
        let to = matches!(deed, Deed::Reassign { .. });
        match scene.agreed(deed, &how(asked, from, by)) {
            Ok(_) if to => done.moved.push(id.to_string()),
            Ok(_) => done.waits.push(id.to_string()),
            Err(Failure::Refused(why)) => {
                writeln!(io::stderr(), "swarmwarden: {id}: {why}")?;
                done.left.push(id.to_string());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// Why each of its actions was taken, for the audit log.
fn how(asked: &How, from: &Session, by: &Session) -> How {
    let mut reason = format!("take-over of {} by {}", from.key, by.key);
    if !asked.reason.is_empty() {
        reason = format!("{reason}: {}", asked.reason);
    }
    How {
        dry_run: false,
        yes: true,
        confirm: None,
        reason,
        output: asked.output,
    }
}

/// It moves work from those who may be alive: the session is named once more.
fn confirm(word: &str, how: &How) -> Result<(), Failure> {
    if how.confirm.as_deref() == Some(word) {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        let why = format!("add --confirm {word} to carry it out; nothing was written");
        return Err(Failure::Usage(why));
    }
    write!(io::stderr(), "type {word} to carry it out: ")?;
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
