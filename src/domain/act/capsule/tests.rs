use super::{branch_of, names};
use crate::domain::{
    Branch, Changes, ConversationId, ConversationRow, Diffstat, Repo, Seen, Side, Snapshot, Source,
    Stamp, Swarm, TaskId, Timestamp,
    act::{Deed, Order, propose},
    health::Detector,
};
use crate::domain::{Cursor, MessageId, MessageRow};
use std::sync::Arc;

const NOW: Timestamp = Timestamp(1_763_050_080_000_000);

fn branch(name: &str, committed: i64) -> Branch {
    Branch {
        name: name.into(),
        commit: "0123abcd".into(),
        subject: "half of it".into(),
        committed: Some(Timestamp(committed)),
        ahead: 4,
        behind: 1,
        diffstat: Some(Diffstat {
            files: 3,
            added: 120,
            removed: 7,
        }),
        ..Branch::default()
    }
}

/// `T-4` with worker-1-tests; worker-2-tests is free.
fn scene(branches: Vec<Branch>) -> Snapshot {
    let conversation = |n: i64| ConversationRow {
        id: format!("c{n}").as_str().into(),
        role_a: "boss".into(),
        role_b: format!("worker-{n}-tests").as_str().into(),
        created: Stamp::At(Timestamp(NOW.0 - 600_000_000)),
        expires: Stamp::At(Timestamp(NOW.0 + 9_000_000_000)),
    };
    let row = |id: i64, n: i64, from: Side, text: &str| MessageRow {
        id: MessageId(id),
        conversation: ConversationId::from(format!("c{n}").as_str()),
        from,
        to: if from == Side::A { Side::B } else { Side::A },
        text: text.into(),
        action: None,
        mark: None,
        at: Stamp::At(Timestamp(NOW.0 - 10_000_000)),
        read: true,
    };
    let assign = r#"{"type":"task_assignment","task_id":"T-4","description":"d"}"#;
    let mut swarm = Swarm::new(Detector::FIXED, None);
    swarm.apply(
        Changes {
            conversations: Some(vec![conversation(1), conversation(2)]),
            messages: vec![
                row(1, 1, Side::A, assign),
                row(2, 1, Side::B, "on it"),
                row(3, 2, Side::B, "hello"),
            ],
            cursor: Cursor {
                message: 3,
                ..Cursor::default()
            },
            ..Changes::default()
        },
        Seen::Recorded,
    );
    let repo = Repo {
        branches: branches.into(),
        ..Repo::unread("repo".into(), NOW)
    };
    let source = Source {
        read_at: Some(NOW),
        ..Source::default()
    };
    swarm.picture(NOW, source, Some(Arc::new(repo)))
}

fn found(branches: Vec<Branch>) -> Option<Arc<str>> {
    let snapshot = scene(branches);
    let task = snapshot.tasks.first()?;
    branch_of(&snapshot, task).map(|b| Arc::clone(&b.name))
}

#[test]
fn the_branch_that_names_the_task_reaches_whoever_takes_it_over() {
    let snapshot = scene(vec![branch("feature/t-4-login", 1), branch("main", 9)]);
    let order = Order {
        op: "op".into(),
        actor: "ann".into(),
        cause: "operator",
        reason: String::new(),
        deed: Deed::Reassign {
            task: TaskId::from("T-4"),
            to: "c2".into(),
        },
    };
    let proposal = propose(&snapshot, &order, NOW).unwrap();
    let text = &proposal.write.rows[0].text;
    let written: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(
        written["capsule"]["branch"],
        serde_json::json!({
            "name": "feature/t-4-login",
            "commit": "0123abcd",
            "subject": "half of it",
            "ahead": 4,
            "behind": 1,
            "diffstat": "3 files, +120 -7",
        })
    );
}

#[test]
fn the_task_comes_before_the_worker_and_the_newest_before_the_older() {
    let of_worker = || branch("worker-1-tests/work", 9);
    assert_eq!(
        found(vec![of_worker()]).as_deref(),
        Some("worker-1-tests/work")
    );
    let both = vec![of_worker(), branch("T-4", 1), branch("T-4-again", 2)];
    assert_eq!(found(both).as_deref(), Some("T-4-again"));
    assert_eq!(
        found(vec![branch("T-42", 1), branch("worker-1-testsuite", 1)]),
        None
    );
}

#[test]
fn a_name_is_whole_words() {
    for name in ["T-4", "fix/t-4", "t-4_x", "a.T-4.b", "xT-4/T-4"] {
        assert!(names(name, "T-4"), "{name}");
    }
    for name in ["T-42", "xT-4", "T4", ""] {
        assert!(!names(name, "T-4"), "{name}");
    }
    assert!(!names("x/a", "a"), "one letter is a name of nothing");
    assert!(names("été/tâche-é", "tâche-é"));
}
