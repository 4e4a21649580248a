//! Programs of the operator's own: one that has the terminal, and those beside the dashboard, which end when they are done, when their time
//! is up, or when the dashboard ends.

use rustix::{
    io::Errno,
    process::{
        Pid, Signal, WaitId, WaitIdOptions, WaitOptions, getpid, kill_process, kill_process_group,
        waitid, waitpid,
    },
};
use std::{
    io::{self, Read},
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    process::{Command, ExitStatus, Stdio},
    sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Duration,
};
use swarmwarden::tui;

/// What is kept of what a program prints, each of its two outputs.
const CAP: u64 = 256 * 1024;
/// Between the request to end and the end.
const GRACE: Duration = Duration::from_millis(500);

/// Runs a program with the terminal until it ends. Its group is ours, so that the shell stops and wakes both: when the program is stopped,
/// so are we; where nobody could wake us, it goes on at once.
pub(super) fn foreground(command: &mut Command) -> io::Result<ExitStatus> {
    let mut child = command.spawn()?;
    let Some(pid) = pid(child.id()) else {
        return child.wait();
    };
    loop {
        match waitpid(Some(pid), WaitOptions::UNTRACED) {
            Ok(Some((_, status))) if status.stopped() => {
                if tui::can_be_resumed() {
                    kill_process(getpid(), Signal::STOP)?;
                }
                kill_process(pid, Signal::CONT)?;
            }
            Ok(Some((_, status))) => return Ok(ExitStatus::from_raw(status.as_raw())),
            Ok(None) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn pid(raw: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(raw).ok()?)
}

/// Groups of the programs beside the dashboard.
#[derive(Debug, Default)]
pub(super) struct Children {
    state: Mutex<State>,
    fewer: Condvar,
}

#[derive(Debug, Default)]
struct State {
    groups: Vec<Pid>,
    over: bool,
}

/// What came of a program.
#[derive(Debug)]
pub(super) struct Ended {
    /// What it printed, the errors after the rest.
    pub(super) text: String,
    /// By itself, and well.
    pub(super) well: bool,
    /// It was ended, because its time was up.
    pub(super) late: bool,
}

enum Heard {
    Out(String),
    Errors(String),
    Ended,
    Late,
}

impl Children {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a program in a group of its own, for `limit` at most, and keeps what it prints, as far as that is kept. What it left behind in its
    /// group counts as the program for as long as it holds an output.
    pub(super) fn watch(&self, command: &mut Command, limit: Duration) -> io::Result<Ended> {
        command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut state = self.state();
        if state.over {
            return Err(io::Error::other("the dashboard ends"));
        }
        let mut child = command.spawn()?;
        let group = pid(child.id()).ok_or_else(|| io::Error::other("it has no id"))?;
        state.groups.push(group);
        drop(state);
        let (tell, heard) = mpsc::sync_channel(4);
        reader(child.stdout.take(), tell.clone(), Heard::Out);
        reader(child.stderr.take(), tell.clone(), Heard::Errors);
        waiter(group, tell.clone());
        let (_stop, stopped) = mpsc::sync_channel(1);
        timer(limit, stopped, tell);
        let (mut out, mut errors, mut ended, mut late) = (None, None, false, 0_u32);
        while !(ended && out.is_some() && errors.is_some()) {
            match heard.recv() {
                Ok(Heard::Out(text)) => out = Some(text),
                Ok(Heard::Errors(text)) => errors = Some(text),
                Ok(Heard::Ended) => ended = true,
                Ok(Heard::Late) => {
                    late += 1;
                    match late {
                        1 => signal(group, Signal::TERM),
                        2 => signal(group, Signal::KILL),
                        _ if ended => break, // what holds an output now has left the group
                        _ => {}
                    }
                }
                Err(_) => break,
            }
        }
        // Forgotten before its id is free for another.
        self.state().groups.retain(|one| *one != group);
        self.fewer.notify_all();
        let late = late > 0;
        let well = child.wait()?.success() && !late;
        let text = out.unwrap_or_default() + &errors.unwrap_or_default();
        Ok(Ended { text, well, late })
    }

    /// Ends all of them, and begins none any more. Takes as long as they need to end, [`GRACE`] at most.
    pub(super) fn end(&self) {
        let mut state = self.state();
        state.over = true;
        for group in &state.groups {
            signal(*group, Signal::TERM);
        }
        let some = |state: &mut State| !state.groups.is_empty();
        let waited = self.fewer.wait_timeout_while(state, GRACE, some);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        for group in &state.groups {
            signal(*group, Signal::KILL);
        }
    }
}

/// A group that is gone needs none.
fn signal(group: Pid, signal: Signal) {
    let _ = kill_process_group(group, signal);
}

/// Reads an output to its end. What is over the cap closes the pipe.
fn reader(
    from: Option<impl Read + Send + 'static>,
    tell: mpsc::SyncSender<Heard>,
    as_what: fn(String) -> Heard,
) {
    thread::spawn(move || {
        let mut raw = Vec::new();
        if let Some(from) = from {
            let _ = from.take(CAP).read_to_end(&mut raw); // what came before the error counts
        }
        let _ = tell.send(as_what(String::from_utf8_lossy(&raw).into_owned()));
    });
}

/// Tells when it has ended; it is not reaped, so that its id stays its own.
fn waiter(pid: Pid, tell: mpsc::SyncSender<Heard>) {
    thread::spawn(move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(WaitId::Pid(pid), options), Err(Errno::INTR)) {}
        let _ = tell.send(Heard::Ended);
    });
}

/// Tells that the time is up, and again after every [`GRACE`] until nobody listens.
fn timer(limit: Duration, stopped: mpsc::Receiver<()>, tell: mpsc::SyncSender<Heard>) {
    thread::spawn(move || {
        let mut wait = limit;
        while stopped.recv_timeout(wait) == Err(mpsc::RecvTimeoutError::Timeout)
            && tell.send(Heard::Late).is_ok()
        {
            wait = GRACE;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::{Children, foreground};
    use rustix::process::test_kill_process_group;
    use std::{process::Command, sync::Arc, thread, time::Duration};

    fn shell(line: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        command
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn what_a_program_prints_is_kept() {
        let children = Children::default();
        let ended = children.watch(&mut shell("echo one; echo two >&2"), LONG);
        let ended = ended.unwrap();
        assert_eq!(ended.text, "one\ntwo\n");
        assert!(ended.well && !ended.late);
        let failed = children.watch(&mut shell("exit 3"), LONG).unwrap();
        assert!(!failed.well && !failed.late);
        assert!(children.state().groups.is_empty());
    }

    #[test]
    fn a_program_that_takes_too_long_is_ended_with_all_it_started() {
        let children = Children::default();
        for line in [
            "echo so far; sleep 600 & sleep 600",
            "trap '' TERM; echo so far; while :; do sleep 600; done",
            "echo so far; exec >&- 2>&-; sleep 600",
        ] {
            let ended = children.watch(&mut shell(line), Duration::from_millis(100));
            let ended = ended.unwrap();
            assert!(ended.late && !ended.well, "{line}: {ended:?}");
            assert_eq!(ended.text, "so far\n", "{line}");
        }
    }

    #[test]
    fn nothing_outlives_the_dashboard() {
        let children = Arc::new(Children::default());
        let beside = Arc::clone(&children);
        let running = thread::spawn(move || beside.watch(&mut shell("sleep 600"), LONG));
        let group = loop {
            if let Some(group) = children.state().groups.first() {
                break *group;
            }
            thread::yield_now();
        };
        children.end();
        let ended = running.join().unwrap().unwrap();
        assert!(!ended.well);
        // Those whose parent is gone are taken in by another process, in its own time.
        let gone = (0..5_000).any(|_| {
            thread::park_timeout(Duration::from_millis(1));
            test_kill_process_group(group).is_err()
        });
        assert!(gone);
        assert!(children.watch(&mut shell("true"), LONG).is_err());
    }

    #[test]
    fn the_status_of_a_program_with_the_terminal_is_its_own() {
        assert_eq!(foreground(&mut shell("exit 7")).unwrap().code(), Some(7));
        let stopped = foreground(&mut shell("kill -TERM $$")).unwrap();
        assert_eq!(stopped.code(), None);
    }
}
