//! A swarm by hand, at a fixed instant: every state, every kind of task, hostile text. For screens, pictures and benches.

use std::{collections::VecDeque, sync::Arc};
use swarmwarden::{
    domain::{
        ConversationId, Event, Evidence, Group, GroupKind, Happening, Holder, Kind, LateReport,
        Message, MessageId, Mode, Problem, Repo, Schema, Severity, Side, Snapshot, Source, Span,
        State, StateCounts, Subject, Task, TaskCounts, TaskId, TaskState, Timestamp, Traffic,
        Verdict, Worker, WorkerId,
    },
    link::{JobHealth, Phase},
};

/// 2026-08-20T12:04:31Z.
pub(crate) const NOW: Timestamp = Timestamp(1_787_227_471_000_000);

const TEAMS: [&str; 8] = ["core", "ui", "infra", "data", "test", "docs", "perf", "sec"];
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

fn int(i: usize) -> i64 {
    i64::try_from(i).unwrap_or(0)
}

/// So many seconds before [`NOW`].
pub(crate) fn ago(seconds: i64) -> Timestamp {
    NOW.plus(Span::seconds(-seconds))
}

/// `n` workers: of every hundred two are silent, five suspect, and so on.
pub(crate) fn swarm(n: usize) -> Snapshot {
    let mut swarm = Snapshot {
        at: NOW,
        source: source(),
        severity: Severity::Critical,
        repo: Some(Arc::new(repo())),
        folded: 2,
        ..Snapshot::default()
    };
    for i in 0..n {
        let (worker, task) = worker(i, n);
        swarm.states.add(worker.verdict.state);
        swarm.problems.extend(problem(&worker));
        swarm.workers.push(Arc::new(worker));
        swarm.tasks.extend(task.map(Arc::new));
    }
    swarm
        .problems
        .sort_by_key(|p| (std::cmp::Reverse(p.severity), p.since));
    let n = n as u64;
    swarm.task_counts = TaskCounts {
        total: n * 4,
        running: n * 3 / 4,
        sent: n / 10,
        done: n * 5 / 2,
        failed: 2,
        ..TaskCounts::default()
    };
    swarm.task_counts.total = swarm.task_counts.open() + swarm.task_counts.done + 2;
    swarm.groups = groups(&swarm);
    swarm.messages = Arc::new(messages(&swarm));
    swarm.traffic = Traffic {
        messages: 48_211,
        unread: 17,
        audits: 120_544,
        unknown_reports: 1,
    };
    swarm.completions = Arc::new(completions());
    swarm
}

fn source() -> Source {
    Source {
        name: "bridge.db".into(),
        path: "/srv/swarm/bridge.db".into(),
        schema: Some(Schema::Bridge),
        read_at: Some(Timestamp(NOW.0 - 400_000)),
        mode: Mode::Live,
        watch: "notify + poll 100ms".into(),
        ..Source::default()
    }
}

fn repo() -> Repo {
    Repo {
        path: "/srv/swarm/repo".into(),
        head: "main".into(),
        commit: "8d1e0c4".into(),
        subject: "merge feat/prom".into(),
        committed: Some(ago(900)),
        branches: 12,
        ahead_behind: Some((2, 0)),
        modified: 3,
        untracked: 1,
        conflicted: 0,
        read_at: ago(4),
        error: None,
    }
}

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

fn worker(i: usize, n: usize) -> (Worker, Option<Task>) {
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
        clock_bad: false,
        activity: (!unseen).then(|| (ago(deed), "poll")),
        last_sent: None,
        unread: u32::try_from(i % 5).unwrap_or(0),
        oldest_unread: (!i.is_multiple_of(5)).then(|| ago(150)),
        tasks: task.iter().map(|t| t.id.clone()).collect(),
        done: u32::try_from(i % 13).unwrap_or(0),
        failed: u32::from(i.is_multiple_of(29)),
        beats: Arc::new(beats(beat)),
        history: Arc::new(history(state, beat)),
        older: u32::from(i == 3),
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

fn task(i: usize, state: State, conversation: &ConversationId, worker: &WorkerId) -> Option<Task> {
    if matches!(
        state,
        State::Idle | State::Held | State::New | State::Unknown | State::Finished
    ) {
        return None;
    }
    let holder = |conversation: &ConversationId, worker: &WorkerId, generation, seconds| Holder {
        conversation: conversation.clone(),
        worker: worker.clone(),
        generation,
        message: MessageId(1_000 + int(i)),
        at: Some(ago(seconds)),
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
    let since = 60 + (int(i) * 97) % 2_900;
    let generation = u32::try_from(holders.len() + 1).unwrap_or(1);
    holders.push(holder(conversation, worker, generation, since));
    Some(Task {
        id: TaskId::new(format!("T-{}", 112 + i)),
        description: WORK
            .get(i % WORK.len())
            .copied()
            .unwrap_or("work")
            .to_owned(),
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
        progress: Some(u8::try_from(10 + (i * 37) % 88).unwrap_or(0)),
        result: None,
        weak: false,
        reported_at: Some(ago(since / 2)),
        closed_at: None,
        last_message: MessageId(1_000 + int(i)),
        redeliveries: 0,
        duplicates: 0,
        late,
    })
}

fn problem(worker: &Worker) -> Option<Problem> {
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

fn groups(swarm: &Snapshot) -> Vec<Group> {
    let gather = |kind, name: &str, of: &dyn Fn(&Worker) -> bool| {
        let mut states = StateCounts::default();
        let (mut open, mut done, mut failed, mut at_risk) = (0, 0, 0, 0);
        for worker in swarm.workers.iter().filter(|w| of(w)) {
            states.add(worker.verdict.state);
            open += worker.tasks.len() as u64;
            done += u64::from(worker.done);
            failed += u64::from(worker.failed);
            if matches!(
                worker.verdict.state,
                State::Silent | State::Stalled | State::Expired
            ) {
                at_risk += worker.tasks.len() as u64;
            }
        }
        Group {
            kind,
            name: name.into(),
            states,
            open,
            done,
            failed,
            at_risk,
        }
    };
    let mut out = vec![gather(GroupKind::Session, "orchestrator", &|_| true)];
    for team in TEAMS {
        let group = gather(GroupKind::Team, team, &|w| w.team.as_deref() == Some(team));
        if group.states.total() > 0 {
            out.push(group);
        }
    }
    out
}

fn messages(swarm: &Snapshot) -> VecDeque<Arc<Message>> {
    let kinds = [
        (Kind::Done, Side::B, "merged, 3 files"),
        (Kind::Assign, Side::A, "please take this next"),
        (
            Kind::Question,
            Side::B,
            "which palette for dark mode? A) Okabe-Ito B) brand",
        ),
        (Kind::Progress, Side::B, "80% backfill users.email_ci"),
        (Kind::Ack, Side::B, "accepted"),
        (Kind::Info, Side::A, "status?"),
        (Kind::Blocked, Side::B, "the runner image has no zstd"),
    ];
    let mut out = VecDeque::new();
    for i in 0..60usize {
        let Some(worker) = swarm.workers.get((i * 5) % swarm.workers.len().max(1)) else {
            break;
        };
        let Some((kind, from, words)) = kinds.get(i % kinds.len()) else {
            break;
        };
        let to = if *from == Side::A { Side::B } else { Side::A };
        let body = format!(
            "{words}\n\nfiles: src/auth/mod.rs, src/auth/token.rs\n[#{}/g1]",
            i + 112
        );
        out.push_back(Arc::new(Message {
            id: MessageId(48_152 + int(i)),
            conversation: worker.conversation.clone(),
            worker: worker.id.clone(),
            from: *from,
            to,
            at: Some(ago(17 * (60 - int(i)))),
            kind: *kind,
            task: worker.tasks.first().cloned(),
            summary: (*words).into(),
            bytes: body.len(),
            body: body.into(),
            read: i % 9 != 5,
        }));
    }
    out
}

fn completions() -> VecDeque<Timestamp> {
    let per = [
        2, 4, 3, 6, 8, 9, 14, 10, 7, 5, 4, 6, 9, 12, 8, 7, 9, 8, 5, 7, 11, 9, 10, 6,
    ];
    let mut out = VecDeque::new();
    for (i, n) in per.into_iter().enumerate() {
        let back = 300 * (24 - int(i)) - 20;
        out.extend((0..n).map(|k| ago(back - k * 15)));
    }
    out
}

/// The swarm with things that happened.
pub(crate) fn eventful(n: usize) -> Snapshot {
    let mut swarm = swarm(n);
    let mut seen: Vec<(i64, Happening)> = Vec::new();
    let mut push = |seconds, what| seen.push((seconds, what));
    push(
        900,
        Happening::Source("reading again after a busy moment".into()),
    );
    for (i, worker) in swarm.workers.iter().enumerate() {
        match worker.verdict.state {
            State::Silent => push(
                63,
                Happening::WorkerState(Arc::clone(worker), State::Suspect),
            ),
            State::Suspect => push(
                41,
                Happening::WorkerState(Arc::clone(worker), State::Healthy),
            ),
            State::New => push(30, Happening::WorkerSeen(Arc::clone(worker))),
            _ if i % 11 == 1 => {
                if let Some(task) = swarm.tasks.get(i) {
                    let mut task = Task::clone(task);
                    task.state = TaskState::Done;
                    push(
                        3,
                        Happening::TaskState(Arc::new(task), Some(TaskState::Running)),
                    );
                }
            }
            _ => {}
        }
    }
    seen.sort_by_key(|(seconds, _)| std::cmp::Reverse(*seconds));
    let events = seen.into_iter().zip(1..).map(|((seconds, what), seq)| {
        let at = ago(seconds);
        Arc::new(Event { seq, at, what })
    });
    swarm.events = Arc::new(events.collect());
    swarm
}

/// Background jobs: one well, one failing, one stopped.
pub(crate) fn jobs() -> Arc<[JobHealth]> {
    let job =
        |name, serves: &str, phase, last_ok: Option<i64>, error: Option<(i64, &str)>| JobHealth {
            name,
            serves: serves.into(),
            phase,
            last_ok: last_ok.map(ago),
            last_error: error.map(|(at, words)| (ago(at), words.into())),
            next_run: Some(NOW.plus(Span::seconds(20))),
            runs: 1_234,
            panics: u32::from(name == "sync"),
        };
    Arc::from([
        job("keepalive", "3 conversations", Phase::Idle, Some(10), None),
        job(
            "refresh",
            "/srv/swarm/bridge.db",
            Phase::Running,
            Some(0),
            Some((3_600, "database is locked")),
        ),
        job(
            "sync",
            "/srv/swarm/repo",
            Phase::Backoff {
                attempt: 3,
                until: NOW.plus(Span::seconds(8)),
            },
            Some(400),
            Some((12, "fetch origin: could not resolve host")),
        ),
        job("watchdog", "104 workers", Phase::Stopped, None, None),
    ])
}
