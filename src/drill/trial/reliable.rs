//! Test 11: thirty minutes of protocol time, a message a minute; every worker is kept alive, and every message arrives once.

use super::{Trial, distribute::joined, finish, load::meddle};
use crate::{
    domain::{ConversationId, Side, Span, Timestamp},
    drill::{
        Aim, Fault, Log, Spec, Trouble,
        client::Sent,
        crew::{Crew, Manner},
        log::seconds,
        stage::{Eye, Stage},
    },
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const TRIAL: Trial = Trial {
    number: 11,
    name: "keep-alive daemon reliability",
    key: "test_11_keepalive_reliability",
    fastest: 120,
    run,
};

/// Minutes, and messages.
const MINUTES: usize = 30;
/// Between two messages.
const MINUTE: Span = Span::seconds(60);
/// Between two looks at the heartbeats: shorter than any two beats of a worker are apart.
const LOOK: Span = Span::seconds(8);

/// When each worker beat.
#[derive(Default)]
struct Beats(BTreeMap<ConversationId, Vec<Timestamp>>);

impl Beats {
    fn look(&mut self, crew: &Crew, eye: &mut Eye) -> Result<(), Trouble> {
        for (id, at) in eye.beats()? {
            let all = self.0.entry(id.clone()).or_default();
            if crew.workers.iter().any(|w| *w.id() == id) && all.last() != Some(&at) {
                all.push(at);
            }
        }
        Ok(())
    }

    /// The longest time without a beat of a worker.
    fn gap(&self, id: &ConversationId, (from, to): (Timestamp, Timestamp)) -> Span {
        let all = self.0.get(id).map_or(&[][..], Vec::as_slice);
        let inner = all.iter().copied().filter(|at| *at > from && *at < to);
        let times: Vec<_> = [from].into_iter().chain(inner).chain([to]).collect();
        let gaps = times
            .windows(2)
            .filter_map(|w| Some(w.last()?.since(*w.first()?)));
        gaps.max().unwrap_or_default()
    }
}

/// Who gets the message of each minute: everybody at least twice, the others by chance.
fn targets() -> Vec<u32> {
    let mut all: Vec<u32> = (0..MINUTES)
        .map(|n| {
            if n < 16 {
                u32::try_from(n).unwrap_or(0) % 8 + 1
            } else {
                fastrand::u32(1..=8)
            }
        })
        .collect();
    fastrand::shuffle(&mut all);
    all
}

/// Sends a message a minute, and looks at the heartbeats between.
fn minutes(
    stage: &Stage<'_>,
    (crew, eye, beats): (&Crew, &mut Eye, &mut Beats),
    (from, targets): (Timestamp, &[u32]),
    sent: &mut Vec<(String, Sent)>,
) -> Result<(), Trouble> {
    for (minute, number) in targets.iter().enumerate() {
        let at = from.plus(Span(MINUTE.0 * i64::try_from(minute).unwrap_or(0)));
        stage.reach(at)?;
        let words = json!({
            "type": "keepalive_test", "test_id": format!("keepalive-{minute}"), "timestamp": stage.now(), "target_worker": number,
        });
        sent.push((format!("keepalive-{minute}"), crew.tell(*number, &words)?));
        while stage.now() < at.plus(Span(MINUTE.0 - LOOK.0)) {
            beats.look(crew, eye)?;
            stage.reach(stage.now().plus(LOOK))?;
        }
    }
    Ok(())
}

fn run(spec: &Spec, speed: u32, log: &mut Log) -> Result<(), Trouble> {
    let stage = Stage::shared(spec, speed)?;
    let mut crew = Crew::hire(&stage)?;
    crew.work(&stage, Manner::works(60))?;
    if !spec.breaks(Fault::KeepAlive) {
        crew.live(&stage)?;
        joined(&stage, &crew)?;
    }
    meddle(&stage, &crew.orchestrator)?;
    let (mut eye, mut beats, mut sent) = (Eye::open(&stage)?, Beats::default(), Vec::new());
    let from = stage.now();
    log.step(
        from,
        "8 keep-alives and 8 agents run; one message a minute from here on",
    );
    let targets = targets();
    minutes(
        &stage,
        (&crew, &mut eye, &mut beats),
        (from, &targets),
        &mut sent,
    )?;
    stage.reach(from.plus(Span(MINUTE.0 * i64::try_from(MINUTES).unwrap_or(30))))?;
    let to = stage.now();
    beats.look(&crew, &mut eye)?;
    log.step(to, "the thirty minutes are over");
    let gaps: Vec<Span> = crew
        .workers
        .iter()
        .map(|w| beats.gap(w.id(), (from, to)))
        .collect();
    judge(&stage, (&crew, &mut eye), &sent, log)?;
    let alive = gaps.iter().filter(|g| **g <= MINUTE).count();
    log.exactly(
        "workers that were never more than 60 s without a beat",
        alive,
        8,
    );
    log.span(
        "longest time without a beat",
        gaps.into_iter().max().unwrap_or_default(),
        Aim::Most(60.0),
    );
    log.span("duration", to.since(from), Aim::Least(1_800.0));
    log.fact("duration_minutes", seconds(Span(to.since(from).0 / 60)));
    let mut tested = targets;
    tested.sort_unstable();
    let least = (1..=8)
        .map(|n| tested.iter().filter(|t| **t == n).count())
        .min();
    log.count(
        "messages to the worker with the fewest",
        least.unwrap_or(0),
        Aim::Least(2.0),
    );
    tested.dedup();
    log.fact("workers_tested", tested);
    crew.dismiss()?;
    finish(&stage, &crew.tokens(), log);
    Ok(())
}

/// What became of the messages.
fn judge(
    stage: &Stage<'_>,
    (crew, eye): (&Crew, &mut Eye),
    sent: &[(String, Sent)],
    log: &mut Log,
) -> Result<(), Trouble> {
    let acked = |eye: &mut Eye| -> Result<usize, Trouble> {
        eye.look()?;
        let is = |v: &Value| {
            v["type"] == "acknowledgment"
                && v["test_id"]
                    .as_str()
                    .is_some_and(|t| t.starts_with("keepalive-"))
        };
        let acks = eye.rows.iter().filter(|r| r.from == Side::B);
        Ok(acks
            .filter(|r| serde_json::from_str(&r.text).is_ok_and(|v| is(&v)))
            .count())
    };
    let whole = stage.until("every message is acknowledged", Span::seconds(60), || {
        Ok((acked(eye)? >= sent.len()).then_some(()))
    });
    if let Err(Trouble::Stopped) = whole {
        return Err(Trouble::Stopped);
    }
    let all = crew.receipts();
    let of = |name: &str| all.iter().filter(|r| r.name == name).collect::<Vec<_>>();
    let delivered = sent.iter().filter(|(name, _)| !of(name).is_empty()).count();
    let doubled = sent.iter().filter(|(name, _)| of(name).len() > 1).count();
    let late = |(name, sent): &(String, Sent)| {
        Some(Span(of(name).first()?.steady.0 - sent.steady.0).as_f64())
    };
    let latencies: Vec<f64> = sent.iter().filter_map(late).collect();
    let n = |n: usize| u32::try_from(n).map_or(0.0, f64::from);
    let mean = latencies.iter().sum::<f64>() / n(latencies.len()).max(1.0);
    let most = latencies.iter().copied().fold(0.0, f64::max);
    let rate = 100.0 * n(delivered) / n(sent.len()).max(1.0);
    log.exactly("messages sent", sent.len(), 30);
    log.exactly("messages delivered", delivered, 30);
    log.measure("delivered", rate, "%", Aim::Just(100.0));
    log.none("messages delivered twice", doubled);
    log.exactly("acknowledgements in the bridge", acked(eye)?, 30);
    log.measure("average latency", mean, "real s", Aim::Most(45.0));
    log.measure("longest latency", most, "real s", Aim::Most(60.0));
    log.fact("messages_sent", sent.len());
    log.fact("messages_delivered", delivered);
    log.fact("delivery_rate_percent", rate);
    log.fact("average_latency_seconds", mean);
    log.fact("max_latency_seconds", most);
    Ok(())
}
