//! A bridge, credentials for its workers, and processes that are listened to.

use crate::bridge::TABLES;
use assert_cmd::Command as Short;
use rusqlite::Connection;
use serde_json::Value;
use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};
use swarmwarden::{
    domain::{Span, Timestamp},
    engine::Clock,
};
use tempfile::TempDir;

const SCRIPTS: &str = "
    CREATE TABLE conversations (id TEXT PRIMARY KEY, role_a TEXT, role_b TEXT, token_a TEXT, token_b TEXT, created_at TEXT);
    CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT, sender TEXT, content TEXT,
        action_type TEXT, created_at TEXT, read_by_a INTEGER DEFAULT 0, read_by_b INTEGER DEFAULT 0);
    CREATE TABLE session_status (conversation_id TEXT PRIMARY KEY, session_id TEXT NOT NULL, last_heartbeat TEXT NOT NULL,
        status TEXT DEFAULT 'active');
    CREATE TABLE audit_log (id INTEGER PRIMARY KEY AUTOINCREMENT, event_type TEXT, conversation_id TEXT, metadata TEXT,
        timestamp TEXT);";

/// Waits for a condition, at most half a minute.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..1_500 {
        if let Some(found) = look() {
            return found;
        }
        thread::park_timeout(Duration::from_millis(20));
    }
    panic!("{what}: not within thirty seconds");
}

pub(crate) fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill")
        .args([format!("-{name}"), pid.to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

pub(crate) struct Scene {
    dir: TempDir,
}

impl Scene {
    /// Conversations `conv_1` to `conv_N` on the bridge's tables, with the credential of each.
    pub(crate) fn bridge(workers: u32) -> Self {
        let scene = Self::empty();
        scene.tables("bridge.db", workers);
        scene
    }

    /// The same on the tables of the scripts.
    pub(crate) fn scripts(workers: u32) -> Self {
        let scene = Self::empty();
        let db = Connection::open(scene.db()).unwrap();
        db.execute_batch(SCRIPTS).unwrap();
        for n in 1..=workers {
            let sql = "INSERT INTO conversations VALUES (?, 's2-orchestrator', ?, 'x', ?, '2025-11-13T16:00:00')";
            db.execute(
                sql,
                [format!("conv_{n}"), format!("worker-{n}"), Self::token(n)],
            )
            .unwrap();
            scene.credential(n);
        }
        db.execute("INSERT INTO session_status VALUES ('conv_1', 'session_b', '2025-11-13T16:00:00', 'working')", []).unwrap();
        scene
    }

    fn empty() -> Self {
        let scene = Self {
            dir: TempDir::new().unwrap(),
        };
        fs::create_dir(scene.held()).unwrap();
        scene
    }

    /// A bridge's file called so, with conversations that live.
    pub(crate) fn tables(&self, name: &str, workers: u32) {
        let db = Connection::open(self.path(name)).unwrap();
        db.pragma_update(None, "journal_mode", "WAL").unwrap();
        db.execute_batch(TABLES).unwrap();
        let now = Clock::system().now();
        let (made, over) = (now.naive(), now.plus(Span::seconds(3 * 3600)).naive());
        for n in 1..=workers {
            let sql = "INSERT INTO conversations VALUES (?, 's2-orchestrator', ?, 'x', ?, ?, ?)";
            let id = format!("conv_{n}");
            db.execute(
                sql,
                [&id, &format!("worker-{n}"), &Self::token(n), &made, &over],
            )
            .unwrap();
            self.credential(n);
        }
        db.execute(
            "INSERT INTO session_status VALUES ('conv_1', 'b', 'working', '2025-11-13T16:00:00')",
            [],
        )
        .unwrap();
    }

    pub(crate) fn token(n: u32) -> String {
        format!("{n:08x}").repeat(8)
    }

    /// Writes the credential of a worker.
    pub(crate) fn credential(&self, n: u32) {
        self.credential_with(n, &Self::token(n));
    }

    pub(crate) fn credential_with(&self, n: u32, token: &str) {
        let now = Clock::system().now();
        let over: Timestamp = now.plus(Span::seconds(3 * 3600));
        let json = serde_json::json!({
            "conversation_id": format!("conv_{n}"), "worker_id": n, "worker_role": format!("worker-{n}"),
            "worker_token": token, "created_at": now.naive(), "expires_at": over.naive(),
        });
        let next = self.path("next.json");
        fs::write(&next, json.to_string()).unwrap();
        fs::set_permissions(&next, fs::Permissions::from_mode(0o600)).unwrap();
        fs::rename(next, self.held().join(format!("{n}.json"))).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.path("bridge.db")
    }

    pub(crate) fn held(&self) -> PathBuf {
        self.path("held")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.path("state")
    }

    pub(crate) fn sql(&self, sql: &str) {
        Connection::open(self.db())
            .unwrap()
            .execute_batch(sql)
            .unwrap();
    }

    /// The first value of a query.
    pub(crate) fn one(&self, sql: &str) -> Option<String> {
        let db = Connection::open(self.db()).ok()?;
        db.query_row(sql, [], |row| row.get::<_, Option<String>>(0))
            .ok()?
    }

    pub(crate) fn beat_of(&self, id: &str) -> Option<String> {
        self.one(&format!(
            "SELECT last_heartbeat FROM session_status WHERE conversation_id = '{id}'"
        ))
    }

    /// Sends a message to a worker.
    pub(crate) fn send(&self, n: u32, text: &str) {
        let db = Connection::open(self.db()).unwrap();
        let sql = "INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp) VALUES (?, 'a', 'b', ?, '2025-11-13T16:00:00')";
        db.execute(sql, [format!("conv_{n}"), text.to_owned()])
            .unwrap();
    }

    pub(crate) fn warden(&self, args: &[&str]) -> Short {
        Short::from_std(self.process(args))
    }

    pub(crate) fn process(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_swarmwarden"));
        command
            .env_clear()
            .current_dir(self.dir.path())
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.dir.path())
            .env("SWARMWARDEN_STATE", self.state())
            .env("SWARMWARDEN_DB", self.db())
            .args(args);
        command
    }

    /// A keep-alive of everybody, every second.
    pub(crate) fn keepalive(&self, args: &[&str], with: impl FnOnce(&mut Command)) -> Running {
        let mut command = self.process(&["keepalive", "--every", "1s", "--credentials"]);
        command.arg(self.held()).args(args);
        with(&mut command);
        Running::start(command)
    }

    /// The health that a daemon shows.
    pub(crate) fn health(&self) -> Option<Value> {
        let dirs = fs::read_dir(self.state()).ok()?.flatten();
        let dir = dirs
            .map(|e| e.path())
            .find(|p| p.extension().is_some_and(|e| e == "daemons"))?;
        let file = fs::read_dir(dir)
            .ok()?
            .flatten()
            .map(|e| e.path())
            .find(|p| p.extension().is_some_and(|e| e == "json"))?;
        serde_json::from_str(&fs::read_to_string(file).ok()?).ok()
    }
}

/// A process that is listened to, and does not outlive its test.
pub(crate) struct Running {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    told: Mutex<usize>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null());
        Self::run(command)
    }

    /// The same with an input that stays open.
    pub(crate) fn piped(mut command: Command) -> Self {
        command.stdin(Stdio::piped());
        Self::run(command)
    }

    /// Closes its input.
    pub(crate) fn shut(&mut self) {
        self.child.stdin.take();
    }

    fn run(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let out = child.stdout.take().unwrap();
        let err = child.stderr.take().unwrap();
        let heard = [Arc::clone(&lines), Arc::clone(&lines)];
        let [a, b] = heard;
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                a.lock().unwrap().push(line);
            }
        });
        thread::spawn(move || {
            for line in BufReader::new(err).lines().map_while(Result::ok) {
                b.lock().unwrap().push(line);
            }
        });
        Self {
            child,
            lines,
            told: Mutex::default(),
        }
    }

    /// Waits for a line with these words, after the one that was waited for last.
    pub(crate) fn says(&self, words: &str) -> String {
        let mut told = self.told.lock().unwrap();
        for _ in 0..1_500 {
            let lines = self.lines.lock().unwrap();
            if let Some(at) = lines.iter().skip(*told).position(|l| l.contains(words)) {
                let line = lines[*told + at].clone();
                *told += at + 1;
                return line;
            }
            drop(lines);
            thread::park_timeout(Duration::from_millis(20));
        }
        panic!("nobody said `{words}`: {}", self.log());
    }

    pub(crate) fn log(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// Waits for its end; 0 for a signal that killed it.
    pub(crate) fn code(&mut self) -> i32 {
        until("its end", || self.child.try_wait().unwrap())
            .code()
            .unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
