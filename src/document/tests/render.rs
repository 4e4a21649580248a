//! What is written, and that reading it gives what was written.

use super::doc;
use crate::{
    document::{
        read,
        read::words::is_none,
        render::{handover_md, markdown, status_md, tracker_md},
    },
    domain::{
        Timestamp,
        claim::{Claim, ClaimState, PhaseDoc, SessionDoc, Share, StatusDoc, Unit},
    },
};
use proptest::prelude::*;
use std::sync::Arc;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(super) fn example() -> StatusDoc {
    StatusDoc {
        generated_at: at("2026-03-02T09:15:00Z"),
        generator: "0.1.0".into(),
        source_commit: Some("1f2e3d4".into()),
        bridge_read_at: Some(at("2026-03-02T09:14:58Z")),
        coordination_branch: Some("claude/lighthouse-main".into()),
        sessions: vec![
            SessionDoc {
                number: 1,
                title: Some("Harbour | <charts> @all".into()),
                state: ClaimState::Complete,
                agents: Some(Share { done: Some(8), of: Some(8) }),
                range: Some((1, 8)),
                teams: vec![1, 2],
                percent: Some(100),
                branch: Some("claude/harbour-charts-a1".into()),
                outputs: vec!["docs/CHARTS.md".into(), "odd name (1).md".into(), "../up.md".into()],
                commit: Some("1f2e3d4".into()),
                updated: Some(at("2026-03-02T09:00:00Z")),
                evidence: vec!["docs/CHARTS.md stands on the branch, 1204 lines".into(), "Commit: pushed".into()],
                ..SessionDoc::default()
            },
            SessionDoc {
                number: 3,
                title: Some("Fog signals".into()),
                id: Some("session-3-fog".into()),
                state: ClaimState::Ready,
                detail: Some("nobody looked".into()),
                items: Some(Share { done: Some(5), of: Some(15) }),
                branch: Some("claude/fog-<session-id>".into()),
                blockers: vec![
                    "✅ Branch: see http://evil.example/x and https://example.org/a_b, mail mara@example.org".into(),
                    "1. `rm` -rf * [x](javascript:alert(1)) <!-- notes:begin x -->".into(),
                ],
                next: vec!["None".into(), "blow the horn".into()],
                eta: Some("+2 hours".into()),
                contradictions: vec!["the document says \"🔄 READY TO DEPLOY\", the branch carries \"Complete\"".into()],
                ..SessionDoc::default()
            },
        ],
        phases: vec![PhaseDoc {
            number: 17,
            title: Some("Harbour & coast".into()),
            state: ClaimState::InProgress,
            of_session: Some(1),
            items: Some(Share { done: Some(60), of: None }),
            commit: Some("abc1234".into()),
            eta: Some("TBD".into()),
        }],
        lessons: vec!["ask before rowing".into()],
    }
}

#[test]
fn status_is_written() {
    insta::assert_snapshot!(status_md(&example()));
}

#[test]
fn tracker_is_written() {
    insta::assert_snapshot!(tracker_md(&example()));
}

#[test]
fn handover_is_written() {
    insta::assert_snapshot!(handover_md(&example()));
}

#[test]
fn summary_is_written() {
    insta::assert_snapshot!(markdown(&example()));
}

#[test]
fn paths_of_this_machine_are_never_written() {
    let home = ["", "home", "ann", "tower", "src", "lamp.py"].join("/");
    let mut doc = example();
    doc.sessions[0].detail =
        Some(format!("see {home} and /tmp/a/b, ~/x (file:///etc/passwd) C:\\x\\y").into());
    doc.sessions[0].outputs = vec![home.as_str().into(), "/tmp/secret.md".into()];
    doc.sessions[0].branch = Some(home.as_str().into());
    for text in [status_md(&doc), handover_md(&doc), markdown(&doc)] {
        for odd in ["ann", "/tmp", "~/", "passwd", "C:"] {
            assert!(!text.contains(odd), "{odd}: {text}");
        }
    }
    assert!(status_md(&doc).contains("[src/lamp.py](src/lamp.py)"));
}

fn compare(session: &SessionDoc, claim: &Claim) {
    assert_eq!(
        (claim.unit, claim.number),
        (Unit::Session, Some(session.number))
    );
    assert_eq!(claim.title, session.title);
    assert_eq!(claim.id, session.id);
    assert_eq!(claim.state, Some(session.state));
    assert_eq!(claim.agents, session.agents);
    assert_eq!(
        claim.range,
        session.range.filter(|_| session.agents.is_some())
    );
    assert_eq!(claim.teams, session.teams);
    assert_eq!(claim.items, session.items);
    assert_eq!(claim.percent, session.percent);
    assert_eq!(claim.branch, session.branch);
    assert_eq!(claim.outputs, session.outputs);
    assert_eq!(claim.commit, session.commit);
    assert_eq!(claim.blockers, session.blockers);
    assert_eq!(claim.next, session.next);
    assert_eq!(claim.eta, session.eta);
    assert_eq!(claim.updated, session.updated);
}

/// Words with everything in them that Markdown or a forge would take for something, and that no status would.
fn words() -> impl Strategy<Value = Arc<str>> {
    "[a-z+=-][ -~]{0,24}[a-z]".prop_filter_map("local paths are left out on purpose", |t| {
        let plain = t.split_whitespace().collect::<Vec<_>>().join(" ");
        let lower = plain.to_lowercase();
        // Keys are taken out on reading, and a path of this machine on writing.
        let odd = ["/", "~", ":\\", "password", "secret", "token", "api"];
        (!odd.iter().any(|o| lower.contains(o)) && !is_none(&plain)).then(|| plain.into())
    })
}

fn state() -> impl Strategy<Value = ClaimState> {
    prop::sample::select(vec![
        ClaimState::Planned,
        ClaimState::Ready,
        ClaimState::InProgress,
        ClaimState::Blocked,
        ClaimState::Complete,
        ClaimState::Failed,
        ClaimState::Unknown,
    ])
}

fn share() -> impl Strategy<Value = Option<Share>> {
    let number = 0..99_999_u32;
    prop_oneof![
        Just(None),
        (number.clone(), number.clone()).prop_map(|(d, o)| Some(Share {
            done: Some(d),
            of: Some(o)
        })),
        number.prop_map(|d| Some(Share {
            done: Some(d),
            of: None
        })),
    ]
}

fn session() -> impl Strategy<Value = SessionDoc> {
    let list = || {
        prop::collection::btree_set(words(), 0..3).prop_map(|s| s.into_iter().collect::<Vec<_>>())
    };
    let first = (
        prop::option::of(words().prop_filter("read as a dash", |t| !t.starts_with('-'))),
        prop::option::of("session-[a-z]{1,9}"),
        state(),
        prop::option::of(words()),
        share(),
        prop::option::of((1..50_u32, 0..50_u32)),
        prop::collection::btree_set(1..60_u32, 0..4),
        share(),
        prop::option::of(0..=100_u8),
    );
    let second = (
        prop::option::of("claude/[a-z0-9-]{1,12}(<session-id>)?"),
        prop::collection::btree_set("[a-z]{1,6}/[A-Z_-]{1,8}[A-Z]\\.md", 0..3),
        prop::option::of("[0-9][0-9a-f]{6,12}"),
        list(),
        list(),
        prop::option::of(words()),
        prop::option::of(0..4_000_000_000_i64),
        list(),
    );
    (first, second).prop_map(|(a, b)| SessionDoc {
        number: 0,
        title: a.0,
        id: a.1.map(Into::into),
        state: a.2,
        detail: a.3,
        agents: a.4,
        range: a.5.map(|(from, more)| (from, from + more)),
        teams: a.6.into_iter().collect(),
        items: a.7,
        percent: a.8,
        branch: b.0.map(Into::into),
        outputs: b.1.into_iter().map(Into::into).collect(),
        commit: b.2.map(Into::into),
        blockers: b.3,
        next: b.4,
        eta: b.5,
        updated: b.6.map(|s| Timestamp(s * 1_000_000)),
        evidence: b.7.clone(),
        contradictions: b.7,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_read(mut sessions in prop::collection::vec(session(), 1..4)) {
        for (n, session) in sessions.iter_mut().enumerate() {
            session.number = u32::try_from(n).unwrap() * 7 + 1;
        }
        let written = StatusDoc { sessions, ..example() };
        let text = status_md(&written);
        prop_assert_eq!(&text, &status_md(&written));
        let read = doc("MULTI-SESSION-STATUS.md", &text);
        prop_assert_eq!(read.updated, Some(written.generated_at));
        prop_assert_eq!(read.claims.len(), written.sessions.len(), "{}", text);
        for (session, claim) in written.sessions.iter().zip(&read.claims) {
            compare(session, claim);
        }
        prop_assert!(read.remarks.is_empty(), "{:?}", read.remarks);
    }

    #[test]
    fn whatever_is_written_keeps_its_sessions_apart(texts in prop::collection::vec("\\PC{0,16}", 8)) {
        let text = |n: usize| -> Arc<str> { texts[n].as_str().into() };
        let wild = |number| SessionDoc {
            number,
            title: Some(text(0)),
            detail: Some(text(1)),
            eta: Some(text(2)),
            blockers: vec![text(3), text(4)],
            evidence: vec![text(5)],
            branch: Some(text(6)),
            outputs: vec![text(7)],
            ..SessionDoc::default()
        };
        let written = StatusDoc { sessions: vec![wild(1), wild(2)], ..example() };
        for page in [status_md(&written), handover_md(&written)] {
            let read = read("MULTI-SESSION-STATUS.md", page.as_bytes()).unwrap();
            let numbers: Vec<_> = read.claims.iter().map(|c| c.number).collect();
            prop_assert_eq!(numbers, [Some(1), Some(2)], "{}", page);
            prop_assert_eq!(page.matches("<!-- notes:begin").count(), 3);
        }
    }
}

#[test]
fn phases_come_back() {
    let text = tracker_md(&example());
    let read = doc("INTEGRATION-PROGRESS-TRACKER.md", &text);
    let phase = &read.claims[0];
    assert_eq!(
        (phase.unit, phase.number, phase.of_session),
        (Unit::Phase, Some(17), Some(1))
    );
    assert_eq!(
        (phase.state, phase.items),
        (
            Some(ClaimState::InProgress),
            Some(Share {
                done: Some(60),
                of: None
            })
        )
    );
    assert_eq!(
        (phase.title.as_deref(), phase.eta.as_deref()),
        (Some("Harbour & coast"), None)
    );
}
