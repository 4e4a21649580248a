//! Test 13: a burst of messages reaches workers the moment it is committed; beside it, the same with polling every 30 seconds.

use super::{Trial, finish};
use crate::{
    domain::Span,
    drill::{
        Aim, Fault, Log, Spec, Trouble,
        client::Sent,
        crew::{Crew, Manner},
        log::number,
        stage::Stage,
    },
};
use serde_json::json;

pub(super) const TRIAL: Trial = Trial {
    number: 13,
    name: "filesystem push notifications",
    key: "test_13_filesystem_notifications",
    fastest: 120,
    run,
};

/// Messages of the burst.
const BURST: u32 = 10;
/// Protocol time between two of them.
const APART: Span = Span::seconds(2);
/// How often the protocol's scripts ask.
const POLL: Span = Span::seconds(30);

fn run(spec: &Spec, speed: u32, log: &mut Log) -> Result<(), Trouble> {
    let poll = spec.breaks(Fault::Push).then_some(Span::seconds(60));
    let told = burst(spec, speed, poll, log)?;
    let asked = burst(spec, speed, Some(POLL), log)?;
    let real: Vec<f64> = told.iter().map(|l| l.as_f64() * 1e3).collect();
    let (mean, most) = (mean(&real), real.iter().copied().fold(0.0, f64::max));
    log.count(
        "messages sent",
        usize::try_from(BURST).unwrap_or(0),
        Aim::Open,
    );
    log.count("messages received", told.len(), Aim::Just(f64::from(BURST)));
    log.measure("average latency", mean, "real ms", Aim::Most(50.0));
    log.measure("longest latency", most, "real ms", Aim::Most(200.0));
    // Waiting for the next poll is no work of the machine: it is scaled, and counts in protocol time.
    let waits: Vec<f64> = asked
        .iter()
        .map(|l| l.as_f64() * f64::from(speed))
        .collect();
    let polling = self::mean(&waits);
    log.measure(
        "average latency with polling every 30 s",
        polling,
        "s",
        Aim::Open,
    );
    let faster = polling * 1e3 / mean.max(1e-3);
    log.measure("times faster than polling", faster, "", Aim::Least(100.0));
    log.fact("messages_sent", BURST);
    log.fact("messages_received", told.len());
    log.fact("average_latency_ms", (mean * 1e3).round() / 1e3);
    log.fact("max_latency_ms", (most * 1e3).round() / 1e3);
    log.fact(
        "latency_improvement_vs_polling",
        format!("{}x faster", number(faster.round())),
    );
    Ok(())
}

fn mean(all: &[f64]) -> f64 {
    let n = u32::try_from(all.len()).unwrap_or(1).max(1);
    all.iter().sum::<f64>() / f64::from(n)
}

/// Sends a burst, and gives how long each message took from its commit to its agent, in life.
fn burst(spec: &Spec, speed: u32, poll: Option<Span>, log: &mut Log) -> Result<Vec<Span>, Trouble> {
    let stage = Stage::shared(spec, speed)?;
    let mut crew = Crew::hire(&stage)?;
    crew.work(
        &stage,
        Manner {
            poll,
            ..Manner::works(60)
        },
    )?;
    let how = poll.map_or("told".to_owned(), |p| format!("asking every {p}"));
    log.step(stage.now(), format!("8 agents listen, {how}"));
    let mut sent: Vec<Sent> = Vec::new();
    for n in 0..BURST {
        let words = json!({"type": "latency_test", "message_id": n + 1, "sent_at": stage.now()});
        sent.push(crew.tell(n % 8 + 1, &words)?);
        stage.reach(stage.now().plus(APART))?;
    }
    log.step(stage.now(), format!("{BURST} messages sent"));
    let received = || {
        let all = crew.receipts().into_iter();
        let of = |id: i64| sent.iter().find(|s| s.row.0 == id);
        all.filter_map(|r| Some(Span(r.steady.0 - of(r.id)?.steady.0)))
            .collect::<Vec<_>>()
    };
    let whole = stage.until("all messages arrive", Span::seconds(90), || {
        let all = received();
        Ok((all.len() >= sent.len()).then_some(all))
    });
    let all = match whole {
        Err(Trouble::Late(_)) => received(),
        other => other?,
    };
    crew.dismiss()?;
    finish(&stage, &crew.tokens(), log);
    Ok(all)
}
