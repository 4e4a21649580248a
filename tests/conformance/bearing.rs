//! The tests of what the holder of a token may do, for every backend.

use crate::{
    fixture::{File as _, Fixture, Memory, START, Scripts, Wal, at},
    writer::{Acting, MemoryScripts},
};
use rusqlite::Connection;
use swarmwarden::{
    domain::{
        ConversationId, MessageId, Schema, Side, Stamp, StatusRow, Timestamp, credential::Secret,
    },
    store::{Bearer, Beaten, Denied, Proved, SqliteStore, Store, StoreError, Taken},
};

const TOKEN: &str = "b0b0b0b0b0b0b0b0";

/// A bridge whose tokens are known.
pub(crate) trait Tokens: Acting {
    /// Sets the worker's token of a conversation.
    fn token(&self, id: &str);
    /// A store for signs of life.
    fn beater(&self) -> Box<dyn Store> {
        self.writer()
    }
}

impl Tokens for Memory {
    fn token(&self, id: &str) {
        self.0.know(&id.into(), Secret::new(TOKEN.to_owned()));
    }
}

impl Tokens for MemoryScripts {
    fn token(&self, id: &str) {
        self.know(id, Secret::new(TOKEN.to_owned()));
    }
}

impl<const KEEP: bool, const LOG: bool> Tokens for Wal<KEEP, LOG> {
    fn token(&self, id: &str) {
        self.sql(&format!(
            "UPDATE conversations SET session_b_token = '{TOKEN}' WHERE id = '{id}'"
        ));
    }

    fn beater(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open_for_beats(self.path()).unwrap())
    }
}

impl Tokens for Scripts {
    fn token(&self, id: &str) {
        self.sql(&format!(
            "UPDATE conversations SET token_b = '{TOKEN}' WHERE id = '{id}'"
        ));
    }

    fn beater(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open_for_beats(self.path()).unwrap())
    }
}

fn as_bearer<T>(id: &str, token: &str, act: impl FnOnce(&Bearer<'_>) -> T) -> T {
    let (conversation, token) = (ConversationId::from(id), Secret::new(token.to_owned()));
    act(&Bearer {
        conversation: &conversation,
        side: Side::B,
        token: &token,
    })
}

fn beat(store: &mut dyn Store, id: &str, token: &str, now: Timestamp) -> Beaten {
    as_bearer(id, token, |bearer| store.beat(bearer, now).unwrap())
}

fn take(store: &mut dyn Store, (id, token): (&str, &str), ids: &[MessageId]) -> Taken {
    as_bearer(id, token, |bearer| store.take(bearer, ids, at(50)).unwrap())
}

fn statuses(store: &mut dyn Store) -> Vec<StatusRow> {
    let mut all = store.newest(1).unwrap().statuses.unwrap();
    all.sort_by(|a, b| (&a.conversation, a.side as u8).cmp(&(&b.conversation, b.side as u8)));
    all
}

fn scene<F: Tokens>(bridge: &F) {
    for id in ["c1", "c2"] {
        bridge.conversation(id, "worker-3", START);
        bridge.token(id);
    }
}

const fn written(first: bool) -> Beaten {
    Beaten::Written {
        first,
        proved: true,
    }
}

pub(crate) fn a_beat_moves_the_time_and_nothing_else<F: Tokens>(bridge: &F) {
    scene(bridge);
    bridge.beat("c1", Side::B, "blocked", at(1));
    bridge.beat("c2", Side::B, "complete", at(2));
    let mut store = bridge.beater();
    assert_eq!(beat(&mut *store, "c1", TOKEN, at(30)), written(false));
    let found = statuses(&mut *bridge.store());
    assert_eq!(found.len(), 2);
    assert_eq!(
        (&*found[0].status, found[0].heartbeat),
        ("blocked", Stamp::At(at(30)))
    );
    assert_eq!(
        (&*found[1].status, found[1].heartbeat),
        ("complete", Stamp::At(at(2)))
    );
}

pub(crate) fn a_first_beat_makes_the_row<F: Tokens>(bridge: &F) {
    scene(bridge);
    let mut store = bridge.beater();
    assert_eq!(beat(&mut *store, "c1", TOKEN, at(30)), written(true));
    assert_eq!(beat(&mut *store, "c1", TOKEN, at(60)), written(false));
    let found = statuses(&mut *bridge.store());
    let status = if F::SCHEMA == Schema::Scripts {
        "active"
    } else {
        "waiting"
    };
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&*found[0].status, found[0].side, found[0].heartbeat),
        (status, Side::B, Stamp::At(at(60)))
    );
}

pub(crate) fn a_wrong_token_writes_nothing<F: Tokens>(bridge: &F) {
    scene(bridge);
    let mut store = bridge.beater();
    let denied = |why| Beaten::Denied(why);
    for wrong in ["", "b0b0b0b0b0b0b0b1", "secret"] {
        assert_eq!(
            beat(&mut *store, "c1", wrong, at(30)),
            denied(Denied::WrongToken)
        );
    }
    assert_eq!(
        beat(&mut *store, "c9", TOKEN, at(30)),
        denied(Denied::Unknown)
    );
    bridge.remove("c2");
    assert_eq!(
        beat(&mut *store, "c2", TOKEN, at(30)),
        denied(Denied::Unknown)
    );
    assert!(statuses(&mut *bridge.store()).is_empty());
}

pub(crate) fn an_expired_conversation_is_not_beaten<F: Tokens>(bridge: &F) {
    scene(bridge);
    let mut store = bridge.beater();
    assert_eq!(
        beat(&mut *store, "c1", TOKEN, at(3 * 3600 - 1)),
        written(true)
    );
    let over = beat(&mut *store, "c1", TOKEN, at(3 * 3600));
    // The scripts' tables hold no expiry.
    if F::SCHEMA == Schema::Scripts {
        return assert_eq!(over, written(false));
    }
    assert_eq!(over, Beaten::Denied(Denied::Expired));
    assert_eq!(
        statuses(&mut *bridge.store())[0].heartbeat,
        Stamp::At(at(3 * 3600 - 1))
    );
}

pub(crate) fn only_ones_own_messages_are_taken<F: Tokens>(bridge: &F) {
    scene(bridge);
    let mine = bridge.send("c1", Side::A, "for c1", at(1));
    let own = bridge.send("c1", Side::B, "of c1", at(2));
    let theirs = bridge.send("c2", Side::A, "for c2", at(3));
    let mut store = bridge.beater();
    let mut reader = bridge.store();
    let cursor = reader.newest(9).unwrap().cursor;
    let all = [mine, theirs];
    assert_eq!(
        take(&mut *store, ("c1", "wrong"), &all),
        Taken::Denied(Denied::WrongToken)
    );
    assert_eq!(take(&mut *store, ("c1", TOKEN), &all), Taken::Marked(1));
    assert_eq!(take(&mut *store, ("c1", TOKEN), &all), Taken::Marked(0));
    let seen = reader
        .changes(&cursor, 9, &[mine, own, theirs])
        .unwrap()
        .read;
    assert_eq!(seen, [mine]);
}

pub(crate) fn new_messages_come_in_pages<F: Tokens>(bridge: &F) {
    scene(bridge);
    let ids: Vec<_> = (0..5)
        .map(|n| bridge.message("c1", Side::A, &format!("words {n}"), at(n)))
        .collect();
    let mut store = bridge.store();
    let page = |store: &mut dyn Store, after, limit| -> Vec<MessageId> {
        let rows = store.since(after, limit).unwrap();
        rows.iter().map(|m| m.id).collect()
    };
    assert_eq!(page(&mut *store, MessageId(0), 3), ids[..3]);
    assert_eq!(page(&mut *store, ids[2], 9), ids[3..]);
    assert!(page(&mut *store, ids[4], 9).is_empty());
    bridge.restore(ids[1].0, 0);
    assert!(matches!(
        store.since(ids[4], 9),
        Err(StoreError::Rewound { .. })
    ));
}

pub(crate) fn a_token_is_proved_without_a_write<F: Tokens>(bridge: &F) {
    scene(bridge);
    for mut store in [bridge.store(), bridge.beater()] {
        let version = store.version().unwrap();
        let mut prove = |id: &str, token: &str, now| {
            as_bearer(id, token, |bearer| store.prove(bearer, now).unwrap())
        };
        assert_eq!(prove("c1", TOKEN, at(30)), Proved::Yes);
        for (id, token, why) in [
            ("c1", "secret2", Denied::WrongToken),
            ("c1", "", Denied::WrongToken),
            ("c9", TOKEN, Denied::Unknown),
        ] {
            assert_eq!(prove(id, token, at(30)), Proved::Denied(why));
        }
        if F::SCHEMA == Schema::Bridge {
            let over = prove("c1", TOKEN, at(3 * 3600));
            assert_eq!(over, Proved::Denied(Denied::Expired));
        }
        assert_eq!(store.version().unwrap(), version);
    }
    assert!(statuses(&mut *bridge.store()).is_empty());
}

#[test]
fn a_busy_bridge_is_waited_for_and_then_said() {
    let bridge = Wal::<true>::new();
    scene(&bridge);
    let other = Connection::open(bridge.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut store = bridge.beater();
    let failed = as_bearer("c1", TOKEN, |bearer| store.beat(bearer, at(1)));
    assert!(matches!(failed, Err(StoreError::Busy { .. })), "{failed:?}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(beat(&mut *store, "c1", TOKEN, at(2)), written(true));
}

#[test]
fn rows_in_the_scripts_own_spelling_are_the_same_rows() {
    let bridge = Wal::<true>::new();
    scene(&bridge);
    bridge.sql(
        "INSERT INTO session_status VALUES ('c1', 'session_b', 'working', '2025-11-13T16:00:00')",
    );
    let mut store = bridge.beater();
    assert_eq!(beat(&mut *store, "c1", TOKEN, at(9)), written(false));
    let found = statuses(&mut *bridge.store());
    assert_eq!((found.len(), found[0].heartbeat), (1, Stamp::At(at(9))));
}

#[test]
fn what_cannot_be_proved_is_said_or_refused() {
    let scripts = <Scripts as Fixture>::new();
    scene(&scripts);
    scripts.sql("ALTER TABLE conversations DROP COLUMN token_b");
    let proved = as_bearer("c1", "any", |bearer| scripts.store().prove(bearer, at(1)));
    assert_eq!(proved.unwrap(), Proved::Unprovable);
    let unproved = Beaten::Written {
        first: true,
        proved: false,
    };
    assert_eq!(beat(&mut *scripts.beater(), "c1", "any", at(1)), unproved);
    let bridge = Wal::<true>::new();
    scene(&bridge);
    let refused = as_bearer("c1", TOKEN, |bearer| bridge.store().beat(bearer, at(1)));
    assert!(refused.unwrap_err().to_string().contains("for reading"));
    bridge.sql("ALTER TABLE conversations DROP COLUMN session_b_token");
    let refused = SqliteStore::open_for_beats(bridge.path()).map(drop);
    assert!(refused.unwrap_err().to_string().contains("session_b_token"));
}
