//! What the dashboard has done outside itself with what is taken from it: tools that keep a clipboard, and files.

use std::{
    env,
    fs::OpenOptions,
    io::{ErrorKind, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};
use swarmwarden::{
    domain::text,
    settings::Settings,
    tui::{Between, Channels, Told},
};

/// Tools that keep a clipboard: name, arguments, the variable without which they reach nothing.
const TOOLS: [(&str, &[&str], &str); 4] = [
    ("wl-copy", &[], "WAYLAND_DISPLAY"),
    ("xclip", &["-selection", "clipboard"], "DISPLAY"),
    ("xsel", &["--clipboard", "--input"], "DISPLAY"),
    ("pbcopy", &[], "__CFBundleIdentifier"),
];

/// What lies between us and the clipboard, by the environment.
pub(super) fn between() -> Between {
    let set = |name: &str| env::var_os(name).is_some_and(|v| !v.is_empty());
    let local = !set("SSH_CONNECTION") && !set("SSH_TTY");
    let reached = |tool: &&(&str, &[&str], &str)| {
        (set(tool.2) || (tool.0 == "pbcopy" && cfg!(target_os = "macos"))) && on_path(tool.0)
    };
    let tool = TOOLS.iter().filter(|_| local).find(reached);
    Between {
        tmux: set("TMUX"),
        screen: set("STY"),
        native: tool.map(|(name, ..)| (*name).to_owned()),
    }
}

/// How the terminal calls somebody who does not look.
pub(super) fn channels(settings: &Settings) -> Channels {
    let has = |name: &str| settings.notify.iter().any(|n| n == name);
    Channels {
        bell: has("bell"),
        osc9: has("osc9"),
        osc777: has("osc777"),
        title: has("title"),
        tmux: std::env::var_os("TMUX").is_some(),
    }
}

/// Name of this machine, in which files are.
pub(super) fn machine() -> Arc<str> {
    rustix::system::uname().nodename().to_string_lossy().into()
}

fn on_path(name: &str) -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&paths).any(|dir| dir.join(name).is_file())
}

/// Gives a text to a tool.
pub(super) fn clip(tool: &str, text: &str) -> Result<Told, String> {
    let known = TOOLS.iter().find(|(name, ..)| *name == tool);
    let (name, args, _) = known.ok_or_else(|| format!("{tool} is no tool for a clipboard"))?;
    let failed = |error: std::io::Error| format!("{name}: {error}; the terminal has the text");
    let mut child = Command::new(name)
        .args(*args)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(text.as_bytes()).map_err(failed)?;
    }
    match child.wait().map_err(failed)? {
        status if status.success() => Ok(Told::Word(format!(
            "sent to terminal clipboard (OSC 52) and to {name}, {} chars",
            text.chars().count()
        ))),
        status => Err(format!(
            "{name} ended with {status}; the terminal has the text"
        )),
    }
}

/// Writes a file into the directory that the program was started in; one that is there is left alone.
pub(super) fn export(name: &str, contents: &str) -> Result<Told, String> {
    let dir = env::current_dir().map_err(|error| format!("no directory to write to: {error}"))?;
    export_to(&dir, name, contents)
}

fn export_to(dir: &Path, name: &str, contents: &str) -> Result<Told, String> {
    let path = dir.join(name);
    let shown = text::line(&path.to_string_lossy()).into_owned();
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => format!("{shown} is there already; nothing was written"),
            _ => format!("{shown}: {error}; start the dashboard where you may write"),
        })?;
    let written = file.write_all(contents.as_bytes());
    written.map_err(|error| format!("{shown}: {error}; the file is not whole"))?;
    Ok(Told::Word(format!(
        "written to {shown}, {} bytes",
        contents.len()
    )))
}

#[cfg(test)]
mod tests {
    use super::{Told, export_to};

    #[test]
    fn ux_82_a_file_that_is_there_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let told = export_to(dir.path(), "a.json", "one").unwrap();
        assert!(matches!(told, Told::Word(words) if words.contains("a.json, 3 bytes")));
        let again = export_to(dir.path(), "a.json", "two").unwrap_err();
        assert!(again.contains("nothing was written"), "{again}");
        let kept = std::fs::read_to_string(dir.path().join("a.json")).unwrap();
        assert_eq!(kept, "one");
    }
}
