//! Test 12: a worker is killed without a chance to clean up; the watchdog finds out, tells, and moves its work.

use super::{
    Trial, finish, goes_on,
    idle::{accepted, moved, next_beat, says, staff},
    private,
};
use crate::{
    domain::{Schema, Side, Span},
    drill::{
        Aim, Log, Spec, Trouble,
        crew::Crew,
        log::seconds,
        process::Process,
        stage::{Eye, Stage},
        watching::{Detector, Watchdog},
    },
};
use serde_json::{Value, json};

pub(super) const TRIAL: Trial = Trial {
    number: 12,
    name: "external watchdog monitoring",
    key: "test_12_watchdog_monitoring",
    fastest: 120,
    run,
};

/// The task.
const TASK: &str = "deploy-to-staging";
/// Who is killed.
const KILLED: u32 = 5;

fn run(spec: &Spec, speed: u32, log: &mut Log) -> Result<(), Trouble> {
    private(spec)?;
    for detector in Detector::ALL {
        log.prefix = detector.prefix();
        let stage = Stage::new(spec, speed)?;
        let watchdog = Watchdog::start(&stage, detector)?;
        let (mut crew, mut eye) = staff(&stage, KILLED, log)?;
        let done = scenario(&stage, (&mut crew, &mut eye, &watchdog), detector, log);
        finish(&stage, &crew.tokens(), log);
        goes_on(done, log)?;
    }
    Ok(())
}

fn scenario(
    stage: &Stage<'_>,
    (crew, eye, watchdog): (&mut Crew, &mut Eye, &Watchdog),
    detector: Detector,
    log: &mut Log,
) -> Result<(), Trouble> {
    let id = crew.worker(KILLED)?.id().clone();
    accepted(
        stage,
        (crew, eye),
        (KILLED, TASK, "Deploy the build to staging"),
    )?;
    let beat = next_beat(stage, eye, &id)?;
    crew.worker(KILLED)?.processes().for_each(Process::kill);
    let crash = stage.now();
    log.step(
        crash,
        "keep-alive and agent of worker 5 killed with SIGKILL",
    );
    let limit = detector.limit();
    let alert = stage.until("the alert that worker 5 is silent", limit, || {
        Ok(watchdog.about(&id))
    })?;
    log.step(alert.at, format!("alert: {}", alert.words));
    let (taker, at) = moved(stage, (crew, eye), (KILLED, TASK))?;
    log.step(at, format!("its task is given to worker {taker}"));
    // The tables of the scripts do not say whom a row is for.
    let scripts = stage.schema() == Schema::Scripts;
    let notice = stage.until("the orchestrator is told", Span::seconds(60), || {
        eye.find(|row| {
            (row.to == Side::A || scripts) && says(row, &id, "task_reassigned", TASK).is_some()
        })
    });
    if detector == Detector::Fixed {
        let since = alert.at.since(beat.plus(Span::seconds(300)));
        log.span("limit of 300 s to alert", since, Aim::Most(120.0));
    }
    log.span(
        "last beat to alert",
        alert.at.since(beat),
        Aim::Most(limit.as_f64()),
    );
    log.span("alert to reassignment", at.since(alert.at), Aim::Most(60.0));
    log.exactly(
        "notices to the orchestrator",
        usize::from(notice.is_ok()),
        1,
    );
    let accused = watchdog.others(&id);
    log.none("healthy workers called silent", accused);
    let facts = json!({
        "worker_5_crash_time": crash, "last_heartbeat": beat, "watchdog_detection_time": alert.at,
        "detection_latency_seconds": seconds(alert.at.since(beat)), "task_reassignment_time": at,
        "reassignment_latency_seconds": seconds(at.since(alert.at)), "alert_triggered": true,
        "reassignment_triggered": true, "orchestrator_notified": notice.is_ok(),
    });
    match (detector, facts) {
        (Detector::Adaptive, Value::Object(facts)) => log.outcome.facts.extend(facts),
        (_, facts) => log.fact(detector.name(), facts),
    }
    Ok(())
}
