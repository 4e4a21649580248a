//! What happens to a bridge while a keep-alive runs: one line, nothing lost, and no restart.

use super::scene::{Scene, until};
use rusqlite::Connection;
use std::fs;

#[test]
fn a_bridge_that_is_locked_is_waited_for() {
    let scene = Scene::bridge(2);
    let child = scene.keepalive(&[], |_| {});
    child.says("it is kept alive");
    let other = Connection::open(scene.db()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    child.says("is locked by another process; it is tried again");
    let frozen = scene.beat_of("conv_1");
    other.execute_batch("ROLLBACK").unwrap();
    child.says("the bridge answers again");
    until("a beat", || {
        (scene.beat_of("conv_1") != frozen).then_some(())
    });
    assert_eq!(
        child.log().matches("is locked").count(),
        1,
        "{}",
        child.log()
    );
}

#[test]
fn a_bridge_that_vanishes_and_another_one_in_its_place() {
    let scene = Scene::bridge(1);
    let child = scene.keepalive(&[], |_| {});
    child.says("it is kept alive");
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::rename(
            scene.path(&format!("bridge.db{suffix}")),
            scene.path(&format!("old.db{suffix}")),
        );
    }
    child.says("was deleted or replaced");
    child.says("no database at");
    scene.tables("bridge.db", 1);
    child.says("the bridge answers again");
    until("a beat", || {
        scene
            .beat_of("conv_1")
            .filter(|at| !at.starts_with("2025-11-13T16"))
    });
}

#[test]
fn a_bridge_that_is_not_there_yet_is_found_when_it_comes() {
    let scene = Scene::bridge(1);
    fs::rename(scene.db(), scene.path("later.db")).unwrap();
    let child = scene.keepalive(&[], |_| {});
    child.says("no database at");
    fs::rename(scene.path("later.db"), scene.db()).unwrap();
    child.says("it is kept alive");
}

#[test]
fn a_token_that_is_wrong_waits_for_a_right_one() {
    let scene = Scene::bridge(2);
    scene.credential_with(2, "0123456789abcdef0123456789abcdef");
    let child = scene.keepalive(&[], |_| {});
    child.says("conv_2: it is not kept alive: the token is not this side's");
    let first = until("a beat", || scene.beat_of("conv_1"));
    until("the others go on", || {
        (scene.beat_of("conv_1")? != first).then_some(())
    });
    assert_eq!(scene.beat_of("conv_2"), None);
    scene.credential(2);
    child.says("conv_2: it is kept alive");
    scene.sql("UPDATE conversations SET expires_at = '2025-11-13T16:00:00' WHERE id = 'conv_2'");
    child.says("conv_2: it is not kept alive: the conversation is over");
    scene.sql("DELETE FROM conversations WHERE id = 'conv_1'");
    child.says("conv_1: it is not kept alive: the bridge knows no such conversation");
}

#[test]
fn a_credential_that_comes_later_is_taken_up() {
    let scene = Scene::bridge(2);
    fs::remove_file(scene.held().join("2.json")).unwrap();
    let child = scene.keepalive(&[], |_| {});
    child.says("conv_1: it is kept alive");
    scene.credential(2);
    child.says("conv_2: it is kept alive");
    fs::remove_file(scene.held().join("1.json")).unwrap();
    child.says("conv_1: its credential is gone");
}
