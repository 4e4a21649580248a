//! The steps of `setup bridge` that run programs.

use super::{Plan, shown};
use crate::wire::hooks::quoted;
use std::{
    fs::{self, DirBuilder},
    os::unix::fs::DirBuilderExt as _,
    path::Path,
    process::Command,
    time::Duration,
};
use swarmwarden::{domain::text, git::tool};

/// How long a step may take: a package index may be slow.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long a look may take.
const LOOK: Duration = Duration::from_secs(60);
/// What the bridge's program needs.
const NEEDS: &str = "mcp>=1.0.0,<2";
/// The oldest Python that this runs with.
const OLDEST: (u32, u32) = (3, 10);
/// The bridge's own test.
const TEST: &str = "test_security.py";

/// What became of a step.
pub(super) enum Done {
    /// It was done before.
    Before(String),
    /// It is done now.
    Now(String),
    /// It would be done.
    Would(String),
}

/// The last line of what a program said.
fn last(said: &str) -> String {
    let line = said.lines().rfind(|l| !l.trim().is_empty());
    text::line(text::head(line.unwrap_or("it said nothing").trim(), 512)).into_owned()
}

/// A line of the shell that says the same.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|w| quoted(&w.to_string_lossy())).collect();
    text::line(&words.join(" ")).into_owned()
}

/// Runs a command, or says that it would be.
fn carry_out(plan: &Plan<'_>, command: Command, done: &str) -> Result<Done, String> {
    let words = line(&command);
    if plan.asked.dry_run {
        return Ok(Done::Would(words));
    }
    match tool(command, PATIENCE)? {
        (true, _) => Ok(Done::Now(done.to_owned())),
        (false, said) => Err(format!("`{words}` failed: {}", last(&said))),
    }
}

/// There is a Python, and it is not too old.
pub(super) fn python(plan: &Plan<'_>) -> Result<Done, String> {
    let program = &plan.asked.python;
    let mut command = Command::new(program);
    command.args([
        "-c",
        "import sys; print(sys.version_info[0], sys.version_info[1])",
    ]);
    let install = "install python3 with its venv module, or name one with --python";
    let (good, said) = tool(command, LOOK).map_err(|why| format!("{why}; {install}"))?;
    let mut numbers = said.split_whitespace().map(str::parse::<u32>);
    let version = match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) if good => (major, minor),
        _ => {
            return Err(format!(
                "{} is no Python: {}; {install}",
                shown(program),
                last(&said)
            ));
        }
    };
    let (major, minor) = version;
    if version < OLDEST {
        return Err(format!(
            "{} is {major}.{minor}, and 3.10 is needed; {install}",
            shown(program)
        ));
    }
    Ok(Done::Before(format!(
        "{} is {major}.{minor}",
        shown(program)
    )))
}

/// The program's files, cloned whole or not at all.
pub(super) fn program(plan: &Plan<'_>) -> Result<Done, String> {
    let name = shown(&plan.program);
    if plan.script().is_file() {
        return Ok(Done::Before(name));
    }
    if plan.program.exists() {
        return Err(format!(
            "{name} is there, and holds no {}; move it away",
            super::super::doctor::PROGRAM
        ));
    }
    let next = plan.program.with_extension("part");
    let mut command = Command::new("git");
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ASKPASS", "false");
    command
        .args(["clone", "--quiet", "--"])
        .arg(&plan.asked.from);
    if plan.asked.dry_run {
        command.arg(&plan.program);
        return Ok(Done::Would(line(&command)));
    }
    command.arg(&next);
    let failed = |e: std::io::Error| format!("{name}: {e}");
    if next.exists() {
        fs::remove_dir_all(&next).map_err(failed)?;
    }
    let parent = plan.program.parent().unwrap_or_else(|| Path::new("."));
    let made = DirBuilder::new().recursive(true).mode(0o700).create(parent);
    made.map_err(failed)?;
    carry_out(plan, command, &name)?;
    if !next.join(super::super::doctor::PROGRAM).is_file() {
        let from = text::line(&plan.asked.from).into_owned();
        return Err(format!(
            "{from} holds no {}: it is not the bridge",
            super::super::doctor::PROGRAM
        ));
    }
    fs::rename(&next, &plan.program).map_err(failed)?;
    Ok(Done::Now(format!("cloned into {name}")))
}

/// A Python of its own.
pub(super) fn venv(plan: &Plan<'_>) -> Result<Done, String> {
    let name = shown(&plan.venv);
    if runs(plan, "pass") {
        return Ok(Done::Before(name));
    }
    let mut command = Command::new(&plan.asked.python);
    command.args(["-m", "venv", "--clear"]).arg(&plan.venv);
    carry_out(plan, command, &format!("made in {name}"))
}

/// What the program needs.
pub(super) fn mcp(plan: &Plan<'_>) -> Result<Done, String> {
    if runs(plan, "import mcp.server, mcp.types") {
        return Ok(Done::Before("the package mcp can be imported".to_owned()));
    }
    let mut command = Command::new(plan.python());
    command.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    command.args(["--no-input", NEEDS]);
    let done = carry_out(plan, command, &format!("installed {NEEDS}"))?;
    if plan.asked.dry_run || runs(plan, "import mcp.server, mcp.types") {
        return Ok(done);
    }
    Err("the package mcp was installed and cannot be imported".to_owned())
}

/// The bridge's own security test.
pub(super) fn test(plan: &Plan<'_>) -> Result<Done, String> {
    let mut command = Command::new(plan.python());
    command.arg(TEST).current_dir(&plan.program);
    if !plan.asked.dry_run && !plan.program.join(TEST).is_file() {
        return Err(format!("{} has no {TEST}", shown(&plan.program)));
    }
    if plan.asked.dry_run {
        let place = quoted(&plan.program.to_string_lossy());
        return Ok(Done::Would(format!("cd {place} && {}", line(&command))));
    }
    carry_out(plan, command, &format!("{TEST} passed"))
}

/// Whether the Python of its own runs a line.
fn runs(plan: &Plan<'_>, code: &str) -> bool {
    let python = plan.python();
    if !python.exists() {
        return false;
    }
    let mut command = Command::new(python);
    command.args(["-c", code]);
    tool(command, LOOK).is_ok_and(|(good, _)| good)
}
