//! The user's own git, as a child: never interactive, bounded in time, without hooks.

use crate::{domain::text, git::GitError};
use std::{
    ffi::OsStr,
    io::Read,
    path::Path,
    process::{Command, Stdio},
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

/// Runs git in a directory.
pub(super) fn git<A: AsRef<OsStr>>(dir: &Path, args: &[A]) -> Result<Ended, GitError> {
    let what = || {
        let words = args
            .iter()
            .take(2)
            .map(|a| a.as_ref().to_string_lossy().into_owned());
        text::line(&words.collect::<Vec<_>>().join(" ")).into_owned()
    };
    let failed = |why: String| GitError::Child {
        what: what(),
        dir: text::line(&dir.to_string_lossy()).into_owned(),
        why: text::line(&why).into_owned(),
    };
    let mut child = Command::new("git")
        .args([
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "advice.detachedHead=false",
        ])
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
        .map_err(|e| failed(format!("git cannot be started: {e}")))?;
    let (tell, told) = sync_channel(2);
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|s| Box::new(s) as _),
        child.stderr.take().map(|s| Box::new(s) as _),
    ];
    for mut stream in streams.into_iter().flatten() {
        let tell = tell.clone();
        thread::spawn(move || {
            let mut kept = Vec::new();
            let read = stream.by_ref().take(KEPT).read_to_end(&mut kept);
            // The rest is read, too: a full pipe would stop the child.
            let rest = std::io::copy(&mut stream, &mut std::io::sink());
            let _ = tell.send((kept, read.and(rest.map(|_| 0))));
        });
    }
    drop(tell);
    let mut said = Vec::new();
    loop {
        match told.recv_timeout(PATIENCE) {
            Ok((kept, _)) => said.extend(kept),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(failed(format!("no end after {} s", PATIENCE.as_secs())));
            }
        }
    }
    let status = child.wait().map_err(|e| failed(e.to_string()))?;
    let said = String::from_utf8_lossy(&said);
    Ok(Ended {
        code: status.code(),
        said: text::line(&text::redact(said.trim())).into_owned(),
    })
}

/// Runs git in a directory; anything but success is an error that says what git said.
pub(super) fn must<A: AsRef<OsStr>>(dir: &Path, args: &[A]) -> Result<(), GitError> {
    let ended = git(dir, args)?;
    if ended.code == Some(0) {
        return Ok(());
    }
    let what = args
        .iter()
        .take(2)
        .map(|a| a.as_ref().to_string_lossy().into_owned());
    Err(GitError::Child {
        what: text::line(&what.collect::<Vec<_>>().join(" ")).into_owned(),
        dir: text::line(&dir.to_string_lossy()).into_owned(),
        why: ended.said,
    })
}
