use super::*;
use crate::{
    domain::{MessageId, Schema},
    store::{SqliteStore, Store as _},
};
use rusqlite::{Connection, types::Value};

const PRESENT: Timestamp = Timestamp(1_763_050_080_123_456);

fn spec(scenario: Scenario) -> Spec {
    Spec {
        scenario,
        ..Spec::default()
    }
}

fn backfilled(spec: Spec) -> (DemoDir, Demo) {
    let dir = DemoDir::new().unwrap();
    let demo = Demo::backfill(&dir.database(), spec, PRESENT).unwrap();
    (dir, demo)
}

/// All rows of a table as they are stored, in order of their key.
fn table(path: &Path, sql: &str) -> Vec<Vec<Value>> {
    let db = Connection::open(path).unwrap();
    let mut statement = db.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|n| row.get(n)).collect());
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

fn dump(path: &Path) -> Vec<Vec<Vec<Value>>> {
    [
        "conversations ORDER BY rowid",
        "messages ORDER BY id",
        "session_status ORDER BY 1, 2",
        "audit_log ORDER BY id",
    ]
    .map(|from| table(path, &format!("SELECT * FROM {from}")))
    .into()
}

#[test]
fn the_same_seed_is_the_same_file() {
    for scenario in [Scenario::Incident, Scenario::Hostile] {
        let (one, _) = backfilled(spec(scenario));
        let (two, _) = backfilled(spec(scenario));
        assert_eq!(dump(&one.database()), dump(&two.database()));
    }
}

#[test]
fn writing_at_once_and_one_by_one_is_the_same() {
    for scenario in [Scenario::Calm, Scenario::Hostile] {
        let plan = || Plan::new(spec(scenario), PRESENT).take(90);
        let (one, two) = (DemoDir::new().unwrap(), DemoDir::new().unwrap());
        let mut rows = Rows::default();
        plan().for_each(|operation| rows.apply(operation));
        Writer::new(one.database()).fill(&rows).unwrap();
        let writer = Writer::new(two.database());
        writer.fill(&Rows::default()).unwrap();
        plan().for_each(|operation| writer.apply(operation).unwrap());
        assert_eq!(dump(&one.database()), dump(&two.database()));
        assert!(rows.messages.len() > 20);
    }
}

/// Columns of a table: name, type, whether NULL is refused, place in the key.
fn columns(path: &Path, name: &str) -> String {
    let sql = format!(
        "SELECT group_concat(name || ' ' || type || ' ' || \"notnull\" || pk, ', ') FROM pragma_table_info('{name}')"
    );
    match table(path, &sql).into_iter().flatten().next() {
        Some(Value::Text(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_tables_are_the_bridge_s() {
    let (dir, _) = backfilled(Spec::default());
    let path = dir.database();
    assert_eq!(
        columns(&path, "conversations"),
        "id TEXT 01, session_a_role TEXT 10, session_b_role TEXT 10, session_a_token TEXT 10, \
         session_b_token TEXT 10, created_at TEXT 10, expires_at TEXT 10"
    );
    assert_eq!(
        columns(&path, "messages"),
        "id INTEGER 01, conversation_id TEXT 10, from_session TEXT 10, to_session TEXT 10, \
         message TEXT 10, metadata TEXT 00, timestamp TEXT 10, read INTEGER 00"
    );
    assert_eq!(
        columns(&path, "session_status"),
        "conversation_id TEXT 11, session_id TEXT 12, status TEXT 10, last_heartbeat TEXT 10"
    );
    assert_eq!(
        columns(&path, "audit_log"),
        "id INTEGER 01, conversation_id TEXT 00, session_id TEXT 00, action TEXT 10, \
         details TEXT 00, timestamp TEXT 10"
    );
    let journal = table(&path, "PRAGMA journal_mode");
    assert_eq!(journal, [[Value::Text("wal".into())]]);
    let numbered = table(&path, "SELECT count(*) FROM sqlite_sequence");
    assert_eq!(numbered, [[Value::Integer(2)]]);
}

#[test]
fn every_scenario_is_read_without_faults() {
    for scenario in Scenario::ALL {
        let (dir, _) = backfilled(spec(scenario));
        let mut store = SqliteStore::open(dir.database()).unwrap();
        assert_eq!(store.source().schema, Schema::Bridge);
        assert_eq!(store.source().faults, []);
        let newest = store.newest(200).unwrap();
        assert_eq!(newest.conversations.map(|c| c.len()), Some(12));
        assert_eq!(newest.statuses.map(|s| s.len()), Some(12));
        assert_eq!(newest.messages.len(), 200);
        assert_eq!(store.page(MessageId(100), 50).unwrap().len(), 50);
    }
}

#[test]
fn a_giant_message_of_the_hostile_swarm_is_read_whole() {
    let (dir, _) = backfilled(spec(Scenario::Hostile));
    let mut store = SqliteStore::open(dir.database()).unwrap();
    let all = store.newest(usize::MAX).unwrap();
    assert!(
        all.messages
            .iter()
            .any(|message| message.text.len() == 1 << 20)
    );
    assert!(
        all.messages
            .iter()
            .any(|message| message.text.contains('\u{fffd}'))
    );
}

#[test]
fn a_time_without_a_fraction_is_written_as_the_bridge_does() {
    let at = |micros| rows::Time::At(Timestamp(micros)).to_string();
    assert_eq!(at(1_763_050_080_000_000), "2025-11-13T16:08:00");
    assert_eq!(at(1_763_050_080_000_001), "2025-11-13T16:08:00.000001");
}

#[test]
fn a_demo_overwrites_nothing() {
    let dir = DemoDir::new().unwrap();
    std::fs::write(dir.database(), "mine").unwrap();
    let refused = Demo::backfill(&dir.database(), Spec::default(), PRESENT).err();
    assert!(matches!(refused, Some(DemoError::Exists { .. })));
    assert_eq!(std::fs::read(dir.database()).unwrap(), b"mine");
}

#[test]
fn a_demo_s_directory_vanishes_with_it() {
    let (dir, demo) = backfilled(Spec::default());
    let path = dir.database();
    assert!(path.exists());
    drop((dir, demo));
    assert!(!path.exists());
}

#[test]
fn scenarios_have_names() {
    for scenario in Scenario::ALL {
        assert_eq!(scenario.name().parse(), Ok(scenario));
    }
    assert_eq!("storm".parse::<Scenario>(), Err(UnknownScenario));
}
