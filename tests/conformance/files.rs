//! The tests of what can happen to a file.

use crate::fixture::{File, START, at};
use rusqlite::Connection;
use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};
use swarmwarden::{
    domain::{Cursor, Schema, Side, Stamp},
    store::{SqliteStore, Store, StoreError},
};
use tempfile::TempDir;

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Two messages in one conversation.
fn filled<F: File>(bridge: &F) -> Box<dyn Store> {
    bridge.conversation("conv_1", "worker-1", START);
    bridge.send("conv_1", Side::A, "one", at(1));
    bridge.send("conv_1", Side::B, "two", at(2));
    bridge.store()
}

fn is_replaced(store: &mut dyn Store) -> bool {
    matches!(store.version(), Err(StoreError::Replaced { .. }))
}

/// The error of an open that must fail.
fn refused(path: &Path) -> StoreError {
    match SqliteStore::open(path) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

fn delete(path: &Path) {
    fs::remove_file(path).unwrap();
    for suffix in ["-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(beside(path, suffix));
    }
}

pub(crate) fn a_deleted_file_is_replaced<F: File>(bridge: &F) {
    let mut store = filled(bridge);
    assert!(!is_replaced(&mut *store));
    bridge.close();
    delete(&bridge.path());
    assert!(is_replaced(&mut *store));
    assert!(matches!(
        refused(&bridge.path()),
        StoreError::NotFound { .. }
    ));
}

pub(crate) fn a_recreated_file_is_replaced_and_opens_again<F: File>(bridge: &F) {
    let mut store = filled(bridge);
    let other = F::new();
    filled(&other);
    other.close();
    bridge.close();
    delete(&bridge.path());
    fs::copy(other.path(), bridge.path()).unwrap();
    assert!(is_replaced(&mut *store));
    let mut again = bridge.store();
    assert!(!is_replaced(&mut *again));
    assert_eq!(again.newest(10).unwrap().messages.len(), 2);
}

pub(crate) fn a_renamed_file_is_replaced<F: File>(bridge: &F) {
    let mut store = filled(bridge);
    fs::rename(bridge.path(), beside(&bridge.path(), ".old")).unwrap();
    assert!(is_replaced(&mut *store));
    fs::rename(beside(&bridge.path(), ".old"), bridge.path()).unwrap();
    assert!(!is_replaced(&mut *store));
}

pub(crate) fn a_file_cut_to_nothing_is_replaced<F: File>(bridge: &F) {
    let mut store = filled(bridge);
    bridge.close();
    fs::File::create(bridge.path()).unwrap();
    assert!(is_replaced(&mut *store));
}

pub(crate) fn a_file_cut_in_half_is_an_error<F: File>(bridge: &F) {
    bridge.conversation("conv_1", "worker-1", START);
    for n in 0..200 {
        bridge.message("conv_1", Side::A, &"text ".repeat(200), at(n));
    }
    bridge.close();
    drop(bridge.store());
    let path = bridge.path();
    let length = fs::metadata(&path).unwrap().len();
    fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(length / 2)
        .unwrap();
    let read = SqliteStore::open(&path).and_then(|mut s| s.changes(&Cursor::default(), 1000, &[]));
    let error = read.err().map(|e| e.to_string()).unwrap_or_default();
    assert!(
        error.contains("is damaged") && error.contains("integrity_check"),
        "{error}"
    );
}

pub(crate) fn a_file_of_garbage_is_no_database<F: File>(bridge: &F) {
    bridge.close();
    delete(&bridge.path());
    fs::write(bridge.path(), "this is a text\n".repeat(1000)).unwrap();
    let error = refused(&bridge.path());
    assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
}

/// The database and its log as bytes; read while no connection of this process is open on them.
fn fingerprint(path: &Path) -> u64 {
    let mut hash = DefaultHasher::new();
    fs::read(path).unwrap().hash(&mut hash);
    fs::read(beside(path, "-wal"))
        .unwrap_or_default()
        .hash(&mut hash);
    hash.finish()
}

pub(crate) fn reading_leaves_the_bytes_alone<F: File>(bridge: &F) {
    drop(filled(bridge));
    bridge.close();
    let before = fingerprint(&bridge.path());
    let mut store = bridge.store();
    let cursor = store.newest(10).unwrap().cursor;
    store.changes(&cursor, 10, &[]).unwrap();
    store.version().unwrap();
    drop(store);
    assert_eq!(fingerprint(&bridge.path()), before);
}

pub(crate) fn a_lock_is_an_error_that_passes<F: File>(bridge: &F) {
    let mut store = filled(bridge);
    let other = Connection::open(bridge.path()).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let during = store.changes(&Cursor::default(), 10, &[]);
    match F::SCHEMA {
        Schema::Bridge => assert_eq!(during.unwrap().messages.len(), 2),
        Schema::Scripts => {
            assert!(matches!(during, Err(StoreError::Busy { .. })), "{during:?}");
            assert!(matches!(store.version(), Err(StoreError::Busy { .. })));
        }
    }
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(store.newest(10).unwrap().messages.len(), 2);
    assert!(store.version().is_ok());
}

pub(crate) fn odd_rows_are_rows<F: File>(bridge: &F) {
    drop(filled(bridge));
    bridge.sql(match F::SCHEMA {
        Schema::Bridge => {
            "INSERT INTO messages (conversation_id, from_session, to_session, message, metadata, timestamp, read) VALUES
                ('conv_1', 'B', 'session_a', CAST(x'61ff62' AS TEXT), NULL, 'yesterday', NULL),
                (7, 'watchdog', 'operator', x'00ff', '{\"action_type\": ', '9999-99-99T99:99:99', 'x'),
                ('conv_gone', '', '', 12.5, '[[[[', '', 2);
             INSERT INTO session_status VALUES ('conv_gone', 'session_b', x'ff', 12);
             INSERT INTO audit_log (conversation_id, session_id, action, details, timestamp) VALUES
                (NULL, NULL, x'ff', x'ff', 'never'), ('conv_1', 'b', 'get_messages', '{\"count\"', '2025-11-13T16:00:00');
             INSERT INTO conversations VALUES ('', '', x'ff', 1, 2, 'soon', '');"
        }
        Schema::Scripts => {
            "INSERT INTO messages (conversation_id, sender, content, action_type, created_at, read_by_a) VALUES
                ('conv_1', 'B', CAST(x'61ff62' AS TEXT), NULL, 'yesterday', NULL),
                (7, 'watchdog', x'00ff', 4, '9999-99-99T99:99:99', 'x'),
                (NULL, NULL, NULL, NULL, NULL, NULL);
             INSERT INTO session_status VALUES ('conv_gone', 'session_b', 12, x'ff');
             INSERT INTO audit_log (event_type, conversation_id, metadata, timestamp) VALUES (x'ff', NULL, x'ff', 'never'),
                (NULL, NULL, NULL, NULL);
             INSERT INTO conversations (id, role_b) VALUES (NULL, x'ff');"
        }
    });
    let found = bridge.store().changes(&Cursor::default(), 10, &[]).unwrap();
    let odd = &found.messages[2..];
    assert_eq!(&*odd[0].text, "a\u{fffd}b");
    assert_eq!(
        (odd[0].from, odd[0].to, odd[0].at),
        (Side::B, Side::A, Stamp::Bad)
    );
    assert_eq!(&*odd[1].text, "\0\u{fffd}");
    assert_eq!((odd[1].from, odd[1].at), (Side::Other, Stamp::Bad));
    assert_eq!(odd[1].conversation.raw(), "7");
    assert_eq!(odd.len(), 3);
    assert_eq!(found.conversations.map(|c| c.len()), Some(2));
    let statuses = found.statuses.unwrap();
    assert_eq!(
        (statuses[0].side, statuses[0].heartbeat),
        (Side::B, Stamp::Bad)
    );
    assert_eq!(
        found
            .audits
            .iter()
            .filter(|a| a.side == Side::Other && a.conversation.is_none())
            .count(),
        if F::SCHEMA == Schema::Bridge { 1 } else { 2 }
    );
}

pub(crate) fn a_missing_table_is_a_fault<F: File>(bridge: &F) {
    drop(filled(bridge));
    bridge.sql("DROP TABLE session_status; DROP TABLE audit_log;");
    let mut store = bridge.store();
    let faults: Vec<_> = store
        .source()
        .faults
        .iter()
        .map(|f| f.what.to_string())
        .collect();
    assert_eq!(faults, ["table session_status", "table audit_log"]);
    assert!(store.source().faults.iter().all(|f| !f.remedy.is_empty()));
    let newest = store.newest(10).unwrap();
    assert_eq!(newest.statuses, None);
    assert_eq!(newest.messages.len(), 2);
    let ids: Vec<_> = newest.messages.iter().map(|m| m.id).collect();
    bridge.sql(match F::SCHEMA {
        Schema::Bridge => "UPDATE messages SET read = 1",
        Schema::Scripts => "UPDATE messages SET read_by_a = 1, read_by_b = 1",
    });
    assert_eq!(store.changes(&newest.cursor, 10, &ids).unwrap().read, ids);
}

pub(crate) fn a_reader_holds_no_transaction_between_calls<F: File>(bridge: &F) {
    let mut store = filled(bridge);
    store.newest(10).unwrap();
    let other = Connection::open(bridge.path()).unwrap();
    other.busy_timeout(std::time::Duration::ZERO).unwrap();
    other
        .execute_batch("BEGIN EXCLUSIVE; DELETE FROM session_status; COMMIT")
        .unwrap();
    if F::SCHEMA == Schema::Bridge {
        let busy: i64 = other
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
            .unwrap();
        assert_eq!(busy, 0);
    }
}

pub(crate) fn giant_messages_come_in_several_calls<F: File>(bridge: &F) {
    bridge.conversation("conv_1", "worker-1", START);
    let text = "x".repeat(12 << 20);
    for n in 0..4 {
        bridge.message("conv_1", Side::A, &text, at(n));
    }
    let mut store = bridge.store();
    let first = store.changes(&Cursor::default(), 100, &[]).unwrap();
    assert_eq!((first.messages.len(), first.more), (3, true));
    let rest = store.changes(&first.cursor, 100, &[]).unwrap();
    assert_eq!((rest.messages.len(), rest.more), (1, false));
    let newest = store.newest(100).unwrap();
    assert_eq!(
        newest.messages.iter().map(|m| m.id.0).collect::<Vec<_>>(),
        [2, 3, 4]
    );
}

#[test]
fn nothing_at_the_path_says_how_to_go_on() {
    let error = refused(Path::new("/no/such/bridge.db"));
    assert!(matches!(error, StoreError::NotFound { .. }));
    assert!(error.to_string().contains("swarmwarden demo"));
}

#[test]
fn a_directory_is_no_database() {
    let dir = TempDir::new().unwrap();
    assert!(matches!(
        refused(dir.path()),
        StoreError::NotADatabase { .. }
    ));
}

#[test]
fn an_empty_file_and_a_foreign_database_say_what_they_hold() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("other.db");
    fs::write(&path, "").unwrap();
    assert!(refused(&path).to_string().ends_with("found no table"));
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE notes (id INTEGER, title TEXT)")
        .unwrap();
    let said = refused(&path).to_string();
    assert!(said.contains("notes(id, title)"), "{said}");
}

#[test]
fn a_conversation_made_in_the_place_of_a_removed_one_is_noticed() {
    use crate::fixture::{Bridge, Fixture as _};
    let bridge = Bridge::new();
    bridge.conversation("conv_1", "worker-1", START);
    let mut store = bridge.store();
    let cursor = store.newest(10).unwrap().cursor;
    bridge.remove("conv_1");
    bridge.conversation("conv_2", "worker-2", at(1));
    let changes = store.changes(&cursor, 10, &[]).unwrap();
    assert_eq!(changes.cursor.conversations, cursor.conversations);
    assert_eq!(changes.conversations.unwrap()[0].id.raw(), "conv_2");
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn an_unwritable_directory_is_named_with_the_remedy() {
    use crate::fixture::{Bridge, File as _, Fixture as _};
    use std::os::unix::fs::PermissionsExt as _;
    let bridge = Bridge::new();
    bridge.conversation("conv_1", "worker-1", START);
    let path = bridge.path();
    let dir = path.parent().unwrap().to_owned();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o555)).unwrap();
    if rustix::process::geteuid().is_root() {
        eprintln!(
            "SKIPPED: root writes everywhere; the mapping of the codes has a test of its own"
        );
    } else {
        let error = refused(&path);
        assert!(
            matches!(error, StoreError::NeedsWritableDirectory { .. }),
            "{error}"
        );
    }
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
}
