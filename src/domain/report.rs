//! The projection for programs: what `status -o json` prints. Stable: within v1 fields are only added; a value that is not known is
//! null, never missing; unknown names of states must be tolerated by readers. All text is neutralised.

use super::{
    DataState, Evidence, Mode, Problem, Severity, Snapshot, Span, State, Subject, Task, TaskCounts,
    Timestamp, Worker, alert::Alert,
};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Name and version of the format.
pub const SCHEMA: &str = "swarmwarden.status/v1";

/// Everything, for programs.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    schema: &'static str,
    generated_at: Timestamp,
    source: SourceReport<'a>,
    scope: Scope,
    /// Counts that every frontend shows alike.
    pub summary: Summary,
    workers: Vec<WorkerReport<'a>>,
    tasks: Vec<TaskReport<'a>>,
    alerts: Vec<AlertReport<'a>>,
    git: Option<GitReport<'a>>,
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SourceReport<'a> {
    path: &'a str,
    state: &'static str,
    read_age_s: Option<f64>,
    db_schema: Option<&'static str>,
    error: Option<&'a str>,
    judged_from: &'static str,
}

#[derive(Debug, Serialize)]
struct Scope {
    session: Option<()>,
}

/// Counts that every frontend shows alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The worst problem.
    pub severity: Severity,
    /// `total`, `up`, and one count for each state.
    pub workers: BTreeMap<&'static str, u32>,
    /// Tasks over the whole history.
    pub tasks: TaskCounts,
    /// Open tasks whose holder is silent or expired.
    pub orphans: u64,
    /// Problems by severity.
    pub alerts: BTreeMap<&'static str, usize>,
    /// Messages over the whole history.
    pub messages: u64,
    /// Messages to workers that none fetched.
    pub unread: u64,
}

#[derive(Debug, Serialize)]
struct WorkerReport<'a> {
    id: String,
    conversation: String,
    session: &'a str,
    team: Option<&'a str>,
    role: Option<&'a str>,
    state: State,
    reported: Option<&'a str>,
    since: Timestamp,
    verdict_at: Timestamp,
    reason: &'a str,
    created: Option<Timestamp>,
    expires: Option<Timestamp>,
    last_heartbeat: Option<Timestamp>,
    heartbeat_age_s: Option<f64>,
    last_poll: Option<Timestamp>,
    last_activity: Option<Timestamp>,
    activity_age_s: Option<f64>,
    next: Option<NextReport>,
    tasks: Vec<String>,
    done: u32,
    failed: u32,
    unread: u32,
    older: u32,
    recovering: bool,
    as_of: Option<Timestamp>,
    clock_skew_s: Option<f64>,
    evidence: Vec<EvidenceReport<'a>>,
}

#[derive(Debug, Serialize)]
struct NextReport {
    at: Timestamp,
    state: State,
}

/// One row of evidence.
#[derive(Debug, Serialize)]
pub struct EvidenceReport<'a> {
    witness: &'static str,
    at: Option<Timestamp>,
    age_s: Option<f64>,
    limit_s: Option<f64>,
    vote: &'static str,
    note: &'a str,
}

#[derive(Debug, Serialize)]
struct TaskReport<'a> {
    id: String,
    description: &'a str,
    state: super::TaskState,
    priority: Option<u8>,
    progress: Option<u8>,
    generation: u32,
    worker: Option<String>,
    conversation: Option<String>,
    moved_from: Option<String>,
    assigned_at: Option<Timestamp>,
    reported_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    depends_on: Vec<String>,
    result: Option<&'a str>,
    weak: bool,
    redeliveries: u32,
    duplicates: u32,
    late: usize,
}

#[derive(Debug, Serialize)]
struct AlertReport<'a> {
    id: &'a str,
    severity: Severity,
    status: &'static str,
    kind: &'static str,
    worker: Option<String>,
    conversation: Option<String>,
    session: Option<&'a str>,
    sentence: &'a str,
    since: Timestamp,
    fired: Option<Timestamp>,
    count: Option<u32>,
    until: Option<Timestamp>,
    ack: Option<AckReport<'a>>,
}

#[derive(Debug, Serialize)]
struct AckReport<'a> {
    by: &'a str,
    at: Timestamp,
    note: &'a str,
}

#[derive(Debug, Serialize)]
struct GitReport<'a> {
    path: &'a str,
    head: &'a str,
    commit: &'a str,
    subject: &'a str,
    committed: Option<Timestamp>,
    branches_total: u32,
    ahead: Option<u32>,
    behind: Option<u32>,
    modified: u32,
    untracked: u32,
    conflicted: u32,
    error: Option<&'a str>,
}

/// Age in seconds with three decimals; never negative.
fn age(now: Timestamp, at: Option<Timestamp>) -> Option<f64> {
    at.map(|at| (now.since(at).as_f64().max(0.0) * 1e3).round() / 1e3)
}

/// Rows of evidence at `now`.
#[must_use]
pub fn evidence(rows: &[Evidence], now: Timestamp) -> Vec<EvidenceReport<'_>> {
    rows.iter()
        .map(|e| EvidenceReport {
            witness: e.witness,
            at: e.at,
            age_s: age(now, e.at),
            limit_s: e.limit.map(Span::as_f64),
            vote: e.vote,
            note: &e.note,
        })
        .collect()
}

/// Counts of a snapshot. The only place where they are made.
#[must_use]
pub fn summary(s: &Snapshot) -> Summary {
    let mut workers: BTreeMap<_, _> = State::ALL
        .into_iter()
        .map(|state| (state.name(), s.states.of(state)))
        .collect();
    workers.insert("total", s.states.total());
    workers.insert("up", s.states.up());
    let lost =
        |w: &&std::sync::Arc<Worker>| matches!(w.verdict.state, State::Silent | State::Expired);
    let count = |severity| s.problems.iter().filter(|p| p.severity == severity).count();
    Summary {
        severity: s.severity,
        workers,
        tasks: s.task_counts,
        orphans: s
            .workers
            .iter()
            .filter(lost)
            .map(|w| w.tasks.len() as u64)
            .sum(),
        alerts: [Severity::Critical, Severity::Warning, Severity::Notice]
            .map(|x| (x.name(), count(x)))
            .into(),
        messages: s.traffic.messages,
        unread: s.traffic.unread,
    }
}

impl<'a> Report<'a> {
    /// The report of a snapshot at `now`. O(workers + tasks).
    #[must_use]
    pub fn new(s: &'a Snapshot, now: Timestamp) -> Self {
        let recorded = matches!(s.source.mode, Mode::Recorded(_));
        let fault = |f: &super::SourceFault| format!("{}: {}", f.what, f.remedy);
        let mut tasks: Vec<_> = s.tasks.iter().map(|t| task(t)).collect();
        tasks.sort_by(|a, b| a.id.cmp(&b.id));
        let book: HashMap<&str, &Alert> = s.alerts.iter().map(|a| (&*a.key, &**a)).collect();
        let life = |p: &'a Problem| book.get(&*p.key).copied();
        let mut alerts: Vec<_> = s.problems.iter().map(|p| alert(p, life(p))).collect();
        alerts.sort_by(|a, b| a.id.cmp(b.id));
        let mut workers: Vec<_> = s.workers.iter().map(|w| worker(w, now)).collect();
        workers.sort_by(|a, b| (&a.id, &a.conversation).cmp(&(&b.id, &b.conversation)));
        Self {
            schema: SCHEMA,
            generated_at: now,
            source: SourceReport {
                path: &s.source.path,
                state: s.source.state(now).name(),
                read_age_s: if recorded {
                    None
                } else {
                    age(now, s.source.read_at)
                },
                db_schema: s.source.schema.map(super::Schema::name),
                error: s.source.error.as_deref(),
                judged_from: judged_from(s, now),
            },
            scope: Scope { session: None },
            summary: summary(s),
            workers,
            tasks,
            alerts,
            git: s.repo.as_deref().map(git),
            warnings: s.source.faults.iter().map(fault).collect(),
        }
    }
}

/// What the verdicts of a snapshot rest on.
#[must_use]
pub fn judged_from(s: &Snapshot, now: Timestamp) -> &'static str {
    match s.source.state(now) {
        DataState::Recorded(_) => "recorded times alone, at the instant asked for",
        _ if s.events.is_empty() => "recorded times alone, by one look",
        _ => "recorded times and what was seen to arrive",
    }
}

fn worker(w: &Worker, now: Timestamp) -> WorkerReport<'_> {
    let activity = w.activity.map(|(at, _)| at);
    WorkerReport {
        id: w.id.to_string(),
        conversation: w.conversation.to_string(),
        session: &w.session,
        team: w.team.as_deref(),
        role: w.role.as_deref(),
        state: w.verdict.state,
        reported: w.reported.as_deref(),
        since: w.verdict.since,
        verdict_at: w.verdict.at,
        reason: &w.verdict.reason,
        created: w.created,
        expires: w.expires,
        last_heartbeat: w.heartbeat,
        heartbeat_age_s: age(now, w.heartbeat),
        last_poll: w.poll,
        last_activity: activity,
        activity_age_s: age(now, activity),
        next: w.verdict.next.map(|(at, state)| NextReport { at, state }),
        tasks: w.tasks.iter().map(ToString::to_string).collect(),
        done: w.done,
        failed: w.failed,
        unread: w.unread,
        older: w.older,
        recovering: w.recovering,
        as_of: w.as_of,
        clock_skew_s: w.skew.map(Span::as_f64),
        evidence: evidence(&w.verdict.evidence, now),
    }
}

fn task(t: &Task) -> TaskReport<'_> {
    TaskReport {
        id: t.id.to_string(),
        description: &t.description,
        state: t.state,
        priority: t.priority,
        progress: t.progress,
        generation: t.generation,
        worker: t.holder().map(|h| h.worker.to_string()),
        conversation: t.holder().map(|h| h.conversation.to_string()),
        moved_from: t.moved_from().map(|h| h.worker.to_string()),
        assigned_at: t.holder().and_then(|h| h.at),
        reported_at: t.reported_at,
        closed_at: t.closed_at,
        depends_on: t.depends_on.iter().map(ToString::to_string).collect(),
        result: t.result.as_deref(),
        weak: t.weak,
        redeliveries: t.redeliveries,
        duplicates: t.duplicates,
        late: t.late.len(),
    }
}

/// A problem with what is known of its life; without a book it fires.
fn alert<'a>(p: &'a Problem, life: Option<&'a Alert>) -> AlertReport<'a> {
    let (worker, conversation) = match &p.subject {
        Subject::Worker(conversation, id) => (Some(id.to_string()), Some(conversation.to_string())),
        Subject::Source | Subject::Session(_) => (None, None),
    };
    let session = match &p.subject {
        Subject::Session(key) => Some(&**key),
        Subject::Source | Subject::Worker(..) => None,
    };
    AlertReport {
        id: &p.key,
        severity: p.severity,
        status: life.map_or("firing", |a| a.status.name()),
        kind: p.kind,
        session,
        worker,
        conversation,
        sentence: &p.sentence,
        since: p.since,
        fired: life.map(|a| a.fired),
        count: life.map(|a| a.count),
        until: life.and_then(|a| Some(a.silence.as_ref()?.until)),
        ack: life.and_then(|a| a.ack.as_ref()).map(|k| AckReport {
            by: &k.by,
            at: k.at,
            note: &k.note,
        }),
    }
}

fn git(r: &super::Repo) -> GitReport<'_> {
    GitReport {
        path: &r.path,
        head: &r.head,
        commit: &r.commit,
        subject: &r.subject,
        committed: r.committed,
        branches_total: r.branch_count,
        ahead: r.ahead_behind.map(|(a, _)| a),
        behind: r.ahead_behind.map(|(_, b)| b),
        modified: r.modified,
        untracked: r.untracked,
        conflicted: r.conflicted,
        error: r.error.as_deref(),
    }
}
