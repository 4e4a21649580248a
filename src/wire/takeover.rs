//! `takeover`: another session goes on with what one has left undone.

use super::{Failure, act::Scene, report};
use crate::cli::{How, TakeOver};
use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    sync::Arc,
};
use swarmwarden::{
    domain::{
        Refusal, Snapshot, TaskId,
        act::Deed,
        choose::{Wanted, rank},
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

/// What becomes of a task: somebody takes it, or it waits.
fn deed(
    s: &Snapshot,
    by: &Session,
    id: &TaskId,
    now: swarmwarden::domain::Timestamp,
) -> Option<Deed> {
    let task = s.tasks.iter().find(|t| t.id == *id)?;
    let ranking = rank(s, &Wanted::of(task, s), now);
    let ours =
        |c: &&swarmwarden::domain::choose::Candidate| by.workers.contains(&c.worker.conversation);
    let best = ranking.candidates.iter().find(ours);
    Some(match best {
        Some(best) => Deed::Reassign {
            task: id.clone(),
            to: best.worker.conversation.clone(),
        },
        None => Deed::Fence { task: id.clone() },
    })
}

fn words(s: &Snapshot, deed: &Deed) -> String {
    match deed {
        Deed::Reassign { task, to } => {
            let worker = s.workers.iter().find(|w| w.conversation == *to);
            let name = worker.map_or_else(|| to.to_string(), |w| w.id.to_string());
            format!("{task} goes to {name}")
        }
        Deed::Fence { task } => format!(
            "{task} is taken from its owner and waits: nobody of the successor can take it now"
        ),
        _ => String::new(),
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
    foretell(&scene, (&from, &by), &branch)?;
    if asked.how.dry_run {
        writeln!(io::stderr(), "dry run: nothing was written")?;
        return Ok(Exit::Ok);
    }
    confirm(&from.key, &asked.how)?;
    let done = hand_over(settings, (&from, &by), &asked.how)?;
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
    let remote = asked.push.then_some(asked.remote.as_str());
    let doc = written(&after.snapshot, None);
    let written = report::publisher(settings, &branch, remote).publish(
        Paper::Handover,
        &doc,
        &lesson,
        after.now,
    )?;
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
    branch: &str,
) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let (old, new, n) = (&from.key, &by.key, from.open.len());
    writeln!(out, "{new} goes on with {old}: {n} open tasks")?;
    for id in &from.open {
        if let Some(deed) = deed(&scene.snapshot, by, id, scene.now) {
            writeln!(out, "  {}", words(&scene.snapshot, &deed))?;
        }
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

/// Moves every open task. One that somebody moved meanwhile is left, and said.
fn hand_over(
    settings: &Settings,
    (from, by): (&Session, &Session),
    asked: &How,
) -> Result<Done, Failure> {
    let mut done = Done::default();
    for id in &from.open {
        // Each is decided on what the one before it left.
        let scene = Scene::new(settings)?;
        let Some(deed) = deed(&scene.snapshot, by, id, scene.now) else {
            continue;
        };
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
