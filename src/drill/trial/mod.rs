//! The tests, and how one is run.

mod audit;
mod distribute;
mod idle;
mod install;
mod load;
mod monitor;
mod push;
mod recover;
mod reliable;
mod secure;
mod travel;

use super::{Log, Outcome, Spec, Trouble, machine::Machine, stage::Stage};
use crate::domain::Span;

/// Times that a test is run where the machine did not keep up.
const TRIES: u32 = 3;

/// A test.
#[derive(Clone, Copy)]
pub(super) struct Trial {
    number: u8,
    name: &'static str,
    key: &'static str,
    /// It runs no faster than so many times life.
    fastest: u32,
    run: fn(&Spec, u32, &mut Log) -> Result<(), Trouble>,
}

/// All of them that there are.
const TRIALS: [Trial; 13] = [
    install::INSTALL,
    install::TALKS,
    distribute::TASKS,
    distribute::ANSWERS,
    load::TRIAL,
    secure::TRIAL,
    recover::TRIAL,
    audit::TRIAL,
    idle::TRIAL,
    travel::TRIAL,
    reliable::TRIAL,
    monitor::TRIAL,
    push::TRIAL,
];

/// The test with this number.
pub(super) fn of(number: u8) -> Option<Trial> {
    TRIALS.into_iter().find(|t| t.number == number)
}

/// Runs a test. Where it failed while the machine was late or crowded, it is run again at half the speed, and that is said.
pub(super) fn rehearse(spec: &Spec, trial: Trial) -> Outcome {
    let mut speed = spec.speed.min(trial.fastest).max(1);
    let mut notes = Vec::new();
    for again in (0..TRIES).rev() {
        let mut log = Log::default();
        let (begun, machine) = (spec.clock.steady(), Machine::watch(&spec.clock));
        let done = (trial.run)(spec, speed, &mut log);
        let took = Span(spec.clock.steady().0 - begun.0);
        match done {
            Ok(()) => {}
            Err(Trouble::NotHere(why)) => log.outcome.skipped = Some(why),
            Err(why) => log.fail(why.to_string()),
        }
        let mut outcome = Outcome {
            test: trial.number,
            name: trial.name,
            key: trial.key,
            took,
            speed,
            ..log.outcome
        };
        let over = outcome.passed() || outcome.skipped.is_some() || again == 0 || speed == 1;
        let excuse = machine.ok().and_then(|machine| machine.excuse());
        let Some(excuse) = excuse.filter(|_| !over && !spec.stopped() && spec.faults.is_empty())
        else {
            outcome.notes.splice(0..0, notes);
            return outcome;
        };
        let (why, half) = (outcome.reasons().join("; "), (speed / 2).max(1));
        notes.push(format!(
            "run again at speed {half}: at speed {speed} {excuse}, and it failed ({why})"
        ));
        speed = half;
    }
    Outcome::default()
}

/// What is written down at the end of a test of a crew: that no token was shown.
fn finish(stage: &Stage<'_>, tokens: &[String], log: &mut Log) {
    let shown = stage.leaks(tokens);
    log.none("lines of processes that show a token", shown);
}

/// What did not come in time failed one part of a test; the next part is run all the same.
fn goes_on(done: Result<(), Trouble>, log: &mut Log) -> Result<(), Trouble> {
    match done {
        Err(Trouble::Late(why)) => log.fail(why),
        other => return other,
    }
    Ok(())
}

/// The watchdog of a drill would judge everybody on a bridge by time that passes faster than life, and act on them.
fn private(spec: &Spec) -> Result<(), Trouble> {
    match &spec.db {
        None => Ok(()),
        Some(_) => Err(Trouble::NotHere(
            "not on a given bridge: its watchdog judges and moves work of whoever is there, and not of the drill's own workers alone; without --db it runs on a private one".to_owned(),
        )),
    }
}
