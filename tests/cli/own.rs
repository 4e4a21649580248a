//! `check --self`: whoever watches the swarm is watched.

use super::{
    alive::scene::{Running, Scene, until},
    run,
};

fn check(scene: &Scene, args: &[&str]) -> (i32, String) {
    let mut command = scene.warden(&["check", "--self"]);
    let (code, out, err) = run(command.args(args));
    assert!(err.is_empty(), "{err}");
    (code, out)
}

#[test]
fn a_watchdog_that_is_killed_stopped_or_ended_is_noticed() {
    let grammar = regex::Regex::new(
        r"^SWARMWARDEN (OK|WARNING|CRITICAL|UNKNOWN) - [^|]+( \|( '[a-z_-]+'=[0-9.]+s?;[0-9]*;[0-9:]*;[0-9]*;[0-9]*)+)?\n$",
    );
    let grammar = grammar.unwrap();
    let scene = Scene::bridge(1);
    let says = |args: &[&str], code: i32, words: &str| {
        let found = check(&scene, args);
        assert!(grammar.is_match(&found.1), "{found:?}");
        (found.0 == code && found.1.contains(words)).then_some(found.1)
    };
    assert!(says(&[], 3, "nothing ever ran here").is_some());
    assert!(says(&["watchdog"], 2, "watchdog never ran here").is_some());
    let mut watchdog = Running::start(scene.process(&["watchdog"]));
    let pid = watchdog.id();
    until("it runs", || {
        says(&[], 0, &format!("watchdog runs in process {pid}"))
    });
    assert!(says(&["watchdog,sync"], 2, "sync never ran here").is_some());
    // Longer than the time between two writes of a process that moves.
    watchdog.signal("STOP");
    until("it hangs", || says(&["--limit", "7s"], 2, "watchdog hangs"));
    watchdog.signal("CONT");
    until("it goes on", || {
        says(&["--limit", "7s"], 0, "watchdog runs")
    });
    watchdog.signal("KILL");
    watchdog.code();
    assert!(says(&["watchdog"], 2, &format!("process {pid} died")).is_some());
    let mut next = Running::start(scene.process(&["watchdog"]));
    until("another runs", || {
        says(&[], 0, &format!("process {}", next.id()))
    });
    next.signal("TERM");
    next.code();
    assert!(says(&[], 2, "ended as it was asked to").is_some());
}

#[test]
fn a_wrong_name_is_unknown() {
    let scene = Scene::bridge(1);
    let (code, out) = check(&scene, &["cat"]);
    assert_eq!(code, 3);
    assert!(out.contains("no job called `cat`"), "{out}");
}

#[test]
fn a_keep_alive_that_cannot_reach_its_bridge_says_so_itself() {
    let scene = Scene::bridge(1);
    let _running = scene.keepalive(&[], |_| {});
    until("it runs", || {
        (check(&scene, &["keepalive"]).0 == 0).then_some(())
    });
    std::fs::rename(scene.db(), scene.path("gone.db")).unwrap();
    until("it says so", || {
        let (code, out) = check(&scene, &["keepalive"]);
        (code == 1 && out.contains("keepalive runs in process")).then_some(())
    });
}
