//! The tests that every backend passes.

use crate::fixture::{Fixture, START, at};
use swarmwarden::{
    domain::{AuditKind, Changes, Cursor, MessageId, MessageRow, Schema, Side, Stamp, StatusRow},
    store::{Store, StoreError},
};

/// Everything there is.
fn whole(store: &mut dyn Store) -> Changes {
    store.changes(&Cursor::default(), usize::MAX, &[]).unwrap()
}

fn numbers(messages: &[MessageRow]) -> Vec<i64> {
    messages.iter().map(|m| m.id.0).collect()
}

/// One conversation, and as many messages to its worker.
fn sent<F: Fixture>(bridge: &F, count: i64) -> Vec<MessageId> {
    bridge.conversation("conv_1", "worker-1", START);
    (0..count)
        .map(|n| bridge.send("conv_1", Side::A, &format!("message {n}"), at(n)))
        .collect()
}

pub(crate) fn an_empty_bridge_is_empty<F: Fixture>(bridge: &F) {
    let mut store = bridge.store();
    let newest = store.newest(10).unwrap();
    assert_eq!(newest.conversations, Some(vec![]));
    assert_eq!(newest.statuses, Some(vec![]));
    assert!(newest.messages.is_empty() && newest.audits.is_empty() && !newest.more);
    assert_eq!(newest.cursor, Cursor::default());
    let changes = store.changes(&newest.cursor, 10, &[]).unwrap();
    assert_eq!(changes.conversations, None);
    assert_eq!(store.page(MessageId(10), 10).unwrap(), []);
}

pub(crate) fn the_source_says_its_schema<F: Fixture>(bridge: &F) {
    let store = bridge.store();
    assert_eq!(store.source().schema, F::SCHEMA);
    assert_eq!(store.source().faults, []);
}

pub(crate) fn a_conversation_is_read_whole<F: Fixture>(bridge: &F) {
    bridge.conversation("conv_1", "worker-3-tests", START);
    let found = bridge.store().newest(1).unwrap().conversations.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id.raw(), "conv_1");
    assert_eq!(&*found[0].role_a, "s2-orchestrator");
    assert_eq!(&*found[0].role_b, "worker-3-tests");
    assert_eq!(found[0].created, Stamp::At(START));
    let expires = match F::SCHEMA {
        Schema::Bridge => Stamp::At(at(3 * 3600)),
        Schema::Scripts => Stamp::None,
    };
    assert_eq!(found[0].expires, expires);
}

pub(crate) fn conversations_are_read_again_only_when_one_was_made<F: Fixture>(bridge: &F) {
    sent(bridge, 1);
    let mut store = bridge.store();
    let cursor = store.newest(10).unwrap().cursor;
    bridge.send("conv_1", Side::B, "ready", at(1));
    let cursor = {
        let changes = store.changes(&cursor, 10, &[]).unwrap();
        assert_eq!(changes.conversations, None);
        changes.cursor
    };
    bridge.conversation("conv_2", "worker-2", at(2));
    let found = store
        .changes(&cursor, 10, &[])
        .unwrap()
        .conversations
        .unwrap();
    assert_eq!(
        found.iter().map(|c| c.id.raw()).collect::<Vec<_>>(),
        ["conv_1", "conv_2"]
    );
}

pub(crate) fn a_removed_conversation_is_noticed<F: Fixture>(bridge: &F) {
    sent(bridge, 2);
    bridge.conversation("conv_2", "worker-2", START);
    bridge.send("conv_2", Side::A, "stays", at(3));
    bridge.beat("conv_1", Side::B, "working", at(3));
    let mut store = bridge.store();
    let cursor = store.newest(10).unwrap().cursor;
    bridge.remove("conv_1");
    let changes = store.changes(&cursor, 10, &[]).unwrap();
    let found = changes.conversations.unwrap();
    assert_eq!(
        found.iter().map(|c| c.id.raw()).collect::<Vec<_>>(),
        ["conv_2"]
    );
    assert_eq!(changes.statuses, Some(vec![]));
    assert_eq!(numbers(&store.newest(10).unwrap().messages), [3]);
}

pub(crate) fn a_message_is_read_whole<F: Fixture>(bridge: &F) {
    sent(bridge, 0);
    let id = bridge.send("conv_1", Side::B, "ready", at(7));
    assert_eq!(
        bridge.store().newest(10).unwrap().messages,
        [MessageRow {
            id,
            conversation: "conv_1".into(),
            from: Side::B,
            to: Side::A,
            text: "ready".into(),
            action: Some("info".into()),
            mark: None,
            at: Stamp::At(at(7)),
            read: false,
        }]
    );
}

pub(crate) fn a_message_of_a_megabyte_is_read_whole<F: Fixture>(bridge: &F) {
    sent(bridge, 0);
    let text = "swarm ".repeat(200_000);
    bridge.send("conv_1", Side::B, &text, START);
    assert_eq!(*whole(&mut *bridge.store()).messages[0].text, *text);
}

pub(crate) fn text_survives_as_it_is<F: Fixture>(bridge: &F) {
    let text = "\x1b[31m\0 \u{202e} e\u{301} 漢 👩‍👩‍👧 $(rm) <script> | \r\n\t'\"";
    bridge.conversation("conv_'; --", text, START);
    bridge.send("conv_'; --", Side::B, text, START);
    let found = whole(&mut *bridge.store());
    assert_eq!(&*found.messages[0].text, text);
    assert_eq!(found.messages[0].conversation.raw(), "conv_'; --");
    assert_eq!(&*found.conversations.unwrap()[0].role_b, text);
}

pub(crate) fn the_newest_rows_are_ascending<F: Fixture>(bridge: &F) {
    sent(bridge, 9);
    let newest = bridge.store().newest(3).unwrap();
    assert_eq!(numbers(&newest.messages), [7, 8, 9]);
    let audits: Vec<i64> = newest.audits.iter().map(|a| a.id).collect();
    match F::SCHEMA {
        Schema::Bridge => assert_eq!(audits, [8, 9, 10]),
        Schema::Scripts => assert!(audits.is_empty()),
    }
}

pub(crate) fn the_newest_cursor_lies_at_the_end<F: Fixture>(bridge: &F) {
    sent(bridge, 9);
    let mut store = bridge.store();
    let newest = store.newest(3).unwrap();
    assert_eq!(newest.cursor, newest.end);
    assert!(!newest.more);
    let changes = store.changes(&newest.cursor, 10, &[]).unwrap();
    assert!(changes.messages.is_empty() && changes.audits.is_empty() && !changes.more);
    assert_eq!(changes.cursor, newest.cursor);
    assert_eq!(changes.conversations, None);
}

pub(crate) fn changes_hold_only_what_is_new<F: Fixture>(bridge: &F) {
    sent(bridge, 3);
    let mut store = bridge.store();
    let cursor = store.newest(1).unwrap().cursor;
    bridge.send("conv_1", Side::B, "ready", at(4));
    let changes = store.changes(&cursor, 10, &[]).unwrap();
    assert_eq!(numbers(&changes.messages), [4]);
    assert_eq!(changes.cursor.message, 4);
    if F::SCHEMA == Schema::Bridge {
        let kinds: Vec<_> = changes.audits.iter().map(|a| (a.side, a.kind)).collect();
        assert_eq!(kinds, [(Side::B, AuditKind::Sent)]);
        assert_eq!(changes.audits[0].at, Stamp::At(at(4)));
    }
}

pub(crate) fn small_pages_add_up_to_the_whole<F: Fixture>(bridge: &F) {
    sent(bridge, 10);
    let mut store = bridge.store();
    let all = whole(&mut *store);
    let (mut messages, mut audits) = (Vec::new(), Vec::new());
    let mut cursor = Cursor::default();
    let mut calls = 0;
    loop {
        let page = store.changes(&cursor, 3, &[]).unwrap();
        assert!(page.messages.len() <= 3 && page.audits.len() <= 3);
        assert_eq!(page.end, all.end);
        messages.extend(page.messages);
        audits.extend(page.audits);
        cursor = page.cursor;
        calls += 1;
        if !page.more {
            break;
        }
    }
    assert_eq!(messages, all.messages);
    assert_eq!(audits, all.audits);
    assert_eq!(cursor, all.cursor);
    assert_eq!(calls, 4);
}

pub(crate) fn a_limit_of_nothing_moves_nothing<F: Fixture>(bridge: &F) {
    sent(bridge, 2);
    let changes = bridge.store().changes(&Cursor::default(), 0, &[]).unwrap();
    assert!(changes.messages.is_empty() && changes.audits.is_empty() && changes.more);
    assert_eq!((changes.cursor.message, changes.cursor.audit), (0, 0));
}

pub(crate) fn an_older_page_ends_below_its_bound<F: Fixture>(bridge: &F) {
    sent(bridge, 9);
    let mut store = bridge.store();
    let mut page = |before, limit| numbers(&store.page(MessageId(before), limit).unwrap());
    assert_eq!(page(7, 3), [4, 5, 6]);
    assert_eq!(page(4, 10), [1, 2, 3]);
    assert!(page(1, 10).is_empty());
    assert_eq!(page(i64::MAX, 2), [8, 9]);
    assert!(page(5, 0).is_empty());
}

pub(crate) fn statuses_are_overwritten_and_read_whole<F: Fixture>(bridge: &F) {
    bridge.conversation("conv_1", "worker-1", START);
    bridge.conversation("conv_2", "worker-2", START);
    bridge.beat("conv_1", Side::B, "working", at(1));
    bridge.beat("conv_2", Side::B, "waiting", at(1));
    bridge.beat("conv_1", Side::B, "blocked", at(2));
    let mut found = bridge.store().newest(0).unwrap().statuses.unwrap();
    found.sort_by(|a, b| a.conversation.cmp(&b.conversation));
    let row = |id: &str, status: &str, seconds| StatusRow {
        conversation: id.into(),
        side: Side::B,
        status: status.into(),
        heartbeat: Stamp::At(at(seconds)),
    };
    assert_eq!(
        found,
        [row("conv_1", "blocked", 2), row("conv_2", "waiting", 1)]
    );
}

pub(crate) fn a_beat_is_a_change_without_rows<F: Fixture>(bridge: &F) {
    sent(bridge, 1);
    let mut store = bridge.store();
    let cursor = store.newest(1).unwrap().cursor;
    let before = store.version().unwrap();
    bridge.beat("conv_1", Side::B, "working", at(1));
    assert_ne!(store.version().unwrap(), before);
    let changes = store.changes(&cursor, 10, &[]).unwrap();
    assert_eq!(changes.statuses.map(|s| s.len()), Some(1));
    assert!(changes.messages.is_empty() && changes.audits.is_empty());
    assert_eq!(changes.cursor, cursor);
}

pub(crate) fn a_delivery_is_noticed<F: Fixture>(bridge: &F) {
    let ids = sent(bridge, 3);
    let mut store = bridge.store();
    let cursor = store.newest(10).unwrap().cursor;
    bridge.fetch("conv_1", Side::B, at(5));
    let changes = store.changes(&cursor, 10, &ids).unwrap();
    assert_eq!(changes.read, ids);
    if F::SCHEMA == Schema::Bridge {
        assert_eq!(changes.audits[0].kind, AuditKind::Fetched(3));
    }
    assert!(store.newest(10).unwrap().messages.iter().all(|m| m.read));
}

pub(crate) fn only_what_was_asked_about_is_reported_read<F: Fixture>(bridge: &F) {
    let ids = sent(bridge, 3);
    bridge.conversation("conv_2", "worker-2", START);
    let waiting = bridge.send("conv_2", Side::A, "still waiting", at(3));
    let mut store = bridge.store();
    let cursor = store.newest(10).unwrap().cursor;
    bridge.fetch("conv_1", Side::B, at(5));
    let asked = [ids[1], waiting, MessageId(999)];
    assert_eq!(store.changes(&cursor, 10, &asked).unwrap().read, [ids[1]]);
}

pub(crate) fn a_fetch_by_the_other_side_delivers_nothing<F: Fixture>(bridge: &F) {
    let ids = sent(bridge, 1);
    let mut store = bridge.store();
    let cursor = store.newest(10).unwrap().cursor;
    bridge.fetch("conv_1", Side::A, at(5));
    let changes = store.changes(&cursor, 10, &ids).unwrap();
    assert_eq!(changes.read, []);
    if F::SCHEMA == Schema::Bridge {
        assert_eq!(changes.audits[0].kind, AuditKind::Fetched(0));
        assert_eq!(changes.audits[0].side, Side::A);
    }
}

pub(crate) fn removed_messages_are_not_reported_read<F: Fixture>(bridge: &F) {
    let mut ids = sent(bridge, 2);
    bridge.conversation("conv_2", "worker-2", START);
    ids.push(bridge.send("conv_2", Side::A, "stays", at(3)));
    let mut store = bridge.store();
    let cursor = store.newest(10).unwrap().cursor;
    bridge.remove("conv_1");
    bridge.fetch("conv_2", Side::B, at(4));
    assert_eq!(store.changes(&cursor, 10, &ids).unwrap().read, [ids[2]]);
}

pub(crate) fn the_version_moves_with_commits_only<F: Fixture>(bridge: &F) {
    bridge.conversation("conv_1", "worker-1", START);
    let mut store = bridge.store();
    let first = store.version().unwrap();
    let cursor = store.newest(10).unwrap().cursor;
    store.changes(&cursor, 10, &[]).unwrap();
    store.page(MessageId(1), 10).unwrap();
    assert_eq!(store.version().unwrap(), first);
    let mut seen = vec![first];
    for n in 0..3 {
        bridge.send("conv_1", Side::A, "more", at(n));
        seen.push(store.version().unwrap());
        store.changes(&cursor, 10, &[]).unwrap();
    }
    seen.dedup();
    assert_eq!(seen.len(), 4);
}

pub(crate) fn a_restored_backup_is_noticed<F: Fixture>(bridge: &F) {
    sent(bridge, 5);
    let mut store = bridge.store();
    let cursor = store.newest(10).unwrap().cursor;
    bridge.restore(3, 3);
    let refused = store.changes(&cursor, 10, &[]);
    assert!(
        matches!(refused, Err(StoreError::Rewound { .. })),
        "{refused:?}"
    );
    let again = store.newest(10).unwrap();
    assert_eq!(numbers(&again.messages), [1, 2, 3]);
    assert_eq!(again.cursor.message, 3);
}

pub(crate) fn an_emptied_history_is_no_restored_backup<F: Fixture>(bridge: &F) {
    sent(bridge, 5);
    let mut store = bridge.store();
    let cursor = store.newest(10).unwrap().cursor;
    bridge.remove("conv_1");
    let changes = store.changes(&cursor, 10, &[]).unwrap();
    assert_eq!(changes.conversations, Some(vec![]));
    assert_eq!(changes.cursor.message, cursor.message);
    assert!(changes.end.message >= cursor.message && changes.end.audit >= cursor.audit);
    assert!(!changes.more);
    bridge.conversation("conv_2", "worker-2", at(9));
    bridge.send("conv_2", Side::A, "next", at(9));
    assert_eq!(
        numbers(&store.changes(&changes.cursor, 10, &[]).unwrap().messages),
        [6]
    );
}

pub(crate) fn a_half_sent_message_is_whole_after_the_second_commit<F: Fixture>(bridge: &F) {
    sent(bridge, 0);
    let mut store = bridge.store();
    let cursor = store.newest(10).unwrap().cursor;
    bridge.message("conv_1", Side::B, "half", at(1));
    let first = store.changes(&cursor, 10, &[]).unwrap();
    assert_eq!((first.messages.len(), first.audits.len()), (1, 0));
    bridge.audit_sent("conv_1", Side::B, at(1));
    let second = store.changes(&first.cursor, 10, &[]).unwrap();
    let audits = usize::from(F::SCHEMA == Schema::Bridge);
    assert_eq!((second.messages.len(), second.audits.len()), (0, audits));
}

pub(crate) fn two_readers_do_not_disturb_each_other<F: Fixture>(bridge: &F) {
    sent(bridge, 4);
    let (mut one, mut two) = (bridge.store(), bridge.store());
    let first = one.changes(&Cursor::default(), 2, &[]).unwrap();
    let all = two.changes(&Cursor::default(), 10, &[]).unwrap();
    assert_eq!(numbers(&first.messages), [1, 2]);
    assert_eq!(numbers(&all.messages), [1, 2, 3, 4]);
    let rest = one.changes(&first.cursor, 10, &[]).unwrap();
    assert_eq!(numbers(&rest.messages), [3, 4]);
}

pub(crate) fn a_hundred_workers_are_told_apart<F: Fixture>(bridge: &F) {
    for n in 0..100 {
        bridge.conversation(
            &format!("conv_{n:016x}"),
            &format!("worker-{n}-team-{}", n / 10),
            START,
        );
        bridge.message(
            &format!("conv_{n:016x}"),
            Side::A,
            &format!("t-{n:04}"),
            at(n),
        );
    }
    let found = whole(&mut *bridge.store());
    for (n, message) in found.messages.iter().enumerate() {
        assert_eq!(message.conversation.raw(), format!("conv_{n:016x}"));
        assert_eq!(*message.text, *format!("t-{n:04}"));
    }
    assert_eq!(found.conversations.map(|c| c.len()), Some(100));
}
