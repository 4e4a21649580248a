//! The binary in a real terminal, and when each byte of it arrived.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::{
    error::Error,
    io::{Read, Write},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark measures with the real clock"
)]
pub(crate) fn clock() -> Instant {
    Instant::now()
}

/// What the terminal was sent, and when.
#[derive(Default)]
pub(crate) struct Screen {
    sent: Mutex<Sent>,
    grown: Condvar,
}

#[derive(Default)]
struct Sent {
    bytes: Vec<u8>,
    /// How many bytes there were, and since when.
    arrivals: Vec<(usize, Instant)>,
}

impl Screen {
    /// When the bytes up to the first `token` behind `from` had arrived; `None` after `patience`.
    pub(crate) fn wait(
        &self,
        token: &str,
        from: usize,
        patience: Duration,
    ) -> Option<(Instant, usize)> {
        let deadline = clock() + patience;
        let mut guard = self.sent.lock().ok()?;
        loop {
            let tail = guard.bytes.get(from..)?;
            if let Some(at) = tail
                .windows(token.len())
                .position(|w| w == token.as_bytes())
            {
                let end = from + at + token.len();
                let seen = guard.arrivals.iter().find(|(len, _)| *len >= end)?.1;
                return Some((seen, end));
            }
            let left = deadline.checked_duration_since(clock())?;
            guard = self.grown.wait_timeout(guard, left).ok()?.0;
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.sent.lock().map_or(0, |g| g.bytes.len())
    }
}

/// The dashboard in a terminal of 120×40.
pub(crate) struct Session {
    pub(crate) screen: Arc<Screen>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    /// There is one; dropping it would send an end of file.
    writer: Mutex<Box<dyn Write + Send>>,
    pub(crate) started: Instant,
}

impl Session {
    pub(crate) fn open(args: &[&str]) -> Outcome<Self> {
        let pair = native_pty_system().openpty(PtySize {
            rows: 40,
            cols: 120,
            pixel_width: 0,
            pixel_height: 0,
        })?;
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_swarmwarden"));
        command.args(args);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env(
            "SWARMWARDEN_STATE",
            concat!(env!("CARGO_TARGET_TMPDIR"), "/state"),
        );
        command.cwd(std::env::temp_dir());
        let started = clock();
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let screen = Arc::new(Screen::default());
        let (mut reader, sink) = (pair.master.try_clone_reader()?, Arc::clone(&screen));
        thread::spawn(move || {
            let mut chunk = [0u8; 16_384];
            while let Ok(n @ 1..) = reader.read(&mut chunk) {
                let at = clock();
                if let (Ok(mut guard), Some(new)) = (sink.sent.lock(), chunk.get(..n)) {
                    guard.bytes.extend_from_slice(new);
                    let len = guard.bytes.len();
                    guard.arrivals.push((len, at));
                }
                sink.grown.notify_all();
            }
        });
        Ok(Self {
            screen,
            child,
            writer: Mutex::new(pair.master.take_writer()?),
            _master: pair.master,
            started,
        })
    }

    pub(crate) fn keys(&self, keys: &str) -> Outcome<()> {
        let mut writer = self.writer.lock().map_err(|_| "a writer that panicked")?;
        writer.write_all(keys.as_bytes())?;
        Ok(writer.flush()?)
    }

    /// User and system seconds spent so far.
    pub(crate) fn cpu(&self) -> f64 {
        let stat = self.proc("stat");
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let ticks = |i: usize| {
            fields
                .get(i)
                .and_then(|f| f.parse::<f64>().ok())
                .unwrap_or_default()
        };
        (ticks(11) + ticks(12)) / 100.0
    }

    /// Largest resident size so far, in MB.
    pub(crate) fn peak_mb(&self) -> f64 {
        let status = self.proc("status");
        let line = status
            .lines()
            .find(|l| l.starts_with("VmHWM"))
            .unwrap_or_default();
        line.split_whitespace()
            .nth(1)
            .and_then(|kb| kb.parse::<f64>().ok())
            .unwrap_or_default()
            / 1e3
    }

    fn proc(&self, file: &str) -> String {
        let pid = self.child.process_id().unwrap_or_default();
        std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
