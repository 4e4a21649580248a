//! When something is to be done.

use super::{
    super::{
        ConversationId, DataState, Mode, Snapshot, Span, State, StepKind, Task, TaskId, TaskState,
        Timestamp, Worker,
        act::Deed,
        choose::{Wanted, rank},
    },
    Move, Perished,
};
use std::{collections::HashMap, sync::Arc};

/// Delivered and not accepted for so long is delivered again.
const ACCEPTED_WITHIN: Span = Span::seconds(300);
/// What this program handed to somebody who never fetched it goes to somebody else after so long.
const FETCHED_WITHIN: Span = Span::seconds(900);
/// Deliveries before a task goes to somebody else.
const DELIVERIES: u32 = 3;
/// A worker gets no second task by itself within this.
pub(super) const BETWEEN: Span = Span::seconds(60);
/// Between two nudges.
pub(super) const SECOND_NUDGE: Span = Span::seconds(120);
/// A stalled worker whose task is overdue loses it this long after its limit.
const OVERDUE: Span = Span::seconds(600);
/// The first retry of a task that failed comes after this; each next one after twice as long.
const BACKOFF: Span = Span::seconds(60);
const LONGEST: Span = Span::seconds(15 * 60);

/// The picture can be acted on: read to its end, a moment ago, by somebody who sees.
pub(super) fn sees(s: &Snapshot, now: Timestamp) -> bool {
    !matches!(s.source.mode, Mode::Recorded(_))
        && s.source.progress.is_none()
        && s.source.state(now) == DataState::Live
        && !s.observer.blind()
}

fn worker<'a>(s: &'a Snapshot, id: &ConversationId) -> Option<&'a Arc<Worker>> {
    s.workers.iter().find(|w| w.conversation == *id)
}

fn open_tasks(s: &Snapshot) -> impl Iterator<Item = &Arc<Task>> {
    s.tasks
        .iter()
        .filter(|t| !t.held && (t.state.is_open() || t.state == TaskState::Failed))
}

/// Beats, owes work, and does not move.
pub(super) fn stalled(w: &Worker) -> bool {
    w.verdict.state == State::Stalled
}

/// A worker that lost a task and shows itself again is told so, once.
pub(super) fn revoke(s: &Snapshot) -> Option<Move> {
    for task in s
        .tasks
        .iter()
        .filter(|t| t.holders.len() > 1 || t.owner().is_none())
    {
        let owner = task.owner().map(|h| &h.conversation);
        for former in task.holders.iter().rev() {
            let id = &former.conversation;
            if Some(id) == owner
                || task.told.contains(id)
                || former.op.is_none() && !ours(task, former.generation)
            {
                continue;
            }
            let Some(lost) = lost_at(task, former.generation) else {
                continue;
            };
            let back = worker(s, id).filter(|w| {
                let alive = !matches!(
                    w.verdict.state,
                    State::Silent | State::Expired | State::Unknown | State::New
                );
                alive && w.verdict.since > lost
            });
            if let Some(back) = back {
                return Some(Move {
                    deed: Deed::Revoke {
                        task: task.id.clone(),
                        from: id.clone(),
                    },
                    cause: "fenced",
                    reason: format!("{} shows itself again", back.id),
                });
            }
        }
    }
    None
}

/// The step that ended a generation is one of our own: the orchestrator tells its workers itself.
fn ours(task: &Task, generation: u32) -> bool {
    task.history
        .iter()
        .any(|step| step.generation > generation && step.by.is_some())
}

/// When a generation ended.
fn lost_at(task: &Task, generation: u32) -> Option<Timestamp> {
    task.history
        .iter()
        .find(|step| step.generation > generation)
        .and_then(|step| step.at)
}

/// Since when a delivered task waits to be accepted; time in which the bridge was away does not count.
fn delivered_at(s: &Snapshot, task: &Task) -> Option<Timestamp> {
    let owner = task.owner().and_then(|h| worker(s, &h.conversation));
    let back = owner.map_or(Timestamp(i64::MIN), |w| w.limits.restart);
    let delivered =
        |s: &&super::super::TaskStep| matches!(s.kind, StepKind::Assigned | StepKind::Redelivered);
    task.history
        .iter()
        .rev()
        .find(delivered)
        .and_then(|s| s.at)
        .map(|at| at.max(back))
}

/// Delivered and not accepted: the same assignment again, to a worker that is well.
pub(super) fn redeliver(
    s: &Snapshot,
    now: Timestamp,
    open: impl Fn(&TaskId) -> bool,
) -> Option<Move> {
    let task = open_tasks(s).find(|t| {
        let waits = t.state == TaskState::Delivered && t.redeliveries + 1 < DELIVERIES;
        let long = delivered_at(s, t).is_some_and(|at| now.since(at) >= ACCEPTED_WITHIN);
        waits
            && long
            && open(&t.id)
            && t.owner()
                .and_then(|h| worker(s, &h.conversation))
                .is_some_and(|w| well(w))
    })?;
    Some(Move {
        deed: Deed::Redeliver {
            task: task.id.clone(),
        },
        cause: "unaccepted",
        reason: "delivered, and not accepted within five minutes".to_owned(),
    })
}

fn well(w: &Worker) -> bool {
    matches!(
        w.verdict.state,
        State::Healthy | State::Idle | State::Suspect
    )
}

/// A task that would have to go to somebody else, and whose attempts are used up, is given up.
pub(super) fn give_up(
    s: &Snapshot,
    known: (Timestamp, &Perished),
    open: impl Fn(&TaskId) -> bool,
) -> Option<Move> {
    let used = |t: &&Arc<Task>| t.attempts >= Task::MAX_ATTEMPTS && open(&t.id);
    let task = open_tasks(s)
        .filter(used)
        .find(|t| cause(s, t, known).is_some())?;
    Some(Move {
        deed: Deed::Dead {
            task: task.id.clone(),
        },
        cause: "attempts",
        reason: format!("{} attempts, none of them done", task.attempts),
    })
}

/// Work that somebody else must take: of the lost, the expired, the failed, and what nobody owns; the most urgent first.
pub(super) fn hand_on(
    s: &Snapshot,
    known: (Timestamp, &Perished),
    random: [u64; 2],
    given: &HashMap<ConversationId, Timestamp>,
    open: impl Fn(&TaskId) -> bool,
) -> Option<Move> {
    // As many as may are on their way: only what is itself on its way may go on to somebody else.
    let full = s.tasks.iter().filter(|t| in_flight(t)).count() >= most_in_flight(s);
    let mut waiting: Vec<_> = open_tasks(s)
        .filter(|t| open(&t.id) && t.attempts < Task::MAX_ATTEMPTS && (!full || in_flight(t)))
        .filter_map(|t| Some((t, cause(s, t, known)?)))
        .collect();
    waiting.sort_by_key(|(t, _)| (t.priority.unwrap_or(u8::MAX), t.reported_at, t.id.clone()));
    for (task, (cause, reason)) in waiting {
        let mut ranking = rank(s, &Wanted::of(task, s), known.0);
        ranking
            .candidates
            .retain(|c| !given.contains_key(&c.worker.conversation));
        if let Some(best) = ranking.pick(random) {
            return Some(Move {
                deed: Deed::Reassign {
                    task: task.id.clone(),
                    to: best.worker.conversation.clone(),
                },
                cause,
                reason,
            });
        }
        if cause == "expired" {
            return Some(Move {
                deed: Deed::Fence {
                    task: task.id.clone(),
                },
                cause,
                reason,
            });
        }
    }
    None
}

/// Why a task must go to somebody else now; `None` when it must not.
fn cause(
    s: &Snapshot,
    task: &Task,
    (now, perished): (Timestamp, &Perished),
) -> Option<(&'static str, String)> {
    match task.state {
        TaskState::Queued => return Some(("queued", "nobody owns it".to_owned())),
        TaskState::Failed => {
            let at = retry_at(task)?;
            return (now >= at).then(|| ("failed", "its worker says that it failed".to_owned()));
        }
        _ => {}
    }
    let waits = delivered_at(s, task)
        .map(|at| now.since(at))
        .unwrap_or_default();
    if task.state == TaskState::Sent && in_flight(task) && waits >= FETCHED_WITHIN {
        return Some((
            "unfetched",
            "never fetched by whom it was given to".to_owned(),
        ));
    }
    let owner = worker(s, &task.owner()?.conversation)?;
    match owner.verdict.state {
        State::Expired => Some(("expired", owner.verdict.reason.clone())),
        State::Silent if now >= acts_at(owner, perished)? => {
            Some(("silent", lost(owner, perished)))
        }
        State::Stalled => {
            let overdue = task.deadline().is_some_and(|end| now >= end);
            let long = now.since(owner.verdict.since) >= Span(owner.limits.stall.0 + OVERDUE.0);
            (overdue && long).then(|| ("stalled", format!("overdue, and {}", owner.verdict.reason)))
        }
        _ if task.state == TaskState::Delivered && task.redeliveries + 1 >= DELIVERIES => {
            let long = delivered_at(s, task).is_some_and(|at| now.since(at) >= ACCEPTED_WITHIN);
            long.then(|| {
                (
                    "unaccepted",
                    format!("delivered {DELIVERIES} times, never accepted"),
                )
            })
        }
        _ => None,
    }
}

/// When the work of a silent worker may move: not while it is coming back.
fn acts_at(w: &Worker, perished: &Perished) -> Option<Timestamp> {
    let confirmed = perished.contains_key(w.conversation.raw());
    (!w.recovering).then(|| moves_at(w).plus(Span(-i64::from(confirmed) * w.limits.spared().0)))
}

/// Why a silent worker loses a task.
fn lost(w: &Worker, perished: &Perished) -> String {
    match perished.get(w.conversation.raw()) {
        Some(fate) => format!("{}; its keep-alive here is {fate}", w.verdict.reason),
        None => w.verdict.reason.clone(),
    }
}

/// When the work of a silent worker may move: at its own limit, counted from its last beat; without a beat, from its last sign.
#[must_use]
pub fn moves_at(w: &Worker) -> Timestamp {
    w.verdict
        .beat()
        .unwrap_or(w.verdict.since)
        .plus(w.limits.act)
}

/// 60 s after the first failure, twice as long after each next one, at most 15 minutes; ±20 % by the task's name, so that many do not
/// come back at once.
fn retry_at(task: &Task) -> Option<Timestamp> {
    let doubled = BACKOFF
        .0
        .checked_shl(task.attempts.saturating_sub(1))
        .unwrap_or(LONGEST.0);
    let span = doubled.clamp(BACKOFF.0, LONGEST.0);
    let hash = task
        .id
        .raw()
        .bytes()
        .fold(5_381i64, |h, b| h.wrapping_mul(33) ^ i64::from(b));
    let jitter = span / 1_000 * (hash.rem_euclid(401) - 200);
    Some(task.closed_at?.plus(Span(span + jitter)))
}

/// It was handed on by this program, and nobody accepted it yet.
fn in_flight(t: &Task) -> bool {
    matches!(t.state, TaskState::Sent | TaskState::Delivered)
        && t.generation > 1
        && t.owner().is_some_and(|h| h.op.is_some())
}

/// A quarter of those that are up, at least one.
fn most_in_flight(s: &Snapshot) -> usize {
    let up = usize::try_from(s.states.up()).unwrap_or(usize::MAX);
    up.div_ceil(4).max(1)
}

/// When time alone makes something to do.
pub(super) fn due(s: &Snapshot, now: Timestamp, perished: &Perished) -> Vec<Timestamp> {
    let mut all = Vec::new();
    for task in open_tasks(s) {
        all.extend(retry_at(task).filter(|_| task.state == TaskState::Failed));
        if task.state == TaskState::Delivered {
            all.extend(delivered_at(s, task).map(|at| at.plus(ACCEPTED_WITHIN)));
        }
        let owner = task.owner().and_then(|h| worker(s, &h.conversation));
        match owner.map(|w| (w, w.verdict.state)) {
            Some((w, State::Silent)) => all.extend(acts_at(w, perished)),
            Some((w, State::Stalled)) => {
                all.push(w.verdict.since.plus(Span(w.limits.stall.0 + OVERDUE.0)));
                all.extend(task.deadline());
            }
            _ => {}
        }
    }
    // The bucket, the pause between two tasks of a worker, the second nudge.
    if s.workers.iter().any(|w| {
        matches!(
            w.verdict.state,
            State::Silent | State::Expired | State::Stalled
        )
    }) {
        all.push(now.plus(Span::seconds(10)));
    }
    all
}
