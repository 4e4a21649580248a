//! This machine, and what this program needs of it.

use super::{file, shown};
use crate::cli::Common;
use std::{
    env, fs,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
};
use swarmwarden::{
    domain::text,
    headless::doctor::facts::{Host, Terminal},
    settings::{Colours, Settings},
    store::{Sidecar, SqliteStore},
};

/// The bridge's own program.
pub(in super::super) const PROGRAM: &str = "claude_bridge_secure.py";
/// Bytes of a configuration that is looked into.
const CAP: u64 = 4 << 20;

pub(super) fn look(settings: &Settings, common: &Common) -> Host {
    let state = settings.state.as_deref();
    Host {
        inotify: inotify(),
        engine: SqliteStore::engine_version().to_owned(),
        program: programs(settings)
            .into_iter()
            .find(|p| p.is_file())
            .map(|p| shown(&p)),
        hooks: hooks(settings),
        servers: servers(),
        terminal: terminal(settings),
        config: config(common),
        state: state.and_then(file),
        state_path: state.map(shown),
        state_writable: state.is_some_and(writable),
        memory: state
            .zip(settings.db.as_deref())
            .filter(|(_, db)| db.is_file())
            .map(|(state, db)| {
                let memory = Sidecar::existing(state, db);
                memory
                    .map(|m| m.is_some())
                    .map_err(|e| text::line(&super::super::failure::chain(&e)).into_owned())
            }),
    }
}

/// Whether a directory, or the nearest one above it that is there, can be written.
fn writable(path: &Path) -> bool {
    use rustix::fs::{Access, access};
    let there = path
        .ancestors()
        .find(|p| !p.as_os_str().is_empty() && p.exists());
    let there = there.unwrap_or_else(|| Path::new("."));
    there.is_dir() && access(there, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// Where the bridge's own program may lie: where `setup` puts it, and where the protocol does.
fn programs(settings: &Settings) -> Vec<PathBuf> {
    let own = settings
        .state
        .as_deref()
        .map(|s| s.join("bridge").join("program"));
    let usual = [
        Path::new("/tmp/mcp-multiagent-bridge").to_owned(),
        PathBuf::from("mcp-multiagent-bridge"),
    ];
    let all = own.into_iter().chain(usual);
    all.map(|dir| dir.join(PROGRAM)).collect()
}

fn number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// Limits of a user, and instances in use as far as we may look.
fn inotify() -> Option<[u64; 3]> {
    let watches = number("/proc/sys/fs/inotify/max_user_watches")?;
    let instances = number("/proc/sys/fs/inotify/max_user_instances")?;
    let own = rustix::process::geteuid().as_raw();
    let mut used = 0;
    for process in fs::read_dir("/proc").ok()?.flatten() {
        use std::os::unix::fs::MetadataExt as _;
        let is_own = process.metadata().is_ok_and(|m| m.uid() == own);
        let is_number = process.file_name().to_string_lossy().parse::<u32>().is_ok();
        if !(is_own && is_number) {
            continue;
        }
        for fd in fs::read_dir(process.path().join("fd"))
            .into_iter()
            .flatten()
            .flatten()
        {
            let to = fs::read_link(fd.path());
            used += u64::from(to.is_ok_and(|to| to.as_os_str() == "anon_inode:inotify"));
        }
    }
    Some([watches, instances, used])
}

/// Programs of agents that are configured here, and whether they call `beat`.
fn hooks(settings: &Settings) -> Vec<(String, String, bool)> {
    use crate::cli::Program;
    let all = [
        (Program::ClaudeCode, "claude-code"),
        (Program::Codex, "codex"),
    ];
    let look = |(program, name): (Program, &str)| {
        let path = super::super::hooks::usual(settings, program).ok()?;
        let small = |m: &fs::Metadata| m.is_file() && m.len() <= CAP;
        fs::metadata(&path).ok().filter(small)?;
        let text = fs::read_to_string(&path).ok()?;
        let calls = swarmwarden::headless::hooks::calls_beat(&text);
        Some((name.to_owned(), shown(&path), calls))
    };
    all.into_iter().filter_map(look).collect()
}

/// Programs of agents whose configuration names the bridge, and what it starts that is not there.
fn servers() -> Vec<(String, String, Option<String>)> {
    use crate::cli::Program;
    let all = [
        (Program::ClaudeCode, "claude-code"),
        (Program::Codex, "codex"),
    ];
    let look = |(program, name): (Program, &str)| {
        let path = super::super::setup::usual(program).ok()?;
        let small = |m: &fs::Metadata| m.is_file() && m.len() <= CAP;
        fs::metadata(&path).ok().filter(small)?;
        let words = swarmwarden::headless::hooks::bridge_server(&fs::read_to_string(&path).ok()?)?;
        // The program, and its script; what follows may be a database that is made later.
        let files = words.iter().take(2).filter(|w| w.contains('/'));
        let missing = files.map(Path::new).find(|p| !p.is_file());
        Some((name.to_owned(), shown(&path), missing.map(shown)))
    };
    all.into_iter().filter_map(look).collect()
}

fn terminal(settings: &Settings) -> Option<Terminal> {
    let out = io::stdout();
    if !out.is_terminal() {
        return None;
    }
    let size = rustix::termios::tcgetwinsize(&out).ok();
    let set = |name: &str| env::var_os(name).is_some_and(|v| !v.is_empty());
    let term = env::var("TERM").unwrap_or_default();
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"];
    let locale = locale
        .iter()
        .find_map(|n| env::var(n).ok().filter(|v| !v.is_empty()));
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    let within = [
        ("TMUX", "tmux"),
        ("STY", "screen"),
        ("SSH_CONNECTION", "ssh"),
    ];
    Some(Terminal {
        term: text::line(&term).into_owned(),
        size: size.map(|s| (s.ws_col, s.ws_row)),
        colours: match settings.colours {
            Colours::None => "no colours",
            Colours::Ansi => "16 colours",
            Colours::Indexed => "256 colours",
            Colours::True => "all colours",
        },
        utf8: locale.contains("utf-8") || locale.contains("utf8"),
        within: within
            .into_iter()
            .filter(|(name, _)| set(name))
            .map(|(_, word)| word)
            .collect(),
    })
}

fn config(common: &Common) -> (Option<String>, bool, Vec<String>) {
    let path = common.config.clone().or_else(super::super::config::usual);
    let there = path.as_deref().is_some_and(Path::exists);
    let wrong = match super::super::config::whole(common) {
        Ok((_, warnings)) => warnings,
        Err(error) => vec![error.to_string()],
    };
    (path.as_deref().map(shown), there, wrong)
}
