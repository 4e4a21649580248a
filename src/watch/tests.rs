use super::*;
use notify::event::{AccessKind, CreateKind, DataChange, MetadataKind};
use rusqlite::{Connection, OpenFlags};
use std::{
    convert::Infallible, fs, os::unix::fs::MetadataExt as _, path::PathBuf, sync::mpsc, thread,
};
use tempfile::TempDir;

/// Far longer than anything here takes; a wait that reaches it has failed.
const DEADLINE: Duration = Duration::from_secs(20);

struct Database {
    dir: TempDir,
}

impl Database {
    fn new(journal: &str) -> Self {
        let database = Self {
            dir: TempDir::new().unwrap(),
        };
        database
            .writer(journal)
            .execute_batch("CREATE TABLE t (x)")
            .unwrap();
        database
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("bridge.db")
    }

    fn writer(&self, journal: &str) -> Connection {
        let db = Connection::open(self.path()).unwrap();
        db.pragma_update(None, "journal_mode", journal).unwrap();
        db
    }

    fn reader(&self) -> Connection {
        Connection::open_with_flags(self.path(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }
}

fn version(db: &Connection) -> u64 {
    let n: i64 = db
        .query_row("PRAGMA data_version", [], |row| row.get(0))
        .unwrap();
    n.cast_unsigned()
}

fn insert(db: &Connection) {
    db.execute("INSERT INTO t VALUES (1)", []).unwrap();
}

/// Waits while `act` runs on another thread, which starts when the wait has looked for the first time.
fn wait_for(watch: &mut Watch, reader: &Connection, act: impl FnOnce() + Send + 'static) -> Woke {
    let last = version(reader);
    let (looked, first) = mpsc::sync_channel(1);
    let actor = thread::spawn(move || {
        first.recv().unwrap();
        act();
    });
    let mut probe = || {
        let _ = looked.try_send(());
        Ok::<_, Infallible>(version(reader))
    };
    let Ok(woke) = watch.wait(&mut probe, last, DEADLINE);
    actor.join().unwrap();
    woke
}

fn is_change(woke: Woke) -> bool {
    matches!(woke, Woke::Changed(_))
}

/// Lets the events of opening run out, so that only later ones are counted.
fn settle(watch: &mut Watch, reader: &Connection) {
    let last = version(reader);
    let mut probe = || Ok::<_, Infallible>(version(reader));
    let Ok(_) = watch.wait(&mut probe, last, Duration::from_millis(200));
}

#[test]
fn a_commit_of_a_short_connection_is_seen() {
    let database = Database::new("WAL");
    let (mut watch, reader) = (Watch::new(&database.path()), database.reader());
    for _ in 0..5 {
        let path = database.path();
        let woke = wait_for(&mut watch, &reader, move || {
            insert(&Connection::open(path).unwrap());
        });
        assert!(is_change(woke), "{woke:?}");
    }
}

#[test]
fn a_commit_of_a_kept_connection_is_seen() {
    let database = Database::new("WAL");
    let (mut watch, reader) = (Watch::new(&database.path()), database.reader());
    let (sender, queue) = mpsc::sync_channel::<()>(1);
    let writer = database.writer("WAL");
    let thread = thread::spawn(move || queue.iter().for_each(|()| insert(&writer)));
    for _ in 0..5 {
        let sender = sender.clone();
        let woke = wait_for(&mut watch, &reader, move || sender.send(()).unwrap());
        assert!(is_change(woke), "{woke:?}");
    }
    drop(sender);
    thread.join().unwrap();
}

#[test]
fn a_commit_with_a_rollback_journal_is_seen() {
    let database = Database::new("DELETE");
    let (mut watch, reader) = (Watch::new(&database.path()), database.reader());
    for _ in 0..5 {
        let writer = database.writer("DELETE");
        let woke = wait_for(&mut watch, &reader, move || insert(&writer));
        assert!(is_change(woke), "{woke:?}");
    }
}

#[test]
fn a_commit_sends_hints() {
    let database = Database::new("WAL");
    let mut watch = Watch::new(&database.path());
    assert_eq!(*watch.mode(), Mode::Notified);
    let writer = database.writer("WAL");
    insert(&writer);
    let signals = Arc::clone(&watch.signals);
    let mut hinted = || Ok::<_, Infallible>(u64::from(signals.hints.load(Ordering::Relaxed) > 0));
    let Ok(woke) = watch.wait(&mut hinted, 0, DEADLINE);
    assert_eq!(woke, Woke::Changed(1));
    assert!(watch.hints() > 0);
}

#[test]
fn polling_alone_sees_a_commit_and_says_why_it_polls() {
    let database = Database::new("WAL");
    let mut watch = Watch::new(Path::new("/no/such/directory/bridge.db"));
    let said = watch.mode().to_string();
    assert!(
        said.starts_with("polling every 100 ms: no file system events: "),
        "{said}"
    );
    let (reader, writer) = (database.reader(), database.writer("WAL"));
    assert!(is_change(wait_for(&mut watch, &reader, move || insert(
        &writer
    ))));
    assert_eq!(watch.hints(), 0);
}

#[test]
fn a_deleted_and_recreated_file_is_seen() {
    let database = Database::new("WAL");
    let path = database.path();
    let mut watch = Watch::new(&path);
    let inode = |path: &Path| fs::metadata(path).map_or(0, |file| file.ino());
    let kept = fs::File::open(&path).unwrap();
    let mut last = inode(&path);
    for act in [
        |path: &Path| fs::remove_file(path).unwrap(),
        |path: &Path| fs::write(path, "new").unwrap(),
    ] {
        let actor = thread::spawn({
            let path = path.clone();
            move || act(&path)
        });
        let mut probe = || Ok::<_, Infallible>(inode(&path));
        let Ok(woke) = watch.wait(&mut probe, last, DEADLINE);
        actor.join().unwrap();
        let Woke::Changed(now) = woke else {
            panic!("{woke:?}")
        };
        last = now;
    }
    assert_ne!(last, 0);
    drop(kept);
}

#[test]
fn reading_does_not_wake_the_reader() {
    let database = Database::new("WAL");
    let reader = database.reader();
    let mut watch = Watch::new(&database.path());
    settle(&mut watch, &reader);
    let (last, before) = (version(&reader), watch.hints());
    let mut looks = 0;
    let mut probe = || {
        looks += 1;
        let rows: i64 = reader
            .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
            .unwrap();
        drop(
            database
                .reader()
                .query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0)),
        );
        assert_eq!(rows, 0);
        Ok::<_, Infallible>(version(&reader))
    };
    let Ok(woke) = watch.wait(&mut probe, last, Duration::from_millis(500));
    assert_eq!(woke, Woke::Timeout);
    assert!(looks <= 6, "{looks} looks in five pauses");
    assert_eq!(watch.hints(), before);
}

#[test]
fn a_second_watch_beside_it_works_and_neither_wakes_the_other() {
    let database = Database::new("WAL");
    let (reader, other) = (database.reader(), database.reader());
    let (mut one, mut two) = (Watch::new(&database.path()), Watch::new(&database.path()));
    let last = version(&other);
    let beside = thread::spawn(move || {
        let mut probe = || Ok::<_, Infallible>(version(&other));
        let Ok(woke) = two.wait(&mut probe, last, DEADLINE);
        is_change(woke)
    });
    let writer = database.writer("WAL");
    let woke = wait_for(&mut one, &reader, move || insert(&writer));
    assert!(is_change(woke), "{woke:?}");
    assert!(beside.join().unwrap());
}

#[test]
fn a_poke_ends_a_wait_and_is_kept_for_the_next_one() {
    let mut watch = Watch::new(Path::new("/no/such/directory/bridge.db"));
    let poker = watch.poker();
    let (looked, first) = mpsc::sync_channel(1);
    let other = thread::spawn({
        let poker = poker.clone();
        move || {
            first.recv().unwrap();
            poker.poke();
        }
    });
    let mut probe = || {
        let _ = looked.try_send(());
        Ok::<_, Infallible>(1)
    };
    assert_eq!(watch.wait(&mut probe, 1, DEADLINE), Ok(Woke::Poked));
    other.join().unwrap();
    poker.poke();
    poker.poke();
    assert_eq!(watch.wait(&mut probe, 1, DEADLINE), Ok(Woke::Poked));
    assert_eq!(watch.wait(&mut probe, 1, Duration::ZERO), Ok(Woke::Timeout));
}

#[test]
fn an_error_of_the_probe_ends_the_wait() {
    let mut watch = Watch::new(Path::new("/no/such/directory/bridge.db"));
    let mut calls = 0;
    let mut probe = || {
        calls += 1;
        if calls < 3 { Ok(1) } else { Err("gone") }
    };
    assert_eq!(watch.wait(&mut probe, 1, DEADLINE), Err("gone"));
}

#[test]
fn a_change_is_followed_by_close_looks() {
    let mut watch = Watch::new(Path::new("/no/such/directory/bridge.db"));
    let mut probe = || Ok::<_, Infallible>(2);
    assert_eq!(watch.wait(&mut probe, 1, DEADLINE), Ok(Woke::Changed(2)));
    let mut looks = 0;
    let mut probe = || {
        looks += 1;
        Ok::<_, Infallible>(2)
    };
    // The pauses after a change add up to 100 ms: a look after each, one before them, and none more.
    let timeout = PAUSES
        .iter()
        .map(|(micros, times)| *micros * *times as u64)
        .sum();
    let timeout = Duration::from_micros(timeout);
    assert_eq!(timeout, Duration::from_millis(100));
    assert_eq!(watch.wait(&mut probe, 2, timeout), Ok(Woke::Timeout));
    assert_eq!(
        looks,
        1 + PAUSES.iter().map(|(_, times)| times).sum::<usize>()
    );
}

#[test]
fn only_writes_under_the_three_names_are_hints() {
    let names = Place::of(Path::new("/d/bridge.db")).names();
    let hint = |kind, path: &str| is_hint(&Event::new(kind).add_path(path.into()), &names);
    let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
    assert!(hint(written, "/d/bridge.db"));
    assert!(hint(written, "/d/bridge.db-wal"));
    assert!(hint(written, "/d/bridge.db-journal"));
    assert!(hint(
        EventKind::Create(CreateKind::File),
        "/d/bridge.db-wal"
    ));
    assert!(!hint(written, "/d/bridge.db-shm"));
    assert!(!hint(written, "/d/other.db"));
    assert!(!hint(EventKind::Access(AccessKind::Any), "/d/bridge.db"));
    assert!(!hint(
        EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)),
        "/d/bridge.db"
    ));
    let lost = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
    assert!(is_hint(&lost, &names));
}
