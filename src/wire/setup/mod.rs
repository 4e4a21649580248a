//! `setup bridge`: the bridge's own program, step by step. Each step looks first whether it is done, says what it does, and is looked at afterwards.

mod steps;

use super::{credentials as room, failure::Failure, hooks};
use crate::cli::{Common, Program, SetupBridge, SetupCommand};
use std::{
    env,
    io::{self, Write as _},
    path::{Path, PathBuf},
};
use steps::Done;
use swarmwarden::{
    domain::{Refusal, text},
    headless::{
        Exit,
        hooks::{Server, claude_code_server, codex_server},
    },
    settings::Settings,
};

/// What one step does.
type Step = fn(&Plan<'_>) -> Result<Done, String>;

/// What is installed, and where.
struct Plan<'a> {
    asked: &'a SetupBridge,
    /// The program's files.
    program: PathBuf,
    /// Its Python.
    venv: PathBuf,
    /// The database, when one was named.
    db: Option<PathBuf>,
}

/// `setup`.
pub(super) fn run(
    settings: &Settings,
    common: &Common,
    asked: &SetupCommand,
) -> Result<Exit, Failure> {
    let SetupCommand::Bridge(asked) = asked;
    let dir = match &asked.dir {
        Some(dir) => std::path::absolute(dir)?,
        None => room::state(settings)?.join("bridge"),
    };
    let dir = std::path::absolute(dir)?;
    let db = common.db.as_deref().map(std::path::absolute).transpose()?;
    let plan = Plan {
        asked,
        program: dir.join("program"),
        venv: dir.join("venv"),
        db,
    };
    let steps: [(&str, Step); 5] = [
        ("python", steps::python),
        ("program", steps::program),
        ("venv", steps::venv),
        ("mcp", steps::mcp),
        ("test", steps::test),
    ];
    let mut out = io::stdout().lock();
    for (name, step) in steps {
        let done = step(&plan).map_err(|why| failed(name, &why))?;
        say(&mut out, name, &done)?;
    }
    let done = config(&plan).map_err(|why| failed("config", &why))?;
    say(&mut out, "config", &done)?;
    if asked.dry_run {
        writeln!(io::stderr(), "dry run: nothing was done")?;
    } else {
        writeln!(
            out,
            "restart the agent's program; `swarmwarden doctor` looks at the rest"
        )?;
    }
    Ok(Exit::Ok)
}

fn failed(step: &str, why: &str) -> Failure {
    let why = format!(
        "{step}: {why}; what was done before stays, and running this again goes on from here"
    );
    Failure::Refused(Refusal::Unavailable(why))
}

fn say(out: &mut dyn io::Write, name: &str, done: &Done) -> io::Result<()> {
    let (how, words) = match done {
        Done::Before(words) => ("there", words),
        Done::Now(words) => ("done", words),
        Done::Would(words) => ("would", words),
    };
    writeln!(out, "{name:<8} {how:<6} {words}")
}

/// A path as it is shown.
fn shown(path: &Path) -> String {
    text::line(&path.to_string_lossy()).into_owned()
}

impl Plan<'_> {
    fn python(&self) -> PathBuf {
        self.venv.join("bin").join("python")
    }

    fn script(&self) -> PathBuf {
        self.program.join(super::doctor::PROGRAM)
    }

    fn server(&self) -> Server {
        let word = |path: &Path| path.to_string_lossy().into_owned();
        let args = [Some(word(&self.script())), self.db.as_deref().map(word)];
        Server {
            command: word(&self.python()),
            args: args.into_iter().flatten().collect(),
        }
    }
}

/// Where an agent's program keeps its servers.
pub(super) fn usual(program: Program) -> Result<PathBuf, String> {
    let set = |name: &str| {
        env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    };
    let none = || "no home directory: name the configuration with --file".to_owned();
    match program {
        Program::ClaudeCode => match set("CLAUDE_CONFIG_DIR") {
            Some(dir) => Ok(dir.join(".claude.json")),
            None => Ok(set("HOME").ok_or_else(none)?.join(".claude.json")),
        },
        Program::Codex => match set("CODEX_HOME") {
            Some(dir) => Ok(dir.join("config.toml")),
            None => Ok(set("HOME")
                .ok_or_else(none)?
                .join(".codex")
                .join("config.toml")),
        },
        Program::Generic => Err("name claude-code or codex".to_owned()),
    }
}

/// Names the bridge in the configuration of the agent's program, beside what is there.
fn config(plan: &Plan<'_>) -> Result<Done, String> {
    let path = match &plan.asked.file {
        Some(path) => path.clone(),
        None => usual(plan.asked.program)?,
    };
    let path = path.canonicalize().unwrap_or(path);
    let name = shown(&path);
    let before = hooks::read(&path).map_err(|e| e.to_string())?;
    let text = before.as_deref().unwrap_or_default();
    let server = plan.server();
    let after = match plan.asked.program {
        Program::Codex => codex_server(text, &server),
        _ => claude_code_server(text, &server),
    };
    let after = after.map_err(|why| format!("{name}: {why}"))?;
    if before.as_deref() == Some(&after) {
        return Ok(Done::Before(format!("{name} names it")));
    }
    if plan.asked.dry_run {
        return Ok(Done::Would(format!("write {name}:\n{after}")));
    }
    let put = |path: &Path, text: &str| {
        hooks::put(path, text, hooks::mode(path, 0o600))
            .map_err(|e| format!("{}: {e}", shown(path)))
    };
    if let Some(before) = &before {
        let mut backup = path.as_os_str().to_owned();
        backup.push(".swarmwarden-backup");
        put(Path::new(&backup), before)?;
    }
    put(&path, &after)?;
    Ok(Done::Now(format!("{name} names it now")))
}
