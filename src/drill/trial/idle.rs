//! Test 9: a worker freezes after it accepted its task; the watchdog finds out, moves the task, and another worker completes it.

use super::{Trial, finish, goes_on, private};
use crate::{
    domain::{
        ConversationId, MessageRow, Mode, Schema, Span, StepKind, Task, TaskState, Timestamp,
        health::Detector as Method,
    },
    drill::{
        Aim, Fault, Log, Spec, Trouble,
        crew::{Crew, Manner, Worker},
        log::{part, seconds},
        stage::{Eye, Stage},
        watching::{Detector, Watchdog},
    },
    engine::{View, look},
};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const TRIAL: Trial = Trial {
    number: 9,
    name: "idle session recovery",
    key: "test_9_idle_recovery",
    fastest: 120,
    run,
};

/// The task.
const TASK: &str = "idle-recovery-test";
/// Who freezes.
const FROZEN: u32 = 3;
/// Who is free.
const FREE: u32 = 6;

fn run(spec: &Spec, speed: u32, log: &mut Log) -> Result<(), Trouble> {
    private(spec)?;
    for detector in Detector::ALL {
        log.prefix = detector.prefix();
        let done = once(spec, speed, detector, log);
        goes_on(done, log)?;
    }
    Ok(())
}

/// Whether a row says this of the task.
pub(super) fn says(row: &MessageRow, id: &ConversationId, kind: &str, task: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(&row.text).ok()?;
    let is = |name: &str, wanted: &str| value.get(name).and_then(Value::as_str) == Some(wanted);
    let named = is("task_id", task) || is("task_id", &format!("{task}-reassigned"));
    let completed = kind != "completed" || is("status", "completed");
    let kind = if kind == "completed" {
        "status_update"
    } else {
        kind
    };
    (row.conversation == *id && is("type", kind) && named && completed).then_some(value)
}

/// Seven workers with their hands full, and one that is free; all alive.
pub(super) fn staff(stage: &Stage<'_>, lost: u32, log: &mut Log) -> Result<(Crew, Eye), Trouble> {
    let mut crew = Crew::hire(stage)?;
    let mut eye = Eye::open(stage)?;
    log.step(
        stage.now(),
        "8 conversations made, 8 keep-alives and 8 agents started",
    );
    for worker in &mut crew.workers {
        let manner = match worker.number {
            FREE => Manner::works(45),
            n if n == lost => Manner::works(150),
            _ => Manner::works(7_200),
        };
        worker.works(stage, manner)?;
        // The one that is to be lost beats first when everybody else is there: its detector is cold.
        if worker.number != lost {
            worker.lives(stage)?;
        }
    }
    crew.listen(stage)?;
    for number in (1..=8).filter(|n| ![lost, FREE].contains(n)) {
        crew.assign(number, &format!("busy-{number}"), "Something long")?;
    }
    stage.until("six workers accept their tasks", Span::seconds(120), || {
        eye.look()?;
        let accepted = |n: u32| {
            let id = crew.workers.iter().find(|w| w.number == n).map(Worker::id);
            let task = format!("busy-{n}");
            id.is_some_and(|id| {
                eye.rows
                    .iter()
                    .any(|r| says(r, id, "acknowledgment", &task).is_some())
            })
        };
        Ok((1..=8)
            .filter(|n| accepted(*n))
            .count()
            .ge(&6)
            .then_some(()))
    })?;
    crew.worker(lost)?.lives(stage)?;
    Ok((crew, eye))
}

/// Waits for the worker's next beat, and gives its time.
pub(super) fn next_beat(
    stage: &Stage<'_>,
    eye: &mut Eye,
    id: &ConversationId,
) -> Result<Timestamp, Trouble> {
    let before = eye.beat(id)?;
    stage.until("a beat", Span::seconds(60), || {
        Ok(eye.beat(id)?.filter(|at| Some(*at) != before))
    })
}

/// Where the task went, and when.
pub(super) fn moved(
    stage: &Stage<'_>,
    (crew, eye): (&Crew, &mut Eye),
    (lost, task): (u32, &str),
) -> Result<(u32, Timestamp), Trouble> {
    stage.until("the task is moved", Span::seconds(120), || {
        eye.look()?;
        let to = |row: &MessageRow| {
            let others = crew.workers.iter().filter(|w| w.number != lost);
            let new = others.filter(|w| says(row, w.id(), "task_assignment", task).is_some());
            Some((new.map(|w| w.number).next()?, row.at.at()?))
        };
        Ok(eye.rows.iter().find_map(to))
    })
}

fn once(spec: &Spec, speed: u32, detector: Detector, log: &mut Log) -> Result<(), Trouble> {
    let stage = Stage::new(spec, speed)?;
    let watchdog = Watchdog::start(&stage, detector)?;
    log.step(stage.now(), "watchdog started under policy auto");
    let (mut crew, mut eye) = staff(&stage, FROZEN, log)?;
    let done = scenario(&stage, (&mut crew, &mut eye, &watchdog), detector, log);
    finish(&stage, &crew.tokens(), log);
    done
}

/// Gives a worker a task, and waits until it accepts.
pub(super) fn accepted(
    stage: &Stage<'_>,
    (crew, eye): (&mut Crew, &mut Eye),
    (number, task, what): (u32, &str, &str),
) -> Result<(), Trouble> {
    let id = crew.worker(number)?.id().clone();
    next_beat(stage, eye, &id)?;
    crew.assign(number, task, what)?;
    let words = format!("worker {number} accepts");
    stage.until(&words, Span::seconds(60), || {
        eye.find(|row| says(row, &id, "acknowledgment", task).is_some())
    })?;
    Ok(())
}

type Scene<'a> = (&'a mut Crew, &'a mut Eye, &'a Watchdog);

fn scenario(
    stage: &Stage<'_>,
    (crew, eye, watchdog): Scene<'_>,
    detector: Detector,
    log: &mut Log,
) -> Result<(), Trouble> {
    let frozen = crew.worker(FROZEN)?.id().clone();
    let free = crew.worker(FREE)?.id().clone();
    accepted(
        stage,
        (crew, eye),
        (FROZEN, TASK, "Run pytest suite and report results"),
    )?;
    log.step(stage.now(), "worker 3 accepted the task");
    if stage.spec.breaks(Fault::Fence) {
        forge(stage, crew, (&frozen, &free))?;
    }
    let beat = next_beat(stage, eye, &frozen)?;
    crew.worker(FROZEN)?.signal(Signal::STOP);
    let freeze = stage.now();
    log.step(
        freeze,
        "keep-alive and agent of worker 3 stopped with SIGSTOP",
    );
    let limit = detector.limit();
    let alert = stage.until("the alert that worker 3 is silent", limit, || {
        Ok(watchdog.about(&frozen))
    })?;
    log.step(alert.at, format!("alert: {}", alert.words));
    let (taker, at) = moved(stage, (crew, eye), (FROZEN, TASK))?;
    log.step(at, format!("the task is given to worker {taker}"));
    stage.until("worker 6 accepts", Span::seconds(60), || {
        eye.find(|row| says(row, &free, "acknowledgment", TASK).is_some())
    })?;
    crew.worker(FROZEN)?.signal(Signal::CONT);
    log.step(
        stage.now(),
        "worker 3 goes on with SIGCONT, and reports what it no longer owns",
    );
    let role = crew.worker(FREE)?.role.clone();
    let done = stage.until("worker 6 completes the task", Span::seconds(180), || {
        eye.find(|row| {
            says(row, &free, "completed", TASK).is_some_and(|v| *part(&v, "completed_by") == *role)
        })
    })?;
    let completed = done.at.at().unwrap_or_default();
    log.step(completed, "worker 6 reports the task as completed");
    let (alert, moved) = (alert.at, at);
    Times {
        beat,
        freeze,
        alert,
        moved,
        completed,
    }
    .measure(limit, detector, log);
    log.count(
        "worker that took the task over",
        usize::try_from(taker).unwrap_or(0),
        Aim::Just(f64::from(FREE)),
    );
    let accused = watchdog.others(&frozen);
    log.none("healthy workers called silent", accused);
    fenced(stage, (eye, &frozen, done.id), log)
}

struct Times {
    beat: Timestamp,
    freeze: Timestamp,
    alert: Timestamp,
    moved: Timestamp,
    completed: Timestamp,
}

impl Times {
    fn measure(&self, limit: Span, detector: Detector, log: &mut Log) {
        let total = self.completed.since(self.freeze);
        log.span(
            "last beat to alert",
            self.alert.since(self.beat),
            Aim::Most(limit.as_f64()),
        );
        log.span(
            "alert to reassignment",
            self.moved.since(self.alert),
            Aim::Most(60.0),
        );
        log.span(
            "reassignment to completion",
            self.completed.since(self.moved),
            Aim::Most(120.0),
        );
        let aim = match detector {
            Detector::Adaptive => Aim::Most(300.0),
            Detector::Fixed => Aim::Open,
        };
        log.span("freeze to completion", total, aim);
        let facts = json!({
            "worker_freeze_time": self.freeze, "last_heartbeat": self.beat, "watchdog_detection_time": self.alert,
            "task_reassignment_time": self.moved, "worker_6_completion_time": self.completed,
            "detection_latency_seconds": seconds(self.alert.since(self.beat)),
            "reassignment_latency_seconds": seconds(self.moved.since(self.alert)),
            "total_recovery_seconds": seconds(total), "target_recovery_seconds": 300,
        });
        match (detector, facts) {
            (Detector::Adaptive, Value::Object(facts)) => log.outcome.facts.extend(facts),
            (_, facts) => log.fact(detector.name(), facts),
        }
    }
}

/// One completion counts, that of the new owner; the report of the old one is kept and not applied, and it is told.
fn fenced(
    stage: &Stage<'_>,
    (eye, frozen, report): (&mut Eye, &ConversationId, crate::domain::MessageId),
    log: &mut Log,
) -> Result<(), Trouble> {
    let late = stage.until(
        "the report of worker 3 is there",
        Span::seconds(120),
        || {
            let task = ledger(stage)?;
            Ok(task.filter(|t| t.state == TaskState::Done && !t.late.is_empty()))
        },
    );
    let task = match late {
        Ok(task) => Some(task),
        Err(Trouble::Late(_)) => ledger(stage)?,
        Err(other) => return Err(other),
    };
    let task = task.ok_or_else(|| Trouble::Late("the task is not in the ledger".to_owned()))?;
    let accepted: Vec<_> = task
        .history
        .iter()
        .filter(|s| s.kind == StepKind::Done)
        .collect();
    let owned = accepted.iter().filter(|s| s.message == report).count();
    log.exactly("completions that count", accepted.len(), 1);
    log.exactly("completions that count and are the new owner's", owned, 1);
    log.count(
        "reports of the old owner that were kept and not applied",
        task.late.len(),
        Aim::Least(1.0),
    );
    let told = stage.until("worker 3 is told", Span::seconds(120), || {
        eye.find(|row| {
            says(row, frozen, "task_revoked", TASK).is_some()
                || says(row, frozen, "revoke", TASK).is_some()
        })
    });
    log.exactly(
        "old owner told that the task has moved",
        usize::from(told.is_ok()),
        1,
    );
    Ok(())
}

/// The task as the ledger of this program has it.
fn ledger(stage: &Stage<'_>) -> Result<Option<Arc<Task>>, Trouble> {
    let view = View {
        mode: Mode::Live,
        detector: Method::FIXED,
        habits: Arc::default(),
        floors: Arc::default(),
    };
    let picture = look(&mut stage.store()?, &view, stage.now(), None)?;
    Ok(picture.tasks.iter().find(|t| t.id.raw() == TASK).cloned())
}

/// The breakage of the fence: what worker 3 reports from now on is filed under worker 6, with its generation.
fn forge(
    stage: &Stage<'_>,
    crew: &Crew,
    (from, to): (&ConversationId, &ConversationId),
) -> Result<(), Trouble> {
    let (from, to) = (from.raw(), to.raw());
    let sql = match stage.schema() {
        Schema::Bridge => format!(
            "CREATE TRIGGER forged AFTER INSERT ON messages WHEN NEW.conversation_id = '{from}' AND NEW.from_session = 'b'
             BEGIN UPDATE messages SET conversation_id = '{to}',
                message = replace(NEW.message, '\"generation\":1', '\"generation\":2') WHERE id = NEW.id; END"
        ),
        Schema::Scripts => format!(
            "CREATE TRIGGER forged AFTER INSERT ON messages WHEN NEW.conversation_id = '{from}' AND NEW.sender = 'session_b'
             BEGIN UPDATE messages SET conversation_id = '{to}',
                content = replace(NEW.content, '\"generation\":1', '\"generation\":2') WHERE id = NEW.id; END"
        ),
    };
    Ok(crew.orchestrator.raw().execute_batch(&sql)?)
}
