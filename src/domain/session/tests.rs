//! Sessions, made by hand.

mod contradictions;
mod eta;
mod identify;
mod members;

use super::*;
use crate::domain::{
    Span,
    claim::{ClaimState, Field},
};

pub(crate) const NOW: Timestamp = Timestamp(1_763_118_000_000_000);

pub(crate) fn ago(minutes: i64) -> Timestamp {
    NOW.plus(Span::seconds(-60 * minutes))
}

/// `Status: …` of session `number`.
pub(crate) fn claim(number: u32, title: &str, state: ClaimState, status: &str) -> Claim {
    Claim {
        number: Some(number),
        title: Some(title.into()),
        line: 10 * number,
        state: Some(state),
        status: Some(status.into()),
        fields: vec![Field {
            key: "Status".into(),
            value: status.into(),
            line: 10 * number + 1,
        }],
        ..Claim::default()
    }
}

pub(crate) fn filed(kind: DocumentKind, path: &str, branch: &str, claims: Vec<Claim>) -> Filed {
    Filed {
        document: Arc::new(Document {
            path: path.into(),
            kind,
            updated: None,
            claims,
            blockers: Vec::new(),
            tasks: Vec::new(),
            agents: Vec::new(),
            head: Vec::new(),
            remarks: Vec::new(),
        }),
        branch: branch.into(),
        commit: "1234abcd".into(),
        committed: Some(ago(20)),
        generated: false,
    }
}

pub(crate) fn branch(name: &str, ahead: u32, minutes: i64) -> Branch {
    Branch {
        name: name.into(),
        id: format!("{name}-id").into(),
        commit: "feedf00d".into(),
        subject: "the last words".into(),
        author: "somebody".into(),
        committed: Some(ago(minutes)),
        first: Some(ago(minutes + 60)),
        ahead,
        upstream: Some(super::super::repo::Upstream::default()),
        ..Branch::default()
    }
}

pub(crate) fn output(path: &str, there: bool) -> Output {
    Output {
        path: path.into(),
        file: there.then(|| OutputFile {
            blob: "b10b".into(),
            bytes: 4_096,
            lines: Some(99),
            commit: "feedf00d".into(),
            at: Some(ago(15)),
            subject: "the findings".into(),
            of_base: false,
        }),
    }
}

/// What git shows of the one session that `claim` speaks of.
pub(crate) fn ground(claim: Claim, branch: Option<Branch>, outputs: Vec<Output>) -> Ground {
    let filed = filed(
        DocumentKind::Status,
        "MULTI-SESSION-STATUS.md",
        "main",
        vec![claim],
    );
    let branches: Vec<Branch> = branch.iter().cloned().collect();
    let mut known = identify(&[], &[filed], &branches, None);
    Ground {
        known: known.remove(0),
        branch,
        shared: true,
        outputs,
        criteria: Vec::new(),
        measured: None,
        in_base: false,
        blockers: Vec::new(),
        conflicts: None,
    }
}

/// The sessions of these grounds without a bridge.
pub(crate) fn judged(grounds: Vec<Ground>) -> Vec<Arc<Session>> {
    let survey = Survey {
        grounds: grounds.into_iter().map(Arc::new).collect(),
        read_at: NOW,
        ..Survey::default()
    };
    judge(Scene {
        survey: Some(&survey),
        workers: &[],
        tasks: &[],
        now: NOW,
    })
}
