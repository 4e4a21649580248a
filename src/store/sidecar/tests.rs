use super::{MIGRATIONS, RhythmRow, Sidecar, SidecarError};
use crate::domain::{Span, Timestamp};
use rusqlite::Connection;
use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_763_050_080_000_000);

fn row(id: &str, at: Timestamp, state: &str) -> RhythmRow {
    RhythmRow {
        conversation: id.into(),
        seen_at: at,
        state: state.into(),
    }
}

fn bridge() -> &'static Path {
    Path::new("bridge.db")
}

#[test]
fn a_missing_memory_is_made_for_its_owner_only_and_remembers() {
    let dir = TempDir::new().unwrap();
    let dir = dir.path().join("a/b");
    assert!(Sidecar::existing(&dir, bridge()).unwrap().is_none());
    assert!(!dir.exists());
    let mut first = Sidecar::open(&dir, bridge(), NOW).unwrap();
    let rows = [row("c1", NOW, "{}"), row("c2", NOW, "{\"x\":1}")];
    first.keep_rhythms(&rows, NOW).unwrap();
    first.keep_rhythms(&rows[..1], NOW).unwrap();
    let place = Sidecar::place(&dir, bridge());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&dir), mode(&place)), (0o700, 0o600));
    drop(first);
    assert_eq!(
        Sidecar::open(&dir, bridge(), NOW)
            .unwrap()
            .rhythms()
            .unwrap(),
        rows
    );
    let read = Sidecar::existing(&dir, bridge()).unwrap().unwrap();
    assert_eq!((read.rhythms().unwrap().len(), read.note()), (2, None));
}

#[test]
fn every_way_to_write_the_path_leads_to_the_same_memory_and_others_to_others() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("bridge.db");
    fs::write(&file, "").unwrap();
    std::os::unix::fs::symlink(&file, dir.path().join("link.db")).unwrap();
    let place = |name: &str| Sidecar::place(dir.path(), &dir.path().join(name));
    assert_eq!(place("bridge.db"), place("link.db"));
    assert_ne!(place("bridge.db"), place("other.db"));
}

#[test]
fn an_older_sample_never_replaces_a_newer_one_and_old_ones_are_forgotten() {
    let dir = TempDir::new().unwrap();
    let mut memory = Sidecar::open(dir.path(), bridge(), NOW).unwrap();
    let old = NOW.plus(Span::seconds(-8 * 86_400));
    memory
        .keep_rhythms(&[row("c1", NOW, "new"), row("c2", old, "old")], old)
        .unwrap();
    memory
        .keep_rhythms(&[row("c1", old, "older")], NOW)
        .unwrap();
    assert_eq!(memory.rhythms().unwrap(), [row("c1", NOW, "new")]);
}

#[test]
fn a_damaged_memory_is_moved_aside_and_a_new_one_begins() {
    let dir = TempDir::new().unwrap();
    let place = Sidecar::place(dir.path(), bridge());
    fs::write(&place, vec![0x41; 8192]).unwrap();
    let memory = Sidecar::open(dir.path(), bridge(), NOW).unwrap();
    let note = memory.note().unwrap();
    assert!(note.contains(".damaged-2025-11-13T160800Z"), "{note}");
    assert_eq!(memory.rhythms().unwrap(), []);
    let aside = format!("{}.damaged-2025-11-13T160800Z", place.display());
    assert_eq!(fs::read(aside).unwrap(), vec![0x41; 8192]);
}

#[test]
fn pages_that_do_not_hold_together_are_damage_too() {
    let dir = TempDir::new().unwrap();
    let place = Sidecar::place(dir.path(), bridge());
    drop(Sidecar::open(dir.path(), bridge(), NOW).unwrap());
    let mut bytes = fs::read(&place).unwrap();
    for byte in &mut bytes[4096..] {
        *byte = 0xff;
    }
    fs::write(&place, bytes).unwrap();
    assert!(
        Sidecar::open(dir.path(), bridge(), NOW)
            .unwrap()
            .note()
            .is_some()
    );
}

#[test]
fn a_memory_of_a_newer_program_is_not_touched() {
    let dir = TempDir::new().unwrap();
    let place = Sidecar::place(dir.path(), bridge());
    Connection::open(&place)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let before = fs::read(&place).unwrap();
    for error in [
        Sidecar::open(dir.path(), bridge(), NOW).unwrap_err(),
        Sidecar::existing(dir.path(), bridge()).unwrap_err(),
    ] {
        assert!(
            matches!(error, SidecarError::Newer { found: 99, .. }),
            "{error}"
        );
        assert!(error.to_string().contains("running without memory"));
    }
    assert_eq!(fs::read(&place).unwrap(), before);
}

#[test]
fn a_directory_that_cannot_be_made_is_said() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Sidecar::open(&file.join("state"), bridge(), NOW).unwrap_err();
    assert!(matches!(error, SidecarError::Unwritable { .. }), "{error}");
}

#[test]
fn every_version_can_be_brought_forward() {
    for version in 0..MIGRATIONS.len() {
        let dir = TempDir::new().unwrap();
        let old = Connection::open(Sidecar::place(dir.path(), bridge())).unwrap();
        for sql in &MIGRATIONS[..version] {
            old.execute_batch(sql).unwrap();
        }
        old.pragma_update(None, "user_version", i64::try_from(version).unwrap())
            .unwrap();
        drop(old);
        let memory = Sidecar::open(dir.path(), bridge(), NOW).unwrap();
        assert_eq!(
            (memory.rhythms().unwrap(), memory.note()),
            (vec![], None),
            "{version}"
        );
    }
}

#[test]
fn two_dashboards_share_a_memory() {
    let dir = TempDir::new().unwrap();
    let mut one = Sidecar::open(dir.path(), bridge(), NOW).unwrap();
    let mut two = Sidecar::open(dir.path(), bridge(), NOW).unwrap();
    one.keep_rhythms(&[row("c1", NOW, "1")], NOW).unwrap();
    two.keep_rhythms(&[row("c2", NOW, "2")], NOW).unwrap();
    assert_eq!(one.rhythms().unwrap().len(), 2);
}

#[test]
fn a_hundred_workers_stay_small_however_often_they_are_written() {
    let dir = TempDir::new().unwrap();
    let mut memory = Sidecar::open(dir.path(), bridge(), NOW).unwrap();
    let state = "x".repeat(8_192);
    for round in 0..40 {
        let at = NOW.plus(Span::seconds(round * 10));
        let rows: Vec<_> = (0..100)
            .map(|n| row(&format!("c{n}"), at, &state))
            .collect();
        memory.keep_rhythms(&rows, at).unwrap();
    }
    let size = |e: fs::DirEntry| e.metadata().unwrap().len();
    let bytes: u64 = fs::read_dir(dir.path()).unwrap().flatten().map(size).sum();
    assert!(bytes < 20 << 20, "{bytes} bytes");
}
