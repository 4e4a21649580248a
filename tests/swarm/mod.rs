//! A swarm by hand, at a fixed instant: every state, every kind of task, hostile text. For screens, pictures and benches.

mod alerts;
mod branches;
mod sessions;
mod worker;

pub(crate) use alerts::alarming;

use std::{collections::VecDeque, sync::Arc};
use swarmwarden::{
    domain::{
        Event, Group, GroupKind, Happening, Kind, Message, MessageId, Mode, Repo, Schema, Severity,
        Side, Snapshot, Source, Span, State, StateCounts, Task, TaskCounts, TaskState, Timestamp,
        Traffic, Worker,
    },
    link::{JobHealth, Phase},
};

/// 2026-08-20T12:04:31Z.
pub(crate) const NOW: Timestamp = Timestamp(1_787_227_471_000_000);

const TEAMS: [&str; 8] = ["core", "ui", "infra", "data", "test", "docs", "perf", "sec"];

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
        let (worker, task) = worker::worker(i, n);
        swarm.states.add(worker.verdict.state);
        swarm.problems.extend(worker::problem(&worker));
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

/// The swarm of `n` workers, and a repository of four sessions.
pub(crate) fn sessions(n: usize) -> Snapshot {
    sessions::sessions(n)
}

/// The same, with branches that conflict, lag and overlap.
pub(crate) fn branches(n: usize) -> Snapshot {
    branches::branches(n)
}

/// The same of nine workers, with `count` branches more of these names.
pub(crate) fn many(count: usize, name: impl Fn(usize) -> String) -> Snapshot {
    branches::many(count, name)
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
        branch_count: 12,
        ahead_behind: Some((2, 0)),
        modified: 3,
        untracked: 1,
        conflicted: 0,
        ..Repo::unread("".into(), ago(4))
    }
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
