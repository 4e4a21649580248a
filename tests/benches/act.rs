//! What an action costs: from the key to the commit, against a bare durable commit of the same rows in the same run, and what a
//! proposal costs in a swarm of a thousand workers.
//!
//! `cargo bench --bench act`; with a long history: `ACT_MESSAGES=1000000 cargo bench --bench act`
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod support;

use rusqlite::{Connection, TransactionBehavior, params};
use std::{
    error::Error,
    path::Path,
    time::{Duration, Instant},
};
use support::History;
use swarmwarden::{
    domain::{
        Changes, ConversationRow, Cursor, MessageId, MessageRow, Seen, Side, Snapshot, Source,
        Span, Stamp, StatusRow, Swarm, Timestamp,
        act::{Deed, Order, Write, propose},
        audit::Key,
        health::Detector,
    },
    engine::pump,
    store::{Commit, SqliteStore, Store},
};

type Outcome<T> = Result<T, Box<dyn Error>>;

const ROUNDS: usize = 500;
const OWNER: &str = "conv_0000000000000001";
const HEIR: &str = "conv_0000000000000002";

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark measures with the real clock"
)]
fn clock() -> Instant {
    Instant::now()
}

fn now() -> Outcome<Timestamp> {
    Ok(Timestamp::parse("2025-11-13T15:56:45Z").ok_or("no time")?)
}

fn order(n: usize, task: &str, to: &str) -> Order {
    Order {
        op: format!("op-{n:032x}").into(),
        actor: "ana@host".into(),
        cause: "operator",
        reason: "no sign of life".into(),
        deed: Deed::Reassign {
            task: task.into(),
            to: to.into(),
        },
    }
}

fn picture(swarm: &mut Swarm, at: Timestamp) -> Snapshot {
    let source = Source {
        read_at: Some(at),
        ..Source::default()
    };
    swarm.picture(at, source, None)
}

const INSERT: &str =
    "INSERT INTO messages (conversation_id, from_session, to_session, message, metadata, timestamp)
    VALUES (?, ?, ?, ?, ?, '2025-11-13T15:56:44')";

fn say(db: &Connection, who: &str, from: &str, text: &str) -> Outcome<()> {
    let to = if from == "a" { "b" } else { "a" };
    db.execute(INSERT, params![who, from, to, text, "{}"])?;
    Ok(())
}

/// The same rows, without looking at anything.
fn bare(db: &mut Connection, write: &Write) -> Outcome<()> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for row in &write.rows {
        let mut insert = tx.prepare_cached(INSERT)?;
        let metadata = "x".repeat(220);
        insert.execute(params![
            row.conversation.raw(),
            "a",
            "b",
            row.text,
            metadata
        ])?;
    }
    let details = format!("{}{}", write.entry.facts, "x".repeat(320));
    let sql = "INSERT INTO audit_log (conversation_id, session_id, action, details, timestamp)
        VALUES (?, 'operator', 'bare', ?, '2025-11-13T15:56:44')";
    tx.prepare_cached(sql)?.execute(params![OWNER, details])?;
    Ok(tx.commit()?)
}

fn at(sorted: &[Duration], percent: usize) -> Duration {
    let place = sorted.len() * percent / 100;
    sorted
        .get(place.min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

fn tell(what: &str, spent: &mut [Duration]) -> f64 {
    spent.sort_unstable();
    println!("{what}: p50 {:?}, p99 {:?}", at(spent, 50), at(spent, 99));
    at(spent, 99).as_secs_f64()
}

fn actions(path: &Path) -> Outcome<()> {
    let now = now()?;
    let mut db = Connection::open(path)?;
    // As ours: a checkpoint is no part of a commit.
    db.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA wal_autocheckpoint = 0;",
    )?;
    say(&db, HEIR, "b", "ready")?;
    let mut store = SqliteStore::open_for_writing(path)?;
    let mut swarm = Swarm::new(Detector::FIXED, None);
    pump(&mut store, &mut swarm, || false)?;
    let (mut whole, mut rows) = (Vec::new(), Vec::new());
    for n in 0..ROUNDS {
        let task = format!("bench-{n}");
        let text = format!(
            r#"{{"type":"task_assignment","task_id":"{task}","description":"build it","priority":"P1"}}"#
        );
        say(&db, OWNER, "a", &text)?;
        let changes = store.changes(&swarm.cursor(), 4_096, &[])?;
        swarm.apply(changes, Seen::Recorded);
        let snapshot = picture(&mut swarm, now);
        let from = clock();
        let mut write = propose(&snapshot, &order(n, &task, HEIR), now)?.write;
        let found = store.commit(&mut write, &Key([1; 32]), now)?;
        whole.push(from.elapsed());
        if !matches!(found, Commit::Written { .. }) {
            return Err(format!("{found:?}").into());
        }
        let from = clock();
        bare(&mut db, &write)?;
        rows.push(from.elapsed());
        let done = format!(
            r#"{{"type":"status_update","task_id":"{task}","generation":2,"status":"completed"}}"#
        );
        say(&db, HEIR, "b", &done)?;
    }
    let acted = tell("key to commit", &mut whole);
    let bare = tell("bare durable commit", &mut rows);
    println!("ratio of the p99: {:.2}", acted / bare);
    Ok(())
}

/// A thousand workers, two thousand open tasks.
fn crowd(now: Timestamp) -> Snapshot {
    let people = 1..=1_000_i64;
    let name = |n: i64| format!("conv_{n:016x}");
    let conversation = |n| ConversationRow {
        id: name(n).as_str().into(),
        role_a: "boss".into(),
        role_b: format!("worker-{n}-tests").as_str().into(),
        created: Stamp::At(now.plus(Span::seconds(-600))),
        expires: Stamp::At(now.plus(Span::seconds(9_000))),
    };
    let beat = |n| StatusRow {
        conversation: name(n).as_str().into(),
        side: Side::B,
        status: "working".into(),
        heartbeat: Stamp::At(now),
    };
    let assigned = |n: i64| MessageRow {
        id: MessageId(n),
        conversation: name(n % 990 + 1).as_str().into(),
        from: Side::A,
        to: Side::B,
        text: format!(r#"{{"type":"task_assignment","task_id":"t-{n}","description":"d"}}"#).into(),
        action: None,
        mark: None,
        at: Stamp::At(now),
        read: true,
    };
    let mut swarm = Swarm::new(Detector::FIXED, None);
    let changes = Changes {
        conversations: Some(people.clone().map(conversation).collect()),
        statuses: Some(people.map(beat).collect()),
        messages: (1..=2_000).map(assigned).collect(),
        cursor: Cursor {
            message: 2_000,
            ..Cursor::default()
        },
        ..Changes::default()
    };
    swarm.apply(changes, Seen::Recorded);
    picture(&mut swarm, now)
}

fn main() -> Outcome<()> {
    let wanted = std::env::var("ACT_MESSAGES").ok();
    let messages: u32 = wanted.map_or(Ok(20_000), |n| n.parse())?;
    let history = History::new(messages)?;
    println!("a bridge of {messages} messages");
    actions(&history.path())?;
    let now = now()?;
    let snapshot = crowd(now);
    let mut spent = Vec::new();
    for n in 0..ROUNDS {
        let from = clock();
        let made = propose(&snapshot, &order(n, "t-7", "conv_00000000000003e8"), now)?;
        spent.push(from.elapsed());
        drop(made);
    }
    tell("proposal among 1,000 workers, 2,000 open tasks", &mut spent);
    Ok(())
}
