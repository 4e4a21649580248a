//! Tests 3 and 4: nine tasks are handed out within a second, and the answers to them are seen.

use super::{Trial, finish};
use crate::{
    domain::{Side, Span},
    drill::{
        Aim, Fault, Log, Spec, Trouble,
        client::Client,
        crew::{Crew, Manner, ROLES},
        stage::{Eye, Stage},
    },
};
use rustix::process::Signal;
use serde_json::Value;
use std::{fmt::Write as _, thread, time::Duration};

pub(super) const TASKS: Trial = Trial {
    number: 3,
    name: "task distribution",
    key: "test_3_task_distribution",
    fastest: 120,
    run: tasks,
};

pub(super) const ANSWERS: Trial = Trial {
    number: 4,
    name: "worker response monitoring",
    key: "test_4_response_monitoring",
    fastest: 120,
    run: answers,
};

/// Tasks of the protocol.
const NINE: usize = 9;
/// How long the bridge is held where test 3 is broken: shorter than a writer waits, longer than the target.
const HELD: Duration = Duration::from_millis(1_500);

/// Nine tasks for the eight workers, as a file for `assign`.
fn file(stage: &Stage<'_>, crew: &Crew) -> String {
    let mut out = String::new();
    for n in 0..NINE {
        let Some(worker) = crew.workers.get(n % ROLES.len()) else {
            continue;
        };
        let _ = write!(
            out,
            "[[task]]\nid = \"{}\"\nworker = \"{}\"\ndescription = \"Part {} of nine\"\npriority = \"P1\"\n\n",
            stage.name(&format!("task-{}", n + 1)),
            worker.role,
            n + 1
        );
    }
    out
}

/// Hands the nine tasks out with `assign`, and says how long that took, in life.
fn hand_out(stage: &Stage<'_>, crew: &Crew, log: &mut Log) -> Result<Span, Trouble> {
    let path = stage.write("nine.toml", &file(stage, crew))?;
    let path = path.to_string_lossy().into_owned();
    let lock = stage
        .spec
        .breaks(Fault::Locked)
        .then(|| hold(stage))
        .transpose()?;
    let begun = stage.clock.steady();
    let (code, _, err) = stage.run(&["assign", "--from", &path, "--yes"])?;
    let took = Span(stage.clock.steady().0 - begun.0);
    if let Some(lock) = lock {
        let _released = lock.join();
    }
    log.step(
        stage.now(),
        "nine tasks handed out with one `assign --from`",
    );
    if code != 0 {
        log.fail(format!("assign ended with {code}: {}", err.trim()));
    }
    Ok(took)
}

/// The breakage of test 3: somebody else holds the bridge.
fn hold(stage: &Stage<'_>) -> Result<thread::JoinHandle<()>, Trouble> {
    let other: Client = stage.client()?;
    other.raw().execute_batch("BEGIN IMMEDIATE")?;
    let hold = move || {
        thread::park_timeout(HELD);
        let _over = other.raw().execute_batch("ROLLBACK");
    };
    let named = thread::Builder::new().name("holder".to_owned());
    named.spawn(hold).map_err(Trouble::io("a thread"))
}

fn tasks(spec: &Spec, speed: u32, log: &mut Log) -> Result<(), Trouble> {
    let stage = Stage::shared(spec, speed)?;
    let mut crew = Crew::hire(&stage)?;
    crew.live(&stage)?;
    crew.work(&stage, Manner::works(60))?;
    joined(&stage, &crew)?;
    let begun = stage.clock.steady();
    let took = hand_out(&stage, &crew, log)?;
    let got = |crew: &Crew| {
        let all = crew.receipts();
        all.into_iter()
            .filter(|r| r.name.starts_with(&stage.name("task-")))
            .collect::<Vec<_>>()
    };
    let all = stage.until("nine tasks arrive", Span::seconds(60), || {
        let all = got(&crew);
        Ok((all.len() >= NINE).then_some(all))
    });
    let all = all.unwrap_or_else(|_| got(&crew));
    let last = all.iter().map(|r| r.steady.0).max().unwrap_or(begun.0);
    log.exactly("tasks that arrived at their agents", all.len(), 9);
    log.measure("handing out", took.as_f64(), "real s", Aim::Most(1.0));
    log.measure(
        "until the last one arrived",
        Span(last - begun.0).as_f64(),
        "real s",
        Aim::Most(1.0),
    );
    log.fact("tasks_distributed", all.len());
    log.fact("distribution_seconds", took.as_f64());
    crew.dismiss()?;
    finish(&stage, &crew.tokens(), log);
    Ok(())
}

/// Waits until every worker has given a sign of life: whoever was never heard of is given no task.
pub(super) fn joined(stage: &Stage<'_>, crew: &Crew) -> Result<(), Trouble> {
    let mut eye = Eye::open(stage)?;
    stage.until("every worker beats", Span::seconds(300), || {
        for worker in &crew.workers {
            if worker.keepalive.is_some() && eye.beat(worker.id())?.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(()))
    })
}

fn answers(spec: &Spec, speed: u32, log: &mut Log) -> Result<(), Trouble> {
    let stage = Stage::shared(spec, speed)?;
    let mut crew = Crew::hire(&stage)?;
    crew.live(&stage)?;
    crew.work(
        &stage,
        Manner {
            reports: 3,
            ..Manner::works(40)
        },
    )?;
    joined(&stage, &crew)?;
    let monitor = stage.start(stage.command("monitor", &["events", "--follow"]))?;
    stage.hears(&monitor, "the monitor sees the bridge")?;
    if spec.breaks(Fault::Mute) {
        crew.worker(8)?
            .agent
            .iter()
            .for_each(|a| a.signal(Signal::STOP));
    }
    let mut eye = Eye::open(&stage)?;
    hand_out(&stage, &crew, log)?;
    let shown = || {
        let all = monitor.lines(0).into_iter();
        let all = all.filter_map(|(_, l)| serde_json::from_str::<Value>(&l).ok());
        let said = |v: &Value| v["type"] == "message" && v["from"] == "b";
        all.filter(said).collect::<Vec<_>>()
    };
    told(&stage, (&crew, &mut eye), shown, log)?;
    crew.dismiss()?;
    finish(&stage, &crew.tokens(), log);
    Ok(())
}

/// Holds what the monitor shows against what stands in the bridge.
fn told(
    stage: &Stage<'_>,
    (crew, eye): (&Crew, &mut Eye),
    shown: impl Fn() -> Vec<Value>,
    log: &mut Log,
) -> Result<(), Trouble> {
    let done = |all: &[Value]| all.iter().filter(|v| v["kind"] == "done").count();
    let seen = stage.until("every task is reported as done", Span::seconds(120), || {
        let all = shown();
        Ok((done(&all) >= NINE).then_some(all))
    });
    let seen = seen.unwrap_or_else(|_| shown());
    eye.look()?;
    let mine = |id: &_| crew.workers.iter().any(|w| w.id() == id);
    let written: Vec<_> = eye
        .rows
        .iter()
        .filter(|r| r.from == Side::B && mine(&r.conversation))
        .collect();
    let who = |n: &&crate::drill::crew::Worker| {
        written.iter().filter(|r| r.conversation == *n.id()).count() > 1
    };
    log.step(stage.now(), "every answer is written");
    log.count("answers in the bridge", written.len(), Aim::Least(40.0));
    let ours = |v: &&Value| {
        crew.workers
            .iter()
            .any(|w| v["conversation"] == w.id().raw())
    };
    let seen: Vec<_> = seen.iter().filter(ours).cloned().collect();
    log.none(
        "answers that the monitor missed",
        written.len().saturating_sub(seen.len()),
    );
    log.exactly(
        "workers that answered",
        crew.workers.iter().filter(who).count(),
        8,
    );
    log.exactly("tasks reported as done", done(&seen), 9);
    log.fact("responses", written.len());
    log.fact(
        "workers_responding",
        crew.workers.iter().filter(who).count(),
    );
    Ok(())
}
