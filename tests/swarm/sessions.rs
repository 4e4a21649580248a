//! A swarm of four sessions: one is done, one is at work and conflicts, one is done and nobody said so, one is blocked.

use super::{NOW, ago, swarm};
use std::sync::Arc;
use swarmwarden::domain::{
    Branch, Repo, Snapshot,
    claim::{Blocker, Claim, ClaimState, Document, DocumentKind, Field, Share},
    repo::Upstream,
    session::{Barred, Filed, Ground, Known, Output, OutputFile, Survey, identify},
};

/// A session of the status document, as it was read: number, title, state, status, branch, output, line.
type Row = (
    u32,
    &'static str,
    ClaimState,
    &'static str,
    &'static str,
    &'static str,
    u32,
);

const ROWS: [Row; 4] = [
    (
        1,
        "Hosting panels",
        ClaimState::Complete,
        "✅ COMPLETE (2026-08-20)",
        "claude/panels-011AbCdEf",
        "INTEGRATIONS-PANELS.md",
        4,
    ),
    (
        2,
        "Cloud providers",
        ClaimState::InProgress,
        "🔄 IN PROGRESS (60% done)",
        "claude/clouds-011AbCdEf",
        "INTEGRATIONS-CLOUDS.md",
        11,
    ),
    (
        3,
        "Phones",
        ClaimState::Ready,
        "READY TO DEPLOY",
        "claude/phones-<session-id>",
        "INTEGRATIONS-PHONES.md",
        18,
    ),
    (
        4,
        "Payments",
        ClaimState::InProgress,
        "🔄 IN PROGRESS",
        "claude/payments-011AbCdEf",
        "INTEGRATIONS-PAYMENTS.md",
        23,
    ),
];

fn field(key: &str, value: &str, line: u32) -> Field {
    Field {
        key: key.into(),
        value: value.into(),
        line,
    }
}

fn claim((number, title, state, status, branch, output, line): Row) -> Claim {
    let agents = match number {
        1 => Some((20, (1, 20))),
        2 => Some((10, (21, 30))),
        _ => None,
    };
    let mut fields = vec![
        field("Status", status, line + 1),
        field("Branch", branch, line + 2),
        field("Output", output, line + 3),
    ];
    if number != 3 {
        fields.push(field("Blockers", "None", line + 4));
    }
    Claim {
        number: Some(number),
        title: Some(title.into()),
        line,
        state: Some(state),
        status: Some(status.into()),
        agents: agents.map(|(n, _)| Share {
            done: Some(n),
            of: Some(n),
        }),
        range: agents.map(|(_, range)| range),
        percent: (number == 2).then_some(60),
        branch: Some(branch.into()),
        outputs: vec![output.into()],
        fields,
        ..Claim::default()
    }
}

fn blocker() -> Blocker {
    Blocker {
        text: "no merchant account for the sandbox".into(),
        session: Some(4),
        owner: Some("ann".into()),
        since: Some(ago(10_400)),
        open: true,
        line: 3,
    }
}

fn branch(topic: &str, ahead: u32, seconds: i64, subject: &str) -> Branch {
    Branch {
        name: format!("claude/{topic}-011AbCdEf").into(),
        id: format!("{topic}0000000000").into(),
        commit: format!("{:.7}f", format!("{topic}00000000")).into(),
        subject: subject.into(),
        author: "ann".into(),
        committed: Some(ago(seconds)),
        first: Some(ago(seconds + 7_000)),
        ahead,
        behind: 3,
        upstream: Some(Upstream::default()),
        activity: Arc::from(vec![0, 0, 1, 3, 0, 2, 5, 4, 1, 0, 0, 2]),
        ..Branch::default()
    }
}

fn filed(path: &str, kind: DocumentKind, claims: Vec<Claim>, blockers: Vec<Blocker>) -> Filed {
    Filed {
        document: Arc::new(Document {
            path: path.into(),
            kind,
            updated: Some(ago(860)),
            claims,
            blockers,
            tasks: Vec::new(),
            agents: Vec::new(),
            head: Vec::new(),
            remarks: Vec::new(),
        }),
        branch: "main".into(),
        commit: "8d1e0c4a".into(),
        committed: Some(ago(900)),
        generated: false,
    }
}

fn ground(known: Known, branches: &[Branch], documents: &[Filed]) -> Ground {
    let branch = branches
        .iter()
        .find(|b| known.branch.as_ref() == Some(&b.name));
    let made = |path: &str| OutputFile {
        blob: "b10b".into(),
        bytes: 48_213,
        lines: Some(1_204),
        commit: "feedf00d".into(),
        at: Some(ago(840)),
        subject: format!("Complete {path}").into(),
        of_base: false,
    };
    let there = |path: &str| path.contains("PANELS") || path.contains("PHONES");
    let outputs = known.outputs.iter().map(|path| Output {
        path: Arc::clone(path),
        file: there(path).then(|| made(path)),
    });
    let blockers = documents.iter().flat_map(|filed| {
        let all = filed.document.blockers.iter();
        let ours = all.filter(|b| b.session.is_some() && b.session == known.number);
        ours.map(|blocker| Barred {
            blocker: blocker.clone(),
            path: Arc::clone(&filed.document.path),
            branch: Arc::clone(&filed.branch),
            committed: filed.committed,
        })
    });
    Ground {
        outputs: outputs.collect(),
        criteria: Vec::new(),
        measured: None,
        in_base: false,
        blockers: blockers.collect(),
        conflicts: branch.map(|b| {
            let clash = b.name.contains("clouds");
            clash
                .then(|| "INTEGRATIONS-COMPLETE-LIST.md".into())
                .into_iter()
                .collect()
        }),
        branch: branch.cloned(),
        shared: true,
        known,
    }
}

/// The swarm of `n` workers, and a repository of four sessions.
pub(super) fn sessions(n: usize) -> Snapshot {
    let mut snapshot = swarm(n);
    let branches = [
        branch("clouds", 12, 240, "Add the third cloud"),
        branch("panels", 31, 9_000, "Complete hosting panels"),
        branch("payments", 4, 4_000, "Payment gateways, first three"),
        branch("phones", 9, 840, "Complete phones"),
        branch("spare", 1, 90_000, "Try something"),
    ];
    let claims = ROWS.into_iter().map(claim).collect();
    let documents = vec![
        filed(
            "MULTI-SESSION-STATUS.md",
            DocumentKind::Status,
            claims,
            Vec::new(),
        ),
        filed(
            "BLOCKERS.md",
            DocumentKind::Blockers,
            Vec::new(),
            vec![blocker()],
        ),
    ];
    let known = identify(&[], &documents, &branches, Some("origin/main"));
    let grounds = known
        .into_iter()
        .map(|k| Arc::new(ground(k, &branches, &documents)));
    let survey = Survey {
        grounds: grounds.collect(),
        documents: documents.clone(),
        read_at: ago(4),
        ..Survey::default()
    };
    let repo = snapshot.repo.take().map(Arc::unwrap_or_clone);
    snapshot.repo = repo.map(|repo| {
        Arc::new(Repo {
            branches: branches.to_vec().into(),
            base: Some("origin/main".into()),
            base_commit: "8d1e0c4a".into(),
            survey: Some(Arc::new(survey)),
            ..repo
        })
    });
    snapshot.judge_sessions(NOW);
    snapshot
}
