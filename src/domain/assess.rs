//! What needs the operator: one rule after another over the picture. Late workers (`suspect`) never appear here, and neither do
//! finished ones, nor expired ones that owe nothing.

mod capacity;
mod sight;

use super::{
    Problem, Severity, Snapshot, Span, State, Subject, Task, TaskId, TaskState, Timestamp, Worker,
    health::Observer, session, swarm::zone,
};
use std::{cell::OnceCell, collections::HashMap, sync::Arc};

/// A conversation that ends within this span, with work open, is worth a warning.
const EXPIRING: Span = Span::seconds(15 * 60);
/// … and within this one it is critical.
const EXPIRES_SOON: Span = Span::seconds(5 * 60);
/// Waiting for an answer or for a first sign of life becomes a warning.
const PATIENCE: Span = Span::seconds(300);
/// So many silent workers, and this share of those that could be heard, are a storm.
const STORM: usize = 3;
const STORM_PERCENT: usize = 55;
/// A clock that is off by more than this is worth a warning.
const SKEWED: Span = Span::seconds(30);
/// Stalled beyond its limit by this becomes a warning, then critical.
const STALL_WARNS: Span = Span::seconds(120);
const STALL_PAGES: Span = Span::seconds(600);

/// What needs the operator, worst first, then oldest, then by name. Looks at everything in a picture but its problems.
/// O(workers + tasks).
#[must_use]
pub fn assess(s: &Snapshot, now: Timestamp) -> Vec<Problem> {
    let by_id = OpenTasks {
        all: &s.tasks,
        by_id: OnceCell::new(),
    };
    let (old, current): (Vec<_>, Vec<_>) =
        (s.workers.iter()).partition(|w| stale_at_start(w, &s.observer));
    let mut problems: Vec<Problem> = (current.iter())
        .filter_map(|w| worker(w, &by_id, now))
        .collect();
    problems.extend(were_stale(&old, &s.observer));
    problems.extend(s.workers.iter().filter_map(|w| clock(w, now)));
    problems.extend(s.workers.iter().filter_map(|w| expiring(w, &by_id, now)));
    problems.extend(storm(&s.workers, now));
    problems.extend(s.tasks.iter().filter_map(|t| late_result(t)));
    problems.extend(s.tasks.iter().filter_map(|t| dead(t)));
    problems.extend(capacity::none(s, now));
    problems.extend(sight::bridge_down(&s.source, &s.observer, now));
    problems.extend(sight::degraded(&s.observer, now));
    problems.extend(sight::partial(&s.source, now));
    problems.extend(session::problems(s, now));
    problems.sort_by(|a, b| (b.severity, a.since, &a.key).cmp(&(a.severity, b.since, &b.key)));
    problems
}

/// Open tasks by name: a map is made when somebody in trouble owns one.
struct OpenTasks<'a> {
    all: &'a [Arc<Task>],
    by_id: OnceCell<HashMap<&'a TaskId, &'a Task>>,
}

impl<'a> OpenTasks<'a> {
    fn get(&self, id: &TaskId) -> Option<&'a Task> {
        let make = || {
            let open = self.all.iter().filter(|t| t.state.is_open());
            open.map(|t| (&t.id, t.as_ref())).collect()
        };
        self.by_id.get_or_init(make).get(id).copied()
    }
}

/// It was silent already when this program began to watch, gave no sign of life since, and owes nothing.
fn stale_at_start(w: &Worker, observer: &Observer) -> bool {
    let stale = |started: Timestamp| started.since(w.verdict.since) >= w.limits.silent;
    w.verdict.state == State::Silent
        && !w.witnessed
        && w.tasks.is_empty()
        && observer.started.is_some_and(stale)
}

/// What was over before this program came is one matter, and none while it has only just begun to watch.
fn were_stale(old: &[&Arc<Worker>], observer: &Observer) -> Option<Problem> {
    let started = observer.started?;
    let first = old.first()?;
    let rest = match old.len() {
        1 => String::new(),
        n => format!(" and {} more", n - 1),
    };
    Some(Problem {
        key: "stale-at-start".into(),
        severity: Severity::Warning,
        subject: Subject::Source,
        kind: "stale-at-start",
        sentence: format!(
            "{}{rest} gave no sign of life since before this program started, and own nothing",
            first.id
        ),
        since: started,
    })
}

fn worker(w: &Worker, tasks: &OpenTasks<'_>, now: Timestamp) -> Option<Problem> {
    let v = &w.verdict;
    let age = now.since(v.since);
    let (severity, kind, sentence) = match v.state {
        State::Silent if w.tasks.is_empty() => (Severity::Warning, "silent", v.reason.clone()),
        State::Silent => (
            Severity::Critical,
            "silent",
            format!("silent, owns {}", owned(w, tasks)),
        ),
        State::Expired if !w.tasks.is_empty() => (
            Severity::Critical,
            "expired",
            format!("its conversation expired, owns {}", owned(w, tasks)),
        ),
        State::Stalled => {
            let limit = v
                .evidence
                .iter()
                .find(|e| e.witness == "activity")
                .and_then(|e| e.limit)
                .unwrap_or_default();
            let severity = match Span(age.0.saturating_sub(limit.0)) {
                over if over >= STALL_PAGES => Severity::Critical,
                over if over >= STALL_WARNS => Severity::Warning,
                _ => Severity::Notice,
            };
            (
                severity,
                "stalled",
                format!("beats, but does not move; {}", debt(w, tasks)),
            )
        }
        State::NoHeartbeat => (Severity::Warning, "no-heartbeat", v.reason.clone()),
        State::Blocked if age >= PATIENCE => {
            (Severity::Warning, "waiting-for-answer", v.reason.clone())
        }
        State::Unknown if age >= PATIENCE => (Severity::Warning, "never-joined", v.reason.clone()),
        State::Healthy | State::Idle | State::Suspect | State::Blocked => {
            return calm_trouble(w, now);
        }
        _ => return None,
    };
    Some(problem(w, severity, kind, sentence, v.since))
}

/// Its conversation ends soon, and it owes something. A silent worker that owes something is critical already.
fn expiring(w: &Worker, tasks: &OpenTasks<'_>, now: Timestamp) -> Option<Problem> {
    if matches!(
        w.verdict.state,
        State::Expired | State::Finished | State::Silent
    ) {
        return None;
    }
    let end = w
        .expires
        .filter(|end| !w.tasks.is_empty() && end.since(now) <= EXPIRING)?;
    let severity = if end.since(now) <= EXPIRES_SOON {
        Severity::Critical
    } else {
        Severity::Warning
    };
    let sentence = format!(
        "its conversation expires at {}, owns {}",
        end.clock(),
        owned(w, tasks)
    );
    let since = end.plus(Span(-EXPIRING.0));
    Some(problem(w, severity, "expiring", sentence, since))
}

/// So many are silent at once that one cause must be behind it. As bad as the worst of them.
fn storm(workers: &[Arc<Worker>], now: Timestamp) -> Option<Problem> {
    let silent = || {
        let all = workers.iter();
        all.filter(|w| w.verdict.state == State::Silent)
    };
    let up = |w: &&Arc<Worker>| {
        let state = w.verdict.state;
        state.is_up() && !matches!(state, State::New | State::Unknown)
    };
    let (down, up) = (silent().count(), workers.iter().filter(up).count());
    if down < STORM || down * 100 < (down + up) * STORM_PERCENT {
        return None;
    }
    let owing = silent().any(|w| !w.tasks.is_empty());
    Some(Problem {
        key: "storm".into(),
        severity: if owing {
            Severity::Critical
        } else {
            Severity::Warning
        },
        subject: Subject::Source,
        kind: "storm",
        sentence: format!(
            "{down} of {} workers are silent at once; one cause is likely",
            down + up
        ),
        since: silent().map(|w| w.verdict.since).max().unwrap_or(now),
    })
}

/// Trouble of a worker that is well as such: it does not fetch, or its times do not parse.
fn calm_trouble(w: &Worker, now: Timestamp) -> Option<Problem> {
    if let Some(at) = w.oldest_unread.filter(|at| now.since(*at) > PATIENCE) {
        let sentence = format!("{} unread, the oldest since {}", w.unread, at.clock());
        return Some(problem(w, Severity::Warning, "inbox-lag", sentence, at));
    }
    if w.clock_bad {
        let sentence = "a time in its rows does not parse".to_owned();
        return Some(problem(
            w,
            Severity::Notice,
            "clock-bad",
            sentence,
            w.verdict.since,
        ));
    }
    None
}

/// Its clock is not ours: by what was seen while this program watched, else by a beat from the future.
fn clock(w: &Worker, now: Timestamp) -> Option<Problem> {
    if w.clock_bad
        || !matches!(
            w.verdict.state,
            State::Healthy | State::Idle | State::Suspect | State::Blocked | State::Stalled
        )
    {
        return None;
    }
    // The least of few differences holds the time that a row took to be seen.
    let seen = |skew: &Span| {
        let enough = if skew.0.saturating_abs() > SKEWED.0 {
            3
        } else {
            20
        };
        w.beats.len() >= enough
    };
    let ahead = w.heartbeat.map_or(Span(0), |beat| beat.since(now));
    let future = (ahead > SKEWED).then_some(Span(-ahead.0));
    let skew = w.skew.filter(seen).or(future)?;
    let (by, way) = (
        Span(skew.0.saturating_abs()),
        if skew.0 < 0 { "ahead of" } else { "behind" },
    );
    let severity = if w.skew == Some(skew) && by > SKEWED {
        Severity::Warning
    } else {
        Severity::Notice
    };
    let zone = match zone(skew) {
        Some(_) => ": it writes local time, not UTC",
        None => "",
    };
    let sentence = format!("its clock is {by} {way} ours{zone}");
    Some(problem(w, severity, "clock-skew", sentence, w.verdict.at))
}

fn problem(
    w: &Worker,
    severity: Severity,
    kind: &'static str,
    sentence: String,
    since: Timestamp,
) -> Problem {
    Problem {
        key: format!("{kind}/{}", w.conversation).into(),
        severity,
        subject: Subject::Worker(w.conversation.clone(), w.id.clone()),
        kind,
        sentence,
        since,
    }
}

/// `deploy-staging (P1) and 2 more`.
fn owned(w: &Worker, tasks: &OpenTasks<'_>) -> String {
    let mut held: Vec<_> = w
        .tasks
        .iter()
        .map(|id| (tasks.get(id).and_then(|t| t.priority), id))
        .collect();
    held.sort_by_key(|(priority, id)| (priority.unwrap_or(u8::MAX), (*id).clone()));
    let Some((priority, first)) = held.first() else {
        return "nothing".to_owned();
    };
    let urgency = priority.map(|p| format!(" (P{p})")).unwrap_or_default();
    match held.len() {
        1 => format!("{first}{urgency}"),
        n => format!("{first}{urgency} and {} more", n - 1),
    }
}

fn debt(w: &Worker, tasks: &OpenTasks<'_>) -> String {
    if w.tasks.is_empty() {
        "owes an answer".to_owned()
    } else {
        format!("owns {}", owned(w, tasks))
    }
}

/// Somebody who no longer owns an open task says that it is done.
fn late_result(task: &Task) -> Option<Problem> {
    let late = task
        .late
        .iter()
        .rev()
        .find(|l| l.status == "completed")
        .filter(|_| task.state.is_open())?;
    let holder = task.holder()?;
    Some(Problem {
        key: format!("late-result/{}", task.id).into(),
        severity: Severity::Warning,
        subject: Subject::Worker(holder.conversation.clone(), holder.worker.clone()),
        kind: "late-result",
        sentence: format!(
            "{} says {} is done, but {} owns it now",
            late.worker, task.id, holder.worker
        ),
        since: late.at.or(holder.at).unwrap_or_default(),
    })
}

/// It was given up, and waits for the operator to take it up again or to let it be.
fn dead(task: &Task) -> Option<Problem> {
    let holder = task.holder().filter(|_| task.state == TaskState::Dead)?;
    Some(Problem {
        key: format!("task-dead/{}", task.id).into(),
        severity: Severity::Critical,
        subject: Subject::Worker(holder.conversation.clone(), holder.worker.clone()),
        kind: "task-dead",
        sentence: format!(
            "{} was given up after {} attempts, last with {}",
            task.id, task.attempts, holder.worker
        ),
        since: task.closed_at.or(holder.at).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests;
