//! The hook itself, and what sets it up.

use super::scene::Scene;
use crate::run;
use std::{fs, process::Stdio};

#[test]
fn a_hook_notes_that_its_agent_lives_and_never_fails() {
    let scene = Scene::bridge(1);
    let file = scene.state().join("activity").join("conv_1");
    let (code, out, err) = run(scene
        .warden(&["beat", "--conversation", "conv_1"])
        .write_stdin("x".repeat(200_000)));
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
    let first = fs::metadata(&file).unwrap().modified().unwrap();
    let (_, _, err) = run(&mut scene.warden(&["beat", "--conversation", "conv_1", "--verbose"]));
    assert!(err.contains("a moment ago"), "{err}");
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), first);
    for args in [
        &["beat", "--bogus", "{\"type\": \"x\"}"][..],
        &["beat", "--config", "missing.toml"],
        &["beat", "--state", "/proc/nowhere"],
        &["beat", "--at", "yesterday"],
    ] {
        let (code, out, err) = run(&mut scene.warden(args));
        assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""), "{args:?}");
    }
    // An input that is never closed is not waited for.
    let mut child = scene
        .process(&["beat"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let kept = child.stdin.take();
    assert!(super::until("its end", || child.try_wait().unwrap()).success());
    drop(kept);
    assert!(scene.state().join("activity").join("agent").exists());
}

#[test]
fn evidence_comes_from_the_hook() {
    let scene = Scene::bridge(1);
    let child = scene.keepalive(&["--require-activity", "300s"], |_| {});
    child.says("its hook was never heard");
    let before = scene.beat_of("conv_1");
    run(scene
        .warden(&["beat"])
        .env("SWARMWARDEN_CONVERSATION", "conv_1"));
    child.says("it is kept alive");
    assert_ne!(scene.beat_of("conv_1"), before);
}

#[test]
fn hooks_are_installed_beside_what_is_there_and_taken_out_again() {
    let scene = Scene::bridge(1);
    let home = scene.path(".claude");
    fs::create_dir(&home).unwrap();
    let file = home.join("settings.json");
    let mine = "{\n  \"zoo\": 1,\n  \"hooks\": {\n    \"Stop\": []\n  }\n}\n";
    fs::write(&file, mine).unwrap();
    let install = |args: &[&str]| run(&mut scene.warden(&[&["hooks", "install"], args].concat()));
    let (code, out, _) = install(&["claude-code", "--dry-run"]);
    assert!(
        code == 0 && out.contains("PostToolUse") && out.contains(" beat\""),
        "{out}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), mine);
    assert_eq!(install(&["claude-code"]).0, 0);
    let after = fs::read_to_string(&file).unwrap();
    assert_eq!(after, out);
    let backup = home.join("settings.json.swarmwarden-backup");
    assert_eq!(fs::read_to_string(backup).unwrap(), mine);
    assert!(install(&["claude-code"]).1.contains("already"));
    assert_eq!(install(&["claude-code", "--remove"]).0, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), mine);
    assert_eq!(install(&["codex"]).0, 0);
    assert!(
        fs::read_to_string(scene.path(".codex/config.toml"))
            .unwrap()
            .starts_with("notify = [")
    );
    let (code, out, _) = install(&["generic"]);
    assert!(code == 0 && out.contains("hooks/beat"), "{out}");
    let script = scene.state().join("hooks").join("beat");

    assert!(
        std::process::Command::new(&script)
            .env("SWARMWARDEN_STATE", scene.state())
            .status()
            .unwrap()
            .success()
    );
    assert!(scene.state().join("activity").join("agent").exists());
    assert_eq!(install(&["generic", "--remove"]).0, 0);
    assert!(!script.exists());
    fs::write(&file, "{ broken").unwrap();
    let (code, _, err) = install(&["claude-code"]);
    assert!(code == 65 && err.contains("not JSON"), "{code} {err}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "{ broken");
}
