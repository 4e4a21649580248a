//! The tests of making and ending conversations, for every backend that can.

use crate::{
    acting::{KEY, assign, commit, decide, holds, picture},
    fixture::{File as _, Fixture, START, Scripts, Wal, at},
    writer::Acting,
};
use rusqlite::Connection;
use std::sync::Arc;
use swarmwarden::{
    domain::{
        ConversationRow, Cursor, Side, Stamp, Timestamp,
        audit::Entry,
        credential::{NewConversation, Secret},
    },
    store::{Commit, END, Ended, OPEN, Opened, Said, Store, StoreError, Word, entry},
};

/// A conversation whose random bytes are all `n`.
pub(crate) fn new(n: u8, role: &str) -> NewConversation {
    NewConversation::from_random("s2-orchestrator", role, &[n; 72].into())
}

pub(crate) fn deed(action: &'static str, new: &NewConversation) -> Entry {
    let (actor, op): (Arc<str>, Arc<str>) = ("ana".into(), format!("op-{}", new.id.raw()).into());
    entry(action, &new.id, (&actor, &op), "deploy")
}

fn open(store: &mut dyn Store, new: &NewConversation, now: Timestamp) -> Opened {
    store
        .open_conversation(new, &deed(OPEN, new), &KEY, now)
        .unwrap()
}

fn conversations(store: &mut dyn Store) -> Vec<ConversationRow> {
    store.newest(1).unwrap().conversations.unwrap()
}

fn say(store: &mut dyn Store, new: &NewConversation, token: &Secret, now: Timestamp) -> Said {
    let word = Word {
        conversation: &new.id,
        token,
        text: "worker-3 joined and ready",
    };
    store.say(&word, now).unwrap()
}

pub(crate) fn a_conversation_is_made_as_the_bridge_makes_one<F: Acting>(bridge: &F) {
    let mut store = bridge.writer();
    let first = new(1, "worker-3-tests");
    let made = open(&mut *store, &first, START);
    assert!(matches!(made, Opened::Made { expires, .. } if expires == at(3 * 3600)));
    let found = conversations(&mut *bridge.store());
    assert_eq!(found[0].id.raw(), "conv_0101010101010101");
    assert_eq!(
        (&*found[0].role_a, &*found[0].role_b),
        ("s2-orchestrator", "worker-3-tests")
    );
    assert_eq!(
        (found[0].created, found[0].expires),
        (Stamp::At(START), Stamp::At(at(3 * 3600)))
    );
    assert!(holds(&mut *bridge.store()));
    let words = bridge
        .store()
        .records(0, 9)
        .unwrap()
        .iter()
        .map(|r| r.details.to_string())
        .collect::<String>();
    assert!(
        words.contains("deploy")
            && !words.contains(first.token_b.reveal())
            && !words.contains(first.token_a.reveal())
    );
}

pub(crate) fn the_same_conversation_is_made_once<F: Acting>(bridge: &F) {
    let mut store = bridge.writer();
    let first = new(1, "worker-3");
    open(&mut *store, &first, START);
    let again = open(&mut *store, &first, at(9));
    assert_eq!(
        again,
        Opened::Already {
            id: first.id.clone(),
            expires: Some(at(3 * 3600))
        }
    );
    assert_eq!(conversations(&mut *store).len(), 1);
    assert_eq!(store.records(0, 9).unwrap().len(), 1);
}

pub(crate) fn only_one_between_the_same_roles_when_asked_so<F: Acting>(bridge: &F) {
    let mut store = bridge.writer();
    let mut second = new(2, "worker-3");
    open(&mut *store, &new(1, "worker-3"), START);
    second.unless_open = true;
    let there = open(&mut *store, &second, at(60));
    assert_eq!(
        there,
        Opened::Already {
            id: new(1, "").id,
            expires: Some(at(3 * 3600))
        }
    );
    assert!(matches!(
        open(&mut *store, &new(3, "worker-4"), at(60)),
        Opened::Made { .. }
    ));
    // An expired one is in nobody's way; a rotation asks for another one while the first lives.
    second.unless_open = false;
    assert!(matches!(
        open(&mut *store, &second, at(60)),
        Opened::Made { .. }
    ));
    let mut later = new(4, "worker-4");
    later.unless_open = true;
    assert!(matches!(
        open(&mut *store, &later, at(4 * 3600)),
        Opened::Made { .. }
    ));
    assert_eq!(conversations(&mut *store).len(), 4);
}

pub(crate) fn an_ended_conversation_is_noticed_and_ended_once<F: Acting>(bridge: &F) {
    let mut store = bridge.writer();
    let first = new(1, "worker-3");
    open(&mut *store, &first, START);
    let mut reader = bridge.store();
    let cursor = reader.newest(9).unwrap().cursor;
    let end = |store: &mut dyn Store, now| {
        store
            .end_conversation(&first.id, &deed(END, &first), &KEY, now)
            .unwrap()
    };
    assert!(matches!(end(&mut *store, at(60)), Ended::Now(_)));
    let changes = reader.changes(&cursor, 9, &[]).unwrap();
    assert_eq!(changes.conversations.unwrap()[0].expires, Stamp::At(at(60)));
    assert_eq!(end(&mut *store, at(61)), Ended::Before);
    let none = new(9, "x");
    assert_eq!(
        store
            .end_conversation(&none.id, &deed(END, &none), &KEY, at(62))
            .unwrap(),
        Ended::Before
    );
    assert_eq!(store.records(0, 9).unwrap().len(), 2);
    assert!(holds(&mut *store));
}

pub(crate) fn a_worker_says_something_once_and_only_with_its_token<F: Acting>(bridge: &F) {
    let mut store = bridge.writer();
    let first = new(1, "worker-3");
    open(&mut *store, &first, START);
    let other = Secret::hex(&[8; 32]);
    assert_eq!(say(&mut *store, &first, &other, at(1)), Said::WrongToken);
    assert_eq!(say(&mut *store, &new(7, "x"), &other, at(1)), Said::Unknown);
    let token = &first.token_b;
    let Said::Written(row) = say(&mut *store, &first, token, at(2)) else {
        panic!("not said")
    };
    assert_eq!(say(&mut *store, &first, token, at(3)), Said::Already(row));
    assert_eq!(say(&mut *store, &first, token, at(3 * 3600)), Said::Expired);
    let found = bridge.store().newest(9).unwrap();
    assert_eq!(found.messages.len(), 1);
    let said = &found.messages[0];
    assert_eq!(
        (said.from, said.to, said.action.as_deref(), said.read),
        (Side::B, Side::A, Some("info"), false)
    );
    assert!(said.mark.is_none());
    // It counts as the worker's own sign of life.
    assert_eq!(
        picture(&mut *store).workers[0].activity.map(|(at, _)| at),
        Some(at(2))
    );
}

pub(crate) fn chains_of_conversations_and_actions_are_one<F: Acting>(bridge: &F) {
    let mut store = bridge.writer();
    let (first, second) = (new(1, "worker-3"), new(2, "worker-4"));
    open(&mut *store, &first, START);
    let write = decide(&mut *store, ("op-1", "ana"), assign("t", first.id.raw()));
    assert!(matches!(commit(&mut *store, &write), Commit::Written { link, .. } if link.seq == 2));
    let other = bridge
        .writer()
        .open_conversation(&second, &deed(OPEN, &second), &KEY, at(70))
        .unwrap();
    assert!(matches!(other, Opened::Made { link, .. } if link.seq == 3));
    assert!(holds(&mut *store));
}

/// What the bridge's own program finds in the table.
#[test]
fn the_row_is_the_bridges_own() {
    let bridge = Wal::<false>::new();
    let first = new(0xab, "worker-\"3\"");
    open(&mut *bridge.writer(), &first, START);
    let db = Connection::open(bridge.path()).unwrap();
    let row: [String; 4] = db
        .query_row(
            "SELECT session_a_token, session_b_token, created_at, expires_at FROM conversations",
            [],
            |r| Ok([r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?]),
        )
        .unwrap();
    assert_eq!(
        row,
        [
            "ab".repeat(32),
            "ab".repeat(32),
            "2025-11-13T16:00:00".to_owned(),
            "2025-11-13T19:00:00".to_owned()
        ]
    );
    let (session, details): (Option<String>, String) = db
        .query_row(
            "SELECT session_id, details FROM audit_log WHERE action = 'create_conversation'",
            [],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .unwrap();
    assert_eq!(
        (session, details.as_str()),
        (None, r#"{"roles": ["s2-orchestrator", "worker-\"3\""]}"#)
    );
}

#[test]
fn what_cannot_hold_a_conversation_says_so_and_stays_as_it_is() {
    let scripts = <Scripts as Fixture>::new();
    let first = new(1, "worker-3");
    let refused = |store: &mut dyn Store| match store.open_conversation(
        &first,
        &deed(OPEN, &first),
        &KEY,
        START,
    ) {
        Err(StoreError::NotWritable { why, .. }) => why,
        other => panic!("{other:?}"),
    };
    assert!(refused(&mut *scripts.writer()).contains("expiry"));
    assert!(conversations(&mut *scripts.store()).is_empty());
    let bridge = Wal::<true>::new();
    assert!(refused(&mut *bridge.store()).contains("for reading"));
    bridge.sql("ALTER TABLE conversations DROP COLUMN session_b_token");
    assert!(refused(&mut *bridge.writer()).contains("session_b_token"));
    let all = bridge.store().changes(&Cursor::default(), 9, &[]).unwrap();
    assert!(all.audits.is_empty());
}

/// All of it or nothing, wherever the process dies.
#[test]
fn a_log_that_takes_no_row_leaves_no_conversation() {
    let bridge = Wal::<true>::new();
    bridge.sql("CREATE TRIGGER no BEFORE INSERT ON audit_log WHEN NEW.action LIKE 'swarm%' BEGIN SELECT RAISE(ABORT, 'no'); END");
    let first = new(1, "worker-3");
    let error = bridge
        .writer()
        .open_conversation(&first, &deed(OPEN, &first), &KEY, START)
        .unwrap_err();
    assert!(error.to_string().contains("write of"), "{error}");
    assert!(conversations(&mut *bridge.store()).is_empty());
}
