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
/// Then the handover document is written to the successor's branch.
pub(super) fn run(settings: &Settings, asked: &TakeOver) -> Result<Exit, Failure> {
    let scene = Scene::new(settings)?;
    let from = Arc::clone(session(&scene.snapshot, &asked.session)?);
    let by = Arc::clone(session(&scene.snapshot, &asked.by)?);
    if from.key == by.key {
        let why = format!("{} cannot take over from itself", by.key);
        return Err(Failure::Refused(Refusal::Denied(why)));
    }
    let branch = match (&asked.branch, by.branch()) {
        (Some(branch), _) => branch.clone(),
        (None, Some(branch)) => branch.name.to_string(),
        (None, None) => {
            let why = format!(
                "{} has no branch for the handover document: name one with --branch",
                by.key
            );
            return Err(Failure::Usage(why));
        }
    };
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} goes on with {}: {} open tasks",
        by.key,
        from.key,
        from.open.len()
    )?;
    for id in &from.open {
        if let Some(deed) = deed(&scene.snapshot, &by, id, scene.now) {
            writeln!(out, "  {}", words(&scene.snapshot, &deed))?;
        }
    }
    writeln!(out, "  {} is written to {branch}", Paper::Handover.path())?;
    if asked.how.dry_run {
        writeln!(io::stderr(), "dry run: nothing was written")?;
        return Ok(Exit::Ok);
    }
    drop(out);
    confirm(&from.key, &asked.how)?;
    let (mut moved, mut waits) = (Vec::new(), Vec::new());
    for id in &from.open {
        // Each is decided on what the one before it left.
        let scene = Scene::new(settings)?;
        let Some(deed) = deed(&scene.snapshot, &by, id, scene.now) else {
            continue;
        };
        let to = matches!(deed, Deed::Reassign { .. });
        scene.agreed(deed, &how(&asked.how, &from, &by))?;
        if to { &mut moved } else { &mut waits }.push(id.to_string());
    }
    let after = Scene::new(settings)?;
    let doc = written(&after.snapshot, None);
    let mut lesson = format!(
        "- {} was taken over by {} at {}",
        from.key,
        by.key,
        after.now.rfc3339()
    );
    for (ids, what) in [(&moved, "handed on"), (&waits, "waiting for a worker")] {
        if !ids.is_empty() {
            lesson = format!("{lesson}; {what}: {}", ids.join(", "));
        }
    }
    if !asked.how.reason.is_empty() {
        lesson = format!(
            "{lesson}; because: {}",
            swarmwarden::domain::text::line(&asked.how.reason)
        );
    }
    let remote = asked.push.then_some(asked.remote.as_str());
    let done = report::publisher(settings, &branch, remote).publish(
        Paper::Handover,
        &doc,
        &lesson,
        after.now,
    )?;
    writeln!(io::stdout(), "{} on {branch} @{}", done.path, done.commit)?;
    Ok(Exit::Ok)
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
