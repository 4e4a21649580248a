//! A view as cases that pass or fail, for programs that run tests.

use super::rows::subject;
use crate::{
    domain::{
        Severity, Snapshot, Span, State, Task, TaskState, Timestamp, Worker,
        repo::{Cell, Matrix},
        session::{Session, Stage},
    },
    headless::text::word,
};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite, XmlString};
use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Write},
    time::Duration,
};

/// What became of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// All is well.
    Passed,
    /// Something to look at.
    Noted(String),
    /// It was not begun, or is kept out.
    Skipped(String),
    /// It is lost.
    Failed(String),
}

/// One case.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) suite: String,
    pub(super) class: &'static str,
    pub(super) name: String,
    pub(super) outcome: Outcome,
    pub(super) took: Option<Span>,
}

pub(super) fn workers(s: &Snapshot) -> Vec<Case> {
    let case = |w: &Worker| {
        let why = format!("{}: {}", word(w.verdict.state), w.verdict.reason);
        let outcome = match w.verdict.state {
            State::Silent => Outcome::Failed(why),
            State::Expired if !w.tasks.is_empty() => Outcome::Failed(why),
            State::Suspect
            | State::Stalled
            | State::NoHeartbeat
            | State::Blocked
            | State::Unknown
            | State::Expired => Outcome::Noted(why),
            State::Held => Outcome::Skipped(why),
            State::Healthy | State::Idle | State::New | State::Finished => Outcome::Passed,
        };
        Case {
            suite: suite(&w.session),
            class: "liveness",
            name: w.id.to_string(),
            outcome,
            took: None,
        }
    };
    s.workers.iter().map(|w| case(w)).collect()
}

fn suite(name: &str) -> String {
    if name.is_empty() { "swarm" } else { name }.to_owned()
}

pub(super) fn tasks(s: &Snapshot, now: Timestamp) -> Vec<Case> {
    let by: HashMap<&str, &Worker> = s
        .workers
        .iter()
        .map(|w| (w.conversation.raw(), &**w))
        .collect();
    let case = |t: &Task| {
        let owner = t.owner().and_then(|h| by.get(h.conversation.raw()));
        let held = t.holder().and_then(|h| by.get(h.conversation.raw()));
        let from = t.holder().and_then(|h| h.at);
        let until = t.closed_at.unwrap_or(now);
        Case {
            suite: suite(held.map_or("", |w| &w.session)),
            class: "task",
            name: t.id.to_string(),
            outcome: of_task(t, owner.copied()),
            took: from.map(|from| until.since(from)),
        }
    };
    s.tasks.iter().map(|t| case(t)).collect()
}

fn of_task(t: &Task, owner: Option<&Worker>) -> Outcome {
    let lost = |w: &Worker| format!("its worker {} is {}", w.id, word(w.verdict.state));
    match (t.state, owner.map(|w| (w, w.verdict.state))) {
        (TaskState::Failed | TaskState::Dead, _) => {
            let words = t.result.as_deref().unwrap_or("no reason was given");
            Outcome::Failed(format!("{}: {words}", t.state.name()))
        }
        (_, Some((w, State::Silent | State::Expired))) => {
            Outcome::Failed(format!("orphan: {}", lost(w)))
        }
        (TaskState::Done, _) => Outcome::Passed,
        (TaskState::Cancelled, _) => Outcome::Skipped("cancelled".to_owned()),
        _ if t.held => Outcome::Skipped("held by the operator".to_owned()),
        (_, Some((w, State::Suspect | State::Stalled))) => {
            Outcome::Noted(format!("at risk: {}", lost(w)))
        }
        (TaskState::Queued | TaskState::Sent, _) => {
            Outcome::Skipped(format!("not begun: {}", t.state.name()))
        }
        (TaskState::Blocked, _) => Outcome::Noted("blocked".to_owned()),
        (TaskState::Delivered | TaskState::Running, _) => Outcome::Passed,
    }
}

pub(super) fn alerts(s: &Snapshot) -> Vec<Case> {
    let case = |p: &crate::domain::Problem| Case {
        suite: "alerts".to_owned(),
        class: "alert",
        name: format!("{} {}", p.kind, subject(s, p)),
        outcome: match p.severity {
            Severity::Critical | Severity::Unknown => Outcome::Failed(p.sentence.clone()),
            Severity::Warning => Outcome::Noted(p.sentence.clone()),
            Severity::Notice | Severity::Ok => Outcome::Passed,
        },
        took: None,
    };
    s.problems.iter().map(case).collect()
}

pub(super) fn sessions<'a>(all: impl Iterator<Item = &'a Session>) -> Vec<Case> {
    let case = |x: &Session| {
        let against: Vec<String> = x
            .contradictions
            .iter()
            .map(|c| {
                format!(
                    "{}: claims {:?} at {}, but {}",
                    c.kind.name(),
                    c.claim,
                    c.place,
                    c.evidence
                )
            })
            .collect();
        Case {
            suite: "sessions".to_owned(),
            class: "session",
            name: x.name(),
            outcome: match (against.is_empty(), x.stage) {
                (false, _) => Outcome::Failed(against.join("\n")),
                (true, Stage::Stuck) => Outcome::Noted("stuck".to_owned()),
                (true, Stage::Absent | Stage::Empty) => Outcome::Skipped("not begun".to_owned()),
                (true, _) => Outcome::Passed,
            },
            took: None,
        }
    };
    all.map(case).collect()
}

pub(super) fn branches(s: &Snapshot) -> Vec<Case> {
    let Some(repo) = s.repo.as_deref() else {
        return Vec::new();
    };
    let none = Matrix::default();
    let matrix = repo.matrix.as_deref().unwrap_or(&none);
    let case = |b: &crate::domain::Branch| Case {
        suite: "branches".to_owned(),
        class: "merge",
        name: b.name.to_string(),
        outcome: match matrix.with_base(&b.name) {
            _ if b.merged => Outcome::Passed,
            Some(Cell::Conflict(files)) => {
                let names: Vec<&str> = files.iter().take(20).map(|f| &*f.path).collect();
                Outcome::Failed(format!(
                    "clashes with the base in {} files: {}",
                    files.len(),
                    names.join(", ")
                ))
            }
            Some(Cell::Unrelated) => {
                Outcome::Noted("has no commit in common with the base".to_owned())
            }
            Some(Cell::Unknown(why)) => Outcome::Noted(why.to_string()),
            Some(Cell::Clean) => Outcome::Passed,
            Some(Cell::Pending) | None => Outcome::Skipped("not compared".to_owned()),
        },
        took: None,
    };
    repo.branches.iter().map(case).collect()
}

/// `JUnit`'s XML: a suite for each session, a case for each worker, task, session or branch.
pub(super) fn junit(out: &mut dyn Write, name: &str, cases: Vec<Case>) -> io::Result<()> {
    let mut suites: BTreeMap<String, TestSuite> = BTreeMap::new();
    for case in cases {
        let (status, note) = match case.outcome {
            Outcome::Passed => (TestCaseStatus::success(), None),
            Outcome::Noted(why) => (TestCaseStatus::success(), Some(why)),
            Outcome::Skipped(why) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(why);
                (status, None)
            }
            Outcome::Failed(why) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(why);
                (status, None)
            }
        };
        let mut one = TestCase::new(XmlString::new(case.name), status);
        one.set_classname(case.class);
        if let Some(took) = case.took {
            one.set_time(Duration::from_micros(took.0.max(0).unsigned_abs()));
        }
        if let Some(note) = note {
            one.set_system_out(note);
        }
        let suite = suites
            .entry(case.suite)
            .or_insert_with_key(|name| TestSuite::new(XmlString::new(name)));
        suite.add_test_case(one);
    }
    let mut report = Report::new(XmlString::new(name));
    report.add_test_suites(suites.into_values());
    let text = report.to_string().map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

/// Annotations of a workflow: failures as errors, what is to be looked at as warnings, worst first.
pub(super) fn github(out: &mut dyn Write, cases: &[Case]) -> io::Result<()> {
    let failed = |c: &&Case| matches!(c.outcome, Outcome::Failed(_));
    let noted = |c: &&Case| matches!(c.outcome, Outcome::Noted(_));
    let errors = cases.iter().filter(failed).map(|c| ("error", c));
    for (level, case) in errors.chain(cases.iter().filter(noted).map(|c| ("warning", c))) {
        let (Outcome::Failed(why) | Outcome::Noted(why)) = &case.outcome else {
            continue;
        };
        let title = format!("{} {}", case.class, case.name);
        writeln!(
            out,
            "::{level} title={}::{}",
            data(&title).replace(':', "%3A").replace(',', "%2C"),
            data(why)
        )?;
    }
    Ok(())
}

/// What would end a command, or begin another one.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}
