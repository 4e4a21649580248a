//! What it costs to keep a swarm alive: a beat against a process that does the same statements, a thousand conversations in one process, a message
//! from its commit to its consumer, a hook. Real processes, the release build.
//!
//! `cargo bench --bench alive`, or one of `-- beats`, `hooks`, `latency`, `pipe`, `thousand`; `--quick` for fewer rounds.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unchecked_time_subtraction,
    reason = "a benchmark that cannot go on says so by ending, reads the clock and prints"
)]

mod pipe;

use rusqlite::{Connection, params};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, sync_channel},
    thread,
    time::{Duration, Instant},
};
use swarmwarden::{
    domain::{ConversationId, Side, Span, credential::Secret},
    engine::Clock,
    store::{Bearer, Beaten, SqliteStore, Store as _},
};
use tempfile::TempDir;

const BRIDGE: &str = "
    CREATE TABLE conversations (id TEXT PRIMARY KEY, session_a_role TEXT NOT NULL, session_b_role TEXT NOT NULL,
        session_a_token TEXT NOT NULL, session_b_token TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL);
    CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT NOT NULL, from_session TEXT NOT NULL,
        to_session TEXT NOT NULL, message TEXT NOT NULL, metadata TEXT, timestamp TEXT NOT NULL, read INTEGER DEFAULT 0);
    CREATE TABLE session_status (conversation_id TEXT NOT NULL, session_id TEXT NOT NULL, status TEXT NOT NULL,
        last_heartbeat TEXT NOT NULL, PRIMARY KEY (conversation_id, session_id));
    CREATE TABLE audit_log (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT, session_id TEXT,
        action TEXT NOT NULL, details TEXT, timestamp TEXT NOT NULL);";
const SCRIPTS: &str = "
    CREATE TABLE conversations (id TEXT PRIMARY KEY, role_a TEXT, role_b TEXT, token_a TEXT, token_b TEXT, created_at TEXT);
    CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT, sender TEXT, content TEXT,
        action_type TEXT, created_at TEXT, read_by_a INTEGER DEFAULT 0, read_by_b INTEGER DEFAULT 0);
    CREATE TABLE session_status (conversation_id TEXT PRIMARY KEY, session_id TEXT NOT NULL, last_heartbeat TEXT NOT NULL,
        status TEXT DEFAULT 'active');";

/// The statements of the protocol's client, in a process of its own, as its loop starts one for every beat.
const CLIENT: &str = "
import argparse, sqlite3, sys
from datetime import datetime
from pathlib import Path
p = argparse.ArgumentParser()
for name in ('--conversation-id', '--token', '--db-path'):
    p.add_argument(name)
a = p.parse_args()
db = sqlite3.connect(a.db_path)
db.execute('SELECT role_a, role_b FROM conversations WHERE id = ?', (a.conversation_id,)).fetchone()
db.execute('SELECT COUNT(*) FROM messages WHERE conversation_id = ? AND read_by_b = 0', (a.conversation_id,)).fetchone()
db.execute('INSERT OR REPLACE INTO session_status (conversation_id, session_id, last_heartbeat, status) VALUES (?, ?, ?, ?)',
    (a.conversation_id, 'session_b', datetime.utcnow().isoformat(), 'active'))
db.commit()
db.close()
";

fn main() {
    let quick = std::env::args().any(|a| a == "--quick");
    let only = |name: &str| {
        let named: Vec<_> = std::env::args()
            .skip(1)
            .filter(|a| !a.starts_with('-'))
            .collect();
        named.is_empty() || named.iter().any(|a| a == name)
    };
    if only("beats") {
        beats();
    }
    if only("hooks") {
        hooks();
    }
    if only("latency") {
        latency(1, if quick { 100 } else { 500 }, false);
        latency(100, 30, false);
    }
    if only("pipe") {
        pipe::pipe(quick);
    }
    if only("thousand") {
        thousand(if quick { 20 } else { 60 });
    }
}

fn token(n: usize) -> String {
    format!("{n:08x}").repeat(8)
}

/// A bridge with live conversations, and their credentials in a directory.
fn bridge(workers: usize) -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("bridge.db");
    let mut db = Connection::open(&path).unwrap();
    db.pragma_update(None, "journal_mode", "WAL").unwrap();
    db.execute_batch(BRIDGE).unwrap();
    let now = Clock::system().now();
    let (made, over) = (now.naive(), now.plus(Span::seconds(10_800)).naive());
    let held = dir.path().join("held");
    fs::create_dir(&held).unwrap();
    let tx = db.transaction().unwrap();
    for n in 0..workers {
        let (id, role) = (format!("conv_{n:04}"), format!("worker-{}", n + 1));
        let sql = "INSERT INTO conversations VALUES (?, 'o', ?, 'x', ?, ?, ?)";
        tx.execute(sql, params![id, role, token(n), made, over])
            .unwrap();
        let json = json!({"conversation_id": id, "worker_id": n + 1, "worker_role": role, "worker_token": token(n), "created_at": made, "expires_at": over});
        let file = held.join(format!("{n}.json"));
        fs::write(&file, json.to_string()).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    }
    tx.commit().unwrap();
    (dir, path)
}

fn warden(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_swarmwarden"));
    command
        .env_clear()
        .env("HOME", dir)
        .env("SWARMWARDEN_STATE", dir.join("state"))
        .env("SWARMWARDEN_DB", dir.join("bridge.db"))
        .args(args);
    command
}

/// Processor time of this process.
fn own() -> Duration {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(
        spent.tv_sec.unsigned_abs(),
        u32::try_from(spent.tv_nsec).unwrap(),
    )
}

/// Fields of a process's statistics, in hundredths of a second: its own time, and that of its children.
fn ticks(pid: &str) -> (u64, u64) {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let rest = stat.rsplit_once(')').unwrap().1;
    let fields: Vec<u64> = rest
        .split_ascii_whitespace()
        .map(|f| f.parse().unwrap_or(0))
        .collect();
    (fields[11] + fields[12], fields[13] + fields[14])
}

/// A beat against the process that the protocol starts for one, on the schema that it expects.
fn beats() {
    const SCRIPT_RUNS: u32 = 20;
    const BEATS: u32 = 5_000;
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("scripts.db");
    let db = Connection::open(&path).unwrap();
    db.execute_batch(SCRIPTS).unwrap();
    db.execute(
        "INSERT INTO conversations VALUES ('c1', 'o', 'worker-1', 'x', ?, '2025-11-13T16:00:00')",
        [token(1)],
    )
    .unwrap();
    let before = ticks("self").1;
    for _ in 0..SCRIPT_RUNS {
        let done = Command::new("python3")
            .args([
                "-W",
                "ignore",
                "-c",
                CLIENT,
                "--conversation-id",
                "c1",
                "--token",
                &token(1),
                "--db-path",
            ])
            .arg(&path)
            .status()
            .unwrap();
        assert!(done.success());
    }
    let script = Duration::from_millis((ticks("self").1 - before) * 10) / SCRIPT_RUNS;
    println!("CPU of the script's process for one beat: {script:?} ({SCRIPT_RUNS} runs)");
    let (_kept, live) = bridge(1);
    for (name, path, id, n) in [
        ("scripts, rollback journal", &path, "c1", 1),
        ("bridge, write-ahead log", &live, "conv_0000", 0),
    ] {
        let mut store = SqliteStore::open_for_beats(path).unwrap();
        let (conversation, token) = (ConversationId::from(id), Secret::new(token(n)));
        let bearer = Bearer {
            conversation: &conversation,
            side: Side::B,
            token: &token,
        };
        let clock = Clock::system();
        let before = own();
        for _ in 0..BEATS {
            let beaten = store.beat(&bearer, clock.now()).unwrap();
            assert!(matches!(beaten, Beaten::Written { proved: true, .. }));
        }
        let one = (own() - before) / BEATS;
        println!(
            "CPU of a beat ({name}): {one:?}, 1/{:.0} of the script",
            script.as_secs_f64() / one.as_secs_f64()
        );
    }
}

fn hooks() {
    let (dir, _) = bridge(1);
    let mut spent: Vec<Duration> = (0..100)
        .map(|_| {
            let began = Instant::now();
            let mut child = warden(dir.path(), &["beat", "--conversation", "conv_0000"])
                .stdin(Stdio::null())
                .spawn()
                .unwrap();
            assert!(child.wait().unwrap().success());
            began.elapsed()
        })
        .collect();
    tell("beat, wall", &mut spent);
}

/// From the commit to the line at each of so many consumers.
fn latency(consumers: usize, messages: usize, piped: bool) {
    let (dir, path) = bridge(1);
    let all: Vec<(Killed, Receiver<(String, Instant)>)> = (0..consumers)
        .map(|n| follow(dir.path(), n, piped))
        .collect();
    for (_, lines) in &all {
        let (hello, _) = lines.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(hello.contains("hello"));
    }
    thread::park_timeout(Duration::from_secs(1));
    let db = Connection::open(&path).unwrap();
    let mut spent = Vec::new();
    for n in 1..=messages {
        // Never in step with anything that polls.
        thread::park_timeout(Duration::from_micros(20_000 + (n as u64 * 7_919) % 30_000));
        let sql = "INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp) VALUES ('conv_0000', 'a', 'b', 'words', '2025-11-13T16:00:00')";
        db.execute(sql, []).unwrap();
        let committed = Instant::now();
        for (_, lines) in &all {
            let (line, at) = lines.recv_timeout(Duration::from_secs(60)).unwrap();
            let value: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(value["id"], n.to_string());
            spent.push(at.saturating_duration_since(committed));
        }
    }
    tell(
        &format!(
            "commit to line{}, {consumers} consumers, {messages} messages",
            if piped { " through a pipe" } else { "" }
        ),
        &mut spent,
    );
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

fn follow(dir: &Path, n: usize, piped: bool) -> (Killed, Receiver<(String, Instant)>) {
    let name = format!("c{n}");
    let mut command = warden(
        dir,
        &[
            "inbox",
            "--follow",
            "--conversation",
            "conv_0000",
            "--consumer",
            &name,
        ],
    );
    if piped {
        let program = env!("CARGO_BIN_EXE_swarmwarden");
        let line = format!(
            "exec {program} pipe --db '{}'",
            dir.join("bridge.db").display()
        );
        command
            .env_remove("SWARMWARDEN_DB")
            .env("SWARMWARDEN_VIA", line);
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (sender, lines) = sync_channel(1_024);
    let out = BufReader::new(child.stdout.take().unwrap());
    thread::spawn(move || {
        for line in out
            .lines()
            .map_while(Result::ok)
            .filter(|l| !l.contains("\"tick\""))
        {
            if sender.send((line, Instant::now())).is_err() {
                break;
            }
        }
    });
    (Killed(child), lines)
}

/// A thousand conversations every thirty seconds, in one process.
fn thousand(seconds: u64) {
    let (dir, path) = bridge(1_000);
    let held = dir.path().join("held");
    let mut command = warden(dir.path(), &["keepalive", "--credentials"]);
    let child = Killed(
        command
            .arg(held)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let pid = child.0.id().to_string();
    let db = Connection::open(&path).unwrap();
    let count = || -> i64 {
        db.query_row("SELECT count(*) FROM session_status", [], |r| r.get(0))
            .unwrap()
    };
    while count() < 1_000 {
        thread::park_timeout(Duration::from_millis(100));
    }
    let (before, began) = (ticks(&pid).0, Instant::now());
    while began.elapsed() < Duration::from_secs(seconds) {
        thread::park_timeout(Duration::from_millis(500));
    }
    #[expect(clippy::cast_precision_loss, reason = "hundredths of a second")]
    let spent = (ticks(&pid).0 - before) as f64 / 100.0;
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = |name: &str| {
        status
            .lines()
            .find(|l| l.starts_with(name))
            .unwrap_or_default()
            .to_owned()
    };
    let oldest: String = db
        .query_row("SELECT min(last_heartbeat) FROM session_status", [], |r| {
            r.get(0)
        })
        .unwrap();
    println!(
        "1,000 conversations every 30 s: {:.2} % of a core over {seconds} s; {}; {}; oldest beat {oldest}, now {}",
        spent / began.elapsed().as_secs_f64() * 100.0,
        line("VmRSS"),
        line("VmHWM"),
        Clock::system().now().naive(),
    );
}

fn tell(what: &str, spent: &mut [Duration]) {
    spent.sort_unstable();
    let at = |percent: usize| spent[(spent.len() * percent / 100).min(spent.len() - 1)];
    println!(
        "{what}: p50 {:?}, p99 {:?}, max {:?}",
        at(50),
        at(99),
        at(100)
    );
}
