//! Test 7: a keep-alive crashes and is started again, the bridge is locked for a while, a consumer is killed in the middle: nothing is lost.

use super::{Trial, distribute::joined, finish};
use crate::{
    domain::Span,
    drill::{
        Aim, Fault, Log, Spec, Trouble,
        crew::{Crew, Manner},
        process::Process,
        stage::{Eye, Stage},
    },
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, thread, time::Duration};

pub(super) const TRIAL: Trial = Trial {
    number: 7,
    name: "failure recovery",
    key: "test_7_failure_recovery",
    fastest: 120,
    run,
};

/// How long the bridge is locked: longer than a sign of life waits for it.
const LOCKED: Duration = Duration::from_secs(3);
/// Messages that a consumer is killed in the middle of.
const STREAM: usize = 20;

fn run(spec: &Spec, speed: u32, log: &mut Log) -> Result<(), Trouble> {
    let stage = Stage::shared(spec, speed)?;
    let mut crew = Crew::hire(&stage)?;
    crew.work(&stage, Manner::works(60))?;
    crew.live(&stage)?;
    joined(&stage, &crew)?;
    let mut eye = Eye::open(&stage)?;
    crash(&stage, (&mut crew, &mut eye), log)?;
    consumer(&stage, &crew, log)?;
    if spec.db.is_none() {
        lock(&stage, (&crew, &mut eye), log)?;
    } else {
        log.note("not on a given bridge: locking it for three seconds, which would hold up everybody who works there");
    }
    pipe(&stage, (&mut crew, &mut eye), log)?;
    log.note("the network of the protocol's test was a pipe between two processes of one machine");
    crew.dismiss()?;
    finish(&stage, &crew.tokens(), log);
    Ok(())
}

/// A keep-alive is killed, and started again as a service manager does.
fn crash(
    stage: &Stage<'_>,
    (crew, eye): (&mut Crew, &mut Eye),
    log: &mut Log,
) -> Result<(), Trouble> {
    let worker = crew.worker(1)?;
    let id = worker.id().clone();
    worker.keepalive.iter_mut().for_each(Process::kill);
    let before = eye.beat(&id)?;
    log.step(stage.now(), "keep-alive of worker 1 killed with SIGKILL");
    stage.reach(stage.now().plus(Span::seconds(60)))?;
    let silent = eye.beat(&id)? == before;
    log.none("beats while nobody keeps it alive", usize::from(!silent));
    if !stage.spec.breaks(Fault::Restart) {
        crew.worker(1)?.lives(stage)?;
        log.step(stage.now(), "keep-alive of worker 1 started again");
    }
    let (at, begun) = (stage.now(), stage.clock.steady());
    stage.until("worker 1 beats again", Span::seconds(60), || {
        Ok(eye.beat(&id)?.filter(|at| Some(*at) != before))
    })?;
    log.span(
        "crashed keep-alive beats again",
        stage.now().since(at),
        Aim::Most(60.0),
    );
    let real = Span(stage.clock.steady().0 - begun.0);
    log.measure("the same in life", real.as_f64(), "real s", Aim::Open);
    Ok(())
}

/// A worker reaches the bridge through a pipe only, and the pipe is killed.
fn pipe(
    stage: &Stage<'_>,
    (crew, eye): (&mut Crew, &mut Eye),
    log: &mut Log,
) -> Result<(), Trouble> {
    let worker = crew.worker(4)?;
    let id = worker.id().clone();
    worker.keepalive.iter_mut().for_each(Process::kill);
    let first = eye.beat(&id)?;
    worker.lives_behind_a_pipe(stage)?;
    let before = stage.until("worker 4 beats through a pipe", Span::seconds(120), || {
        Ok(eye.beat(&id)?.filter(|at| Some(*at) != first))
    })?;
    let killed = worker.keepalive.as_ref().map_or(0, Process::orphan);
    let begun = stage.clock.steady();
    log.step(stage.now(), "the pipe of worker 4 killed with SIGKILL");
    stage.until(
        "worker 4 beats through a new pipe",
        Span::seconds(600),
        || Ok(eye.beat(&id)?.filter(|at| *at != before)),
    )?;
    let took = Span(stage.clock.steady().0 - begun.0);
    log.count(
        "processes of the pipe that were killed",
        killed,
        Aim::Least(1.0),
    );
    log.measure(
        "it beats again through a new pipe",
        took.as_f64(),
        "real s",
        Aim::Most(15.0),
    );
    Ok(())
}

/// Somebody holds the bridge for longer than a sign of life waits.
fn lock(stage: &Stage<'_>, (crew, eye): (&Crew, &mut Eye), log: &mut Log) -> Result<(), Trouble> {
    let other = stage.client()?;
    other.raw().execute_batch("BEGIN IMMEDIATE")?;
    log.step(stage.now(), "bridge locked for 3 real seconds");
    let side = stage.client()?;
    let talk = crew.workers.first().map(|w| w.talk.clone());
    let waits = thread::Builder::new()
        .name("sender".to_owned())
        .spawn(move || {
            let talk = talk?;
            let side_a = (crate::domain::Side::A, &talk.orchestrator);
            let words = json!({"type": "test_task", "test_id": "through-the-lock"}).to_string();
            side.send(&talk.id, side_a, &words).ok()
        });
    let waits = waits.map_err(Trouble::io("a thread"))?;
    let until = stage.now().plus(stage.scaled(LOCKED));
    stage.reach(until)?;
    let before = eye.beats()?;
    other.raw().execute_batch("ROLLBACK")?;
    let begun = stage.clock.steady();
    log.step(stage.now(), "bridge free again");
    let all = |eye: &mut Eye| -> Result<Option<()>, Trouble> {
        let after = eye.beats()?;
        let moved = |id: &_| {
            let of = |all: &[(crate::domain::ConversationId, _)]| {
                all.iter().find(|(of, _)| of == id).map(|(_, at)| *at)
            };
            of(&after) != of(&before)
        };
        Ok(crew.workers.iter().all(|w| moved(w.id())).then_some(()))
    };
    stage.until("all eight beat again", Span::seconds(600), || all(eye))?;
    let took = Span(stage.clock.steady().0 - begun.0);
    log.measure(
        "all eight beat again after the lock",
        took.as_f64(),
        "real s",
        Aim::Most(15.0),
    );
    let sent = waits.join().ok().flatten();
    log.exactly(
        "messages that waited for the lock and were written",
        usize::from(sent.is_some()),
        1,
    );
    let got = stage.until("it arrives", Span::seconds(60), || {
        Ok(crew
            .receipts()
            .iter()
            .any(|r| r.name == "through-the-lock")
            .then_some(()))
    });
    log.exactly("of them that arrived", usize::from(got.is_ok()), 1);
    Ok(())
}

/// A consumer of messages is killed in the middle of a stream, and started again.
fn consumer(stage: &Stage<'_>, crew: &Crew, log: &mut Log) -> Result<(), Trouble> {
    let Some(worker) = crew.workers.get(1) else {
        return Ok(());
    };
    let id = worker.id().raw().to_owned();
    let start = || {
        let args = [
            "inbox",
            "--follow",
            "--consumer",
            "drill-stream",
            "--conversation",
            &id,
        ];
        stage.start(stage.command("state", &args))
    };
    let mut first = start()?;
    stage.hears(&first, "the consumer listens")?;
    for n in 0..STREAM {
        crew.tell(
            2,
            &json!({"type": "test_task", "test_id": format!("stream-{n}")}),
        )?;
        if n == STREAM / 2 {
            first.kill();
            log.step(
                stage.now(),
                "consumer killed with SIGKILL in the middle of twenty messages",
            );
        }
    }
    let second = start()?;
    streamed(stage, (&first, &second), log)
}

/// What both consumers together were told.
fn streamed(
    stage: &Stage<'_>,
    (first, second): (&Process, &Process),
    log: &mut Log,
) -> Result<(), Trouble> {
    let seen = |process: &Process| {
        let lines = process.lines(0).into_iter();
        let values = lines.filter_map(|(_, l)| serde_json::from_str::<Value>(&l).ok());
        let stream = |v: &Value| v["text"].as_str().is_some_and(|t| t.contains("\"stream-"));
        values.filter(stream).collect::<Vec<_>>()
    };
    let both = || [seen(first), seen(second)];
    let whole = stage.until("twenty messages arrive", Span::seconds(120), || {
        let [a, b] = both();
        let all: BTreeSet<_> = a.iter().chain(&b).map(|v| v["id"].to_string()).collect();
        Ok((all.len() >= STREAM).then_some(()))
    });
    if let Err(Trouble::Stopped) = whole {
        return Err(Trouble::Stopped);
    }
    let [a, b] = both();
    let before: BTreeSet<_> = a.iter().map(|v| v["id"].to_string()).collect();
    let all: BTreeSet<_> = a.iter().chain(&b).map(|v| v["id"].to_string()).collect();
    let unmarked = b
        .iter()
        .filter(|v| before.contains(&v["id"].to_string()) && v["duplicate"] != true);
    log.none(
        "messages lost by a killed consumer",
        STREAM - all.len().min(STREAM),
    );
    log.none("messages that came twice without a mark", unmarked.count());
    Ok(())
}
