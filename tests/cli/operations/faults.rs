//! Deaths in the middle, full disks, disks that cannot be written.

use super::{
    super::alive::scene::{skipped, until},
    Scene, files, filled, warden,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use swarmwarden::store::SqliteStore;

/// A small file system, unmounted when dropped; `None` where none can be had.
struct Disk(PathBuf);

impl Disk {
    fn new(at: PathBuf, size: &str) -> Option<Self> {
        fs::create_dir(&at).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(&at)
            .stderr(Stdio::null())
            .status();
        if mounted.is_ok_and(|s| s.success()) {
            return Some(Self(at));
        }
        skipped("a small file system cannot be mounted here");
        None
    }

    fn close(&self) {
        let done = Command::new("mount")
            .args(["-o", "remount,ro"])
            .arg(&self.0)
            .status();
        assert!(done.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn whoever_is_killed_while_copying_leaves_no_half_copy() {
    let scene = Scene::bridge(1);
    scene.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp)
         SELECT 'conv_1', 'a', 'b', i || hex(zeroblob(400)), '2025-11-13T16:00:00' FROM n",
    );
    let dir = scene.path("copies");
    let copy = dir.join("copy.db");
    let mut killed = 0;
    for _ in 0..6 {
        let _none = fs::remove_file(&copy);
        let mut child = scene
            .process(&["backup", "--to", "copies/copy.db"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = until("it begins", || {
            let ended = child.try_wait().unwrap().is_some();
            let parts = fs::read_dir(&dir).into_iter().flatten().flatten();
            let part = parts
                .map(|e| e.path())
                .find(|p| p.to_string_lossy().contains(".part-"));
            let grows = part
                .and_then(|p| fs::metadata(p).ok())
                .is_some_and(|m| m.len() > 0);
            (ended || grows).then_some(!ended)
        });
        killed += u32::from(started);
        child.kill().unwrap();
        child.wait().unwrap();
        if copy.exists() {
            SqliteStore::verify(&copy).unwrap();
        }
    }
    assert!(killed > 0, "none was caught in the middle");
    let (code, _, err) = warden(&scene, &["backup", "--to", "copies/copy.db"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(files(&dir), ["copy.db"], "what the dead left is gone");
}

#[test]
fn on_a_full_disk_there_is_no_copy_and_the_bridge_is_as_it_was() {
    let scene = filled();
    let Some(disk) = Disk::new(scene.path("disk"), "64k") else {
        return;
    };
    let before = fs::read(scene.db()).unwrap();
    let (code, out, err) = warden(&scene, &["backup", "--to", "disk/copy.db"]);
    let left = files(&disk.0);
    assert_eq!((code, out.as_str()), (73, ""), "{err}");
    assert!(err.contains("copy.db is full"), "{err}");
    assert_eq!(left, [""; 0], "nothing is left of it");
    assert_eq!(fs::read(scene.db()).unwrap(), before);
}

#[test]
fn on_a_disk_that_cannot_be_written_nothing_changes() {
    let scene = filled();
    let Some(disk) = Disk::new(scene.path("disk"), "4m") else {
        return;
    };
    assert_eq!(warden(&scene, &["backup", "--to", "disk/copy.db"]).0, 0);
    disk.close();
    let (code, _, err) = warden(&scene, &["backup", "--to", "disk/copy.db"]);
    assert!(
        code == 69 && err.contains("disk/copy.db cannot be written"),
        "{code} {err}"
    );
    let (code, _, err) = warden(&scene, &["backup", "--to", "disk/new/"]);
    assert!(code == 73 && err.contains("disk/new"), "{code} {err}");
    // A bridge that lies there.
    let (code, _, err) = warden(
        &scene,
        &["restore", "copy.db", "--db", "disk/copy.db", "--yes"],
    );
    assert!(code == 66, "{code} {err}");
    let copy = scene.path("copy.db");
    fs::copy(scene.path("disk/copy.db"), &copy).unwrap();
    let (code, _, err) = warden(
        &scene,
        &["restore", "copy.db", "--db", "disk/copy.db", "--yes"],
    );
    assert!(
        code == 69 && err.contains("cannot be written"),
        "{code} {err}"
    );
}

#[test]
fn a_restore_for_which_there_is_no_room_leaves_the_bridge_as_it_was() {
    let scene = filled();
    let Some(_disk) = Disk::new(scene.path("disk"), "512k") else {
        return;
    };
    let small = scene.path("disk/bridge.db");
    assert_eq!(warden(&scene, &["backup", "--to", "disk/bridge.db"]).0, 0);
    scene.sql("INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp) SELECT 'conv_1', 'a', 'b', hex(zeroblob(2000)), 'x' FROM messages");
    assert_eq!(warden(&scene, &["backup", "--to", "big.db"]).0, 0);
    let (code, _, err) = warden(
        &scene,
        &["restore", "big.db", "--db", "disk/bridge.db", "--yes"],
    );
    assert!(code == 73 && err.contains("is full"), "{code} {err}");
    assert_eq!(SqliteStore::verify(&small).unwrap().rows["messages"], 400);
}

#[test]
fn whoever_is_killed_while_restoring_leaves_the_old_or_the_new() {
    let scene = filled();
    scene.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp)
         SELECT 'conv_1', 'a', 'b', i || hex(zeroblob(400)), '2025-11-13T16:00:00' FROM n",
    );
    assert_eq!(warden(&scene, &["backup", "--to", "big.db"]).0, 0);
    let rows = |path: &Path| SqliteStore::verify(path).unwrap().rows["messages"];
    let mut killed = 0;
    for _ in 0..6 {
        scene.sql("DELETE FROM messages WHERE id > 400; PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
        let mut child = scene
            .process(&["restore", "big.db", "--yes"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let caught = until("it begins", || {
            let ended = child.try_wait().unwrap().is_some();
            let log = fs::metadata(scene.path("bridge.db-wal")).is_ok_and(|m| m.len() > 100_000);
            (ended || log).then_some(!ended)
        });
        killed += u32::from(caught);
        child.kill().unwrap();
        child.wait().unwrap();
        let found = rows(&scene.db());
        assert!([400, 20_400].contains(&found), "{found}");
    }
    assert!(killed > 0, "none was caught in the middle");
    let (code, _, err) = warden(&scene, &["restore", "big.db", "--yes"]);
    assert_eq!((code, rows(&scene.db())), (0, 20_400), "{err}");
}
