//! A program on a pseudo-terminal, and a terminal emulator that reads what it writes. Nothing sleeps: every wait is for something.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    error::Error,
    io::{Read, Write},
    num::NonZeroU16,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
    time::Duration,
};

/// Memories of the tests, never those of whoever runs them.
const STATE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/state");

/// How long anything may take; a debug build on a busy machine is slow.
pub(crate) const WAIT: Duration = Duration::from_secs(20);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN)
}

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    over: bool,
}

impl Seen {
    /// No frame is half written.
    fn is_whole(&self) -> bool {
        let last = |mark: &[u8]| self.raw.windows(mark.len()).rposition(|w| w == mark);
        last(b"\x1b[?2026h") <= last(b"\x1b[?2026l")
    }
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Option<Seen>>,
    news: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Option<Seen>> {
        self.seen
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Waits until `done` says so, or for [`WAIT`].
    fn until(&self, wait: Duration, done: impl Fn(&Seen) -> bool) -> bool {
        let waiting = |seen: &mut Option<Seen>| !seen.as_ref().is_some_and(&done);
        let waited = self.news.wait_timeout_while(self.lock(), wait, waiting);
        waited.is_ok_and(|(_, timeout)| !timeout.timed_out())
    }
}

/// A program and its terminal.
pub(crate) struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    shared: Arc<Shared>,
}

/// Feeds what the program writes to the terminal, until it writes no more.
fn listen(mut reader: Box<dyn Read + Send>, told: Arc<Shared>) {
    thread::spawn(move || {
        let mut chunk = vec![0; 8_192];
        loop {
            let n = reader.read(&mut chunk).unwrap_or(0);
            let bytes = chunk.get(..n).unwrap_or_default();
            if let Some(seen) = told.lock().as_mut() {
                seen.parser.process(bytes);
                seen.raw.extend_from_slice(bytes);
                seen.over = n == 0;
            }
            told.news.notify_all();
            if n == 0 {
                break;
            }
        }
    });
}

impl Session {
    /// Starts `words` with a small environment of its own.
    pub(crate) fn start(
        words: &[&str],
        env: &[(&str, &str)],
        (cols, rows): (u16, u16),
    ) -> Result<Self> {
        let pair = native_pty_system().openpty(PtySize {
            rows,
            cols,
            ..PtySize::default()
        })?;
        let (program, args) = words.split_first().ok_or("no program")?;
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.cwd(std::env::temp_dir());
        for name in [
            "NO_COLOR",
            "FORCE_COLOR",
            "CLICOLOR_FORCE",
            "SWARMWARDEN_DB",
            "SWARMWARDEN_CONFIG",
        ] {
            command.env_remove(name);
        }
        let fixed = [
            ("TERM", "xterm-256color"),
            ("LC_ALL", "C.UTF-8"),
            ("SWARMWARDEN_STATE", STATE),
        ];
        for (name, value) in fixed.iter().chain(env) {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let shared = Arc::new(Shared::default());
        *shared.lock() = Some(Seen {
            parser: vt100::Parser::new(cells(rows), cells(cols), 0),
            raw: Vec::new(),
            over: false,
        });
        let writer = pair.master.take_writer()?;
        listen(pair.master.try_clone_reader()?, Arc::clone(&shared));
        Ok(Self {
            child,
            master: pair.master,
            writer,
            shared,
        })
    }

    /// Waits until a whole frame contains `text`.
    pub(crate) fn wait(&self, text: &str) -> Result<()> {
        let shown = |seen: &Seen| seen.is_whole() && seen.parser.screen().contents().contains(text);
        if self.shared.until(WAIT, shown) {
            return Ok(());
        }
        Err(format!("no {text:?} on screen:\n{}", self.text()).into())
    }

    /// Waits until the program has written `bytes`.
    pub(crate) fn wait_raw(&self, bytes: &str) -> Result<()> {
        let bytes = bytes.as_bytes();
        let written = |seen: &Seen| seen.raw.windows(bytes.len()).any(|w| w == bytes);
        if self.shared.until(WAIT, written) {
            return Ok(());
        }
        Err(format!("never wrote {bytes:?}:\n{}", self.text()).into())
    }

    /// Waits until the program has closed its terminal, and reaps it.
    pub(crate) fn ended(&mut self, wait: Duration) -> Result<()> {
        if !self.shared.until(wait, |seen| seen.over) {
            return Err(format!("it goes on:\n{}", self.text()).into());
        }
        self.child.wait()?;
        Ok(())
    }

    /// Types.
    pub(crate) fn keys(&mut self, keys: &str) -> Result<()> {
        self.writer.write_all(keys.as_bytes())?;
        self.writer.flush()?;
        Ok(())
    }

    /// Sends a signal to the program.
    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        let id = self.child.process_id().ok_or("no process")?;
        let pid = Pid::from_raw(i32::try_from(id)?).ok_or("no process")?;
        Ok(kill_process(pid, signal)?)
    }

    /// Sends a signal, by name, to the program that our program runs.
    pub(crate) fn signal_child(&self, signal: &str) -> Result<()> {
        let id = self.child.process_id().ok_or("no process")?;
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"))?;
        let child = children.split_whitespace().next().ok_or("no child")?;
        let pid = Pid::from_raw(child.parse()?).ok_or("no child")?;
        let signal = match signal {
            "TERM" => Signal::TERM,
            "HUP" => Signal::HUP,
            _ => Signal::INT,
        };
        Ok(kill_process(pid, signal)?)
    }

    /// Makes the terminal another size.
    pub(crate) fn resize(&self, (cols, rows): (u16, u16)) -> Result<()> {
        if let Some(seen) = self.shared.lock().as_mut() {
            seen.parser.screen_mut().set_size(cells(rows), cells(cols));
        }
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        Ok(self.master.resize(size)?)
    }

    /// Asks the emulator.
    pub(crate) fn screen<T: Default>(&self, ask: impl FnOnce(&vt100::Screen) -> T) -> T {
        let seen = self.shared.lock();
        seen.as_ref()
            .map(|s| ask(s.parser.screen()))
            .unwrap_or_default()
    }

    /// What is on screen.
    pub(crate) fn text(&self) -> String {
        self.screen(vt100::Screen::contents)
    }

    /// Everything that was written.
    pub(crate) fn raw(&self) -> String {
        let seen = self.shared.lock();
        let raw = seen.as_ref().map(|s| s.raw.clone()).unwrap_or_default();
        String::from_utf8_lossy(&raw).into_owned()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A test that failed leaves nothing running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
