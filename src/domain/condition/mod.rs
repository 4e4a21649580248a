//! Conditions on a picture, such as `tasks.done >= 340 and silent = 0`: what a script waits for. A condition knows not only whether it
//! holds, but also whether that can still change.
//!
//! ```text
//! expr := and { ("or" | "|") and }     and := unit { ["and" | "&"] unit }     unit := ["not" | "!"] unit | "(" expr ")" | term
//! term := metric op number | "severity" op name | ("task" | "worker" | "session") ":" name op state | word
//! op   := = == != < <= > >=            word := all-done | no-silent | no-problem
//! ```

mod parse;

use super::{
    Severity, Snapshot, State, TaskState,
    report::{Summary, summary},
    session::Stage,
};
use std::cmp::Ordering;

/// Whether something holds, and whether that can change by what the swarm does: a person who takes up a closed task again, or removes old
/// conversations, can change anything. In this order `and` is the least and `or` the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It does not hold, and will not by itself.
    Never,
    /// It does not hold yet.
    No,
    /// It holds.
    Yes,
    /// It holds, and will go on to.
    Always,
}

impl Truth {
    const fn not(self) -> Self {
        match self {
            Self::Never => Self::Always,
            Self::No => Self::Yes,
            Self::Yes => Self::No,
            Self::Always => Self::Never,
        }
    }

    /// It holds now.
    #[must_use]
    pub const fn holds(self) -> bool {
        matches!(self, Self::Yes | Self::Always)
    }
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition(Expr);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Expr {
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Term(Term),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    Metric(String, Op, u64),
    Severity(Op, Severity),
    Task(String, Op, TaskState),
    Worker(String, Op, State),
    Session(String, Op, Stage),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Is,
    IsNot,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Op {
    const fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Is => order.is_eq(),
            Self::IsNot => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

impl Condition {
    /// Reads a condition. At most 32 levels deep.
    ///
    /// # Errors
    /// A sentence that names the part that is wrong, and what would be right.
    pub fn parse(raw: &str) -> Result<Self, String> {
        parse::parse(raw).map(Self)
    }

    /// What it says of a picture. O(terms × (workers + tasks)).
    #[must_use]
    pub fn of(&self, s: &Snapshot) -> Truth {
        judge(&self.0, s, &summary(s))
    }

    /// Each term with what it says now: the evidence.
    #[must_use]
    pub fn terms(&self, s: &Snapshot) -> Vec<(String, Truth)> {
        let (mut out, sum) = (Vec::new(), summary(s));
        each(&self.0, &mut |term| {
            out.push((told(term, s, &sum), one(term, s, &sum)));
        });
        out
    }
}

fn each<'a>(expr: &'a Expr, see: &mut dyn FnMut(&'a Term)) {
    match expr {
        Expr::And(all) | Expr::Or(all) => all.iter().for_each(|e| each(e, see)),
        Expr::Not(inner) => each(inner, see),
        Expr::Term(term) => see(term),
    }
}

fn judge(expr: &Expr, s: &Snapshot, sum: &Summary) -> Truth {
    match expr {
        Expr::And(all) => {
            let all = all.iter().map(|e| judge(e, s, sum));
            all.min().unwrap_or(Truth::Always)
        }
        Expr::Or(all) => {
            let all = all.iter().map(|e| judge(e, s, sum));
            all.max().unwrap_or(Truth::Never)
        }
        Expr::Not(inner) => judge(inner, s, sum).not(),
        Expr::Term(term) => one(term, s, sum),
    }
}

fn one(term: &Term, s: &Snapshot, sum: &Summary) -> Truth {
    let now = |holds: bool| if holds { Truth::Yes } else { Truth::No };
    match term {
        Term::Metric(name, op, wanted) => {
            let value = metric(s, sum, name).unwrap_or_default();
            let holds = op.holds(value.cmp(wanted));
            if !grows(name) {
                return now(holds);
            }
            match op {
                Op::More | Op::AtLeast if holds => Truth::Always,
                Op::IsNot if value > *wanted => Truth::Always,
                Op::Less | Op::AtMost if !holds => Truth::Never,
                Op::Is if value > *wanted => Truth::Never,
                _ => now(holds),
            }
        }
        Term::Severity(op, wanted) => now(op.holds(s.severity.cmp(wanted))),
        Term::Task(id, op, wanted) => {
            let task = s.tasks.iter().find(|t| t.id.raw() == id);
            let Some(state) = task.map(|t| t.state) else {
                return now(*op == Op::IsNot);
            };
            let holds = op.holds((state != *wanted).cmp(&false));
            // A retry may follow a failure; what is done, withdrawn or given up stays so.
            let last = [TaskState::Done, TaskState::Cancelled, TaskState::Dead].contains(&state);
            match (last, holds) {
                (true, true) => Truth::Always,
                (true, false) => Truth::Never,
                (false, _) => now(holds),
            }
        }
        Term::Worker(name, op, wanted) => {
            let state = s.worker_named(name).ok().map(|w| w.verdict.state);
            now(state.map_or(*op == Op::IsNot, |x| op.holds((x != *wanted).cmp(&false))))
        }
        Term::Session(name, op, wanted) => {
            let stage = session(s, name).map(|x| x.stage);
            now(stage.map_or(*op == Op::IsNot, |x| op.holds((x != *wanted).cmp(&false))))
        }
    }
}

fn session<'a>(s: &'a Snapshot, name: &str) -> Option<&'a super::session::Session> {
    let number = name.parse::<u32>().ok();
    let all = s.sessions.iter().map(AsRef::as_ref);
    all.into_iter()
        .find(|x| *x.key == *name || (number.is_some() && x.number == number))
}

/// A term with what is known of it.
fn told(term: &Term, s: &Snapshot, sum: &Summary) -> String {
    let state = |kind: &str, name: &str, word: Option<&str>| {
        let word = word.unwrap_or("not there");
        format!("{kind} {} is {word}", super::text::line(name))
    };
    match term {
        Term::Metric(name, ..) => {
            format!("{name} is {}", metric(s, sum, name).unwrap_or_default())
        }
        Term::Severity(..) => format!("severity is {}", s.severity.name()),
        Term::Task(id, ..) => {
            let task = s.tasks.iter().find(|t| t.id.raw() == id);
            state("task", id, task.map(|t| t.state.name()))
        }
        Term::Worker(name, ..) => {
            let worker = s.worker_named(name).ok();
            state("worker", name, worker.map(|w| w.verdict.state.name()))
        }
        Term::Session(name, ..) => state("session", name, session(s, name).map(|x| x.stage.name())),
    }
}

/// It never falls while the history stays.
fn grows(name: &str) -> bool {
    matches!(name, "tasks.total" | "tasks.done" | "messages")
}

/// Names that [`metric`] knows besides the states of workers.
pub const METRICS: [&str; 22] = [
    "orphan",
    "unread",
    "messages",
    "contradictions",
    "blockers",
    "workers.total",
    "workers.up",
    "tasks.total",
    "tasks.open",
    "tasks.queued",
    "tasks.sent",
    "tasks.delivered",
    "tasks.running",
    "tasks.blocked",
    "tasks.done",
    "tasks.failed",
    "tasks.cancelled",
    "tasks.dead",
    "alerts",
    "alerts.critical",
    "alerts.warning",
    "alerts.notice",
];

/// A number of the picture by its name: one of [`METRICS`], or a state of workers, such as `silent` or `workers.silent`.
#[must_use]
pub fn metric(s: &Snapshot, sum: &Summary, name: &str) -> Option<u64> {
    let t = &sum.tasks;
    let alerts = |name: &str| sum.alerts.get(name).map(|n| *n as u64);
    Some(match name {
        "orphan" => sum.orphans,
        "unread" => sum.unread,
        "messages" => sum.messages,
        "contradictions" => {
            let all = s.sessions.iter();
            all.map(|x| x.contradictions.len() as u64).sum()
        }
        "blockers" => blockers(s),
        "tasks.total" => t.total,
        "tasks.open" => t.open(),
        "tasks.queued" => t.queued,
        "tasks.sent" => t.sent,
        "tasks.delivered" => t.delivered,
        "tasks.running" => t.running,
        "tasks.blocked" => t.blocked,
        "tasks.done" => t.done,
        "tasks.failed" => t.failed,
        "tasks.cancelled" => t.cancelled,
        "tasks.dead" => t.dead,
        "alerts" => s.problems.len() as u64,
        other => {
            if let Some(severity) = other.strip_prefix("alerts.") {
                return alerts(severity);
            }
            let state = other.strip_prefix("workers.").unwrap_or(other);
            u64::from(*sum.workers.get(state)?)
        }
    })
}

/// Open blockers, of sessions and of nobody.
fn blockers(s: &Snapshot) -> u64 {
    let survey = s.repo.as_ref().and_then(|r| r.survey.as_ref());
    let loose = survey.map_or(&[][..], |survey| &survey.blockers);
    let loose = loose.iter().filter(|b| b.blocker.open).count();
    let of_sessions: usize = s.sessions.iter().map(|x| x.open_blockers().count()).sum();
    (loose + of_sessions) as u64
}

#[cfg(test)]
mod tests;
