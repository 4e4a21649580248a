//! `git`: works on the repository alone; no bridge is opened.

use super::{failure::Failure, sessions};
use crate::cli::{Git, GitCommand, Merge, Show, Shown};
use std::{
    io::{self, Write},
    path::Path,
    sync::Arc,
};
use swarmwarden::{
    domain::{
        repo::{Cell, Outcome},
        session::written,
    },
    engine::Paper,
    git::{
        LocalRepo, Repos as _,
        scratch::{self, Progress, Scratch},
    },
    headless::{
        Exit,
        git::{self, cell, json},
        view::View,
    },
    settings::Settings,
};

/// `git …`.
pub(super) fn run(settings: &Settings, asked: &Git) -> Result<Exit, Failure> {
    if asked.command.is_some() && !matches!(asked.output, Shown::Table | Shown::Json | Shown::Md) {
        let why = "this command prints table, json or md; the other formats are for `git` itself";
        return Err(Failure::Usage(why.to_owned()));
    }
    let path = settings.git.clone().unwrap_or_else(|| ".".into());
    // Without a clock: everything is worked out before anything is printed.
    let repo = LocalRepo::at(path).against(settings.git_base.clone());
    let now = super::clock(settings).now();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let exit = match &asked.command {
        None => {
            glance(settings, &repo, asked)?;
            Exit::Ok
        }
        Some(GitCommand::Log { branch, limit }) => {
            let commits = repo.trees()?.log(branch, *limit)?;
            match asked.output {
                Shown::Json => json::log(&mut out, &commits)?,
                _ => git::log(&mut out, &commits, now)?,
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

fn glance(settings: &Settings, local: &LocalRepo, asked: &Git) -> Result<(), Failure> {
    let mut snapshot = sessions::picture(settings)?;
    if (snapshot.repo.as_ref()).is_none_or(|repo| repo.error.is_some()) {
        // Once more, for the reason why.
        snapshot.repo = Some(Arc::new(local.status(snapshot.at)?));
    }
    let how = Show {
        output: asked.output,
        filter: asked.filter.clone(),
    };
    let at = snapshot.at;
    super::print(snapshot, View::Git, &how, at)?;
    Ok(())
}

fn conflicts(
    out: &mut dyn Write,
    repo: &LocalRepo,
    (ours, theirs): (&str, &str),
    format: Shown,
) -> Result<Exit, Failure> {
    let found = repo.clash(ours, theirs)?;
    let (ours, theirs) = (shown(ours), shown(theirs));
    let names = (&*ours, &*theirs);
    match format {
        Shown::Md => cell::markdown(out, names, &found)?,
        Shown::Json => json::one(out, names, &found)?,
        _ => cell::text(out, names, &found)?,
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
    format: Shown,
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
        Shown::Json => json::scratch(out, &scratch_of(&scratch, &progress))?,
        _ => tell(out, &scratch, &progress, asked.check.is_none())?,
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
