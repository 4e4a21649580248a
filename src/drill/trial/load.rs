//! Test 5: eighty messages at once, from both sides of eight conversations; none is lost, none arrives twice.

use super::{Trial, finish};
use crate::{
    domain::{ConversationId, Schema, Side, Span, credential::Secret},
    drill::{
        Aim, Fault, Log, Spec, Trouble,
        client::Client,
        crew::{Crew, Manner},
        stage::{Eye, Stage},
    },
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Barrier, thread};

pub(super) const TRIAL: Trial = Trial {
    number: 5,
    name: "concurrent load",
    key: "test_5_concurrent_load",
    fastest: 120,
    run,
};

/// Messages of each side of each conversation.
const EACH: usize = 5;
/// All messages.
const ALL: usize = 80;

/// The breakages of delivery: every seventh row is not written, or is written twice.
pub(super) fn meddle(stage: &Stage<'_>, client: &Client) -> Result<(), Trouble> {
    let (from, columns) = match stage.schema() {
        Schema::Bridge => (
            "from_session",
            "conversation_id, from_session, to_session, message, metadata, timestamp",
        ),
        Schema::Scripts => (
            "sender",
            "conversation_id, sender, content, action_type, created_at",
        ),
    };
    if stage.spec.breaks(Fault::Loss) {
        client.raw().execute_batch(&format!(
            "CREATE TABLE meddled (n INTEGER); INSERT INTO meddled VALUES (0);
             CREATE TRIGGER loses BEFORE INSERT ON messages WHEN NEW.{from} IN ('a', 'session_a')
             BEGIN UPDATE meddled SET n = n + 1; SELECT RAISE(IGNORE) FROM meddled WHERE n % 7 = 0; END"
        ))?;
    }
    if stage.spec.breaks(Fault::Double) {
        client.raw().execute_batch(&format!(
            "CREATE TRIGGER doubles AFTER INSERT ON messages WHEN NEW.id % 7 = 0 AND NEW.{from} IN ('a', 'session_a')
             BEGIN INSERT INTO messages ({columns}) SELECT {columns} FROM messages WHERE id = NEW.id; END"
        ))?;
    }
    Ok(())
}

/// Sends `EACH` messages of one side, when everybody is ready.
fn send(
    client: &Client,
    (id, side, token): (&ConversationId, Side, &Secret),
    ready: &Barrier,
) -> Result<(), Trouble> {
    ready.wait();
    for n in 0..EACH {
        let from = if side == Side::A { "a" } else { "b" };
        let words =
            json!({"type": "test_task", "test_id": format!("load-{}-{from}-{n}", id.raw())});
        client.send(id, (side, token), &words.to_string())?;
    }
    Ok(())
}

/// Has everybody send at once; how long that took, in life.
fn together(stage: &Stage<'_>, crew: &Crew, log: &mut Log) -> Result<Span, Trouble> {
    let writers: Vec<_> = (crew.workers.iter())
        .flat_map(|w| {
            [
                (w, Side::A, &w.talk.orchestrator),
                (w, Side::B, &w.talk.worker),
            ]
        })
        .map(|(w, side, token)| Ok((stage.client()?, w.id(), side, token)))
        .collect::<Result<_, Trouble>>()?;
    let ready = Barrier::new(writers.len());
    log.step(
        stage.now(),
        format!(
            "{} writers, each with a connection of its own, begin together",
            writers.len()
        ),
    );
    let begun = stage.clock.steady();
    let failed = thread::scope(|scope| {
        let all: Vec<_> = writers
            .into_iter()
            .map(|(client, id, side, token)| {
                let ready = &ready;
                scope.spawn(move || send(&client, (id, side, token), ready))
            })
            .collect();
        all.into_iter()
            .filter_map(|t| t.join().ok()?.err())
            .collect::<Vec<_>>()
    });
    let took = Span(stage.clock.steady().0 - begun.0);
    for error in &failed {
        log.fail(format!("a writer: {error}"));
    }
    Ok(took)
}

fn run(spec: &Spec, speed: u32, log: &mut Log) -> Result<(), Trouble> {
    let stage = Stage::shared(spec, speed)?;
    let mut crew = Crew::hire(&stage)?;
    crew.work(&stage, Manner::works(60))?;
    meddle(&stage, &crew.orchestrator)?;
    let mut eye = Eye::open(&stage)?;
    let took = together(&stage, &crew, log)?;
    let half = ALL / 2;
    let loads = |crew: &Crew| {
        crew.receipts()
            .into_iter()
            .filter(|r| r.name.starts_with("load-"))
            .collect::<Vec<_>>()
    };
    let arrived = stage.until("forty messages arrive", Span::seconds(120), || {
        let all = loads(&crew);
        Ok((all.len() >= half).then_some(all))
    });
    let arrived = arrived.unwrap_or_else(|_| loads(&crew));
    eye.look()?;
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for row in eye
        .rows
        .iter()
        .filter(|r| r.text.contains("\"load-") && r.text.contains("test_task"))
    {
        *rows.entry(row.text.to_string()).or_default() += 1;
    }
    let mut names: Vec<_> = arrived.iter().map(|r| r.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    log.count("messages sent", ALL, Aim::Open);
    log.exactly("messages in the bridge", rows.values().sum(), 80);
    log.none("messages lost", ALL.saturating_sub(rows.len()));
    log.exactly("messages to workers that arrived", names.len(), 40);
    log.none("messages that arrived twice", arrived.len() - names.len());
    log.measure(
        "writing all of them",
        took.as_f64(),
        "real s",
        Aim::Most(10.0),
    );
    log.fact("messages_sent", ALL);
    log.fact("messages_delivered", rows.len());
    log.fact("duration_seconds", took.as_f64());
    crew.dismiss()?;
    finish(&stage, &crew.tokens(), log);
    Ok(())
}
