//! A bridge that is reached through a command: every view, and a worker's whole life, with real processes that are killed.

use crate::{
    AT, TOKEN,
    alive::scene::{Running, Scene, until},
    nine, on, run, warden,
};
use serde_json::Value;
use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use swarmwarden::engine::Clock;

const WARDEN: &str = env!("CARGO_BIN_EXE_swarmwarden");

/// The command that serves a file, and notes its process.
fn via(db: &Path, pids: &Path, whom: &str) -> String {
    format!(
        "echo $$ >> '{}'; exec {WARDEN} pipe --db '{}' --for {whom}",
        pids.display(),
        db.display()
    )
}

#[test]
fn every_view_is_the_same_through_a_pipe() {
    let bridge = nine();
    let pids = bridge.path().with_extension("pids");
    let line = via(&bridge.path(), &pids, "operators");
    for args in [
        &["status", "--at", AT][..],
        &["status", "-o", "json", "--at", AT],
        &["check", "--at", AT, "--crit", "silent=1"],
        &["explain", "3", "--at", AT],
        &["events", "--at", AT],
        &["audit", "show"],
        &["sessions", "--at", AT],
    ] {
        let there = run(warden().args(args).args(["--via", &line]));
        let here = on(&bridge, args);
        assert_eq!(there.0, here.0, "{args:?}: {}", there.2);
        // Where it is said where it is, it is said how it is reached.
        assert_eq!(there.1, here.1, "{args:?}");
        assert!(!there.1.contains(TOKEN));
    }
    let text = fs::read_to_string(&pids).unwrap();
    assert!(text.lines().count() >= 7);
    for pid in text.lines() {
        let place = format!("/proc/{pid}");
        until("its end", || (!Path::new(&place).exists()).then_some(()));
    }
}

#[test]
fn what_cannot_be_asked_is_said() {
    let scene = Scene::bridge(1);
    let bare = || {
        let mut command = scene.warden(&[]);
        command.env_remove("SWARMWARDEN_DB");
        command
    };
    let (code, _, err) = run(bare().args(["status", "--via", "x", "--db", "y"]));
    assert_eq!(code, 64);
    assert!(err.contains("--db") && err.contains("--via"), "{err}");
    fs::write(
        scene.path("c.toml"),
        "[bridge]\nvia = \"echo down >&2; exit 9\"\n",
    )
    .unwrap();
    let (code, _, err) = run(bare().args(["status", "--config", "c.toml"]));
    assert_eq!(code, 69);
    assert!(err.contains("exit code 9: down"), "{err}");
    let (code, out, _) = run(bare().args(["status", "--config", "c.toml", "--db", "bridge.db"]));
    assert!(
        (code, out.contains("1 conversations")) == (0, true),
        "{out}"
    );
    let (code, _, err) = run(bare().args(["pipe", "--via", "x"]));
    assert_eq!(code, 64);
    assert!(err.contains("serves a file of this machine"), "{err}");
    let line = format!("{WARDEN} pipe --db /no/such.db");
    let (code, _, err) = run(bare().args(["status", "--via", &line]));
    assert_eq!(code, 66, "{err}");
    let line = via(&scene.db(), &scene.path("pids"), "workers");
    for args in [&["status"][..], &["message", "worker-1", "words", "--yes"]] {
        let (code, _, err) = run(bare().args(args).args(["--via", &line]));
        assert_eq!(code, 77, "{err}");
        assert!(err.contains("is for operators"), "{err}");
    }
    let read_only = format!("{WARDEN} pipe --read-only --db bridge.db");
    let (code, _, err) =
        run(bare().args(["message", "worker-1", "words", "--yes", "--via", &read_only]));
    assert_ne!(code, 0);
    assert!(
        err.contains("--read-only") && err.contains("on its host"),
        "{err}"
    );
}

#[test]
fn a_pipe_ends_as_it_is_asked_to_and_says_nothing_besides() {
    let scene = Scene::bridge(1);
    let mut open = Running::piped(scene.process(&["pipe"]));
    open.says("swarmwarden-pipe");
    open.signal("TERM");
    assert_eq!(open.code(), 143);
    let mut open = Running::piped(scene.process(&["pipe"]));
    open.says("swarmwarden-pipe");
    open.shut();
    assert_eq!(open.code(), 0);
    for line in open.log().lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
    // Whoever reads no more: the next news ends it.
    let script = format!("({WARDEN} pipe <&3; echo $? > code) 3<&0 | head -1");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(scene.path("."));
    shell.env("SWARMWARDEN_DB", scene.db());
    let _open = Running::piped(shell);
    let code = until("its end", || {
        fs::read_to_string(scene.path("code"))
            .ok()
            .filter(|c| c.ends_with('\n'))
    });
    assert_eq!(code.trim(), "141");
}

/// How a worker's commands are started, and how its pipe dies.
struct Launch<'a> {
    /// A command of the worker with these arguments, through the pipe of this name.
    start: &'a dyn Fn(&str, &[&str]) -> Command,
    /// Kills the pipe of this name.
    kill: &'a dyn Fn(&str),
}

/// Beats, gets its messages, is reassigned, and survives the death of its pipes.
fn story(scene: &Scene, launch: &Launch<'_>) {
    let assignment = r#"{"type":"task_assignment","task_id":"T-1","description":"build it"}"#;
    scene.send(1, assignment);
    let alive = (launch.start)(
        "beats",
        &["keepalive", "--every", "1s", "--credentials", "held"],
    );
    let alive = Running::start(alive);
    let inbox = (launch.start)("mail", &["inbox", "--follow", "--credentials", "held"]);
    let inbox = Running::start(inbox);
    inbox.says("T-1");
    let beat = until("a beat", || {
        scene.beat_of("conv_1").filter(|b| b.starts_with("20"))
    });
    until("another beat", || {
        scene.beat_of("conv_1").filter(|b| *b != beat)
    });
    let now = Clock::system().now().naive();
    scene.sql(&format!(
        "INSERT INTO session_status VALUES ('conv_2', 'b', 'waiting', '{now}');
         INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp) VALUES ('conv_2', 'b', 'a', 'ready', '{now}')"
    ));
    let (code, _, err) = run(scene
        .warden(&[
            "reassign",
            "T-1",
            "--to",
            "worker-2",
            "--confirm",
            "worker-1",
        ])
        .env("SWARMWARDEN_STATE", scene.path("operator")));
    assert_eq!(code, 0, "{err}");
    inbox.says("task_revoked");
    for round in 0..3 {
        for name in ["beats", "mail"] {
            (launch.kill)(name);
        }
        scene.send(1, &format!("after death {round}"));
        inbox.says(&format!("after death {round}"));
        let beat = scene.beat_of("conv_1");
        until("a beat after the death", || {
            (scene.beat_of("conv_1") != beat).then_some(())
        });
    }
    let log = inbox.log();
    let mut ids: Vec<i64> = (log.lines())
        .filter_map(|l| serde_json::from_str::<Value>(l).ok())
        .filter(|l| l["type"] == "message")
        .map(|m| m["id"].as_str().unwrap().parse().unwrap())
        .collect();
    let count = ids.len();
    ids.dedup();
    assert_eq!((ids.len(), count), (5, 5), "{log}");
    let rows = scene
        .one("SELECT CAST(count(*) AS TEXT) FROM session_status WHERE conversation_id = 'conv_1'");
    assert_eq!(rows.as_deref(), Some("1"));
    assert!(!alive.log().contains(&Scene::token(1)) && !log.contains(&Scene::token(1)));
}

/// The processes that were noted last in a file.
fn newest(pids: &Path) -> Option<String> {
    Some(fs::read_to_string(pids).ok()?.lines().last()?.to_owned())
}

#[test]
fn a_worker_behind_a_pipe_lives_and_its_pipe_may_die() {
    let scene = Scene::bridge(2);
    fs::remove_file(scene.held().join("2.json")).unwrap();
    let start = |name: &str, args: &[&str]| {
        let mut command = scene.process(args);
        let line = via(&scene.db(), &scene.path(name), "workers");
        command
            .env_remove("SWARMWARDEN_DB")
            .env("SWARMWARDEN_VIA", line);
        command
    };
    let kill = |name: &str| {
        let pid = newest(&scene.path(name)).unwrap();
        let _gone = Command::new("kill").args(["-KILL", &pid]).status().unwrap();
    };
    story(
        &scene,
        &Launch {
            start: &start,
            kill: &kill,
        },
    );
}

/// Serves a file over two fifos, again and again, as a transport between two users would.
struct Ferry {
    child: Child,
    pids: PathBuf,
}

impl Ferry {
    fn new(scene: &Scene, name: &str) -> Self {
        let dir = scene.path(name);
        fs::create_dir(&dir).unwrap();
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o711)).unwrap();
        for end in ["up", "down"] {
            let path = dir.join(end);
            assert!(
                Command::new("mkfifo")
                    .args(["-m", "666"])
                    .arg(&path)
                    .status()
                    .unwrap()
                    .success()
            );
        }
        let script = format!(
            "while :; do sh -c 'echo $$ > pid; exec {WARDEN} pipe --for workers --db \"$0\"' {} < up > down; done",
            scene.db().display()
        );
        let child = Command::new("sh")
            .args(["-c", &script])
            .current_dir(&dir)
            .env("SWARMWARDEN_STATE", scene.path("host"))
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            child,
            pids: dir.join("pid"),
        }
    }
}

impl Drop for Ferry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(pid) = newest(&self.pids) {
            let _gone = Command::new("kill")
                .args(["-KILL", &pid])
                .stderr(Stdio::null())
                .status();
        }
    }
}

/// Nobody.
const USER: u32 = 65_534;

/// Whether another user in a network namespace of its own can be had here.
fn can_be_elsewhere() -> bool {
    let mut command = Command::new("unshare");
    command.args([
        "-n",
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "true",
    ]);
    let done = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    rustix::process::geteuid().is_root() && done.is_ok_and(|status| status.success())
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn a_worker_of_another_user_without_a_network_lives_behind_a_pipe() {
    if !can_be_elsewhere() {
        eprintln!("SKIPPED: only root can be another user in another network namespace");
        return;
    }
    let scene = Scene::bridge(2);
    fs::remove_file(scene.held().join("2.json")).unwrap();
    let mode = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    // The worker may pass through, and reads nothing but its own.
    mode(&scene.path("."), 0o711);
    mode(&scene.db(), 0o600);
    let program = scene.path("swarmwarden");
    fs::copy(WARDEN, &program).unwrap();
    mode(&program, 0o755);
    fs::create_dir(scene.path("worker")).unwrap();
    for path in [
        scene.path("worker"),
        scene.held(),
        scene.held().join("1.json"),
    ] {
        chown(&path, Some(USER), Some(USER)).unwrap();
    }
    let ferries = [
        Ferry::new(&scene, "beats"),
        Ferry::new(&scene, "mail"),
        Ferry::new(&scene, "look"),
    ];
    let start = |name: &str, args: &[&str]| {
        let mut command = Command::new("unshare");
        command
            .args([
                "-n",
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
            ])
            .arg(&program)
            .args(args)
            .current_dir(scene.path("."))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("SWARMWARDEN_STATE", scene.path("worker"))
            .env(
                "SWARMWARDEN_VIA",
                format!("cd {name}; cat < down & exec cat > up"),
            );
        command
    };
    // It cannot open the file itself.
    let mut direct = start("look", &["status", "--db"]);
    direct.arg(scene.db()).env_remove("SWARMWARDEN_VIA");
    let direct = direct.output().unwrap();
    assert!(
        !direct.status.success(),
        "{}",
        String::from_utf8_lossy(&direct.stdout)
    );
    let refused = start("look", &["status"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(77));
    let kill = |name: &str| {
        let ferry = ferries
            .iter()
            .find(|f| f.pids.starts_with(scene.path(name)))
            .unwrap();
        let pid = newest(&ferry.pids).unwrap();
        let _gone = Command::new("kill").args(["-KILL", &pid]).status().unwrap();
    };
    story(
        &scene,
        &Launch {
            start: &start,
            kill: &kill,
        },
    );
}
