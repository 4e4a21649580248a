use super::*;
use crate::domain::Timestamp;
use rusqlite::Connection;

/// Reads one row of literals with `read`.
fn decode<T>(values: &str, read: impl Fn(&mut Decoder, &Row<'_>) -> rusqlite::Result<T>) -> T {
    let mut decoder = Decoder::new(Schema::Bridge);
    Connection::open_in_memory()
        .unwrap()
        .query_row(&format!("SELECT {values}"), [], |row| {
            read(&mut decoder, row)
        })
        .unwrap()
}

fn message(values: &str) -> MessageRow {
    decode(values, Decoder::message)
}

fn audit(action: &str, details: &str) -> AuditKind {
    let values = format!("1, 'conv_1', 'b', {action}, {details}, '2025-11-13T16:00:00'");
    let rows = decode(&values, |decoder, row| {
        let mut into = Audits::default();
        decoder.audit(row, &mut into)?;
        Ok(into.rows)
    });
    rows[0].kind
}

#[test]
fn a_row_of_the_bridge_is_read_as_written() {
    let row = message(
        r#"7, 'conv_1', 'b', 'a', 'hello', '{"action_type": "question", "files_involved": []}', NULL,
           '2025-11-13T16:00:00.000001', 1, 1"#,
    );
    assert_eq!(row.id, MessageId(7));
    assert_eq!((row.from, row.to), (Side::B, Side::A));
    assert_eq!(&*row.text, "hello");
    assert_eq!(row.action.as_deref(), Some("question"));
    assert_eq!(
        row.at,
        Stamp::At(Timestamp::parse("2025-11-13T16:00:00.000001").unwrap())
    );
    assert!(row.read);
    assert_eq!(row.mark, None);
}

#[test]
fn a_row_of_nulls_is_still_a_row() {
    let row = message("7, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL");
    assert_eq!(row.conversation.raw(), "");
    assert_eq!((row.from, row.to), (Side::Other, Side::Other));
    assert_eq!(&*row.text, "");
    assert_eq!((row.action, row.at, row.read), (None, Stamp::None, false));
}

#[test]
fn a_column_of_the_wrong_type_is_read_as_text() {
    let row = message("7, 12, 'a', 'b', 3.5, x'7b7d', 4, 1763049600, 'true', 'no'");
    assert_eq!(row.conversation.raw(), "12");
    assert_eq!(&*row.text, "3.5");
    assert_eq!(row.action.as_deref(), Some("4"));
    assert_eq!(row.at, Stamp::Bad);
    assert!(row.read);
}

#[test]
fn bytes_that_are_no_utf_8_become_replacement_characters() {
    let row = message("7, 'c', 'a', 'b', CAST(x'61ff62' AS TEXT), NULL, NULL, x'ff', 0, 0");
    assert_eq!(&*row.text, "a\u{fffd}b");
    assert_eq!(row.at, Stamp::Bad);
}

#[test]
fn a_missing_receiver_is_the_other_side() {
    assert_eq!(
        message("7, 'c', 'session_a', NULL, '', NULL, 'info', NULL, 1, 0").to,
        Side::B
    );
}

#[test]
fn the_read_mark_is_the_receiver_s() {
    for (schema, from, read) in [
        (Schema::Bridge, 'a', true),
        (Schema::Bridge, 'b', true),
        (Schema::Scripts, 'a', true),
        (Schema::Scripts, 'b', false),
    ] {
        let found = decode(&format!("NULL, '{from}', 1, 0"), |_, row| {
            read_mark(row, schema)
        });
        assert_eq!(found, read, "{schema:?} {from}");
    }
}

#[test]
fn metadata_gives_the_action_and_who_wrote_it() {
    for (json, action, ours) in [
        (r#"{"action_type": "info"}"#, Some("info"), false),
        (
            r#"{"action_type": "info", "swarm": {"by": "ana"}}"#,
            Some("info"),
            true,
        ),
        (r#"{"swarm": {"by": null}}"#, None, false),
        (r#"{"swarm": "by"}"#, None, false),
        (r#"{"action_type": 7, "swarm": {"by": 1}}"#, None, true),
        (r#"{"action_type": "info""#, None, false),
        ("[1]", None, false),
        ("null", None, false),
        ("", None, false),
    ] {
        let Metadata {
            action: found,
            mark,
        } = Metadata::parse(json);
        assert_eq!((found.as_deref(), mark.is_some()), (action, ours), "{json}");
    }
}

#[test]
fn metadata_nested_beyond_measure_is_nothing() {
    assert_eq!(Metadata::parse(&"[".repeat(100_000)).action, None);
}

#[test]
fn the_scripts_schema_marks_our_rows_in_the_text() {
    let mut decoder = Decoder::new(Schema::Scripts);
    let ours =
        |decoder: &mut Decoder, body: &str| decoder.metadata(ValueRef::Null, body).mark.is_some();
    assert!(ours(
        &mut decoder,
        r#"{"task_id": "t", "swarm": {"by": "ana"}}"#
    ));
    assert!(!ours(&mut decoder, r#"{"task_id": "t"}"#));
    assert!(!ours(&mut decoder, r#"he said "swarm""#));
}

#[test]
fn what_an_audit_row_says() {
    assert_eq!(audit("'send_message'", "NULL"), AuditKind::Sent);
    assert_eq!(audit("'command_blocked'", "'{'"), AuditKind::Command);
    assert_eq!(audit("'yolo_mode_change'", "'{}'"), AuditKind::Other);
    assert_eq!(audit("NULL", "NULL"), AuditKind::Other);
    for (details, count) in [
        (r#"'{"count": 3}'"#, 3),
        (r#"'{"count": "3"}'"#, 3),
        (r#"'{"count": -3}'"#, 0),
        (r#"'{"count": 1e400}'"#, 0),
        (r#"'{"count"'"#, 0),
        ("NULL", 0),
        ("x'ff'", 0),
    ] {
        assert_eq!(
            audit("'get_messages'", details),
            AuditKind::Fetched(count),
            "{details}"
        );
    }
}

#[test]
fn an_id_is_shared_between_rows() {
    let mut decoder = Decoder::new(Schema::Bridge);
    let (one, two) = (decoder.id(b"conv_1"), decoder.id(b"conv_1"));
    assert!(std::ptr::eq(one.raw(), two.raw()));
    let long = "x".repeat(300);
    assert!(std::ptr::eq(
        decoder.id(long.as_bytes()).raw(),
        decoder.id(long.as_bytes()).raw()
    ));
}

#[test]
fn the_table_of_ids_is_bounded() {
    let mut decoder = Decoder::new(Schema::Bridge);
    for n in 0..=INTERNED {
        decoder.id(n.to_string().as_bytes());
    }
    assert_eq!(decoder.ids.len(), 1);
}

#[test]
fn ids_with_the_same_ending_are_told_apart() {
    let mut decoder = Decoder::new(Schema::Bridge);
    let (one, two) = (decoder.id(b"conv_1_same"), decoder.id(b"conv_2_same"));
    assert_eq!((one.raw(), two.raw()), ("conv_1_same", "conv_2_same"));
    assert!(std::ptr::eq(one.raw(), decoder.id(b"conv_1_same").raw()));
    assert_eq!(decoder.id(b"").raw(), "");
}
