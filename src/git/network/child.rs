//! A child process that never asks anybody anything and ends in time, with everything that it started.

use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    env,
    ffi::{OsStr, OsString},
    io::{self, Read},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

/// Bytes of output that are kept.
const CAP: usize = 64 * 1024;
/// How often a stop is looked for.
const LOOK: Duration = Duration::from_millis(50);
/// How long output is waited for after the end: somebody else may hold the other end for ever.
const REST: Duration = Duration::from_millis(500);

/// Why there is no exit code.
pub(super) enum Failed {
    /// It did not start.
    Start(String),
    /// It did not end.
    Late,
    /// We were told to stop.
    Stopped,
}

/// `git -C path`, made so that it fails where it would ask. `ssh` is the repository's own way to reach remotes.
pub(super) fn command(program: &OsStr, path: &Path, ssh: Option<&str>) -> Command {
    let mut command = Command::new(program);
    // What a hook of git's has set would lead to another repository.
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        // What these say holds headers and tokens.
        "GIT_TRACE",
        "GIT_TRACE_CURL",
        "GIT_CURL_VERBOSE",
    ] {
        command.env_remove(name);
    }
    command
        .arg("-C")
        .arg(path)
        .args(["-c", "gc.auto=0", "-c", "maintenance.auto=false"])
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ASKPASS", "false")
        .env("SSH_ASKPASS", "false")
        .env("SSH_ASKPASS_REQUIRE", "never")
        .env("GCM_INTERACTIVE", "never")
        .env("LC_ALL", "C")
        .env("LANGUAGE", "C");
    if let Some(batch) = batch(env::var_os("GIT_SSH_COMMAND"), env::var_os("GIT_SSH"), ssh) {
        command.env("GIT_SSH_COMMAND", batch);
    }
    command
}

/// The command for ssh that asks nothing, in the order in which git looks for one; `None` leaves a program alone that may not be ssh.
fn batch(
    set: Option<OsString>,
    program: Option<OsString>,
    configured: Option<&str>,
) -> Option<OsString> {
    let configured = configured.map(OsString::from);
    let base = set.filter(|s| !s.is_empty()).or(configured);
    let mut base = match (base, program) {
        (Some(base), _) => base,
        (None, Some(_)) => return None,
        (None, None) => "ssh".into(),
    };
    let other = base.to_string_lossy().to_ascii_lowercase();
    if !other.contains("plink") && !other.contains("batchmode") {
        base.push(" -oBatchMode=yes");
    }
    Some(base)
}

/// Runs a child in a process group of its own. Says whether it succeeded, and the beginning of what it said.
pub(super) fn run(
    mut command: Command,
    patience: Duration,
    stop: &AtomicBool,
) -> Result<(bool, String), Failed> {
    let start = |e: io::Error| Failed::Start(e.to_string());
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(start)?;
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let said = Arc::new(Mutex::new(Vec::new()));
    let (ended, ends) = sync_channel(3);
    if let Some(out) = child.stdout.take() {
        listen(out, Arc::clone(&said), ended.clone());
    }
    if let Some(err) = child.stderr.take() {
        listen(err, Arc::clone(&said), ended);
    }
    let (exit, exits) = sync_channel(1);
    let waiting = thread::Builder::new()
        .name("git".to_owned())
        .spawn(move || {
            // Whoever waited may have given up.
            let _gone = exit.send(child.wait().is_ok_and(|status| status.success()));
        });
    let outcome = waiting
        .map_err(start)
        .and_then(|_| wait(&exits, patience, stop));
    if outcome.is_err()
        && let Some(group) = group
    {
        // It may have ended by itself.
        let _gone = kill_process_group(group, Signal::KILL);
        let _reaped = exits.recv_timeout(REST);
    }
    for _ in 0..2 {
        if ends.recv_timeout(REST).is_err() {
            break;
        }
    }
    let said = said.lock().unwrap_or_else(PoisonError::into_inner);
    outcome.map(|good| (good, String::from_utf8_lossy(&said).into_owned()))
}

fn wait(exits: &Receiver<bool>, patience: Duration, stop: &AtomicBool) -> Result<bool, Failed> {
    let mut left = patience;
    loop {
        let slice = left.min(LOOK);
        match exits.recv_timeout(slice) {
            Ok(good) => return Ok(good),
            Err(RecvTimeoutError::Disconnected) => return Ok(false),
            Err(RecvTimeoutError::Timeout) => left = left.saturating_sub(slice),
        }
        if stop.load(Ordering::Relaxed) {
            return Err(Failed::Stopped);
        }
        if left.is_zero() {
            return Err(Failed::Late);
        }
    }
}

/// Keeps the beginning of what comes, reads and forgets the rest.
fn listen(mut from: impl Read + Send + 'static, said: Arc<Mutex<Vec<u8>>>, ended: SyncSender<()>) {
    let read = move || {
        let mut buffer = [0; 4_096];
        while let Ok(n @ 1..) = from.read(&mut buffer) {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            let room = CAP.saturating_sub(said.len()).min(n);
            said.extend_from_slice(buffer.get(..room).unwrap_or_default());
        }
        let _gone = ended.send(());
    };
    // Without a thread nothing is heard, and the exit code still counts.
    let _unheard = thread::Builder::new()
        .name("git output".to_owned())
        .spawn(read);
}

#[cfg(test)]
mod tests {
    use super::batch;

    #[test]
    fn the_users_own_way_to_ssh_is_kept() {
        let is = |set: Option<&str>, program: Option<&str>, configured| {
            let of = |v: Option<&str>| v.map(Into::into);
            batch(of(set), of(program), configured).map(|v| v.to_string_lossy().into_owned())
        };
        assert_eq!(is(None, None, None).unwrap(), "ssh -oBatchMode=yes");
        assert_eq!(
            is(Some("ssh -i k"), None, Some("x")).unwrap(),
            "ssh -i k -oBatchMode=yes"
        );
        assert_eq!(
            is(None, Some("wrapper"), Some("ssh -F f")).unwrap(),
            "ssh -F f -oBatchMode=yes"
        );
        assert_eq!(is(None, Some("wrapper"), None), None);
        assert_eq!(
            is(Some("plink -batch"), None, None).unwrap(),
            "plink -batch"
        );
    }
}
