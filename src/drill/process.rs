//! A process of a drill: listened to, stopped and killed for real, and gone when its test is.

use super::Trouble;
use crate::{
    domain::{Span, Timestamp},
    engine::Clock,
};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde_json::Value;
use std::{
    fs,
    io::{BufRead as _, BufReader, Read, Write as _},
    os::unix::process::CommandExt as _,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// Lines of one process that are kept.
const LINES: usize = 100_000;
/// How long a process may take to end when it is asked to.
const GOODBYE: Duration = Duration::from_secs(3);
/// Between two looks at a process that ends.
const LOOK: Duration = Duration::from_millis(5);

/// What all processes of a test printed, for whoever looks for secrets in it.
pub(super) type Spoken = Arc<Mutex<Vec<String>>>;

/// A line, and when it came, by the steady clock.
pub(super) type Line = (Span, String);

/// A process that runs.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    lines: Arc<Mutex<Vec<Line>>>,
    errors: Arc<Mutex<Vec<Line>>>,
    ended: bool,
}

impl Process {
    /// Starts it, in a process group of its own.
    pub(super) fn start(
        mut command: Command,
        clock: &Clock,
        spoken: &Spoken,
    ) -> Result<Self, Trouble> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(Trouble::io(&name))?;
        let (lines, errors) = (Arc::default(), Arc::default());
        if let Some(out) = child.stdout.take() {
            listen(out, clock, Arc::clone(&lines), spoken)?;
        }
        if let Some(err) = child.stderr.take() {
            listen(err, clock, Arc::clone(&errors), spoken)?;
        }
        Ok(Self {
            child,
            lines,
            errors,
            ended: false,
        })
    }

    /// The lines of its output from the one numbered `from` on.
    pub(super) fn lines(&self, from: usize) -> Vec<Line> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().skip(from).cloned().collect()
    }

    /// How many lines it printed where errors and logs go.
    pub(super) fn errors(&self) -> usize {
        let lines = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        lines.len()
    }

    /// When its log, one JSON object per line, first held these words.
    pub(super) fn logged(&self, words: &str) -> Option<Timestamp> {
        let lines = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().find_map(|(_, line)| {
            let line: Value = serde_json::from_str(line).ok()?;
            let said = line.get("text")?.as_str()?.contains(words);
            said.then(|| Timestamp::parse(line.get("ts")?.as_str()?))?
        })
    }

    /// Sends a signal to it and to its own children.
    pub(super) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid.filter(|_| !self.ended) {
            let _gone = kill_process_group(pid, signal);
        }
    }

    /// Kills the processes that it started, and what these started, but not itself; how many there were.
    pub(super) fn orphan(&self) -> usize {
        let all: Vec<(u32, u32)> = (fs::read_dir("/proc").into_iter().flatten().flatten())
            .filter_map(|entry| {
                let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
                // After the name of the program, which may hold anything: state, parent.
                let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
                Some((entry.file_name().to_str()?.parse().ok()?, parent))
            })
            .collect();
        let mut family = vec![self.child.id()];
        let mut seen = 0;
        while let Some(parent) = family.get(seen).copied() {
            seen += 1;
            family.extend(all.iter().filter(|(_, p)| *p == parent).map(|(pid, _)| pid));
        }
        let killed = |pid: &&u32| {
            let pid = i32::try_from(**pid).ok().and_then(Pid::from_raw);
            pid.is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok())
        };
        family.iter().skip(1).filter(killed).count()
    }

    /// Its id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended; `None` while it runs.
    pub(super) fn over(&mut self) -> Option<ExitStatus> {
        let status = self.child.try_wait().ok().flatten();
        self.ended |= status.is_some();
        status
    }

    /// Kills it, without a chance to clean up, and waits for its end.
    pub(super) fn kill(&mut self) {
        self.signal(Signal::KILL);
        let _status = self.child.wait();
        self.ended = true;
    }

    /// Asks it to end, and kills it when it does not.
    pub(super) fn end(&mut self) -> Option<ExitStatus> {
        self.signal(Signal::TERM);
        let mut waited = Duration::ZERO;
        while waited < GOODBYE {
            if let Some(status) = self.over() {
                return Some(status);
            }
            thread::park_timeout(LOOK);
            waited += LOOK;
        }
        self.kill();
        None
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.ended {
            self.kill();
        }
    }
}

/// Takes what a process prints, until it ends.
fn listen(
    from: impl Read + Send + 'static,
    clock: &Clock,
    lines: Arc<Mutex<Vec<Line>>>,
    spoken: &Spoken,
) -> Result<(), Trouble> {
    let (clock, spoken) = (clock.clone(), Arc::clone(spoken));
    let hear = move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let at = clock.steady();
            let mut all = spoken.lock().unwrap_or_else(PoisonError::into_inner);
            if all.len() < LINES {
                all.push(line.clone());
            }
            drop(all);
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            if lines.len() < LINES {
                lines.push((at, line));
            }
        }
    };
    let named = thread::Builder::new().name("listener".to_owned());
    named.spawn(hear).map(drop).map_err(Trouble::io("a thread"))
}

/// Runs a process to its end: its exit code, its output, its errors.
pub(super) fn run(command: Command, spoken: &Spoken) -> Result<(i32, String, String), Trouble> {
    run_with(command, "", spoken)
}

/// The same with something on its input: less than a pipe holds.
pub(super) fn run_with(
    mut command: Command,
    input: &str,
    spoken: &Spoken,
) -> Result<(i32, String, String), Trouble> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Trouble::io(&name))?;
    if let Some(mut to) = child.stdin.take() {
        // Whoever does not read it does not want it.
        let _unread = to.write_all(input.as_bytes());
    }
    let done = child.wait_with_output().map_err(Trouble::io(&name))?;
    let [out, err] = [done.stdout, done.stderr].map(|b| String::from_utf8_lossy(&b).into_owned());
    let mut all = spoken.lock().unwrap_or_else(PoisonError::into_inner);
    all.extend([out.clone(), err.clone()]);
    Ok((done.status.code().unwrap_or(-1), out, err))
}
