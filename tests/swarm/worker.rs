//! One worker of the swarm: in some state, with what that looks like.

use super::{NOW, TEAMS, ago, int};
use std::{collections::VecDeque, sync::Arc};
use swarmwarden::domain::{
    ConversationId, Evidence, Holder, LateReport, MessageId, Problem, Severity, Span, State,
    Subject, Task, TaskId, TaskState, Timestamp, Verdict, Worker, WorkerId, health::Limits,
};

const WORK: [&str; 8] = [
    "auth refresh tokens",
    "rate limiter",
    "schema migration",
    "settings page",
    "cache keys",
    "retry policy",
    "flaky login test",
    "vector index",
];

/// State of the `i`th of `n` workers.
fn state(i: usize, n: usize) -> State {
    if n < 20 {
        let few = [
            State::Healthy,
            State::Healthy,
            State::Suspect,
            State::Healthy,
            State::Blocked,
            State::Idle,
            State::Silent,
            State::Healthy,
            State::Held,
        ];
        return few.get(i).copied().unwrap_or(State::Idle);
    }
    match i % 104 {
        6 | 70 => State::Silent,
        2 | 32 | 60 | 78 | 100 => State::Suspect,
        4 | 18 | 35 | 77 | 98 | 99 => State::Blocked,
        40 => State::Stalled,
        41 => State::NoHeartbeat,
        55 => State::Expired,
        19 | 36 | 87 | 88 | 94 | 101..=103 => State::Idle,
        49 | 85 | 86 => State::Held,
        63 => State::New,
        64 => State::Unknown,
        65 => State::Finished,
        _ => State::Healthy,
    }
}

/// Seconds since its last heartbeat and its last deed.
fn ages(i: usize, state: State) -> (i64, i64) {
    let wobble = (int(i) * 7) % 28;
    match state {
        State::Silent => (363 - wobble * 2, 430),
        State::Stalled => (4 + wobble / 2, 1_260),
        State::NoHeartbeat => (610, 12),
        State::Suspect => (124 + wobble * 4, 240),
        State::Expired => (5_400, 5_380),
        State::Finished => (40, 900),
        _ => (2 + wobble, 20 + wobble * 3),
    }
}

pub(super) fn worker(i: usize, n: usize) -> (Worker, Option<Task>) {
    let state = state(i, n);
    let team = TEAMS
        .get(if n < 20 { i / 3 } else { i / 13 } % 8)
        .copied()
        .unwrap_or("core");
    let (beat, deed) = ages(i, state);
    let unseen = matches!(state, State::New | State::Unknown);
    let conversation = ConversationId::new(format!("conv_{:016x}", 0x5eed_0000 + i));
    let id = WorkerId::new(format!("worker-{}-{team}", i + 1));
    let task = task(i, state, &conversation, &id);
    let worker = Worker {
        conversation,
        id,
        number: u32::try_from(i + 1).ok(),
        role: (i.is_multiple_of(5)).then(|| "tests".into()),
        team: Some(team.into()),
        session: "orchestrator".into(),
        created: Some(ago(7_900)),
        expires: Some(NOW.plus(Span::seconds(3_600 * 5))),
        reported: (!unseen).then(|| {
            if state == State::Idle {
                "idle"
            } else {
                "working"
            }
            .into()
        }),
        heartbeat: (!unseen).then(|| ago(beat)),
        poll: None,
        clock_bad: false,
        activity: (!unseen).then(|| (ago(deed), "poll")),
        last_sent: None,
        unread: u32::try_from(i % 5).unwrap_or(0),
        oldest_unread: (!i.is_multiple_of(5)).then(|| ago(150)),
        tasks: task.iter().map(|t| t.id.clone()).collect(),
        done: u32::try_from(i % 13).unwrap_or(0),
        failed: u32::from(i.is_multiple_of(29)),
        accepts_after: None,
        beats: Arc::new(beats(beat)),
        history: Arc::new(history(state, beat)),
        older: u32::from(i == 3),
        recovering: false,
        skew: None,
        witnessed: true,
        as_of: None,
        limits: Limits::fixed(),
        verdict: verdict(state, beat, deed, unseen),
    };
    (worker, task)
}

fn beats(last: i64) -> VecDeque<Timestamp> {
    (0..50).rev().map(|k| ago(last + k * 30)).collect()
}

fn history(state: State, beat: i64) -> VecDeque<(Timestamp, State)> {
    let mut out = VecDeque::from([(ago(2_400), State::Idle), (ago(2_100), State::Healthy)]);
    match state {
        State::Healthy => {}
        State::Silent => {
            out.push_back((ago(beat - 120), State::Suspect));
            out.push_back((ago(beat - 300), State::Silent));
        }
        other => out.push_back((ago((beat - 120).max(1)), other)),
    }
    out
}

fn verdict(state: State, beat: i64, deed: i64, unseen: bool) -> Verdict {
    let reason = match state {
        State::Silent => "no heartbeat and no activity for longer than 5m00s",
        State::Stalled => "beats, but did nothing for 20 minutes while it owes work",
        State::NoHeartbeat => "reads and writes, but its daemon stopped beating",
        State::Suspect => "its heartbeat is later than 2m00s",
        State::Blocked => "asked a question that nobody answered",
        State::Expired => "the bridge refuses its conversation since it expired",
        State::Unknown => "never gave a sign of life",
        State::New => "made a moment ago",
        State::Held => "held by the operator",
        State::Healthy => "beats and moves",
        State::Idle => "beats, owes nothing",
        State::Finished => "says that it is done and owes nothing",
    };
    let vote = |late: bool| match (late, state) {
        (true, State::Silent) => "silent",
        (true, State::Suspect) => "suspect",
        (true, State::Stalled) => "stalled",
        (true, State::NoHeartbeat) => "no-heartbeat",
        _ => "ok",
    };
    let witness = |witness, age: i64, limit: i64, note: &str| Evidence {
        witness,
        at: (!unseen).then(|| ago(age)),
        limit: Some(Span::seconds(limit)),
        vote: vote(age > limit),
        note: note.to_owned(),
    };
    let next = match state {
        State::Suspect => Some((ago(beat - 300), State::Silent)),
        State::Healthy | State::Idle => Some((ago(beat - 120), State::Suspect)),
        _ => None,
    };
    Verdict {
        state,
        since: ago(if state == State::Stalled { deed } else { beat }),
        at: NOW,
        reason: reason.to_owned(),
        evidence: vec![
            witness(
                "heartbeat",
                beat,
                120,
                "session_status.last_heartbeat, every 30s",
            ),
            witness("poll", deed, 900, "get_messages in the audit log"),
            witness("message", deed + 40, 1_200, "newest message that it sent"),
            Evidence {
                witness: "inbox",
                at: None,
                limit: None,
                vote: "ok",
                note: "nothing waits for it".to_owned(),
            },
        ],
        next,
    }
}

/// How many seconds ago a worker was given its task.
fn since(i: usize) -> i64 {
    60 + (int(i) * 97) % 2_900
}

/// Everybody who held the task of a worker, and what somebody says too late.
fn holders(
    i: usize,
    conversation: &ConversationId,
    worker: &WorkerId,
) -> (Vec<Holder>, Vec<LateReport>) {
    let holder = |conversation: &ConversationId, worker: &WorkerId, generation, seconds| Holder {
        conversation: conversation.clone(),
        worker: worker.clone(),
        generation,
        message: MessageId(1_000 + int(i)),
        at: Some(ago(seconds)),
        op: None,
    };
    let mut holders = Vec::new();
    let mut late = Vec::new();
    if i % 10 == 6 {
        let from = WorkerId::from("worker-19-core");
        holders.push(holder(&ConversationId::from("conv_00"), &from, 1, 4_000));
        late.push(LateReport {
            message: MessageId(1_400),
            worker: from,
            status: "completed",
            at: Some(ago(700)),
        });
    }
    let since = since(i);
    let generation = u32::try_from(holders.len() + 1).unwrap_or(1);
    holders.push(holder(conversation, worker, generation, since));
    (holders, late)
}

fn task(i: usize, state: State, conversation: &ConversationId, worker: &WorkerId) -> Option<Task> {
    if matches!(
        state,
        State::Idle | State::Held | State::New | State::Unknown | State::Finished
    ) {
        return None;
    }
    let (holders, late) = holders(i, conversation, worker);
    let generation = u32::try_from(holders.len()).unwrap_or(1);
    let attempts = generation;
    Some(Task {
        id: TaskId::new(format!("T-{}", 112 + i)),
        description: WORK
            .get(i % WORK.len())
            .copied()
            .unwrap_or("work")
            .to_owned(),
        brief: "work".into(),
        needs: Vec::new(),
        priority: Some(u8::try_from(i % 4).unwrap_or(0)),
        timeout: (i.is_multiple_of(3)).then(|| Span::seconds(3_600)),
        depends_on: if i.is_multiple_of(7) {
            vec![TaskId::from("T-104")]
        } else {
            Vec::new()
        },
        state: if state == State::Blocked {
            TaskState::Blocked
        } else {
            TaskState::Running
        },
        generation,
        holders,
        attempts,
        held: false,
        progress: Some(u8::try_from(10 + (i * 37) % 88).unwrap_or(0)),
        result: None,
        weak: false,
        reported_at: Some(ago(since(i) / 2)),
        closed_at: None,
        last_message: MessageId(1_000 + int(i)),
        redeliveries: 0,
        duplicates: 0,
        late,
        adopted: None,
        history: Vec::new(),
    })
}

pub(super) fn problem(worker: &Worker) -> Option<Problem> {
    let (severity, kind, sentence) = match worker.verdict.state {
        State::Silent => (
            Severity::Critical,
            "silent",
            "no sign of life; it holds a task",
        ),
        State::Expired => (
            Severity::Critical,
            "expired",
            "its conversation expired with open work",
        ),
        State::Stalled => (Severity::Warning, "stalled", "beats, but does not move"),
        State::NoHeartbeat => (
            Severity::Warning,
            "no-heartbeat",
            "moves, but its daemon is gone",
        ),
        State::Suspect => (Severity::Warning, "suspect", "its heartbeat is late"),
        State::Blocked => (
            Severity::Warning,
            "waiting-for-answer",
            "which palette for dark mode?",
        ),
        _ => return None,
    };
    Some(Problem {
        key: format!("{kind}/{}", worker.conversation.raw()).into(),
        severity,
        subject: Subject::Worker(worker.conversation.clone(), worker.id.clone()),
        kind,
        sentence: sentence.to_owned(),
        since: worker.verdict.since,
    })
}
