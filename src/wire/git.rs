//! `git`: works on the repository alone; no bridge is opened.

use super::{failure::Failure, sessions};
use crate::cli::{Git, GitCommand, GitFormat, Merge};
use std::{
    io::{self, Write},
    path::Path,
    sync::Arc,
};
use swarmwarden::{
    domain::{
        Branch, Snapshot,
        repo::{Cell, Outcome},
        session::{Session, written},
    },
    engine::Paper,
    git::{
        LocalRepo, Repos as _,
        scratch::{self, Progress, Scratch},
    },
    headless::{
        Exit,
        git::{self, Who, cell, json},
    },
    settings::Settings,
};

/// `git …`.
pub(super) fn run(settings: &Settings, asked: &Git) -> Result<Exit, Failure> {
    let path = settings.git.clone().unwrap_or_else(|| ".".into());
    // Without a clock: everything is worked out before anything is printed.
    let repo = LocalRepo::at(path).against(settings.git_base.clone());
    let now = super::clock(settings).now();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let exit = match &asked.command {
        None => {
            glance(&mut out, settings, &repo, asked.output)?;
            Exit::Ok
        }
        Some(GitCommand::Log { branch, limit }) => {
            let commits = repo.trees()?.log(branch, *limit)?;
            match asked.output {
                GitFormat::Json => json::log(&mut out, &commits)?,
                GitFormat::Text | GitFormat::Md => git::log(&mut out, &commits, now)?,
            }
            Exit::Ok
        }
        Some(GitCommand::Conflicts { ours, theirs }) => {
            conflicts(&mut out, &repo, (ours, theirs), asked.output)?
        }
        Some(GitCommand::Merge(Merge {
            finish: Some(dir),
            record: Some(branch),
            remove,
            ..
        })) => resolved(&mut out, settings, dir, (branch, *remove))?,
        Some(GitCommand::Merge(merge)) => self::merge(&mut out, &repo, merge, asked.output)?,
    };
    out.flush()?;
    Ok(exit)
}

/// Whose a branch is: its session, and the workers of that.
fn whose(snapshot: &Snapshot, branch: &Branch) -> Who {
    let ours = |s: &&Arc<Session>| s.branch().is_some_and(|b| b.name == branch.name);
    let Some(session) = snapshot.sessions.iter().find(ours) else {
        return Who::default();
    };
    let workers = snapshot.workers.iter();
    let workers = workers.filter(|w| session.workers.contains(&w.conversation));
    let labels: Vec<String> = workers.map(|w| w.id.to_string()).collect();
    let worker = match labels.as_slice() {
        [] => None,
        [one] => Some(one.as_str().into()),
        [first, rest @ ..] => Some(format!("{first} +{}", rest.len()).into()),
    };
    Who {
        session: (!session.is_bare()).then(|| Arc::clone(&session.key)),
        worker,
    }
}

fn glance(
    out: &mut dyn Write,
    settings: &Settings,
    local: &LocalRepo,
    format: GitFormat,
) -> Result<(), Failure> {
    let snapshot = sessions::picture(settings)?;
    let read = snapshot.repo.clone().filter(|repo| repo.error.is_none());
    let repo = match read {
        Some(repo) => repo,
        // Once more, for the reason why.
        None => Arc::new(local.status(snapshot.at)?),
    };
    let repo = repo.as_ref();
    let (now, who) = (snapshot.at, |branch: &Branch| whose(&snapshot, branch));
    match format {
        GitFormat::Text => git::text(out, repo, now, &who)?,
        GitFormat::Md => git::markdown(out, repo, now, &who)?,
        GitFormat::Json => json::write(out, repo, now, &who)?,
    }
    Ok(())
}

fn conflicts(
    out: &mut dyn Write,
    repo: &LocalRepo,
    (ours, theirs): (&str, &str),
    format: GitFormat,
) -> Result<Exit, Failure> {
    let found = repo.clash(ours, theirs)?;
    let (ours, theirs) = (shown(ours), shown(theirs));
    let names = (&*ours, &*theirs);
    match format {
        GitFormat::Text => cell::text(out, names, &found)?,
        GitFormat::Md => cell::markdown(out, names, &found)?,
        GitFormat::Json => json::one(out, names, &found)?,
    }
    Ok(if found == Cell::Clean {
        Exit::Ok
    } else {
        Exit::Warning
    })
}

fn shown(name: &str) -> Arc<str> {
    swarmwarden::domain::text::line(name).into()
}

fn merge(
    out: &mut dyn Write,
    repo: &LocalRepo,
    asked: &Merge,
    format: GitFormat,
) -> Result<Exit, Failure> {
    let scratch = match (&asked.check, &asked.ours, &asked.theirs) {
        (Some(dir), _, _) => Scratch::open(dir)?,
        (None, Some(ours), Some(theirs)) => {
            let dir = asked
                .dir
                .clone()
                .map_or_else(|| scratch::beside(repo, ours, theirs), Ok)?;
            scratch::begin(repo, ours, theirs, &dir)?
        }
        _ => {
            return Err(Failure::Usage(
                "name two branches, or --check DIR".to_owned(),
            ));
        }
    };
    let progress = scratch.progress()?;
    let fine = progress.resolved() && progress.lost.is_empty();
    match format {
        GitFormat::Json => json::scratch(out, &scratch_of(&scratch, &progress))?,
        GitFormat::Text | GitFormat::Md => tell(out, &scratch, &progress, asked.check.is_none())?,
    }
    Ok(if fine || asked.check.is_none() {
        Exit::Ok
    } else {
        Exit::Warning
    })
}

/// Writes down how a conflict was resolved.
fn resolved(
    out: &mut dyn Write,
    settings: &Settings,
    dir: &Path,
    (branch, remove): (&str, bool),
) -> Result<Exit, Failure> {
    let scratch = Scratch::open(dir)?;
    let snapshot = sessions::picture(settings)?;
    let found = scratch.finish(&settings.actor, snapshot.at)?;
    if found.files.iter().any(|f| f.outcome == Outcome::Unresolved) {
        let why = "some files are still in conflict: `git merge --check DIR` names them; nothing was written";
        return Err(Failure::Usage(why.to_owned()));
    }
    if remove && found.result.is_none() {
        let why =
            "the merge is not committed, and would be lost with its work tree; nothing was written";
        return Err(Failure::Usage(why.to_owned()));
    }
    let doc = written(&snapshot, None);
    let lesson = git::lesson(&found);
    let done = super::report::publisher(settings, branch, None).publish(
        Paper::Handover,
        &doc,
        &lesson,
        snapshot.at,
    )?;
    writeln!(out, "{lesson}")?;
    writeln!(out, "{} on {} @{}", done.path, shown(branch), done.commit)?;
    if remove {
        scratch.remove()?;
    }
    Ok(Exit::Ok)
}

fn scratch_of<'a>(scratch: &'a Scratch, progress: &'a Progress) -> json::Merge<'a> {
    json::Merge {
        dir: shown(&scratch.dir.to_string_lossy()),
        names: (&scratch.ours, &scratch.theirs),
        files: &progress.files,
        lost: &progress.lost,
    }
}

fn tell(
    out: &mut dyn Write,
    scratch: &Scratch,
    progress: &Progress,
    begun: bool,
) -> Result<(), Failure> {
    let dir = shown(&scratch.dir.to_string_lossy());
    writeln!(
        out,
        "merge of {} into {} in {dir}",
        scratch.theirs, scratch.ours
    )?;
    for file in &progress.files {
        writeln!(out, "  {}  {}", file.path, file.outcome.name())?;
    }
    let open = progress
        .files
        .iter()
        .filter(|f| f.outcome == Outcome::Unresolved)
        .count();
    if begun && open > 0 {
        writeln!(
            out,
            "resolve {open} files there, then `swarmwarden git merge --check {dir}`"
        )?;
    } else if begun {
        writeln!(
            out,
            "nothing is in conflict; commit it there, or look with `swarmwarden git merge --check {dir}`"
        )?;
    } else if progress.lost.is_empty() {
        writeln!(out, "no line is lost; {open} files are unresolved")?;
    } else {
        writeln!(
            out,
            "{} lines are lost; {open} files are unresolved",
            progress.lost.len()
        )?;
        git::lost(out, &progress.lost, (&scratch.ours, &scratch.theirs))?;
    }
    Ok(())
}
