//! `checklist`: every item with its evidence, from a real bridge.

use super::{
    alive::scene::{Running, Scene, until},
    nine, on, run,
};
use serde_json::Value;
use std::{fs, path::Path};

fn list(scene: &Scene, which: &str) -> (i32, Value) {
    let (code, out, err) = run(&mut scene.warden(&["checklist", which, "-o", "json"]));
    let list: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = fs::read_to_string(root.join("assets/schema/checklist.v1.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<_> = validator
        .iter_errors(&list)
        .map(|e| e.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let bad = list["summary"]["not_ok"].as_u64().unwrap();
    assert_eq!(code, i32::from(bad > 0), "{list:#}");
    (code, list)
}

fn item(list: &Value, begins: &str) -> (String, String) {
    let all = list["items"].as_array().unwrap();
    let found = all
        .iter()
        .find(|i| i["item"].as_str().unwrap().starts_with(begins));
    let found = found.unwrap_or_else(|| panic!("no {begins}: {list:#}"));
    let text = |name: &str| found[name].as_str().unwrap().to_owned();
    (text("state"), text("evidence"))
}

#[test]
fn a_swarm_that_works_is_found_so_and_what_nobody_notes_is_said() {
    let scene = Scene::bridge(2);
    let _keepalive = scene.keepalive(&[], |_| {});
    let _watchdog = Running::start(scene.process(&["watchdog", "--policy", "off"]));
    until("both beat", || scene.beat_of("conv_2"));
    until("the watchdog is there", || {
        let (code, _, _) = run(&mut scene.warden(&["check", "--self", "watchdog,keepalive"]));
        (code == 0).then_some(())
    });
    let deploy = until("all are healthy", || {
        let (_, deploy) = list(&scene, "deploy");
        (item(&deploy, "External watchdog").0 == "ok").then_some(deploy)
    });
    assert_eq!(item(&deploy, "Orchestrator creates").0, "ok");
    assert_eq!(item(&deploy, "All 8 keep-alive").0, "ok");
    assert_eq!(item(&deploy, "Send test task").0, "not_recorded");
    let (_, pre) = list(&scene, "pre");
    assert_eq!(item(&pre, "Orchestrator has external watchdog").0, "ok");
    assert!(
        item(&pre, "Rate limits")
            .1
            .contains("not recorded by this bridge")
    );
    let (_, day) = list(&scene, "24h");
    assert_eq!(item(&day, "Monitor SQLite").0, "ok");
    assert_eq!(item(&day, "Check audit log").0, "not_recorded");
    let (code, operations) = list(&scene, "operations");
    assert_eq!((code, &*item(&operations, "Backup").0), (1, "not_ok"));
    assert_eq!(
        run(&mut scene.warden(&["backup", "--to", "elsewhere/"])).0,
        0
    );
    let (_, operations) = list(&scene, "operations");
    assert_eq!(
        item(&operations, "Backup").0,
        "ok",
        "wherever the copy lies"
    );
}

#[test]
fn a_roll_call_and_the_tests_of_the_protocol_are_found() {
    let scene = Scene::bridge(2);
    run(&mut scene.warden(&["rollcall", "--yes", "--timeout", "1s"]));
    let id = scene
        .one("SELECT json_extract(message, '$.test_id') FROM messages LIMIT 1")
        .unwrap();
    scene.sql(&format!(
        r#"INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp)
           VALUES ('conv_2', 'b', 'a', '{{"type": "acknowledgment", "test_id": "{id}"}}', '2025-11-13T16:00:00')"#
    ));
    let (_, deploy) = list(&scene, "deploy");
    let (state, evidence) = item(&deploy, "Send test task");
    assert!(
        state == "not_ok" && evidence.contains("answered 1/2"),
        "{evidence}"
    );
    let results =
        r#"{"overall_status": "PASS", "tests": {"test_9_idle_recovery": {"status": "PASS"}}}"#;
    fs::write(scene.path("S2-PROTOCOL-V2-TEST-RESULTS.json"), results).unwrap();
    let (state, evidence) = item(&list(&scene, "pre").1, "Test Protocol");
    assert!(state == "ok" && evidence.contains("1 of 1"), "{evidence}");
    // Our own rows in the log hold.
    assert_eq!(item(&list(&scene, "operations").1, "Weekly").0, "ok");
}

#[test]
fn text_and_markdown_hold_every_item() {
    for (format, head) in [("text", "Deployment\n"), ("md", "## Deployment\n")] {
        let (code, out, _) = on(&nine(), &["checklist", "deploy", "-o", format]);
        assert_eq!(code, 1, "{out}");
        assert!(out.starts_with(head), "{out}");
        for item in ["Credentials committed", "8/8 acknowledgments"] {
            assert!(out.contains(item), "{out}");
        }
    }
}
