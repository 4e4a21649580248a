//! The workers that keep a swarm alive, as real processes: killed, stopped, locked out, given another bridge.

mod faults;
mod hooks;
mod inbox;
mod machine;
pub(crate) mod scene;

use super::{machines::Machines, run, warden};
pub(crate) use scene::{Running, Scene, until};
use serde_json::Value;
use std::{
    fs,
    os::unix::net::UnixDatagram,
    process::{Command, Stdio},
    sync::mpsc::sync_channel,
    thread,
    time::Duration,
};

#[test]
fn once_beats_on_both_schemas_and_touches_no_status() {
    for scene in [Scene::bridge(2), Scene::scripts(2)] {
        scene.sql("UPDATE session_status SET status = 'blocked' WHERE conversation_id = 'conv_1'");
        let before = scene.beat_of("conv_1");
        let (code, out, err) = run(scene
            .warden(&["keepalive", "--once"])
            .args(["--credentials"])
            .arg(scene.held()));
        assert_eq!(
            (code, out.as_str()),
            (0, "2 of 2 conversations beat\n"),
            "{err}"
        );
        assert_ne!(scene.beat_of("conv_1"), before);
        assert!(scene.beat_of("conv_2").is_some());
        assert_eq!(
            scene.one("SELECT status FROM session_status WHERE conversation_id = 'conv_1'"),
            Some("blocked".to_owned())
        );
        assert!(!err.contains(&Scene::token(1)) && !out.contains(&Scene::token(1)));
    }
}

#[test]
fn the_environment_holds_a_credential_too() {
    let scene = Scene::bridge(1);
    let mut command = scene.warden(&["keepalive", "--once"]);
    command
        .env("SWARMWARDEN_CONVERSATION", "conv_1")
        .env("SWARMWARDEN_TOKEN", Scene::token(1));
    assert_eq!(run(&mut command).0, 0);
    let mut command = scene.warden(&["keepalive", "--once"]);
    command
        .env("SWARMWARDEN_CONVERSATION", "conv_1")
        .env("SWARMWARDEN_TOKEN", "wrong");
    let (code, _, err) = run(&mut command);
    assert_eq!(code, 65);
    assert!(err.contains("the token is not this side's"), "{err}");
    let (code, _, err) = run(&mut scene.warden(&["keepalive", "--once"]));
    assert_eq!(code, 64, "{err}");
    let (code, _, _) = run(scene
        .warden(&["keepalive", "--once", "--read-only", "--credentials"])
        .arg(scene.held()));
    assert_eq!(code, 77);
}

#[test]
fn the_service_manager_hears_of_the_loop_and_others_of_its_health() {
    let scene = Scene::bridge(2);
    let place = scene.path("notify");
    let socket = UnixDatagram::bind(&place).unwrap();
    let mut child = scene.keepalive(&["--log", "json"], |command| {
        command.env("NOTIFY_SOCKET", &place);
    });
    let (sender, said) = sync_channel(64);
    thread::spawn(move || {
        let mut bytes = [0; 64];
        while let Ok(n) = socket.recv(&mut bytes) {
            if sender
                .send(String::from_utf8_lossy(&bytes[..n]).into_owned())
                .is_err()
            {
                break;
            }
        }
    });
    let next = || said.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(
        (next(), next(), next()),
        (
            "READY=1".to_owned(),
            "WATCHDOG=1".to_owned(),
            "WATCHDOG=1".to_owned()
        )
    );
    let health = until("health", || scene.health());
    assert_eq!(health["schema"], "swarmwarden.daemon/v1");
    assert_eq!(health["jobs"][0]["name"], "keepalive");
    child.signal("TERM");
    until("STOPPING", || (next() == "STOPPING=1").then_some(()));
    assert_eq!(child.code(), 0);
    assert!(scene.health().is_none());
    let lines: Vec<Value> = (child.log().lines())
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert!(
        lines
            .iter()
            .any(|l| l["conversation"] == "conv_2" && l["text"] == "it is kept alive")
    );
}

#[test]
fn the_second_one_says_who_the_first_is_and_follows_it() {
    let scene = Scene::bridge(1);
    let mut first = scene.keepalive(&[], |_| {});
    first.says("it is kept alive");
    let second = scene.keepalive(&[], |_| {});
    let line = second.says("keeps it alive");
    assert!(
        line.contains(&format!("pid {} since ", first.id())),
        "{line}"
    );
    first.signal("KILL");
    first.code();
    second.says("it is kept alive");
}

#[test]
fn an_agent_that_is_stopped_is_not_vouched_for() {
    let scene = Scene::bridge(1);
    let mut agent = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    let witness = format!("pid:{}", agent.id());
    let child = scene.keepalive(&["--witness", &witness], |_| {});
    child.says("it is kept alive");
    scene::signal(agent.id(), "STOP");
    child.says("is stopped");
    let frozen = scene.beat_of("conv_1");
    scene::signal(agent.id(), "CONT");
    until("another beat", || {
        (scene.beat_of("conv_1") != frozen).then_some(())
    });
    agent.kill().unwrap();
    agent.wait().unwrap();
    child.says("is gone");
}

#[test]
fn several_run_in_one_process_with_one_log() {
    let scene = Scene::bridge(1);
    let mut command = scene.process(&[
        "run",
        "--with",
        "keepalive,watchdog",
        "--policy",
        "off",
        "--every",
        "1s",
        "--credentials",
    ]);
    command.arg(scene.held());
    let mut child = scene::Running::start(command);
    child.says("keepalive: conv_1: it is kept alive");
    child.says("watchdog: policy off");
    let health = until("health", || {
        scene
            .health()
            .filter(|h| h["jobs"].as_array().is_some_and(|j| j.len() > 2))
            .filter(|h| h["conversations"][0]["state"] == "beats")
    });
    assert_eq!(health["conversations"].as_array().map(Vec::len), Some(1));
    child.signal("TERM");
    assert_eq!(child.code(), 0);
    let (code, _, err) = run(&mut scene.warden(&["run"]));
    assert_eq!(code, 64, "{err}");
    let (code, _, _) = run(warden().args(["run", "--with", "nonsense"]));
    assert_eq!(code, 64);
}

#[test]
fn what_sync_takes_over_is_kept_alive_and_so_is_its_successor() {
    let swarm = Machines::new(&[3]);
    swarm.enrols(3);
    swarm.does(0, &["deploy", "--session", "1", "--file", "nine-agents"]);
    let config = swarm.path("worker.toml");
    fs::write(&config, "[credentials]\nworker = 3\ninterval = \"5s\"\n").unwrap();
    let config = config.to_str().unwrap();
    let run = [
        "run",
        "--with",
        "keepalive,sync",
        "--every",
        "1s",
        "--config",
        config,
    ];
    let mut child = swarm.starts(3, &run);
    let beats = |id: &str| {
        let sql =
            format!("SELECT last_heartbeat FROM session_status WHERE conversation_id = '{id}'");
        swarm.rows(&sql).pop()
    };
    let first = swarm.column("id").remove(0);
    until("a beat", || beats(&first));
    swarm.does(0, &["credentials", "rotate", "--worker", "3"]);
    let ids = swarm.column("id");
    let next = ids.iter().find(|id| **id != first).unwrap();
    until("a beat in the next conversation", || beats(next));
    scene::signal(child.id(), "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
