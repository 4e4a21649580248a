//! The whole program, measured from outside: a real pty around the real binary, on a database that another process writes as the bridge
//! does (a connection per operation, two commits per message).
//!
//! `cargo bench --bench whole [-- latency | idle | start | million | keys]`

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use rusqlite::{Connection, params};
use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};
use swarmwarden::{
    demo::{Demo, Scenario, Spec},
    domain::Timestamp,
};

mod support;
mod terminal;
use support::History;
use terminal::{Outcome, Session, clock};

#[expect(clippy::disallowed_methods, reason = "a benchmark writes rows of now")]
fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
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

/// 1,000 workers and 100,000 messages, of which none is a sign of life.
fn crowd(dir: &Path) -> Outcome<PathBuf> {
    let path = bridge(dir, 1_000)?;
    let mut connection = Connection::open(&path)?;
    let have: i64 = connection.query_row("SELECT count(*) FROM messages", [], |r| r.get(0))?;
    let ids = conversations(&path)?;
    let tx = connection.transaction()?;
    let at = now().format("%Y-%m-%dT%H:%M:%S%.6f").to_string();
    for n in have..100_000 {
        let id = ids.get(usize::try_from(n)? % ids.len().max(1));
        tx.execute(
            "INSERT INTO messages (conversation_id, from_session, to_session, message, metadata, timestamp, read)
             VALUES (?1, 'a', 'b', 'please go on with what you do', '{\"action_type\": \"info\"}', ?2, 1)",
            params![id, at],
        )?;
    }
    tx.commit()?;
    Ok(path)
}

/// A key until the last byte of the frame that it made was written: a crowd, a filter on, and another process that goes on writing.
fn keys() -> Outcome<()> {
    let dir = tempfile::tempdir()?;
    let path = crowd(dir.path())?;
    let ids = conversations(&path)?;
    let session = Session::open(&["--db", &path.to_string_lossy()])?;
    session
        .screen
        .wait("LIVE", 0, Duration::from_secs(60))
        .ok_or("no first frame")?;
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for id in ids.iter().cycle() {
                if stop.load(Ordering::Relaxed) || send(&path, id, "on").is_err() {
                    break;
                }
                thread::park_timeout(Duration::from_millis(100));
            }
        });
        let done = press(&session);
        stop.store(true, Ordering::Relaxed);
        done
    })
}

/// Walks up and down in the filtered lists.
fn press(session: &Session) -> Outcome<()> {
    for (name, view) in [
        ("workers", "2/!state:done worker\r"),
        ("tasks", "3/t\r"),
        ("messages", "5/on\r"),
    ] {
        session.keys(view)?;
        thread::park_timeout(Duration::from_secs(1));
        let mut samples = Vec::new();
        for n in 0..300 {
            let (from, pressed) = (session.screen.len(), clock());
            session.keys(if n % 20 < 10 { "j" } else { "k" })?;
            let (seen, _) = session
                .screen
                .wait("\x1b[?2026l", from, Duration::from_secs(5))
                .ok_or_else(|| format!("no frame for a key in {name}"))?;
            samples.push(millis(seen, pressed));
            thread::park_timeout(Duration::from_millis(37));
        }
        let title = format!("key to frame, 1,000 workers, {name}");
        quantiles(&title, &mut samples, "ms");
    }
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
            .wait("rows of the history", 0, Duration::from_secs(20))
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
    if asked("keys") {
        keys()?;
    }
    if asked("million") {
        million()?;
    }
    Ok(())
}
