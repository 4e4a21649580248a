//! `hooks install`: reads the configuration of an agent's program, and writes it back with the hook, or without.

use super::{credentials as room, failure::Failure};
use crate::cli::{HooksCommand, Install, Program};
use std::{
    env, fs,
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};
use swarmwarden::{
    domain::{Refusal, text},
    headless::{
        Exit,
        hooks::{HookError, claude_code, codex, is_script, script},
    },
    settings::Settings,
};
use tempfile::NamedTempFile;

/// Bytes that a configuration may have.
const CAP: u64 = 4 << 20;

/// `hooks`.
pub(super) fn run(settings: &Settings, asked: &HooksCommand) -> Result<Exit, Failure> {
    let HooksCommand::Install(asked) = asked;
    let path = match &asked.file {
        Some(path) => path.clone(),
        None => usual(settings, asked.program)?,
    };
    // A link stays one: what it leads to is written.
    let path = path.canonicalize().unwrap_or(path);
    let before = read(&path)?;
    let program = program();
    let text = before.as_deref().unwrap_or_default();
    let after = match asked.program {
        Program::ClaudeCode => {
            claude_code(text, &format!("{} beat", quoted(&program)), asked.remove)
        }
        Program::Codex => codex(text, &program, asked.remove),
        Program::Generic if !(text.trim().is_empty() || is_script(text)) => Err(HookError::Foreign),
        Program::Generic if asked.remove => Ok(String::new()),
        Program::Generic => Ok(script(&program)),
    };
    let after = after.map_err(|why| {
        let name = path.display().to_string();
        Failure::Refused(Refusal::Denied(format!("{}: {why}", text::line(&name))))
    })?;
    apply(asked, &path, before.as_deref(), &after)
}

/// Where a program keeps its configuration.
pub(super) fn usual(settings: &Settings, program: Program) -> Result<PathBuf, Failure> {
    let home = || {
        let home = env::var_os("HOME").filter(|home| !home.is_empty());
        let none =
            || Failure::Usage("no home directory: name the configuration with --file".to_owned());
        home.map(PathBuf::from).ok_or_else(none)
    };
    let set = |name: &str| {
        env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    };
    Ok(match program {
        Program::ClaudeCode => match set("CLAUDE_CONFIG_DIR") {
            Some(dir) => dir.join("settings.json"),
            None => home()?.join(".claude").join("settings.json"),
        },
        Program::Codex => match set("CODEX_HOME") {
            Some(dir) => dir.join("config.toml"),
            None => home()?.join(".codex").join("config.toml"),
        },
        Program::Generic => room::state(settings)?.join("hooks").join("beat"),
    })
}

/// The text of a configuration; `None` when there is none.
pub(super) fn read(path: &Path) -> Result<Option<String>, Failure> {
    let refused = |why: &str| {
        let name = path.display().to_string();
        Failure::Refused(Refusal::Denied(format!(
            "{}: {why}; nothing was written",
            text::line(&name)
        )))
    };
    match fs::metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(refused(&e.to_string())),
        Ok(facts) if !facts.is_file() || facts.len() > CAP => {
            return Err(refused("it is no configuration"));
        }
        Ok(_) => {}
    }
    let bytes = fs::read(path).map_err(|e| refused(&e.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| refused("it is not UTF-8"))?;
    Ok(Some(text))
}

/// This program, by name where the shell finds it by that, else by its place.
fn program() -> String {
    let own = env::current_exe().and_then(|path| path.canonicalize());
    let Ok(own) = own else {
        return "swarmwarden".to_owned();
    };
    let dirs = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&dirs)
        .map(|dir| dir.join("swarmwarden"))
        .find(|path| path.is_file());
    let same = found.and_then(|path| path.canonicalize().ok()) == Some(own.clone());
    if same {
        "swarmwarden".to_owned()
    } else {
        own.to_string_lossy().into_owned()
    }
}

/// A word of the shell.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    if word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn apply(asked: &Install, path: &Path, before: Option<&str>, after: &str) -> Result<Exit, Failure> {
    let name = path.display().to_string();
    let (name, mut out) = (text::line(&name).into_owned(), io::stdout().lock());
    if before.unwrap_or_default() == after {
        let there = if asked.remove {
            "holds no hook of ours"
        } else {
            "holds the hook already"
        };
        writeln!(out, "{name} {there}")?;
        return Ok(Exit::Ok);
    }
    if asked.dry_run {
        writeln!(
            io::stderr(),
            "dry run: nothing was written; {name} would be"
        )?;
        out.write_all(after.as_bytes())?;
        return Ok(Exit::Ok);
    }
    let generic = asked.program == Program::Generic;
    if generic && asked.remove {
        fs::remove_file(path)?;
        writeln!(out, "{name} is removed")?;
        return Ok(Exit::Ok);
    }
    if let Some(before) = before.filter(|_| !generic) {
        let mut backup = path.as_os_str().to_owned();
        backup.push(".swarmwarden-backup");
        put(Path::new(&backup), before, mode(path, 0o600))?;
    }
    put(path, after, mode(path, if generic { 0o700 } else { 0o600 }))?;
    let done = if asked.remove {
        "is without the hook now"
    } else {
        "calls the hook now"
    };
    if generic {
        writeln!(out, "{name} is the hook: have the agent's program run it")?;
    } else {
        writeln!(out, "{name} {done}")?;
    }
    Ok(Exit::Ok)
}

/// The rights of a file that is there, else these.
pub(super) fn mode(path: &Path, usual: u32) -> u32 {
    fs::metadata(path).map_or(usual, |facts| facts.permissions().mode() & 0o777)
}

/// Writes a file whole or not at all.
pub(super) fn put(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let dir = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(dir)?;
    let mut file = NamedTempFile::new_in(dir)?;
    file.write_all(text.as_bytes())?;
    file.as_file()
        .set_permissions(fs::Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|lost| lost.error)
}
