//! The whole program, measured from outside: a real pty around the real binary, on a database that another process writes as the bridge
//! does (a connection per operation, two commits per message).
//!
//! `cargo bench --bench whole [-- latency | idle | start | million]`

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rusqlite::{Connection, params};
use std::{
    error::Error,
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};
use swarmwarden::{
    demo::{Demo, Scenario, Spec},
    domain::Timestamp,
};

mod support;
use support::History;

type Outcome<T> = Result<T, Box<dyn Error>>;

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark measures with the real clock"
)]
fn clock() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "a benchmark writes rows of now")]
fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

/// What the terminal was sent, and when.
#[derive(Default)]
struct Screen {
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
    fn wait(&self, token: &str, from: usize, patience: Duration) -> Option<(Instant, usize)> {
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

    fn len(&self) -> usize {
        self.sent.lock().map_or(0, |g| g.bytes.len())
    }
}

/// The dashboard in a terminal of 120×40.
struct Session {
    screen: Arc<Screen>,
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    started: Instant,
}

impl Session {
    fn open(args: &[&str]) -> Outcome<Self> {
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
            master: pair.master,
            started,
        })
    }

    fn keys(&self, keys: &str) -> Outcome<()> {
        use std::io::Write as _;
        let mut writer = self.master.take_writer()?;
        writer.write_all(keys.as_bytes())?;
        writer.flush()?;
        std::mem::forget(writer); // dropping it would send an end of file
        Ok(())
    }

    /// User and system seconds spent so far.
    fn cpu(&self) -> f64 {
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
    fn peak_mb(&self) -> f64 {
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

/// A bridge of `workers` workers with 45 minutes behind them.
fn bridge(dir: &Path, workers: usize) -> Outcome<PathBuf> {
    let path = dir.join("bridge.db");
    let until = Timestamp(now().timestamp_micros());
    drop(Demo::backfill(
        &path,
        Spec {
            workers,
            seed: 7,
            scenario: Scenario::Calm,
        },
        until,
    )?);
    Ok(path)
}

/// One statement as the bridge carries it out; gives the instant at which the commit returned.
fn operation(path: &Path, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Outcome<Instant> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.execute(sql, values)?;
    Ok(clock())
}

/// `send_message`: the message, then the audit row. Gives when the first commit had returned.
fn send(path: &Path, conversation: &str, text: &str) -> Outcome<Instant> {
    let at = now().format("%Y-%m-%dT%H:%M:%S%.6f").to_string();
    let committed = operation(
        path,
        "INSERT INTO messages (conversation_id, from_session, to_session, message, metadata, timestamp)
         VALUES (?1, 'b', 'a', ?2, '{\"action_type\": \"info\"}', ?3)",
        params![conversation, text, at],
    )?;
    operation(
        path,
        "INSERT INTO audit_log (conversation_id, session_id, action, details, timestamp)
         VALUES (?1, 'b', 'send_message', '{\"to\": \"a\"}', ?2)",
        params![conversation, at],
    )?;
    Ok(committed)
}

fn conversations(path: &Path) -> Outcome<Vec<String>> {
    let connection = Connection::open(path)?;
    let mut statement = connection.prepare("SELECT id FROM conversations")?;
    let ids = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(ids)
}

fn millis(to: Instant, from: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1e3
}

fn quantiles(name: &str, samples: &mut [f64], unit: &str) {
    samples.sort_by(f64::total_cmp);
    let at = |q: usize| samples.get((samples.len() * q / 100).min(samples.len().saturating_sub(1)));
    let show = |q| at(q).copied().unwrap_or(f64::NAN);
    println!(
        "{name:<44} n={:<4} p50 {:>7.2}  p90 {:>7.2}  p99 {:>7.2}  max {:>7.2} {unit}",
        samples.len(),
        show(50),
        show(90),
        show(99),
        show(100)
    );
}

/// Commit by another process until the changed cell was written to the terminal.
fn latency() -> Outcome<()> {
    let dir = tempfile::tempdir()?;
    let path = bridge(dir.path(), 100)?;
    let ids = conversations(&path)?;
    let session = Session::open(&["--db", &path.to_string_lossy()])?;
    session
        .screen
        .wait("LIVE", 0, Duration::from_secs(10))
        .ok_or("no first frame")?;
    session.keys("5")?;
    session
        .screen
        .wait("from", 0, Duration::from_secs(5))
        .ok_or("no messages")?;
    thread::park_timeout(Duration::from_secs(1));
    let mut random = fastrand::Rng::with_seed(11);
    let (mut samples, mut lost) = (Vec::new(), 0);
    for n in 0..200 {
        // No letter stands where the last one had the same, so that every cell of it is written.
        let first = if n % 2 == 0 { b'a' } else { b'n' };
        let token: String = (0..10)
            .map(|_| char::from(first + random.u8(..13)))
            .collect();
        let from = session.screen.len();
        let id = random.choice(&ids).ok_or("no conversation")?;
        let committed = send(&path, id, &token)?;
        match session.screen.wait(&token, from, Duration::from_secs(5)) {
            Some((seen, _)) => {
                samples.push(millis(seen, committed));
            }
            None => lost += 1,
        }
        thread::park_timeout(Duration::from_millis(random.u64(200..470)));
    }
    quantiles("commit to terminal, 100 workers, ~3/s", &mut samples, "ms");
    println!("{:<44} {lost}", "  never seen");
    Ok(())
}

/// Nobody writes: what looking costs.
fn idle() -> Outcome<()> {
    let dir = tempfile::tempdir()?;
    let path = bridge(dir.path(), 100)?;
    let session = Session::open(&["--db", &path.to_string_lossy()])?;
    session
        .screen
        .wait("LIVE", 0, Duration::from_secs(10))
        .ok_or("no first frame")?;
    thread::park_timeout(Duration::from_secs(3));
    let (cpu, bytes, from) = (session.cpu(), session.screen.len(), clock());
    thread::park_timeout(Duration::from_secs(30));
    let seconds = from.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "bytes of half a minute")]
    let sent = (session.screen.len() - bytes) as f64 / seconds;
    println!(
        "{:<44} {:.2} % of a core, {sent:.0} bytes/s",
        "idle, 100 workers",
        (session.cpu() - cpu) / seconds * 100.0
    );
    Ok(())
}

/// Start of the process until the first frame, on the demo.
fn start() -> Outcome<()> {
    let (mut frame, mut data) = (Vec::new(), Vec::new());
    for _ in 0..15 {
        let session = Session::open(&["demo"])?;
        let (first, _) = session
            .screen
            .wait("swarmwarden", 0, Duration::from_secs(10))
            .ok_or("no frame")?;
        let (live, _) = session
            .screen
            .wait("LIVE", 0, Duration::from_secs(10))
            .ok_or("no data")?;
        frame.push(
            first
                .saturating_duration_since(session.started)
                .as_secs_f64()
                * 1e3,
        );
        data.push(
            live.saturating_duration_since(session.started)
                .as_secs_f64()
                * 1e3,
        );
    }
    quantiles("demo: start to first frame", &mut frame, "ms");
    quantiles("demo: start to whole picture", &mut data, "ms");
    Ok(())
}

/// A million messages: first frame, whole fold, memory.
fn million() -> Outcome<()> {
    let history = History::new(1_000_000)?;
    let path = history.path();
    let (mut frame, mut fold, mut peak) = (Vec::new(), Vec::new(), 0f64);
    for _ in 0..5 {
        let session = Session::open(&["--db", &path.to_string_lossy()])?;
        let (first, _) = session
            .screen
            .wait("COUNTING", 0, Duration::from_secs(20))
            .ok_or("no frame")?;
        let (whole, _) = session
            .screen
            .wait("LIVE", 0, Duration::from_secs(60))
            .ok_or("no fold")?;
        frame.push(
            first
                .saturating_duration_since(session.started)
                .as_secs_f64()
                * 1e3,
        );
        fold.push(
            whole
                .saturating_duration_since(session.started)
                .as_secs_f64()
                * 1e3,
        );
        peak = peak.max(session.peak_mb());
    }
    quantiles(
        "1,000,000 messages: first frame with data",
        &mut frame,
        "ms",
    );
    quantiles("1,000,000 messages: whole fold", &mut fold, "ms");
    println!(
        "{:<44} {peak:.0} MB",
        "1,000,000 messages: peak resident size"
    );
    Ok(())
}

fn main() -> Outcome<()> {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let asked = |name: &str| wanted.is_empty() || wanted.iter().any(|w| w == name);
    if asked("start") {
        start()?;
    }
    if asked("latency") {
        latency()?;
    }
    if asked("idle") {
        idle()?;
    }
    if asked("million") {
        million()?;
    }
    Ok(())
}
