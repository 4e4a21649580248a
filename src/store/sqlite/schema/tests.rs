use super::*;

const BRIDGE_TABLES: &str = "
    CREATE TABLE conversations (id TEXT PRIMARY KEY, session_a_role TEXT, session_b_role TEXT, session_a_token TEXT,
        session_b_token TEXT, created_at TEXT, expires_at TEXT);
    CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT, from_session TEXT, to_session TEXT,
        message TEXT, metadata TEXT, timestamp TEXT, read INTEGER DEFAULT 0);
    CREATE TABLE session_status (conversation_id TEXT, session_id TEXT, status TEXT, last_heartbeat TEXT);
    CREATE TABLE audit_log (id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id TEXT, session_id TEXT, action TEXT,
        details TEXT, timestamp TEXT);";
const SCRIPTS_TABLES: &str = "
    CREATE TABLE conversations (id TEXT PRIMARY KEY, role_a TEXT, role_b TEXT);
    CREATE TABLE messages (id INTEGER PRIMARY KEY, conversation_id TEXT, sender TEXT, content TEXT, action_type TEXT,
        created_at TEXT, read_by_a INTEGER, read_by_b INTEGER);
    CREATE TABLE session_status (conversation_id TEXT PRIMARY KEY, session_id TEXT, status TEXT, last_heartbeat TEXT);
    CREATE TABLE audit_log (event_type TEXT, conversation_id TEXT, metadata TEXT, timestamp TEXT);";

fn resolve(sql: &str) -> Result<Layout, String> {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(sql).unwrap();
    Layout::resolve(&db).unwrap()
}

fn faults(sql: &str) -> Vec<String> {
    let layout = resolve(sql).unwrap_or_else(|found| panic!("{found}"));
    layout.faults.iter().map(|f| f.what.to_string()).collect()
}

/// Every statement of a layout.
fn statements(layout: &Layout) -> Vec<String> {
    let conversations =
        (layout.conversations.iter()).flat_map(|c| [c.all.clone(), c.marks.clone()]);
    let paged = [&layout.messages, &layout.audits];
    let paged = paged.into_iter().flatten().flat_map(|p| {
        let fixed = [p.newest(), p.after(), p.before(), &p.last].map(str::to_owned);
        fixed.into_iter().chain(p.given.clone())
    });
    conversations
        .chain(paged)
        .chain(layout.statuses.clone())
        .chain(layout.read_mark.clone())
        .collect()
}

#[test]
fn both_schemas_are_known_without_faults() {
    for (sql, schema, logs) in [
        (BRIDGE_TABLES, Schema::Bridge, true),
        (SCRIPTS_TABLES, Schema::Scripts, false),
    ] {
        let layout = resolve(sql).unwrap_or_else(|found| panic!("{found}"));
        assert_eq!(layout.schema, schema);
        assert_eq!(layout.faults, []);
        assert_eq!(layout.logs_deliveries, logs);
    }
}

#[test]
fn no_statement_names_a_token() {
    for sql in [BRIDGE_TABLES, SCRIPTS_TABLES] {
        for statement in statements(&resolve(sql).unwrap_or_else(|found| panic!("{found}"))) {
            assert!(!statement.contains("token"), "{statement}");
            assert!(
                !statement.contains('*') || statement.contains("count(*)"),
                "{statement}"
            );
        }
    }
}

#[test]
fn every_statement_prepares_whatever_is_missing() {
    for missing in [
        "ALTER TABLE messages DROP COLUMN read",
        "ALTER TABLE messages DROP COLUMN metadata",
        "ALTER TABLE conversations DROP COLUMN expires_at",
        "DROP TABLE session_status",
        "DROP TABLE audit_log",
        "DROP TABLE conversations",
        "DROP TABLE messages",
        "DROP TABLE messages; CREATE VIEW messages AS SELECT 1 AS id, 'c' AS conversation_id, 'x' AS message",
        "DROP TABLE messages; CREATE VIEW messages AS SELECT 'c' AS conversation_id, 'x' AS message",
        "DROP TABLE conversations; CREATE TABLE conversations (id TEXT PRIMARY KEY) WITHOUT ROWID",
    ] {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(BRIDGE_TABLES).unwrap();
        db.execute_batch(missing).unwrap();
        let layout = Layout::resolve(&db)
            .unwrap()
            .unwrap_or_else(|found| panic!("{missing}: {found}"));
        assert!(!layout.faults.is_empty(), "{missing}");
        for statement in statements(&layout) {
            assert!(db.prepare(&statement).is_ok(), "{missing}: {statement}");
        }
    }
}

#[test]
fn what_is_missing_is_named() {
    let partial = format!(
        "{BRIDGE_TABLES} DROP TABLE session_status; ALTER TABLE messages DROP COLUMN read;"
    );
    assert_eq!(
        faults(&partial),
        ["column messages.read", "table session_status"]
    );
}

#[test]
fn what_is_not_known_is_ignored_and_names_have_no_case() {
    let more = format!(
        "{BRIDGE_TABLES} CREATE TABLE extra (x); ALTER TABLE messages ADD COLUMN more TEXT;"
    );
    assert_eq!(faults(&more), Vec::<String>::new());
    assert_eq!(faults(&BRIDGE_TABLES.to_uppercase()), Vec::<String>::new());
}

#[test]
fn neither_schema_is_refused_with_a_list() {
    assert_eq!(resolve("").err().as_deref(), Some("no table"));
    assert_eq!(
        resolve("CREATE TABLE users (id, name); CREATE TABLE messages (id, message)")
            .err()
            .as_deref(),
        Some("messages(id, message), users(id, name)")
    );
    let many: String = (0..200).fold(String::new(), |sql, n| {
        sql + &format!("CREATE TABLE table_{n} (a, b, c);")
    });
    assert!(
        resolve(&many)
            .err()
            .is_some_and(|found| found.len() < LISTED + 100)
    );
}
