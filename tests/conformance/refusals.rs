//! What can be wrong with a file when an action is carried out: the error says what, and nothing is written.

use crate::{
    acting::{KEY, NOW, busy, commit, decide, messages, reassign, size},
    fixture::{File, Journal, at},
    writer::Acting,
};
use rusqlite::Connection;
use std::{fs, path::Path};
use swarmwarden::{
    domain::{Schema, act::Write},
    store::{Commit, SqliteStore, Store, StoreError},
};

fn beside(path: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn decided<F: File + Acting>(bridge: &F) -> (Box<dyn Store>, Write) {
    busy(bridge);
    let mut store = bridge.writer();
    let write = decide(&mut *store, ("op-1", "ana"), reassign("t", "conv_2"));
    (store, write)
}

fn refused(store: &mut dyn Store, write: &Write) -> StoreError {
    store.commit(&mut write.clone(), &KEY, at(NOW)).unwrap_err()
}

pub(crate) fn a_store_for_reading_writes_nothing<F: File + Acting>(bridge: &F) {
    let (_, write) = decided(bridge);
    let mut store = bridge.store();
    let before = size(&mut *store);
    let error = refused(&mut *store, &write);
    assert!(matches!(error, StoreError::NotWritable { .. }), "{error}");
    assert!(error.to_string().contains("opened for reading"), "{error}");
    assert_eq!(size(&mut *store), before);
}

pub(crate) fn a_locked_bridge_is_busy_and_then_written<F: File + Acting>(bridge: &F) {
    let (mut store, write) = decided(bridge);
    let before = size(&mut *store);
    for lock in ["BEGIN EXCLUSIVE", "BEGIN IMMEDIATE"] {
        let other = Connection::open(bridge.path()).unwrap();
        other.execute_batch(lock).unwrap();
        let error = refused(&mut *store, &write);
        assert!(matches!(error, StoreError::Busy { .. }), "{error}");
        other.execute_batch("ROLLBACK").unwrap();
        assert_eq!(size(&mut *store), before);
    }
    assert!(matches!(
        commit(&mut *store, &write),
        Commit::Written { .. }
    ));
}

pub(crate) fn a_replaced_file_is_not_written<F: File + Acting>(bridge: &F) {
    let (mut store, write) = decided(bridge);
    bridge.close();
    let moved = beside(&bridge.path(), ".old");
    fs::rename(bridge.path(), &moved).unwrap();
    assert!(matches!(
        refused(&mut *store, &write),
        StoreError::Replaced { .. }
    ));
    fs::copy(&moved, bridge.path()).unwrap();
    assert!(matches!(
        refused(&mut *store, &write),
        StoreError::Replaced { .. }
    ));
    assert_eq!(size(&mut *bridge.store()), size(&mut *store));
}

pub(crate) fn a_file_cut_in_half_is_not_written<F: File + Acting>(bridge: &F) {
    let (store, write) = decided(bridge);
    bridge.many("conv_3", 3_000);
    bridge.close();
    drop(store);
    let path = bridge.path();
    let length = fs::metadata(&path).unwrap().len();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(length / 2).unwrap();
    drop(file);
    let before = fs::read(&path).unwrap();
    let found = SqliteStore::open_for_writing(&path)
        .and_then(|mut s| s.commit(&mut write.clone(), &KEY, at(NOW)));
    let error = found.unwrap_err().to_string();
    assert!(error.contains("is damaged"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// Why a file is not opened for writing.
fn unopened<F: File>(bridge: &F) -> String {
    match SqliteStore::open_for_writing(bridge.path()) {
        Ok(_) => panic!("it was opened"),
        Err(error) => error.to_string(),
    }
}

pub(crate) fn a_missing_column_is_named_or_left_out<F: File + Acting>(bridge: &F) {
    let (store, write) = decided(bridge);
    drop(store);
    let (spare, needed) = match F::SCHEMA {
        Schema::Bridge => ("read", "metadata"),
        Schema::Scripts => ("action_type", "sender"),
    };
    bridge.sql(&format!("ALTER TABLE messages DROP COLUMN {spare}"));
    let mut store = bridge.writer();
    assert!(matches!(
        commit(&mut *store, &write),
        Commit::Written { .. }
    ));
    assert_eq!(
        messages(&mut *store)[1].mark.as_deref(),
        Some(&write.rows[0].mark)
    );
    drop(store);
    bridge.sql(&format!("ALTER TABLE messages DROP COLUMN {needed}"));
    assert!(unopened(bridge).contains(&format!("no column {needed}")));
    bridge.sql("DROP TABLE audit_log");
    assert!(unopened(bridge).contains("no column"));
}

/// The messages are inserted before the log refuses: none of them stays.
pub(crate) fn a_table_that_cannot_take_a_row_takes_nothing<F: File + Acting>(bridge: &F) {
    let (mut store, write) = decided(bridge);
    let before = size(&mut *store);
    let trigger = |when: &str| {
        format!("CREATE TRIGGER no BEFORE INSERT ON {when} BEGIN SELECT RAISE(ABORT, 'no'); END")
    };
    let third = match F::SCHEMA {
        Schema::Bridge => "messages WHEN NEW.message LIKE '%task_revoked%'",
        Schema::Scripts => "messages WHEN NEW.content LIKE '%task_revoked%'",
    };
    for when in ["audit_log", third] {
        bridge.sql(&trigger(when));
        let error = refused(&mut *store, &write).to_string();
        assert!(error.contains("write of"), "{error}");
        bridge.sql("DROP TRIGGER no");
        assert_eq!(size(&mut *store), before);
    }
    assert!(matches!(
        commit(&mut *store, &write),
        Commit::Written { .. }
    ));
}

/// Readers and writers of other processes hold a rollback journal up only as long as they read.
#[test]
fn a_reader_in_the_way_of_a_journal_is_busy_and_nothing_is_written() {
    let bridge = <Journal as crate::fixture::Fixture>::new();
    let (mut store, write) = decided(&bridge);
    let other = Connection::open(bridge.path()).unwrap();
    other
        .execute_batch("BEGIN; SELECT count(*) FROM messages")
        .unwrap();
    let error = refused(&mut *store, &write);
    assert!(matches!(error, StoreError::Busy { .. }), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(messages(&mut *store).len(), 1);
    assert!(matches!(
        commit(&mut *store, &write),
        Commit::Written { .. }
    ));
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn a_file_that_may_not_be_written_is_said() {
    use std::os::unix::fs::PermissionsExt as _;
    if rustix::process::geteuid().is_root() {
        eprintln!(
            "SKIPPED: root writes everywhere; the mapping of the codes has a test of its own"
        );
        return;
    }
    let bridge = <Journal as crate::fixture::Fixture>::new();
    let (store, write) = decided(&bridge);
    drop(store);
    fs::set_permissions(bridge.path(), fs::Permissions::from_mode(0o444)).unwrap();
    let found = SqliteStore::open_for_writing(bridge.path())
        .and_then(|mut s| s.commit(&mut write.clone(), &KEY, at(NOW)));
    assert!(
        matches!(found, Err(StoreError::NotWritable { .. })),
        "{found:?}"
    );
}
