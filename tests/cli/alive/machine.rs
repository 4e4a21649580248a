//! What happens to a machine while a keep-alive runs: its disk fills, its clock is set, it sleeps, its processes are killed.

use super::scene::{Running, Scene, until};
use rusqlite::Connection;
use std::{
    fs,
    io::Write as _,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

/// Says why a test did nothing, so that nobody takes it for one that did.
fn skipped(why: &str) {
    writeln!(std::io::stderr(), "skipped: {why}").unwrap();
}

/// A small disk of its own.
struct Disk(PathBuf);

impl Disk {
    fn mounted(at: &Path) -> Option<Self> {
        fs::create_dir_all(at).ok()?;
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1536k", "tmpfs"])
            .arg(at)
            .output()
            .ok()?;
        done.status.success().then(|| Self(at.to_owned()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_is_full_is_said_once_and_then_has_room_again() {
    let scene = Scene::bridge(3);
    let Some(disk) = Disk::mounted(&scene.path("disk")) else {
        return skipped("no disk can be mounted here");
    };
    scene.tables("disk/bridge.db", 3);
    let db = disk.0.join("bridge.db");
    let child = scene.keepalive(&[], |command| {
        command.env("SWARMWARDEN_DB", &db);
    });
    child.says("conv_3: it is kept alive");
    let filler = disk.0.join("filler");
    let mut file = fs::File::create(&filler).unwrap();
    while file.write_all(&[0; 4_096]).is_ok() {}
    let full = Connection::open(&db).unwrap();
    // The log that is there has room for a while.
    let grow =
        "INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp)
        VALUES ('conv_1', 'b', 'a', hex(randomblob(3000)), '2025-11-13T16:00:00')";
    while full.execute_batch(grow).is_ok() {}
    drop(full);
    child.says("is full; it is tried again");
    fs::remove_file(filler).unwrap();
    child.says("the bridge answers again");
    assert_eq!(child.log().matches("is full").count(), 1, "{}", child.log());
    let whole: String = Connection::open(&db)
        .unwrap()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(whole, "ok");
}

#[test]
fn a_bridge_that_may_not_be_written_is_said_and_then_written() {
    let scene = Scene::bridge(1);
    let nobody = 65_534;
    let set = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let mine = [
        scene.path(""),
        scene.held(),
        scene.held().join("1.json"),
        scene.db(),
    ];
    fs::create_dir_all(scene.state()).unwrap();
    if mine
        .iter()
        .chain([&scene.state()])
        .any(|path| chown(path, Some(nobody), Some(nobody)).is_err())
    {
        return skipped("files cannot be given to another user here");
    }
    set(&scene.db(), 0o444);
    let program = env!("CARGO_BIN_EXE_swarmwarden");
    // What another user cannot reach is linked where it can.
    let copy = scene.path("swarmwarden");
    fs::copy(program, &copy).unwrap();
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&copy)
        .args(["keepalive", "--every", "1s", "--credentials"])
        .arg(scene.held())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", scene.path(""))
        .env("SWARMWARDEN_STATE", scene.state())
        .env("SWARMWARDEN_DB", scene.db());
    let child = Running::start(command);
    child.says("cannot be written");
    // Whoever opened it meanwhile left a log beside it with the rights of the file.
    for suffix in ["", "-wal", "-shm"] {
        let path = scene.path(&format!("bridge.db{suffix}"));
        if path.exists() {
            set(&path, 0o644);
        }
    }
    child.says("it is kept alive");
}

/// A library that shifts the wall clock of a process by what a file says, in seconds.
const SHIFT: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *out) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int done = real(id, out);
    if (id == CLOCK_REALTIME) {
        FILE *file = fopen(getenv("CLOCK_SHIFT"), "r");
        long shift = 0;
        if (file) { if (fscanf(file, "%ld", &shift) != 1) shift = 0; fclose(file); }
        out->tv_sec += shift;
    }
    return done;
}
"#;

#[test]
fn a_clock_that_jumps_an_hour_changes_the_dates_and_not_the_rhythm() {
    let scene = Scene::bridge(1);
    let (source, library) = (scene.path("shift.c"), scene.path("shift.so"));
    fs::write(&source, SHIFT).unwrap();
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .status();
    if !built.is_ok_and(|s| s.success()) {
        return skipped("no C compiler makes a library here");
    }
    let shift = scene.path("shift");
    fs::write(&shift, "0").unwrap();
    let child = scene.keepalive(&[], |command| {
        command
            .env("LD_PRELOAD", &library)
            .env("CLOCK_SHIFT", &shift);
    });
    child.says("it is kept alive");
    let hour = || scene.beat_of("conv_1").map(|at| at[..13].to_owned());
    let start = hour();
    for jump in ["3600", "-3600", "0"] {
        let before = scene.beat_of("conv_1");
        // Whole, or not at all: the library reads it at any time.
        fs::write(scene.path("next"), jump).unwrap();
        fs::rename(scene.path("next"), &shift).unwrap();
        until("a beat of the other time", || {
            let at = scene.beat_of("conv_1");
            let moved = jump == "0" || hour() != start;
            (at != before && moved).then_some(())
        });
        // And the next one within the rhythm.
        let one = scene.beat_of("conv_1");
        until("the next one", || {
            (scene.beat_of("conv_1") != one).then_some(())
        });
    }
    assert!(!child.log().contains("error"), "{}", child.log());
}

#[test]
fn a_machine_that_sleeps_beats_at_once_when_it_wakes() {
    let scene = Scene::bridge(2);
    let mut child = scene.keepalive(&[], |_| {});
    child.says("conv_2: it is kept alive");
    child.signal("STOP");
    let asleep = (scene.beat_of("conv_1"), scene.beat_of("conv_2"));
    // Longer than between two signs of life.
    thread::park_timeout(Duration::from_millis(2_500));
    assert_eq!((scene.beat_of("conv_1"), scene.beat_of("conv_2")), asleep);
    child.signal("CONT");
    until("both beat again", || {
        let awake = (scene.beat_of("conv_1"), scene.beat_of("conv_2"));
        (awake.0 != asleep.0 && awake.1 != asleep.1).then_some(())
    });
    child.signal("TERM");
    assert_eq!(child.code(), 0, "{}", child.log());
}

#[test]
fn one_that_is_killed_at_any_moment_leaves_nothing_half() {
    let scene = Scene::bridge(20);
    for round in 0..12_u64 {
        let child = scene.keepalive(&[], |_| {});
        if round % 3 == 0 {
            child.says("it is kept alive");
        }
        thread::park_timeout(Duration::from_millis(7 * round));
        child.signal("KILL");
    }
    let mut child = scene.keepalive(&[], |_| {});
    until("all beat", || {
        let all = "SELECT count(*) FROM session_status WHERE session_id = 'b' AND last_heartbeat NOT LIKE '2025-11-13T16%'";
        (scene.one(&format!("SELECT ({all}) || ''"))? == "20").then_some(())
    });
    let one = |sql: &str| scene.one(sql);
    assert_eq!(one("PRAGMA integrity_check").as_deref(), Some("ok"));
    assert_eq!(
        one("SELECT count(*) || '' FROM session_status").as_deref(),
        Some("20")
    );
    child.signal("TERM");
    assert_eq!(child.code(), 0, "{}", child.log());
}

#[test]
fn a_log_that_nobody_reads_keeps_nobody_from_living() {
    let scene = Scene::bridge(400);
    let mut child = scene.process(&["keepalive", "--every", "1s", "--credentials"]);
    let mut child = child
        .arg(scene.held())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    until("all beat", || {
        let all = "SELECT count(*) || '' FROM session_status WHERE last_heartbeat NOT LIKE '2025-11-13T16%'";
        (scene.one(all)? == "400").then_some(())
    });
    super::scene::signal(child.id(), "TERM");
    let ended = until("its end", || child.try_wait().unwrap());
    assert_eq!(ended.code(), Some(0));
}

#[test]
fn one_odd_row_holds_nobody_else_up() {
    let scene = Scene::bridge(2);
    scene.sql("UPDATE conversations SET expires_at = x'ff' WHERE id = 'conv_1'");
    let child = scene.keepalive(&[], |_| {});
    child.says("conv_2: it is kept alive");
}
