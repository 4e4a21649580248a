//! Sessions for programs: `swarmwarden.sessions/v1`. Additive within v1; what is not known is null.

use super::{
    super::{Severity, Snapshot, Span, Timestamp},
    Checked, Contradiction, Eta, Finding, Said, Session, Survey, together,
};
use serde::Serialize;

/// All sessions.
#[derive(Debug, Serialize)]
pub struct SessionsReport<'a> {
    schema: &'static str,
    generated_at: Timestamp,
    repository: Option<&'a str>,
    base: Option<&'a str>,
    sessions: Vec<SessionReport<'a>>,
    criteria: Vec<CheckedReport<'a>>,
    duplicates: Vec<DuplicateReport<'a>>,
    documents: Vec<DocumentReport<'a>>,
    warnings: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct SessionReport<'a> {
    id: &'a str,
    number: Option<u32>,
    title: &'a str,
    stage: &'static str,
    severity: Severity,
    branch: Option<BranchReport<'a>>,
    claim: Option<ClaimReport<'a>>,
    claims: Vec<ClaimReport<'a>>,
    evidence: Vec<FindingReport<'a>>,
    contradictions: Vec<ContradictionReport<'a>>,
    criteria: Vec<CheckedReport<'a>>,
    blockers: Vec<BlockerReport<'a>>,
    outputs: Vec<OutputReport<'a>>,
    progress: Option<ProgressReport>,
    eta: Option<EtaReport>,
    workers: Vec<String>,
    workers_up: u32,
    tasks: TasksReport,
    active: bool,
    started: Option<Timestamp>,
    last: Option<Timestamp>,
    stale_since: Option<Timestamp>,
    over_since: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct BranchReport<'a> {
    name: &'a str,
    found: &'static str,
    remote: bool,
    commit: &'a str,
    subject: &'a str,
    author: &'a str,
    committed: Option<Timestamp>,
    ahead: u32,
    behind: u32,
    merged: bool,
    unpushed: u32,
    conflicts: Option<usize>,
}

#[derive(Debug, Serialize)]
struct ClaimReport<'a> {
    state: Option<&'static str>,
    status: Option<&'a str>,
    agents: Option<(Option<u32>, Option<u32>)>,
    percent: Option<u8>,
    eta: Option<&'a str>,
    document: &'a str,
    line: u32,
    branch: &'a str,
    commit: &'a str,
    committed: Option<Timestamp>,
    at: Option<Timestamp>,
    fields: Vec<(&'a str, &'a str, u32)>,
}

#[derive(Debug, Serialize)]
struct FindingReport<'a> {
    question: &'static str,
    sentence: &'a str,
    at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct ContradictionReport<'a> {
    kind: &'static str,
    severity: Severity,
    claim: &'a str,
    place: &'a str,
    evidence: &'a str,
    since: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct CheckedReport<'a> {
    what: &'a str,
    outcome: &'static str,
    evidence: &'a str,
}

#[derive(Debug, Serialize)]
struct BlockerReport<'a> {
    text: &'a str,
    open: bool,
    owner: Option<&'a str>,
    since: Option<Timestamp>,
    document: &'a str,
    line: u32,
    branch: &'a str,
}

#[derive(Debug, Serialize)]
struct OutputReport<'a> {
    path: &'a str,
    bytes: Option<u64>,
    lines: Option<u32>,
    commit: Option<&'a str>,
    at: Option<Timestamp>,
    of_base: bool,
}

#[derive(Debug, Serialize)]
struct ProgressReport {
    done: u64,
    of: u64,
    percent: u64,
    basis: &'static str,
}

#[derive(Debug, Serialize)]
struct EtaReport {
    #[serde(rename = "least_s")]
    least: i64,
    #[serde(rename = "likely_s")]
    likely: Option<i64>,
    #[serde(rename = "most_s")]
    most: Option<i64>,
}

#[derive(Debug, Serialize)]
struct TasksReport {
    total: u64,
    done: u64,
    open: u64,
    running: u64,
    failed: u64,
    at_risk: u64,
}

#[derive(Debug, Serialize)]
struct DuplicateReport<'a> {
    path: &'a str,
    sessions: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct DocumentReport<'a> {
    path: &'a str,
    kind: &'static str,
    branch: &'a str,
    commit: &'a str,
    committed: Option<Timestamp>,
    claims: usize,
    tasks: usize,
    blockers: usize,
    remarks: Vec<(u32, &'a str)>,
}

impl<'a> SessionsReport<'a> {
    /// The sessions of a picture; `overall` are the criteria of all together, by [`together()`].
    #[must_use]
    pub fn new(s: &'a Snapshot, overall: &'a [Checked]) -> Self {
        let survey = s.repo.as_ref().and_then(|r| r.survey.as_deref());
        let labels = |session: &Session| {
            let mut all: Vec<String> = (s.workers.iter())
                .filter(|w| session.workers.contains(&w.conversation))
                .map(|w| w.id.to_string())
                .collect();
            all.sort();
            all
        };
        let mut warnings: Vec<&str> = survey.map_or_else(Vec::new, |survey| {
            survey.faults.iter().map(AsRef::as_ref).collect()
        });
        warnings.extend(s.repo.as_ref().and_then(|r| r.error.as_deref()));
        Self {
            schema: "swarmwarden.sessions/v1",
            generated_at: s.at,
            repository: s.repo.as_ref().map(|r| &*r.path),
            base: s.repo.as_ref().and_then(|r| r.base.as_deref()),
            sessions: (s.sessions.iter())
                .map(|session| one(session, labels(session)))
                .collect(),
            criteria: overall.iter().map(checked).collect(),
            duplicates: survey.map_or_else(Vec::new, duplicates),
            documents: survey.map_or_else(Vec::new, documents),
            warnings,
        }
    }
}

/// The criteria of all sessions of a picture together.
#[must_use]
pub fn overall(s: &Snapshot) -> Vec<Checked> {
    let survey = s.repo.as_ref().and_then(|r| r.survey.as_deref());
    survey.map_or_else(Vec::new, |survey| together(&s.sessions, survey))
}

fn one(s: &Session, workers: Vec<String>) -> SessionReport<'_> {
    let ground = s.ground.as_deref();
    let claims = ground.map_or(&[][..], |g| &g.known.said);
    SessionReport {
        id: &s.key,
        number: s.number,
        title: &s.title,
        stage: s.stage.name(),
        severity: s.severity,
        branch: branch(s),
        claim: s.claim().map(claim),
        claims: claims.iter().map(claim).collect(),
        evidence: s.evidence.iter().map(finding).collect(),
        contradictions: s.contradictions.iter().map(contradiction).collect(),
        criteria: s.criteria.iter().map(checked).collect(),
        blockers: ground.map_or_else(Vec::new, |g| g.blockers.iter().map(blocker).collect()),
        outputs: ground.map_or_else(Vec::new, |g| g.outputs.iter().map(output).collect()),
        progress: s.progress.map(|p| ProgressReport {
            done: p.done,
            of: p.of,
            percent: p.percent(),
            basis: p.basis.name(),
        }),
        eta: s.eta.map(eta),
        workers,
        workers_up: s.states.up(),
        tasks: TasksReport {
            total: s.tasks.total,
            done: s.tasks.done,
            open: s.tasks.open,
            running: s.tasks.running,
            failed: s.tasks.failed,
            at_risk: s.tasks.at_risk,
        },
        active: s.active,
        started: s.started,
        last: s.last.map(|(at, _)| at),
        stale_since: s.stale,
        over_since: s.over,
    }
}

fn branch(s: &Session) -> Option<BranchReport<'_>> {
    let ground = s.ground.as_deref()?;
    let b = ground.branch.as_ref()?;
    Some(BranchReport {
        name: &b.name,
        found: ground.known.found.name(),
        remote: b.remote,
        commit: &b.commit,
        subject: &b.subject,
        author: &b.author,
        committed: b.committed,
        ahead: b.ahead,
        behind: b.behind,
        merged: b.merged,
        unpushed: super::evidence::unpushed(b),
        conflicts: ground.conflicts.as_ref().map(Vec::len),
    })
}

fn claim(said: &Said) -> ClaimReport<'_> {
    let c = &said.claim;
    ClaimReport {
        state: c.state.map(super::super::claim::ClaimState::name),
        status: c.status.as_deref(),
        agents: c.agents.map(|a| (a.done, a.of)),
        percent: c.percent,
        eta: c.eta.as_deref(),
        document: &said.path,
        line: c.line,
        branch: &said.branch,
        commit: &said.commit,
        committed: said.committed,
        at: said.at(),
        fields: (c.fields.iter())
            .map(|f| (&*f.key, &*f.value, f.line))
            .collect(),
    }
}

fn finding(f: &Finding) -> FindingReport<'_> {
    FindingReport {
        question: f.question,
        sentence: &f.sentence,
        at: f.at,
    }
}

fn contradiction(c: &Contradiction) -> ContradictionReport<'_> {
    ContradictionReport {
        kind: c.kind.name(),
        severity: c.severity,
        claim: &c.claim,
        place: &c.place,
        evidence: &c.evidence,
        since: c.since,
    }
}

fn checked(c: &Checked) -> CheckedReport<'_> {
    CheckedReport {
        what: &c.what,
        outcome: c.outcome.name(),
        evidence: &c.evidence,
    }
}

fn blocker(b: &super::Barred) -> BlockerReport<'_> {
    BlockerReport {
        text: &b.blocker.text,
        open: b.blocker.open,
        owner: b.blocker.owner.as_deref(),
        since: b.since(),
        document: &b.path,
        line: b.blocker.line,
        branch: &b.branch,
    }
}

fn output(o: &super::Output) -> OutputReport<'_> {
    let file = o.file.as_ref();
    OutputReport {
        path: &o.path,
        bytes: file.map(|f| f.bytes),
        lines: file.and_then(|f| f.lines),
        commit: file.map(|f| &*f.commit),
        at: file.and_then(|f| f.at),
        of_base: file.is_some_and(|f| f.of_base),
    }
}

fn eta(e: Eta) -> EtaReport {
    EtaReport {
        least: e.least.as_seconds(),
        likely: e.likely.map(Span::as_seconds),
        most: e.most.map(Span::as_seconds),
    }
}

fn duplicates(survey: &Survey) -> Vec<DuplicateReport<'_>> {
    let all = survey.duplicates.iter();
    all.map(|d| DuplicateReport {
        path: &d.path,
        sessions: d.sessions.iter().map(AsRef::as_ref).collect(),
    })
    .collect()
}

fn documents(survey: &Survey) -> Vec<DocumentReport<'_>> {
    let all = survey.documents.iter();
    all.map(|f| DocumentReport {
        path: &f.document.path,
        kind: f.document.kind.name(),
        branch: &f.branch,
        commit: &f.commit,
        committed: f.committed,
        claims: f.document.claims.len(),
        tasks: f.document.tasks.len(),
        blockers: f.document.blockers.len(),
        remarks: (f.document.remarks.iter())
            .map(|r| (r.line, &*r.text))
            .collect(),
    })
    .collect()
}
