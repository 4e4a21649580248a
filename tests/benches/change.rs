//! What one change costs, with a short and with a long history behind it, and what folding the whole of it costs: store, fold and
//! picture together, in this process.
//!
//! `cargo bench --bench change`
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod support;

use rusqlite::{Connection, params};
use std::{
    error::Error,
    path::Path,
    time::{Duration, Instant},
};
use support::History;
use swarmwarden::{
    domain::{Mode, Seen, Source, Swarm, Timestamp, health::Detector},
    engine::{PAGE, pump},
    store::{SqliteStore, Store},
};

type Outcome<T> = Result<T, Box<dyn Error>>;

const CHANGES: u16 = 400;

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark measures with the real clock"
)]
fn clock() -> Instant {
    Instant::now()
}

fn fold(store: &mut SqliteStore) -> Outcome<Swarm> {
    let mut swarm = Swarm::new(Detector::FIXED, None);
    pump(store, &mut swarm, || false)?;
    Ok(swarm)
}

fn commit(path: &Path, n: u16) -> Outcome<()> {
    let db = Connection::open(path)?;
    db.pragma_update(None, "synchronous", "OFF")?;
    db.execute(
        "INSERT INTO messages (conversation_id, from_session, to_session, message, metadata, timestamp)
         SELECT id, 'b', 'a', ?1, '{\"action_type\": \"info\"}', '2025-11-13T16:00:00' FROM conversations LIMIT 1 OFFSET ?2",
        params![format!("change {n}"), n % 100],
    )?;
    Ok(())
}

/// One commit after another: read, fold, picture. Gives the fastest and the median.
fn changes(path: &Path) -> Outcome<(Duration, Duration)> {
    let mut store = SqliteStore::open(path)?;
    let mut swarm = fold(&mut store)?;
    let at = Timestamp::parse("2025-11-13T16:00:00Z").ok_or("no time")?;
    let source = Source {
        mode: Mode::Live,
        ..Source::default()
    };
    drop(swarm.picture(at, source.clone(), None));
    let mut spent = Vec::new();
    for n in 0..CHANGES {
        commit(path, n)?;
        let from = clock();
        let changes = store.changes(&swarm.cursor(), PAGE, &swarm.unread())?;
        swarm.apply(changes, Seen::Live(at));
        let picture = swarm.picture(at, source.clone(), None);
        spent.push(from.elapsed());
        drop(picture);
    }
    spent.sort_unstable();
    let median = spent.get(spent.len() / 2).copied().unwrap_or_default();
    Ok((spent.first().copied().unwrap_or_default(), median))
}

fn main() -> Outcome<()> {
    let (short, long) = (History::new(10_000)?, History::new(1_000_000)?);
    let (mut few, mut many) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        few.push(changes(&short.path())?);
        many.push(changes(&long.path())?);
    }
    few.sort_unstable();
    many.sort_unstable();
    let best = |all: &[(Duration, Duration)]| all.first().copied().unwrap_or_default();
    let median =
        |all: &[(Duration, Duration)]| all.iter().map(|(_, m)| *m).min().unwrap_or_default();
    println!(
        "one change,    10,000 messages: fastest {:?}, median {:?}",
        best(&few).0,
        median(&few)
    );
    println!(
        "one change, 1,000,000 messages: fastest {:?}, median {:?}",
        best(&many).0,
        median(&many)
    );
    println!(
        "ratio: fastest {:.2}, median {:.2}",
        best(&many).0.as_secs_f64() / best(&few).0.as_secs_f64(),
        median(&many).as_secs_f64() / median(&few).as_secs_f64()
    );
    for _ in 0..3 {
        let from = clock();
        let swarm = fold(&mut SqliteStore::open(long.path())?)?;
        println!(
            "fold of 1,000,000 messages and their audit rows: {:?}",
            from.elapsed()
        );
        drop(swarm);
    }
    Ok(())
}
