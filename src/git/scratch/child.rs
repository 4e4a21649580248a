//! The user's own git, as a child: never interactive, bounded in time, without hooks.

use crate::{domain::text, git::GitError};
use std::{
    ffi::OsStr,
    io::{self, Read},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{RecvTimeoutError, sync_channel},
    thread,
    time::Duration,
};

/// How long one command may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// Bytes of its output that are kept.
const KEPT: u64 = 64 << 10;

/// How it ended.
pub(super) struct Ended {
    /// Exit code; `None` after a signal.
    pub(super) code: Option<i32>,
    /// What it said, neutralised, on one line.
    pub(super) said: String,
}

/// What went wrong with a command.
fn failed<A: AsRef<OsStr>>(dir: &Path, args: &[A], why: &str) -> GitError {
    let words = args.iter().take(2);
    let words: Vec<_> = words.map(|a| a.as_ref().to_string_lossy()).collect();
    GitError::Child {
        what: text::line(&words.join(" ")).into_owned(),
        dir: text::line(&dir.to_string_lossy()).into_owned(),
        why: text::line(why).into_owned(),
    }
}

/// Runs git in a directory.
pub(super) fn git<A: AsRef<OsStr>>(dir: &Path, args: &[A]) -> Result<Ended, GitError> {
    let mut child = Command::new("git")
        .args(["-c", "core.hooksPath=/dev/null"])
        .args(["-c", "advice.detachedHead=false"])
        .args(args)
        .current_dir(dir)
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_EDITOR", "true")
        .env("LC_ALL", "C")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| failed(dir, args, &format!("git cannot be started: {e}")))?;
    let Some(said) = output(&mut child) else {
        let _ = child.kill();
        let _ = child.wait();
        let why = format!("no end after {} s", PATIENCE.as_secs());
        return Err(failed(dir, args, &why));
    };
    let status = child
        .wait()
        .map_err(|e| failed(dir, args, &e.to_string()))?;
    let said = String::from_utf8_lossy(&said);
    Ok(Ended {
        code: status.code(),
        said: text::line(&text::redact(said.trim())).into_owned(),
    })
}

/// The beginning of both outputs; `None` when they do not end in time.
fn output(child: &mut Child) -> Option<Vec<u8>> {
    let (tell, told) = sync_channel(2);
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|s| Box::new(s) as _),
        child.stderr.take().map(|s| Box::new(s) as _),
    ];
    for mut stream in streams.into_iter().flatten() {
        let tell = tell.clone();
        thread::spawn(move || {
            let mut kept = Vec::new();
            let _ = stream.by_ref().take(KEPT).read_to_end(&mut kept);
            // The rest is read, too: a full pipe would stop the child.
            let _ = io::copy(&mut stream, &mut io::sink());
            let _ = tell.send(kept);
        });
    }
    drop(tell);
    let mut said = Vec::new();
    loop {
        match told.recv_timeout(PATIENCE) {
            Ok(kept) => said.extend(kept),
            Err(RecvTimeoutError::Disconnected) => return Some(said),
            Err(RecvTimeoutError::Timeout) => return None,
        }
    }
}

/// Runs git in a directory; anything but success is an error that says what git said.
pub(super) fn must<A: AsRef<OsStr>>(dir: &Path, args: &[A]) -> Result<(), GitError> {
    let ended = git(dir, args)?;
    if ended.code == Some(0) {
        return Ok(());
    }
    Err(failed(dir, args, &ended.said))
}
