//! A swarm of four sessions: one is done, one is at work and conflicts, one is done and nobody said so, one is blocked.

use super::{NOW, ago, swarm};
use std::sync::Arc;
use swarmwarden::{
    document,
    domain::{
        Branch, Repo, Snapshot,
        repo::Upstream,
        session::{Barred, Filed, Ground, Known, Output, OutputFile, Survey, identify},
    },
};

const STATUS: &str = "\
# Sessions
**Last Updated:** 2026-08-20 11:50 UTC

## Session 1: Hosting panels
- **Status**: ✅ COMPLETE (2026-08-20)
- **Agents**: 20/20 (Haiku-01 to 20)
- **Branch**: claude/panels-011AbCdEf
- **Output**: INTEGRATIONS-PANELS.md
- **Blockers**: None

## Session 2: Cloud providers
- **Status**: 🔄 IN PROGRESS (60% done)
- **Agents**: 10/10 (Haiku-21 to 30)
- **Branch**: claude/clouds-011AbCdEf
- **Output**: INTEGRATIONS-CLOUDS.md
- **ETA**: +30 minutes

## Session 3: Phones
- **Status**: READY TO DEPLOY
- **Branch Name**: claude/phones-<session-id>
- **Expected Output**: INTEGRATIONS-PHONES.md

## Session 4: Payments
- **Status**: 🔄 IN PROGRESS
- **Branch**: claude/payments-011AbCdEf
- **Expected Output**: INTEGRATIONS-PAYMENTS.md
- **Blockers**: None
";

const BLOCKERS: &str = "\
# Blockers

## Session 4: no merchant account for the sandbox
- **Owner:** ann
- **Since:** 2026-08-20 09:10 UTC
";

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

fn filed(path: &str, text: &str) -> Option<Filed> {
    Some(Filed {
        document: Arc::new(document::read(path, text.as_bytes())?),
        branch: "main".into(),
        commit: "8d1e0c4a".into(),
        committed: Some(ago(900)),
        generated: false,
    })
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
        blockers: blockers.collect(),
        conflicts: branch.map(|b| {
            let clash = b.name.contains("clouds");
            clash
                .then(|| "INTEGRATIONS-COMPLETE-LIST.md".into())
                .into_iter()
                .collect()
        }),
        branch: branch.cloned(),
        known,
    }
}

/// The swarm of `n` workers, and a repository of four sessions.
pub(crate) fn sessions(n: usize) -> Snapshot {
    let mut snapshot = swarm(n);
    let branches = [
        branch("clouds", 12, 240, "Add the third cloud"),
        branch("panels", 31, 9_000, "Complete hosting panels"),
        branch("payments", 4, 4_000, "Payment gateways, first three"),
        branch("phones", 9, 840, "Complete phones"),
        branch("spare", 1, 90_000, "Try something"),
    ];
    let documents: Vec<Filed> = [
        filed("MULTI-SESSION-STATUS.md", STATUS),
        filed("BLOCKERS.md", BLOCKERS),
    ]
    .into_iter()
    .flatten()
    .collect();
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
