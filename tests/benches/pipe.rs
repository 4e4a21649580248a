//! What a pipe adds: the same calls on a file and through the real program behind one, in one run.

use super::{bridge, latency, tell, token};
use rusqlite::Connection;
use std::{
    path::Path,
    time::{Duration, Instant},
};
use swarmwarden::{
    domain::{ConversationId, Cursor, MessageId, Side, credential::Secret},
    engine::Clock,
    store::{
        Bearer, SqliteStore, Store,
        pipe::{PipeStore, Plan, Purpose, Shell},
    },
};

/// Rows of the whole history.
const ROWS: usize = 4_096;

fn through(path: &Path, purpose: Purpose) -> PipeStore {
    let program = env!("CARGO_BIN_EXE_swarmwarden");
    let line = format!("exec {program} pipe --db '{}'", path.display());
    PipeStore::open(Plan::new(Shell::new(&line), purpose)).unwrap()
}

/// Says what `call` takes on a file and through a pipe.
fn compare(
    name: &str,
    rounds: usize,
    (here, there): (&mut dyn Store, &mut dyn Store),
    mut call: impl FnMut(&mut dyn Store),
) {
    let mut middle = |store: &mut dyn Store| {
        let mut spent: Vec<Duration> = (0..rounds)
            .map(|_| {
                let began = Instant::now();
                call(store);
                began.elapsed()
            })
            .collect();
        spent.sort_unstable();
        spent[rounds / 2]
    };
    let (file, pipe) = (middle(here), middle(there));
    println!(
        "{name}: file {file:?}, pipe {pipe:?}, {:.1} times",
        pipe.as_secs_f64() / file.as_secs_f64()
    );
}

pub(crate) fn pipe(quick: bool) {
    let (dir, path) = bridge(100);
    let db = Connection::open(&path).unwrap();
    let tx = db.unchecked_transaction().unwrap();
    for n in 0..ROWS {
        let sql = "INSERT INTO messages (conversation_id, from_session, to_session, message, timestamp) VALUES (?, 'a', 'b', ?, '2025-11-13T16:00:00')";
        let words = format!("{n} {}", "words ".repeat(40));
        tx.execute(sql, [format!("conv_{:04}", n % 100), words])
            .unwrap();
    }
    tx.commit().unwrap();
    let rounds = if quick { 200 } else { 2_000 };
    let (mut here, mut there) = (
        SqliteStore::open(&path).unwrap(),
        through(&path, Purpose::Reading),
    );
    let after = MessageId(i64::try_from(ROWS).unwrap() - 1);
    let end = here.newest(1).unwrap().cursor;
    let last = Cursor {
        message: after.0,
        ..end
    };
    compare("version", rounds, (&mut here, &mut there), |s| {
        s.version().unwrap();
    });
    compare(
        "changes, one message, 100 statuses",
        rounds,
        (&mut here, &mut there),
        |s| {
            assert_eq!(s.changes(&last, 4_096, &[]).unwrap().messages.len(), 1);
        },
    );
    compare(
        "changes, 4,096 messages",
        rounds / 20,
        (&mut here, &mut there),
        |s| {
            let whole = s.changes(&Cursor::default(), ROWS, &[]).unwrap();
            assert_eq!(whole.messages.len(), ROWS);
        },
    );
    let (mut here, mut there) = (
        SqliteStore::open_for_beats(&path).unwrap(),
        through(&path, Purpose::Beats),
    );
    let ids: Vec<_> = (0..100)
        .map(|n| ConversationId::from(&*format!("conv_{n:04}")))
        .collect();
    let tokens: Vec<_> = (0..100).map(|n| Secret::new(token(n))).collect();
    let (clock, mut n) = (Clock::system(), 0);
    // Spread over the conversations and in time: no more than a conversation may.
    compare("beat", rounds, (&mut here, &mut there), |s| {
        n = (n + 1) % 100;
        let bearer = Bearer {
            conversation: &ids[n],
            side: Side::B,
            token: &tokens[n],
        };
        s.beat(&bearer, clock.now()).unwrap();
    });
    let mut opened: Vec<Duration> = (0..20)
        .map(|_| {
            let began = Instant::now();
            drop(through(&path, Purpose::Reading));
            began.elapsed()
        })
        .collect();
    tell("open a pipe and close it", &mut opened);
    drop((here, there, dir));
    latency(1, if quick { 100 } else { 500 }, true);
}
